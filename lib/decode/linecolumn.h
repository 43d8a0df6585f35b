/*
 * linecolumn - one column of consecutive lines at a time, from the places of
 * their cells to a column of a builder.  Not installed.
 */
#ifndef SPT_LINECOLUMN_H
#define SPT_LINECOLUMN_H

#include "decode/convert.h"

/* Where the cells are: cell i of the column has its place at
 * cells[i * step]. */
struct spt_line_span {
	const char *p;
	const struct spt_place *cells;
	size_t step;
	size_t most;   /* bytes of text, cells and what lies between them */
	size_t before; /* bytes that can be read in front of p */
	size_t behind; /* and behind the last cell */
	struct spt_arena *arena; /* for text without its escapes */
};

/* Can a cell of this type turn out bad, so that the line is no row? */
static inline bool
spt_line_column_may_fail(const struct spt_coltype *t)
{
	return t->type != SPT_UTF8;
}

/* Puts the first n cells into column col of out, which has type t->type.  The
 * number that were put: when it is less than n the next one is not a value of
 * the type.  -1: see *e. */
SPT_MUST int64_t spt_line_column_put(struct spt_convert *k,
    const struct spt_coltype *t, const struct spt_line_span *s, size_t n,
    struct spt_builder *out, size_t col, struct spt_err *e);

#endif
