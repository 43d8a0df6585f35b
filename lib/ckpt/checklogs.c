/*
 * checklogs - both logs, record by record, and against each other.
 */
#include <errno.h>

#include "ckpt/checking.h"
#include "ckpt/logentry.h"
#include "ckpt/recordlog.h"

struct walk {
	struct spt_check *k;
	const char *name;
	char before[SPT_ID_SIZE];
	bool found;   /* epochs.log has the newest committed epoch */
	int64_t done; /* the greatest of epochs.log */
};

static int
see_commit(void *ctx, const struct spt_rec *rec, struct spt_err *e)
{
	struct walk *w = ctx;
	struct spt_check *k = w->k;
	struct spt_commit commit;

	if (spt_commit_get(rec, w->name, &commit, e) < 0)
		return -1;
	spt_free(k->io, k->heads_before);
	k->heads_before = k->heads;
	k->heads = spt_strdup(k->io, commit.heads, e);
	k->committed = commit.epoch;
	memcpy(k->id, commit.id, sizeof k->id);
	return k->heads != NULL ? 0 : -1;
}

static int
see_epoch(void *ctx, const struct spt_rec *rec, struct spt_err *e)
{
	struct walk *w = ctx;
	struct spt_epoch ep;

	if (spt_epoch_get(rec, w->name, &ep, e) < 0 ||
	    spt_epoch_verify(
		w->k->c.uuid, w->before, &ep, rec->at, w->name, e) < 0)
		return -1;
	memcpy(w->before, ep.id, sizeof w->before);
	if (ep.done > w->done)
		w->done = ep.done;
	if (ep.epoch != w->k->committed)
		return 0;
	w->found = true;
	if (strcmp(ep.id, w->k->id) == 0)
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: byte %llu: epoch %lld has id %s, commits.log says %s", w->name,
	    (unsigned long long)rec->at, (long long)ep.epoch, ep.id, w->k->id);
}

static const char back[] = "bring it back from a copy, or begin anew with "
			   "another directory";

/* 1 it can be read to its end; 0 it was told why not; -1. */
static int
check_log(struct walk *w, uint32_t type,
    int (*each)(void *ctx, const struct spt_rec *rec, struct spt_err *e),
    struct spt_err *e)
{
	struct spt_check *k = w->k;
	struct spt_err why = { 0 };
	struct spt_log l;
	struct stat st;
	int rc = spt_log_open(&l, &k->c, w->name, type, false, each, w, &why);

	if (rc < 0) {
		k->logs_broken = true;
		rc = spt_check_tell_err(k, SPT_BROKEN, w->name, &why, back, e);
	} else if (k->io->fstat(k->io, l.fd, &st) < 0) {
		rc = spt_fail_errno(e, errno, "%s: cannot look at", l.path);
	} else {
		rc = 0;
		if ((uint64_t)st.st_size > l.size && !k->running)
			rc = spt_check_tell(k, SPT_HARMLESS, w->name,
			    (int64_t)l.size, "the last record is cut off",
			    "nothing: the next run leaves it out, and does "
			    "that epoch again",
			    e);
		if (rc == 0)
			rc = 1;
	}
	spt_log_close(&l);
	return rc;
}

int
spt_check_logs(struct spt_check *k, struct spt_err *e)
{
	struct walk w = { .k = k, .name = "commits.log" };
	int rc = check_log(&w, SPT_REC_COMMIT, see_commit, e);

	if (rc <= 0)
		return rc;
	w.name = "epochs.log";
	rc = check_log(&w, SPT_REC_EPOCH, see_epoch, e);
	if (rc <= 0)
		return rc;
	if (k->committed >= 0 && !w.found)
		return spt_check_tell(k, SPT_BROKEN, "epochs.log", -1,
		    "the newest committed epoch is not in it", back, e);
	/* Of a query that runs, commits.log was read earlier. */
	if (w.done <= k->committed + 1 || k->running)
		return 0;
	k->logs_broken = true;
	return spt_check_tell(k, SPT_BROKEN, "commits.log", -1,
	    "it has lost records: epochs.log knows of commits that are not in "
	    "it",
	    back, e);
}
