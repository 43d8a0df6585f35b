/*
 * exactsum - the error-free sum of two doubles is Knuth's TwoSum (The Art of
 * Computer Programming, volume 2, 4.2.2, theorem B); a double is added to a
 * pair as Dekker does (A floating-point technique for extending the available
 * precision, Numerische Mathematik 18, 1971).  The pair has about 106 bits, so
 * what order does to a sum is far below the one rounding at the end, except
 * where a partial sum leaves the range of double.
 *
 * The compiler must not reassociate or contract: no -ffast-math.
 */
#include <math.h>

#include "window/exactsum.h"

void
spt_wide_merge(struct spt_wide *s, const struct spt_wide *other)
{
	uint64_t lo = s->lo + other->lo;

	s->hi += other->hi + (lo < s->lo);
	s->lo = lo;
}

bool
spt_wide_get(const struct spt_wide *s, int64_t *v)
{
	*v = (int64_t)s->lo;
	return s->hi == (*v < 0 ? UINT64_MAX : 0);
}

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

static inline double
two_sum(double a, double b, double *error)
{
	double s = a + b, bb = s - a;

	*error = (a - (s - bb)) + (b - bb);
	return s;
}

void
spt_dd_add(struct spt_dd *s, double v)
{
	double error, sum = two_sum(s->hi, v, &error);

	/* Infinities and NaN have no error term. */
	if (!isfinite(sum)) {
		s->hi = sum;
		s->lo = 0;
		return;
	}
	error += s->lo;
	s->hi = sum + error;
	s->lo = error - (s->hi - sum);
}

void
spt_dd_merge(struct spt_dd *s, const struct spt_dd *other)
{
	spt_dd_add(s, other->hi);
	if (isfinite(s->hi))
		spt_dd_add(s, other->lo);
}

double
spt_dd_mean(const struct spt_dd *s, uint64_t n)
{
	double d = (double)n, q = s->hi / d, rest;

	if (!isfinite(q))
		return q;
	/* What the first quotient leaves over, exactly, then the low part. */
	rest = fma(-q, d, s->hi) + s->lo;
	return q + rest / d;
}
