/*
 * ddstore - the counts of buckets that are numbered by any integers, a bounded
 * stretch of them: the greatest that was ever counted and `bound` - 1 below;
 * what is counted below that counts in the least.
 *
 * So the store is a function of the multiset of what was counted, however it
 * came and was merged.
 */
#ifndef SPT_DDSTORE_H
#define SPT_DDSTORE_H

#include "base/buf.h"

struct spt_ddstore {
	uint64_t *count; /* n of cap; [0] is bucket `at` */
	int32_t at;
	uint32_t n, cap;
}; /* all zero is empty */

void spt_ddstore_fini(struct spt_ddstore *s, const struct spt_io *io);
/* Counts bucket i `by` times.  bound is the same for ever. */
SPT_MUST int spt_ddstore_add(struct spt_ddstore *s, const struct spt_io *io,
    int32_t bound, int32_t i, uint64_t by, struct spt_err *e);
SPT_MUST int spt_ddstore_merge(struct spt_ddstore *s, const struct spt_io *io,
    int32_t bound, const struct spt_ddstore *from, struct spt_err *e);
uint64_t spt_ddstore_count(const struct spt_ddstore *s);
/* The bucket of number `index` in rising order, 0 the first. */
int32_t spt_ddstore_find(const struct spt_ddstore *s, uint64_t index);

/* Format, least byte first: how many buckets that are not empty (4 bytes), the
 * number of the first (4; 0 if there is none), and for each how many empty ones
 * are between it and the one before (0 for the first) and its count, both as
 * variable-length numbers: seven bits a byte, least first, the high bit says
 * that more follow. */
SPT_MUST int spt_ddstore_save(
    const struct spt_ddstore *s, struct spt_buf *out, struct spt_err *e);
/* s is all zero; its greatest bucket must be `top`, unless it must be empty;
 * it takes its counts off *left.  -1 without *e: malformed. */
SPT_MUST int spt_ddstore_load(struct spt_ddstore *s, const struct spt_io *io,
    int32_t bound, const uint8_t **p, const uint8_t *end, bool empty,
    int32_t top, uint64_t *left, struct spt_err *e);

#endif
