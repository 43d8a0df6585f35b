/*
 * floatprint - a double as the shortest decimal text that reads back as it.
 *
 * Three ways, tried in this order.  Every double of ordinary data is a decimal
 * number of at most 15 digits, and no two of those are the same double: if v
 * times 10^k is, rounded, such an integer whose quotient by 10^k is v again,
 * its digits, without zeros at the end, are the answer; two k are enough, one
 * for most data and that of 15 digits.  Else 16 or 17: for ordinary magnitudes
 * the numbers that read back as v, halfway to its neighbours, are fractions of
 * 128 bits that can be compared exactly.  All else asks printf, and reads back.
 * There the nearest text of a length is the one to try, with two exceptions:
 * subnormal numbers may need fewer digits than 15, and the doubles above a
 * power of two lie twice as far apart as those below, so that the next text
 * away from zero may read back where the nearest does not.
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

/* v = 0.DIGITS times 10^point. */
struct shortest {
	char digits[SPT_NUMBER_TEXT];
	size_t n;
	int point;
};

#if FLT_EVAL_METHOD == 0 && defined(__SIZEOF_INT128__)
#define SMALLEST 1e-5
#define LARGEST 0x1p53

#define SHORT 6 /* decimals: most doubles of ordinary data have no more */

/* 10^0 to 10^19; all of them are doubles. */
static const uint64_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000,
	10000000, 100000000, 1000000000, 10000000000, 100000000000,
	1000000000000, 10000000000000, 100000000000000, 1000000000000000,
	10000000000000000, 100000000000000000, 1000000000000000000,
	10000000000000000000u };
static const double real_tens[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8,
	1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19 };

static void
take_integer(struct shortest *s, int64_t m, int decimals)
{
	s->n = spt_int_print(s->digits, m);
	s->point = (int)s->n - decimals;
	while (s->n > 1 && s->digits[s->n - 1] == '0')
		s->n--;
}

/* Takes v if it is a number of k decimals and at most 15 digits.  The product
 * is off by less than 2^-51 of it: what is farther from an integer needs no
 * division. */
static bool
try_decimals(struct shortest *s, double v, int k)
{
	const double ten = real_tens[k], product = v * ten;
	int64_t whole;

	if (product >= 1e15)
		return false;
	whole = (int64_t)(product + 0.5);
	if (fabs(product - (double)whole) > product * 0x1p-51 ||
	    (double)whole / ten != v)
		return false;
	take_integer(s, whole, k);
	return true;
}

/* The decimals with which v has 15 digits: log10(2) is about 1233 / 4096. */
static int
most_decimals(double v)
{
	uint64_t bits;
	int k;

	memcpy(&bits, &v, sizeof bits);
	k = 14 + 8 - (((int)(bits >> 52) - 1023) * 1233 + 8 * 4096) / 4096;
	if (k > 19)
		k = 19;
	if (k < 1)
		return 0;
	return k - (v * real_tens[k] >= 1e15);
}

/* Does what is behind the last digit round it up?  Half goes to even. */
static bool
rounds_up(unsigned __int128 rest, unsigned __int128 half, uint64_t digits)
{
	return rest > half || (rest == half && digits % 2 == 1);
}

/* Sixteen or seventeen digits of v, SMALLEST <= v < LARGEST, which has no
 * shorter text; v times 10^k has 17 digits before the point, 16 or 18 when
 * rounding has led to a wrong k.  v is m 2^e; everything is in halves of
 * 2^(e-1), times 10^k. */
static void
take_exact(struct shortest *s, double v, int k)
{
	unsigned __int128 ten, all, low, high, cut;
	uint64_t m, digits;
	bool down, up;
	int shift;

	memcpy(&m, &v, sizeof m);
	shift = 1076 - (int)(m >> 52);
	m = (m & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
	for (;;) {
		ten = k < 20 ? tens[k]
			     : (unsigned __int128)tens[19] * tens[k - 19];
		all = 2 * m * ten;
		digits = (uint64_t)(all >> shift);
		if (digits >= UINT64_C(100000000000000000))
			k--;
		else if (digits < UINT64_C(10000000000000000))
			k++;
		else
			break;
	}
	/* What lies between low and high reads back as v; the two themselves
	 * do when m is even.  Below a power of two only half as much does, but
	 * those of this range are 16 digits, exactly. */
	low = all - ten + m % 2;
	high = all + ten - m % 2;
	cut = (unsigned __int128)(digits / 10 * 10) << shift;
	down = cut >= low;
	up = cut + ((unsigned __int128)10 << shift) <= high;
	if (down || up) {
		/* The nearer one, if both do. */
		if (down && up)
			up = rounds_up(all - cut, (unsigned __int128)5 << shift,
			    digits / 10);
		take_integer(s, (int64_t)(digits / 10 + up), k - 1);
		return;
	}
	digits += rounds_up(all - ((unsigned __int128)digits << shift),
	    (unsigned __int128)1 << (shift - 1), digits);
	take_integer(s, (int64_t)digits, k);
}
#endif

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

#ifdef SMALLEST
	if (v >= SMALLEST && v < LARGEST) {
		const int k = most_decimals(v);

		if (!try_decimals(s, v, SHORT) && !try_decimals(s, v, k))
			take_exact(s, v, k + 2);
		return;
	}
#endif
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
