/*
 * exactfile - a file that is committed by its length.
 *
 * A file has no place of its own for the number of an epoch: the log of
 * commits has the committed length, and what is behind that length has not
 * happened.  So recover cuts the file there.  That it is the same file is
 * known by its inode and by the CRC of the bytes before that length; device
 * numbers may change from boot to boot.
 */
#include <errno.h>
#include <fcntl.h>

#include "sink/sink.h"
#include "sink/sinkfile.h"

struct exact_file {
	struct spt_sink sink;
	const struct spt_io *io;
	bool append;    /* what is there when the first run begins stays */
	bool begun;     /* what was there and does not stay has been cut off */
	bool dirty;     /* not synced */
	int64_t base;   /* where our bytes begin */
	int64_t at;     /* where the next byte goes */
	struct stat is; /* the file */
	uint32_t crc;   /* of the tail at the last commit */
};

/* Cuts off what was there before the first run, now that it is recorded where
 * our bytes begin; what stays gets the end of its last line. */
static int
begin(struct exact_file *f, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;
	char last = '\n';
	size_t got = 1;
	int rc;

	if (f->begun)
		return 0;
	f->begun = f->dirty = true;
	do
		rc = f->io->ftruncate(f->io, s->fd, f->at);
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return spt_fail_errno(e, errno, "%s: cannot cut", s->name);
	if (f->io->lseek(f->io, s->fd, f->at > 0 ? f->at - 1 : 0, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", s->name);
	if (f->at > 0 &&
	    spt_io_read(f->io, s->fd, &last, 1, &got, s->name, e) < 0)
		return -1;
	if (got == 0 || last == '\n')
		return 0;
	f->at++;
	return spt_io_write(f->io, s->fd, "\n", 1, s->name, e);
}

static int
write_(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct exact_file *f = (struct exact_file *)sink;

	if (begin(f, e) < 0)
		return -1;
	f->dirty = true;
	sink->fresh = false;
	sink->size += (int64_t)n;
	f->at += (int64_t)n;
	return spt_io_write(f->io, sink->fd, p, n, sink->name, e);
}

static int
put_position(struct exact_file *f, struct spt_buf *position, struct spt_err *e)
{
	struct spt_place p = {
		.device = f->is.st_dev,
		.inode = f->is.st_ino,
		.base = f->base,
		.length = f->at,
		.crc = f->crc,
	};

	return spt__place_put(position, &p, e);
}

static int
lock_and_look(struct exact_file *f, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;

	if (spt__sink_lock(f->io, s->fd, true, s->name, e) < 0)
		return -1;
	if (f->io->fstat(f->io, s->fd, &f->is) < 0)
		return spt_fail_errno(e, errno, "%s", s->name);
	return 0;
}

/* Where the bytes of the first run go. */
static int
start(struct exact_file *f, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;

	s->fd = spt__sink_open(f->io, s->name, O_RDWR | O_CREAT, 0666);
	if (s->fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", s->name);
	if (lock_and_look(f, e) < 0)
		return -1;
	f->base = f->at = f->append ? f->is.st_size : 0;
	return spt__sink_tail(f->io, s->fd, f->at, &f->crc, s->name, e);
}

static int
go_on(struct exact_file *f, const struct spt_sink_point *at, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;
	struct spt_place p;

	if (spt__place_get(&p, at->position, s->name, e) < 0)
		return -1;
	s->fd = spt__sink_open(f->io, s->name, O_RDWR, 0);
	if (s->fd < 0 && errno == ENOENT) {
		/* Nothing of ours, or of others, was in it. */
		if (at->epoch < 0 && p.length == 0)
			return start(f, e);
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is gone; %lld bytes of it were committed (epoch %lld)",
		    s->name, (long long)p.length, (long long)at->epoch);
	}
	if (s->fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", s->name);
	if (lock_and_look(f, e) < 0)
		return -1;
	if (f->is.st_ino != p.inode)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is another file than the one that was committed to: "
		    "inode %llu, was %llu (bring that one back, a copy of it "
		    "is another one, or begin anew with another checkpoint)",
		    s->name, (unsigned long long)f->is.st_ino,
		    (unsigned long long)p.inode);
	f->base = p.base;
	f->at = p.length;
	f->crc = p.crc;
	/* Before the first byte of the first run, what the file holds is not
	 * ours: it is cut when that byte comes. */
	if (at->epoch < 0 && p.base == 0)
		return 0;
	f->dirty = true;
	f->begun = at->epoch >= 0;
	return spt__sink_cut(f->io, s->fd, f->at, f->crc, s->name, e);
}

static int
recover(
    struct spt_sink *sink, const struct spt_sink_point *at, struct spt_err *e)
{
	struct exact_file *f = (struct exact_file *)sink;

	if (at->position == NULL && at->epoch >= 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: the checkpoint has committed epoch %lld, but no "
		    "position of this file",
		    sink->name, (long long)at->epoch);
	if ((at->position != NULL ? go_on(f, at, e) : start(f, e)) < 0)
		return -1;
	sink->fresh = f->at == 0;
	sink->size = f->at;
	return 0;
}

/* What is recorded must be there after a power cut. */
static int
record(struct spt_sink *sink, struct spt_buf *position, struct spt_err *e)
{
	struct exact_file *f = (struct exact_file *)sink;

	if (spt__sink_sync(f->io, sink->fd, sink->name, e) < 0 ||
	    spt__sink_sync_parent(f->io, sink->name, e) < 0)
		return -1;
	return put_position(f, position, e);
}

/* Nobody else has written to the file. */
static int
check_size(struct exact_file *f, struct spt_err *e)
{
	struct stat st;

	if (f->io->fstat(f->io, f->sink.fd, &st) < 0)
		return spt_fail_errno(e, errno, "%s", f->sink.name);
	if (st.st_size == f->at)
		return 0;
	return spt_fail(e, SPT_ESYSTEM,
	    "%s: has %lld bytes instead of %lld: another program changed it",
	    f->sink.name, (long long)st.st_size, (long long)f->at);
}

static int
commit(struct spt_sink *sink, const struct spt_sink_epoch *ep,
    struct spt_buf *position, struct spt_err *e)
{
	struct exact_file *f = (struct exact_file *)sink;

	(void)ep;
	if (begin(f, e) < 0)
		return -1;
	if (f->dirty &&
	    (check_size(f, e) < 0 ||
		spt__sink_sync(f->io, sink->fd, sink->name, e) < 0 ||
		spt__sink_tail(f->io, sink->fd, f->at, &f->crc, sink->name, e) <
		    0))
		return -1;
	f->dirty = false;
	return put_position(f, position, e);
}

static int
end(struct spt_sink *sink, struct spt_err *e)
{
	struct exact_file *f = (struct exact_file *)sink;
	int fd = sink->fd;

	if (f->dirty && spt__sink_sync(f->io, sink->fd, sink->name, e) < 0)
		return -1;
	sink->fd = -1;
	return spt_io_close(f->io, fd, sink->name, e);
}

static void
close_(struct spt_sink *sink)
{
	struct exact_file *f = (struct exact_file *)sink;

	if (sink->fd >= 0)
		f->io->close(f->io, sink->fd);
	spt_free(f->io, f);
}

static int
begins(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct exact_file *f = (struct exact_file *)sink;

	return spt__sink_begins(f->io, sink->fd, p, n, sink->name, e);
}

static const struct spt_sink_ops ops = {
	.write = write_,
	.recover = recover,
	.record = record,
	.commit = commit,
	.begins = begins,
	.end = end,
	.close = close_,
};

int
spt_sink_file_exact(struct spt_sink **sink, const struct spt_io *io,
    const char *path, const struct spt_sink_conf *conf, struct spt_err *e)
{
	struct exact_file *f;
	struct stat st;

	if (io->stat(io, path, &st) == 0 && !S_ISREG(st.st_mode))
		return spt_sink_file(sink, io, path, conf->append, e);
	f = spt_alloc_zero(io, sizeof *f, e);
	if (f == NULL)
		return -1;
	f->sink.ops = &ops;
	f->sink.name = path;
	f->sink.fd = -1;
	f->sink.held = -1;
	f->sink.exact = f->sink.regular = f->sink.due = true;
	f->io = io;
	f->append = conf->append;
	*sink = &f->sink;
	return 0;
}
