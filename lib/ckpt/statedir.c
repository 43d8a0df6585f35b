/*
 * statedir - what may go from the folder of a stage, and when.
 *
 * After a restore from a head, everything newer is of a history that never
 * happened: it is removed, and the folder synced, before anything new is
 * written, so that a later restart cannot meet it.
 *
 * Cleaning: the state at epoch X is the newest snapshot before X, or that of X,
 * with some of its deltas.  So with C committed, the newest snapshot before
 * C-1 and all that are newer stay; C-1, because the commit of C may not be
 * durable yet.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ckpt/durable.h"
#include "ckpt/statedir.h"

int
spt_statedir_init(struct spt_statedir *d, const struct spt_io *io,
    const char *path, struct spt_err *e)
{
	memset(d, 0, sizeof *d);
	d->io = io;
	d->path = spt_strdup(io, path, e);
	return d->path != NULL ? 0 : -1;
}

void
spt_statedir_fini(struct spt_statedir *d)
{
	if (d->io != NULL) {
		spt_free(d->io, d->path);
		spt_free(d->io, d->snapshot);
	}
	memset(d, 0, sizeof *d);
}

int64_t
spt_state_epoch(const char *name)
{
	size_t k = strncmp(name, "snapshot-", 9) == 0 ? 9
		   : strncmp(name, "delta-", 6) == 0  ? 6
						      : 0;
	size_t n = strspn(name + k, "0123456789");
	long long v;

	if (k == 0 || n == 0 || n > 19 || name[k + n] != '\0')
		return -1;
	errno = 0;
	v = strtoll(name + k, NULL, 10);
	return errno != 0 ? -1 : v;
}

/* Inserts in order. */
int
spt_statedir_note(struct spt_statedir *d, int64_t epoch, struct spt_err *e)
{
	size_t i;

	if (spt_grow(d->io, &d->snapshot, &d->cap, d->n + 1,
		sizeof *d->snapshot, e) < 0)
		return -1;
	for (i = d->n; i > 0 && d->snapshot[i - 1] > epoch; i--)
		d->snapshot[i] = d->snapshot[i - 1];
	d->snapshot[i] = epoch;
	d->n++;
	return 0;
}

static int
drop(struct spt_statedir *d, const char *name, struct spt_err *e)
{
	struct spt_buf path;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, d->io);
	if (spt_buf_printf(&path, e, "%s/%s", d->path, name) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc = spt_durable_remove(d->io, s, e);
	spt_buf_fini(&path);
	return rc;
}

static int
is_older(void *ctx, const char *name)
{
	int64_t epoch = spt_state_epoch(name);

	return name[0] == 's' && epoch >= 0 && epoch <= *(int64_t *)ctx;
}

int
spt_statedir_has(struct spt_statedir *d, int64_t epoch, struct spt_err *e)
{
	int rc = d->io->list(d->io, d->path, is_older, &epoch);

	if (rc < 0)
		return spt_fail_errno(e, errno, "%s: cannot list", d->path);
	return rc;
}

/* ---- after a restore ----------------------------------------------------- */

struct pruning {
	struct spt_statedir *d;
	const struct spt_head *head;
	int64_t base;         /* epoch of the head's snapshot; -1: of none */
	struct spt_buf names; /* to remove, each with its NUL */
	struct spt_err *e;
};

static bool
is_temporary(const char *name)
{
	size_t n = strlen(name);

	return name[0] == '.' && n > 4 && strcmp(name + n - 4, ".tmp") == 0;
}

static int
look(void *ctx, const char *name)
{
	struct pruning *p = ctx;
	int64_t epoch = spt_state_epoch(name);
	bool snapshot = name[0] == 's', goes;

	if (epoch < 0)
		goes = is_temporary(name);
	else if (epoch == p->base && !snapshot)
		/* A head that is a snapshot has no delta yet. */
		goes = p->head->file[0] == 's';
	else
		goes = epoch > p->base;
	if (goes)
		return spt_buf_put(&p->names, name, strlen(name) + 1, p->e) < 0;
	if (epoch >= 0 && snapshot)
		return spt_statedir_note(p->d, epoch, p->e) < 0;
	return 0;
}

int
spt_statedir_prune(
    struct spt_statedir *d, const struct spt_head *head, struct spt_err *e)
{
	struct pruning p = { .d = d, .head = head, .e = e };
	const char *name;
	int rc;

	p.base = head->file[0] != '\0' ? spt_state_epoch(head->file) : -1;
	spt_buf_init(&p.names, d->io);
	d->n = 0;
	rc = d->io->list(d->io, d->path, look, &p);
	if (rc < 0)
		spt_fail_errno(e, errno, "%s: cannot list", d->path);
	else if (rc > 0)
		rc = -1;
	for (size_t at = 0; rc == 0 && at < p.names.len;
	     at += strlen(name) + 1) {
		name = (const char *)p.names.data + at;
		rc = drop(d, name, e);
	}
	if (rc == 0 && p.names.len != 0)
		rc = spt_durable_sync_folder(d->io, d->path, e);
	spt_buf_fini(&p.names);
	return rc;
}

/* ---- while running ------------------------------------------------------- */

int
spt_statedir_clean(struct spt_statedir *d, int64_t committed, struct spt_err *e)
{
	char name[40];
	size_t keep = 0;

	while (keep + 1 < d->n && d->snapshot[keep + 1] < committed - 1)
		keep++;
	for (size_t i = 0; i < keep; i++) {
		snprintf(
		    name, sizeof name, "delta-%lld", (long long)d->snapshot[i]);
		if (drop(d, name, e) < 0)
			return -1;
		snprintf(name, sizeof name, "snapshot-%lld",
		    (long long)d->snapshot[i]);
		if (drop(d, name, e) < 0)
			return -1;
	}
	d->n -= keep;
	if (keep != 0)
		memmove(d->snapshot, d->snapshot + keep,
		    d->n * sizeof *d->snapshot);
	return 0;
}
