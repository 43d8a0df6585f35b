/*
 * floatprint - a double as the shortest decimal text that reads back as it.
 *
 * Every double of ordinary data is a decimal number of at most 15 digits, and
 * no two of those are the same double: if v times 10^k is, rounded, such an
 * integer whose quotient by 10^k is v again, its digits are the answer.  All
 * else asks printf for 15, 16 and 17 digits, and reads back.  The nearest text
 * of a length is the one to try, with two exceptions: subnormal numbers may
 * need fewer digits than 15, and the doubles above a power of two lie twice as
 * far apart as those below, so that the next text away from zero may read back
 * where the nearest does not.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

/* v = 0.DIGITS times 10^point. */
struct shortest {
	char digits[24];
	size_t n;
	int point;
};

static void
take_integer(struct shortest *s, int64_t m, int decimals)
{
	char text[SPT_NUMBER_TEXT];

	s->n = spt_int_print(text, m);
	s->point = (int)s->n - decimals;
	while (s->n > 1 && text[s->n - 1] == '0')
		s->n--;
	memcpy(s->digits, text, s->n);
}

static bool
try_decimals(struct shortest *s, double v)
{
#if FLT_EVAL_METHOD == 0
	double ten = 1;

	if (v < 1e-5)
		return false;
	for (int k = 0; k <= 20; k++, ten *= 10) {
		double scaled = rint(v * ten);

		if (scaled >= 1e15)
			return false;
		if (scaled / ten == v) {
			take_integer(s, (int64_t)scaled, k);
			return true;
		}
	}
#else
	(void)s;
	(void)v;
#endif
	return false;
}

/* Takes "d.ddde[+-]x" apart. */
static void
take_text(struct shortest *s, const char *text)
{
	const char *e = strchr(text, 'e');

	s->n = 0;
	for (const char *p = text; p < e; p++)
		if (*p >= '0' && *p <= '9')
			s->digits[s->n++] = *p;
	while (s->n > 1 && s->digits[s->n - 1] == '0')
		s->n--;
	s->point = (int)strtol(e + 1, NULL, 10) + 1;
}

/* v's nearest text of n digits; false: it does not read back as v. */
static bool
try_digits(struct shortest *s, double v, int n)
{
	char text[SPT_NUMBER_TEXT], *end;

	snprintf(text, sizeof text, "%.*e", n - 1, v);
	if (strtod(text, NULL) != v) {
		int exponent;

		if (n != 16 || frexp(v, &exponent) != 0.5)
			return false;
		/* A power of two: the last digit goes up, if it can alone. */
		end = strchr(text, 'e');
		if (end[-1] == '9')
			return false;
		end[-1]++;
		if (strtod(text, NULL) != v)
			return false;
	}
	take_text(s, text);
	return true;
}

static void
find_shortest(struct shortest *s, double v)
{
	int n = v < DBL_MIN ? 1 : 15;

	if (try_decimals(s, v))
		return;
	while (n < 17 && !try_digits(s, v, n))
		n++;
	if (n == 17)
		try_digits(s, v, 17);
}

static size_t
lay_out_exponent(char *out, const struct shortest *s)
{
	size_t n = 0;

	out[n++] = s->digits[0];
	if (s->n > 1) {
		out[n++] = '.';
		memcpy(out + n, s->digits + 1, s->n - 1);
		n += s->n - 1;
	}
	return n + (size_t)sprintf(out + n, "e%+03d", s->point - 1);
}

static size_t
lay_out_plain(char *out, const struct shortest *s)
{
	size_t n = 0, whole = s->point > 0 ? (size_t)s->point : 0;

	if (whole == 0) {
		size_t zeros = (size_t)-s->point;

		memcpy(out, "0.", 2);
		memset(out + 2, '0', zeros);
		memcpy(out + 2 + zeros, s->digits, s->n);
		return 2 + zeros + s->n;
	}
	while (n < whole) {
		out[n] = n < s->n ? s->digits[n] : '0';
		n++;
	}
	out[n++] = '.';
	if (s->n <= whole) {
		out[n++] = '0';
		return n;
	}
	memcpy(out + n, s->digits + whole, s->n - whole);
	return n + s->n - whole;
}

size_t
spt_float_print(char out[SPT_NUMBER_TEXT], double v)
{
	struct shortest s;
	size_t n = 0;

	if (isnan(v)) {
		memcpy(out, "NaN", 4);
		return 3;
	}
	if (signbit(v)) {
		out[n++] = '-';
		v = -v;
	}
	if (isinf(v)) {
		memcpy(out + n, "inf", 4);
		return n + 3;
	}
	if (v == 0) {
		memcpy(out + n, "0.0", 4);
		return n + 3;
	}
	find_shortest(&s, v);
	if (v >= 1e-5 && v < 1e17)
		n += lay_out_plain(out + n, &s);
	else
		n += lay_out_exponent(out + n, &s);
	out[n] = '\0';
	return n;
}
