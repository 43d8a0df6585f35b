/*
 * body - the layout of the body of a record batch: each buffer of each column
 * in order, followed by zeros up to a multiple of 64 bytes.
 */
#ifndef SPT_BODY_H
#define SPT_BODY_H

#include "batch/batch.h"

#define SPT__BODY_ALIGN 64
#define SPT__BODY_BUFFERS 3 /* of a column at most: validity, offsets, text */

/* Bytes of the buffers of a column, without padding; how many there are.
 * Validity, the first, has 0 bytes when there are no nulls. */
size_t spt__body_buffers(
    const struct spt_col *c, int64_t rows, size_t len[SPT__BODY_BUFFERS]);

static inline size_t
spt__body_padding(size_t n)
{
	return (0 - n) & (SPT__BODY_ALIGN - 1);
}

#endif
