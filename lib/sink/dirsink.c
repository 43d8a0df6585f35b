/*
 * dirsink - a directory that gets one file for each epoch that has rows, or
 * (roll) for several.
 *
 * A part is written as ".part-FIRST.ENDING" and renamed when it is whole, so
 * that who looks for "part-*" never meets half of one.  Under a checkpoint:
 *
 *	part synced; .spate says uuid, epoch, id, first (durably); rename;
 *	directory synced; the caller logs the commit
 *
 * so that after a crash in front of the last step it is known that the epoch
 * is there, and which; it is never taken away again, since somebody may have
 * read it.  The part of an epoch that does not end it is a file whose length
 * is committed, like any other.
 */
#include <errno.h>
#include <fcntl.h>

#include "sink/dirsink.h"

const char *
spt__parts_path(struct spt__parts *d, struct spt_buf *b, const char *name,
    struct spt_err *e)
{
	b->len = 0;
	if (spt_buf_printf(b, e, "%s/%s", d->dir, name) < 0)
		return NULL;
	return spt_buf_str(b, e);
}

const char *
spt__parts_hidden(struct spt__parts *d, struct spt_err *e)
{
	char name[SPT_PART_NAME];

	spt__part_hidden(name, d->first, d->conf->ending);
	return spt__parts_path(d, &d->path, name, e);
}

/* ---- writing ----------------------------------------------------------- */

void
spt__parts_reset(struct spt__parts *d)
{
	d->sink.fd = -1;
	d->sink.fresh = true;
	d->sink.size = 0;
	d->first = -1;
	d->committed = 0;
	d->crc = 0;
	d->synced = false;
}

static int
open_part(struct spt__parts *d, struct spt_err *e)
{
	const char *path;

	if (!d->any && d->conf->uuid == NULL)
		d->shift = d->there.last + 1 - d->sink.epoch;
	d->any = true;
	d->first = d->sink.epoch;
	path = spt__parts_hidden(d, e);
	if (path == NULL)
		return -1;
	d->sink.fd = spt__sink_open(
	    d->io, path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0666);
	if (d->sink.fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", path);
	return 0;
}

static int
write_(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct spt__parts *d = (struct spt__parts *)sink;

	if (sink->fd < 0 && open_part(d, e) < 0)
		return -1;
	sink->fresh = false;
	sink->size += (int64_t)n;
	return spt_io_write(d->io, sink->fd, p, n, sink->name, e);
}

static int
put_position(struct spt__parts *d, struct spt_buf *position, struct spt_err *e)
{
	struct spt_place p = {
		.device = d->is.st_dev,
		.inode = d->is.st_ino,
		.base = d->first,
		.length = d->committed,
		.crc = d->crc,
	};

	return spt__place_put(position, &p, e);
}

static int
put_mark(
    struct spt__parts *d, const struct spt_sink_epoch *ep, struct spt_err *e)
{
	struct spt_partmark m = { .epoch = ep->epoch, .first = d->first };

	strncpy(m.uuid, d->conf->uuid, sizeof m.uuid - 1);
	strncpy(m.id, ep->id, sizeof m.id - 1);
	return spt__partmark_put(&m, d->io, d->dir, e);
}

static int
publish(
    struct spt__parts *d, const struct spt_sink_epoch *ep, struct spt_err *e)
{
	bool exact = d->conf->uuid != NULL;
	const char *from = spt__parts_hidden(d, e), *to;
	char name[SPT_PART_NAME];
	int fd = d->sink.fd;

	spt__part_name(
	    name, d->first + d->shift, ep->epoch + d->shift, d->conf->ending);
	to = spt__parts_path(d, &d->other, name, e);
	if (from == NULL || to == NULL)
		return -1;
	if (exact &&
	    (spt__sink_sync(d->io, fd, from, e) < 0 || put_mark(d, ep, e) < 0))
		return -1;
	if (d->io->rename(d->io, from, to) < 0)
		return spt_fail_errno(
		    e, errno, "%s: cannot rename to %s", from, to);
	spt__parts_reset(d);
	if (spt_io_close(d->io, fd, to, e) < 0)
		return -1;
	return exact ? spt__sink_sync(d->io, d->lock, d->dir, e) : 0;
}

/* The open part stays open: what it has is committed by its length. */
static int
keep(struct spt__parts *d, struct spt_err *e)
{
	struct spt_sink *s = &d->sink;

	if (d->conf->uuid == NULL || s->size == d->committed)
		return 0;
	if (spt__sink_sync(d->io, s->fd, s->name, e) < 0)
		return -1;
	if (!d->synced && spt__sink_sync(d->io, d->lock, d->dir, e) < 0)
		return -1;
	d->synced = true;
	d->committed = s->size;
	return spt__sink_tail(d->io, s->fd, s->size, &d->crc, s->name, e);
}

static int
commit(struct spt_sink *sink, const struct spt_sink_epoch *ep,
    struct spt_buf *position, struct spt_err *e)
{
	struct spt__parts *d = (struct spt__parts *)sink;

	sink->held = -1;
	if (sink->fd >= 0 && (ep->whole ? publish(d, ep, e) : keep(d, e)) < 0)
		return -1;
	return put_position(d, position, e);
}

/* ---- life -------------------------------------------------------------- */

int
spt__parts_open(struct spt__parts *d, bool make, struct spt_err *e)
{
	const struct spt_io *io = d->io;

	if (make && io->mkdir(io, d->dir, 0777) < 0 && errno != EEXIST)
		return spt_fail_errno(e, errno, "%s: cannot make", d->dir);
	if (make && d->conf->uuid != NULL &&
	    spt__sink_sync_parent(io, d->dir, e) < 0)
		return -1;
	d->lock = spt__sink_open(io, d->dir, O_RDONLY | O_DIRECTORY, 0);
	if (d->lock < 0 && !make && errno == ENOENT)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is gone; epochs were committed to it", d->sink.name);
	if (d->lock < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", d->dir);
	if (spt__sink_lock(
		io, d->lock, d->conf->uuid != NULL, d->sink.name, e) < 0)
		return -1;
	if (io->fstat(io, d->lock, &d->is) < 0)
		return spt_fail_errno(e, errno, "%s", d->dir);
	return 0;
}

/* Claims the directory for the checkpoint. */
static int
record(struct spt_sink *sink, struct spt_buf *position, struct spt_err *e)
{
	struct spt__parts *d = (struct spt__parts *)sink;
	static const struct spt_sink_epoch none = { .epoch = -1, .id = "-" };

	if (!d->marked && put_mark(d, &none, e) < 0)
		return -1;
	d->marked = true;
	return put_position(d, position, e);
}

/* Without a checkpoint: the numbers go on after what is there, unless that is
 * somebody's checkpoint. */
static int
start(struct spt__parts *d, struct spt_err *e)
{
	struct spt_partmark m;
	int rc;

	if (spt__parts_open(d, true, e) < 0)
		return -1;
	rc = spt__partmark_get(&m, d->io, d->dir, e);
	if (rc == 1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: belongs to a checkpoint (uuid %s): name another "
		    "directory",
		    d->sink.name, m.uuid);
	if (rc < 0 || spt__partlist_read(&d->there, d->io, d->dir, e) < 0)
		return -1;
	return spt__partlist_clean(d->io, d->dir, NULL, e);
}

static int
end(struct spt_sink *sink, struct spt_err *e)
{
	(void)sink;
	(void)e;
	return 0;
}

static void
close_(struct spt_sink *sink)
{
	struct spt__parts *d = (struct spt__parts *)sink;
	struct spt_err e = { 0 };

	if (sink->fd >= 0) {
		const char *path = spt__parts_hidden(d, &e);

		if (d->committed == 0 && path != NULL)
			d->io->unlink(d->io, path);
		d->io->close(d->io, sink->fd);
	}
	if (d->lock >= 0)
		d->io->close(d->io, d->lock);
	spt_buf_fini(&d->path);
	spt_buf_fini(&d->other);
	spt_free(d->io, d->dir);
	spt_free(d->io, d);
}

static const struct spt_sink_ops ops = {
	.write = write_,
	.recover = spt__parts_recover,
	.record = record,
	.commit = commit,
	.end = end,
	.close = close_,
};

int
spt_sink_parts(struct spt_sink **sink, const struct spt_io *io, const char *dir,
    const struct spt_sink_conf *conf, struct spt_err *e)
{
	struct spt__parts *d = spt_alloc_zero(io, sizeof *d, e);
	size_t n = strlen(dir);

	if (d == NULL)
		return -1;
	d->sink.ops = &ops;
	d->sink.name = dir;
	d->sink.regular = d->sink.units = d->sink.exact = true;
	d->sink.held = -1;
	d->io = io;
	d->conf = conf;
	d->lock = -1;
	d->there.last = -1;
	spt__parts_reset(d);
	spt_buf_init(&d->path, io);
	spt_buf_init(&d->other, io);
	while (n > 1 && dir[n - 1] == '/')
		n--;
	d->dir = spt_strndup(io, dir, n, e);
	if (d->dir == NULL || (conf->uuid == NULL && start(d, e) < 0)) {
		close_(&d->sink);
		return -1;
	}
	*sink = &d->sink;
	return 0;
}
