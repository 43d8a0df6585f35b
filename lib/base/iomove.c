/*
 * iomove - bytes that nobody here looks at, from one descriptor to another.
 * splice takes them along as whole pages if one of the two is a pipe; where
 * the kernel says that it cannot (EINVAL: no pipe, or a file that is appended
 * to), they are read and written.
 */
#include <errno.h>
#include <signal.h>

#include "base/io.h"

#define CHUNK (64u << 10)

/* Does only a write fail so? */
static bool
of_output(int code)
{
	return code == ENOSPC || code == EDQUOT || code == EFBIG ||
	       code == EPIPE;
}

/* Nothing can be moved now: waits until it may.  Who reads the output may leave
 * while nothing comes in; that ends the process as a write would have. */
static int
await(const struct spt_io *io, const struct spt_io_move *m, struct spt_err *e)
{
	struct pollfd p[2] = { { .fd = m->from, .events = POLLIN },
		{ .fd = m->to } };

	if (io->poll(io, p, 2, -1) < 0)
		return errno == EINTR ? 0
				      : spt_fail_errno(e, errno,
					    "%s: cannot wait", m->from_name);
	if (p[0].revents == 0) {
		raise(SIGPIPE);
		return spt_fail_errno(e, EPIPE, "%s: cannot write", m->to_name);
	}
	p[1].events = POLLOUT;
	if (io->poll(io, &p[1], 1, -1) < 0 && errno != EINTR)
		return spt_fail_errno(e, errno, "%s: cannot wait", m->to_name);
	return 0;
}

/* 1: *got bytes were moved, 0: end of file, -1; 2: it takes a copy. */
static int
splice_once(const struct spt_io *io, const struct spt_io_move *m, size_t *got,
    struct spt_err *e)
{
	ssize_t r;

	for (;;) {
		r = io->splice(io, m->from, m->to, m->n - m->moved);
		if (r >= 0 || (errno != EINTR && errno != EAGAIN))
			break;
		if (errno == EAGAIN && await(io, m, e) < 0)
			return -1;
	}
	if (r < 0 && (errno == EINVAL || errno == ENOSYS))
		return 2;
	if (r < 0 && of_output(errno))
		return spt_fail_errno(e, errno, "%s: cannot write", m->to_name);
	if (r < 0)
		return spt_fail_errno(e, errno, "%s: cannot move to %s",
		    m->from_name, m->to_name);
	*got = (size_t)r;
	return r > 0;
}

static int
copy(const struct spt_io *io, struct spt_io_move *m, struct spt_err *e)
{
	char *p = spt_alloc(io, CHUNK, e);
	int rc = p != NULL ? 1 : -1;

	while (rc > 0 && m->moved < m->n) {
		size_t n = m->n - m->moved, got;

		rc = spt_io_read(io, m->from, p, n < CHUNK ? n : CHUNK, &got,
		    m->from_name, e);
		if (rc > 0 &&
		    spt_io_write(io, m->to, p, got, m->to_name, e) < 0)
			rc = -1;
		m->moved += got;
	}
	spt_free(io, p);
	return rc < 0 ? -1 : 0;
}

int
spt_io_move(const struct spt_io *io, struct spt_io_move *m, struct spt_err *e)
{
	m->moved = 0;
	while (m->moved < m->n) {
		size_t got = 0;
		int rc = splice_once(io, m, &got, e);

		if (rc == 2)
			return copy(io, m, e);
		if (rc <= 0)
			return rc;
		m->moved += got;
	}
	return 0;
}
