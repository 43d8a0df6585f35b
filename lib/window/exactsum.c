#include <math.h>

#include "window/exactsum.h"

/*
 * A quotient that is too long for a double is computed to at least 55 bits,
 * with everything below them told by a sticky last bit, so that the one
 * conversion at the end rounds as if it saw all of them.
 */
double
spt_wide_mean(const struct spt_wide *s, uint64_t n)
{
	bool negative = s->hi >> 63 != 0;
	unsigned __int128 sum = (unsigned __int128)s->hi << 64 | s->lo, rest;
	uint64_t q;
	int shift;
	double mean;

	if (negative)
		sum = -sum;
	if (sum < UINT64_C(1) << 53 && n < UINT64_C(1) << 53) {
		mean = (double)(uint64_t)sum / (double)n;
		return negative ? -mean : mean;
	}
	q = (uint64_t)(sum / n);
	rest = sum % n;
	shift = q == 0 ? 63 : __builtin_clzll(q) - 1;
	if (shift > 0) {
		rest <<= shift;
		q = (q << shift) + (uint64_t)(rest / n);
		rest %= n;
	}
	mean = ldexp((double)(q | (rest != 0)), shift > 0 ? -shift : 0);
	return negative ? -mean : mean;
}
