/*
 * ddsketch - quantiles with a bounded relative error (Masson, Rim and Lee,
 * DDSketch: A Fast and Fully-Mergeable Quantile Sketch, VLDB 2019).
 *
 * With accuracy A and g = (1 + A) / (1 - A), a value x > 0 is counted in
 * bucket i = ceil(log_g x), and every value of the bucket is told as
 * 2 g^i / (g + 1), which is at most A off, relatively.  Values below zero have
 * buckets of their own by -x; zeros, infinities and NaN are counted.
 *
 * Buckets are bounded: each of the two stores keeps those of its greatest
 * |x| and so many below; what is smaller counts in the last of them.  They
 * reach over a factor of 6e17 at any accuracy (2,048 buckets at one per cent),
 * so that only values less than 1.6e-18 of the greatest are told wrongly, too
 * great in size.  The rule depends on the greatest alone, hence the sketch is a
 * function of the multiset of values: rows and merges in any order give the
 * same one.
 *
 * Logarithms and powers are computed here, from the four operations that IEEE
 * 754 defines to the bit, so that sketches of different machines agree.
 */
#ifndef SPT_DDSKETCH_H
#define SPT_DDSKETCH_H

#include "window/ddstore.h"

/* What follows from an accuracy. */
struct spt_ddscale {
	double gamma;
	double per_log;  /* 1 / ln gamma */
	int32_t buckets; /* of a store, at most */
};

struct spt_ddsketch {
	uint64_t n; /* values, without NaN and infinities */
	uint64_t zeros, below, above, nans; /* below: -inf, above: inf */
	double min, max;                    /* of the n, where n > 0 */
	struct spt_ddstore positive, negative;
};

void spt_ddscale_set(struct spt_ddscale *c, double accuracy);

void spt_ddsketch_fini(struct spt_ddsketch *s, const struct spt_io *io);
SPT_MUST int spt_ddsketch_add(struct spt_ddsketch *s,
    const struct spt_ddscale *c, const struct spt_io *io, double v,
    struct spt_err *e);
SPT_MUST int spt_ddsketch_merge(struct spt_ddsketch *s,
    const struct spt_ddscale *c, const struct spt_io *io,
    const struct spt_ddsketch *from, struct spt_err *e);
uint64_t spt_ddsketch_count(const struct spt_ddsketch *s);
/* The value number `index` in rising order, 0 the first; NaN is the greatest.
 * The first and the last are exact. */
double spt_ddsketch_get(
    const struct spt_ddsketch *s, const struct spt_ddscale *c, uint64_t index);
size_t spt_ddsketch_bytes(const struct spt_ddsketch *s);

/* Format, least byte first: n, zeros, below, above, nans (8 bytes each); where
 * n > 0 min and max (the bits of a double, 8 bytes each); then both stores as
 * in ddstore.h, positive first. */
SPT_MUST int spt_ddsketch_save(
    const struct spt_ddsketch *s, struct spt_buf *out, struct spt_err *e);
/* s is all zero.  -1 without *e: malformed. */
SPT_MUST int spt_ddsketch_load(struct spt_ddsketch *s,
    const struct spt_ddscale *c, const struct spt_io *io, const uint8_t **p,
    const uint8_t *end, struct spt_err *e);

#endif
