/*
 * exactsum - sums of integers in 128 bits.
 */
#ifndef SPT_EXACTSUM_H
#define SPT_EXACTSUM_H

#include <stdbool.h>
#include <stdint.h>

/* A 128-bit two's complement number; all zero is 0.  2^64 terms fit. */
struct spt_wide {
	uint64_t lo, hi;
};

static inline void
spt_wide_add(struct spt_wide *s, int64_t v)
{
	uint64_t lo = s->lo + (uint64_t)v;

	s->hi += (v < 0 ? UINT64_MAX : 0) + (lo < s->lo);
	s->lo = lo;
}

static inline void
spt_wide_merge(struct spt_wide *s, const struct spt_wide *other)
{
	uint64_t lo = s->lo + other->lo;

	s->hi += other->hi + (lo < s->lo);
	s->lo = lo;
}

/* False: it does not fit. */
static inline bool
spt_wide_get(const struct spt_wide *s, int64_t *v)
{
	*v = (int64_t)s->lo;
	return s->hi == (*v < 0 ? UINT64_MAX : 0);
}

/* The sum divided by n > 0, correctly rounded. */
double spt_wide_mean(const struct spt_wide *s, uint64_t n);

#endif
