/*
 * csv - RFC 4180 records: where one ends, and its fields.
 *
 * libcsv says what CSV means: spt_csv_split_quoted is libcsv, strict, blanks
 * kept, one record at a time.  spt_csv_split_plain does the same for records
 * without a quote.  Nearly all records take neither, but go by the index of
 * csv_index.h, many at a time; what that finds has to agree with libcsv
 * (tests/fuzz/fuzz_csv.c and fuzz_csv_index.c hold them equal).
 *
 * A field without anything is null, "" is the empty text.
 */
#ifndef SPT_CSV_H
#define SPT_CSV_H

#include "base/arena.h"
#include "decode/csv_index.h"
#include "decode/format.h"

/* ---- the end of a record ----------------------------------------------- */

/* Where the scan for the end of a record stands; can stop and go on at any
 * byte.  Zeroed is the start of a record. */
struct spt_csv_scan {
	enum spt_csv_state {
		SPT_CSV_START = 0, /* of a field */
		SPT_CSV_PLAIN,     /* in a field without quotes */
		SPT_CSV_QUOTED,
		SPT_CSV_QUOTE,  /* behind a quote in a quoted field */
		SPT_CSV_BROKEN, /* behind an error: ends with the line */
	} state;
	bool quotes;      /* the record has a quote */
	int64_t newlines; /* in the record so far, its own end not counted */
};

/* Looks at p[from..n).  True: the record ends, p[*end] is its LF.  False: it
 * goes on behind n. */
bool spt_csv_scan_end(struct spt_csv_scan *s, char delimiter, const char *p,
    size_t from, size_t n, size_t *end);

/* ---- the fields of a record -------------------------------------------- */

struct spt_csv {
	const struct spt_io *io;
	char delimiter;
	struct spt_cell *v; /* the fields of the last record ... */
	size_t cap;         /* ... as far as there is room */
	size_t n;           /* how many it had */
	struct spt_csv_lib *lib;
	struct spt_csv_index index; /* of records that need no splitting */
};

/* max: the most fields that are kept; more are only counted. */
SPT_MUST int spt_csv_init(struct spt_csv *c, const struct spt_io *io,
    char delimiter, size_t max, struct spt_err *e);
void spt_csv_fini(struct spt_csv *c);

/* The record p has no quote in it, and no line end at its end.  The cells
 * point into it. */
void spt_csv_split_plain(struct spt_csv *c, const char *p, size_t n);
/* Any record.  Text goes into the arena.  1; 0: bad, why says so with the line
 * (counted in the record, from 1) and c->n is the number of fields before the
 * bad one; -1. */
SPT_MUST int spt_csv_split_quoted(struct spt_csv *c, const char *p, size_t n,
    struct spt_arena *arena, struct spt_err *why, struct spt_err *e);

#endif
