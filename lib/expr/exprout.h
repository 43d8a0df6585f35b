/*
 * exprout - what a compiled program computed, as columns of the output.
 * Not installed.
 */
#ifndef SPT_EXPROUT_H
#define SPT_EXPROUT_H

#include "batch/builder.h"
#include "expr/exprrun.h"
#include "expr/mapspec.h"

enum spt_out_how {
	SPT_OUT_NULL,
	SPT_OUT_PASS,      /* column col of the input as it is */
	SPT_OUT_FLOAT,     /* a number */
	SPT_OUT_INT,       /* a number that must be whole */
	SPT_OUT_TIME,      /* seconds */
	SPT_OUT_TIME_TEXT, /* RFC 3339 */
	SPT_OUT_BOOL,
	SPT_OUT_TEXT,
	SPT_OUT_PRINT, /* any value as text */
};

struct spt_exprout {
	enum spt_out_how how;
	struct spt_node *node; /* NULL: none is computed */
	int col;
	int64_t *ints; /* INT, TIME: room values */
	int64_t room;
};

/* Appends the columns that the result has to s, which is empty, and binds it.
 * *unsure: where integers beyond 2^53 come, a column should be an int that is
 * a float in s.  1; 0: why says what cannot be a column; -1. */
SPT_MUST int spt_exprout_derive(struct spt_mapspec *s,
    const struct spt_sym *result, const struct spt_schema *in, bool *unsure,
    char why[SPT_EXPR_WHY], struct spt_err *e);

/* How the columns of s come from the result: out[s->schema.n], zeroed.  1; 0:
 * why says what does not fit, so that libjq must say it row by row. */
int spt_exprout_fit(struct spt_exprout *out, const struct spt_mapspec *s,
    const struct spt_sym *result, const struct spt_schema *in,
    char why[SPT_EXPR_WHY]);

/* Computes the values of the column for these rows, which are all that are
 * left; what does not fit makes its row hard. */
SPT_MUST int spt_exprout_run(struct spt_exprout *out, struct spt_exprrun *r,
    const struct spt_rows *rows, struct spt_err *e);

/* Appends the values of these rows to column k of `to`, without ending rows;
 * text is scratch. */
SPT_MUST int spt_exprout_put(const struct spt_exprout *out,
    const struct spt_exprrun *r, const struct spt_rows *rows,
    struct spt_builder *to, size_t k, struct spt_buf *text, struct spt_err *e);

/* The 8-byte values of the column for all rows of the batch, as they are in
 * memory, and which of them are null; NULL: there are none to lend. */
const void *spt_exprout_lend(
    const struct spt_exprout *out, const uint8_t **valid);

#endif
