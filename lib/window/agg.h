/*
 * agg - aggregates: what they are, and the state that each keeps for a group.
 *
 * The states of a group lie one after the other in one piece of memory; all
 * zero is the state before any row.  What does not fit there is on the heap,
 * so a state may be moved as bytes, and ends with spt_aggs_fini_state.
 *
 * States merge: two states of some rows each become the state of all of them.
 * Where the order of rows matters (first, last, list, ties of argmin and
 * argmax) it is told by arrival numbers inside the states, so that states may
 * be merged in any order, whenever their rows came.
 *
 * Nulls are as in SQL: ignored by all but "count"; an aggregate of none is
 * null, a count of none 0.  NaN is the greatest float (as in Spark): max is
 * NaN if any value is, min only if all are; -0.0 is less than 0.0.
 */
#ifndef SPT_AGG_H
#define SPT_AGG_H

#include "batch/builder.h"
#include "window/ddsketch.h"

/* What --accuracy may say: the relative error of quantiles. */
#define SPT_ACCURACY_MIN 0.0001
#define SPT_ACCURACY_MAX 0.2
#define SPT_ACCURACY_DEFAULT 0.01

#define SPT_TOP_DEFAULT 10
#define SPT_TOP_MAX 1000
#define SPT_LIST_DEFAULT 100
#define SPT_LIST_MAX 10000

struct spt_agg;

/* Rows on their way into states. */
struct spt_agg_rows {
	const struct spt_io *io;
	const struct spt_batch *b;
	uint8_t *const *states; /* n: where the states of the group begin */
	const uint32_t *rows;   /* n row numbers of b */
	size_t n;
	int64_t seq; /* arrival number of row 0 of b */
};

/* What an aggregate does for one type of input. */
struct spt_agg_op {
	size_t size; /* of the state, a multiple of 8 */
	/* Aggregates with this op and the same columns and k have equal states,
	 * whatever their kinds: they share one. */
	bool common;
	/* The rows go into the states that begin agg->at bytes into
	 * in->states[i], in this order. */
	int (*update)(const struct spt_agg *agg, const struct spt_agg_rows *in,
	    struct spt_err *e);
	/* Adds the state from, which stays as it is, to into. */
	int (*merge)(const struct spt_agg *agg, const struct spt_io *io,
	    uint8_t *into, const uint8_t *from, struct spt_err *e);
	/* The same for n groups: the state agg->at bytes into
	 * from + k * stride goes into the one agg->at bytes into into[k].
	 * NULL where one by one is no worse. */
	void (*merge_states)(const struct spt_agg *agg, uint8_t *const *into,
	    const uint8_t *from, size_t stride, size_t n);
	/* Puts the result. */
	int (*emit)(const struct spt_agg *agg, const uint8_t *state,
	    struct spt_builder *b, size_t col, struct spt_err *e);
	/* The same for n groups, whose states begin agg->at bytes into
	 * states[k].  NULL where one by one is no worse. */
	int (*emit_states)(const struct spt_agg *agg, uint8_t *const *states,
	    size_t n, struct spt_builder *b, size_t col, struct spt_err *e);
	/* The state as bytes of a fixed layout, and back: load fills an all
	 * zero state from *p..end and moves *p; -1 without *e: malformed.
	 * What is loaded half ends with fini all the same. */
	int (*save)(const struct spt_agg *agg, const uint8_t *state,
	    struct spt_buf *out, struct spt_err *e);
	int (*load)(const struct spt_agg *agg, uint8_t *state,
	    const struct spt_io *io, const uint8_t **p, const uint8_t *end,
	    struct spt_err *e);
	/* Both NULL: nothing is on the heap.  fini frees it; bytes counts. */
	void (*fini)(uint8_t *state, const struct spt_io *io);
	size_t (*bytes)(const uint8_t *state);
};

/* The numbers are in partial states (aggpartial.h): new ones at the end. */
enum spt_agg_kind {
	SPT_AGG_COUNT,
	SPT_AGG_SUM,
	SPT_AGG_AVG,
	SPT_AGG_MIN,
	SPT_AGG_MAX,
	SPT_AGG_FIRST,
	SPT_AGG_LAST,
	SPT_AGG_VAR,
	SPT_AGG_STDDEV,
	SPT_AGG_VAR_POP,
	SPT_AGG_STDDEV_POP,
	SPT_AGG_QUANTILE,
	SPT_AGG_UNIQ,
	SPT_AGG_TOP,
	SPT_AGG_LIST,
	SPT_AGG_ARGMIN,
	SPT_AGG_ARGMAX,
};

struct spt_agg {
	enum spt_agg_kind kind;
	char *name;     /* of the output column */
	char *function; /* as it was written: "p99.9" */
	char *column;   /* NULL: count of rows */
	char *by_name;  /* argmin, argmax: the column that decides; or NULL */
	int64_t k;      /* top, list: how many values */
	int64_t rank;   /* quantiles: p50 is 50 * SPT_RANK_UNIT */
	/* from here on: after spt_aggs_bind */
	double accuracy; /* quantiles; scale follows from it */
	struct spt_ddscale scale;
	int col, by; /* columns of the batch; -1: none */
	char *from;  /* partial states: the name of col; else NULL */
	enum spt_type in, by_type; /* their types; 0: none */
	enum spt_type out;
	const struct spt_agg_op *op;
	size_t at;   /* of its state in the states of a group */
	bool shared; /* the state is that of an aggregate before it */
};

#define SPT_RANK_UNIT INT64_C(1000000) /* of one per cent */

struct spt_aggs {
	const struct spt_io *io;
	struct spt_agg *v;
	size_t n, cap;
	size_t stride; /* bytes of state a group */
	double accuracy;
	/* The arrival number of row 0 of the batch that spt_aggs_update or
	 * spt_aggs_merge_rows is given: the caller counts it up by the rows of
	 * each batch, and keeps it over a restart. */
	int64_t seq;
};

void spt_aggs_init(struct spt_aggs *a, const struct spt_io *io);
/* Inits a.  texts: n times "[NAME=]FUNCTION[:COLUMN[:ARGUMENT]]", n > 0.
 * SPT_EUSAGE, with an example. */
SPT_MUST int spt_aggs_parse(struct spt_aggs *a, const struct spt_io *io,
    char *const *texts, int n, struct spt_err *e);
void spt_aggs_fini(struct spt_aggs *a);
/* The relative error of quantiles, from a text as "0.005"; before bind.
 * SPT_EUSAGE. */
SPT_MUST int spt_aggs_set_accuracy(
    struct spt_aggs *a, const char *text, struct spt_err *e);
/* Finds columns and types.  SPT_EUSAGE: no such column, or the aggregate does
 * not take its type; the message names both. */
SPT_MUST int spt_aggs_bind(
    struct spt_aggs *a, const struct spt_schema *s, struct spt_err *e);
/* Appends what the state of a bound aggregate depends on, but not its name:
 * "int sum:bytes", "string,int argmax:path:bytes", "float/0.01 p99:latency",
 * "- count". */
SPT_MUST int spt_agg_describe(
    const struct spt_agg *g, struct spt_buf *out, struct spt_err *e);

SPT_MUST int spt_aggs_update(const struct spt_aggs *a,
    const struct spt_batch *b, uint8_t *const *states, const uint32_t *rows,
    size_t n, struct spt_err *e);
/* Adds the states from, which stay valid and the caller's, to into.  On -1
 * into is still fit to be freed, no more. */
SPT_MUST int spt_aggs_merge(const struct spt_aggs *a, uint8_t *into,
    const uint8_t *from, struct spt_err *e);
/* The same for the states of n groups, which lie one behind the other. */
SPT_MUST int spt_aggs_merge_states(const struct spt_aggs *a,
    uint8_t *const *into, const uint8_t *from, size_t n, struct spt_err *e);
SPT_MUST int spt_aggs_emit(const struct spt_aggs *a, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e);
/* The same for n groups, an aggregate after the other: on -1 columns may have
 * different lengths. */
SPT_MUST int spt_aggs_emit_many(const struct spt_aggs *a,
    uint8_t *const *states, size_t n, struct spt_builder *b, size_t col,
    struct spt_err *e);
SPT_MUST int spt_aggs_save(const struct spt_aggs *a, const uint8_t *state,
    struct spt_buf *out, struct spt_err *e);
/* Replaces the state by what p..p+n says.  1: done, 0: malformed, -1: *e. */
SPT_MUST int spt_aggs_load(const struct spt_aggs *a, uint8_t *state,
    const uint8_t *p, size_t n, struct spt_err *e);
void spt_aggs_fini_state(const struct spt_aggs *a, uint8_t *state);
/* Does spt_aggs_fini_state do anything? */
bool spt_aggs_hold(const struct spt_aggs *a);
/* What the state has on the heap, in bytes; its stride is not counted. */
size_t spt_aggs_bytes(const struct spt_aggs *a, const uint8_t *state);

/* ---- for the files of the room ----------------------------------------- */

/* aggspec.c: what the command line says of one aggregate; g is all zero. */
SPT_MUST int spt_agg_parse(struct spt_agg *g, const struct spt_io *io,
    const char *text, struct spt_err *e);
/* Sets op and out from kind and types, lays out the states. */
SPT_MUST int spt_aggs_lay_out(struct spt_aggs *a, struct spt_err *e);

/* The operations; NULL: not for this type.
 * agg_sum.c: count (type 0: of rows), sum, avg */
const struct spt_agg_op *spt_agg_sum_op(enum spt_agg_kind k, enum spt_type t);
/* agg_pick.c: min, max, first, last */
const struct spt_agg_op *spt_agg_pick_op(enum spt_agg_kind k, enum spt_type t);
/* agg_var.c: var, stddev, var_pop, stddev_pop */
const struct spt_agg_op *spt_agg_var_op(enum spt_type t);
/* agg_quantile.c */
const struct spt_agg_op *spt_agg_quantile_op(enum spt_type t);
/* agg_uniq.c */
const struct spt_agg_op *spt_agg_uniq_op(enum spt_type t);
/* agg_top.c */
const struct spt_agg_op *spt_agg_top_op(enum spt_type t);
/* agg_list.c */
const struct spt_agg_op *spt_agg_list_op(enum spt_type t);
/* agg_arg.c: argmin, argmax */
const struct spt_agg_op *spt_agg_arg_op(enum spt_type t);

#endif
