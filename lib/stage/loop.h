/*
 * loop - runs a stage: reads its inputs epoch by epoch, writes its outputs,
 * keeps the rules of the stream (DESIGN: begin, rows, barrier; end; mark).
 */
#ifndef SPT_LOOP_H
#define SPT_LOOP_H

#include <signal.h>

#include "stage/port.h"
#include "stage/stage.h"

#define SPT_LOOP_MAX 8 /* inputs; outputs too */

/* What signal handlers tell (bin/tool.c owns them). */
struct spt_signals {
	volatile sig_atomic_t stops;  /* SIGINT, SIGTERM so far */
	volatile sig_atomic_t status; /* SIGUSR1: set, loop clears */
	int wake_fd; /* readable after a signal, or -1; the loop drains it */
};

struct spt_input {
	int fd;
	const char *name; /* for messages */
};

struct spt_loop {
	const struct spt_io *io;
	const struct spt_stage *stage;
	void *self;
	const char *id;   /* --id, or NULL: "<program>-<k>" */
	const char *args; /* JSON object text for spate:plan, or NULL: "{}" */
	struct spt_input in[SPT_LOOP_MAX];
	int n_in;
	/* out[0] is the stream, out[k] side output k or NULL: not wanted. */
	struct spt_port *out[SPT_LOOP_MAX];
	bool new_state; /* --new-state: of a checkpoint, start empty */
	struct spt_signals *signals; /* NULL: none */
	/* One line for the user (no newline); NULL: dropped. */
	void (*say)(void *ctx, const char *line);
	void *say_ctx;
	struct spt_loop_run *run; /* the loop's own, while it runs */
};

/* Under a checkpoint a side output is committed with the stage's state: its
 * port asks here where to go on, and tells where it stands (k >= 1).
 *
 * restore: 1 *uuid and *epoch (-1: none) are set, and *position to what commit
 * or record said last (NULL: nothing); all on loan until the loop ends.  0:
 * there is no checkpoint.  record: durable when it returns; before the first
 * commit only.  commit: durable with the state of this epoch. */
SPT_MUST int spt_loop_side_restore(struct spt_loop *l, int k, const char **uuid,
    int64_t *epoch, const char **position, struct spt_err *e);
SPT_MUST int spt_loop_side_record(
    struct spt_loop *l, int k, const char *position, struct spt_err *e);
SPT_MUST int spt_loop_side_commit(
    struct spt_loop *l, int k, const char *position, struct spt_err *e);

/* Runs to the end.  Closes the stage and the ports.  0, or -1 with *e. */
SPT_MUST int spt_loop_run(struct spt_loop *l, struct spt_err *e);

/* Waits until one of fds (n <= SPT_LOOP_MAX; -1 entries are ignored) can be
 * read, out (or -1) has lost its reader, a signal came, or timeout_ms passed
 * (-1: none).  1: look again (ready[i] says which fds), 0: timed out, -1 with
 * *e.  A lost reader ends the process as SIGPIPE does. */
SPT_MUST int spt_wait(const struct spt_io *io, const int *fds, int n,
    bool *ready, int out, struct spt_signals *signals, int timeout_ms,
    struct spt_err *e);

#endif
