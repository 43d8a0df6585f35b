/*
 * checking - a check, seen from inside.  Private to lib/ckpt.
 */
#ifndef SPT_CHECKING_H
#define SPT_CHECKING_H

#include "ckpt/check.h"

struct spt_check {
	const struct spt_io *io;
	struct spt_ckpt c;
	int (*each)(void *ctx, const struct spt_finding *f, struct spt_err *e);
	void *ctx;
	bool running;     /* somebody holds `lock` or lock.source */
	bool logs_broken; /* what a restart needs cannot be told */
	/* of commits.log: the newest, and the heads of the one before it */
	int64_t committed;
	char id[SPT_ID_SIZE];
	char *heads, *heads_before; /* NULL: there is no such commit */
};

/* Tells one finding.  file is relative.  0, or -1 if each said so. */
SPT_MUST int spt_check_tell(struct spt_check *k, enum spt_verdict verdict,
    const char *file, int64_t byte, const char *what, const char *advice,
    struct spt_err *e);
/* The same of a failure: what, byte and the file, if it is about another one,
 * are taken from it; its own advice only if advice is NULL.  -1 too when the
 * failure is not about a file (no memory). */
SPT_MUST int spt_check_tell_err(struct spt_check *k, enum spt_verdict verdict,
    const char *file, const struct spt_err *why, const char *advice,
    struct spt_err *e);
/* Names in a folder of the checkpoint, sorted, each with its NUL, appended to
 * names.  A folder that is missing has none. */
SPT_MUST int spt_check_list(struct spt_check *k, const char *folder,
    struct spt_buf *names, struct spt_err *e);
/* A temporary file of ours?  Then it was told.  1, 0, -1. */
SPT_MUST int spt_check_temporary(struct spt_check *k, const char *folder,
    const char *name, struct spt_err *e);

/* spt_ckpt_check by somebody who holds both locks: nobody else is at work. */
SPT_MUST int spt_ckpt_check_locked(const struct spt_io *io, const char *path,
    int (*each)(void *ctx, const struct spt_finding *f, struct spt_err *e),
    void *ctx, struct spt_err *e);

SPT_MUST int spt_check_logs(struct spt_check *k, struct spt_err *e);
SPT_MUST int spt_check_stages(struct spt_check *k, struct spt_err *e);
SPT_MUST int spt_check_spool(struct spt_check *k, struct spt_err *e);
SPT_MUST int spt_check_files(struct spt_check *k, struct spt_err *e);

#endif
