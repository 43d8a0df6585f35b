/*
 * floatsum - the error-free sum of two doubles is Knuth's TwoSum (The Art of
 * Computer Programming, volume 2, 4.2.2, theorem B).
 *
 * The compiler must not reassociate or contract: no -ffast-math.
 */
#include <endian.h>
#include <math.h>
#include <string.h>

#include "window/floatsum.h"

void
spt_floatsum_fini(struct spt_floatsum *s, const struct spt_io *io)
{
	spt_fixed_fini(&s->rest, io);
	s->hi = s->lo = 0;
}

static inline double
two_sum(double a, double b, double *error)
{
	double s = a + b, bb = s - a;

	*error = (a - (s - bb)) + (b - bb);
	return s;
}

/* hi or v is infinite or NaN: the sum is what IEEE 754 says, whatever else is
 * in it, and there is one NaN. */
static void
add_special(struct spt_floatsum *s, const struct spt_io *io, double v)
{
	double sum;

	if (!isfinite(s->hi) && !isfinite(v))
		sum = s->hi + v;
	else
		sum = isfinite(v) ? s->hi : v;
	spt_floatsum_fini(s, io);
	s->hi = isnan(sum) ? (double)NAN : sum;
}

/* Moves hi and lo into rest. */
static int
spill(struct spt_floatsum *s, const struct spt_io *io, struct spt_err *e)
{
	if (spt_fixed_add(&s->rest, io, s->hi, e) < 0 ||
	    spt_fixed_add(&s->rest, io, s->lo, e) < 0)
		return -1;
	s->hi = s->lo = 0;
	return 0;
}

int
spt_floatsum_add(struct spt_floatsum *s, const struct spt_io *io, double v,
    struct spt_err *e)
{
	double sum, error, low, left, high;

	sum = two_sum(s->hi, v, &error);
	low = two_sum(error, s->lo, &left);
	high = two_sum(sum, low, &error);
	if (!isfinite(high)) {
		if (!isfinite(v) || !isfinite(s->hi)) {
			add_special(s, io, v);
			return 0;
		}
		/* Only the partial sum is too great for a double. */
		if (spill(s, io, e) < 0)
			return -1;
		return spt_fixed_add(&s->rest, io, v, e);
	}
	if (left != 0 && spt_fixed_add(&s->rest, io, left, e) < 0)
		return -1;
	s->hi = high;
	s->lo = error;
	return 0;
}

int
spt_floatsum_merge(struct spt_floatsum *s, const struct spt_io *io,
    const struct spt_floatsum *other, struct spt_err *e)
{
	if (!isfinite(s->hi) || !isfinite(other->hi)) {
		add_special(s, io, other->hi);
		return 0;
	}
	if (spt_floatsum_add(s, io, other->hi, e) < 0 ||
	    spt_floatsum_add(s, io, other->lo, e) < 0)
		return -1;
	return spt_fixed_merge(&s->rest, io, &other->rest, e);
}

int
spt_floatsum_settle(
    struct spt_floatsum *s, const struct spt_io *io, struct spt_err *e)
{
	double hi, lo;

	/* Adding 0 takes the sign off a zero. */
	s->hi += 0.0;
	s->lo += 0.0;
	if (s->rest.n == 0 || !isfinite(s->hi))
		return 0;
	if (spill(s, io, e) < 0)
		return -1;
	hi = spt_fixed_get(&s->rest);
	if (!isfinite(hi)) {
		spt_fixed_trim(&s->rest);
		return 0;
	}
	if (spt_fixed_add(&s->rest, io, -hi, e) < 0)
		return -1;
	lo = spt_fixed_get(&s->rest);
	if (spt_fixed_add(&s->rest, io, -lo, e) < 0)
		return -1;
	spt_fixed_trim(&s->rest);
	s->hi = hi + 0.0;
	s->lo = lo + 0.0;
	if (s->rest.n == 0)
		return 0;
	if (spill(s, io, e) < 0)
		return -1;
	spt_fixed_trim(&s->rest);
	return 0;
}

int
spt_floatsum_copy(struct spt_floatsum *s, const struct spt_io *io,
    const struct spt_floatsum *from, struct spt_err *e)
{
	memset(s, 0, sizeof *s);
	s->hi = from->hi;
	s->lo = from->lo;
	return spt_fixed_merge(&s->rest, io, &from->rest, e);
}

double
spt_floatsum_get(const struct spt_floatsum *s)
{
	return s->rest.n == 0 ? s->hi : spt_fixed_get(&s->rest);
}

static double
divide(double hi, double lo, double d)
{
	double q = hi / d, rest;

	if (!isfinite(q))
		return q;
	/* What the first quotient leaves over, exactly, then the low part. */
	rest = fma(-q, d, hi) + lo;
	return q + rest / d;
}

double
spt_floatsum_mean(const struct spt_floatsum *s, uint64_t n)
{
	int exponent;
	double m;

	if (s->rest.n == 0)
		return divide(s->hi, s->lo, (double)n);
	/* The sum may be too great for a double where its mean is not; the
	 * first double of so wide a sum is enough for the mean. */
	m = spt_fixed_frexp(&s->rest, &exponent);
	return ldexp(m / (double)n, exponent);
}

/* ---- saved ------------------------------------------------------------- */

static int
put_double(struct spt_buf *out, double v, struct spt_err *e)
{
	uint64_t bits;

	memcpy(&bits, &v, 8);
	bits = htole64(bits);
	return spt_buf_put(out, &bits, 8, e);
}

static double
get_double(const uint8_t *p)
{
	uint64_t bits;
	double v;

	memcpy(&bits, p, 8);
	bits = le64toh(bits);
	memcpy(&v, &bits, 8);
	return v;
}

static int
put_settled(
    const struct spt_floatsum *s, struct spt_buf *out, struct spt_err *e)
{
	if (spt_buf_putc(out, s->rest.n != 0, e) < 0)
		return -1;
	if (s->rest.n != 0)
		return spt_fixed_save(&s->rest, out, e);
	if (put_double(out, s->hi, e) < 0)
		return -1;
	return put_double(out, s->lo, e);
}

int
spt_floatsum_save(
    const struct spt_floatsum *s, struct spt_buf *out, struct spt_err *e)
{
	struct spt_floatsum settled;
	int rc = -1;

	if (spt_floatsum_copy(&settled, out->io, s, e) == 0 &&
	    spt_floatsum_settle(&settled, out->io, e) == 0)
		rc = put_settled(&settled, out, e);
	spt_floatsum_fini(&settled, out->io);
	return rc;
}

int
spt_floatsum_load(struct spt_floatsum *s, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	double error;

	if (*p == end || **p > 1)
		return -1;
	if (*(*p)++ == 1)
		return spt_fixed_load(&s->rest, io, p, end, e);
	if (end - *p < 16)
		return -1;
	s->hi = get_double(*p);
	s->lo = get_double(*p + 8);
	*p += 16;
	if (!isfinite(s->hi))
		return s->lo == 0 ? 0 : -1;
	return two_sum(s->hi, s->lo, &error) == s->hi && error == s->lo ? 0
									: -1;
}
