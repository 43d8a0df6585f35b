/*
 * epochlog - epochs.log: what each epoch read.  sread appends to it before
 * the epoch's barrier leaves.
 */
#ifndef SPT_EPOCHLOG_H
#define SPT_EPOCHLOG_H

#include "ckpt/commitlog.h"

#define SPT_LOG_KEEP 100 /* epochs that a trimmed log keeps behind */

struct spt_epoch {
	int64_t epoch;
	spt_time time; /* processing time, for its begin and barrier */
	bool final;
	/* The commits of all epochs before this one were durable when it was
	 * logged: commits.log cannot have lost them by a crash. */
	int64_t done;
	char id[SPT_ID_SIZE]; /* spate:id, see below */
	const void *data;     /* positions and their CRCs: ingest's own */
	size_t n;
};

struct spt_epochlog;

/* Reads the log, cuts off a torn tail, holds it against the newest commit
 * (NULL: nothing is committed yet), rewrites its live tail durably into a new
 * file, and is ready to append.  The caller holds lock.source and no stage
 * runs. */
SPT_MUST int spt_epochlog_open(struct spt_epochlog **l,
    const struct spt_ckpt *c, const struct spt_commit *newest,
    struct spt_err *e);
/* Number of the newest epoch logged, or -1. */
int64_t spt_epochlog_newest(const struct spt_epochlog *l);
/* 1: *out is that epoch, its data on loan until the next call.  0: the log
 * does not have it (any more). */
SPT_MUST int spt_epochlog_get(struct spt_epochlog *l, int64_t epoch,
    struct spt_epoch *out, struct spt_err *e);

/* Appends ep, whose epoch must be newest + 1, durably, and fills ep->id: 8
 * hexadecimal digits of the CRC32C chain over all records since the first
 * (its seed is the query's uuid) and 8 more of another hash over the same;
 * `done`, which is a matter of chance, takes no part.
 * After -1 the log refuses everything. */
SPT_MUST int spt_epochlog_append(
    struct spt_epochlog *l, struct spt_epoch *ep, struct spt_err *e);
/* Drops what is more than SPT_LOG_KEEP epochs older than committed, when that
 * is worth it.  Call after each commit that is seen. */
SPT_MUST int spt_epochlog_trim(
    struct spt_epochlog *l, int64_t committed, struct spt_err *e);
/* Everything appended is durable already.  NULL is fine. */
void spt_epochlog_close(struct spt_epochlog *l);

#endif
