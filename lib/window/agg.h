/*
 * agg - aggregates: what they are, and the state that each keeps for a group.
 *
 * The states of a group lie one after the other in one piece of memory; all
 * zero is the state before any row.  Strings are held on the heap, so a state
 * may be moved as bytes, and ends with spt_aggs_fini_state.
 *
 * Nulls are as in SQL: ignored by all but "count"; an aggregate of none is
 * null, a count of none 0.  NaN is the greatest float (as in Spark): max is
 * NaN if any value is, min only if all are; -0.0 is less than 0.0.
 */
#ifndef SPT_AGG_H
#define SPT_AGG_H

#include "batch/builder.h"

struct spt_agg;

/* What an aggregate does for one type of input. */
struct spt_agg_op {
	size_t size; /* of the state, a multiple of 8 */
	/* Row rows[i] of c (NULL for "count") goes into the state that begins
	 * agg->at bytes into states[i], for i < n, in this order. */
	int (*update)(const struct spt_agg *agg, const struct spt_io *io,
	    const struct spt_col *c, uint8_t *const *states,
	    const uint32_t *rows, size_t n, struct spt_err *e);
	/* Puts the result. */
	int (*emit)(const struct spt_agg *agg, const uint8_t *state,
	    struct spt_builder *b, size_t col, struct spt_err *e);
	/* The state as bytes of a fixed layout (window_state.c), and back:
	 * load takes from *p..end and moves *p; -1 without *e: malformed. */
	int (*save)(
	    const uint8_t *state, struct spt_buf *out, struct spt_err *e);
	int (*load)(uint8_t *state, const struct spt_io *io, const uint8_t **p,
	    const uint8_t *end, struct spt_err *e);
	/* Frees what the state holds; NULL: nothing. */
	void (*fini)(uint8_t *state, const struct spt_io *io);
};

enum spt_agg_kind {
	SPT_AGG_COUNT,
	SPT_AGG_SUM,
	SPT_AGG_AVG,
	SPT_AGG_MIN,
	SPT_AGG_MAX,
	SPT_AGG_FIRST,
	SPT_AGG_LAST,
};

struct spt_agg {
	enum spt_agg_kind kind;
	char *name;   /* of the output column */
	char *column; /* NULL: count of rows */
	/* from here on: after spt_aggs_bind */
	int col;
	enum spt_type out;
	const struct spt_agg_op *op;
	size_t at; /* of its state in the states of a group */
};

struct spt_aggs {
	const struct spt_io *io;
	struct spt_agg *v;
	size_t n, cap;
	size_t stride; /* bytes of state a group */
};

/* texts: n times "[NAME=]FUNCTION[:COLUMN]".  SPT_EUSAGE, with an example. */
SPT_MUST int spt_aggs_parse(struct spt_aggs *a, const struct spt_io *io,
    char *const *texts, int n, struct spt_err *e);
void spt_aggs_fini(struct spt_aggs *a);
/* Finds columns and types.  SPT_EUSAGE: no such column, or the aggregate does
 * not take its type; the message names both. */
SPT_MUST int spt_aggs_bind(
    struct spt_aggs *a, const struct spt_schema *s, struct spt_err *e);

SPT_MUST int spt_aggs_update(const struct spt_aggs *a,
    const struct spt_batch *b, uint8_t *const *states, const uint32_t *rows,
    size_t n, struct spt_err *e);
SPT_MUST int spt_aggs_emit(const struct spt_aggs *a, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e);
SPT_MUST int spt_aggs_save(const struct spt_aggs *a, const uint8_t *state,
    struct spt_buf *out, struct spt_err *e);
/* Replaces the state by what p..p+n says.  1: done, 0: malformed, -1: *e. */
SPT_MUST int spt_aggs_load(const struct spt_aggs *a, uint8_t *state,
    const uint8_t *p, size_t n, struct spt_err *e);
void spt_aggs_fini_state(const struct spt_aggs *a, uint8_t *state);
/* Does spt_aggs_fini_state do anything? */
bool spt_aggs_hold(const struct spt_aggs *a);

/* ---- the operations; NULL: not for this type --------------------------- */

/* agg_sum.c: count (type 0: of rows), sum, avg */
const struct spt_agg_op *spt_agg_sum_op(enum spt_agg_kind k, enum spt_type t);
/* agg_pick.c: min, max, first, last */
const struct spt_agg_op *spt_agg_pick_op(enum spt_agg_kind k, enum spt_type t);

#endif
