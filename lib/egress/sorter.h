/*
 * sorter - rows in memory, given back in order.
 */
#ifndef SPT_SORTER_H
#define SPT_SORTER_H

#include "batch/builder.h"

struct spt_sorter_key {
	size_t col;
	bool down;
};

/* Where a row is. */
struct spt_sorter_row {
	uint64_t first; /* orders as the first key does, ties apart */
	uint32_t chunk, at;
};

struct spt_sorter {
	const struct spt_io *io;
	const struct spt_schema *schema;
	struct spt_sorter_key *keys;
	size_t n_keys;
	int64_t limit; /* rows that will be wanted; -1: all */
	struct spt_builder *chunks;
	struct spt_batch *views; /* of the chunks, all but the last */
	size_t n_chunks, chunks_cap, views_cap;
	struct spt_sorter_row *rows;
	size_t n, cap;
};

/* order: "[-]col,...".  Nulls come first, then numbers by value with NaN
 * last, false before true, strings by bytes (which is by code point); '-'
 * turns that round.  Rows that are equal stay as they came.  With a limit no
 * more than a few times that many rows are kept.
 * s is on loan until fini.  SPT_EUSAGE: no such column. */
SPT_MUST int spt_sorter_init(struct spt_sorter *t, const struct spt_io *io,
    const struct spt_schema *s, const char *order, int64_t limit,
    struct spt_err *e);
void spt_sorter_fini(struct spt_sorter *t);

SPT_MUST int spt_sorter_add(
    struct spt_sorter *t, const struct spt_batch *b, struct spt_err *e);
/* Hands all rows, in order, at most limit, to put, batch by batch, and
 * forgets them. */
SPT_MUST int spt_sorter_drain(struct spt_sorter *t,
    int (*put)(void *ctx, const struct spt_batch *b, struct spt_err *e),
    void *ctx, struct spt_err *e);

#endif
