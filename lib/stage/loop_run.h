/*
 * loop_run - one run of the loop, seen from inside.  Private to lib/stage.
 */
#ifndef SPT_LOOP_RUN_H
#define SPT_LOOP_RUN_H

#include "ckpt/member.h"
#include "stage/emit.h"
#include "wire/in.h"

struct spt_feed {
	struct spt_in *in;
	const struct spt_schema *schema;
	bool began;   /* between begin and barrier */
	bool over;    /* end (or the mark of a foreign stream) was read */
	bool stopped; /* ... and its reason was "stopped" */
	bool has_barrier;
	struct spt_control barrier; /* of this epoch */
};

struct spt_loop_run {
	struct spt_loop *l;
	const struct spt_io *io;
	struct spt_feed feed[SPT_LOOP_MAX];
	struct spt_emit emit;
	struct spt_member *member; /* NULL: no checkpoint */
	/* Where side output k stands: what was loaded, then what its port
	 * says at each barrier. */
	struct spt_buf side[SPT_LOOP_MAX];
	int64_t restore; /* epoch to go back to; -1: none */
	const char *query;
	char id[128];
	bool begun;        /* the stage's epoch is open */
	bool enough;       /* output 0 wants no more rows */
	int64_t rows_in;   /* of this epoch */
	int64_t total_in;  /* of the run */
	int64_t total_out; /* of the run, output 0 */
	int64_t epochs;
	/* Of the last barrier: as it came, and as the stage left it. */
	spt_time watermark_in, watermark;
};

/* One line for SIGUSR1. */
void spt_loop_say_status(struct spt_loop_run *s);
/* One line if rows were late, bad, or without a time: worth a cron mail. */
void spt_loop_say_losses(struct spt_loop_run *s);

/* ---- loop_input.c ---------------------------------------------------------
 */

/* Reads up to the schema of input i. */
SPT_MUST int spt_loop_open(struct spt_loop_run *s, int i, struct spt_err *e);
/* 1 the next item of input i, 0 its mark, -1.  Before it sleeps, everything
 * goes out; batches that the stage lets pass unseen do so. */
SPT_MUST int spt_loop_next(struct spt_loop_run *s, int i,
    const struct spt_item **item, struct spt_err *e);

/* ---- loop_state.c: the stage as part of a checkpoint ----------------------
 */

/* If the stream names a checkpoint: joins it, before the stage is opened. */
SPT_MUST int spt_loop_join(struct spt_loop_run *s, struct spt_err *e);
/* Loads what the heads say, after the stage was opened. */
SPT_MUST int spt_loop_load(struct spt_loop_run *s, struct spt_err *e);
/* Makes the state durable if this epoch changed it, and adds the stage's head
 * to the barrier, which may be forwarded then. */
SPT_MUST int spt_loop_save(struct spt_loop_run *s, struct spt_control *barrier,
    bool changed, struct spt_err *e);
/* When the barrier of an epoch that changed the state has left. */
SPT_MUST int spt_loop_settle(
    struct spt_loop_run *s, int64_t epoch, struct spt_err *e);
/* Adds the heads that came on another input's barrier. */
SPT_MUST int spt_loop_merge_heads(struct spt_control *barrier,
    const struct spt_control *other, struct spt_err *e);

#endif
