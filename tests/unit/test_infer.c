#include "decode/convert.h"
#include "decode/infer.h"
#include "unit.h"

/* The type of texts, separated by '|'; an empty one is null. */
static void
check(const char *texts, const char *want)
{
	struct spt_infer f = { 0 };

	for (;;) {
		const char *bar = strchrnul(texts, '|');
		struct spt_cell c = { .p = texts, .n = (size_t)(bar - texts) };

		c.kind = c.n != 0 ? SPT_CELL_TEXT : SPT_CELL_NULL;
		spt_infer_add(&f, &c, false);
		if (*bar == '\0')
			break;
		texts = bar + 1;
	}
	CHECK_STR(spt_type_name(spt_infer_type(&f)), want);
}

/* One JSON cell behind another. */
static void
check_json(enum spt_cell_kind a, const char *p, enum spt_cell_kind b,
    const char *q, const char *want)
{
	struct spt_cell c = { a, p, strlen(p) }, d = { b, q, strlen(q) };
	struct spt_infer f = { 0 };

	spt_infer_add(&f, &c, true);
	spt_infer_add(&f, &d, true);
	CHECK_STR(spt_type_name(spt_infer_type(&f)), want);
}

static void
test_text(void)
{
	check("", "string");
	check("||", "string");
	check("1|2|-3", "int");
	check("1||2", "int");
	check("0|10", "int");
	check("1|2.5", "float");
	check("1e3|2", "float");
	check("-0|1", "float");
	check("NaN|1", "float");
	check("007|1", "string");
	check("1|007", "string");
	check("00.5|1", "string");
	check("true|FALSE|True", "bool");
	check("true|1", "string");
	check("yes|no", "string");
	check("t|f", "string");
	check("9223372036854775807|-9223372036854775808", "int");
	check("9223372036854775808|1", "string");
	check("-123456789012345678901234567890", "string");
	check("2015", "int");
	check("20150517", "int");
	check("2015-05-17", "timestamp");
	check("2015-05-17T10:05:03Z|2015-05-17 10:05:03.5", "timestamp");
	check("2015-05-17|5", "string");
	check("2015-05-17|x", "string");
	check("10:05:03", "string");
	check(" 5 |\t6", "int");
	check(" 2015-05-17 ", "timestamp");
	check("  ", "string");
	check("+5", "string");
	check("0x10", "string");
	check("1,5", "string");
	check("-", "string");
	check("abc|1", "string");
}

static void
test_json(void)
{
#define TEXT SPT_CELL_TEXT
#define NUMBER SPT_CELL_NUMBER
	check_json(NUMBER, "1", NUMBER, "2", "int");
	check_json(NUMBER, "1", NUMBER, "2.0", "float");
	check_json(NUMBER, "1e3", NUMBER, "2", "float");
	check_json(NUMBER, "12345678901234567890", NUMBER, "2", "string");
	check_json(TEXT, "5", TEXT, "6", "string");
	check_json(TEXT, "true", TEXT, "true", "string");
	check_json(
	    TEXT, "2015-05-17", TEXT, "2015-05-17T10:00:00Z", "timestamp");
	check_json(TEXT, "2015-05-17", NUMBER, "5", "string");
	check_json(NUMBER, "1", TEXT, "6", "string");
	check_json(SPT_CELL_TRUE, "", SPT_CELL_FALSE, "", "bool");
	check_json(SPT_CELL_TRUE, "", NUMBER, "1", "string");
	check_json(SPT_CELL_TRUE, "", SPT_CELL_NULL, "", "bool");
	check_json(SPT_CELL_NESTED, "[1]", NUMBER, "1", "string");
	check_json(SPT_CELL_NULL, "", SPT_CELL_NULL, "", "string");
}

static void
whole(const char *text, bool good, int64_t want)
{
	int64_t v = 0;
	bool is = spt_json_whole(text, strlen(text), &v);

	CHECK_INT(is, good);
	CHECK_INT(v, good ? want : v);
}

static void
test_whole(void)
{
	whole("0", true, 0);
	whole("-0.000e5", true, 0);
	whole("0e999999999999", true, 0);
	whole("1", true, 1);
	whole("1.0", true, 1);
	whole("-1.00", true, -1);
	whole("1e3", true, 1000);
	whole("1E+3", true, 1000);
	whole("1.5e1", true, 15);
	whole("0.001e3", true, 1);
	whole("1200e-2", true, 12);
	whole("9007199254740993.0", true, 9007199254740993);
	whole("9223372036854775807", true, INT64_MAX);
	whole("-9223372036854775808", true, INT64_MIN);
	whole("-9.223372036854775808e18", true, INT64_MIN);
	whole("9223372036854775808", false, 0);
	whole("-9223372036854775809", false, 0);
	whole("18446744073709551616", false, 0);
	whole("1e18", true, 1000000000000000000);
	whole("1e19", false, 0);
	whole("1e999999999999999999999", false, 0);
	whole("1.5", false, 0);
	whole("1.00000000000000000000000000000000001", false, 0);
	whole("1e-1", false, 0);
	whole("12e-2", false, 0);
}

int
main(void)
{
	test_text();
	test_json();
	test_whole();
	return DONE;
}
