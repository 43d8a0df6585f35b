/*
 * filesink - a descriptor, or a file by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/buf.h"
#include "sink/sink.h"

struct file_sink {
	struct spt_sink sink;
	const struct spt_io *io;
	bool mine; /* fd was opened here */
};

static int
write_(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct file_sink *f = (struct file_sink *)sink;

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

static const struct spt_sink_ops ops = {
	.write = write_,
	.end = end,
	.close = close_,
};

static struct file_sink *
make(const struct spt_io *io, int fd, const char *name, struct spt_err *e)
{
	struct file_sink *f = spt_alloc_zero(io, sizeof *f, e);
	struct stat st;

	if (f == NULL)
		return NULL;
	f->sink.ops = &ops;
	f->sink.name = name;
	f->sink.fd = fd;
	f->sink.regular = io->fstat(io, fd, &st) == 0 && S_ISREG(st.st_mode);
	f->sink.fresh = !f->sink.regular || st.st_size == 0;
	f->io = io;
	return f;
}

int
spt_sink_descriptor(struct spt_sink **sink, const struct spt_io *io, int fd,
    const char *name, struct spt_err *e)
{
	struct file_sink *f = make(io, fd, name, e);

	if (f == NULL)
		return -1;
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

int
spt_sink_file(struct spt_sink **sink, const struct spt_io *io, const char *path,
    bool append, struct spt_err *e)
{
	int flags = O_CREAT | O_CLOEXEC | O_NOCTTY, fd;
	struct file_sink *f;
	struct stat st;

	/* Only a file can be read too; a FIFO opened so would not wait for
	 * its reader. */
	if (append && io->stat(io, path, &st) == 0 && S_ISREG(st.st_mode))
		flags |= O_RDWR | O_APPEND;
	else
		flags |= O_WRONLY | (append ? O_APPEND : O_TRUNC);
	do
		fd = io->open(io, path, flags, 0666);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", path);
	f = make(io, fd, path, e);
	if (f == NULL) {
		io->close(io, fd);
		return -1;
	}
	f->mine = true;
	if ((flags & O_RDWR) != 0 && !f->sink.fresh && end_line(f, e) < 0) {
		close_(&f->sink);
		return -1;
	}
	*sink = &f->sink;
	return 0;
}

int
spt_sink_begins(
    struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct file_sink *f = (struct file_sink *)sink;
	const char *want = p;
	char part[4096];
	size_t got;

	if (f->io->lseek(f->io, sink->fd, 0, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", sink->name);
	while (n > 0) {
		int rc = spt_io_read(f->io, sink->fd, part,
		    n < sizeof part ? n : sizeof part, &got, sink->name, e);

		if (rc < 0)
			return -1;
		if (rc == 0 || memcmp(part, want, got) != 0)
			return 0;
		want += got;
		n -= got;
	}
	return 1;
}
