/*
 * emit - the outputs of a stage, as the loop owns them.  Private to lib/stage.
 */
#ifndef SPT_EMIT_H
#define SPT_EMIT_H

#include "base/buf.h"
#include "stage/loop.h"

#define SPT_FIGURES_MAX 32

struct spt_figure {
	char name[32];
	int64_t value; /* of this epoch */
	int64_t total; /* of the run */
	bool measured; /* it is a measure: real, of this epoch */
	double real;   /* NaN: not in this epoch */
};

struct spt_output {
	struct spt_port *port; /* NULL: not wanted */
	bool declared;
	struct spt_schema schema;
	struct spt_builder builder;
	int64_t rows; /* of this epoch */
	/* Controls that came before the schema was declared. */
	struct spt_control *held;
	size_t n_held, cap_held;
};

struct spt_emit {
	const struct spt_io *io;
	struct spt_output out[SPT_LOOP_MAX];
	int64_t epoch;
	spt_time time;
	struct spt_meta stream; /* schema metadata that output 0 gets */
	struct spt_figure figures[SPT_FIGURES_MAX];
	size_t n_figures;
	/* As in struct spt_loop. */
	void (*say)(void *ctx, const char *line);
	void *say_ctx;
};

void spt_emit_init(struct spt_emit *m, const struct spt_io *io);
/* Frees, and closes the ports. */
void spt_emit_fini(struct spt_emit *m);
/* The batch of that many rows that spt_in_peek has shown goes to output 0. */
SPT_MUST int spt_emit_pass(
    struct spt_emit *m, struct spt_in *in, int64_t rows, struct spt_err *e);
/* Rows that wait in builders go to their ports. */
SPT_MUST int spt_emit_rows_out(struct spt_emit *m, struct spt_err *e);
/* The same, then lets the ports write what they hold. */
SPT_MUST int spt_emit_flush(struct spt_emit *m, struct spt_err *e);
/* A control to every output, behind the rows before it; a begin in front of
 * the rows that wait. */
SPT_MUST int spt_emit_control(
    struct spt_emit *m, const struct spt_control *c, struct spt_err *e);
/* The same to outputs first..end-1 only. */
SPT_MUST int spt_emit_control_to(struct spt_emit *m,
    const struct spt_control *c, int first, int end, struct spt_err *e);
/* The end mark on every output. */
SPT_MUST int spt_emit_end(struct spt_emit *m, struct spt_err *e);

/* ---- plan.c ------------------------------------------------------------ */

/* id gets "<program>-<k>": k-th of its program in the plan so far. */
void spt_plan_id(char *id, size_t size, const char *plan, const char *program);
/* Appends the stage to the JSON array plan (NULL or garbage: an empty one).
 * args: JSON object text. */
SPT_MUST int spt_plan_add(struct spt_buf *out, const char *plan,
    const char *program, const char *id, const char *args, struct spt_err *e);
/* Appends the figures of an epoch to the JSON array of spate:progress. */
SPT_MUST int spt_progress_add(struct spt_buf *out, const char *progress,
    const char *id, int64_t rows_in, int64_t rows_out,
    const struct spt_figure *f, size_t n, struct spt_err *e);

#endif
