#include <errno.h>
#include <string.h>
#include <sys/inotify.h>

#include "source/watch.h"

#define EVENT_BYTES 65536

int
spt_watch_open(struct spt_watch *w, const struct spt_io *io, struct spt_err *e)
{
	memset(w, 0, sizeof *w);
	w->io = io;
	w->fd = -1;
	w->events = spt_alloc(io, EVENT_BYTES, e);
	if (w->events == NULL)
		return -1;
	w->fd = io->inotify_init(io);
	return 0;
}

void
spt_watch_close(struct spt_watch *w)
{
	if (w->io == NULL)
		return;
	if (w->fd >= 0)
		w->io->close(w->io, w->fd);
	spt_free(w->io, w->events);
	spt_free(w->io, w->v);
	w->io = NULL;
}

static uint32_t
mask(enum spt_watch_what what)
{
	const uint32_t names = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM |
			       IN_DELETE | IN_ONLYDIR | IN_MASK_ADD;

	switch (what) {
	case SPT_WATCH_FILE:
		return IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_MASK_ADD;
	case SPT_WATCH_NAMES:
		return names;
	case SPT_WATCH_ALL:
		return names | IN_MODIFY;
	}
	return 0;
}

int
spt_watch_add(struct spt_watch *w, const char *path, enum spt_watch_what what,
    int tag, struct spt_err *e)
{
	int wd;

	if (w->fd < 0)
		return 0;
	wd = w->io->inotify_add_watch(w->io, w->fd, path, mask(what));
	if (wd < 0)
		return 0;
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].wd == wd && w->v[i].tag == tag)
			return 1;
	if (spt_grow(w->io, &w->v, &w->cap, w->n + 1, sizeof *w->v, e) < 0)
		return -1;
	w->v[w->n++] = (struct spt_watched){
		.wd = wd, .tag = tag, .file = what == SPT_WATCH_FILE
	};
	return 1;
}

void
spt_watch_drop_files(struct spt_watch *w, int tag)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].file && w->v[i].tag == tag)
			w->io->inotify_rm_watch(w->io, w->fd, w->v[i].wd);
		else
			w->v[kept++] = w->v[i];
	}
	w->n = kept;
	w->told = 0;
}

/* 1 there are events, 0 none now, -1. */
static int
refill(struct spt_watch *w, struct spt_err *e)
{
	ssize_t r;

	if (w->at < w->end)
		return 1;
	if (w->fd < 0)
		return 0;
	r = w->io->read(w->io, w->fd, w->events, EVENT_BYTES);
	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (r < 0)
		return spt_fail_errno(e, errno, "inotify: cannot read");
	w->at = 0;
	w->end = (size_t)r;
	w->told = 0;
	return r > 0;
}

static void
forget(struct spt_watch *w, int wd)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->v[i].wd != wd)
			w->v[kept++] = w->v[i];
	w->n = kept;
}

int
spt_watch_next(struct spt_watch *w, struct spt_change *c, struct spt_err *e)
{
	for (;;) {
		struct inotify_event v;
		const char *name;
		int rc = refill(w, e);

		if (rc <= 0)
			return rc;
		memcpy(&v, w->events + w->at, sizeof v);
		name = (const char *)w->events + w->at + sizeof v;
		if (v.mask & IN_Q_OVERFLOW) {
			w->at += sizeof v + v.len;
			*c = (struct spt_change){ .lost = true };
			return 1;
		}
		for (; w->told < w->n; w->told++) {
			if (w->v[w->told].wd != v.wd)
				continue;
			*c = (struct spt_change){ .tag = w->v[w->told].tag,
				.name = v.len != 0 ? name : NULL };
			w->told++;
			return 1;
		}
		w->told = 0;
		w->at += sizeof v + v.len;
		if (v.mask & IN_IGNORED)
			forget(w, v.wd);
	}
}
