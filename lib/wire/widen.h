/*
 * widen - foreign forms of columns into ours.
 */
#ifndef SPT_WIDEN_H
#define SPT_WIDEN_H

#include "base/buf.h"
#include "batch/batch.h"
#include "wire/schema_get.h"

/* A buffer of a message. */
struct spt__span {
	const uint8_t *p; /* 8-aligned unless n is 0; never NULL */
	size_t n;
};

/* Bytes of one value in the message (of the offset for large_utf8, of the view
 * for utf8_view). */
size_t spt__form_size(enum spt__form form);

/* What follows puts the values of `col` (type, validity and null_count are
 * set; rows > 0; `values` is long enough) into memory of `wide`, and makes col
 * point there.  *budget: bytes that widening may still take in this message.
 * -1: a value that does not fit, too many bytes, or no memory. */

/* Numbers and times. */
SPT_MUST int spt__widen_numbers(struct spt_col *col, int64_t rows,
    enum spt__form form, struct spt__span values, struct spt_buf *wide,
    size_t *budget, struct spt_err *e);
/* 64-bit offsets into text; the text itself stays where it is. */
SPT_MUST int spt__widen_offsets(struct spt_col *col, int64_t rows,
    struct spt__span values, struct spt__span text, struct spt_buf *wide,
    size_t *budget, struct spt_err *e);
/* Views into n buffers. */
SPT_MUST int spt__widen_views(struct spt_col *col, int64_t rows,
    struct spt__span values, const struct spt__span *buffers, size_t n,
    struct spt_buf *wide, struct spt_buf *text, size_t *budget,
    struct spt_err *e);

#endif
