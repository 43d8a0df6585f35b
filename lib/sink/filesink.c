/*
 * filesink - a descriptor, or a file by name: bytes as they come.
 */
#include <errno.h>
#include <fcntl.h>

#include "sink/sink.h"
#include "sink/sinkfile.h"

struct file_sink {
	struct spt_sink sink;
	const struct spt_io *io;
	bool mine;   /* fd was opened here */
	bool append; /* what is there stays */
};

static int
write_(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct file_sink *f = (struct file_sink *)sink;

	sink->fresh = false;
	sink->size += (int64_t)n;
	return spt_io_write(f->io, sink->fd, p, n, sink->name, e);
}

static int
end(struct spt_sink *sink, struct spt_err *e)
{
	struct file_sink *f = (struct file_sink *)sink;
	int fd = sink->fd;

	if (!f->mine)
		return 0;
	sink->fd = -1;
	return spt_io_close(f->io, fd, sink->name, e);
}

static void
close_(struct spt_sink *sink)
{
	struct file_sink *f = (struct file_sink *)sink;

	if (f->mine && sink->fd >= 0)
		f->io->close(f->io, sink->fd);
	spt_free(f->io, f);
}

static int
begins(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct file_sink *f = (struct file_sink *)sink;

	return spt__sink_begins(f->io, sink->fd, p, n, sink->name, e);
}

static const struct spt_sink_ops plain = {
	.write = write_,
	.begins = begins,
	.end = end,
	.close = close_,
};

static struct file_sink *
make(const struct spt_io *io, const char *name, struct spt_err *e)
{
	struct file_sink *f = spt_alloc_zero(io, sizeof *f, e);

	if (f == NULL)
		return NULL;
	f->sink.ops = &plain;
	f->sink.name = name;
	f->sink.fd = -1;
	f->sink.due = true;
	f->sink.held = -1;
	f->io = io;
	return f;
}

int
spt_sink_descriptor(struct spt_sink **sink, const struct spt_io *io, int fd,
    const char *name, struct spt_err *e)
{
	struct file_sink *f = make(io, name, e);
	struct stat st;

	if (f == NULL)
		return -1;
	f->sink.fd = fd;
	f->sink.regular = io->fstat(io, fd, &st) == 0 && S_ISREG(st.st_mode);
	/* What others wrote to it before is not ours to look at. */
	f->sink.fresh = true;
	*sink = &f->sink;
	return 0;
}

/* Ends the last line of the file if it is not. */
static int
end_line(struct file_sink *f, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;
	char last;
	size_t got;

	if (f->io->lseek(f->io, s->fd, -1, SEEK_END) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", s->name);
	if (spt_io_read(f->io, s->fd, &last, 1, &got, s->name, e) < 0)
		return -1;
	return got == 1 && last != '\n' ? write_(s, "\n", 1, e) : 0;
}

/* Locks the file before anything in it changes, then empties it, or looks
 * where it ends. */
static int
open_regular(struct file_sink *f, struct spt_err *e)
{
	struct spt_sink *s = &f->sink;
	struct stat st;

	if (spt__sink_lock(f->io, s->fd, false, s->name, e) < 0)
		return -1;
	if (f->io->fstat(f->io, s->fd, &st) < 0)
		return spt_fail_errno(e, errno, "%s", s->name);
	s->regular = S_ISREG(st.st_mode);
	s->fresh = !s->regular || st.st_size == 0 || !f->append;
	if (!s->regular || st.st_size == 0)
		return 0;
	if (f->append)
		return end_line(f, e);
	if (f->io->ftruncate(f->io, s->fd, 0) < 0)
		return spt_fail_errno(e, errno, "%s: cannot empty", s->name);
	return 0;
}

int
spt_sink_file(struct spt_sink **sink, const struct spt_io *io, const char *path,
    bool append, struct spt_err *e)
{
	struct file_sink *f = make(io, path, e);
	int flags = O_CREAT | (append ? O_APPEND : 0);
	struct stat st;
	bool there;

	if (f == NULL)
		return -1;
	f->mine = true;
	f->append = append;
	/* Only a file can be read too; a FIFO opened so would not wait for
	 * its reader. */
	there = io->stat(io, path, &st) == 0;
	flags |= append && there && S_ISREG(st.st_mode) ? O_RDWR : O_WRONLY;
	f->sink.fd = spt__sink_open(io, path, flags, 0666);
	if (f->sink.fd < 0) {
		spt_fail_errno(e, errno, "%s: cannot open", path);
		goto fail;
	}
	f->sink.fresh = true;
	if ((!there || S_ISREG(st.st_mode)) && open_regular(f, e) < 0)
		goto fail;
	*sink = &f->sink;
	return 0;

fail:
	close_(&f->sink);
	return -1;
}
