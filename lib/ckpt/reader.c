/*
 * reader - reads records, and tells a record that was never completed from
 * one that was damaged.
 *
 * An append that a crash cut off leaves a tail of the file that is not a
 * record: too short, or, when the file's length became durable before its
 * blocks, of the right length with other bytes in it.  Nothing follows it, for
 * the next append waits until this one is synced.  So what cannot be read is
 * torn if no head of a record that lies behind it fits its place, and damage
 * if one does.  Heads carry a checksum of their own for this: the length in a
 * good one can be trusted.
 *
 * The last record of a log may also be one that was synced and then damaged.
 * It looks torn; that an epoch is then missing is found by whoever compares
 * the logs with each other and with the sinks (recover.c, and spate:id).
 */
#include <endian.h>
#include <errno.h>
#include <unistd.h>

#include "base/hash.h"
#include "ckpt/record.h"
#include "ckpt/recordhead.h"

#define CHUNK (128u << 10)

void
spt_reader_init(struct spt_reader *r, const struct spt_io *io, int fd,
    const char *name, uint64_t at, uint32_t mark)
{
	memset(r, 0, sizeof *r);
	r->io = io;
	r->fd = fd;
	r->name = name;
	r->at = at;
	r->mark = mark;
	spt_buf_init(&r->buf, io);
}

void
spt_reader_fini(struct spt_reader *r)
{
	spt_buf_fini(&r->buf);
}

static int
damaged(const struct spt_reader *r, const char *what, struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: byte %llu: damaged: %s (spate doctor looks at all of it)",
	    r->name, (unsigned long long)r->at, what);
}

/* Reads up to n bytes at `at` of the file.  *got < n: the file ends. */
static int
read_at(struct spt_reader *r, uint64_t at, uint8_t *p, size_t n, size_t *got,
    struct spt_err *e)
{
	size_t k;
	int rc = 1;

	*got = 0;
	if (at > INT64_MAX ||
	    r->io->lseek(r->io, r->fd, (off_t)at, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", r->name);
	while (*got < n && rc > 0) {
		rc = spt_io_read(
		    r->io, r->fd, p + *got, n - *got, &k, r->name, e);
		if (rc < 0)
			return -1;
		*got += k;
	}
	return 0;
}

/* Makes n bytes from r->at on available in buf.  1 they are; 0 the file ends
 * before; -1. */
static int
have(struct spt_reader *r, size_t n, struct spt_err *e)
{
	size_t got, want;

	if (r->buf.len - r->used >= n)
		return 1;
	spt_buf_drop(&r->buf, r->used);
	r->used = 0;
	want = n > CHUNK ? n : CHUNK;
	if (spt_buf_reserve(&r->buf, want - r->buf.len, e) < 0 ||
	    read_at(r, r->at + r->buf.len, r->buf.data + r->buf.len,
		want - r->buf.len, &got, e) < 0)
		return -1;
	r->buf.len += got;
	return r->buf.len >= n;
}

static int
look_size(struct spt_reader *r, struct spt_err *e)
{
	struct stat st;

	if (r->io->fstat(r->io, r->fd, &st) < 0)
		return spt_fail_errno(e, errno, "%s: cannot look at", r->name);
	r->size = (uint64_t)st.st_size;
	return 0;
}

static bool
fits(const uint8_t *p, uint64_t at, struct spt_rechead *h)
{
	memcpy(h, p, sizeof *h);
	return memcmp(h->magic, SPT_RECORD_MAGIC, 4) == 0 &&
	       le32toh(h->mark) == spt_rechead_mark(h, at);
}

/* Is there a record's head anywhere behind r->at?  1, 0, -1. */
static int
search(struct spt_reader *r, struct spt_err *e)
{
	struct spt_rechead h;
	uint64_t at = r->at + 1;
	uint8_t *p = spt_alloc(r->io, CHUNK, e);
	size_t got = 0;
	int rc = 0;

	if (p == NULL)
		return -1;
	do {
		rc = read_at(r, at, p, CHUNK, &got, e);
		for (size_t i = 0; rc == 0 && i + sizeof h <= got; i++)
			if (p[i] == (uint8_t)SPT_RECORD_MAGIC[0] &&
			    fits(p + i, at + i, &h))
				rc = 1;
		/* A head may lie across two chunks. */
		at += CHUNK - (sizeof h - 1);
	} while (rc == 0 && got == CHUNK);
	spt_free(r->io, p);
	return rc;
}

/* What begins at r->at ends the log.  What was read so far is forgotten: a
 * writer may be about to complete it. */
static int
tear(struct spt_reader *r)
{
	r->torn = true;
	r->buf.len = r->used = 0;
	return 0;
}

static int
bad_head(struct spt_reader *r, struct spt_err *e)
{
	int rc = search(r, e);

	if (rc < 0)
		return -1;
	return rc > 0 ? damaged(r, "not a record, though records follow", e)
		      : tear(r);
}

int
spt_reader_next(struct spt_reader *r, struct spt_rec *rec, struct spt_err *e)
{
	struct spt_rechead h;
	uint32_t length;
	int rc;

	r->torn = false;
	rc = have(r, SPT_RECORD_HEAD, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return r->buf.len != r->used ? tear(r) : 0;
	if (!fits(r->buf.data + r->used, r->at, &h))
		return bad_head(r, e);
	length = le32toh(h.length);
	if (le32toh(h.before) != r->mark)
		return damaged(r, "does not follow the record before it", e);
	if (length > SPT_RECORD_MAX)
		return damaged(r, "an impossible length", e);
	rec->end = r->at + SPT_RECORD_HEAD + length;
	/* Before memory is asked for: does the file have so much? */
	if (rec->end > r->size && look_size(r, e) < 0)
		return -1;
	if (rec->end > r->size)
		return tear(r);
	rc = have(r, SPT_RECORD_HEAD + (size_t)length, e);
	if (rc <= 0)
		return rc < 0 ? -1 : tear(r);
	rec->data = r->buf.data + r->used + SPT_RECORD_HEAD;
	rec->n = length;
	if (spt_crc32c(0, rec->data, rec->n) != le32toh(h.crc)) {
		if (look_size(r, e) < 0)
			return -1;
		return rec->end < r->size
			   ? damaged(r, "the checksum does not match", e)
			   : tear(r);
	}
	rec->type = le32toh(h.type);
	rec->epoch = (int64_t)le64toh(h.epoch);
	rec->at = r->at;
	rec->mark = r->mark = le32toh(h.mark);
	r->used += SPT_RECORD_HEAD + rec->n;
	r->at = rec->end;
	return 1;
}
