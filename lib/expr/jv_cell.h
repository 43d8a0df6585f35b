/*
 * jv_cell - cells of a batch as libjq's values, and back as text.
 * Not installed.
 */
#ifndef SPT_JV_CELL_H
#define SPT_JV_CELL_H

#include "base/buf.h"
#include "expr/exact.h"

/* Makes objects of rows.  The names of the columns are made once. */
struct spt_rowjv {
	const struct spt_io *io;
	size_t n;
	jv *keys;
	jv blank; /* the object with all its keys, in order */
};

SPT_MUST int spt_rowjv_init(struct spt_rowjv *r, const struct spt_io *io,
    const struct spt_schema *s, struct spt_err *e);
void spt_rowjv_fini(struct spt_rowjv *r);
/* Row i of b as an object, the caller's.  Timestamps are seconds.  twin: big
 * integers as their decimal text (exact.h). */
jv spt_rowjv_make(
    const struct spt_rowjv *r, const struct spt_batch *b, int64_t i, bool twin);

/* Is the result what the cell had been given as?  Borrowed. */
bool spt_cell_is(const struct spt_col *c, int64_t i, struct spt_result r);

/* Appends a result as JSON text, big integers with all digits, whole numbers
 * without a fraction, NaN and infinities as null.  Borrowed.  SPT_EDATA: it is
 * nested too deep. */
SPT_MUST int spt_result_put_json(
    struct spt_buf *out, struct spt_result r, struct spt_err *e);
/* Appends row i as a JSON object; timestamps in RFC 3339. */
SPT_MUST int spt_row_put_json(struct spt_buf *out, const struct spt_schema *s,
    const struct spt_batch *b, int64_t i, struct spt_err *e);

/* The parts of a result, the caller's to free with spt_result_free. */
struct spt_result spt_result_get(struct spt_result r, jv key);
void spt_result_free(struct spt_result r);

#endif
