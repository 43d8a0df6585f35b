/*
 * rowrun - runs the program on one row and collects its results, exact.
 * Not installed.
 */
#ifndef SPT_ROWRUN_H
#define SPT_ROWRUN_H

#include "expr/jq.h"
#include "expr/jv_cell.h"

#define SPT_ROW_RESULTS (1 << 20) /* one row gives at most so many */

struct spt_rowrun {
	const struct spt_io *io;
	const struct spt_schema *in;
	struct spt_jq jq;
	struct spt_rowjv rows;
	struct spt_result *v; /* the results of the row at hand */
	size_t n, cap;
	int64_t *bigs; /* its integers beyond 2^53 */
	size_t n_bigs, cap_bigs;
	bool *big; /* columns of the batch at hand that have some */
	bool any_big;
};

/* Compiles the program (jq.h).  The struct must not move until fini. */
SPT_MUST int spt_rowrun_init(struct spt_rowrun *r, const struct spt_io *io,
    const char *program, void (*nomem)(void *), struct spt_err *e);
void spt_rowrun_fini(struct spt_rowrun *r);
/* The columns of the rows to come; in is on loan until fini. */
SPT_MUST int spt_rowrun_open(
    struct spt_rowrun *r, const struct spt_schema *in, struct spt_err *e);

/* The next rows are those of b. */
void spt_rowrun_batch(struct spt_rowrun *r, const struct spt_batch *b);
/* Runs row i of it: 0, and v has all results until the next call.  -1: the row
 * is bad (SPT_EDATA), or memory ran out. */
SPT_MUST int spt_rowrun_row(struct spt_rowrun *r, const struct spt_batch *b,
    int64_t i, struct spt_err *e);
/* Frees the results that are left. */
void spt_rowrun_drop(struct spt_rowrun *r);

#endif
