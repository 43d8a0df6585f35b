/*
 * batch - rows as columns, in Arrow's memory layout.  A batch is a view: it
 * owns nothing and lives until whoever lent it says so.
 *
 * Bitmaps are LSB first, 1 = valid.  Values of null slots are zero in what we
 * build and unspecified in what others send.
 */
#ifndef SPT_BATCH_H
#define SPT_BATCH_H

#include "batch/schema.h"

#define SPT_BATCH_ROWS 16384       /* a batch is full at this many rows ... */
#define SPT_BATCH_BYTES (1u << 20) /* ... or at this many bytes */

struct spt_col {
	enum spt_type type;
	int64_t null_count;      /* exact */
	const uint8_t *validity; /* (rows + 7) / 8 bytes; NULL: no nulls */
	union {
		const uint8_t *bits;    /* bool: a bitmap */
		const int64_t *ints;    /* int64, timestamp */
		const double *floats;   /* float64 */
		const int32_t *offsets; /* utf8: rows + 1, into bytes; NULL
					   when rows is 0 */
	};
	const char *bytes; /* utf8: the text, valid UTF-8; never NULL */
};

/* Least and greatest non-null value of a timestamp column in one batch. */
struct spt_range {
	bool any;
	spt_time min, max;
};

struct spt_batch {
	int64_t rows; /* 0 .. 2^31 - 1 */
	size_t n;     /* columns */
	const struct spt_col *cols;
	const struct spt_range *ranges; /* n, meaningful for timestamp
					   columns; NULL: not known */
};

static inline bool
spt_bit(const uint8_t *bits, int64_t i)
{
	return (bits[i >> 3] >> (i & 7)) & 1;
}

static inline bool
spt_col_null(const struct spt_col *c, int64_t i)
{
	return c->validity != NULL && !spt_bit(c->validity, i);
}

/* The text of row i, on loan as the batch is; not NUL-terminated. */
static inline const char *
spt_col_str(const struct spt_col *c, int64_t i, size_t *n)
{
	*n = (size_t)(c->offsets[i + 1] - c->offsets[i]);
	return c->bytes + c->offsets[i];
}

/* Bytes that the rows of the batch occupy (values, offsets, text, bitmaps). */
size_t spt_batch_bytes(const struct spt_batch *b);

/* Least and greatest of the timestamp column, from b->ranges or counted. */
struct spt_range spt_batch_range(const struct spt_batch *b, size_t col);

#endif
