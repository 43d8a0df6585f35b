/*
 * floatparse - decimal text to double, correctly rounded.
 *
 * Up to 19 digits are read into an integer m and a power of ten.  When m is at
 * most 2^53 and the power at most 22 both are exact doubles, and one product
 * or quotient of exact doubles is rounded once: right (W. Clinger, "How to
 * read floating point numbers accurately", 1990).  Other m are multiplied with
 * 128 bits of the power of five, which nearly always is enough to see where
 * the product is rounded to (D. Lemire, "Number parsing at a gigabyte per
 * second", 2021).  All else goes to strtod, rewritten as plain digits and an
 * exponent, without a decimal point, whose look depends on the locale.  No
 * double and no point halfway between two has more than 767 significant digits;
 * of a longer text the digits behind that matter only by being there, and one
 * digit stands for them.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"
#include "base/number.h"
#include "base/powers5.h"

#define FAST_DIGITS 19
#define ALL_DIGITS 800
#define POSITIVE INT64_C(65536) /* times anything, no rest when shifted */
/* Beyond this every exponent says zero or infinity, whatever the digits. */
#define FAR INT64_C(1000000000000000)

struct decimal {
	bool negative;
	uint64_t m;            /* the first FAST_DIGITS significant digits */
	int64_t exponent;      /* of the last digit of m */
	int64_t kept, dropped; /* significant digits in m, and behind it */
	const char *first;     /* the first significant digit */
	const char *end;       /* of the digits */
};

static const char *
take_digits(const char *p, const char *end, bool fraction, struct decimal *d)
{
	for (; p < end; p++) {
		unsigned digit = spt__digit(*p);

		if (digit > 9)
			break;
		if (d->kept == FAST_DIGITS) {
			d->dropped++;
			d->exponent += !fraction;
			continue;
		}
		d->exponent -= fraction;
		if (d->kept == 0 && digit == 0)
			continue;
		if (d->kept++ == 0)
			d->first = p;
		d->m = d->m * 10 + digit;
	}
	return p;
}

/* What stands behind 'e'; NULL: no number. */
static const char *
take_exponent(const char *p, const char *end, int64_t *exponent)
{
	bool negative = false;
	int64_t v = 0;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	if (p == end)
		return NULL;
	for (; p < end; p++) {
		unsigned digit = spt__digit(*p);

		if (digit > 9)
			return NULL;
		if (v < FAR)
			v = v * 10 + digit;
	}
	*exponent += negative ? -v : v;
	return p;
}

/* Splits the text behind the sign.  False: not the grammar. */
static bool
split(const char *p, const char *end, struct decimal *d)
{
	const char *whole = p, *fraction = NULL;

	p = take_digits(p, end, false, d);
	if (p < end && *p == '.') {
		fraction = ++p;
		p = take_digits(p, end, true, d);
	}
	if (fraction == NULL ? p == whole : p - whole == 1)
		return false;
	d->end = p;
	if (p < end && (*p == 'e' || *p == 'E'))
		p = take_exponent(p + 1, end, &d->exponent);
	return p == end;
}

static double
convert_slowly(const struct decimal *d)
{
	char text[ALL_DIGITS + 1 + SPT_NUMBER_TEXT];
	int64_t exponent = d->exponent - d->dropped, left;
	const char *p = d->first;
	size_t n = 0;

	for (; p < d->end && n < ALL_DIGITS; p++)
		if (*p != '.')
			text[n++] = *p;
	left = d->kept + d->dropped - (int64_t)n;
	exponent += left;
	for (; p < d->end; p++) {
		if (*p != '.' && *p != '0') {
			text[n++] = '1';
			exponent--;
			break;
		}
	}
	if (exponent > 99999)
		exponent = 99999;
	if (exponent < -99999)
		exponent = -99999;
	text[n++] = 'e';
	spt_int_print(text + n, exponent);
	return strtod(text, NULL);
}

#ifdef __SIZEOF_INT128__

/* The 128 highest bits of a * b, of which b has 128, without what the lowest
 * 64 of b may carry when that changes no bit that matters. */
static void
multiply(uint64_t a, const struct spt__power5 *b, uint64_t *high, uint64_t *low)
{
	unsigned __int128 product = (unsigned __int128)a * b->high;

	/* Of the upper half the 55 highest bits are looked at. */
	if (((uint64_t)(product >> 64) & 0x1ff) == 0x1ff)
		product += (uint64_t)(((unsigned __int128)a * b->low) >> 64);
	*high = (uint64_t)(product >> 64);
	*low = (uint64_t)product;
}

/*
 * m * 10^q, as in section 5 of Lemire's paper, of which the sections are
 * quoted.  m is not 0.  False: it takes more than 128 bits of the power, or is
 * no ordinary double.
 */
static bool
convert_by_product(uint64_t m, int64_t q, double *v)
{
	int zeros = __builtin_clzll(m), upper, shift;
	uint64_t high, low, bits;
	int64_t power;

	if (q < -SPT__POWERS5 || q > SPT__POWERS5)
		return false;
	multiply(m << zeros, &spt__powers5[q + SPT__POWERS5], &high, &low);
	/* What was cut off could carry all the way up (5.4). */
	if (low == UINT64_MAX && (q < -27 || q > 55))
		return false;
	upper = (int)(high >> 63);
	shift = upper + 64 - 52 - 3;
	bits = high >> shift;
	/* floor(log2(10^q)) for all q of the table, kept positive by POSITIVE
	 * for the shift, and the bias. */
	power = ((217706 * (q + POSITIVE)) >> 16) - (217706 * POSITIVE >> 16) +
		63 + upper - zeros + 1023;
	if (power <= 0 || power >= 2046)
		return false;
	/* Exactly between two doubles, which these q alone allow (5.3): to
	 * the even one. */
	if (low <= 1 && q >= -4 && q <= 23 && (bits & 3) == 1 &&
	    bits << shift == high)
		bits &= ~UINT64_C(1);
	bits = (bits + (bits & 1)) >> 1;
	if (bits == UINT64_C(1) << 53) {
		bits >>= 1;
		power++;
	}
	bits = (bits & ~(UINT64_C(1) << 52)) | (uint64_t)power << 52;
	memcpy(v, &bits, sizeof *v);
	return true;
}

#else

static bool
convert_by_product(uint64_t m, int64_t q, double *v)
{
	(void)m;
	(void)q;
	(void)v;
	return false;
}

#endif

static double
convert(const struct decimal *d)
{
	double v;

#if FLT_EVAL_METHOD == 0
	static const double ten[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
		1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
		1e19, 1e20, 1e21, 1e22 };

	if (d->dropped == 0 && d->m <= UINT64_C(1) << 53 &&
	    d->exponent >= -22 && d->exponent <= 22) {
		if (d->exponent < 0)
			return (double)d->m / ten[-d->exponent];
		return (double)d->m * ten[d->exponent];
	}
#endif
	if (d->kept == 0)
		return 0.0;
	if (d->dropped == 0 && convert_by_product(d->m, d->exponent, &v))
		return v;
	return convert_slowly(d);
}

int
spt_float_parse(const char *p, size_t n, double *v)
{
	struct decimal d = { 0 };

	spt__trim(&p, &n);
	if (n > 0 && (*p == '-' || *p == '+')) {
		d.negative = *p == '-';
		p++;
		n--;
	}
	if (n == 0)
		return 0;
	if (split(p, p + n, &d))
		*v = convert(&d);
	else if (spt__same_word(p, n, "inf") ||
		 spt__same_word(p, n, "infinity"))
		*v = HUGE_VAL;
	else if (spt__same_word(p, n, "nan"))
		*v = NAN;
	else
		return 0;
	if (d.negative)
		*v = -*v;
	return 1;
}

int
spt_json_number_parse(
    const char *p, size_t n, bool *is_int, int64_t *i, double *f)
{
	const char *q = p, *end = p + n, *whole;

	if (q < end && *q == '-')
		q++;
	whole = q;
	while (q < end && spt__digit(*q) <= 9)
		q++;
	if (q == whole || (*whole == '0' && q - whole > 1))
		return 0;
	*is_int = false;
	if (q == end) {
		*is_int = spt_int_parse(p, n, i) == 1;
		if (*is_int) {
			*f = *i == 0 && *p == '-' ? -0.0 : (double)*i;
			return 1;
		}
		return spt_float_parse(p, n, f);
	}
	/* Of what float_parse takes JSON has no "5." and no blanks behind. */
	if (*q == '.' && (q + 1 == end || spt__digit(q[1]) > 9))
		return 0;
	if (spt__is_blank(end[-1]))
		return 0;
	return spt_float_parse(p, n, f);
}
