/*
 * fixed - sums of doubles, and of their squares, without any rounding: a
 * fixed-point number that is as wide as its terms need.
 *
 * The value is the sum of limb[i] * 2^(64 (at + i)), in two's complement; all
 * zero is 0.  A double is a whole number of units of 2^-1074 below 2^1024, its
 * square one of 2^-2148 below 2^2048, so that with room for 2^64 terms the
 * limbs from SPT_FIXED_LOW on are SPT_FIXED_LIMBS at most.  What is usual, say
 * amounts of money, takes two or three.
 */
#ifndef SPT_FIXED_H
#define SPT_FIXED_H

#include "base/buf.h"

#define SPT_FIXED_LOW (-34)
#define SPT_FIXED_LIMBS 70

struct spt_fixed {
	uint64_t *limb; /* n of cap, on the heap; or NULL */
	int16_t at;
	uint8_t n, cap;
};

void spt_fixed_fini(struct spt_fixed *f, const struct spt_io *io);
/* Adds v, which is finite; its square; the square of an integer.  On -1
 * nothing has changed. */
SPT_MUST int spt_fixed_add(
    struct spt_fixed *f, const struct spt_io *io, double v, struct spt_err *e);
SPT_MUST int spt_fixed_add_square(
    struct spt_fixed *f, const struct spt_io *io, double v, struct spt_err *e);
SPT_MUST int spt_fixed_add_int(
    struct spt_fixed *f, const struct spt_io *io, int64_t v, struct spt_err *e);
SPT_MUST int spt_fixed_add_int_square(
    struct spt_fixed *f, const struct spt_io *io, int64_t v, struct spt_err *e);
SPT_MUST int spt_fixed_merge(struct spt_fixed *f, const struct spt_io *io,
    const struct spt_fixed *other, struct spt_err *e);

/* The value rounded once (to nearest, ties to even); it may overflow to an
 * infinity. */
double spt_fixed_get(const struct spt_fixed *f);
/* The same as m * 2^*exponent with 0.5 <= |m| <= 1, or 0. */
double spt_fixed_frexp(const struct spt_fixed *f, int *exponent);
/* n * squares - sum * sum in the same form; -1 if it is negative, as it is
 * for no n values. */
double spt_fixed_spread(const struct spt_fixed *sum,
    const struct spt_fixed *squares, uint64_t n, int *exponent);
/* Drops limbs that say nothing: equal values have equal limbs then. */
void spt_fixed_trim(struct spt_fixed *f);

/* Format: at - SPT_FIXED_LOW and n in a byte each, then n limbs of 8 bytes,
 * least first, trimmed; 0 0 is 0. */
SPT_MUST int spt_fixed_save(
    const struct spt_fixed *f, struct spt_buf *out, struct spt_err *e);
/* f is all zero.  -1 without *e: malformed. */
SPT_MUST int spt_fixed_load(struct spt_fixed *f, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e);

static inline size_t
spt_fixed_bytes(const struct spt_fixed *f)
{
	return f->cap * sizeof *f->limb;
}

#endif
