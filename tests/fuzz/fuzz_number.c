/*
 * Numbers: what is taken for one has the value that the C library gives it,
 * and prints as a text that reads back the same.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
same(double a, double b)
{
	return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void
check_print(double v)
{
	char text[SPT_NUMBER_TEXT];
	size_t n = spt_float_print(text, v);
	double back;

	if (n != strlen(text) || spt_float_parse(text, n, &back) != 1 ||
	    !same(back, v) || !same(strtod(text, NULL), v))
		abort();
	if (!spt_looks_float(text, n))
		abort();
}

/* Does strtod take all of it but blanks, and is it none of its extras? */
static bool
takes(const char *s, double *v)
{
	char *end;

	if (strpbrk(s, "xX(\n\v\f\r") != NULL)
		return false;
	*v = strtod(s, &end);
	if (end == s)
		return false;
	return strspn(end, " \t") == strlen(end);
}

static void
check_float(const char *s, size_t n)
{
	double v, want;
	bool good = spt_float_parse(s, n, &v) == 1;

	if (strlen(s) != n) {
		if (good)
			abort();
		return;
	}
	if (good != takes(s, &want) || (good && !same(v, want)))
		abort();
	if (good)
		check_print(v);
	if (spt_looks_float(s, n) && !good)
		abort();
}

static void
check_int(const char *s, size_t n)
{
	char text[SPT_NUMBER_TEXT], *end;
	int64_t v, back;
	long long want;

	if (spt_int_parse(s, n, &v) == 0) {
		if (spt_looks_int(s, n))
			abort();
		return;
	}
	errno = 0;
	want = strtoll(s, &end, 10);
	if (errno != 0 || want != v || strspn(end, " \t") != strlen(end))
		abort();
	n = spt_int_print(text, v);
	if (n != strlen(text) || spt_int_parse(text, n, &back) != 1 ||
	    back != v || !spt_looks_int(text, n))
		abort();
}

static void
check_json(const char *s, size_t n)
{
	bool is_int;
	int64_t i, i2;
	double f, want;

	if (spt_json_number_parse(s, n, &is_int, &i, &f) == 0)
		return;
	if (spt_float_parse(s, n, &want) != 1 || !same(f, want))
		abort();
	if (is_int && (spt_int_parse(s, n, &i2) != 1 || i != i2))
		abort();
	if (n == 0 || (*s != '-' && !isdigit((unsigned char)*s)) ||
	    !isdigit((unsigned char)s[n - 1]))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1), *exact = malloc(size + !size);
	double v;
	bool b;

	memcpy(s, data, size);
	s[size] = '\0';
	check_float(s, size);
	check_int(s, size);
	check_json(s, size);
	/* Nothing is read behind the end. */
	memcpy(exact, data, size);
	if (spt_float_parse(exact, size, &v) == 1 && !spt_looks_int(s, size))
		check_print(v);
	if (spt_bool_parse(exact, size, &b) == 1 &&
	    spt_bool_parse_loose(exact, size, &b) != 1)
		abort();
	if (size == sizeof v) {
		memcpy(&v, data, sizeof v);
		check_print(v);
	}
	free(exact);
	free(s);
	return 0;
}
