/*
 * mapfast - the compiled way from batches of rows to batches of results.
 * Not installed.
 */
#ifndef SPT_MAPFAST_H
#define SPT_MAPFAST_H

#include "expr/exprout.h"
#include "stage/stage.h"

struct spt_fast {
	const struct spt_io *io;
	struct spt_arena arena;
	struct spt_tree *tree; /* NULL: the program is none of ours */
	char why[SPT_EXPR_WHY];
	struct spt_bind bind;
	const struct spt_sym *result; /* NULL: it has no kernels */
	const struct spt_schema *in;
	struct spt_exprrun run;
	int64_t offset;          /* of what run works on in the batch at hand */
	struct spt_exprout *out; /* NULL: the columns are not known yet */
	size_t n;
	struct spt_builder made; /* columns of a batch that keeps all rows */
	bool making;
	struct spt_col *slice, *views; /* in->n; n */
	struct spt_range *ranges;      /* n */
	struct spt_buf text;           /* scratch */
};

/* What becomes of a row that libjq must do: row i of b, which is part of the
 * batch at hand from its row `offset` on, with its results behind those of the
 * rows before.  0 or -1. */
struct spt_fast_hard {
	int (*row)(void *ctx, const struct spt_batch *b, int64_t i,
	    int64_t offset, struct spt_emit *out, struct spt_err *e);
	void *ctx;
};

/* Parses.  f->tree says whether it is ours.  0 or -1. */
SPT_MUST int spt_fast_init(struct spt_fast *f, const struct spt_io *io,
    const char *program, struct spt_err *e);
void spt_fast_fini(struct spt_fast *f);
/* Compiles for these columns, on loan until fini; f->result says whether it
 * could, else f->why.  0 or -1. */
SPT_MUST int spt_fast_open(
    struct spt_fast *f, const struct spt_schema *in, struct spt_err *e);
/* The columns of the results (spt_exprout_derive). */
SPT_MUST int spt_fast_derive(
    struct spt_fast *f, struct spt_mapspec *s, bool *unsure, struct spt_err *e);
/* From here on results have these columns.  1; 0: f->why; -1. */
SPT_MUST int spt_fast_fit(
    struct spt_fast *f, const struct spt_mapspec *s, struct spt_err *e);

/* Rows first.. of b through the program, results to output 0. */
SPT_MUST int spt_fast_batch(struct spt_fast *f, const struct spt_batch *b,
    int64_t first, const struct spt_fast_hard *hard, struct spt_emit *out,
    struct spt_err *e);

/* Appends, for people, a line each: what is selected, what columns are made
 * of. */
SPT_MUST int spt_fast_explain(const struct spt_fast *f,
    const struct spt_mapspec *s, struct spt_buf *text, struct spt_err *e);

#endif
