/*
 * record - how a record, a file's first record and the fields of a payload
 * are written.  Reading is in reader.c.
 */
#include <endian.h>

#include "base/hash.h"
#include "ckpt/record.h"
#include "ckpt/recordhead.h"

#define FORMAT 1

int
spt_rec_put(struct spt_buf *out, uint64_t at, uint32_t *mark, uint32_t type,
    int64_t epoch, const void *p, size_t n, struct spt_err *e)
{
	struct spt_rechead h;

	if (n > SPT_RECORD_MAX)
		return spt_fail(e, SPT_ESYSTEM,
		    "a record of %zu bytes is too long (limit %d)", n,
		    SPT_RECORD_MAX);
	if (spt_buf_reserve(out, SPT_RECORD_HEAD + n, e) < 0)
		return -1;
	memcpy(h.magic, SPT_RECORD_MAGIC, 4);
	h.type = htole32(type);
	h.length = htole32((uint32_t)n);
	h.crc = htole32(spt_crc32c(0, p, n));
	h.epoch = htole64((uint64_t)epoch);
	h.before = htole32(*mark);
	*mark = spt_rechead_mark(&h, at);
	h.mark = htole32(*mark);
	memcpy(out->data + out->len, &h, sizeof h);
	if (n != 0)
		memcpy(out->data + out->len + sizeof h, p, n);
	out->len += SPT_RECORD_HEAD + n;
	return 0;
}

uint32_t
spt_rechead_mark(const struct spt_rechead *h, uint64_t at)
{
	uint64_t place = htole64(at);
	uint32_t crc = spt_crc32c(0, h, offsetof(struct spt_rechead, mark));

	return spt_crc32c(crc, &place, sizeof place);
}

/* ---- fields -------------------------------------------------------------- */

int
spt_field_put_int(struct spt_buf *out, int64_t v, struct spt_err *e)
{
	uint64_t le = htole64((uint64_t)v);

	return spt_buf_put(out, &le, sizeof le, e);
}

int
spt_field_put(struct spt_buf *out, const void *p, size_t n, struct spt_err *e)
{
	uint32_t le = htole32((uint32_t)n);

	if (n > SPT_RECORD_MAX)
		return spt_fail(e, SPT_ESYSTEM,
		    "a field of %zu bytes is too long (limit %d)", n,
		    SPT_RECORD_MAX);
	if (spt_buf_put(out, &le, sizeof le, e) < 0)
		return -1;
	return spt_buf_put(out, p, n, e);
}

static const uint8_t *
take(struct spt_fields *f, size_t n)
{
	const uint8_t *p = f->p;

	if (f->bad || n > f->n) {
		f->bad = true;
		f->n = 0;
		return NULL;
	}
	f->p += n;
	f->n -= n;
	return p;
}

int64_t
spt_field_int(struct spt_fields *f)
{
	const uint8_t *p = take(f, 8);
	uint64_t le;

	if (p == NULL)
		return 0;
	memcpy(&le, p, sizeof le);
	return (int64_t)le64toh(le);
}

const void *
spt_field_bytes(struct spt_fields *f, size_t *n)
{
	const uint8_t *p = take(f, 4);
	uint32_t le = 0;

	if (p != NULL)
		memcpy(&le, p, sizeof le);
	*n = le32toh(le);
	p = take(f, *n);
	if (p == NULL)
		*n = 0;
	return p;
}

/* ---- the first record of a file ------------------------------------------ */

int
spt_filehead_put(struct spt_buf *out, uint32_t *mark, const char *kind,
    const char *uuid, const char *more, struct spt_err *e)
{
	struct spt_buf b;
	int rc = -1;

	spt_buf_init(&b, out->io);
	*mark = 0;
	if (spt_field_put_int(&b, FORMAT, e) == 0 &&
	    spt_field_put(&b, kind, strlen(kind), e) == 0 &&
	    spt_field_put(&b, uuid, strlen(uuid), e) == 0 &&
	    spt_field_put(&b, more, strlen(more), e) == 0)
		rc = spt_rec_put(
		    out, 0, mark, SPT_REC_FILE, -1, b.data, b.len, e);
	spt_buf_fini(&b);
	return rc;
}

static bool
same(const void *p, size_t n, const char *text)
{
	return n == strlen(text) && (n == 0 || memcmp(p, text, n) == 0);
}

static int
compare(const struct spt_rec *rec, const char *name, const char *kind,
    const char *uuid, struct spt_buf *more, struct spt_err *e)
{
	struct spt_fields f = { rec->data, rec->n, false };
	int64_t format = spt_field_int(&f);
	const void *k, *u, *m;
	size_t nk, nu, nm;

	k = spt_field_bytes(&f, &nk);
	u = spt_field_bytes(&f, &nu);
	m = spt_field_bytes(&f, &nm);
	if (rec->type != SPT_REC_FILE || f.bad || f.n != 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte 0: not the first record of a file", name);
	if (format != FORMAT)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: format version %lld, this program knows %d", name,
		    (long long)format, FORMAT);
	if (!same(k, nk, kind))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: holds \"%.*s\", expected \"%s\"", name,
		    (int)(nk < 60 ? nk : 60), nk != 0 ? (const char *)k : "",
		    kind);
	if (uuid != NULL && !same(u, nu, uuid))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: belongs to another query (%.*s, this is %s)", name,
		    (int)(nu < 60 ? nu : 60), nu != 0 ? (const char *)u : "",
		    uuid);
	if (more == NULL)
		return 0;
	return spt_buf_put(more, m, nm, e);
}

int
spt_filehead_get(struct spt_reader *r, const char *kind, const char *uuid,
    struct spt_buf *more, struct spt_err *e)
{
	struct spt_rec rec;
	int rc = spt_reader_next(r, &rec, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte 0: the file is %s: it has lost its content",
		    r->name, r->torn ? "cut off" : "empty");
	return compare(&rec, r->name, kind, uuid, more, e);
}
