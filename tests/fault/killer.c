/*
 * killer - a preloaded library that breaks the k-th system call, or the k-th
 * allocation, of one program of a pipeline.
 *
 * The environment says what to do:
 *
 *	FAULT_PROGRAM	name of the program; all others are left alone
 *	FAULT_CLASS	which calls count: change (files and folders), pipe
 *			(writes to pipes and sockets), read, close, memory
 *	FAULT_AT	the number k of the call, from 1; 0 counts only
 *	FAULT_DO	before, middle, after: SIGKILL there (middle: half of
 *			the bytes are written); error: the call fails and does
 *			nothing; short: half of the bytes
 *	FAULT_ERRNO	for error: number of the error
 *	FAULT_TIMES	how many calls in a row, from k on, fail or are short
 *	FAULT_LOG	file that gets a line "k call bytes where" when the
 *			fault fires, or, with FAULT_AT 0, for each call
 *
 *	RECORD_LOG	instead of all that: file that gets each change that any
 *			program makes, with its bytes, for power.py
 *
 * What it writes itself goes by raw system calls, so that it neither counts
 * nor depends on what it breaks.  Programs have one thread.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum class {
	NONE,
	CHANGE,
	PIPE,
	READ,
	CLOSE,
	MEMORY,
};

enum deed {
	BEFORE,
	MIDDLE,
	AFTER,
	ERROR,
	SHORT,
};

/* What a wrapper is to do with its call. */
enum verdict {
	GO,   /* as if nothing were */
	FAIL, /* errno is set */
	HALF, /* half of the bytes */
	LAST, /* half of the bytes, then die */
	DIE,  /* all of it, then die */
};

static struct {
	bool ready;
	enum class class; /* NONE: nothing is asked of this process */
	enum deed deed;
	long at, times, count;
	int error;
	const char *log;
	const char *record;
} want;

/* ---- what is wanted -------------------------------------------------------
 */

static int
among(const char *const names[], const char *s)
{
	for (int i = 0; s != NULL && names[i] != NULL; i++)
		if (strcmp(names[i], s) == 0)
			return i;
	return -1;
}

static long
number(const char *name, long otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtol(s, NULL, 10) : otherwise;
}

static void
ask(void)
{
	static const char *const classes[] = { "none", "change", "pipe", "read",
		"close", "memory", NULL };
	static const char *const deeds[] = { "before", "middle", "after",
		"error", "short", NULL };
	const char *program = getenv("FAULT_PROGRAM");
	int class = among(classes, getenv("FAULT_CLASS"));
	int deed = among(deeds, getenv("FAULT_DO"));

	want.ready = true;
	want.record = getenv("RECORD_LOG");
	if (program == NULL || class < 0 ||
	    strcmp(program, program_invocation_short_name) != 0)
		return;
	want.class = (enum class) class;
	want.deed = deed < 0 ? BEFORE : (enum deed)deed;
	want.at = number("FAULT_AT", 0);
	want.times = number("FAULT_TIMES", 1);
	want.error = (int)number("FAULT_ERRNO", EIO);
	want.log = getenv("FAULT_LOG");
}

/* ---- the log ----------------------------------------------------------------
 */

static void
note(const char *call, size_t n, const char *where)
{
	char line[512];
	long fd, len;

	if (want.log == NULL)
		return;
	len = snprintf(line, sizeof line, "%ld %s %zu %.400s\n", want.count,
	    call, n, where);
	fd = syscall(SYS_openat, AT_FDCWD, want.log,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	syscall(SYS_write, fd, line, len);
	syscall(SYS_close, fd);
}

static void
note_fd(const char *call, size_t n, int fd)
{
	char name[64], where[400] = "?";
	long len;

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	len = syscall(SYS_readlinkat, AT_FDCWD, name, where, sizeof where - 1);
	if (len > 0)
		where[len] = '\0';
	note(call, n, where);
}

static void
die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
}

/* ---- what changed, for power.py ---------------------------------------------
 *
 * A record is a line "what inode offset length name", and length bytes; it is
 * written after its call and before the program can tell another one of it.
 */

static bool
records(void)
{
	int error = errno;

	if (!want.ready)
		ask();
	errno = error;
	return want.record != NULL;
}

static void
record(const char *what, unsigned long inode, long at, const struct iovec *v,
    int n_v, size_t n, const char *name)
{
	static struct iovec out[IOV_MAX + 1];
	char line[1200];
	int error = errno, n_out = 1;
	long fd;

	out[0].iov_base = line;
	out[0].iov_len = (size_t)snprintf(line, sizeof line,
	    "%s %lu %ld %zu %.1000s\n", what, inode, at, n, name);
	for (int i = 0; i < n_v && n > 0; i++) {
		out[n_out] = v[i];
		if (out[n_out].iov_len > n)
			out[n_out].iov_len = n;
		n -= out[n_out++].iov_len;
	}
	fd = syscall(SYS_openat, AT_FDCWD, want.record,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0) {
		syscall(SYS_writev, fd, out, n_out);
		syscall(SYS_close, fd);
	}
	errno = error;
}

static void
record_fd(const char *what, int fd, long at)
{
	struct stat st;

	if (records() && syscall(SYS_fstat, fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		record(what, st.st_ino, at, NULL, 0, 0, "-");
}

/* rc bytes of v were written, at `at`, or (-1) where the file is now. */
static void
record_bytes(int fd, const struct iovec *v, int n_v, long at, ssize_t rc)
{
	struct stat st;

	if (rc <= 0 || !records() || syscall(SYS_fstat, fd, &st) < 0 ||
	    !S_ISREG(st.st_mode))
		return;
	if (at < 0)
		at = syscall(SYS_lseek, fd, 0L, SEEK_CUR) - rc;
	record("write", st.st_ino, at, v, n_v, (size_t)rc, "-");
}

/* A file that was opened to be made or emptied; rc is the descriptor. */
static void
record_open(int at, const char *path, int flags, int rc)
{
	struct stat st;

	if (rc < 0 || (flags & (O_CREAT | O_TRUNC)) == 0 || !records() ||
	    syscall(SYS_fstat, rc, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	record(at == AT_FDCWD || path[0] == '/' ? "open" : "unknown", st.st_ino,
	    flags & O_TRUNC ? 0 : -1, NULL, 0, 0, path);
}

/* A name that changed; of a rename the old one goes before the new one. */
static void
record_name(const char *what, const char *path, int rc)
{
	if (rc == 0 && records())
		record(what, 0, 0, NULL, 0, 0, path);
}

static void
record_rename(const char *from, const char *to, int rc)
{
	struct iovec v = { (char *)(uintptr_t)from, strlen(from) };

	if (rc == 0 && records())
		record("rename", 0, 0, &v, 1, v.iov_len, to);
}

/* ---- counting -------------------------------------------------------------
 */

static bool counts(enum class class)
{
	if (!want.ready)
		ask();
	return want.class == class && class != NONE;
}

/* Of a call that counts and moves n bytes (0: it is all or nothing); path is
 * NULL for a call on fd. */
static enum verdict
judge(const char *call, size_t n, int fd, const char *path)
{
	bool hit;

	want.count++;
	hit = want.at != 0 && want.count >= want.at &&
	      want.count - want.at < want.times;
	if (want.at == 0 || (hit && want.count == want.at)) {
		if (path != NULL)
			note(call, n, path);
		else
			note_fd(call, n, fd);
	}
	if (!hit)
		return GO;
	switch (want.deed) {
	case BEFORE:
		die();
		break;
	case MIDDLE:
		return n > 1 ? LAST : DIE;
	case AFTER:
		return DIE;
	case ERROR:
		errno = want.error;
		return FAIL;
	case SHORT:
		return n > 1 ? HALF : GO;
	}
	return GO;
}

/* Writes to regular files change something; those to pipes depend on timing
 * and are counted apart. */
static enum class class_of(int fd) {
	struct stat st;

	if (syscall(SYS_fstat, fd, &st) < 0) return NONE;
	if (S_ISREG(st.st_mode)) return CHANGE;
	return S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) ? PIPE : NONE;
}

/* The real function behind a wrapper. */
#define REAL(ret, name, ...)             \
	static ret (*real)(__VA_ARGS__); \
	if (real == NULL)                \
	real = (ret(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

/* The end of a wrapper: an all-or-nothing call. */
#define WHOLE(class_, name, fd, path, call)                          \
	do {                                                         \
		enum verdict verdict_ =                              \
		    counts(class_) ? judge(#name, 0, fd, path) : GO; \
		int rc_;                                             \
                                                                     \
		if (verdict_ == FAIL)                                \
			return -1;                                   \
		rc_ = (call);                                        \
		if (verdict_ == DIE)                                 \
			die();                                       \
		return rc_;                                          \
	} while (0)

/* The same for one that moves n bytes; part is the call with the first half. */
#define BYTES(class_, name, fd, n, call, part)                                \
	do {                                                                  \
		enum verdict verdict_ =                                       \
		    counts(class_) ? judge(#name, n, fd, NULL) : GO;          \
		ssize_t rc_;                                                  \
                                                                              \
		if (verdict_ == FAIL)                                         \
			return -1;                                            \
		rc_ = verdict_ == HALF || verdict_ == LAST ? (part) : (call); \
		if (verdict_ == DIE || verdict_ == LAST)                      \
			die();                                                \
		return rc_;                                                   \
	} while (0)

/* Passes rc on. */
static ssize_t
recorded(int fd, const struct iovec *v, int n, long at, ssize_t rc)
{
	record_bytes(fd, v, n, at, rc);
	return rc;
}

static int
opened(int at, const char *path, int flags, int rc)
{
	record_open(at, path, flags, rc);
	return rc;
}

static int
synced(const char *what, int fd, long at, int rc)
{
	if (rc == 0)
		record_fd(what, fd, at);
	return rc;
}

static int
named(const char *what, const char *path, int rc)
{
	record_name(what, path, rc);
	return rc;
}

static int
renamed(const char *from, const char *to, int rc)
{
	record_rename(from, to, rc);
	return rc;
}

/* ---- bytes ------------------------------------------------------------------
 */

ssize_t
write(int fd, const void *p, size_t n)
{
	REAL(ssize_t, write, int, const void *, size_t);
	struct iovec v = { (char *)(uintptr_t)p, n };

	BYTES(class_of(fd), write, fd, n,
	    recorded(fd, &v, 1, -1, real(fd, p, n)), real(fd, p, n / 2));
}

static size_t
total(const struct iovec *v, int n)
{
	size_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += v[i].iov_len;
	return sum;
}

/* The vector cut off behind `max` bytes, in half[]; how many pieces. */
static int
cut(struct iovec half[], const struct iovec *v, int n, size_t max)
{
	int i;

	for (i = 0; i < n && i < IOV_MAX && max > 0; i++) {
		half[i] = v[i];
		if (half[i].iov_len > max)
			half[i].iov_len = max;
		max -= half[i].iov_len;
	}
	return i;
}

ssize_t
writev(int fd, const struct iovec *v, int n)
{
	static struct iovec half[IOV_MAX];

	REAL(ssize_t, writev, int, const struct iovec *, int);
	BYTES(class_of(fd), writev, fd, total(v, n),
	    recorded(fd, v, n, -1, real(fd, v, n)),
	    real(fd, half, cut(half, v, n, total(v, n) / 2)));
}

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
	struct iovec v = { (char *)(uintptr_t)p, n };

	BYTES(class_of(fd), pwrite, fd, n,
	    recorded(fd, &v, 1, at, real(fd, p, n, at)),
	    real(fd, p, n / 2, at));
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
	struct iovec v = { (char *)(uintptr_t)p, n };

	BYTES(class_of(fd), pwrite64, fd, n,
	    recorded(fd, &v, 1, at, real(fd, p, n, at)),
	    real(fd, p, n / 2, at));
}

ssize_t
pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	static struct iovec half[IOV_MAX];

	REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
	BYTES(class_of(fd), pwritev, fd, total(v, n),
	    recorded(fd, v, n, at, real(fd, v, n, at)),
	    real(fd, half, cut(half, v, n, total(v, n) / 2), at));
}

ssize_t
sendfile(int to, int from, off_t *at, size_t n)
{
	REAL(ssize_t, sendfile, int, int, off_t *, size_t);
	BYTES(class_of(to), sendfile, to, n, real(to, from, at, n),
	    real(to, from, at, n / 2));
}

ssize_t
splice(int from, off64_t *at, int to, off64_t *to_at, size_t n, unsigned flags)
{
	REAL(ssize_t, splice, int, off64_t *, int, off64_t *, size_t, unsigned);
	BYTES(class_of(to), splice, to, n, real(from, at, to, to_at, n, flags),
	    real(from, at, to, to_at, n / 2, flags));
}

ssize_t
read(int fd, void *p, size_t n)
{
	REAL(ssize_t, read, int, void *, size_t);
	BYTES(READ, read, fd, n, real(fd, p, n), real(fd, p, n / 2));
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	REAL(ssize_t, pread, int, void *, size_t, off_t);
	BYTES(READ, pread, fd, n, real(fd, p, n, at), real(fd, p, n / 2, at));
}

ssize_t
pread64(int fd, void *p, size_t n, off64_t at)
{
	REAL(ssize_t, pread64, int, void *, size_t, off64_t);
	BYTES(READ, pread64, fd, n, real(fd, p, n, at), real(fd, p, n / 2, at));
}

ssize_t
readv(int fd, const struct iovec *v, int n)
{
	static struct iovec half[IOV_MAX];

	REAL(ssize_t, readv, int, const struct iovec *, int);
	BYTES(READ, readv, fd, total(v, n), real(fd, v, n),
	    real(fd, half, cut(half, v, n, total(v, n) / 2)));
}

/* ---- files and folders ----------------------------------------------------
 */

/* An open that makes or empties something is a change; any other one is a
 * read, as far as errors go. */
static enum class class_of_open(int flags) {
	return flags & (O_CREAT | O_TRUNC) ? CHANGE : READ;
}

static mode_t
mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | __O_TMPFILE) ? (mode_t)va_arg(ap, int) : 0;
}

#define OPEN(name, path, flags, call)                              \
	do {                                                       \
		mode_t mode;                                       \
		va_list ap;                                        \
                                                                   \
		va_start(ap, flags);                               \
		mode = mode_of(flags, ap);                         \
		va_end(ap);                                        \
		WHOLE(class_of_open(flags), name, -1, path, call); \
	} while (0)

int
open(const char *path, int flags, ...)
{
	REAL(int, open, const char *, int, ...);
	OPEN(open, path, flags,
	    opened(AT_FDCWD, path, flags, real(path, flags, mode)));
}

int
open64(const char *path, int flags, ...)
{
	REAL(int, open64, const char *, int, ...);
	OPEN(open64, path, flags,
	    opened(AT_FDCWD, path, flags, real(path, flags, mode)));
}

int
openat(int at, const char *path, int flags, ...)
{
	REAL(int, openat, int, const char *, int, ...);
	OPEN(openat, path, flags,
	    opened(at, path, flags, real(at, path, flags, mode)));
}

int
openat64(int at, const char *path, int flags, ...)
{
	REAL(int, openat64, int, const char *, int, ...);
	OPEN(openat64, path, flags,
	    opened(at, path, flags, real(at, path, flags, mode)));
}

int
creat(const char *path, mode_t mode)
{
	REAL(int, creat, const char *, mode_t);
	WHOLE(CHANGE, creat, -1, path, real(path, mode));
}

int
fsync(int fd)
{
	REAL(int, fsync, int);
	WHOLE(CHANGE, fsync, fd, NULL, synced("sync", fd, 0, real(fd)));
}

int
fdatasync(int fd)
{
	REAL(int, fdatasync, int);
	WHOLE(CHANGE, fdatasync, fd, NULL, synced("sync", fd, 0, real(fd)));
}

int
ftruncate(int fd, off_t n)
{
	REAL(int, ftruncate, int, off_t);
	WHOLE(CHANGE, ftruncate, fd, NULL, synced("cut", fd, n, real(fd, n)));
}

int
ftruncate64(int fd, off64_t n)
{
	REAL(int, ftruncate64, int, off64_t);
	WHOLE(CHANGE, ftruncate64, fd, NULL, synced("cut", fd, n, real(fd, n)));
}

int
truncate(const char *path, off_t n)
{
	REAL(int, truncate, const char *, off_t);
	WHOLE(
	    CHANGE, truncate, -1, path, named("unknown", path, real(path, n)));
}

int
fallocate(int fd, int mode, off_t at, off_t n)
{
	REAL(int, fallocate, int, int, off_t, off_t);
	WHOLE(CHANGE, fallocate, fd, NULL, real(fd, mode, at, n));
}

int
rename(const char *from, const char *to)
{
	REAL(int, rename, const char *, const char *);
	WHOLE(CHANGE, rename, -1, to, renamed(from, to, real(from, to)));
}

int
renameat(int from_at, const char *from, int to_at, const char *to)
{
	REAL(int, renameat, int, const char *, int, const char *);
	WHOLE(CHANGE, renameat, -1, to, real(from_at, from, to_at, to));
}

int
renameat2(
    int from_at, const char *from, int to_at, const char *to, unsigned flags)
{
	REAL(int, renameat2, int, const char *, int, const char *, unsigned);
	WHOLE(CHANGE, renameat2, -1, to, real(from_at, from, to_at, to, flags));
}

int
link(const char *from, const char *to)
{
	REAL(int, link, const char *, const char *);
	WHOLE(CHANGE, link, -1, to, named("unknown", to, real(from, to)));
}

int
linkat(int from_at, const char *from, int to_at, const char *to, int flags)
{
	REAL(int, linkat, int, const char *, int, const char *, int);
	WHOLE(CHANGE, linkat, -1, to, real(from_at, from, to_at, to, flags));
}

int
symlink(const char *from, const char *to)
{
	REAL(int, symlink, const char *, const char *);
	WHOLE(CHANGE, symlink, -1, to, real(from, to));
}

int
unlink(const char *path)
{
	REAL(int, unlink, const char *);
	WHOLE(CHANGE, unlink, -1, path, named("unlink", path, real(path)));
}

int
unlinkat(int at, const char *path, int flags)
{
	REAL(int, unlinkat, int, const char *, int);
	WHOLE(CHANGE, unlinkat, -1, path, real(at, path, flags));
}

int
remove(const char *path)
{
	REAL(int, remove, const char *);
	WHOLE(CHANGE, remove, -1, path, named("unknown", path, real(path)));
}

int
rmdir(const char *path)
{
	REAL(int, rmdir, const char *);
	WHOLE(CHANGE, rmdir, -1, path, named("rmdir", path, real(path)));
}

int
mkdir(const char *path, mode_t mode)
{
	REAL(int, mkdir, const char *, mode_t);
	WHOLE(CHANGE, mkdir, -1, path, named("mkdir", path, real(path, mode)));
}

int
mkdirat(int at, const char *path, mode_t mode)
{
	REAL(int, mkdirat, int, const char *, mode_t);
	WHOLE(CHANGE, mkdirat, -1, path, real(at, path, mode));
}

int
fchmod(int fd, mode_t mode)
{
	REAL(int, fchmod, int, mode_t);
	WHOLE(CHANGE, fchmod, fd, NULL, real(fd, mode));
}

int
fchown(int fd, uid_t user, gid_t group)
{
	REAL(int, fchown, int, uid_t, gid_t);
	WHOLE(CHANGE, fchown, fd, NULL, real(fd, user, group));
}

/* A lock changes nothing lasting, but it can fail. */
int
flock(int fd, int operation)
{
	REAL(int, flock, int, int);
	WHOLE(READ, flock, fd, NULL, real(fd, operation));
}

/* A failed close has closed all the same, as Linux does. */
int
close(int fd)
{
	REAL(int, close, int);
	enum verdict v = counts(CLOSE) ? judge("close", 0, fd, NULL) : GO;
	int error = errno, rc = real(fd);

	if (v == DIE)
		die();
	if (v != FAIL)
		return rc;
	errno = error;
	return -1;
}

/* ---- memory -----------------------------------------------------------------
 */

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void *__libc_memalign(size_t align, size_t n);

/* Is this one to fail?  dlsym allocates, too: no REAL here. */
static bool
starve(const char *call, size_t n)
{
	if (!counts(MEMORY))
		return false;
	if (judge(call, n, -1, "-") == GO)
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t n)
{
	return starve("malloc", n) ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return starve("calloc", n * size) ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return starve("realloc", n) ? NULL : __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t n, size_t size)
{
	if (size != 0 && n > (size_t)-1 / size) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, n * size);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return starve("aligned_alloc", n) ? NULL : __libc_memalign(align, n);
}

int
posix_memalign(void **p, size_t align, size_t n)
{
	void *got =
	    starve("posix_memalign", n) ? NULL : __libc_memalign(align, n);

	if (got == NULL)
		return ENOMEM;
	*p = got;
	return 0;
}
