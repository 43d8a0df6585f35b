/*
 * encoder - rows as text: csv, tsv, ndjson, and tables for people.  Appends to
 * a buffer; knows nothing of files.
 */
#ifndef SPT_ENCODER_H
#define SPT_ENCODER_H

#include "base/buf.h"
#include "base/tz.h"
#include "batch/batch.h"

/* What the rows of an epoch are to those of the epochs before. */
enum spt_rows_mode {
	SPT_ROWS_APPEND = 1, /* more rows */
	SPT_ROWS_UPDATE,     /* newer values of some keys */
	SPT_ROWS_COMPLETE,   /* all rows again */
};

struct spt_encoder_conf {
	const struct spt_tz *tz; /* times are printed in it; NULL: UTC, Z */
	enum spt_rows_mode mode;
	/* The rest is for tables. */
	bool terminal; /* somebody watches: nothing waits in a flush */
	bool color;
	bool bounded; /* the input ends: then all of it is to be seen */
	bool divided; /* the caller writes lines of its own between epochs */
	int width, height; /* of the terminal; 0: unknown */
};

struct spt_encoder;

struct spt_encoder_ops {
	/* What comes before the first row; optional. */
	int (*header)(
	    struct spt_encoder *, struct spt_buf *out, struct spt_err *e);
	/* Rows first .. first + n - 1 of b, which is on loan for the call. */
	int (*rows)(struct spt_encoder *, const struct spt_batch *b,
	    int64_t first, int64_t n, struct spt_buf *out, struct spt_err *e);
	/* The caller is about to wait; optional. */
	int (*flush)(
	    struct spt_encoder *, struct spt_buf *out, struct spt_err *e);
	/* An epoch is complete; optional. */
	int (*epoch)(
	    struct spt_encoder *, struct spt_buf *out, struct spt_err *e);
	/* No more rows; optional. */
	int (*end)(
	    struct spt_encoder *, struct spt_buf *out, struct spt_err *e);
	void (*close)(struct spt_encoder *);
};

struct spt_encoder {
	const struct spt_encoder_ops *ops;
};

/* Names that spt_encoder_open knows, NULL-ended. */
extern const char *const spt_encoder_formats[];

/* s and conf->tz are on loan until close, *conf is copied.  SPT_EUSAGE: no
 * such format. */
SPT_MUST int spt_encoder_open(struct spt_encoder **enc, const struct spt_io *io,
    const char *format, const struct spt_schema *s,
    const struct spt_encoder_conf *conf, struct spt_err *e);

/* ---- the formats ----------------------------------------------------------
 */

/* RFC 4180 with LF: null is empty, the empty string is "".  In a file of one
 * column a null is therefore a blank line. */
SPT_MUST int spt_csv_encoder(struct spt_encoder **enc, const struct spt_io *io,
    char delimiter, const struct spt_schema *s,
    const struct spt_encoder_conf *conf, struct spt_err *e);
/* One object a row.  NaN and infinities are null. */
SPT_MUST int spt_ndjson_encoder(struct spt_encoder **enc,
    const struct spt_io *io, const struct spt_schema *s,
    const struct spt_encoder_conf *conf, struct spt_err *e);
/* Aligned columns, printed in blocks. */
SPT_MUST int spt_table_encoder(struct spt_encoder **enc,
    const struct spt_io *io, const struct spt_schema *s,
    const struct spt_encoder_conf *conf, struct spt_err *e);
/* A table that is drawn again in its place: update and complete mode on a
 * terminal of known height. */
SPT_MUST int spt_view_encoder(struct spt_encoder **enc, const struct spt_io *io,
    const struct spt_schema *s, const struct spt_encoder_conf *conf,
    struct spt_err *e);

#endif
