/*
 * mapguess - learns the columns of smap's output from results.
 */
#ifndef SPT_MAPGUESS_H
#define SPT_MAPGUESS_H

#include "expr/jv_cell.h"
#include "expr/mapspec.h"

#define SPT_BARE_COLUMN "value" /* of a result that is no object */

struct spt_guess_col;

struct spt_guess {
	const struct spt_io *io;
	const struct spt_schema *in;
	struct spt_guess_col *cols; /* in the order in which they appeared */
	size_t n, cap;
	size_t next; /* where the next key is looked for first */
	int64_t results;
};

void spt_guess_init(
    struct spt_guess *g, const struct spt_io *io, const struct spt_schema *in);
void spt_guess_fini(struct spt_guess *g);

/* Looks at a result (borrowed) of row i of b.  SPT_EDATA: a key that cannot
 * be the name of a column; the result then counts for nothing. */
SPT_MUST int spt_guess_add(struct spt_guess *g, struct spt_result r,
    const struct spt_batch *b, int64_t i, struct spt_err *e);

/* Appends the columns to s, which is empty, and binds it.  Without any column
 * they are those of the input. */
SPT_MUST int spt_guess_settle(
    const struct spt_guess *g, struct spt_mapspec *s, struct spt_err *e);

#endif
