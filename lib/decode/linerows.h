/*
 * linerows - runs of good lines to rows, column by column.  Not installed.
 *
 * Only what is beyond doubt goes this way: lines of which the format can say
 * by their map where the cells are, and whose cells all have their types.  Any
 * other line is left where it is, to be decoded by itself, and reported if it
 * is bad.
 */
#ifndef SPT_LINEROWS_H
#define SPT_LINEROWS_H

#include "decode/decoder.h"

/* How far one call of spt_decode has come. */
struct spt__line_run {
	const char *p; /* its bytes */
	size_t n;
	bool mapped;
	bool doubtful;  /* some of what is mapped may not be UTF-8 */
	size_t from;    /* the map is of p + from ... */
	size_t line;    /* ... and its lines before this one are done */
	size_t at_once; /* lines to try at once: few, when some were bad */
	unsigned vain;  /* tries in a row that were in vain, and so ... */
	unsigned alone; /* ... lines to be left alone before the next one */
};

/* Decodes lines of p from `at` on, as far as they begin before `stop` and at
 * most max of them, into rows of out.  *used: their bytes; 0: the next one is
 * none of these, or not whole.  0 or -1. */
SPT_MUST int spt__line_rows(struct spt_decoder *d, struct spt__line_run *run,
    size_t at, size_t stop, int64_t max, size_t *used, struct spt_builder *out,
    struct spt_err *e);
/* The line at `at`, of so many bytes, was decoded by itself. */
void spt__line_rows_pass(const struct spt_decoder *d, struct spt__line_run *run,
    size_t at, size_t n);

#endif
