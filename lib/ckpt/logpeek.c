/*
 * logpeek - the newest records of both logs, without rewriting anything.
 */
#include "ckpt/logentry.h"
#include "ckpt/recordlog.h"

struct spt_peek {
	struct spt_log epochs, commits;
};

/* 1 it has one, 0 it is empty, -1. */
static int
open_one(struct spt_log *l, const struct spt_ckpt *c, const char *name,
    uint32_t type, struct spt_rec *rec, struct spt_err *e)
{
	if (spt_log_open(l, c, name, type, false, NULL, NULL, e) < 0)
		return -1;
	return spt_log_get(l, spt_log_newest(l), rec, e);
}

int
spt_log_peek(const struct spt_ckpt *c, struct spt_peek **out,
    struct spt_epoch *logged, struct spt_commit *committed, struct spt_err *e)
{
	struct spt_peek *p = spt_alloc_zero(c->io, sizeof *p, e);
	struct spt_rec rec;
	int rc;

	memset(logged, 0, sizeof *logged);
	memset(committed, 0, sizeof *committed);
	logged->epoch = committed->epoch = -1;
	committed->heads = "";
	*out = p;
	if (p == NULL)
		return -1;
	rc = open_one(&p->commits, c, "commits.log", SPT_REC_COMMIT, &rec, e);
	if (rc > 0)
		rc = spt_commit_get(&rec, p->commits.path, committed, e);
	if (rc == 0)
		rc = open_one(
		    &p->epochs, c, "epochs.log", SPT_REC_EPOCH, &rec, e);
	if (rc > 0)
		rc = spt_epoch_get(&rec, p->epochs.path, logged, e);
	return rc;
}

void
spt_log_peek_end(struct spt_peek *p)
{
	const struct spt_io *io;

	if (p == NULL)
		return;
	io = p->commits.io;
	spt_log_close(&p->epochs);
	spt_log_close(&p->commits);
	spt_free(io, p);
}
