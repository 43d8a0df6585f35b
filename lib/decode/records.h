/*
 * records - bytes of a file to records, with the books on where each one is.
 *
 * Keeps its place between calls, so that a record that comes in a thousand
 * pieces is looked at once, and one that is too long needs no memory: it is
 * used up as it comes, and reported by its first bytes when it ends.
 */
#ifndef SPT_RECORDS_H
#define SPT_RECORDS_H

#include "decode/csv.h"

#define SPT_RECORD_HEAD 4096 /* bytes kept of a record that is too long */

struct spt_record {
	const char *p; /* without LF or CRLF; on loan until the next call */
	size_t n;
	int64_t line;    /* of its first line, from 1 */
	uint64_t offset; /* in the file */
	bool quotes;     /* CSV: it has a quote */
	bool too_long;   /* p, n are its first bytes */
	bool unclosed;   /* CSV, too long: ended inside of quotes */
};

struct spt_records {
	const struct spt_io *io;
	bool csv; /* a newline in quotes is no end */
	char delimiter;
	size_t max; /* bytes of a record */
	/* Where the bytes of the next call start. */
	uint64_t offset;
	int64_t line;
	bool begun; /* the place of a BOM is behind us */
	/* The record that starts there. */
	size_t looked; /* bytes seen already, without an end */
	struct spt_csv_scan scan;
	/* It is too long: head has its start. */
	bool skipping;
	struct spt_buf head;
	uint64_t start;
};

/* delimiter 0: lines. */
void spt_records_init(struct spt_records *s, const struct spt_io *io,
    char delimiter, int64_t max);
void spt_records_fini(struct spt_records *s);
/* The next bytes are the start of a file. */
void spt_records_rewind(struct spt_records *s);

/* Where the next record starts; inside: its first bytes are used up, because
 * it is too long. */
void spt_records_place(
    const struct spt_records *s, uint64_t *offset, int64_t *line, bool *inside);
/* The next bytes are those of such a place, which is not the file's start. */
void spt_records_resume(struct spt_records *s, uint64_t offset, int64_t line);

/* The next record of [p, p+n); the bytes of a call are those that the call
 * before did not use, and more, or only the first of them.  1: *r, and *used
 * bytes are done with when the caller is done with *r.  0: no whole record is
 * left (with last: nothing at all); *used bytes are done with.  -1. */
SPT_MUST int spt_records_next(struct spt_records *s, const char *p, size_t n,
    bool last, size_t *used, struct spt_record *r, struct spt_err *e);

/* The next bytes are the start of a record, of which nothing has been looked
 * at, and not the start of a file. */
bool spt_records_at_start(const struct spt_records *s);
/* They are n bytes of whole records, on so many lines, that the caller has
 * found by himself. */
void spt_records_pass(struct spt_records *s, size_t n, int64_t lines);

#endif
