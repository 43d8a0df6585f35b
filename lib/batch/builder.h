/*
 * builder - makes batches, row by row or column by column.
 *
 * One value is put into every column, then the row is ended; a row that turns
 * out bad half way is undone.  A utf8 column holds less than 2^31 bytes: a put
 * that would pass that fails with SPT_EDATA.
 */
#ifndef SPT_BUILDER_H
#define SPT_BUILDER_H

#include "base/buf.h"
#include "batch/batch.h"

struct spt_colb {
	enum spt_type type;
	int64_t n; /* values put */
	int64_t nulls;
	struct spt_buf validity; /* empty while there is no null */
	struct spt_buf values;   /* bitmap, 8-byte values, or offsets: the
				    first offset, 0, is there from the start */
	struct spt_buf bytes;    /* utf8 */
};

struct spt_builder {
	const struct spt_io *io;
	size_t n;
	int64_t rows;
	struct spt_colb *cols;
	struct spt_col *views;
	struct spt_range *ranges;
};

/* Columns as in s, of which nothing is kept.  0 or -1. */
SPT_MUST int spt_builder_init(struct spt_builder *b, const struct spt_io *io,
    const struct spt_schema *s, struct spt_err *e);
void spt_builder_fini(struct spt_builder *b);

SPT_MUST int spt_builder_null(
    struct spt_builder *b, size_t col, struct spt_err *e);
SPT_MUST int spt_builder_bool(
    struct spt_builder *b, size_t col, bool v, struct spt_err *e);
/* int64 and timestamp columns */
SPT_MUST int spt_builder_int(
    struct spt_builder *b, size_t col, int64_t v, struct spt_err *e);
SPT_MUST int spt_builder_float(
    struct spt_builder *b, size_t col, double v, struct spt_err *e);
/* p is valid UTF-8, as spt_utf8_valid or spt_utf8_repair say */
SPT_MUST int spt_builder_str(struct spt_builder *b, size_t col, const char *p,
    size_t n, struct spt_err *e);
/* The value of row i of c, a column of the same type. */
SPT_MUST int spt_builder_cell(struct spt_builder *b, size_t col,
    const struct spt_col *c, int64_t i, struct spt_err *e);

/* Every column has its value: the row counts. */
static inline void
spt_builder_end_row(struct spt_builder *b)
{
	b->rows++;
}
/* Takes back what was put into columns since the last ended row. */
void spt_builder_undo_row(struct spt_builder *b);

/* Rows first..first+n-1 of a batch with the same columns.  0 or -1. */
SPT_MUST int spt_builder_rows(struct spt_builder *b,
    const struct spt_batch *from, int64_t first, int64_t n, struct spt_err *e);

size_t spt_builder_bytes(const struct spt_builder *b);
bool spt_builder_full(const struct spt_builder *b);

/* The ended rows as a batch (ranges included), on loan until the builder
 * changes. */
void spt_builder_batch(struct spt_builder *b, struct spt_batch *out);
/* Forgets the rows, keeps the memory. */
void spt_builder_reset(struct spt_builder *b);

#endif
