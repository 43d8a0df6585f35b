/*
 * stage - the one interface that every program but the two ends implements.
 *
 * The loop (loop.h) owns reading, writing, flushing, aligning barriers,
 * progress, signals and the end; a stage sees rows, barriers and its own
 * state, nothing else: no clock, no descriptor, no environment.
 */
#ifndef SPT_STAGE_H
#define SPT_STAGE_H

#include "batch/builder.h"
#include "ckpt/state.h"
#include "wire/item.h"

struct spt_emit;

/* self is what spt_loop was given.  0 or -1; optional entries may be NULL. */
struct spt_stage {
	const char *name; /* the program */
	int min_inputs, max_inputs;
	const char *const *sides; /* names of side outputs 1.., NULL-ended */

	/* Refuse here, with the column's name, whatever cannot work, and
	 * declare output schemas with spt_emit_schema: side outputs if
	 * spt_emit_wanted, output 0 here or, by a stage that learns it from
	 * its rows, at the latest in the first barrier (until then nothing is
	 * written).  in[i] is on loan until close. */
	int (*open)(void *self, const struct spt_schema *const in[], int n_in,
	    struct spt_emit *out, struct spt_err *e);
	/* An epoch begins: spt_emit_epoch and spt_emit_time are new.
	 * Optional. */
	int (*begin)(void *self, struct spt_emit *out, struct spt_err *e);
	/* Rows; any number of rows out.  b is on loan for the call. */
	int (*batch)(void *self, int input, const struct spt_batch *b,
	    struct spt_emit *out, struct spt_err *e);
	/* Rows that may go on to output 0 without being seen: b has no values
	 * (spt_in_peek), only rows, null counts and ranges.  1: they go on, 0:
	 * batch will see them, nothing has been taken from b.  Optional. */
	int (*peek)(void *self, const struct spt_batch *b, struct spt_emit *out,
	    struct spt_err *e);
	/* The epoch closes: rows that this causes, figures (spt_emit_figure);
	 * b->watermark may be changed.  Optional. */
	int (*barrier)(void *self, struct spt_control *b, struct spt_emit *out,
	    struct spt_err *e);
	/* The state, entry by entry; with delta only what changed since the
	 * last save or load, and the removal of what is gone.  load comes
	 * after open and before the first begin.
	 * Optional: a stage without state has none. */
	int (*save)(
	    void *self, struct spt_state_out *w, bool delta, struct spt_err *e);
	int (*load)(void *self, struct spt_state_in *r, struct spt_err *e);
	/* An empty start in the middle of a query loses nothing: what the
	 * state says can be found out again. */
	bool finds_again;
	/* Names of arguments (spt_loop.args) that the state depends on where
	 * load cannot see it: a restart that changes one is refused.
	 * NULL-ended; NULL: none. */
	const char *const *fixed;
	/* Frees; called once, also after failures. */
	void (*close)(void *self);
	/* One line for SIGUSR1 and -v, no newline.  Optional. */
	void (*status)(void *self, char *text, size_t n);
};

/* ---- what a stage does with its outputs -----------------------------------
 */

#define SPT_STREAM 0 /* the output that is the stream */

/* In open: output k has this schema (copied).  For output 0 the loop adds the
 * stream's own metadata (plan, bounded, ...) from the first input. */
SPT_MUST int spt_emit_schema(
    struct spt_emit *out, int k, const struct spt_schema *s, struct spt_err *e);
/* Has the user asked for side output k? */
bool spt_emit_wanted(const struct spt_emit *out, int k);

/* A batch as it is: goes on without a copy where nothing waits before it. */
SPT_MUST int spt_emit_batch(
    struct spt_emit *out, int k, const struct spt_batch *b, struct spt_err *e);
/* The builder of output k: put one row into it, then spt_emit_row.  Rows go
 * out when the batch is full, before the loop waits, and at barriers. */
struct spt_builder *spt_emit_builder(struct spt_emit *out, int k);
SPT_MUST int spt_emit_row(struct spt_emit *out, int k, struct spt_err *e);

int64_t spt_emit_epoch(const struct spt_emit *out);
spt_time spt_emit_time(const struct spt_emit *out); /* of the epoch's begin */

/* One line for the user, unless -q; no newline. */
void spt_emit_say(struct spt_emit *out, const char *line);

/* In barrier: a figure of this epoch for spate:progress ("late", 3). */
SPT_MUST int spt_emit_figure(
    struct spt_emit *out, const char *name, int64_t value, struct spt_err *e);
/* The same for what is no count ("rmse", 0.25): null where nobody measured. */
SPT_MUST int spt_emit_measure(
    struct spt_emit *out, const char *name, double value, struct spt_err *e);

#endif
