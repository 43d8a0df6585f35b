#include <math.h>

#include "score/sparkrandom.h"

#define GAP_FRACTION 0.4 /* up to here gaps are drawn, not elements */
#define GAP_EPSILON 5e-11

static uint32_t
rotate(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

/* MurmurHash3 (x86, 32 bits) of the 8 bytes of v, most significant first. */
static uint32_t
murmur(uint64_t v, uint32_t h)
{
	for (int half = 1; half >= 0; half--) {
		uint32_t k = (uint32_t)(v >> 32 * half);

		/* Its words are least byte first. */
		k = __builtin_bswap32(k) * 0xcc9e2d51u;
		k = rotate(k, 15) * 0x1b873593u;
		h = rotate(h ^ k, 13) * 5 + 0xe6546b64u;
	}
	h ^= 8;
	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return h ^ h >> 16;
}

void
spt_spark_random_seed(struct spt_spark_random *r, int64_t seed)
{
	uint32_t low = murmur((uint64_t)seed, 0x3c074a61u);
	uint32_t high = murmur((uint64_t)seed, low);

	r->state = (uint64_t)high << 32 | low;
	r->has_next = false;
}

static uint64_t
bits(struct spt_spark_random *r, int n)
{
	uint64_t s = r->state;

	s ^= s << 21;
	s ^= s >> 35;
	s ^= s << 4;
	r->state = s;
	return s & ((UINT64_C(1) << n) - 1);
}

double
spt_spark_random_double(struct spt_spark_random *r)
{
	uint64_t high = bits(r, 26);

	return (double)((high << 27) + bits(r, 27)) * 0x1p-53;
}

double
spt_spark_random_gaussian(struct spt_spark_random *r)
{
	double a, b, s;

	if (r->has_next) {
		r->has_next = false;
		return r->next;
	}
	do {
		a = 2 * spt_spark_random_double(r) - 1;
		b = 2 * spt_spark_random_double(r) - 1;
		s = a * a + b * b;
	} while (s >= 1 || s == 0);
	s = sqrt(-2 * log(s) / s);
	r->next = b * s;
	r->has_next = true;
	return a * s;
}

/* new java.util.Random(seed).nextLong() */
static int64_t
java_long(int64_t seed)
{
	uint64_t s = (uint64_t)seed ^ UINT64_C(0x5deece66d), v = 0;

	for (int half = 0; half < 2; half++) {
		s = (s * UINT64_C(0x5deece66d) + 11) &
		    ((UINT64_C(1) << 48) - 1);
		/* The low half is added with its sign. */
		v = (v << 32) + (uint64_t)(int64_t)(int32_t)(s >> 16);
	}
	return (int64_t)v;
}

static void
draw_gap(struct spt_spark_sample *s)
{
	double u = spt_spark_random_double(&s->random), k;

	if (u < GAP_EPSILON)
		u = GAP_EPSILON;
	k = log(u) / log1p(-s->fraction);
	s->gap = k < 0x1p62 ? (int64_t)k : INT64_MAX;
}

void
spt_spark_sample_start(
    struct spt_spark_sample *s, double fraction, int64_t seed)
{
	spt_spark_random_seed(&s->random, java_long(seed));
	s->fraction = fraction;
	if (fraction <= GAP_FRACTION)
		draw_gap(s);
}

bool
spt_spark_sample_next(struct spt_spark_sample *s)
{
	if (s->fraction >= 1)
		return true;
	if (s->fraction > GAP_FRACTION)
		return spt_spark_random_double(&s->random) <= s->fraction;
	if (s->gap > 0) {
		s->gap--;
		return false;
	}
	draw_gap(s);
	return true;
}
