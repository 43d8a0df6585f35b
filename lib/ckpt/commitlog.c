/*
 * commitlog - the log that says what is over.
 *
 * swrite appends an epoch after every one of its sinks has it durably, with
 * the heads that a restart must load.  If the append is lost in a crash, the
 * sinks are one epoch ahead of the log; the epoch is run again, and a sink
 * that finds its id in its own store skips the rows.
 *
 * Others read the log while it grows (follow.c).  They may see a commit that
 * is not durable yet; so whatever they remove because of it must still be
 * there for the commit before it.
 */
#include "ckpt/commitlog.h"
#include "ckpt/epochlog.h"
#include "ckpt/logentry.h"
#include "ckpt/recordlog.h"

struct spt_commitlog {
	struct spt_log log;
	struct spt_buf payload;
};

int
spt_commit_get(const struct spt_rec *rec, const char *name,
    struct spt_commit *out, struct spt_err *e)
{
	struct spt_fields f = { rec->data, rec->n, false };
	const char *id;
	size_t n_id, n_heads;

	memset(out, 0, sizeof *out);
	out->epoch = rec->epoch;
	out->time = spt_field_int(&f);
	out->final = spt_field_int(&f) != 0;
	id = spt_field_bytes(&f, &n_id);
	out->heads = spt_field_bytes(&f, &n_heads);
	out->data = spt_field_bytes(&f, &out->n);
	/* The heads are stored with their NUL. */
	if (f.bad || f.n != 0 || n_id != SPT_ID_SIZE - 1 || n_heads == 0 ||
	    strnlen(out->heads, n_heads) != n_heads - 1 ||
	    memchr(id, '\0', n_id) != NULL)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: not the record of a commit", name,
		    (unsigned long long)rec->at);
	memcpy(out->id, id, n_id);
	return 0;
}

static int
read_one(void *ctx, const struct spt_rec *rec, struct spt_err *e)
{
	struct spt_commitlog *l = ctx;
	struct spt_commit commit;

	return spt_commit_get(rec, l->log.path, &commit, e);
}

int
spt_commitlog_open(struct spt_commitlog **out, const struct spt_ckpt *c,
    bool rewrite, struct spt_err *e)
{
	struct spt_commitlog *l = spt_alloc_zero(c->io, sizeof *l, e);

	if (l == NULL)
		return -1;
	spt_buf_init(&l->payload, c->io);
	if (spt_log_open(&l->log, c, "commits.log", SPT_REC_COMMIT, !rewrite,
		read_one, l, e) < 0 ||
	    (rewrite && spt_log_rewrite(&l->log,
			    spt_log_newest(&l->log) - SPT_LOG_KEEP, e) < 0)) {
		spt_commitlog_close(l);
		return -1;
	}
	*out = l;
	return 0;
}

int64_t
spt_commitlog_newest(const struct spt_commitlog *l)
{
	return spt_log_newest(&l->log);
}

int
spt_commitlog_get(struct spt_commitlog *l, int64_t epoch,
    struct spt_commit *out, struct spt_err *e)
{
	struct spt_rec rec;
	int rc = spt_log_get(&l->log, epoch, &rec, e);

	if (rc <= 0)
		return rc;
	return spt_commit_get(&rec, l->log.path, out, e) < 0 ? -1 : 1;
}

int
spt_commitlog_append(
    struct spt_commitlog *l, const struct spt_commit *commit, struct spt_err *e)
{
	struct spt_buf *b = &l->payload;
	int64_t keep;

	b->len = 0;
	if (spt_field_put_int(b, commit->time, e) < 0 ||
	    spt_field_put_int(b, commit->final, e) < 0 ||
	    spt_field_put(b, commit->id, strlen(commit->id), e) < 0 ||
	    spt_field_put(b, commit->heads, strlen(commit->heads) + 1, e) < 0 ||
	    spt_field_put(b, commit->data, commit->n, e) < 0 ||
	    spt_log_append(&l->log, commit->epoch, b->data, b->len, e) < 0)
		return -1;
	keep = commit->epoch - SPT_LOG_KEEP;
	if (keep - l->log.first < SPT_LOG_SLACK)
		return 0;
	return spt_log_rewrite(&l->log, keep, e);
}

void
spt_commitlog_close(struct spt_commitlog *l)
{
	const struct spt_io *io;

	if (l == NULL)
		return;
	io = l->payload.io;
	spt_log_close(&l->log);
	spt_buf_fini(&l->payload);
	spt_free(io, l);
}
