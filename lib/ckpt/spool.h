/*
 * spool - input that cannot be read again, kept until it is committed:
 * spool/<name>-<number>, segments of records of deflated bytes.
 *
 * A position is a segment and a number of (inflated) bytes in it; segments
 * follow each other in the order of their numbers, so that a position names
 * one byte of the whole input.  A segment that is complete ends in a record
 * of type SPT_REC_END.  Only the newest can lack it, after a crash; the next
 * run seals it: what is whole in it goes durably into a new file of the same
 * name, so that no run believes bytes that were never synced, and where the
 * segment ends never changes any more.
 */
#ifndef SPT_SPOOL_H
#define SPT_SPOOL_H

#include "ckpt/ckptdir.h"

struct spt_spool_at {
	int64_t segment; /* from 1 */
	uint64_t byte;   /* inflated, in that segment */
};

/* ---- writing --------------------------------------------------------------
 */

struct spt_spool;

/* Seals what an older run left, then starts a new segment behind all that
 * are there; nothing is written before the first put.  name tells several
 * inputs apart ("stdin"): same rules as a stage's id.  need: the position that
 * the newest logged epoch reached (0, 0: none): up to there everything must be
 * whole, behind it a record that never became whole is dropped.
 * -1: need is not there, damage before it, the system. */
SPT_MUST int spt_spool_open(struct spt_spool **s, const struct spt_ckpt *c,
    const char *name, struct spt_spool_at need, struct spt_err *e);
/* Takes the bytes; they may wait in memory (at most 256 KiB) until sync. */
SPT_MUST int spt_spool_put(
    struct spt_spool *s, const void *p, size_t n, struct spt_err *e);
/* All that was put is durable: before the epoch that read it is logged.  Does
 * nothing if nothing is new.  A segment that became large is ended here. */
SPT_MUST int spt_spool_sync(struct spt_spool *s, struct spt_err *e);
/* Behind the last byte put.  A valid `from` for the reader; comparable. */
struct spt_spool_at spt_spool_at(const struct spt_spool *s);
/* Removes the segments that lie wholly before `at`: the position that epoch
 * C-1 reached, C being the newest committed one. */
SPT_MUST int spt_spool_drop(
    struct spt_spool *s, struct spt_spool_at at, struct spt_err *e);
/* What was not synced is given up.  NULL is fine. */
void spt_spool_close(struct spt_spool *s);

/* ---- reading what an older run spooled ------------------------------------
 */

struct spt_spool_reader;

/* After spt_spool_open.  From `from` (0, 0: from the first segment there is) to
 * the end of what was sealed: first what logged epochs read, then what was
 * read and never logged, which belongs to the next epoch. */
SPT_MUST int spt_spool_reader_open(struct spt_spool_reader **r,
    const struct spt_spool *s, struct spt_spool_at from, struct spt_err *e);
/* 1: *n > 0 bytes at *p, on loan until the next call, beginning at *at.
 * 0: the end.  -1: a segment is missing, damage, the system. */
SPT_MUST int spt_spool_reader_next(struct spt_spool_reader *r, const void **p,
    size_t *n, struct spt_spool_at *at, struct spt_err *e);
void spt_spool_reader_close(struct spt_spool_reader *r);

#endif
