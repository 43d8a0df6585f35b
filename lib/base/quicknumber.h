/*
 * quicknumber - numbers that stand in a larger text: eight bytes in front of
 * them can be read, too, so that eight bytes are one load however short the
 * number is.  False is no verdict: spt_int_parse and spt_float_parse know.
 * Not installed.
 */
#ifndef SPT_QUICKNUMBER_H
#define SPT_QUICKNUMBER_H

#include <float.h>

#include "base/digits.h"

/* Short, and called for every number: compilers underrate what a call costs. */
#define SPT__QUICK static inline __attribute__((always_inline))
#define SPT__QUICK_BEFORE 8 /* bytes in front of a number that are there */

/* The last n (1 to 8) bytes before end, with '0' in front of them. */
static inline uint64_t
spt__quick_load(const char *end, size_t n)
{
	const uint64_t keep = UINT64_MAX << (64 - 8 * n);
	uint64_t x = 0;

#if SPT__LITTLE_ENDIAN
	memcpy(&x, end - 8, 8);
#else
	for (int i = 1; i <= 8; i++)
		x = x << 8 | (unsigned char)end[-i];
#endif
	return (x & keep) | (0x3030303030303030 & ~keep);
}

/* [-]digits, at most 16 of them. */
SPT__QUICK bool
spt__quick_int(const char *p, size_t n, int64_t *v)
{
	bool minus = n > 1 && *p == '-';
	uint64_t m, more = 0;

	p += minus;
	n -= minus;
	if (n - 1 >= 16)
		return false;
	if (n > 8) {
		if (!spt__eight(p + n - 8, &m) ||
		    !spt__eight_of(spt__quick_load(p + n - 8, n - 8), &more))
			return false;
		m += more * 100000000;
	} else if (!spt__eight_of(spt__quick_load(p + n, n), &m)) {
		return false;
	}
	*v = minus ? -(int64_t)m : (int64_t)m;
	return true;
}

/*
 * [-]digits[.digits] of at most 8 bytes.  The point is found as the one byte
 * that becomes 0 by exclusive or, and closed up over; digits and power of ten
 * are exact doubles, so that their quotient is the nearest double to the
 * number.
 */
SPT__QUICK bool
spt__quick_float(const char *p, size_t n, double *v)
{
	static const double ten[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7 };
	const uint64_t ones = 0x0101010101010101;
	bool minus = n > 1 && *p == '-';
	uint64_t x, other, zero, below, m;
	unsigned places = 0;

	p += minus;
	n -= minus;
	if (n - 1 >= 8 || FLT_EVAL_METHOD != 0)
		return false;
	x = spt__quick_load(p + n, n);
	other = x ^ ones * '.';
	/* The lowest bit that is set marks the first point; those above it
	 * may be wrong, but a second point is no digit. */
	zero = (other - ones) & ~other & ones << 7;
	if (zero != 0) {
		unsigned bit = (unsigned)__builtin_ctzll(zero) - 7;

		if (n < 2)
			return false;
		below = (UINT64_C(1) << bit) - 1;
		places = 7 - bit / 8;
		x = (x & ~below & ~(UINT64_C(0xff) << bit)) | (x & below) << 8 |
		    '0';
	}
	if (!spt__eight_of(x, &m))
		return false;
	*v = (double)m / ten[places];
	if (minus)
		*v = -*v;
	return true;
}

#endif
