/*
 * repair - removes what a check calls repairable: files that nothing reads.
 * With both locks held exclusively nobody can be about to need one.
 */
#include "ckpt/checking.h"
#include "ckpt/durable.h"
#include "ckpt/lockfile.h"

struct repair {
	const struct spt_io *io;
	struct spt_buf files; /* relative, each with its NUL */
};

static int
collect(void *ctx, const struct spt_finding *f, struct spt_err *e)
{
	struct repair *r = ctx;

	if (f->verdict != SPT_REPAIRABLE && f->verdict != SPT_SPARE)
		return 0;
	return spt_buf_put(&r->files, f->file, strlen(f->file) + 1, e);
}

static int
lock(struct spt_lockfile *l, const struct spt_ckpt *c, const char *name,
    struct spt_err *e)
{
	struct spt_buf path;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, c->io);
	if (spt_ckpt_path(c, &path, name, e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL) {
		rc = spt_lockfile_try(
		    l, c->io, s, SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, e);
		if (rc == 0)
			rc = spt_fail(e, SPT_ECHECKPOINT,
			    "%s: a run is using the checkpoint", s);
	}
	spt_buf_fini(&path);
	return rc < 0 ? -1 : 0;
}

static int
remove_them(const struct spt_ckpt *c, const struct spt_buf *files, int *removed,
    struct spt_err *e)
{
	struct spt_buf path;
	const char *name, *s;
	int rc = 0;

	spt_buf_init(&path, c->io);
	for (size_t at = 0; rc == 0 && at < files->len;
	     at += strlen(name) + 1) {
		name = (const char *)files->data + at;
		path.len = 0;
		rc = spt_ckpt_path(c, &path, name, e);
		s = rc == 0 ? spt_buf_str(&path, e) : NULL;
		rc = s != NULL ? spt_durable_remove(c->io, s, e) : -1;
		*removed += rc == 0;
	}
	spt_buf_fini(&path);
	return rc;
}

int
spt_ckpt_repair(
    const struct spt_io *io, const char *path, int *removed, struct spt_err *e)
{
	struct spt_lockfile source = { 0 }, all = { 0 };
	struct repair r = { .io = io };
	struct spt_ckpt c;
	int rc = -1;

	*removed = 0;
	spt_buf_init(&r.files, io);
	if (spt_ckpt_open(&c, io, path, NULL, e) == 0 &&
	    lock(&source, &c, "lock.source", e) == 0 &&
	    lock(&all, &c, "lock", e) == 0) {
		/* The check would take us for a run that is at work. */
		rc = spt_ckpt_check_locked(io, path, collect, &r, e);
		if (rc == 0)
			rc = remove_them(&c, &r.files, removed, e);
	}
	spt_lockfile_drop(&all);
	spt_lockfile_drop(&source);
	spt_ckpt_fini(&c);
	spt_buf_fini(&r.files);
	return rc;
}
