/*
 * csv_column - one column of consecutive records at a time, from the index of
 * a piece of CSV to a column of a builder.
 */
#ifndef SPT_CSV_COLUMN_H
#define SPT_CSV_COLUMN_H

#include "decode/convert.h"
#include "decode/csv_index.h"

/* Where the cells are: cell i of the column ends at p[ends[i * step]], and
 * begins behind p[ends[i * step - 1]]. */
struct spt_csv_span {
	const char *p;
	const uint32_t *ends;
	size_t step;
	bool last;    /* of the record: a CR at its end is none of it */
	bool quotes;  /* cells may be in quotes ... */
	bool escapes; /* ... with "" inside */
	bool high;    /* cells may not be ASCII */
	/* What can be read around the cells. */
	const char *low, *high_end;
	struct spt_buf *scratch; /* for a cell without its quotes */
};

/* Can a cell of this type turn out bad, so that the record is none? */
static inline bool
spt_csv_column_may_fail(const struct spt_coltype *t)
{
	return t->type != SPT_UTF8;
}

/* Puts the first n cells into column col of out, which has type t->type.  The
 * number that were put: when it is less than n the next one is not a value of
 * the type, or needs a closer look.  -1: see *e. */
SPT_MUST int64_t spt_csv_column_put(struct spt_convert *k,
    const struct spt_coltype *t, const struct spt_csv_span *s, size_t n,
    struct spt_builder *out, size_t col, struct spt_err *e);

#endif
