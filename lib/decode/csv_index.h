/*
 * csv_index - where the cells and records of a piece of CSV end, found 64
 * bytes at a time.
 *
 * A quote switches between outside and inside of quotes; so the exclusive or
 * of all quotes up to a byte says where that byte is, and delimiters and LFs
 * inside are text (G. Langdale, D. Lemire, "Parsing gigabytes of JSON per
 * second", 2019, section 3.1.1).  That is what libcsv says as long as quotes
 * open behind a delimiter or LF, and close before one, or before CR and LF.
 * The first quote that does not ends the index in front of it; what follows is
 * for spt_csv_split_quoted.
 */
#ifndef SPT_CSV_INDEX_H
#define SPT_CSV_INDEX_H

#include "base/io.h"
#include "base/simd.h"

#define SPT_CSV_BLOCK 32768 /* bytes that one index covers at most */

struct spt_csv_index {
	const struct spt_io *io;
	enum spt_way way;
	char delimiter;
	/* Ends of cells (a delimiter or LF outside of quotes), as distances
	 * from the start of the piece; ends[-1] is there, too, and is -1. */
	uint32_t *ends;
	/* How many ends there are up to the end of each whole record. */
	uint32_t *rows;
	size_t n_rows;
	/* What there may be in the piece. */
	bool quotes;
	bool escapes;  /* "" in a quoted field */
	bool newlines; /* in quoted fields */
	bool high;     /* bytes that are not ASCII */
	uint32_t *memory;
};

/* Chooses the best way. */
SPT_MUST int spt_csv_index_init(struct spt_csv_index *x,
    const struct spt_io *io, char delimiter, struct spt_err *e);
void spt_csv_index_fini(struct spt_csv_index *x);

/* p is the start of a record.  Makes the index of the first SPT_CSV_BLOCK of n
 * bytes, or fewer: up to a quote that libcsv has to judge.  A record at the
 * end that is not whole has no row. */
void spt_csv_index_make(struct spt_csv_index *x, const char *p, size_t n);

#endif
