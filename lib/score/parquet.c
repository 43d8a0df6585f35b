/*
 * A Parquet file is "PAR1", the pages, the metadata, four bytes with the
 * metadata's length, and "PAR1" again.
 */
#include <errno.h>
#include <fcntl.h>

#include "score/parquet.h"
#include "score/parquetmeta.h"
#include "score/parquetvalues.h"

#define MAGIC "PAR1"
#define READ_AT_ONCE ((size_t)1 << 16)

void
spt_parquet_column_init(struct spt_parquet_column *c, const struct spt_io *io)
{
	memset(c, 0, sizeof *c);
	c->io = io;
	spt_buf_init(&c->text, io);
}

void
spt_parquet_column_fini(struct spt_parquet_column *c)
{
	if (c->io == NULL)
		return;
	spt_free(c->io, c->def);
	spt_free(c->io, c->rep);
	spt_free(c->io, c->values);
	spt_buf_fini(&c->text);
	memset(c, 0, sizeof *c);
}

static int
read_all(struct spt_parquet *p, int fd, struct spt_err *e)
{
	size_t got;
	int rc;

	do {
		if (spt_buf_reserve(&p->bytes, READ_AT_ONCE, e) < 0)
			return -1;
		rc = spt_io_read(p->io, fd, p->bytes.data + p->bytes.len,
		    READ_AT_ONCE, &got, p->file, e);
		if (rc > 0)
			p->bytes.len += got;
		if (p->bytes.len > SPT_PARQUET_FILE_MAX)
			return spt_fail(e, SPT_EDATA,
			    "%s: larger than %zu bytes", p->file,
			    SPT_PARQUET_FILE_MAX);
	} while (rc > 0);
	return rc;
}

/* Finds the metadata and reads it. */
static int
understand(struct spt_parquet *p, struct spt_err *e)
{
	const size_t n = p->bytes.len;
	size_t length;

	if (n < 4 || memcmp(p->bytes.data, MAGIC, 4) != 0)
		return spt_fail(e, SPT_EDATA,
		    "%s: byte 0: not a Parquet file (it does not start "
		    "with " MAGIC ")",
		    p->file);
	if (n < 12 || memcmp(p->bytes.data + n - 4, MAGIC, 4) != 0)
		return spt_fail(e, SPT_EDATA,
		    "%s: byte %zu: cut short (a Parquet file ends with " MAGIC
		    ")",
		    p->file, n);
	length = spt_parquet_u32(p->bytes.data + n - 8);
	if (length > n - 12)
		return spt_fail(e, SPT_EDATA,
		    "%s: byte %zu: the metadata is longer (%zu bytes) than "
		    "the file",
		    p->file, n - 8, length);
	p->footer = n - 8 - length;
	return spt__parquet_footer(p, e);
}

static int
start(struct spt_parquet *p, const struct spt_io *io, const char *name,
    struct spt_err *e)
{
	memset(p, 0, sizeof *p);
	p->io = io;
	spt_buf_init(&p->bytes, io);
	p->file = spt_strdup(io, name, e);
	return p->file == NULL ? -1 : 0;
}

int
spt_parquet_open(struct spt_parquet *p, const struct spt_io *io,
    const char *path, struct spt_err *e)
{
	int fd, rc;

	if (start(p, io, path, e) < 0)
		return -1;
	fd = io->open(io, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0) {
		spt_fail_errno(e, errno, "%s: cannot open", path);
		spt_parquet_close(p);
		return -1;
	}
	rc = read_all(p, fd, e);
	io->close(io, fd);
	if (rc == 0)
		rc = understand(p, e);
	if (rc < 0)
		spt_parquet_close(p);
	return rc;
}

int
spt_parquet_open_bytes(struct spt_parquet *p, const struct spt_io *io,
    const char *name, const void *bytes, size_t n, struct spt_err *e)
{
	if (start(p, io, name, e) < 0)
		return -1;
	if (spt_buf_put(&p->bytes, bytes, n, e) == 0 && understand(p, e) == 0)
		return 0;
	spt_parquet_close(p);
	return -1;
}

void
spt_parquet_close(struct spt_parquet *p)
{
	if (p->io == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		spt_free(p->io, p->leaves[i].path);
	spt_free(p->io, p->leaves);
	spt_free(p->io, p->chunks);
	spt_free(p->io, p->file);
	spt_buf_fini(&p->bytes);
	memset(p, 0, sizeof *p);
}

int
spt_parquet_find(const struct spt_parquet *p, const char *path)
{
	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->leaves[i].path, path) == 0)
			return (int)i;
	return -1;
}
