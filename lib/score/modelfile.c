/*
 * Bytes are read until the end of the file, whatever its size is said to be.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/number.h"
#include "score/modelfile.h"

#define PIECE (1u << 18)

static int
read_all(const struct spt_io *io, int fd, const char *path, size_t most,
    struct spt_buf *text, struct spt_err *e)
{
	const size_t start = text->len;
	char size[SPT_NUMBER_TEXT];
	size_t got;
	int rc;

	for (;;) {
		if (spt_buf_reserve(text, PIECE, e) < 0)
			return -1;
		rc = spt_io_read(
		    io, fd, text->data + text->len, PIECE, &got, path, e);
		if (rc <= 0)
			return rc;
		text->len += got;
		if (text->len - start <= most)
			continue;
		spt_size_print(size, (int64_t)most);
		return spt_fail(e, SPT_EDATA,
		    "%s: larger than %s, the limit for a file of a model", path,
		    size);
	}
}

int
spt_modelfile_read(const struct spt_io *io, const char *path, size_t most,
    struct spt_buf *text, struct spt_err *e)
{
	int fd, rc;

	do {
		fd = io->open(io, path, O_RDONLY | O_CLOEXEC, 0);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return spt_fail_errno(e, errno, "%s", path);
	rc = read_all(io, fd, path, most, text, e);
	io->close(io, fd);
	return rc;
}
