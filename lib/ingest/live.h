/*
 * live - reading files as they come: followed, or from where the run before
 * ended.  Private to lib/ingest.
 */
#ifndef SPT_LIVE_H
#define SPT_LIVE_H

#include "source/tail.h"

struct spt_ingest;

struct spt_live {
	struct spt_tail_conf conf;
	struct spt_seen seen;
	struct spt_tail *tail;
	struct spt_track *now; /* its bytes are in the ingest's text */
	bool last;             /* they end for good where its file ends now */
	/* What the open epoch has read. */
	struct spt_stretch *v;
	size_t n, cap;
};

/* Instead of opening paths. */
SPT_MUST int spt_live_open(struct spt_ingest *g, struct spt_err *e);
void spt_live_close(struct spt_ingest *g);
/* The n bytes of text from `at` on are used. */
SPT_MUST int spt_live_used(struct spt_ingest *g, size_t n, struct spt_err *e);
/* 1: a file (live->now) has something that was not read; 0; -1. */
SPT_MUST int spt_live_peek(struct spt_ingest *g, struct spt_err *e);
/* Reads what there is, or for ever, until it is asked to stop. */
SPT_MUST int spt_live_run(struct spt_ingest *g, struct spt_err *e);

/* ---- live_learn.c -------------------------------------------------------- */

/* Settles format and decoder, from what is there or comes. */
SPT_MUST int spt_live_learn(struct spt_ingest *g, struct spt_err *e);
/* Sleeps until there may be something, but at most ms (-1: no limit).  1, 0:
 * asked to stop, -1. */
SPT_MUST int spt_live_wait(struct spt_ingest *g, int ms, struct spt_err *e);
/* More of the track into text.  1; 0: it has nothing now; -1. */
SPT_MUST int spt_live_fill(struct spt_ingest *g, struct spt_err *e);
/* What is in text and not used goes back to its track. */
SPT_MUST int spt_live_leave(struct spt_ingest *g, struct spt_err *e);

#endif
