/*
 * loop_run - one run of the loop, seen from inside.  Private to lib/stage.
 */
#ifndef SPT_LOOP_RUN_H
#define SPT_LOOP_RUN_H

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
	char id[128];
	bool begun;        /* the stage's epoch is open */
	bool enough;       /* output 0 wants no more rows */
	int64_t rows_in;   /* of this epoch */
	int64_t total_in;  /* of the run */
	int64_t total_out; /* of the run, output 0 */
	int64_t epochs;
	spt_time watermark; /* of the last barrier */
};

/* One line for SIGUSR1. */
void spt_loop_say_status(struct spt_loop_run *s);
/* One line if rows were late, bad, or without a time: worth a cron mail. */
void spt_loop_say_losses(struct spt_loop_run *s);

#endif
