/*
 * check - reads every byte of a checkpoint and says what is wrong with it, or
 * in short what it holds: spate doctor and spate status.
 */
#ifndef SPT_CHECK_H
#define SPT_CHECK_H

#include "ckpt/epochlog.h"
#include "ckpt/heads.h"

enum spt_verdict {
	SPT_SPARE = 1,  /* as it should be: kept for a while, not needed */
	SPT_HARMLESS,   /* the next run copes with it by itself */
	SPT_REPAIRABLE, /* harmless, and spt_ckpt_repair removes it */
	SPT_BROKEN,     /* the next run would be refused */
};

struct spt_finding {
	enum spt_verdict verdict;
	const char *file;   /* relative to the directory */
	int64_t byte;       /* where; -1: the file as a whole */
	const char *what;   /* what was found, one line */
	const char *advice; /* what to do, one line */
};

/* Calls each for every finding (strings on loan for the call).  Changes
 * nothing, takes no lock: of a running query it may report unfinished last
 * records as harmless.  0 it was read; -1 each returned -1, it is no
 * checkpoint at all, or the system. */
SPT_MUST int spt_ckpt_check(const struct spt_io *io, const char *path,
    int (*each)(void *ctx, const struct spt_finding *f, struct spt_err *e),
    void *ctx, struct spt_err *e);

/* Removes what is SPT_SPARE or SPT_REPAIRABLE: temporary files of crashed
 * attempts, and state files that no restore needs.  Takes
 * lock.source and `lock` exclusively (SPT_ECHECKPOINT when somebody works
 * there).  *removed counts. */
SPT_MUST int spt_ckpt_repair(
    const struct spt_io *io, const char *path, int *removed, struct spt_err *e);

/* ---- in short ------------------------------------------------------------ */

struct spt_peek;

struct spt_summary_stage {
	char *id;
	char what[SPT_HEAD_SIZE]; /* its head in the newest commit; "" */
	uint64_t bytes;           /* of all its files */
	char *holders;            /* of its lock: "swindow (pid 3)"; "" */
};

struct spt_summary {
	const struct spt_io *io;
	struct spt_ckpt ckpt;
	int64_t run; /* number of the newest; 0: none */
	/* The newest of each log: on loan until fini.  epoch -1: none. */
	struct spt_epoch logged;
	struct spt_commit committed;
	char *source, *stages, *sink; /* who holds the three locks; "" */
	struct spt_summary_stage *v;
	size_t n, cap;
	uint64_t spool_bytes, files_bytes;
	struct spt_peek *log; /* what is on loan */
};

SPT_MUST int spt_summary_get(struct spt_summary *s, const struct spt_io *io,
    const char *path, struct spt_err *e);
void spt_summary_fini(struct spt_summary *s);

/* Appends the summary and the figures of progress.ndjson: lines of text for
 * people, or (json) one line with an object. */
SPT_MUST int spt_ckpt_status(struct spt_buf *out, const struct spt_io *io,
    const char *path, bool json, struct spt_err *e);

#endif
