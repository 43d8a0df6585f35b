/*
 * replacesink - a file that holds the rows of the newest epoch, whole: complete
 * mode.
 *
 * An epoch is written to ".NAME.spate" beside it, which takes its name when
 * the epoch is complete.  What a crash leaves under that name is overwritten;
 * an epoch that was renamed but not logged is written once more, and is the
 * same then, so there is nothing to recover.  The lock is on the file that is
 * there, then on the one that replaced it.
 */
#include <errno.h>
#include <fcntl.h>

#include "sink/sink.h"
#include "sink/sinkfile.h"

struct replaced {
	struct spt_sink sink;
	const struct spt_io *io;
	bool exact; /* sync before and after the rename */
	char *temp; /* the name while it is written */
	int old;    /* the file under the name, locked; -1 */
	unsigned mode;
};

static void
drop(struct replaced *f, int *fd)
{
	if (*fd >= 0)
		f->io->close(f->io, *fd);
	*fd = -1;
}

/* The file that is there now must be ours alone, and may be written. */
static int
open_old(struct replaced *f, struct spt_err *e)
{
	const char *name = f->sink.name;
	struct stat st;

	f->old = spt__sink_open(f->io, name, O_WRONLY | O_NOFOLLOW, 0);
	if (f->old < 0 && errno == ENOENT)
		return 0;
	if (f->old < 0 && errno == ELOOP)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: is a symbolic link, and complete mode replaces the "
		    "file: name the file itself",
		    name);
	if (f->old < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", name);
	if (f->io->fstat(f->io, f->old, &st) < 0)
		return spt_fail_errno(e, errno, "%s", name);
	f->mode = st.st_mode & 0777;
	return spt__sink_lock(f->io, f->old, f->exact, name, e);
}

/* The file to write to, empty and locked. */
static int
open_new(struct replaced *f, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;
	struct stat st, is;

	s->fd = spt__sink_open(
	    f->io, f->temp, O_WRONLY | O_CREAT | O_NOFOLLOW, f->mode);
	if (s->fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", f->temp);
	if (spt__sink_lock(f->io, s->fd, f->exact, s->name, e) < 0)
		return -1;
	/* Another program may have renamed it before it was locked. */
	if (f->io->fstat(f->io, s->fd, &st) < 0 ||
	    f->io->stat(f->io, f->temp, &is) < 0 || st.st_ino != is.st_ino)
		return spt_fail(e, SPT_ESYSTEM,
		    "%s: another program is writing it", s->name);
	if (f->io->ftruncate(f->io, s->fd, 0) < 0)
		return spt_fail_errno(e, errno, "%s: cannot empty", f->temp);
	s->fresh = true;
	s->size = 0;
	return 0;
}

static int
write_(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct replaced *f = (struct replaced *)sink;

	if (sink->fd < 0 && open_new(f, e) < 0)
		return -1;
	sink->fresh = false;
	sink->size += (int64_t)n;
	return spt_io_write(f->io, sink->fd, p, n, f->temp, e);
}

static int
recover(
    struct spt_sink *sink, const struct spt_sink_point *at, struct spt_err *e)
{
	(void)e;
	/* What was committed is there, or was taken away by somebody. */
	if (at->epoch >= 0)
		sink->due = false;
	return 0;
}

static int
record(struct spt_sink *sink, struct spt_buf *position, struct spt_err *e)
{
	(void)sink;
	return spt_buf_puts(position, "replaced", e);
}

static int
publish(struct replaced *f, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;

	if (s->fd < 0 && open_new(f, e) < 0)
		return -1;
	if (f->exact && spt__sink_sync(f->io, s->fd, f->temp, e) < 0)
		return -1;
	if (f->io->rename(f->io, f->temp, s->name) < 0)
		return spt_fail_errno(
		    e, errno, "%s: cannot rename to %s", f->temp, s->name);
	drop(f, &f->old);
	f->old = s->fd;
	s->fd = -1;
	s->fresh = true;
	s->size = 0;
	s->due = false;
	return f->exact ? spt__sink_sync_parent(f->io, s->name, e) : 0;
}

static int
commit(struct spt_sink *sink, const struct spt_sink_epoch *ep,
    struct spt_buf *position, struct spt_err *e)
{
	struct replaced *f = (struct replaced *)sink;

	if (ep->whole && (!sink->fresh || sink->due) && publish(f, e) < 0)
		return -1;
	return record(sink, position, e);
}

static int
end(struct spt_sink *sink, struct spt_err *e)
{
	struct replaced *f = (struct replaced *)sink;
	int fd = f->old;

	f->old = -1;
	return fd < 0 ? 0 : spt_io_close(f->io, fd, sink->name, e);
}

static void
close_(struct spt_sink *sink)
{
	struct replaced *f = (struct replaced *)sink;

	if (sink->fd >= 0)
		f->io->unlink(f->io, f->temp);
	drop(f, &sink->fd);
	drop(f, &f->old);
	spt_free(f->io, f->temp);
	spt_free(f->io, f);
}

static const struct spt_sink_ops ops = {
	.write = write_,
	.recover = recover,
	.record = record,
	.commit = commit,
	.end = end,
	.close = close_,
};

/* "dir/.name.spate" */
static char *
temporary(const struct spt_io *io, const char *path, struct spt_err *e)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash != NULL ? (size_t)(slash + 1 - path) : 0;
	struct spt_buf b;
	char *name = NULL;

	spt_buf_init(&b, io);
	if (spt_buf_put(&b, path, n, e) == 0 &&
	    spt_buf_printf(&b, e, ".%s.spate", path + n) == 0)
		name = spt_strndup(io, (const char *)b.data, b.len, e);
	spt_buf_fini(&b);
	return name;
}

int
spt_sink_replaced(struct spt_sink **sink, const struct spt_io *io,
    const char *path, const struct spt_sink_conf *conf, struct spt_err *e)
{
	struct replaced *f = spt_alloc_zero(io, sizeof *f, e);

	if (f == NULL)
		return -1;
	f->sink.ops = &ops;
	f->sink.name = path;
	f->sink.fd = f->old = -1;
	f->sink.held = -1;
	f->sink.regular = f->sink.fresh = f->sink.due = f->sink.units = true;
	f->sink.exact = true;
	f->io = io;
	f->exact = conf->uuid != NULL;
	f->mode = 0666;
	f->temp = temporary(io, path, e);
	if (f->temp == NULL || open_old(f, e) < 0 || open_new(f, e) < 0) {
		/* What is there may be another program's. */
		drop(f, &f->sink.fd);
		close_(&f->sink);
		return -1;
	}
	*sink = &f->sink;
	return 0;
}
