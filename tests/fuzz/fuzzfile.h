/*
 * fuzzfile - an io table in which every file is the one input.
 */
#ifndef SPT_FUZZFILE_H
#define SPT_FUZZFILE_H

#include <string.h>

#include "base/io.h"

struct fuzzfile {
	struct spt_io io; /* ctx is this struct */
	const uint8_t *data;
	size_t size, at;
};

static int
fuzzfile_open(
    const struct spt_io *io, const char *path, int flags, unsigned mode)
{
	(void)path;
	(void)flags;
	(void)mode;
	((struct fuzzfile *)io->ctx)->at = 0;
	return 1000000;
}

static int
fuzzfile_close(const struct spt_io *io, int fd)
{
	(void)io;
	(void)fd;
	return 0;
}

static ssize_t
fuzzfile_read(const struct spt_io *io, int fd, void *p, size_t n)
{
	struct fuzzfile *f = io->ctx;

	(void)fd;
	if (n > f->size - f->at)
		n = f->size - f->at;
	if (n != 0)
		memcpy(p, f->data + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static inline void
fuzzfile_init(struct fuzzfile *f, const uint8_t *data, size_t size)
{
	*f = (struct fuzzfile){
		.io = *spt_io_system(), .data = data, .size = size
	};
	f->io.ctx = f;
	f->io.open = fuzzfile_open;
	f->io.close = fuzzfile_close;
	f->io.read = fuzzfile_read;
}

#endif
