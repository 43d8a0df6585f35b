/*
 * spool - writes segments.
 *
 * Bytes are collected, deflated a record at a time (level 1: it must keep up
 * with the input), and synced before the epoch that read them is logged.  The
 * first record of a segment is made durable with the file itself, so that no
 * crash leaves a segment that does not say what it is.
 */
#include <errno.h>
#include <unistd.h>

#include "ckpt/durable.h"
#include "ckpt/heads.h"
#include "ckpt/spoolseal.h"

#define RECORD (256u << 10)
#define LARGE (64u << 20)

static int
refuse(const struct spt_spool *s, struct spt_err *e)
{
	return spt_fail(e, SPT_ESYSTEM,
	    "%s: an earlier write failed, nothing more is spooled", s->folder);
}

/* ---- open ---------------------------------------------------------------- */

static int
name_it(struct spt_spool *s, const char *name, struct spt_err *e)
{
	struct spt_buf b;
	const char *text;

	spt_buf_init(&b, s->io);
	s->name = spt_strdup(s->io, name, e);
	if (s->name != NULL && spt_ckpt_path(s->c, &b, "spool", e) == 0 &&
	    (text = spt_buf_str(&b, e)) != NULL)
		s->folder = spt_strdup(s->io, text, e);
	spt_buf_fini(&b);
	return s->folder != NULL ? 0 : -1;
}

static int
start_zip(struct spt_spool *s, struct spt_err *e)
{
	s->zip.zalloc = spt_zip_alloc;
	s->zip.zfree = spt_zip_free;
	s->zip.opaque = (voidpf)(uintptr_t)s->io;
	if (deflateInit(&s->zip, 1) != Z_OK)
		return spt_fail(e, SPT_ESYSTEM, "%s: out of memory", s->folder);
	s->zip_ready = true;
	return 0;
}

/* Is there what `need` says, as far as the names of files tell? */
static int
compare(const struct spt_spool *s, struct spt_spool_at need, struct spt_err *e)
{
	int64_t newest = s->n != 0 ? s->segment[s->n - 1] : 0;

	if (need.segment <= newest)
		return 0;
	/* A segment that was never begun, or all before it were dropped. */
	if (need.byte == 0 && (s->n == 0 || need.segment == newest + 1))
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s/%s-%lld: missing, though an epoch has read it that was logged "
	    "and, says commits.log, not committed (bring back from a copy "
	    "what was lost of either)",
	    s->folder, s->name,
	    (long long)(need.byte != 0 ? need.segment : need.segment - 1));
}

int
spt_spool_open(struct spt_spool **out, const struct spt_ckpt *c,
    const char *name, struct spt_spool_at need, struct spt_err *e)
{
	struct spt_spool *s;

	if (spt_id_check(name, e) < 0)
		return -1;
	s = spt_alloc_zero(c->io, sizeof *s, e);
	if (s == NULL)
		return -1;
	s->c = c;
	s->io = c->io;
	s->fd = -1;
	s->large = LARGE;
	spt_buf_init(&s->raw, s->io);
	spt_buf_init(&s->packed, s->io);
	spt_buf_init(&s->out, s->io);
	if (name_it(s, name, e) < 0 || start_zip(s, e) < 0 ||
	    spt_spool_list(s, e) < 0 || compare(s, need, e) < 0 ||
	    (s->n != 0 && spt_spool_seal(s, need, e) < 0)) {
		spt_spool_close(s);
		return -1;
	}
	s->at.segment = s->n != 0 ? s->segment[s->n - 1] + 1 : 1;
	/* Numbers never come back, even if all files were dropped. */
	if (s->at.segment < need.segment)
		s->at.segment = need.segment;
	*out = s;
	return 0;
}

/* ---- put ----------------------------------------------------------------- */

static int
begin_segment(struct spt_spool *s, struct spt_err *e)
{
	struct spt_newfile f;
	int rc;

	s->path = spt_spool_path(s, s->at.segment, e);
	if (s->path == NULL ||
	    spt_newfile_open(&f, s->io, s->folder,
		s->path + strlen(s->folder) + 1, 0600, e) < 0)
		return -1;
	s->out.len = 0;
	rc = spt_filehead_put(
	    &s->out, &s->mark, "spool", s->c->uuid, s->name, e);
	if (rc == 0)
		rc = spt_newfile_put(&f, s->out.data, s->out.len, e);
	if (rc == 0)
		rc = spt_newfile_commit(&f, &s->fd, e);
	else
		spt_newfile_abandon(&f);
	s->size = s->out.len;
	s->written = 0;
	return rc;
}

static int
put_record(struct spt_spool *s, uint32_t type, struct spt_err *e)
{
	s->out.len = 0;
	if (spt_rec_put(&s->out, s->size, &s->mark, type, -1, s->packed.data,
		s->packed.len, e) < 0 ||
	    spt_io_write(s->io, s->fd, s->out.data, s->out.len, s->path, e) < 0)
		return -1;
	s->size += s->out.len;
	s->dirty = true;
	return 0;
}

/* What is in raw becomes a record. */
static int
pack(struct spt_spool *s, struct spt_err *e)
{
	z_stream *z = &s->zip;
	uLong bound;

	if (s->raw.len == 0)
		return 0;
	if (s->fd < 0 && begin_segment(s, e) < 0)
		return -1;
	bound = deflateBound(z, s->raw.len);
	s->packed.len = 0;
	if (spt_field_put_int(&s->packed, (int64_t)s->written, e) < 0 ||
	    spt_field_put_int(&s->packed, (int64_t)s->raw.len, e) < 0 ||
	    spt_buf_reserve(&s->packed, bound, e) < 0)
		return -1;
	deflateReset(z);
	z->next_in = s->raw.data;
	z->avail_in = (uInt)s->raw.len;
	z->next_out = s->packed.data + s->packed.len;
	z->avail_out = (uInt)bound;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return spt_fail(e, SPT_ESYSTEM, "%s: cannot deflate", s->path);
	s->packed.len += bound - z->avail_out;
	if (put_record(s, SPT_REC_SPOOL, e) < 0)
		return -1;
	s->written += s->raw.len;
	s->raw.len = 0;
	return 0;
}

int
spt_spool_put(
    struct spt_spool *s, const void *data, size_t n, struct spt_err *e)
{
	const uint8_t *p = data;

	if (s->failed)
		return refuse(s, e);
	s->failed = true;
	while (n > 0) {
		size_t k = RECORD - s->raw.len;

		k = k < n ? k : n;
		if (spt_buf_put(&s->raw, p, k, e) < 0)
			return -1;
		s->at.byte += k;
		p += k;
		n -= k;
		if (s->raw.len == RECORD && pack(s, e) < 0)
			return -1;
	}
	s->failed = false;
	return 0;
}

/* The segment is complete; the next put begins another. */
static int
end_segment(struct spt_spool *s, struct spt_err *e)
{
	s->packed.len = 0;
	if (spt_field_put_int(&s->packed, (int64_t)s->written, e) < 0 ||
	    put_record(s, SPT_REC_END, e) < 0)
		return -1;
	return 0;
}

static int
leave_segment(struct spt_spool *s, struct spt_err *e)
{
	int fd = s->fd;

	s->fd = -1;
	if (spt_io_close(s->io, fd, s->path, e) < 0)
		return -1;
	spt_free(s->io, s->path);
	s->path = NULL;
	if (spt_grow(s->io, &s->segment, &s->cap, s->n + 1, sizeof *s->segment,
		e) < 0)
		return -1;
	s->segment[s->n++] = s->at.segment;
	s->at.segment++;
	s->at.byte = 0;
	return 0;
}

int
spt_spool_sync(struct spt_spool *s, struct spt_err *e)
{
	bool ends;

	if (s->failed)
		return refuse(s, e);
	s->failed = true;
	if (pack(s, e) < 0)
		return -1;
	ends = s->fd >= 0 && s->size > s->large;
	if (ends && end_segment(s, e) < 0)
		return -1;
	if (s->dirty && s->io->fdatasync(s->io, s->fd) < 0)
		return spt_fail_errno(e, errno, "%s: cannot sync", s->path);
	s->dirty = false;
	if (ends && leave_segment(s, e) < 0)
		return -1;
	s->failed = false;
	return 0;
}

struct spt_spool_at
spt_spool_at(const struct spt_spool *s)
{
	return s->at;
}

int
spt_spool_drop(struct spt_spool *s, struct spt_spool_at at, struct spt_err *e)
{
	size_t k = 0;

	for (; k < s->n && s->segment[k] < at.segment; k++) {
		char *path = spt_spool_path(s, s->segment[k], e);
		int rc = path != NULL ? spt_durable_remove(s->io, path, e) : -1;

		spt_free(s->io, path);
		if (rc < 0)
			return -1;
	}
	s->n -= k;
	if (k != 0)
		memmove(s->segment, s->segment + k, s->n * sizeof *s->segment);
	return 0;
}

void
spt_spool_close(struct spt_spool *s)
{
	const struct spt_io *io;

	if (s == NULL)
		return;
	io = s->io;
	if (s->fd >= 0)
		io->close(io, s->fd);
	if (s->zip_ready)
		deflateEnd(&s->zip);
	spt_buf_fini(&s->raw);
	spt_buf_fini(&s->packed);
	spt_buf_fini(&s->out);
	spt_free(io, s->segment);
	spt_free(io, s->folder);
	spt_free(io, s->name);
	spt_free(io, s->path);
	spt_free(io, s);
}
