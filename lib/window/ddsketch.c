#include <endian.h>
#include <math.h>

#include "window/ddsketch.h"

/* ln of what a store reaches over: 2,048 buckets of one per cent. */
#define REACH 40.961365

/* ---- logarithms -------------------------------------------------------- */

/* ln x of a finite x > 0, to about 1e-15: x = m 2^k with m near 1, and
 * ln m = 2 artanh s, s = (m - 1) / (m + 1), |s| < 0.172. */
static double
logarithm(double x)
{
	static const double odd[] = { 1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17,
		1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5,
		1.0 / 3, 1.0 };
	const double ln2 = 0.693147180559945309417;
	double m, s, ss, sum = 0;
	int k;

	m = frexp(x, &k);
	if (m < 0.70710678118654752) {
		m *= 2;
		k--;
	}
	s = (m - 1) / (m + 1);
	ss = s * s;
	for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
		sum = sum * ss + odd[i];
	return k * ln2 + 2 * s * sum;
}

/* base^n, n >= 0, by squaring. */
static double
power(double base, uint32_t n)
{
	double p = 1;

	for (; n != 0; n >>= 1, base *= base)
		if (n & 1)
			p *= base;
	return p;
}

void
spt_ddscale_set(struct spt_ddscale *c, double accuracy)
{
	c->gamma = (1 + accuracy) / (1 - accuracy);
	c->per_log = 1 / logarithm(c->gamma);
	c->buckets = (int32_t)(REACH * c->per_log) + 1;
	if (c->buckets < 2048)
		c->buckets = 2048;
}

static int32_t
bucket_of(const struct spt_ddscale *c, double x)
{
	return (int32_t)ceil(logarithm(x) * c->per_log);
}

/* 2 g^i / (g + 1), in two factors: g^i alone may be out of range. */
static double
value_of(const struct spt_ddscale *c, int32_t i)
{
	uint32_t n = i < 0 ? 0 - (uint32_t)i : (uint32_t)i;
	double base = i < 0 ? 1 / c->gamma : c->gamma;

	return power(base, n / 2) * (2 / (c->gamma + 1)) *
	       power(base, n - n / 2);
}

/* ---- sketches ---------------------------------------------------------- */

void
spt_ddsketch_fini(struct spt_ddsketch *s, const struct spt_io *io)
{
	spt_ddstore_fini(&s->positive, io);
	spt_ddstore_fini(&s->negative, io);
	memset(s, 0, sizeof *s);
}

static int
count(struct spt_ddstore *s, const struct spt_ddscale *c,
    const struct spt_io *io, double x, struct spt_err *e)
{
	return spt_ddstore_add(s, io, c->buckets, bucket_of(c, x), 1, e);
}

int
spt_ddsketch_add(struct spt_ddsketch *s, const struct spt_ddscale *c,
    const struct spt_io *io, double v, struct spt_err *e)
{
	int rc = 0;

	if (!isfinite(v)) {
		if (isnan(v))
			s->nans++;
		else if (v < 0)
			s->below++;
		else
			s->above++;
		return 0;
	}
	if (v == 0) {
		v = 0; /* -0.0 too */
		s->zeros++;
	} else if (v > 0) {
		rc = count(&s->positive, c, io, v, e);
	} else {
		rc = count(&s->negative, c, io, -v, e);
	}
	if (rc < 0)
		return -1;
	if (s->n == 0 || v < s->min)
		s->min = v;
	if (s->n == 0 || v > s->max)
		s->max = v;
	s->n++;
	return 0;
}

int
spt_ddsketch_merge(struct spt_ddsketch *s, const struct spt_ddscale *c,
    const struct spt_io *io, const struct spt_ddsketch *from, struct spt_err *e)
{
	if (spt_ddstore_merge(
		&s->positive, io, c->buckets, &from->positive, e) < 0 ||
	    spt_ddstore_merge(
		&s->negative, io, c->buckets, &from->negative, e) < 0)
		return -1;
	if (from->n != 0 && (s->n == 0 || from->min < s->min))
		s->min = from->min;
	if (from->n != 0 && (s->n == 0 || from->max > s->max))
		s->max = from->max;
	s->n += from->n;
	s->zeros += from->zeros;
	s->below += from->below;
	s->above += from->above;
	s->nans += from->nans;
	return 0;
}

uint64_t
spt_ddsketch_count(const struct spt_ddsketch *s)
{
	return s->below + s->n + s->above + s->nans;
}

double
spt_ddsketch_get(
    const struct spt_ddsketch *s, const struct spt_ddscale *c, uint64_t index)
{
	uint64_t negative = spt_ddstore_count(&s->negative);
	double v = 0;

	if (index < s->below)
		return -(double)INFINITY;
	index -= s->below;
	if (index >= s->n)
		return index - s->n < s->above ? (double)INFINITY : (double)NAN;
	if (index == 0)
		return s->min;
	if (index + 1 == s->n)
		return s->max;
	if (index < negative)
		v = -value_of(
		    c, spt_ddstore_find(&s->negative, negative - 1 - index));
	else if (index - negative >= s->zeros)
		v = value_of(c, spt_ddstore_find(
				    &s->positive, index - negative - s->zeros));
	if (v < s->min)
		return s->min;
	return v > s->max ? s->max : v;
}

size_t
spt_ddsketch_bytes(const struct spt_ddsketch *s)
{
	return ((size_t)s->positive.cap + s->negative.cap) * sizeof(uint64_t);
}

/* ---- saved ------------------------------------------------------------- */

static int
put_word(struct spt_buf *out, uint64_t v, struct spt_err *e)
{
	v = htole64(v);
	return spt_buf_put(out, &v, 8, e);
}

static int
put_double(struct spt_buf *out, double v, struct spt_err *e)
{
	uint64_t bits;

	memcpy(&bits, &v, 8);
	return put_word(out, bits, e);
}

int
spt_ddsketch_save(
    const struct spt_ddsketch *s, struct spt_buf *out, struct spt_err *e)
{
	const uint64_t counts[] = { s->n, s->zeros, s->below, s->above,
		s->nans };

	for (int i = 0; i < 5; i++)
		if (put_word(out, counts[i], e) < 0)
			return -1;
	if (s->n != 0 &&
	    (put_double(out, s->min, e) < 0 || put_double(out, s->max, e) < 0))
		return -1;
	if (spt_ddstore_save(&s->positive, out, e) < 0)
		return -1;
	return spt_ddstore_save(&s->negative, out, e);
}

static uint64_t
get_word(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, 8);
	return le64toh(word);
}

static double
get_double(const uint8_t *p)
{
	uint64_t bits = get_word(p);
	double v;

	memcpy(&v, &bits, 8);
	return v;
}

/* One store; edge: the |x| of its greatest bucket, not above 0: it is empty. */
static int
load_store(struct spt_ddstore *s, const struct spt_ddscale *c,
    const struct spt_io *io, const uint8_t **p, const uint8_t *end, double edge,
    uint64_t *left, struct spt_err *e)
{
	bool empty = !(edge > 0);

	return spt_ddstore_load(s, io, c->buckets, p, end, empty,
	    empty ? 0 : bucket_of(c, edge), left, e);
}

int
spt_ddsketch_load(struct spt_ddsketch *s, const struct spt_ddscale *c,
    const struct spt_io *io, const uint8_t **p, const uint8_t *end,
    struct spt_err *e)
{
	uint64_t *counts[] = { &s->n, &s->zeros, &s->below, &s->above,
		&s->nans };
	uint64_t left;

	if (end - *p < 5 * 8)
		return -1;
	for (int i = 0; i < 5; i++, *p += 8) {
		*counts[i] = get_word(*p);
		if (*counts[i] > INT64_MAX / 8)
			return -1;
	}
	if (s->n != 0) {
		if (end - *p < 16)
			return -1;
		s->min = get_double(*p);
		s->max = get_double(*p + 8);
		*p += 16;
		if (!isfinite(s->min) || !isfinite(s->max) || s->min > s->max)
			return -1;
	}
	if (s->zeros > s->n || (s->zeros != 0 && (s->min > 0 || s->max < 0)))
		return -1;
	left = s->n - s->zeros;
	if (load_store(&s->positive, c, io, p, end, s->max, &left, e) < 0 ||
	    load_store(&s->negative, c, io, p, end, -s->min, &left, e) < 0)
		return -1;
	return left == 0 ? 0 : -1;
}
