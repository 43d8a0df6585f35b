/*
 * csv_rows - runs of good CSV records to rows, column by column.
 *
 * Only what is beyond doubt goes this way: records that the index vouches for,
 * with the right number of cells that all have their types.  Any other record
 * is left where it is, to be decoded by itself, and reported if it is bad.
 */
#ifndef SPT_CSV_ROWS_H
#define SPT_CSV_ROWS_H

#include "decode/decoder.h"

/* How far one call of spt_decode has come. */
struct spt__csv_run {
	const char *p; /* its bytes */
	size_t n;
	bool indexed;
	size_t from;    /* the index is of p + from ... */
	size_t row;     /* ... and its records before this one are done */
	size_t at_once; /* rows to try at once: few, when some were bad */
};

/* Decodes records of p from `at` on, as far as they begin before `stop` and at
 * most max of them, into rows of out.  *used: their bytes; 0: the next one is
 * none of these, or not whole.  0 or -1. */
SPT_MUST int spt__csv_rows(struct spt_decoder *d, struct spt__csv_run *run,
    size_t at, size_t stop, int64_t max, size_t *used, struct spt_builder *out,
    struct spt_err *e);
/* The record at `at`, of so many bytes, was decoded by itself. */
void spt__csv_rows_pass(
    const struct spt_decoder *d, struct spt__csv_run *run, size_t at, size_t n);

#endif
