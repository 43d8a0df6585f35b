/*
 * sealed - the checksum comes last, so that a text that was cut has none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "ckpt/durable.h"
#include "ckpt/sealed.h"

#define MOST (1 << 20) /* bytes; more is not ours */

enum { SEAL = sizeof "crc32c 01234567\n" };

static void
seal(char line[SEAL], const void *text, size_t n)
{
	snprintf(line, SEAL, "crc32c %08x\n", spt_crc32c(0, text, n));
}

int
spt_sealed_write(const struct spt_io *io, const char *folder, const char *name,
    const char *text, struct spt_err *e)
{
	char line[SEAL];
	struct spt_buf b;
	int rc = -1;

	seal(line, text, strlen(text));
	spt_buf_init(&b, io);
	if (spt_buf_puts(&b, text, e) == 0 && spt_buf_puts(&b, line, e) == 0)
		rc =
		    spt_durable_write(io, folder, name, 0600, b.data, b.len, e);
	spt_buf_fini(&b);
	return rc;
}

static int
read_all(const struct spt_io *io, int fd, const char *path, struct spt_buf *out,
    struct spt_err *e)
{
	int rc = 1;

	while (rc > 0) {
		size_t got;

		if (spt_buf_reserve(out, 4096, e) < 0)
			return -1;
		rc = spt_io_read(
		    io, fd, out->data + out->len, 4096, &got, path, e);
		out->len += got;
		if (out->len > MOST)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "%s: larger than what spate writes", path);
	}
	return rc;
}

int
spt_sealed_read(const struct spt_io *io, const char *path, struct spt_buf *out,
    struct spt_err *e)
{
	char line[SEAL];
	size_t n;
	int rc, fd;

	out->len = 0;
	fd = io->open(io, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", path);
	rc = read_all(io, fd, path, out, e);
	io->close(io, fd);
	if (rc < 0)
		return -1;
	n = out->len < SEAL - 1 ? 0 : out->len - (SEAL - 1);
	seal(line, out->data, n);
	if (out->len < SEAL - 1 || memcmp(out->data + n, line, SEAL - 1) != 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: damaged: the checksum does not match (bring it back "
		    "from a copy)",
		    path);
	out->len = n;
	return 1;
}
