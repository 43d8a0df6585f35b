/*
 * recordlog - append and fdatasync; rewrite into a new file to trim, and
 * before anything in it is believed.
 *
 * Why a run rewrites: what it reads may come from the page cache only.  If a
 * sync of an earlier process failed, the system has forgotten that these pages
 * are dirty, and syncing the same file again would report success for bytes
 * that are not on the disk.  A new file has no such past.
 *
 * After a failed append nothing is known about the file, so the log refuses
 * all further work; the next run reads it anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ckpt/durable.h"
#include "ckpt/recordlog.h"

int
spt_log_create(const struct spt_ckpt *c, const char *kind, struct spt_err *e)
{
	struct spt_buf b;
	uint32_t mark;
	int rc = -1;

	spt_buf_init(&b, c->io);
	if (spt_filehead_put(&b, &mark, kind, c->uuid, "", e) == 0)
		rc = spt_durable_write(
		    c->io, c->path, kind, 0600, b.data, b.len, e);
	spt_buf_fini(&b);
	return rc;
}

int64_t
spt_log_newest(const struct spt_log *l)
{
	return l->n == 0 ? -1 : l->first + (int64_t)l->n - 1;
}

static int
note(struct spt_log *l, int64_t epoch, uint64_t at, uint32_t before,
    struct spt_err *e)
{
	if (spt_grow(l->io, &l->place, &l->cap, l->n + 1, sizeof *l->place, e) <
	    0)
		return -1;
	if (l->n == 0)
		l->first = epoch;
	l->place[l->n++] = (struct spt_log_place){ at, before };
	return 0;
}

static int
read_one(struct spt_log *l, const struct spt_rec *rec, uint32_t before,
    struct spt_err *e)
{
	if (rec->type != l->type)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: a record of type %u, which does not belong "
		    "here",
		    l->path, (unsigned long long)rec->at, rec->type);
	if (rec->epoch < 0 ||
	    (l->n != 0 && rec->epoch != spt_log_newest(l) + 1))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: epoch %lld, expected %lld", l->path,
		    (unsigned long long)rec->at, (long long)rec->epoch,
		    (long long)spt_log_newest(l) + 1);
	return note(l, rec->epoch, rec->at, before, e);
}

static int
read_all(struct spt_log *l,
    int (*each)(void *ctx, const struct spt_rec *rec, struct spt_err *e),
    void *ctx, struct spt_err *e)
{
	struct spt_reader r;
	struct spt_rec rec;
	int rc;

	spt_reader_init(&r, l->io, l->fd, l->path, 0, 0);
	rc = spt_filehead_get(&r, l->kind, l->c->uuid, NULL, e);
	for (;;) {
		uint32_t before = r.mark;

		if (rc == 0)
			rc = spt_reader_next(&r, &rec, e);
		if (rc <= 0)
			break;
		rc = read_one(l, &rec, before, e);
		if (rc == 0 && each != NULL)
			rc = each(ctx, &rec, e);
	}
	if (rc == 0 && r.torn && l->writable)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: the last record is cut off, though the "
		    "file was whole when this run began",
		    l->path, (unsigned long long)r.at);
	l->size = r.at;
	l->mark = r.mark;
	spt_reader_fini(&r);
	return rc;
}

int
spt_log_open(struct spt_log *l, const struct spt_ckpt *c, const char *kind,
    uint32_t type, bool writable,
    int (*each)(void *ctx, const struct spt_rec *rec, struct spt_err *e),
    void *ctx, struct spt_err *e)
{
	struct spt_buf path;
	const char *s;
	int rc = -1;

	memset(l, 0, sizeof *l);
	l->c = c;
	l->io = c->io;
	l->kind = kind;
	l->type = type;
	l->writable = writable;
	l->fd = -1;
	spt_buf_init(&l->out, l->io);
	spt_buf_init(&path, l->io);
	if (spt_ckpt_path(c, &path, kind, e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		l->path = spt_strdup(l->io, s, e);
	spt_buf_fini(&path);
	if (l->path != NULL)
		l->fd = spt_durable_open(
		    l->io, l->path, writable ? O_RDWR : O_RDONLY, 0, e);
	if (l->fd >= 0)
		rc = read_all(l, each, ctx, e);
	else if (e->code == ENOENT) {
		spt_err_clear(e);
		spt_fail(e, SPT_ECHECKPOINT,
		    "%s: missing (bring it back from a copy, or begin anew "
		    "with another directory)",
		    l->path);
	}
	return rc;
}

int
spt_log_get(
    struct spt_log *l, int64_t epoch, struct spt_rec *rec, struct spt_err *e)
{
	const struct spt_log_place *p;
	int rc;

	spt_reader_fini(&l->get);
	if (l->n == 0 || epoch < l->first || epoch > spt_log_newest(l))
		return 0;
	p = &l->place[epoch - l->first];
	spt_reader_init(&l->get, l->io, l->fd, l->path, p->at, p->before);
	rc = spt_reader_next(&l->get, rec, e);
	if (rc == 0 || (rc > 0 && rec->epoch != epoch))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: the record of epoch %lld is gone", l->path,
		    (unsigned long long)p->at, (long long)epoch);
	return rc;
}

/* ---- writing ------------------------------------------------------------- */

static int
refuse(struct spt_log *l, struct spt_err *e)
{
	return spt_fail(e, SPT_ESYSTEM,
	    "%s: an earlier write failed, nothing more is written", l->path);
}

/* Copies the records into f and takes notes in fresh. */
static int
copy(struct spt_log *l, int64_t from, struct spt_newfile *f,
    struct spt_log *fresh, struct spt_err *e)
{
	struct spt_buf *out = &fresh->out;
	struct spt_rec rec;

	if (spt_filehead_put(out, &fresh->mark, l->kind, l->c->uuid, "", e) < 0)
		return -1;
	if (from < l->first)
		from = l->first;
	for (int64_t k = from; l->n != 0 && k <= spt_log_newest(l); k++) {
		uint64_t at = f->size + out->len;
		uint32_t before = fresh->mark;

		if (spt_log_get(l, k, &rec, e) < 0 ||
		    spt_rec_put(out, at, &fresh->mark, l->type, k, rec.data,
			rec.n, e) < 0 ||
		    note(fresh, k, at, before, e) < 0)
			return -1;
		if (out->len >= (1u << 20)) {
			if (spt_newfile_put(f, out->data, out->len, e) < 0)
				return -1;
			out->len = 0;
		}
	}
	if (spt_newfile_put(f, out->data, out->len, e) < 0)
		return -1;
	fresh->size = f->size;
	return 0;
}

int
spt_log_rewrite(struct spt_log *l, int64_t from, struct spt_err *e)
{
	struct spt_log fresh = { .io = l->io, .fd = -1 };
	struct spt_newfile f;
	int rc;

	if (l->failed)
		return refuse(l, e);
	l->failed = true;
	if (spt_newfile_open(&f, l->io, l->c->path, l->kind, 0600, e) < 0)
		return -1;
	spt_buf_init(&fresh.out, l->io);
	rc = copy(l, from, &f, &fresh, e);
	spt_buf_fini(&fresh.out);
	if (rc == 0)
		rc = spt_newfile_commit(&f, &fresh.fd, e);
	if (rc < 0) {
		spt_newfile_abandon(&f);
		spt_free(l->io, fresh.place);
		return -1;
	}
	/* The old file was only read, or all of it was synced. */
	l->io->close(l->io, l->fd);
	spt_free(l->io, l->place);
	l->fd = fresh.fd;
	l->size = fresh.size;
	l->mark = fresh.mark;
	l->place = fresh.place;
	l->first = fresh.first;
	l->n = fresh.n;
	l->cap = fresh.cap;
	l->writable = true;
	l->failed = false;
	return 0;
}

/* The new record goes behind the last one, and to the disk. */
static int
write_out(struct spt_log *l, struct spt_err *e)
{
	if (l->io->lseek(l->io, l->fd, (off_t)l->size, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", l->path);
	if (spt_io_write(l->io, l->fd, l->out.data, l->out.len, l->path, e) < 0)
		return -1;
	if (l->io->fdatasync(l->io, l->fd) < 0)
		return spt_fail_errno(e, errno, "%s: cannot sync", l->path);
	return 0;
}

int
spt_log_append(struct spt_log *l, int64_t epoch, const void *p, size_t n,
    struct spt_err *e)
{
	uint32_t before = l->mark;

	if (l->failed)
		return refuse(l, e);
	if (epoch < 0 || (l->n != 0 && epoch != spt_log_newest(l) + 1))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: epoch %lld cannot follow epoch %lld", l->path,
		    (long long)epoch, (long long)spt_log_newest(l));
	l->failed = true;
	l->out.len = 0;
	if (spt_rec_put(&l->out, l->size, &l->mark, l->type, epoch, p, n, e) <
		0 ||
	    write_out(l, e) < 0 || note(l, epoch, l->size, before, e) < 0)
		return -1;
	l->size += l->out.len;
	l->failed = false;
	return 0;
}

void
spt_log_close(struct spt_log *l)
{
	if (l->io == NULL)
		return;
	if (l->fd >= 0)
		l->io->close(l->io, l->fd);
	spt_reader_fini(&l->get);
	spt_buf_fini(&l->out);
	spt_free(l->io, l->place);
	spt_free(l->io, l->path);
	memset(l, 0, sizeof *l);
	l->fd = -1;
}
