/*
 * commitlog - commits.log: which epochs are done.  swrite appends to it after
 * its sinks have committed; sread and the stages follow it.
 */
#ifndef SPT_COMMITLOG_H
#define SPT_COMMITLOG_H

#include "ckpt/ckptdir.h"

#define SPT_ID_SIZE 17 /* of spate:id's text, with the NUL */

struct spt_commit {
	int64_t epoch;
	spt_time time; /* when, by the wall clock: for people only */
	bool final;
	char id[SPT_ID_SIZE]; /* spate:id of its barrier */
	const char *heads;    /* spate:heads of its barrier */
	const void *data;     /* sink positions: egress's own */
	size_t n;
};

struct spt_commitlog;

/* For swrite (rewrite false) and, through spt_recover, for sread at its start
 * (rewrite true: the live tail goes durably into a new file first).  A torn
 * tail is cut off; without rewrite it is damage, for sread has just written
 * the file. */
SPT_MUST int spt_commitlog_open(struct spt_commitlog **l,
    const struct spt_ckpt *c, bool rewrite, struct spt_err *e);
/* The newest committed epoch, or -1. */
int64_t spt_commitlog_newest(const struct spt_commitlog *l);
/* 1: *out is that commit, on loan until the next call.  0: not there (any
 * more). */
SPT_MUST int spt_commitlog_get(struct spt_commitlog *l, int64_t epoch,
    struct spt_commit *out, struct spt_err *e);
/* Appends durably; c->epoch must be newest + 1 (the first may be any >= 0).
 * Trims the log when it is worth it.  After -1 the log refuses everything. */
SPT_MUST int spt_commitlog_append(struct spt_commitlog *l,
    const struct spt_commit *commit, struct spt_err *e);
void spt_commitlog_close(struct spt_commitlog *l);

/* ---- following it -------------------------------------------------------- */

struct spt_follow;

SPT_MUST int spt_follow_open(
    struct spt_follow **f, const struct spt_ckpt *c, struct spt_err *e);
/* Costs one stat when nothing is new.  1: something was committed since the
 * last call.  0: nothing. */
SPT_MUST int spt_follow_poll(struct spt_follow *f, struct spt_err *e);
/* The newest epoch that the last poll knew; -1 before the first. */
int64_t spt_follow_epoch(const struct spt_follow *f);
void spt_follow_close(struct spt_follow *f);

#endif
