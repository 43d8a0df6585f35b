/*
 * epochlog - the log that makes a run repeatable.
 *
 * An epoch is logged and synced before its barrier leaves sread.  So an epoch
 * that is not in the log was never seen by anybody as a whole and may be cut
 * differently, and one that is in it is read again exactly as it was.  The id
 * of an epoch depends on everything that was logged before it: a sink that
 * finds the same id in its own store knows that the whole history is the same.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "ckpt/epochlog.h"
#include "ckpt/keep.h"
#include "ckpt/logentry.h"
#include "ckpt/recordlog.h"

struct spt_epochlog {
	struct spt_log log;
	int64_t committed;
	int64_t done;         /* the greatest of all records */
	char id[SPT_ID_SIZE]; /* of the newest */
	struct spt_buf payload;
	/* while the log is read */
	const struct spt_commit *newest;
	bool found;
};

/* ---- ids ----------------------------------------------------------------- */

static void
chain_start(const char *uuid, char id[SPT_ID_SIZE])
{
	snprintf(
	    id, SPT_ID_SIZE, "%08x00000000", spt_crc32c(0, uuid, strlen(uuid)));
}

/* The id of an epoch from the one before it. */
static void
chain(const char before[SPT_ID_SIZE], const struct spt_epoch *ep,
    char id[SPT_ID_SIZE])
{
	uint64_t head[3] = { htole64((uint64_t)ep->epoch),
		htole64((uint64_t)ep->time), htole64(ep->final) };
	char digits[9] = { 0 }, text[SPT_DIGEST_SIZE];
	struct spt_digest d;
	uint32_t crc;

	memcpy(digits, before, 8);
	crc = (uint32_t)strtoul(digits, NULL, 16);
	crc = spt_crc32c(crc, head, sizeof head);
	crc = spt_crc32c(crc, ep->data, ep->n);
	spt_digest_init(&d);
	spt_digest_put(&d, before, SPT_ID_SIZE - 1);
	spt_digest_put(&d, head, sizeof head);
	spt_digest_put(&d, ep->data, ep->n);
	spt_digest_text(&d, text);
	snprintf(id, SPT_ID_SIZE, "%08x%.8s", crc, text);
}

/* ---- one record ---------------------------------------------------------- */

static int
get(const struct spt_rec *rec, struct spt_epoch *ep)
{
	struct spt_fields f = { rec->data, rec->n, false };
	const void *id;
	size_t n_id;

	memset(ep, 0, sizeof *ep);
	ep->epoch = rec->epoch;
	ep->time = spt_field_int(&f);
	ep->final = spt_field_int(&f) != 0;
	id = spt_field_bytes(&f, &n_id);
	ep->data = spt_field_bytes(&f, &ep->n);
	/* May be left out: nothing is claimed then. */
	ep->done = !f.bad && f.n != 0 ? spt_field_int(&f) : 0;
	if (f.bad || f.n != 0 || n_id != SPT_ID_SIZE - 1)
		return -1;
	memcpy(ep->id, id, n_id);
	return 0;
}

static int
put(const struct spt_epoch *ep, struct spt_buf *out, struct spt_err *e)
{
	out->len = 0;
	if (spt_field_put_int(out, ep->time, e) < 0 ||
	    spt_field_put_int(out, ep->final, e) < 0 ||
	    spt_field_put(out, ep->id, SPT_ID_SIZE - 1, e) < 0)
		return -1;
	if (spt_field_put(out, ep->data, ep->n, e) < 0)
		return -1;
	return spt_field_put_int(out, ep->done, e);
}

int
spt_epoch_get(const struct spt_rec *rec, const char *name,
    struct spt_epoch *out, struct spt_err *e)
{
	if (get(rec, out) == 0)
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: byte %llu: not the record of an epoch", name,
	    (unsigned long long)rec->at);
}

int
spt_epoch_verify(const char *uuid, const char *before,
    const struct spt_epoch *ep, uint64_t at, const char *name,
    struct spt_err *e)
{
	char want[SPT_ID_SIZE];

	if (ep->epoch == 0)
		chain_start(uuid, want);
	else if (before[0] != '\0')
		memcpy(want, before, SPT_ID_SIZE);
	else
		return 0; /* the first of a trimmed log */
	chain(want, ep, want);
	if (strcmp(want, ep->id) == 0)
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: byte %llu: the id of epoch %lld is %s, expected %s", name,
	    (unsigned long long)at, (long long)ep->epoch, ep->id, want);
}

/* ---- open ---------------------------------------------------------------- */

static int
read_one(void *ctx, const struct spt_rec *rec, struct spt_err *e)
{
	struct spt_epochlog *l = ctx;
	const char *name = l->log.path;
	struct spt_epoch ep;

	if (spt_epoch_get(rec, name, &ep, e) < 0 ||
	    spt_epoch_verify(l->log.c->uuid, l->id, &ep, rec->at, name, e) < 0)
		return -1;
	if (l->newest != NULL && ep.epoch == l->newest->epoch) {
		l->found = true;
		if (strcmp(ep.id, l->newest->id) != 0)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "%s: byte %llu: epoch %lld has id %s, commits.log "
			    "says %s: the two logs are not of one history",
			    name, (unsigned long long)rec->at,
			    (long long)ep.epoch, ep.id, l->newest->id);
	}
	memcpy(l->id, ep.id, sizeof l->id);
	if (ep.done > l->done)
		l->done = ep.done;
	return 0;
}

/* Do the two logs fit together?  A log that has lost whole records at its end
 * looks as if they had never been written; only the other one knows. */
static int
compare(const struct spt_epochlog *l, struct spt_err *e)
{
	const struct spt_log *log = &l->log;

	if (l->newest == NULL && log->n != 0 && log->first != 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: begins with epoch %lld, but commits.log has none: it "
		    "has lost its records (bring it back from a copy)",
		    log->path, (long long)log->first);
	if (l->newest != NULL && !l->found)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: commits.log says that epoch %lld is done, "
		    "but the newest here is %lld: it has lost its records "
		    "(bring it back from a copy)",
		    log->path, (unsigned long long)log->size,
		    (long long)l->newest->epoch,
		    (long long)spt_log_newest(log));
	if (l->done > l->committed + 1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s/commits.log: has lost records: epoch %lld was "
		    "committed, says epochs.log (bring it back from a copy)",
		    l->log.c->path, (long long)l->done - 1);
	return 0;
}

int
spt_epochlog_open(struct spt_epochlog **out, const struct spt_ckpt *c,
    const struct spt_commit *newest, struct spt_err *e)
{
	struct spt_epochlog *l = spt_alloc_zero(c->io, sizeof *l, e);

	if (l == NULL)
		return -1;
	spt_buf_init(&l->payload, c->io);
	l->newest = newest;
	l->committed = newest != NULL ? newest->epoch : -1;
	if (spt_log_open(&l->log, c, "epochs.log", SPT_REC_EPOCH, false,
		read_one, l, e) < 0 ||
	    compare(l, e) < 0 ||
	    spt_log_rewrite(&l->log, l->committed - SPT_LOG_KEEP, e) < 0) {
		spt_epochlog_close(l);
		return -1;
	}
	if (l->log.n == 0)
		chain_start(c->uuid, l->id);
	l->newest = NULL;
	*out = l;
	return 0;
}

int64_t
spt_epochlog_newest(const struct spt_epochlog *l)
{
	return spt_log_newest(&l->log);
}

int
spt_epochlog_get(struct spt_epochlog *l, int64_t epoch, struct spt_epoch *out,
    struct spt_err *e)
{
	struct spt_rec rec;
	int rc = spt_log_get(&l->log, epoch, &rec, e);

	if (rc <= 0)
		return rc;
	return spt_epoch_get(&rec, l->log.path, out, e) < 0 ? -1 : 1;
}

int
spt_epochlog_append(
    struct spt_epochlog *l, struct spt_epoch *ep, struct spt_err *e)
{
	if (ep->epoch != spt_log_newest(&l->log) + 1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: epoch %lld cannot follow epoch %lld", l->log.path,
		    (long long)ep->epoch, (long long)spt_log_newest(&l->log));
	chain(l->id, ep, ep->id);
	if (put(ep, &l->payload, e) < 0 ||
	    spt_log_append(
		&l->log, ep->epoch, l->payload.data, l->payload.len, e) < 0)
		return -1;
	memcpy(l->id, ep->id, sizeof l->id);
	return 0;
}

int
spt_epochlog_trim(struct spt_epochlog *l, int64_t committed, struct spt_err *e)
{
	int64_t from = committed - SPT_LOG_KEEP;

	if (l->log.n == 0 || from - l->log.first < SPT_LOG_SLACK)
		return 0;
	return spt_log_rewrite(&l->log, from, e);
}

void
spt_epochlog_close(struct spt_epochlog *l)
{
	const struct spt_io *io;

	if (l == NULL)
		return;
	io = l->payload.io;
	spt_log_close(&l->log);
	spt_buf_fini(&l->payload);
	spt_free(io, l);
}
