#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

static int
sys_open(const struct spt_io *io, const char *path, int flags, unsigned mode)
{
	(void)io;
	return open(path, flags, (mode_t)mode);
}

static int
sys_close(const struct spt_io *io, int fd)
{
	(void)io;
	return close(fd);
}

static ssize_t
sys_read(const struct spt_io *io, int fd, void *p, size_t n)
{
	(void)io;
	return read(fd, p, n);
}

static ssize_t
sys_writev(const struct spt_io *io, int fd, const struct iovec *v, int n)
{
	(void)io;
	return writev(fd, v, n);
}

static off_t
sys_lseek(const struct spt_io *io, int fd, off_t at, int whence)
{
	(void)io;
	return lseek(fd, at, whence);
}

static int
sys_fstat(const struct spt_io *io, int fd, struct stat *st)
{
	(void)io;
	return fstat(fd, st);
}

static int
sys_stat(const struct spt_io *io, const char *path, struct stat *st)
{
	(void)io;
	return stat(path, st);
}

static int
sys_lstat(const struct spt_io *io, const char *path, struct stat *st)
{
	(void)io;
	return lstat(path, st);
}

static int
sys_poll(const struct spt_io *io, struct pollfd *p, nfds_t n, int timeout_ms)
{
	(void)io;
	return poll(p, n, timeout_ms);
}

static ssize_t
sys_splice(const struct spt_io *io, int from, int to, size_t n)
{
	(void)io;
	return splice(from, NULL, to, NULL, n, SPLICE_F_NONBLOCK);
}

static int
sys_fcntl(const struct spt_io *io, int fd, int command, int arg)
{
	(void)io;
	return fcntl(fd, command, arg);
}

static int
sys_fsync(const struct spt_io *io, int fd)
{
	(void)io;
	return fsync(fd);
}

static int
sys_fdatasync(const struct spt_io *io, int fd)
{
	(void)io;
	return fdatasync(fd);
}

static int
sys_ftruncate(const struct spt_io *io, int fd, off_t n)
{
	(void)io;
	return ftruncate(fd, n);
}

static int
sys_rename(const struct spt_io *io, const char *from, const char *to)
{
	(void)io;
	return rename(from, to);
}

static int
sys_unlink(const struct spt_io *io, const char *path)
{
	(void)io;
	return unlink(path);
}

static int
sys_mkdir(const struct spt_io *io, const char *path, unsigned mode)
{
	(void)io;
	return mkdir(path, (mode_t)mode);
}

static int
sys_rmdir(const struct spt_io *io, const char *path)
{
	(void)io;
	return rmdir(path);
}

static int
sys_flock(const struct spt_io *io, int fd, int operation)
{
	(void)io;
	return flock(fd, operation);
}

static int
sys_list(const struct spt_io *io, const char *path,
    int (*each)(void *ctx, const char *name), void *ctx)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int rc = 0, code;

	(void)io;
	if (dir == NULL)
		return -1;
	while (rc == 0) {
		errno = 0;
		d = readdir(dir);
		if (d == NULL) {
			rc = errno != 0 ? -1 : 0;
			break;
		}
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			rc = each(ctx, d->d_name);
	}
	code = errno;
	closedir(dir);
	errno = code;
	return rc;
}

static int
sys_realpath(const struct spt_io *io, const char *path, char *resolved)
{
	(void)io;
	return realpath(path, resolved) == NULL ? -1 : 0;
}

static uid_t
sys_geteuid(const struct spt_io *io)
{
	(void)io;
	return geteuid();
}

static int
sys_random(const struct spt_io *io, void *p, size_t n)
{
	uint8_t *to = p;

	(void)io;
	while (n > 0) {
		ssize_t r = getrandom(to, n, 0);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		to += r;
		n -= (size_t)r;
	}
	return 0;
}

static int
sys_inotify_init(const struct spt_io *io)
{
	(void)io;
	return inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static int
sys_inotify_add_watch(
    const struct spt_io *io, int fd, const char *path, uint32_t mask)
{
	(void)io;
	return inotify_add_watch(fd, path, mask);
}

static int
sys_inotify_rm_watch(const struct spt_io *io, int fd, int wd)
{
	(void)io;
	return inotify_rm_watch(fd, wd);
}

static spt_time
sys_now(const struct spt_io *io)
{
	struct timespec t;

	(void)io;
	clock_gettime(CLOCK_REALTIME, &t);
	return (spt_time)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t
sys_mono(const struct spt_io *io)
{
	struct timespec t;

	(void)io;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *
sys_realloc(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	return realloc(p, n);
}

static void
sys_free(const struct spt_io *io, void *p)
{
	(void)io;
	free(p);
}

static const struct spt_io system_io = {
	.open = sys_open,
	.close = sys_close,
	.read = sys_read,
	.writev = sys_writev,
	.lseek = sys_lseek,
	.fstat = sys_fstat,
	.stat = sys_stat,
	.lstat = sys_lstat,
	.poll = sys_poll,
	.splice = sys_splice,
	.fcntl = sys_fcntl,
	.fsync = sys_fsync,
	.fdatasync = sys_fdatasync,
	.ftruncate = sys_ftruncate,
	.rename = sys_rename,
	.unlink = sys_unlink,
	.mkdir = sys_mkdir,
	.rmdir = sys_rmdir,
	.list = sys_list,
	.realpath = sys_realpath,
	.geteuid = sys_geteuid,
	.random = sys_random,
	.flock = sys_flock,
	.inotify_init = sys_inotify_init,
	.inotify_add_watch = sys_inotify_add_watch,
	.inotify_rm_watch = sys_inotify_rm_watch,
	.now = sys_now,
	.mono = sys_mono,
	.realloc = sys_realloc,
	.free = sys_free,
};

const struct spt_io *
spt_io_system(void)
{
	return &system_io;
}

/* ---- input and output -------------------------------------------------- */

/* Sleeps on a descriptor that somebody else made non-blocking. */
static int
await(const struct spt_io *io, int fd, short events, const char *name,
    struct spt_err *e)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (io->poll(io, &p, 1, -1) < 0 && errno != EINTR)
		return spt_fail_errno(e, errno, "%s: cannot wait", name);
	return 0;
}

int
spt_io_read(const struct spt_io *io, int fd, void *p, size_t n, size_t *got,
    const char *name, struct spt_err *e)
{
	ssize_t r;

	*got = 0;
	for (;;) {
		r = io->read(io, fd, p, n);
		if (r < 0 && errno == EAGAIN) {
			if (await(io, fd, POLLIN, name, e) < 0)
				return -1;
		} else if (r >= 0 || errno != EINTR) {
			break;
		}
	}
	if (r < 0)
		return spt_fail_errno(e, errno, "%s: cannot read", name);
	*got = (size_t)r;
	return r > 0;
}

int
spt_io_writev(const struct spt_io *io, int fd, struct iovec *v, int n,
    const char *name, struct spt_err *e)
{
	while (n > 0) {
		ssize_t r = io->writev(io, fd, v, n < IOV_MAX ? n : IOV_MAX);
		size_t left;

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0 && errno == EAGAIN) {
			if (await(io, fd, POLLOUT, name, e) < 0)
				return -1;
			continue;
		}
		if (r < 0)
			return spt_fail_errno(
			    e, errno, "%s: cannot write", name);
		left = (size_t)r;
		while (n > 0 && left >= v->iov_len) {
			left -= v->iov_len;
			v++;
			n--;
		}
		if (n > 0) {
			v->iov_base = (char *)v->iov_base + left;
			v->iov_len -= left;
		}
	}
	return 0;
}

int
spt_io_write(const struct spt_io *io, int fd, const void *p, size_t n,
    const char *name, struct spt_err *e)
{
	struct iovec v = { .iov_base = (void *)(uintptr_t)p, .iov_len = n };

	return n == 0 ? 0 : spt_io_writev(io, fd, &v, 1, name, e);
}

int
spt_io_close(
    const struct spt_io *io, int fd, const char *name, struct spt_err *e)
{
	/* On Linux the descriptor is gone whatever close returns. */
	if (io->close(io, fd) < 0 && errno != EINTR)
		return spt_fail_errno(e, errno, "%s: cannot close", name);
	return 0;
}

/* ---- memory ------------------------------------------------------------ */

void *
spt_alloc(const struct spt_io *io, size_t n, struct spt_err *e)
{
	void *p = io->realloc(io, NULL, n != 0 ? n : 1);

	if (p == NULL)
		spt_fail(e, SPT_ESYSTEM, "out of memory (%zu bytes wanted)", n);
	return p;
}

void *
spt_alloc_zero(const struct spt_io *io, size_t n, struct spt_err *e)
{
	void *p = spt_alloc(io, n, e);

	if (p != NULL)
		memset(p, 0, n);
	return p;
}

char *
spt_strndup(const struct spt_io *io, const char *p, size_t n, struct spt_err *e)
{
	char *s = spt_alloc(io, n + 1, e);

	if (s != NULL) {
		if (n != 0)
			memcpy(s, p, n);
		s[n] = '\0';
	}
	return s;
}

char *
spt_strdup(const struct spt_io *io, const char *s, struct spt_err *e)
{
	return spt_strndup(io, s, strlen(s), e);
}

void
spt_free(const struct spt_io *io, void *p)
{
	if (p != NULL)
		io->free(io, p);
}

int
spt_grow(const struct spt_io *io, void *p, size_t *cap, size_t need,
    size_t size, struct spt_err *e)
{
	void *old, *new;
	size_t want = *cap;

	if (need <= *cap)
		return 0;
	if (need > SIZE_MAX / 2 / size)
		return spt_fail(e, SPT_ESYSTEM, "out of memory");
	if (want < 16)
		want = 16;
	while (want < need)
		want *= 2;
	memcpy(&old, p, sizeof old);
	new = io->realloc(io, old, want * size);
	if (new == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    "out of memory (%zu bytes wanted)", want * size);
	memcpy(p, &new, sizeof new);
	*cap = want;
	return 0;
}
