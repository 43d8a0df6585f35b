/*
 * recent - a bounded number of rows in the order they came, at most one for
 * each key if so wanted: what a view shows.
 */
#ifndef SPT_RECENT_H
#define SPT_RECENT_H

#include "batch/builder.h"

#define SPT_RECENT_ROWS 10000        /* kept, at most ... */
#define SPT_RECENT_BYTES (32u << 20) /* ... and of about that size */

struct spt_recent {
	const struct spt_io *io;
	const struct spt_schema *schema;
	uint64_t seed;
	size_t *keys; /* columns marked spate:key; none: there is one row */
	size_t n_keys;
	struct spt_builder rows;
	struct spt_col *cols; /* the columns of rows, for spt_recent_batch */
	bool *dead;           /* of each row: a newer one has its key */
	size_t dead_cap;
	int64_t living;
	int64_t dropped; /* rows let go to stay in bounds */
	uint32_t *index; /* row + 1 by hash of key, open addressing */
	size_t index_size;
};

/* s is on loan until fini. */
SPT_MUST int spt_recent_init(struct spt_recent *r, const struct spt_io *io,
    const struct spt_schema *s, struct spt_err *e);
void spt_recent_fini(struct spt_recent *r);
/* Adds row i of b at the end; when that is too many, it is only counted. */
SPT_MUST int spt_recent_append(struct spt_recent *r, const struct spt_batch *b,
    int64_t i, struct spt_err *e);
/* Adds row i of b at the end in place of the row with the same key; when that
 * is too many, the oldest go.  Not to be mixed with append. */
SPT_MUST int spt_recent_upsert(struct spt_recent *r, const struct spt_batch *b,
    int64_t i, struct spt_err *e);
/* Forgets all. */
void spt_recent_clear(struct spt_recent *r);
/* The rows, dead ones too; on loan until the next change. */
void spt_recent_batch(struct spt_recent *r, struct spt_batch *b);

#endif
