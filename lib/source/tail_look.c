/*
 * tail_look - what is at a name now, and whether that has been read before.
 *
 * A file is looked into only if its size or time of modification is not as it
 * was: looking through a directory costs one stat a file.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "source/locate.h"
#include "source/paths.h"
#include "source/tail_look.h"

#define HOUR (INT64_C(3600) * 1000000)

void
spt__tail_say(const struct spt_tail *l, const char *path, const char *what)
{
	struct spt_err line = { 0 };

	if (l->conf->say == NULL)
		return;
	/* An error is a line whose control characters are made visible. */
	spt_fail(&line, SPT_EDATA, "%s: %s", path, what);
	l->conf->say(l->conf->ctx, line.msg);
}

static int64_t
mtime_of(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static void
note(struct spt_track *t, const struct stat *st)
{
	spt_time mtime = mtime_of(st) / 1000;

	t->size = (int64_t)st->st_size;
	t->looked_mtime = mtime_of(st);
	if (mtime < t->mtime || mtime > t->mtime + HOUR)
		t->mtime = mtime;
}

static bool
is_as_before(const struct spt_track *t, const struct stat *st)
{
	return t->looked_mtime == mtime_of(st) &&
	       t->size == (int64_t)st->st_size;
}

/* ---- the track of a file ------------------------------------------------ */

static int
new_track(struct spt_tail *l, const char *path, const struct stat *st,
    struct spt_track **out, struct spt_err *e)
{
	struct spt_track *t = spt_seen_add(
	    l->seen, path, (uint64_t)st->st_dev, (uint64_t)st->st_ino, e);

	if (t == NULL)
		return -1;
	t->unsure = true;
	note(t, st);
	*out = t;
	return 0;
}

/* The track of the file at path: one that was read before, if its content is
 * that still, else a new one. */
static int
find_track(struct spt_tail *l, const char *path, const struct stat *st,
    struct spt_track **out, struct spt_err *e)
{
	struct spt_track *t =
	    spt_seen_find(l->seen, (uint64_t)st->st_dev, (uint64_t)st->st_ino);
	int rc;

	if (t == NULL)
		return new_track(l, path, st, out, e);
	rc = spt_track_rename(t, path, e);
	if (rc == 0)
		rc = spt_track_open(t, true, e);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		if (l->names != NULL && t->pos.done.at > (uint64_t)st->st_size)
			spt__tail_say(l, path,
			    "is shorter than what was read of it, and is read "
			    "from its start; lines may be lost");
		return new_track(l, path, st, out, e);
	}
	note(t, st);
	*out = t;
	return 0;
}

/* A compressed file may be one that was read before. */
int
spt__tail_settle(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	struct spt_track *twin;
	int rc = spt_seen_twin(l->seen, t->pos.path, false, &twin, e);

	/* What it will be can be told when it is whole. */
	if (rc == 2 && !(l->conf->final && !l->conf->follow))
		return 0;
	if (rc < 0)
		return -1;
	t->unsure = false;
	if (rc != 1)
		return 1;
	spt_track_close(t);
	t->pos.done = t->ahead = twin->pos.done;
	t->pos.line = twin->pos.line;
	t->changed = true;
	t->pos.header.len = 0;
	if (spt_buf_put(&t->pos.header, twin->pos.header.data,
		twin->pos.header.len, e) < 0)
		return -1;
	return spt_track_open(t, true, e);
}

/* ---- files by name ------------------------------------------------------- */

static int
push(struct spt_tail *l, struct spt__named *d, struct spt_track *t,
    struct spt_err *e)
{
	if (spt_grow(l->io, &d->chain, &d->cap, d->n + 1, sizeof *d->chain, e) <
	    0)
		return -1;
	d->chain[d->n++] = t;
	t->held = true;
	t->pos.over = false;
	t->used_at = l->io->mono(l->io);
	return 0;
}

/* For how long nobody has written to the track's file; nanoseconds. */
static int64_t
quiet_for(const struct spt_tail *l, const struct spt_track *t)
{
	int64_t ns;
	struct stat st;

	if (l->io->stat(l->io, t->pos.path, &st) < 0)
		return 0;
	ns = l->io->now(l->io) * 1000 - mtime_of(&st);
	return ns > 0 ? ns : 0;
}

/* May the track be of a file that had this name once?  Rotated files have
 * names that begin with it. */
static bool
had_name(const struct spt_tail *l, const struct spt__named *d,
    const struct spt_track *t)
{
	if (t->pos.over || t->held ||
	    strncmp(t->pos.path, d->path, strlen(d->path)) != 0)
		return false;
	for (int k = 0; k < l->conf->n_args; k++)
		if (&l->names[k] != d &&
		    strcmp(t->pos.path, l->names[k].path) == 0)
			return false;
	return true;
}

/* A file that an older run read, and not to its end.  1: it is there, and
 * open; 2: it is the one that has the name now; 0: it is gone; -1. */
static int
find_older(struct spt_tail *l, const struct spt__named *d,
    struct spt_track *old, const struct stat *st, struct spt_err *e)
{
	int rc;

	if (!old->pos.gone && old->pos.dev == (uint64_t)st->st_dev &&
	    old->pos.ino == (uint64_t)st->st_ino) {
		rc = spt_track_open(old, true, e);
		if (rc != 0)
			return rc < 0 ? -1 : 2;
	} else if (strcmp(old->pos.path, d->path) != 0) {
		rc = spt_track_open(old, true, e);
		if (rc != 0)
			return rc;
	}
	return spt_locate(l->seen, old, e);
}

/* The first file of this name in this run.  If older runs read others and did
 * not get to their ends, these come first. */
static int
push_older(struct spt_tail *l, struct spt__named *d, const struct stat *st,
    struct spt_err *e)
{
	for (size_t i = 0; i < l->seen->n; i++) {
		struct spt_track *old = l->seen->v[i];
		bool renamed = strcmp(old->pos.path, d->path) != 0;
		int rc;

		if (!had_name(l, d, old))
			continue;
		rc = find_older(l, d, old, st, e);
		if (rc < 0 || (rc == 1 && push(l, d, old, e) < 0))
			return -1;
		if (rc == 1)
			old->used_at -= quiet_for(l, old);
		if (rc != 0)
			continue;
		old->pos.over = old->pos.gone = old->changed = true;
		if (!renamed)
			spt__tail_say(l, d->path,
			    "the file that was read before is gone; what was "
			    "added to it since then is lost");
	}
	return 0;
}

static int
watch_name(struct spt_tail *l, int k, struct spt_err *e)
{
	struct spt_buf dir;
	const char *path;
	int rc = -1;

	if (!l->conf->follow)
		return 0;
	spt_buf_init(&dir, l->io);
	path = spt_locate_directory(l->names[k].path, &dir, e);
	if (path != NULL)
		rc = spt_watch_add(&l->watch, path, SPT_WATCH_NAMES, k, e);
	spt_buf_fini(&dir);
	return rc < 0 ? -1 : 0;
}

/* The name is a file's. */
static int
look_at_file(
    struct spt_tail *l, int k, const struct stat *st, struct spt_err *e)
{
	struct spt__named *d = &l->names[k];
	struct spt_track *t = d->n != 0 ? d->chain[d->n - 1] : NULL;

	if (l->conf->follow &&
	    spt_watch_add(&l->watch, d->path, SPT_WATCH_FILE, k, e) < 0)
		return -1;
	if (t != NULL && (uint64_t)st->st_dev == t->pos.dev &&
	    (uint64_t)st->st_ino == t->pos.ino && !t->pos.gone)
		return 0;
	if (d->n == 0 && push_older(l, d, st, e) < 0)
		return -1;
	if (find_track(l, d->path, st, &t, e) < 0 ||
	    spt_track_open(t, true, e) < 0)
		return -1;
	if ((d->n == 0 || d->chain[d->n - 1] != t) && push(l, d, t, e) < 0)
		return -1;
	return spt__tail_queue(l, d->chain[0], e);
}

int
spt__tail_restart(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	struct spt_track *new;

	if (!l->said_truncate) {
		l->said_truncate = true;
		spt__tail_say(l, t->pos.path,
		    "was truncated, and is read from its start again; lines "
		    "that were written just before may be lost");
	}
	spt_source_close(t->source);
	t->source = NULL;
	t->cut = t->ending = true;
	new = spt_seen_add(l->seen, t->pos.path, t->pos.dev, t->pos.ino, e);
	if (new == NULL || spt__tail_queue(l, t, e) < 0)
		return -1;
	for (int k = 0; k < l->conf->n_args; k++) {
		struct spt__named *d = &l->names[k];

		if (d->n != 0 && d->chain[d->n - 1] == t)
			return push(l, d, new, e);
	}
	return spt__tail_queue(l, new, e);
}

/* ---- files of directories ------------------------------------------------ */

static int
look_at_member(struct spt_tail *l, const char *path, const struct stat *st,
    struct spt_err *e)
{
	struct spt_track *t =
	    spt_seen_find(l->seen, (uint64_t)st->st_dev, (uint64_t)st->st_ino);

	if (t == NULL && st->st_size == 0)
		return 0;
	if (t != NULL && is_as_before(t, st))
		return spt_track_rename(t, path, e);
	if (t != NULL && t->source != NULL) {
		note(t, st);
		return spt_track_rename(t, path, e) < 0
			   ? -1
			   : spt__tail_queue(l, t, e);
	}
	if (find_track(l, path, st, &t, e) < 0)
		return -1;
	/* There may be many of them. */
	if (t->source != NULL && !t->held)
		spt_track_close(t);
	return spt__tail_queue(l, t, e);
}

/* A name that is not there any more.  If the file has none at all, its last
 * line is complete. */
static int
look_at_gone(struct spt_tail *l, const char *path, struct spt_err *e)
{
	struct spt_track *t = spt_seen_path(l->seen, path);
	struct stat st;

	if (t == NULL || t->source == NULL || t->held)
		return 0;
	if (spt_source_stat(t->source, &st, e) < 0)
		return -1;
	if (st.st_nlink != 0)
		return 0;
	t->ending = true;
	return spt__tail_queue(l, t, e);
}

int
spt__tail_look_in(
    struct spt_tail *l, int k, const char *name, struct spt_err *e)
{
	const char *dir = l->names[k].path, *path;
	size_t n = strlen(dir);
	struct spt_buf buf;
	struct stat st;
	int rc = -1;

	if (name[0] == '.')
		return 0;
	spt_buf_init(&buf, l->io);
	if (spt_buf_printf(&buf, e, "%s%s%s", dir,
		n != 0 && dir[n - 1] == '/' ? "" : "/", name) < 0 ||
	    (path = spt_buf_str(&buf, e)) == NULL)
		goto done;
	if (l->io->stat(l->io, path, &st) < 0)
		rc = look_at_gone(l, path, e);
	else
		rc = S_ISREG(st.st_mode) ? look_at_member(l, path, &st, e) : 0;
done:
	spt_buf_fini(&buf);
	return rc;
}

static int
look_at_directory(struct spt_tail *l, int k, struct spt_err *e)
{
	char *arg[1] = { (char *)(uintptr_t)l->names[k].path };
	struct spt_paths p;
	int rc = 0;

	if (spt_paths_find(&p, l->io, arg, 1, e) < 0)
		return -1;
	for (size_t i = 0; i < p.n && rc == 0; i++) {
		struct stat st;

		if (l->io->stat(l->io, p.v[i].name, &st) == 0 &&
		    S_ISREG(st.st_mode))
			rc = look_at_member(l, p.v[i].name, &st, e);
	}
	spt_paths_fini(&p);
	return rc;
}

/* ---- arguments ----------------------------------------------------------- */

static int
look_at_nothing(struct spt_tail *l, int k, int code, struct spt_err *e)
{
	struct spt__named *d = &l->names[k];
	char line[128];

	if (!l->conf->follow)
		return spt_fail_errno(e, code, "%s: cannot open", d->path);
	if (code != ENOENT && code != ENOTDIR && code != EACCES)
		return spt_fail_errno(e, code, "%s: cannot look at", d->path);
	if (!d->said && d->n == 0) {
		d->said = true;
		snprintf(line, sizeof line, "%s: waiting for it",
		    code == EACCES ? "cannot be opened" : "is not there yet");
		spt__tail_say(l, d->path, line);
	}
	return 0;
}

/* The oldest file of a name grows, whatever name it has now. */
static int
look_at_oldest(
    struct spt_tail *l, const struct spt__named *d, struct spt_err *e)
{
	struct spt_track *t = d->n != 0 ? d->chain[0] : NULL;
	struct stat st;

	if (t == NULL || t->source == NULL)
		return 0;
	if (spt_source_stat(t->source, &st, e) < 0)
		return -1;
	if (is_as_before(t, &st))
		return 0;
	note(t, &st);
	return spt__tail_queue(l, t, e);
}

int
spt__tail_look(struct spt_tail *l, int k, struct spt_err *e)
{
	struct spt__named *d = &l->names[k];
	struct stat st;

	if (look_at_oldest(l, d, e) < 0)
		return -1;
	if (l->io->stat(l->io, d->path, &st) < 0) {
		int code = errno;

		return watch_name(l, k, e) < 0 ? -1
					       : look_at_nothing(l, k, code, e);
	}
	d->dir = S_ISDIR(st.st_mode);
	if (d->dir) {
		if (l->conf->follow &&
		    spt_watch_add(&l->watch, d->path, SPT_WATCH_ALL, k, e) < 0)
			return -1;
		return look_at_directory(l, k, e);
	}
	if (!S_ISREG(st.st_mode))
		return spt_fail(e, SPT_EUSAGE,
		    "%s: not a file and not a directory", d->path);
	if (watch_name(l, k, e) < 0)
		return -1;
	return look_at_file(l, k, &st, e);
}
