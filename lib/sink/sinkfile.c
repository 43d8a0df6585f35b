#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>

#include "base/hash.h"
#include "ckpt/durable.h"
#include "sink/sinkfile.h"

int
spt__sink_open(
    const struct spt_io *io, const char *path, int flags, unsigned mode)
{
	int fd;

	do
		fd = io->open(io, path, flags | O_CLOEXEC | O_NOCTTY, mode);
	while (fd < 0 && errno == EINTR);
	return fd;
}

int
spt__sink_lock(const struct spt_io *io, int fd, bool needed, const char *name,
    struct spt_err *e)
{
	int rc;

	do
		rc = io->flock(io, fd, LOCK_EX | LOCK_NB);
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return spt_fail(e, SPT_ESYSTEM,
		    "%s: another program is writing it (it is locked)", name);
	return needed ? spt_fail_errno(e, errno, "%s: cannot lock", name) : 0;
}

int
spt__sink_sync(
    const struct spt_io *io, int fd, const char *name, struct spt_err *e)
{
	/* Never again after a failure: the system forgets what it could not
	 * write. */
	return io->fsync(io, fd) == 0
		   ? 0
		   : spt_fail_errno(e, errno, "%s: cannot sync", name);
}

int
spt__sink_sync_parent(
    const struct spt_io *io, const char *path, struct spt_err *e)
{
	size_t n = strlen(path);
	char *dir;
	int rc;

	while (n > 0 && path[n - 1] == '/')
		n--;
	while (n > 0 && path[n - 1] != '/')
		n--;
	dir = n > 0 ? spt_strndup(io, path, n, e) : spt_strdup(io, ".", e);
	if (dir == NULL)
		return -1;
	rc = spt_durable_sync_folder(io, dir, e);
	spt_free(io, dir);
	return rc;
}

int
spt__sink_tail(const struct spt_io *io, int fd, int64_t length, uint32_t *crc,
    const char *name, struct spt_err *e)
{
	int64_t n = length < SPT_TAIL ? length : SPT_TAIL;
	char bytes[SPT_TAIL];
	size_t got;

	*crc = 0;
	if (io->lseek(io, fd, length - n, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", name);
	for (; n > 0; n -= (int64_t)got) {
		int rc = spt_io_read(io, fd, bytes, (size_t)n, &got, name, e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			return spt_fail(
			    e, SPT_ESYSTEM, "%s: another program cut it", name);
		*crc = spt_crc32c(*crc, bytes, got);
	}
	return 0;
}

int
spt__sink_cut(const struct spt_io *io, int fd, int64_t length, uint32_t crc,
    const char *name, struct spt_err *e)
{
	uint32_t found;
	struct stat st;
	int rc;

	if (io->fstat(io, fd, &st) < 0)
		return spt_fail_errno(e, errno, "%s", name);
	if (st.st_size < length)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: has %lld bytes, but %lld were committed", name,
		    (long long)st.st_size, (long long)length);
	if (spt__sink_tail(io, fd, length, &found, name, e) < 0)
		return -1;
	if (found != crc)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %lld: it is not what was committed: another "
		    "program changed the file",
		    name, (long long)length);
	do
		rc = st.st_size > length ? io->ftruncate(io, fd, length) : 0;
	while (rc < 0 && errno == EINTR);
	if (rc < 0)
		return spt_fail_errno(e, errno, "%s: cannot cut", name);
	return 0;
}

int
spt__sink_begins(const struct spt_io *io, int fd, const void *p, size_t n,
    const char *name, struct spt_err *e)
{
	const char *want = p;
	char part[SPT_TAIL];
	size_t got;
	int same = 1;

	if (io->lseek(io, fd, 0, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", name);
	while (n > 0 && same == 1) {
		int rc = spt_io_read(io, fd, part,
		    n < sizeof part ? n : sizeof part, &got, name, e);

		if (rc < 0)
			return -1;
		same = rc == 1 && memcmp(part, want, got) == 0;
		want += got;
		n -= got;
	}
	if (io->lseek(io, fd, 0, SEEK_END) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", name);
	return same;
}

int
spt__place_put(
    struct spt_buf *out, const struct spt_place *p, struct spt_err *e)
{
	return spt_buf_printf(out, e,
	    "device %" PRIu64 " inode %" PRIu64 " base %" PRId64
	    " length %" PRId64 " crc %08" PRIx32,
	    p->device, p->inode, p->base, p->length, p->crc);
}

int
spt__place_get(
    struct spt_place *p, const char *text, const char *name, struct spt_err *e)
{
	int end = -1;

	memset(p, 0, sizeof *p);
	if (sscanf(text,
		"device %" SCNu64 " inode %" SCNu64 " base %" SCNd64
		" length %" SCNd64 " crc %8" SCNx32 "%n",
		&p->device, &p->inode, &p->base, &p->length, &p->crc,
		&end) != 5 ||
	    text[end] != '\0' || p->length < 0 || p->base < -1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: the position in the checkpoint is not understood "
		    "(\"%s\")",
		    name, text);
	return 0;
}
