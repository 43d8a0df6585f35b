/*
 * tail_look - what tail.c (the order of reading), tail_wait.c and tail_look.c
 * (finding files) share.  Private to them.
 */
#ifndef SPT_TAIL_LOOK_H
#define SPT_TAIL_LOOK_H

#include "source/tail.h"
#include "source/watch.h"

#define SPT__TAIL_OPEN 64 /* files of directories that are kept open */

/* A SOURCE argument. */
struct spt__named {
	const char *path;
	bool dir;
	bool said; /* that it is not there */
	bool look; /* something has changed there */
	/* A file: those that had the name, oldest first; all but the last are
	 * read to their end. */
	struct spt_track **chain;
	size_t n, cap;
};

struct spt_tail {
	const struct spt_io *io;
	const struct spt_tail_conf *conf;
	struct spt_seen *seen;
	struct spt_watch watch;
	struct spt__named *names;
	/* Tracks that may have something, [at, n) in order. */
	struct spt_track **queue;
	size_t at, n, cap;
	/* Files of directories that are open, least recently used first. */
	struct spt_track *open[SPT__TAIL_OPEN];
	size_t n_open;
	int64_t due; /* look everywhere then; monotonic nanoseconds */
	bool begun;  /* it was looked everywhere once */
	bool said_truncate;
};

SPT_MUST int spt__tail_queue(
    struct spt_tail *l, struct spt_track *t, struct spt_err *e);
/* The track's file was truncated: what is left of it, then a new track. */
SPT_MUST int spt__tail_restart(
    struct spt_tail *l, struct spt_track *t, struct spt_err *e);
/* The track is compressed and may have been read before that: finds out.  1 it
 * is open, where it is to be read from; 0 it cannot be told yet; -1. */
SPT_MUST int spt__tail_settle(
    struct spt_tail *l, struct spt_track *t, struct spt_err *e);
/* The track is compressed and new: may it hold what another one of the queue
 * does, which is then to be read first?  1, 0 or -1. */
SPT_MUST int spt__tail_waits(
    struct spt_tail *l, struct spt_track *t, struct spt_err *e);
/* What is at the k-th argument now. */
SPT_MUST int spt__tail_look(struct spt_tail *l, int k, struct spt_err *e);
/* What is at this name in the directory that the k-th argument is. */
SPT_MUST int spt__tail_look_in(
    struct spt_tail *l, int k, const char *name, struct spt_err *e);
void spt__tail_say(
    const struct spt_tail *l, const char *path, const char *what);

#endif
