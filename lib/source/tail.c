/*
 * tail - a queue of tracks that may have something to read.
 *
 * Names are looked at when inotify says so, and all of them once a second, or
 * less often if that takes long, for not every file system tells.  A file that
 * has lost its name is read on until its successor has content and it has
 * itself been quiet for a while: programs go on writing to the old file for a
 * moment after it was renamed.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "source/tail_look.h"

#define POLL_NANOS INT64_C(1000000000)
#define QUIET_NANOS INT64_C(300000000)
#define POLL_SHARE 50 /* looking takes at most one part in so many */

int
spt_tail_open(struct spt_tail **out, const struct spt_io *io,
    const struct spt_tail_conf *conf, struct spt_seen *seen, struct spt_err *e)
{
	struct spt_tail *l = spt_alloc_zero(io, sizeof *l, e);

	if (l == NULL)
		return -1;
	l->io = io;
	l->conf = conf;
	l->seen = seen;
	l->watch.fd = -1;
	l->names =
	    spt_alloc_zero(io, (size_t)conf->n_args * sizeof *l->names, e);
	if (l->names == NULL ||
	    (conf->follow && spt_watch_open(&l->watch, io, e) < 0)) {
		spt_tail_close(l);
		return -1;
	}
	for (int k = 0; k < conf->n_args; k++)
		l->names[k].path = conf->args[k];
	*out = l;
	return 0;
}

void
spt_tail_close(struct spt_tail *l)
{
	if (l == NULL)
		return;
	for (int k = 0; l->names != NULL && k < l->conf->n_args; k++)
		spt_free(l->io, l->names[k].chain);
	spt_watch_close(&l->watch);
	spt_free(l->io, l->names);
	spt_free(l->io, l->queue);
	spt_free(l->io, l);
}

int
spt__tail_queue(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	if (t->queued)
		return 0;
	if (l->at == l->n)
		l->at = l->n = 0;
	if (l->n == l->cap && l->at > l->n / 2) {
		l->n -= l->at;
		memmove(l->queue, l->queue + l->at, l->n * sizeof *l->queue);
		l->at = 0;
	}
	if (spt_grow(l->io, &l->queue, &l->cap, l->n + 1, sizeof *l->queue, e) <
	    0)
		return -1;
	l->queue[l->n++] = t;
	t->queued = true;
	return 0;
}

/* ---- looking ------------------------------------------------------------ */

static int
look_everywhere(struct spt_tail *l, struct spt_err *e)
{
	int64_t start = l->io->mono(l->io), took;

	for (int k = 0; k < l->conf->n_args; k++) {
		l->names[k].look = false;
		if (spt__tail_look(l, k, e) < 0)
			return -1;
	}
	took = l->io->mono(l->io) - start;
	l->due =
	    start + took +
	    (took * POLL_SHARE > POLL_NANOS ? took * POLL_SHARE : POLL_NANOS);
	l->begun = true;
	return 0;
}

/* What inotify says. */
static int
take_changes(struct spt_tail *l, struct spt_err *e)
{
	struct spt_change c;
	int rc;

	if (l->watch.fd < 0)
		return 0;
	while ((rc = spt_watch_next(&l->watch, &c, e)) > 0) {
		struct spt__named *d = &l->names[c.tag];

		if (c.lost)
			l->due = 0;
		else if (d->dir && c.name != NULL)
			rc = spt__tail_look_in(l, c.tag, c.name, e);
		else
			d->look = true;
		if (rc < 0)
			return -1;
	}
	for (int k = 0; k < l->conf->n_args && rc == 0; k++)
		if (l->names[k].look) {
			l->names[k].look = false;
			rc = spt__tail_look(l, k, e);
		}
	return rc;
}

/* When the first file of the name, which has lost it, may be ended: at its
 * quiet time if the next one has content; -1: not to be. */
static int64_t
end_due(const struct spt_tail *l, const struct spt__named *d)
{
	struct stat st;
	struct spt_err ignored = { 0 };

	if (d->n < 2 || d->chain[0]->queued || d->chain[0]->ending)
		return -1;
	if (!l->conf->follow)
		return 0;
	if (d->chain[1]->source != NULL &&
	    spt_source_stat(d->chain[1]->source, &st, &ignored) == 0 &&
	    st.st_size == 0 && d->n == 2)
		return -1;
	return d->chain[0]->used_at + QUIET_NANOS;
}

static int
end_quiet_ones(struct spt_tail *l, struct spt_err *e)
{
	int64_t now = l->io->mono(l->io);

	for (int k = 0; k < l->conf->n_args; k++) {
		struct spt__named *d = &l->names[k];
		int64_t due = end_due(l, d);

		if (due < 0 || due > now)
			continue;
		d->chain[0]->ending = true;
		if (spt__tail_queue(l, d->chain[0], e) < 0)
			return -1;
	}
	return 0;
}

/* ---- reading ------------------------------------------------------------ */

/* Notes that a file of a directory is used, and closes the one that was not
 * for the longest time when there are too many. */
static void
use(struct spt_tail *l, struct spt_track *t)
{
	size_t i = 0;

	while (i < l->n_open && l->open[i] != t)
		i++;
	if (i == l->n_open && l->n_open == SPT__TAIL_OPEN) {
		if (!l->open[0]->held)
			spt_track_close(l->open[0]);
		i = 0;
	}
	if (i < l->n_open)
		memmove(l->open + i, l->open + i + 1,
		    (l->n_open - i - 1) * sizeof *l->open);
	else
		l->n_open++;
	l->open[l->n_open - 1] = t;
}

static void
unuse(struct spt_tail *l, const struct spt_track *t)
{
	for (size_t i = 0; i < l->n_open; i++)
		if (l->open[i] == t) {
			memmove(l->open + i, l->open + i + 1,
			    (l->n_open - i - 1) * sizeof *l->open);
			l->n_open--;
			return;
		}
}

/* A compressed file that is new may be one that was read before, or that has
 * to be read first.  As prepare. */
static int
identify(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	int rc = spt_track_gzip(t, e);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		/* One byte is not enough to tell. */
		t->unsure = t->read_at < 2;
		return 1;
	}
	rc = t->deferred ? 0 : spt__tail_waits(l, t, e);
	if (rc < 0)
		return -1;
	if (rc > 0) {
		t->deferred = true;
		return spt__tail_queue(l, t, e);
	}
	return spt__tail_settle(l, t, e);
}

/* Makes the track ready to be read.  1; 0: not this one now; -1. */
static int
prepare(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	int rc;

	if (t->cut)
		return 1;
	rc = spt_track_open(t, true, e);
	if (rc > 0)
		rc = spt_track_check(t, e);
	else if (rc == 0)
		return 0;
	if (rc < 0)
		return -1;
	if (rc == 0)
		return spt__tail_restart(l, t, e);
	if (!t->held)
		use(l, t);
	return t->unsure ? identify(l, t, e) : 1;
}

int
spt_tail_next(
    struct spt_tail *l, struct spt_track **t, bool *last, struct spt_err *e)
{
	if (l->conf->follow && take_changes(l, e) < 0)
		return -1;
	if (!l->begun ||
	    (l->conf->follow && l->at == l->n && l->io->mono(l->io) >= l->due))
		if (look_everywhere(l, e) < 0)
			return -1;
	if (end_quiet_ones(l, e) < 0)
		return -1;
	while (l->at < l->n) {
		int rc;

		*t = l->queue[l->at++];
		(*t)->queued = false;
		rc = prepare(l, *t, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		*last = (*t)->ending || (!l->conf->follow && l->conf->final);
		if ((*t)->source != NULL)
			spt_source_grows((*t)->source, !*last);
		return 1;
	}
	return 0;
}

int
spt_tail_back(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	if (t->queued)
		return 0;
	if (l->at == 0) {
		if (spt_grow(l->io, &l->queue, &l->cap, l->n + 1,
			sizeof *l->queue, e) < 0)
			return -1;
		memmove(l->queue + 1, l->queue, l->n * sizeof *l->queue);
		l->n++;
		l->at++;
	}
	l->queue[--l->at] = t;
	t->queued = true;
	return 0;
}

struct spt_track *
spt_tail_peek(const struct spt_tail *l, size_t i)
{
	return i < l->n - l->at ? l->queue[l->at + i] : NULL;
}

/* The track is over: its name's next one is begun. */
static int
end(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	unuse(l, t);
	t->pos.over = t->changed = true;
	t->held = false;
	spt_track_close(t);
	for (int k = 0; k < l->conf->n_args; k++) {
		struct spt__named *d = &l->names[k];

		if (d->n == 0 || d->chain[0] != t)
			continue;
		d->n--;
		memmove(d->chain, d->chain + 1, d->n * sizeof *d->chain);
		if (l->conf->follow) {
			spt_watch_drop_files(&l->watch, k);
			if (spt_watch_add(
				&l->watch, d->path, SPT_WATCH_FILE, k, e) < 0)
				return -1;
		}
		if (d->n != 0 && spt__tail_queue(l, d->chain[0], e) < 0)
			return -1;
	}
	return 0;
}

int
spt_tail_done(
    struct spt_tail *l, struct spt_track *t, bool got, struct spt_err *e)
{
	if (got)
		t->used_at = l->io->mono(l->io);
	if (t->ending)
		return end(l, t, e);
	if (!l->conf->follow) {
		unuse(l, t);
		spt_track_close(t);
	}
	return 0;
}

int
spt_tail_fd(const struct spt_tail *l)
{
	return l->watch.fd;
}

int
spt_tail_wait(const struct spt_tail *l)
{
	int64_t due = l->due, ms;

	for (int k = 0; k < l->conf->n_args; k++) {
		int64_t quiet = end_due(l, &l->names[k]);

		if (quiet >= 0 && quiet < due)
			due = quiet;
	}
	ms = (due - l->io->mono(l->io) + 999999) / 1000000;
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}
