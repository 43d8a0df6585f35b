#include <stdlib.h>

#include "csv_check.h"
#include "decode_run.h"
#include "unit.h"

/* The number of records in the index, which is right; -1: it is not. */
static long long
rows(const char *text)
{
	size_t n = strlen(text), found;
	char *copy = (char *)run_copy(text, n);
	bool good = csv_check(copy, n, ',', &found);

	free(copy);
	return good ? (long long)found : -1;
}

static void
test_records(void)
{
	CHECK_INT(rows(""), 0);
	CHECK_INT(rows("a,b"), 0);
	CHECK_INT(rows("a,b\n"), 1);
	CHECK_INT(rows("\n\n\n"), 3);
	CHECK_INT(rows("a,b\r\n\r\nc,\r\n,\n"), 4);
	CHECK_INT(rows("\"a,b\",\"c\nd\"\n\"\"\"\"\n\"\",\"\"\n"), 3);
	CHECK_INT(rows("\"a\"\r\n\"b\"\n"), 2);
	/* In an open quote. */
	CHECK_INT(rows("a\n\"b\nc\nd\n"), 1);
	/* What libcsv does not take. */
	CHECK_INT(rows("a\nb\nc\"\nd\n"), 2);
	CHECK_INT(rows("a\n\"b\" ,c\nd\n"), 1);
	CHECK_INT(rows("a\n \"b\"\nd\n"), 1);
	CHECK_INT(rows("a\n\"b\"c\"\nd\n"), 1);
	CHECK_INT(rows("a\n\"b\"\"\nd\n"), 1);
	CHECK_INT(rows("a\n\"b\"\rc\nd\n"), 1);
	CHECK_INT(rows("a\n\"b\"\r\"c\"\nd\n"), 1);
	CHECK_INT(rows("a\n\"b\"\r\r\nd\n"), 1);
}

/* Quotes, delimiters and ends on every place around the border of two pieces
 * of 64 bytes. */
static void
test_borders(void)
{
	static const char *const tails[] = { ",\n", "\"\"\n", "\"a\"\n",
		"\"a\"\"b\",c\n", "\"a\nb\",\"\"\n", "\"a\"\r\n", "x\n", "\n\n",
		"\"a\",\"b\"\r\n" };
	char text[200];

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		for (size_t n = 55; n < 70; n++) {
			memset(text, 'x', n);
			text[n - 1] = ',';
			strcpy(text + n, tails[i]);
			strcat(text, "y\n");
			CHECK_INT(
			    rows(text), strcmp(tails[i], "\n\n") == 0 ? 3 : 2);
		}
	}
}

/* ---- the decoder with the index and without ---------------------------- */

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

/* A cell of a column: mostly what its first rows promise. */
static void
put_cell(struct spt_buf *out, unsigned column, unsigned odd, unsigned *seed)
{
	static const char *const strange[] = { "", "\"\"", " 7 ", "x\"y",
		"\"a\" ", "\xff\xfe", "\"q\"\"q\"", "\"two\nlines\"", "1e3",
		"nan", "-", "2024-02-30T00:00:00Z", "12345678901234567", "+5",
		".5", "5.", "\"9\"", "\"\xc3\xa9\"", "\xc3", "a\rb",
		"99999999999999999999", "0.1234567890123456789", "\"1\r\"" };
	struct spt_err e = { 0 };
	unsigned v = draw(seed, 30000);

	if (odd != 0 && draw(seed, odd) == 0) {
		run_must(spt_buf_puts(out,
		    strange[draw(seed, sizeof strange / sizeof *strange)], &e));
		return;
	}
	switch (column) {
	case 0:
		run_must(
		    spt_buf_printf(out, &e, "2024-%02u-%02uT%02u:%02u:%02u%sZ",
			1 + v % 12, 1 + v % 28, v % 24, v % 60, v / 7 % 60,
			v % 3 == 0   ? ""
			: v % 3 == 1 ? ".250"
				     : ".000125"));
		break;
	case 1:
		run_must(spt_buf_printf(
		    out, &e, v % 5 == 0 ? "-%u%05u" : "%u", v, v % 99991));
		break;
	case 2:
		run_must(spt_buf_printf(
		    out, &e, "%s%u.%u", v % 3 == 0 ? "-" : "", v % 700, v));
		break;
	case 3:
		run_must(spt_buf_puts(out, v % 2 != 0 ? "true" : "false", &e));
		break;
	default:
		run_must(spt_buf_printf(
		    out, &e, v % 4 == 0 ? "\"text, %u\"" : "text%u", v * v));
	}
}

/* n rows, one cell in `odd` of a kind that its column may not like. */
static void
make(struct spt_buf *out, unsigned n, unsigned odd, const char *end,
    unsigned seed)
{
	struct spt_err e = { 0 };

	run_must(spt_buf_printf(out, &e, "t,i,f,b,s%s", end));
	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = 0; k < 5; k++) {
			if (k != 0)
				run_must(spt_buf_putc(out, ',', &e));
			put_cell(out, k, i < 10 ? 0 : odd, &seed);
		}
		if (odd != 0 && i > 10 && draw(&seed, 8 * odd) == 0)
			run_must(spt_buf_puts(out, ",more", &e));
		run_must(spt_buf_puts(out, end, &e));
	}
}

static void
decode(const struct spt_buf *text, const char *columns, size_t step,
    int64_t max_rows, struct run *run)
{
	static struct run_file file;
	struct spt_err e = { 0 };

	file = (struct run_file){ "f", (const char *)text->data, text->len, 0 };
	run_init(run, "csv", &file, 1);
	run->conf.columns = columns;
	run->conf.schema = "t timestamp, i int, f float, b bool, s string";
	run->step = step;
	run->max_rows = max_rows;
	CHECK_INT(run_all(run, &e), 0);
	CHECK_STR(e.msg, "");
}

/* Byte by byte, no record is decoded by the index. */
static void
same(const struct spt_buf *text, const char *columns, size_t step, int64_t max)
{
	struct run by_index, alone;

	decode(text, columns, step, max, &by_index);
	decode(text, columns, 1, 0, &alone);
	CHECK(by_index.rows.len == alone.rows.len &&
	      memcmp(by_index.rows.data, alone.rows.data, alone.rows.len) == 0);
	CHECK(by_index.bad.len == alone.bad.len &&
	      (alone.bad.len == 0 || memcmp(by_index.bad.data, alone.bad.data,
					 alone.bad.len) == 0));
	CHECK_INT(by_index.count.rows, alone.count.rows);
	CHECK_INT(by_index.count.bad, alone.count.bad);
	CHECK_INT(by_index.count.repaired, alone.count.repaired);
	run_fini(&by_index);
	run_fini(&alone);
}

static void
test_decoder(void)
{
	static const unsigned odd[] = { 0, 3, 20, 500 };
	struct spt_buf text;

	spt_buf_init(&text, spt_io_system());
	for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++) {
		for (unsigned seed = 1; seed < 4; seed++) {
			text.len = 0;
			make(&text, 1500, odd[i], seed == 2 ? "\r\n" : "\n",
			    seed);
			same(&text, NULL, 0, 0);
			same(&text, "f,t", 0, 7);
			same(&text, "s", 1000, 0);
			same(&text, NULL, 40000, 100);
		}
	}
	spt_buf_fini(&text);
}

int
main(void)
{
	test_records();
	test_borders();
	test_decoder();
	return DONE;
}
