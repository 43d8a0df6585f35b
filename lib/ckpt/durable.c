/*
 * durable - the orders of system calls that a power loss cannot undo.
 *
 * The file is synced before its rename, because a file system may make a name
 * durable before the bytes behind it; the folder is synced after, because else
 * the old name may come back.  The temporary name is always the same, so that
 * a crashed attempt leaves at most one file, which the next attempt removes;
 * locks see to it that there is one writer.
 */
#include <errno.h>
#include <fcntl.h>

#include "ckpt/durable.h"

int
spt_durable_open(const struct spt_io *io, const char *path, int flags,
    unsigned mode, struct spt_err *e)
{
	int fd;

	do
		fd = io->open(io, path, flags | O_CLOEXEC | O_NOFOLLOW, mode);
	while (fd < 0 && errno == EINTR);
	if (fd >= 0)
		return fd;
	if (errno == ELOOP)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: a symbolic link, which is not followed here", path);
	return spt_fail_errno(e, errno, "%s: cannot open", path);
}

int
spt_durable_read(const struct spt_io *io, const char *path, size_t limit,
    struct spt_buf *out, struct spt_err *e)
{
	int fd = spt_durable_open(io, path, O_RDONLY, 0, e), rc = 1;
	size_t got, start = out->len;

	if (fd < 0 && e->code == ENOENT) {
		spt_err_clear(e);
		return 0;
	}
	if (fd < 0)
		return -1;
	while (rc > 0) {
		rc = spt_buf_reserve(out, 4096, e);
		if (rc == 0)
			rc = spt_io_read(
			    io, fd, out->data + out->len, 4096, &got, path, e);
		if (rc > 0)
			out->len += got;
		if (rc > 0 && out->len - start > limit)
			rc = spt_fail(e, SPT_ECHECKPOINT,
			    "%s: longer than %zu bytes", path, limit);
	}
	io->close(io, fd);
	return rc < 0 ? -1 : 1;
}

int
spt_durable_sync_folder(
    const struct spt_io *io, const char *folder, struct spt_err *e)
{
	int fd = spt_durable_open(io, folder, O_RDONLY | O_DIRECTORY, 0, e);

	if (fd < 0)
		return -1;
	if (io->fsync(io, fd) < 0) {
		spt_fail_errno(e, errno, "%s: cannot sync", folder);
		io->close(io, fd);
		return -1;
	}
	return spt_io_close(io, fd, folder, e);
}

int
spt_durable_sync_file(
    const struct spt_io *io, const char *path, struct spt_err *e)
{
	int fd = spt_durable_open(io, path, O_RDONLY, 0, e);

	if (fd < 0)
		return -1;
	if (io->fsync(io, fd) < 0) {
		spt_fail_errno(e, errno, "%s: cannot sync", path);
		io->close(io, fd);
		return -1;
	}
	return spt_io_close(io, fd, path, e);
}

int
spt_durable_remove(const struct spt_io *io, const char *path, struct spt_err *e)
{
	if (io->unlink(io, path) < 0 && errno != ENOENT)
		return spt_fail_errno(e, errno, "%s: cannot remove", path);
	return 0;
}

/* ---- a new file ---------------------------------------------------------- */

static int
name_them(struct spt_newfile *f, const char *folder, const char *name,
    struct spt_err *e)
{
	struct spt_buf b;
	const char *s;

	spt_buf_init(&b, f->io);
	f->folder = spt_strdup(f->io, folder, e);
	if (f->folder != NULL &&
	    spt_buf_printf(&b, e, "%s/%s", folder, name) == 0 &&
	    (s = spt_buf_str(&b, e)) != NULL)
		f->path = spt_strdup(f->io, s, e);
	b.len = 0;
	if (f->path != NULL &&
	    spt_buf_printf(&b, e, "%s/.%s.tmp", folder, name) == 0 &&
	    (s = spt_buf_str(&b, e)) != NULL)
		f->temp = spt_strdup(f->io, s, e);
	spt_buf_fini(&b);
	return f->temp != NULL ? 0 : -1;
}

static void
forget(struct spt_newfile *f)
{
	if (f->io != NULL) {
		spt_free(f->io, f->folder);
		spt_free(f->io, f->path);
		spt_free(f->io, f->temp);
	}
	memset(f, 0, sizeof *f);
	f->fd = -1;
}

int
spt_newfile_open(struct spt_newfile *f, const struct spt_io *io,
    const char *folder, const char *name, unsigned mode, struct spt_err *e)
{
	memset(f, 0, sizeof *f);
	f->io = io;
	f->fd = -1;
	if (name_them(f, folder, name, e) < 0 ||
	    spt_durable_remove(io, f->temp, e) < 0) {
		forget(f);
		return -1;
	}
	f->fd =
	    spt_durable_open(io, f->temp, O_RDWR | O_CREAT | O_EXCL, mode, e);
	if (f->fd < 0) {
		forget(f);
		return -1;
	}
	return 0;
}

int
spt_newfile_put(
    struct spt_newfile *f, const void *p, size_t n, struct spt_err *e)
{
	if (spt_io_write(f->io, f->fd, p, n, f->path, e) < 0)
		return -1;
	f->size += n;
	return 0;
}

void
spt_newfile_abandon(struct spt_newfile *f)
{
	if (f->io != NULL && f->temp != NULL) {
		if (f->fd >= 0)
			f->io->close(f->io, f->fd);
		f->io->unlink(f->io, f->temp);
	}
	forget(f);
}

int
spt_newfile_commit(struct spt_newfile *f, int *keep_fd, struct spt_err *e)
{
	const struct spt_io *io = f->io;

	if (io->fsync(io, f->fd) < 0) {
		spt_fail_errno(e, errno, "%s: cannot sync", f->path);
		goto failed;
	}
	if (keep_fd == NULL) {
		int fd = f->fd;

		f->fd = -1;
		if (spt_io_close(io, fd, f->path, e) < 0)
			goto failed;
	}
	if (io->rename(io, f->temp, f->path) < 0) {
		spt_fail_errno(
		    e, errno, "%s: cannot rename to %s", f->temp, f->path);
		goto failed;
	}
	if (spt_durable_sync_folder(io, f->folder, e) < 0)
		goto failed;
	if (keep_fd != NULL)
		*keep_fd = f->fd;
	forget(f);
	return 0;
failed:
	spt_newfile_abandon(f);
	return -1;
}

int
spt_durable_write(const struct spt_io *io, const char *folder, const char *name,
    unsigned mode, const void *p, size_t n, struct spt_err *e)
{
	struct spt_newfile f;

	if (spt_newfile_open(&f, io, folder, name, mode, e) < 0)
		return -1;
	if (spt_newfile_put(&f, p, n, e) < 0) {
		spt_newfile_abandon(&f);
		return -1;
	}
	return spt_newfile_commit(&f, NULL, e);
}

/* ---- folders ------------------------------------------------------------- */

/* The folder that a path's last name is in. */
static char *
parent(const struct spt_io *io, const char *path, struct spt_err *e)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return spt_strdup(io, ".", e);
	if (slash == path)
		return spt_strdup(io, "/", e);
	return spt_strndup(io, path, (size_t)(slash - path), e);
}

int
spt_durable_mkdir(const struct spt_io *io, const char *path, unsigned mode,
    bool *made, struct spt_err *e)
{
	struct stat st;
	char *above;
	int rc;

	if (made != NULL)
		*made = false;
	if (io->mkdir(io, path, mode) == 0) {
		if (made != NULL)
			*made = true;
	} else if (errno != EEXIST) {
		return spt_fail_errno(e, errno, "%s: cannot make", path);
	} else if (io->lstat(io, path, &st) < 0) {
		return spt_fail_errno(e, errno, "%s: cannot look at", path);
	} else if (!S_ISDIR(st.st_mode)) {
		return spt_fail(
		    e, SPT_ECHECKPOINT, "%s: not a directory", path);
	}
	/* Also if it was there: whoever made it may have crashed before. */
	above = parent(io, path, e);
	if (above == NULL)
		return -1;
	rc = spt_durable_sync_folder(io, above, e);
	spt_free(io, above);
	/* The folder above may be called "." */
	return rc < 0 ? spt_err_where(e, "%s: its name cannot be kept", path)
		      : 0;
}
