/*
 * wait - the one place where a program sleeps.  It wakes for input, for a
 * signal, for the clock, and for a reader that left: an idle pipeline whose
 * end was killed is gone at once, not at the next row.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "stage/loop.h"

static void
drain(const struct spt_io *io, int fd)
{
	char bytes[64];

	while (io->read(io, fd, bytes, sizeof bytes) == sizeof bytes)
		;
}

int
spt_wait(const struct spt_io *io, const int *fds, int n, bool *ready, int out,
    struct spt_signals *signals, int timeout_ms, struct spt_err *e)
{
	struct pollfd p[SPT_LOOP_MAX + 2];
	int wake = signals != NULL ? signals->wake_fd : -1;
	int rc;

	for (int i = 0; i < n; i++) {
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
		ready[i] = false;
	}
	/* Without events, poll still tells of the error that a pipe has when
	 * its last reader is gone. */
	p[n] = (struct pollfd){ .fd = out };
	p[n + 1] = (struct pollfd){ .fd = wake, .events = POLLIN };
	rc = io->poll(io, p, (nfds_t)n + 2, timeout_ms);
	if (rc < 0 && errno == EINTR)
		return 1;
	if (rc < 0)
		return spt_fail_errno(e, errno, "cannot wait for input");
	if (rc == 0)
		return 0;
	if (p[n].revents & (POLLERR | POLLHUP)) {
		raise(SIGPIPE);
		return spt_fail_errno(e, EPIPE, "standard output");
	}
	if (p[n + 1].revents != 0)
		drain(io, wake);
	for (int i = 0; i < n; i++)
		ready[i] = p[i].revents != 0;
	return 1;
}
