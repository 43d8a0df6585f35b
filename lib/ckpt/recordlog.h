/*
 * recordlog - a log of records, one an epoch, numbered without a gap: what
 * epochs.log and commits.log have in common.  Private to lib/ckpt.
 */
#ifndef SPT_RECORDLOG_H
#define SPT_RECORDLOG_H

#include "ckpt/ckptdir.h"
#include "ckpt/record.h"

#define SPT_LOG_SLACK 400 /* trimming waits until so many can go */

struct spt_log_place {
	uint64_t at;
	uint32_t before; /* mark of the record before it */
};

struct spt_log {
	const struct spt_ckpt *c;
	const struct spt_io *io;
	const char *kind; /* name of the file */
	char *path;
	uint32_t type; /* of its records */
	int fd;
	bool writable, failed;
	uint64_t size; /* up to here there are whole records */
	uint32_t mark;
	int64_t first; /* epoch of place[0] */
	struct spt_log_place *place;
	size_t n, cap;
	struct spt_buf out;
	struct spt_reader get; /* of the last spt_log_get */
};

/* Makes the file, with nothing in it but its first record; durable. */
SPT_MUST int spt_log_create(
    const struct spt_ckpt *c, const char *kind, struct spt_err *e);
/* Reads all of it.  each (NULL: none) sees every record.  writable: opened for
 * appending; then a torn tail is damage, else it is left out.  The log must be
 * closed after -1 too. */
SPT_MUST int spt_log_open(struct spt_log *l, const struct spt_ckpt *c,
    const char *kind, uint32_t type, bool writable,
    int (*each)(void *ctx, const struct spt_rec *rec, struct spt_err *e),
    void *ctx, struct spt_err *e);
/* The records from epoch `from` on go into a new file, durably, which takes
 * the place of the old one and may be appended to. */
SPT_MUST int spt_log_rewrite(
    struct spt_log *l, int64_t from, struct spt_err *e);
/* Durable when it returns 0.  The first epoch may be any. */
SPT_MUST int spt_log_append(struct spt_log *l, int64_t epoch, const void *p,
    size_t n, struct spt_err *e);
/* 1: *rec, on loan until the next call; 0: not in the log; -1. */
SPT_MUST int spt_log_get(
    struct spt_log *l, int64_t epoch, struct spt_rec *rec, struct spt_err *e);
/* -1: the log is empty. */
int64_t spt_log_newest(const struct spt_log *l);
void spt_log_close(struct spt_log *l);

#endif
