/*
 * What is read the quick way is what the parsers of number.h and time.h read.
 */
#include <stdlib.h>

#include "base/number.h"
#include "base/quicknumber.h"
#include "base/timecache.h"
#include "unit.h"

#define BEFORE "########"

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

/* The text with what has to be in front of it, and nothing behind it.  *start
 * is to be freed. */
static const char *
place(const char *text, size_t n, char **start)
{
	*start = malloc(sizeof BEFORE + n);
	if (*start == NULL)
		abort();
	memcpy(*start, BEFORE, sizeof BEFORE - 1);
	memcpy(*start + sizeof BEFORE - 1, text, n);
	return *start + sizeof BEFORE - 1;
}

/* 1: the quick way read it, 0: it did not. */
static int
check_int(const char *text)
{
	size_t n = strlen(text);
	char *start;
	const char *p = place(text, n, &start);
	int64_t quick = 0, exact = 0;
	int rc = spt__quick_int(p, n, &quick);

	if (rc)
		CHECK(spt_int_parse(p, n, &exact) == 1 && quick == exact);
	free(start);
	return rc;
}

static int
check_float(const char *text)
{
	size_t n = strlen(text);
	char *start;
	const char *p = place(text, n, &start);
	double quick = 0, exact = 0;
	int rc = spt__quick_float(p, n, &quick);

	if (rc)
		CHECK(spt_float_parse(p, n, &exact) == 1 &&
		      memcmp(&quick, &exact, sizeof quick) == 0);
	free(start);
	return rc;
}

static void
test_ints(void)
{
	static const char *const good[] = { "0", "7", "-7", "12345678",
		"-12345678", "123456789", "1234567890123456",
		"-9999999999999999", "007", "-0" };
	static const char *const not [] = { "", "-", "+", "--5", "5-", " 5",
		"5 ", "1.0", "1e3", "12345678901234567", "x", "/", ":",
		"1234567x", "x12345678", "1234 678" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_INT(check_int(good[i]), 1);
	for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
		CHECK_INT(check_int(not [i]), 0);
}

static void
test_floats(void)
{
	static const char *const good[] = { "0", "-0", "0.0", "-0.0", "5.",
		".5", "-.5", "6.333", "0.997", "1234567", "1234.567",
		"99999.99", "12345678" };
	static const char *const not [] = { "", ".", "-", "-.", "..", "1..2",
		"1.2.3", "1e3", "nan", "inf", "+1", " 1.5", "1.5 ", "123456789",
		"1.2345678", "1,5" };

	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK_INT(check_float(good[i]), FLT_EVAL_METHOD == 0);
	for (size_t i = 0; i < sizeof not / sizeof *not ; i++)
		CHECK_INT(check_float(not [i]), 0);
}

static void
test_random_numbers(void)
{
	static const char letters[] = "0123456789012345678901234567890.-+ e/:";
	unsigned seed = 1;
	int ints = 0, floats = 0;

	for (int i = 0; i < 200000; i++) {
		char text[24];
		size_t n = draw(&seed, 19);

		for (size_t k = 0; k < n; k++)
			text[k] = letters[draw(
			    &seed, sizeof letters - (i % 3 == 0 ? 1 : 7))];
		text[n] = '\0';
		ints += check_int(text);
		floats += check_float(text);
	}
	CHECK(ints > 10000);
	CHECK(floats > 10000 || FLT_EVAL_METHOD != 0);
}

static void
check_time(
    struct spt_time_cache *k, const char *p, size_t n, const struct spt_tz *tz)
{
	spt_time quick = 0, exact = 0;
	char *start;
	const char *text = place(p, n, &start);
	int rc = spt_time_parse(text, n, tz, &exact);

	CHECK_INT(spt_time_parse_cached(k, text, n, tz, &quick), rc);
	if (rc == 1)
		CHECK_INT(quick, exact);
	free(start);
}

static void
test_times(void)
{
	static const char *const texts[] = { "2024-02-29T23:59:59Z",
		"2024-02-29T23:59:59.999Z", "2024-03-01T00:00:00.000001Z",
		"2023-02-29T00:00:00Z", "2024-03-01 10:00:00",
		"2024-03-01 10:00:00.250", "2024-03-01T24:00:00Z",
		"2024-03-01T23:59:60Z", "2024-03-01", "2024-03-01T10:00Z",
		"2024-03-01T10:00:00+02:00", "2024-03-01T10:00:00.1Z",
		"2024-03-01T10:00:00.1234567Z", " 2024-03-01T10:00:00Z",
		"2024-03-01T10:00:00Z ", "2024-03-01  10:00:00Z",
		"2024-03-01t10:00:00z", "0000-01-01T00:00:00Z",
		"0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "", "Z",
		"2024-03-01T10:00:00,250Z", "2024-03-01T10:00:00UTC" };
	static const char letters[] = "0123456789Z.:- T+/";
	const char zeros[] = "\0\0\0\0\0\0\0\0\0\0T10:00:00Z";
	const char more[] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0:00";
	struct spt_time_cache k = { .midnight = 0 };
	struct spt_err e = { 0 };
	struct spt_tz *tz = NULL;
	unsigned seed = 1;

	CHECK(spt_tz_open(&tz, spt_io_system(), "Europe/Berlin", &e) == 0);
	check_time(&k, zeros, sizeof zeros - 1, NULL);
	check_time(&k, more, sizeof more - 1, NULL);
	for (int i = 0; i < 100000; i++) {
		char text[40];
		size_t at = draw(&seed, sizeof texts / sizeof *texts);
		size_t n = strlen(texts[at]);

		memcpy(text, texts[at], n + 1);
		for (unsigned odd = draw(&seed, 3); n != 0 && odd != 0; odd--)
			text[draw(&seed, (unsigned)n)] =
			    letters[draw(&seed, sizeof letters - 1)];
		check_time(&k, text, n, i % 4 == 0 ? tz : NULL);
	}
	spt_tz_free(tz);
}

int
main(void)
{
	test_ints();
	test_floats();
	test_random_numbers();
	test_times();
	return DONE;
}
