#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/number.h"
#include "unit.h"

static struct spt_err err;

/* The parsers get an exact copy on the heap, so that the sanitizer sees any
 * read behind it. */
static char *
tight(const char *s)
{
	size_t n = strlen(s);
	char *p = malloc(n != 0 ? n : 1);

	memcpy(p, s, n);
	return p;
}

static void
check_int(const char *s, int want, int64_t value)
{
	char *p = tight(s);
	int64_t v = 0;

	CHECK_INT(spt_int_parse(p, strlen(s), &v), want);
	CHECK_INT(v, value);
	free(p);
}

static void
test_int(void)
{
	char text[SPT_NUMBER_TEXT];

	check_int("0", 1, 0);
	check_int("-0", 1, 0);
	check_int("+7", 1, 7);
	check_int(" \t42 ", 1, 42);
	check_int("007", 1, 7);
	check_int("12345678", 1, 12345678);
	check_int("1234567890123456", 1, 1234567890123456);
	check_int("9223372036854775807", 1, INT64_MAX);
	check_int("-9223372036854775808", 1, INT64_MIN);
	check_int(
	    "000000000000000000000000009223372036854775807", 1, INT64_MAX);
	check_int("9223372036854775808", 0, 0);
	check_int("-9223372036854775809", 0, 0);
	check_int("9999999999999999999", 0, 0);
	check_int("18446744073709551616", 0, 0);
	check_int("", 0, 0);
	check_int(" ", 0, 0);
	check_int("-", 0, 0);
	check_int("+-1", 0, 0);
	check_int("- 1", 0, 0);
	check_int("1 2", 0, 0);
	check_int("1a", 0, 0);
	check_int("1234567a", 0, 0);
	check_int("1234:678", 0, 0);
	check_int("1234/678", 0, 0);
	check_int("123456\xb7"
		  "8",
	    0, 0);
	check_int("0x10", 0, 0);
	check_int("1\n", 0, 0);
	CHECK_INT(spt_int_print(text, INT64_MIN), 20);
	CHECK_STR(text, "-9223372036854775808");
	spt_int_print(text, INT64_MAX);
	CHECK_STR(text, "9223372036854775807");
	spt_int_print(text, 0);
	CHECK_STR(text, "0");
	for (int64_t v = 1; v < INT64_MAX / 7; v *= 7) {
		int64_t back;

		for (int64_t w = v - 3; w < v + 3; w++) {
			size_t n = spt_int_print(text, -w);

			if (spt_int_parse(text, n, &back) != 1 || back != -w)
				CHECK_INT(back, -w);
		}
	}
}

static void
check_float(const char *s)
{
	char *p = tight(s);
	double v = 0, want = strtod(s, NULL);

	CHECK_INT(spt_float_parse(p, strlen(s), &v), 1);
	if (memcmp(&v, &want, sizeof v) != 0 && !(isnan(v) && isnan(want)))
		printf("%s: got %a, expected %a\n", s, v, want);
	CHECK(memcmp(&v, &want, sizeof v) == 0 || (isnan(v) && isnan(want)));
	free(p);
}

static void
check_no_float(const char *s)
{
	char *p = tight(s);
	double v = 5;

	CHECK_INT(spt_float_parse(p, strlen(s), &v), 0);
	CHECK(v == 5);
	free(p);
}

static void
test_float_parse(void)
{
	static const char *const good[] = { "0", "-0", "0.0", "-0.0e5", "1",
		"+1", "1.5", ".5", "5.", "-.5e1", "1e22", "1e23", "1e-22",
		"1e-23", "123456789012345678", "9007199254740993",
		"9007199254740992.999999", "9007199254740993.000000001", "0.1",
		"0.3", "2.2250738585072011e-308", "2.2250738585072014e-308",
		"4.9e-324", "5e-324", "2.4e-324", "2.5e-324", "1e-400",
		"1.7976931348623157e308", "1.7976931348623158e308",
		"1.7976931348623159e308", "1e309", "-1e400",
		"1e99999999999999999999", "1e-99999999999999999999",
		"0e99999999999999999999", "inf", "-Infinity", "+INF", "nan",
		"NaN",
		"1.00000000000000011102230246251565404236316680908203125",
		"1.00000000000000011102230246251565404236316680908203124",
		"1.00000000000000011102230246251565404236316680908203126",
		"000000000000000000000000000000000001",
		"0.000000000000000000000000000000000001", "00.5", "1E5", "1e+5",
		"179769313486231580793e289", "8.5e-3" };
	static const char *const bad[] = { "", " ", ".", "-", "-.", "e5", ".e5",
		"1e", "1e+", "1e5.", "1.2.3", "1,5", "0x10", "1e5x", "infin",
		"nan(1)", "in", "1 e5", "--1", "1f", "1_000", "\t" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		check_float(good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_no_float(bad[i]);
}

/* Halfway texts of several hundred digits, and digits far beyond them. */
static void
test_float_long(void)
{
	enum { LONG = 5000 };
	char *s = malloc(LONG + 64);
	double v, want;
	int n;

	/* Halfway between subnormal numbers, some 750 digits, and next to it;
	 * long double holds them. */
	for (int i = 1; i < 9; i += 2) {
		n = snprintf(s, LONG, "%.1075Lf", ldexpl(i, -1075));
		CHECK(n > 1000);
		check_float(s);
		s[n - 1]--;
		check_float(s);
		s[n - 1] += 2;
		check_float(s);
		strcpy(s + n, "0000000000000000000000000000000000000000001");
		check_float(s);
	}
	/* 1 and a half unit, zeros, and a last digit or none. */
	for (int tail = 0; tail < 2; tail++) {
		n = snprintf(s, LONG, "%s",
		    "1.00000000000000011102230246251565404236316680908203125");
		memset(s + n, '0', (size_t)(LONG - n));
		s[LONG - 1] = (char)('0' + tail);
		s[LONG] = '\0';
		check_float(s);
		CHECK_INT(spt_float_parse(s, LONG, &v), 1);
		CHECK(v == (tail ? 1 + DBL_EPSILON : 1.0));
	}
	/* The point behind thousands of zeros, and before them. */
	memset(s, '0', LONG);
	s[1] = '.';
	strcpy(s + LONG, "17e5010");
	check_float(s);
	memset(s, '0', LONG);
	s[0] = '3';
	strcpy(s + LONG, ".5e-4990");
	check_float(s);
	want = strtod(s, NULL);
	CHECK(want > 0);
	memset(s, '9', LONG);
	strcpy(s + LONG, "e-5100");
	check_float(s);
	free(s);
}

static void
check_print(double v, const char *want)
{
	char text[SPT_NUMBER_TEXT];
	size_t n = spt_float_print(text, v);

	CHECK_INT(n, (long long)strlen(text));
	CHECK_STR(text, want);
}

static void
test_float_print(void)
{
	check_print(0, "0.0");
	check_print(-0.0, "-0.0");
	check_print(1, "1.0");
	check_print(-1.5, "-1.5");
	check_print(0.1, "0.1");
	check_print(0.1 + 0.2, "0.30000000000000004");
	check_print(1.0 / 3, "0.3333333333333333");
	check_print(2.0 / 3, "0.6666666666666666");
	check_print(100, "100.0");
	check_print(123456789, "123456789.0");
	check_print(9007199254740992, "9007199254740992.0");
	check_print(9007199254740994, "9007199254740994.0");
	check_print(1e15, "1000000000000000.0");
	check_print(1e16, "10000000000000000.0");
	check_print(99999999999999984, "99999999999999980.0");
	check_print(1e17, "1e+17");
	check_print(1.5e17, "1.5e+17");
	check_print(1e300, "1e+300");
	check_print(1e-5, "0.00001");
	check_print(9.999e-6, "9.999e-06");
	check_print(1.5e-7, "1.5e-07");
	check_print(-1.5e-300, "-1.5e-300");
	check_print(5e-324, "5e-324");
	check_print(DBL_MIN, "2.2250738585072014e-308");
	check_print(DBL_MAX, "1.7976931348623157e+308");
	check_print(2.2250738585072009e-308, "2.225073858507201e-308");
	/* A power of two whose nearest 16 digits do not read back. */
	check_print(ldexp(1, -44), "5.684341886080802e-14");
	check_print(9.5367431640625e-07, "9.5367431640625e-07");
	/* Exactly between two texts: the even one. */
	check_print(117972975136524.375, "117972975136524.38");
	check_print(1189349452008764.75, "1189349452008764.8");
	check_print(1218516252555505.75, "1218516252555505.8");
	check_print(4503599627370495.5, "4503599627370495.5");
	check_print(9007199254740991, "9007199254740991.0");
	check_print(123.456, "123.456");
	check_print(0.00123, "0.00123");
	check_print(NAN, "NaN");
	check_print(INFINITY, "inf");
	check_print(-INFINITY, "-inf");
}

/* No shorter text reads back, the text itself does. */
static void
check_shortest(double v)
{
	char text[SPT_NUMBER_TEXT], other[64];
	size_t n = spt_float_print(text, v), digits = 0, zeros = 0;
	double back;
	bool begun = false;

	if (spt_float_parse(text, n, &back) != 1 ||
	    memcmp(&back, &v, sizeof v) != 0 || strtod(text, NULL) != v ||
	    n + 1 > SPT_NUMBER_TEXT) {
		printf("%a printed as %s\n", v, text);
		CHECK(!"a double reads back");
		return;
	}
	for (const char *p = text; *p != '\0' && *p != 'e'; p++) {
		begun = begun || (*p >= '1' && *p <= '9');
		if (*p < '0' || *p > '9' || !begun)
			continue;
		zeros = *p == '0' ? zeros + 1 : 0;
		digits++;
	}
	digits -= zeros;
	if (digits > 1) {
		snprintf(other, sizeof other, "%.*e", (int)digits - 2, v);
		if (strtod(other, NULL) == v) {
			printf("%s for %s\n", text, other);
			CHECK(!"a double is printed as short as possible");
		}
	}
}

static void
test_random(void)
{
	uint64_t state = 42;

	for (int i = 0; i < 100000; i++) {
		uint64_t bits = spt_hash_int(7, state++);
		double v;

		memcpy(&v, &bits, sizeof v);
		if (isfinite(v))
			check_shortest(v);
		/* Ordinary magnitudes, and money. */
		check_shortest((double)(int64_t)bits / 9007199254740992.0);
		check_shortest((double)(bits % 100000000) / 100);
	}
	for (int i = -1074; i < 1024; i++) {
		check_shortest(ldexp(1, i));
		check_shortest(-nextafter(ldexp(1, i), 0));
		check_shortest(nextafter(ldexp(1, i), 1e308));
	}
	CHECK(true);
}

static void
check_json(const char *s, int want, bool is_int, int64_t i, double f)
{
	char *p = tight(s);
	bool got_int = false;
	int64_t v = 0;
	double d = 0;

	CHECK_INT(spt_json_number_parse(p, strlen(s), &got_int, &v, &d), want);
	if (want == 1) {
		CHECK_INT(got_int, is_int);
		if (is_int)
			CHECK_INT(v, i);
		CHECK(d == f && signbit(d) == signbit(f));
	}
	free(p);
}

static void
test_json(void)
{
	static const char *const bad[] = { "", "-", "+1", "01", "-01", "1.",
		".5", "1.e5", "1e", "1e+", " 1", "1 ", "1.5 ", "0x1", "inf",
		"nan", "NaN", "-inf", "Infinity", "1e5.5", "--1", "1a", "1.-5",
		"-", "- 1", "00", "1\t" };

	check_json("0", 1, true, 0, 0);
	check_json("-0", 1, true, 0, -0.0);
	check_json("12", 1, true, 12, 12);
	check_json("-9223372036854775808", 1, true, INT64_MIN, -0x1p63);
	check_json("9223372036854775808", 1, false, 0, 0x1p63);
	check_json("123456789012345678901234567890", 1, false, 0,
	    123456789012345678901234567890.0);
	check_json("1.0", 1, false, 0, 1);
	check_json("1e2", 1, false, 0, 100);
	check_json("1E+2", 1, false, 0, 100);
	check_json("0.5e-1", 1, false, 0, 0.05);
	check_json("-0.0", 1, false, 0, -0.0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_json(bad[i], 0, false, 0, 0);
}

static void
test_looks(void)
{
	/* i: an int and a float; f: a float; n: neither. */
	static const char *const cases[] = { "i0", "i7", "i-7", "i 7 ",
		"i9223372036854775807", "i-9223372036854775808", "f-0", "n007",
		"n-007", "n+7", "n", "n-", "n9223372036854775808", "n1 2",
		"f0.5", "f-0.5", "f.5", "f-.5", "f5.", "f1e5", "f0e1", "f 1.5 ",
		"n00.5", "n+1.5", "n-00.5", "n01e5", "fNaN", "fnan", "nNAN",
		"n-nan", "finf", "f-inf", "n+inf", "nINF", "fInfinity",
		"f-Infinity", "ninfinity", "n.", "n1.2.3", "n1e", "n0x1",
		"ntrue", "n1,5" };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *s = cases[i] + 1;
		char *p = tight(s);
		bool as_int = spt_looks_int(p, strlen(s));
		bool as_float = spt_looks_float(p, strlen(s));

		if (as_int != (*cases[i] == 'i') ||
		    as_float != (*cases[i] != 'n'))
			printf("case %s\n", cases[i]);
		CHECK_INT(as_int, *cases[i] == 'i');
		CHECK_INT(as_float, *cases[i] != 'n');
		free(p);
	}
}

static void
test_bool(void)
{
	static const char *const loose[] = { "f", "T", "no", "Yes", "N", "y",
		"OFF", "on", "False", "true" };
	bool v = false;

	CHECK_INT(spt_bool_parse("True", 4, &v), 1);
	CHECK(v);
	CHECK_INT(spt_bool_parse(" FALSE ", 7, &v), 1);
	CHECK(!v);
	CHECK_INT(spt_bool_parse("t", 1, &v), 0);
	CHECK_INT(spt_bool_parse("true", 3, &v), 0);
	CHECK_INT(spt_bool_parse("truex", 5, &v), 0);
	CHECK_INT(spt_bool_parse("", 0, &v), 0);
	for (size_t i = 0; i < 10; i++) {
		CHECK_INT(
		    spt_bool_parse_loose(loose[i], strlen(loose[i]), &v), 1);
		CHECK_INT(v, i % 2);
	}
	CHECK_INT(spt_bool_parse_loose("1", 1, &v), 0);
	CHECK_INT(spt_bool_parse_loose("", 0, &v), 0);
	CHECK_INT(spt_bool_parse_loose("ye", 2, &v), 0);
}

static void
check_size(const char *s, int64_t want)
{
	int64_t v = -1;

	spt_err_clear(&err);
	CHECK_INT(spt_size_parse(s, &v, &err), want < 0 ? -1 : 0);
	CHECK_INT(v, want);
	CHECK_INT(err.kind, want < 0 ? SPT_EUSAGE : SPT_OK);
}

static void
test_size(void)
{
	char text[SPT_NUMBER_TEXT];
	int64_t v = -1;

	check_size("0", 0);
	check_size("4096", 4096);
	check_size("64K", 65536);
	check_size("256m", 256 << 20);
	check_size("1GiB", 1 << 30);
	check_size("2T", INT64_C(2) << 40);
	check_size("12B", 12);
	check_size("8388607T", INT64_C(8388607) << 40);
	check_size("8388608T", -1);
	check_size("99999999999999999999", -1);
	check_size("", -1);
	check_size("K", -1);
	check_size("1KB", -1);
	check_size("1.5G", -1);
	check_size("-1", -1);
	check_size("1 K", -1);
	CHECK_STR(err.msg, "\"1 K\": not a size (write 4096, 64K, 256M, 1G)");
	spt_err_clear(&err);
	CHECK_INT(spt_count_parse("10k", &v, &err), 0);
	CHECK_INT(v, 10000);
	CHECK_INT(spt_count_parse("5M", &v, &err), 0);
	CHECK_INT(v, 5000000);
	CHECK_INT(spt_count_parse("9223372036854775807", &v, &err), 0);
	CHECK_INT(spt_count_parse("9223372036854775807k", &v, &err), -1);
	spt_err_clear(&err);
	CHECK_INT(spt_count_parse("ten", &v, &err), -1);
	CHECK_STR(err.msg, "\"ten\": not a count (write 1000, 10k, 5M)");
	spt_err_clear(&err);
	spt_size_print(text, 0);
	CHECK_STR(text, "0 B");
	spt_size_print(text, 1023);
	CHECK_STR(text, "1023 B");
	spt_size_print(text, 1024);
	CHECK_STR(text, "1 KiB");
	spt_size_print(text, 3 << 29);
	CHECK_STR(text, "1.5 GiB");
	spt_size_print(text, (1 << 20) - 1);
	CHECK_STR(text, "1 MiB");
	spt_size_print(text, INT64_MAX);
	CHECK_STR(text, "8 EiB");
	spt_size_print(text, -1536);
	CHECK_STR(text, "-1.5 KiB");
	CHECK_INT(spt_size_print(text, INT64_MIN), (long long)strlen(text));
	CHECK_STR(text, "-8 EiB");
}

int
main(void)
{
	test_int();
	test_float_parse();
	test_float_long();
	test_float_print();
	test_random();
	test_json();
	test_looks();
	test_bool();
	test_size();
	return DONE;
}
