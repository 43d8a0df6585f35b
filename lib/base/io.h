/*
 * io - the one table through which the library reaches the system: files,
 * clocks, memory.  It is handed down by pointer; tests replace entries to
 * inject faults, crashes and time.
 */
#ifndef SPT_IO_H
#define SPT_IO_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/err.h"

typedef int64_t spt_time; /* microseconds since 1970-01-01T00:00:00Z */

#define SPT_TIME_MIN INT64_MIN /* "before any": no watermark yet */
#define SPT_TIME_MAX INT64_MAX /* "after all": the input is over */

/* Every entry behaves as the system call of its name (errno included). */
struct spt_io {
	int (*open)(
	    const struct spt_io *, const char *path, int flags, unsigned mode);
	int (*close)(const struct spt_io *, int fd);
	ssize_t (*read)(const struct spt_io *, int fd, void *p, size_t n);
	ssize_t (*writev)(
	    const struct spt_io *, int fd, const struct iovec *v, int n);
	off_t (*lseek)(const struct spt_io *, int fd, off_t at, int whence);
	int (*fstat)(const struct spt_io *, int fd, struct stat *st);
	int (*stat)(const struct spt_io *, const char *path, struct stat *st);
	int (*lstat)(const struct spt_io *, const char *path, struct stat *st);
	int (*poll)(
	    const struct spt_io *, struct pollfd *p, nfds_t n, int timeout_ms);
	/* Without offsets; does not wait for a pipe (EAGAIN). */
	ssize_t (*splice)(const struct spt_io *, int from, int to, size_t n);
	/* For the commands whose argument is an int, if they have one. */
	int (*fcntl)(const struct spt_io *, int fd, int command, int arg);
	int (*fsync)(const struct spt_io *, int fd);
	int (*fdatasync)(const struct spt_io *, int fd);
	int (*ftruncate)(const struct spt_io *, int fd, off_t n);
	int (*rename)(const struct spt_io *, const char *from, const char *to);
	int (*unlink)(const struct spt_io *, const char *path);
	int (*mkdir)(const struct spt_io *, const char *path, unsigned mode);
	int (*rmdir)(const struct spt_io *, const char *path);
	/* Calls each for every name in the folder but "." and "..", in no
	 * order, and stops when it returns something else than 0.  0; -1 with
	 * errno; or what each returned.  The folder may be changed by each
	 * only if it does not mind whether it meets the new names. */
	int (*list)(const struct spt_io *, const char *path,
	    int (*each)(void *ctx, const char *name), void *ctx);
	/* resolved holds PATH_MAX bytes; 0 or -1 with errno. */
	int (*realpath)(
	    const struct spt_io *, const char *path, char *resolved);
	uid_t (*geteuid)(const struct spt_io *);
	/* Fills p with random bytes; 0 or -1 with errno. */
	int (*random)(const struct spt_io *, void *p, size_t n);
	int (*flock)(const struct spt_io *, int fd, int operation);
	/* init is non-blocking and close-on-exec. */
	int (*inotify_init)(const struct spt_io *);
	int (*inotify_add_watch)(
	    const struct spt_io *, int fd, const char *path, uint32_t mask);
	int (*inotify_rm_watch)(const struct spt_io *, int fd, int wd);
	spt_time (*now)(const struct spt_io *); /* wall clock */
	int64_t (*mono)(const struct spt_io *); /* monotonic, nanoseconds */
	/* n is never 0; NULL when there is no memory. */
	void *(*realloc)(const struct spt_io *, void *p, size_t n);
	void (*free)(const struct spt_io *, void *p);
	void *ctx; /* for a replacement's own use */
};

/* The real system. */
const struct spt_io *spt_io_system(void);

/* ---- the helpers that own EINTR and short counts ----------------------- */

/* Reads up to n bytes once.  1: *got > 0 bytes.  0: end of file.  -1: *e. */
SPT_MUST int spt_io_read(const struct spt_io *io, int fd, void *p, size_t n,
    size_t *got, const char *name, struct spt_err *e);
/* Writes all of it; v is used up.  0 or -1. */
SPT_MUST int spt_io_writev(const struct spt_io *io, int fd, struct iovec *v,
    int n, const char *name, struct spt_err *e);
SPT_MUST int spt_io_write(const struct spt_io *io, int fd, const void *p,
    size_t n, const char *name, struct spt_err *e);
/* Moves n bytes from where one descriptor stands to the other, if possible
 * without a copy.  0: moved is n, or less at the end of the file; -1. */
struct spt_io_move {
	int from, to;
	const char *from_name, *to_name;
	size_t n, moved;
};
SPT_MUST int spt_io_move(
    const struct spt_io *io, struct spt_io_move *m, struct spt_err *e);
/* Close of something written: an error is an error.  0 or -1. */
SPT_MUST int spt_io_close(
    const struct spt_io *io, int fd, const char *name, struct spt_err *e);

/* ---- memory ------------------------------------------------------------ */

/* NULL and *e filled when there is none.  n may be 0. */
SPT_MUST void *spt_alloc(const struct spt_io *io, size_t n, struct spt_err *e);
SPT_MUST void *spt_alloc_zero(
    const struct spt_io *io, size_t n, struct spt_err *e);
SPT_MUST char *spt_strndup(
    const struct spt_io *io, const char *p, size_t n, struct spt_err *e);
SPT_MUST char *spt_strdup(
    const struct spt_io *io, const char *s, struct spt_err *e);
void spt_free(const struct spt_io *io, void *p); /* NULL is fine */

/* Makes room for at least `need` elements of `size` bytes in the array *p of
 * capacity *cap, by doubling.  0 or -1; on -1 the array is as it was. */
SPT_MUST int spt_grow(const struct spt_io *io, void *p, size_t *cap,
    size_t need, size_t size, struct spt_err *e);

#endif
