/*
 * floatsum - the exact sum of doubles: the order of terms cannot show.
 *
 * The sum is hi + lo + rest.  Two doubles hold 106 bits, which is enough for
 * most sums to the last bit; whenever an addition leaves more, the part that
 * does not fit goes into rest, a number as wide as needed.  So usual sums cost
 * three additions without error a term and no memory, and no sum is rounded
 * before the end.  Infinities and NaN stay in hi alone.
 */
#ifndef SPT_FLOATSUM_H
#define SPT_FLOATSUM_H

#include "window/fixed.h"

struct spt_floatsum {
	double hi, lo;
	struct spt_fixed rest;
}; /* all zero is 0 */

void spt_floatsum_fini(struct spt_floatsum *s, const struct spt_io *io);
SPT_MUST int spt_floatsum_add(struct spt_floatsum *s, const struct spt_io *io,
    double v, struct spt_err *e);
SPT_MUST int spt_floatsum_merge(struct spt_floatsum *s, const struct spt_io *io,
    const struct spt_floatsum *other, struct spt_err *e);
/* Puts the sum in the one form that its value has: rest is empty, or (where
 * two doubles are too narrow) hi and lo are 0 and rest is trimmed. */
SPT_MUST int spt_floatsum_settle(
    struct spt_floatsum *s, const struct spt_io *io, struct spt_err *e);
SPT_MUST int spt_floatsum_copy(struct spt_floatsum *s, const struct spt_io *io,
    const struct spt_floatsum *from, struct spt_err *e);

/* Both of a settled sum: the value, rounded once; the mean of n > 0 terms,
 * rounded once where rest is empty, else twice. */
double spt_floatsum_get(const struct spt_floatsum *s);
double spt_floatsum_mean(const struct spt_floatsum *s, uint64_t n);

/* Format, of a settled sum: a byte 0, then hi and lo, their bits in 8 bytes
 * each, least first; or a byte 1, then rest as in fixed.h.  What is saved need
 * not be settled. */
SPT_MUST int spt_floatsum_save(
    const struct spt_floatsum *s, struct spt_buf *out, struct spt_err *e);
/* s is all zero.  -1 without *e: malformed. */
SPT_MUST int spt_floatsum_load(struct spt_floatsum *s, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e);

#endif
