/*
 * recover - commits.log first, for it says which epoch epochs.log must have.
 *
 * Both logs come out rewritten.  The order of the two does not matter: a crash
 * between them leaves two whole logs, for each is replaced by one rename.
 */
#include "ckpt/recover.h"

static int
take_commit(struct spt_recovery *r, const struct spt_ckpt *c,
    const struct spt_commit *commit, struct spt_err *e)
{
	r->committed = commit->epoch;
	r->final = commit->final;
	memcpy(r->id, commit->id, sizeof r->id);
	r->heads = spt_strdup(c->io, commit->heads, e);
	if (r->heads == NULL)
		return -1;
	return spt_epochlog_open(&r->epochs, c, commit, e);
}

int
spt_recover(struct spt_recovery *r, const struct spt_ckpt *c, struct spt_err *e)
{
	struct spt_commitlog *commits;
	struct spt_commit newest;
	int rc;

	memset(r, 0, sizeof *r);
	r->io = c->io;
	r->committed = -1;
	if (spt_commitlog_open(&commits, c, true, e) < 0)
		return -1;
	rc = spt_commitlog_get(
	    commits, spt_commitlog_newest(commits), &newest, e);
	if (rc > 0) {
		rc = take_commit(r, c, &newest, e);
	} else if (rc == 0) {
		r->heads = spt_strdup(c->io, "", e);
		rc = r->heads == NULL
			 ? -1
			 : spt_epochlog_open(&r->epochs, c, NULL, e);
	}
	spt_commitlog_close(commits);
	if (rc < 0) {
		spt_recovery_fini(r);
		return -1;
	}
	r->logged = spt_epochlog_newest(r->epochs);
	return 0;
}

void
spt_recovery_fini(struct spt_recovery *r)
{
	spt_epochlog_close(r->epochs);
	if (r->io != NULL)
		spt_free(r->io, r->heads);
	memset(r, 0, sizeof *r);
}
