/*
 * decode - bytes of a text format to batches: records, cells, types.
 *
 * The caller (ingest) owns the bytes and the files; the decoder owns the
 * schema, which is given (-s), known (combined, syslog, ...), or learnt from
 * the first rows.  Life of one:
 *
 *   open; for each file looked at while learning: file, learn, learn, ...;
 *   settle; then from the start again, for each file: file, decode, ...; close
 */
#ifndef SPT_DECODE_H
#define SPT_DECODE_H

#include "base/tz.h"
#include "batch/builder.h"

#define SPT_LEARN_ROWS 1000 /* rows that inference looks at */
#define SPT_MAX_RECORD (1 << 20)

/* A record that is no row.  All pointers are on loan for the call. */
struct spt_bad_record {
	const char *file;
	int64_t line;         /* 1-based, of the record's first line */
	uint64_t offset;      /* in the (uncompressed) file, bytes */
	const char *column;   /* or NULL */
	const char *reason;   /* "not an int: "x"" */
	const char *remedy;   /* "-s 'a string'" or NULL */
	const uint8_t *bytes; /* the record, at most max_record + 1 bytes */
	size_t n;
};

struct spt_decode_conf {
	const char *format;      /* a name of spt_decode_formats */
	const char *schema;      /* text of -s, or NULL */
	const char *columns;     /* list of -c, or NULL: all */
	const char *pattern;     /* regex: the pattern */
	bool pattern_skips;      /* lines that do not match are not rows */
	char delimiter;          /* csv, tsv; 0: the format's */
	bool no_header;          /* csv, tsv: columns c1, c2, ... */
	const struct spt_tz *tz; /* of times without zone; NULL: UTC */
	int year;                /* of syslog times; 0: the file's */
	int64_t max_record;      /* bytes; 0: SPT_MAX_RECORD */
	bool schema_is_all;      /* schema names all columns that there are */
	/* A bad record.  0: go on without it; -1 with *e: stop.  NULL: stop. */
	int (*bad)(
	    void *ctx, const struct spt_bad_record *r, struct spt_err *e);
	/* Something the user should know once ("times have no year, ..."). */
	void (*say)(void *ctx, const char *line);
	void *ctx;
};

struct spt_decoder;

/* What has been counted so far, for progress and the line at exit. */
struct spt_decode_count {
	int64_t rows;
	int64_t bad;       /* bad records, all kinds */
	int64_t unmatched; /* -P: lines that are not rows */
	int64_t repaired;  /* bytes sequences that became U+FFFD */
};

/* NULL-ended names, for messages and completions ("arrow" is not among them:
 * ingest reads it). */
extern const char *const spt_decode_formats[];

/* The format by file name (".csv", ".csv.gz", "access.log", ...), else by the
 * first bytes (n may be 0); always some name of spt_decode_formats or "arrow".
 */
const char *spt_decode_guess(const char *path, const uint8_t *p, size_t n);

/* conf (and what it points to) is on loan until close.  SPT_EUSAGE: schema
 * text, pattern, or a combination that cannot work. */
SPT_MUST int spt_decoder_open(struct spt_decoder **d, const struct spt_io *io,
    const struct spt_decode_conf *conf, struct spt_err *e);
void spt_decoder_close(struct spt_decoder *d);

/* The next bytes are the start of this file; its time gives a year.  Forgets
 * what is particular to a file (header, line number); a BOM is passed over. */
SPT_MUST int spt_decoder_file(
    struct spt_decoder *d, const char *name, spt_time mtime, struct spt_err *e);

/* Where the next record of the file starts. */
struct spt_decode_place {
	uint64_t offset; /* bytes */
	int64_t line;    /* from 1 */
	/* Bytes behind offset have been used up: a record that is too long
	 * starts there, and has not ended. */
	bool inside;
};

/* While a file is decoded: where it stands.  header (CSV, else empty) is on
 * loan until the next file; with it the file can be resumed. */
void spt_decoder_place(
    const struct spt_decoder *d, struct spt_decode_place *place);
const char *spt_decoder_header(const struct spt_decoder *d, size_t *n);
/* As spt_decoder_file, but what comes next are the bytes from that place on.
 * After settle only. */
SPT_MUST int spt_decoder_resume(struct spt_decoder *d, const char *name,
    spt_time mtime, const char *header, size_t n_header, uint64_t offset,
    int64_t line, struct spt_err *e);

/* Looks at the first n bytes of the file (each call of one file has the bytes
 * of the call before, and more); last: the file ends here.  1: enough seen,
 * 0: wants more bytes or another file, -1.  Bad records are passed over here
 * in silence; decode will report them. */
SPT_MUST int spt_decoder_learn(struct spt_decoder *d, const uint8_t *p,
    size_t n, bool last, struct spt_err *e);
/* Rows that it has seen. */
int64_t spt_decoder_learnt(const struct spt_decoder *d);
/* Ends learning with what came.  A file with a CSV header and no rows has its
 * columns as string.  SPT_EDATA: no column at all and no -s. */
SPT_MUST int spt_decoder_settle(struct spt_decoder *d, struct spt_err *e);

/* After settle, on loan until close. */
const struct spt_schema *spt_decoder_schema(const struct spt_decoder *d);
/* The text for -s that says the same, on one line. */
SPT_MUST int spt_decoder_print_schema(
    const struct spt_decoder *d, struct spt_buf *out, struct spt_err *e);

/* The n bytes that would come next are one line that is no record. */
void spt_decoder_pass(struct spt_decoder *d, size_t n);

/* Decodes whole records of [p, p+n) into out, which has the decoder's schema;
 * *used gets the bytes that are done with.  last: the file ends at p+n.
 * 1: out is full or has max_rows rows: take them and call again.
 * 0: no whole record is left: come back with the rest and more bytes (with
 *    last: the file is done, *used is n).  -1. */
SPT_MUST int spt_decode(struct spt_decoder *d, const uint8_t *p, size_t n,
    bool last, int64_t max_rows, size_t *used, struct spt_builder *out,
    struct spt_err *e);

const struct spt_decode_count *spt_decoder_count(const struct spt_decoder *d);

/* ---- twin.c: several decoders for one file ------------------------------- */

/* A decoder of rows like those of d, which is settled, for pieces of its files.
 * It borrows from d, and ends before it; conf differs from that of d in bad,
 * say and ctx only.  One thread may use it while another uses d. */
SPT_MUST int spt_decoder_twin(struct spt_decoder **t,
    const struct spt_decoder *d, const struct spt_decode_conf *conf,
    struct spt_err *e);
/* Can what comes next be decoded by a twin?  Not before d has seen the file's
 * header, nor in the middle of a record that is too long. */
bool spt_decoder_shares(const struct spt_decoder *d);
/* What t decodes next starts `ahead` bytes behind what d has used up.  Its
 * lines count from 1, and rows, bad records and so on from 0. */
SPT_MUST int spt_decoder_lend(struct spt_decoder *t,
    const struct spt_decoder *d, uint64_t ahead, struct spt_err *e);
/* What t has used up ends with a record. */
bool spt_decoder_whole(const struct spt_decoder *t);
/* The bytes that would come next have been decoded by t: d goes on behind
 * them, and counts what was counted. */
void spt_decoder_take(struct spt_decoder *d, const struct spt_decoder *t);

#endif
