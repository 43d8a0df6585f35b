/*
 * run - which run of a query may touch its checkpoint.
 *
 * sread holds lock.source exclusively for life.  It takes `lock` exclusively,
 * which waits for all stages of an older run, writes the file `run` (number
 * and 128 random bits) durably, and drops `lock`.  A stage takes `lock`
 * shared, then reads `run`: another run than its header's, and it is refused.
 * So a stage that holds `lock` knows that no newer run has begun, and a newer
 * run that holds it knows that no older stage writes any more.  swrite also
 * holds lock.sink exclusively and writes its run into it; sread reads that,
 * to know that the pipe ends in a sink before its first barrier leaves.
 */
#ifndef SPT_RUN_H
#define SPT_RUN_H

#include "ckpt/ckptdir.h"
#include "ckpt/lockfile.h"

#define SPT_RUN_SIZE 56 /* "<number>:<32 hexadecimal digits>" and its NUL */

/* 1: number and text of the newest run; 0: there was none; -1. */
SPT_MUST int spt_run_read(const struct spt_ckpt *c, int64_t *number,
    char text[SPT_RUN_SIZE], struct spt_err *e);

struct spt_waiting {
	bool no_wait; /* give up at once (SPT_ECHECKPOINT) */
	/* One line for the user: who is waited for.  NULL: nothing said. */
	void (*say)(void *ctx, const char *line);
	/* True: stop waiting; the call fails with SPT_ECHECKPOINT.  NULL:
	 * never. */
	bool (*stop)(void *ctx);
	/* Sleeps so many milliseconds or less; -1 ends the wait with *e.
	 * NULL: nothing but the time ends a sleep. */
	int (*pause)(void *ctx, int ms, struct spt_err *e);
	void *ctx;
};

struct spt_source_run {
	const struct spt_ckpt *c;
	struct spt_lockfile source;
	int64_t number;
	char text[SPT_RUN_SIZE]; /* for spate:run */
};

/* A new run begins.  -1: another sread works here (named), stages of an older
 * run do not end and no_wait or stop, or the system.  c must stay. */
SPT_MUST int spt_source_enter(struct spt_source_run *r,
    const struct spt_ckpt *c, const struct spt_waiting *w, struct spt_err *e);
/* Has a swrite attached to this run?  1 yes, 0 not yet.  Cheap. */
SPT_MUST int spt_source_has_sink(
    const struct spt_source_run *r, struct spt_err *e);
/* Waits for it up to timeout_ms.  0 it has; -1 it has not (SPT_ECHECKPOINT:
 * end the pipe with swrite), or w->stop, or w->pause. */
SPT_MUST int spt_source_await_sink(const struct spt_source_run *r,
    int timeout_ms, const struct spt_waiting *w, struct spt_err *e);
/* Fine on a zeroed struct. */
void spt_source_leave(struct spt_source_run *r);

struct spt_stage_run {
	const struct spt_ckpt *c;
	struct spt_lockfile run;  /* `lock`, shared */
	struct spt_lockfile sink; /* lock.sink, swrite's */
};

/* Takes `lock` shared, then compares: text is the header's spate:run. */
SPT_MUST int spt_stage_enter(struct spt_stage_run *r, const struct spt_ckpt *c,
    const char *text, struct spt_err *e);
/* The same for swrite, and attaches.  Refused: a second one in the same run. */
SPT_MUST int spt_sink_enter(struct spt_stage_run *r, const struct spt_ckpt *c,
    const char *text, struct spt_err *e);
void spt_stage_leave(struct spt_stage_run *r);

#endif
