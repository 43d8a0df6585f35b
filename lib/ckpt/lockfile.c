/*
 * lockfile - flock(2) on a file of its own.
 *
 * flock, not fcntl: it belongs to the open file, so that closing some other
 * descriptor of the file does not drop it, and it goes away with the process
 * whatever kills that.  After it is got, the path must still lead to the file
 * that is locked: somebody may have replaced it in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

#include "ckpt/durable.h"
#include "ckpt/lockfile.h"

static int
take(const struct spt_io *io, int fd, const char *path, bool exclusive,
    struct spt_err *e)
{
	int op = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
	int rc;

	do
		rc = io->flock(io, fd, op);
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return 1;
	if (errno == EWOULDBLOCK)
		return 0;
	return spt_fail_errno(e, errno, "%s: cannot lock", path);
}

/* 1: path is the open file, 0: it is another one or gone. */
static int
still_there(
    const struct spt_io *io, int fd, const char *path, struct spt_err *e)
{
	struct stat a, b;

	if (io->fstat(io, fd, &a) < 0)
		return spt_fail_errno(e, errno, "%s: cannot look at", path);
	if (io->lstat(io, path, &b) < 0) {
		if (errno == ENOENT)
			return 0;
		return spt_fail_errno(e, errno, "%s: cannot look at", path);
	}
	return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int
open_it(
    const struct spt_io *io, const char *path, bool create, struct spt_err *e)
{
	int fd = spt_durable_open(
	    io, path, O_RDWR | (create ? O_CREAT : 0), 0600, e);

	if (fd < 0 && e->code == ENOENT) {
		spt_err_clear(e);
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: missing: not a checkpoint, or damaged", path);
	}
	return fd;
}

int
spt_lockfile_try(struct spt_lockfile *l, const struct spt_io *io,
    const char *path, int flags, struct spt_err *e)
{
	int rc;

	memset(l, 0, sizeof *l);
	l->fd = -1;
	for (;;) {
		int fd = open_it(io, path, (flags & SPT_LOCK_CREATE) != 0, e);

		if (fd < 0)
			return -1;
		rc = take(io, fd, path, (flags & SPT_LOCK_EXCLUSIVE) != 0, e);
		if (rc > 0) {
			rc = still_there(io, fd, path, e);
			if (rc > 0) {
				l->path = spt_strdup(io, path, e);
				rc = l->path != NULL ? 1 : -1;
			} else if (rc == 0) {
				io->close(io, fd);
				continue;
			}
		}
		if (rc > 0) {
			l->io = io;
			l->fd = fd;
			return 1;
		}
		io->close(io, fd);
		return rc;
	}
}

void
spt_lockfile_drop(struct spt_lockfile *l)
{
	if (l->path != NULL) {
		l->io->close(l->io, l->fd);
		spt_free(l->io, l->path);
	}
	memset(l, 0, sizeof *l);
	l->fd = -1;
}

/* ---- who holds it -------------------------------------------------------- */

/* Appends a small file of /proc; one that is gone is empty. */
static int
slurp(const struct spt_io *io, const char *path, struct spt_buf *out,
    struct spt_err *e)
{
	struct spt_err ignored = { 0 };
	int fd = spt_durable_open(io, path, O_RDONLY, 0, &ignored);
	size_t got;
	int rc = 1;

	if (fd < 0)
		return 0;
	while (rc > 0 && out->len < (4u << 20)) {
		if (spt_buf_reserve(out, 4096, e) < 0) {
			rc = -1;
			break;
		}
		/* The process may end while its name is read. */
		if (spt_io_read(io, fd, out->data + out->len, 4096, &got, path,
			&ignored) <= 0)
			break;
		out->len += got;
	}
	io->close(io, fd);
	return rc < 0 ? -1 : 0;
}

static int
put_process(
    const struct spt_io *io, long pid, struct spt_buf *out, struct spt_err *e)
{
	struct spt_buf name;
	char path[64];
	int rc;

	snprintf(path, sizeof path, "/proc/%ld/comm", pid);
	spt_buf_init(&name, io);
	rc = slurp(io, path, &name, e);
	while (name.len > 0 && name.data[name.len - 1] == '\n')
		name.len--;
	if (rc == 0 && out->len != 0)
		rc = spt_buf_puts(out, ", ", e);
	if (rc == 0 && name.len != 0)
		rc = spt_buf_printf(out, e, "%.*s (pid %ld)", (int)name.len,
		    (const char *)name.data, pid);
	else if (rc == 0)
		rc = spt_buf_printf(out, e, "a process (pid %ld)", pid);
	spt_buf_fini(&name);
	return rc;
}

/* One line of /proc/locks, such as
 *   3: FLOCK  ADVISORY  WRITE 4711 08:02:131093 0 EOF
 * where "->" behind the number marks somebody who waits. */
static bool
holds(const char *line, const struct stat *st, bool any_device, long *pid)
{
	unsigned major_, minor_;
	unsigned long long inode;

	if (sscanf(line, "%*s FLOCK %*s %*s %ld %x:%x:%llu", pid, &major_,
		&minor_, &inode) != 4)
		return false;
	if (inode != (unsigned long long)st->st_ino || *pid <= 0)
		return false;
	return any_device ||
	       (major_ == major(st->st_dev) && minor_ == minor(st->st_dev));
}

#define MANY 64

static int
put_holders(const struct spt_io *io, char *locks, const struct stat *st,
    bool any_device, struct spt_buf *out, struct spt_err *e)
{
	long seen[MANY], pid;
	char *save = NULL;
	int n = 0, k;

	for (char *line = strtok_r(locks, "\n", &save);
	     line != NULL && n < MANY; line = strtok_r(NULL, "\n", &save)) {
		if (!holds(line, st, any_device, &pid))
			continue;
		for (k = 0; k < n && seen[k] != pid; k++)
			;
		if (k < n)
			continue;
		seen[n++] = pid;
		if (put_process(io, pid, out, e) < 0)
			return -1;
	}
	return n;
}

int
spt_lockfile_holders(const struct spt_io *io, const char *path,
    struct spt_buf *out, struct spt_err *e)
{
	struct spt_buf locks, list;
	struct stat st;
	char *copy;
	int rc = 0;

	if (io->lstat(io, path, &st) < 0)
		return 0;
	spt_buf_init(&locks, io);
	spt_buf_init(&list, io);
	if (slurp(io, "/proc/locks", &locks, e) < 0 ||
	    spt_buf_putc(&locks, '\0', e) < 0)
		rc = -1;
	/* On layered file systems the device there is not that of stat. */
	for (int any = 0; any < 2 && rc == 0; any++) {
		copy = spt_strdup(io, (const char *)locks.data, e);
		if (copy == NULL)
			rc = -1;
		else
			rc = put_holders(io, copy, &st, any != 0, &list, e);
		spt_free(io, copy);
	}
	if (rc > 0 && spt_buf_put(out, list.data, list.len, e) < 0)
		rc = -1;
	spt_buf_fini(&locks);
	spt_buf_fini(&list);
	return rc;
}
