/*
 * epochend - an epoch is logged, and its commit waited for.
 *
 * Rows leave as they come; what they were read from is logged before the
 * barrier leaves.  Hence an epoch that is not in the log has had no lasting
 * effect anywhere, and one that is there is always cut at the same bytes.
 */
#include <string.h>

#include "ingest/ingest_run.h"

#define ATTACH_MS 10000
#define FULL_EPOCHS 50 /* at most half of what the log keeps */

static int
look_for_commits(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	int rc = spt_follow_poll(r->commits, e);
	int64_t committed = spt_follow_epoch(r->commits);

	if (rc <= 0)
		return rc;
	if (spt_epochlog_trim(r->rec.epochs, committed, e) < 0)
		return -1;
	return spt_restart_unspool(g, committed, e);
}

/* What the epoch has read, as text in r->data. */
static int
describe(
    struct spt_ingest *g, int64_t epoch, const char *bad, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	struct spt_live *live = g->live;
	bool full = r->base < 0 || epoch - r->base >= FULL_EPOCHS ||
		    r->change_bytes > r->full_bytes;
	const struct spt_inputlog l = {
		.base = full ? epoch : r->base,
		.format = (char *)(uintptr_t)g->format,
		.args =
		    (char *)(uintptr_t)(g->conf->args != NULL ? g->conf->args
							      : "{}"),
		.bad = (char *)(uintptr_t)bad,
		.run = r->gaps ? 0 : r->spool_run,
		.from = r->from,
		.to = r->to,
		.skip =
		    r->pipe && live->n != 0 ? live->v[0].from - r->offset : 0,
	};

	r->data.len = 0;
	if (spt_inputlog_put(&r->data, &l, e) < 0 ||
	    spt_seen_put(&live->seen, &r->data, full, e) < 0)
		return -1;
	for (size_t i = 0; i < live->n; i++)
		if (spt_stretch_put(&r->data, &live->v[i], e) < 0)
			return -1;
	if (full) {
		r->base = epoch;
		r->full_bytes = r->data.len;
		r->change_bytes = 0;
	} else {
		r->change_bytes += r->data.len;
	}
	return 0;
}

static int
log_epoch(struct spt_ingest *g, const struct spt_control *b, const char *bad,
    struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	/* The newest commit that can be seen may not be durable yet; those
	 * before it are, and all that this run began behind. */
	const int64_t seen = spt_follow_epoch(r->commits);
	const int64_t begun = r->rec.committed + 1;
	struct spt_epoch ep = { .epoch = b->epoch,
		.time = b->time,
		.final = b->final,
		.done = seen > begun ? seen : begun };

	if (r->spool != NULL && r->spool_run == r->run.number) {
		if (spt_spool_sync(r->spool, e) < 0)
			return -1;
		r->to = spt_spool_at(r->spool);
	}
	if (describe(g, b->epoch, bad, e) < 0)
		return -1;
	ep.data = r->data.data;
	ep.n = r->data.len;
	if (spt_epochlog_append(r->rec.epochs, &ep, e) < 0)
		return -1;
	memcpy(r->id, ep.id, sizeof r->id);
	return 0;
}

/* The next epoch's bytes follow in the spool; but if a record that is too long
 * has begun, they are counted from where it was counted before. */
static void
go_on(struct spt_ingest *g)
{
	struct spt_restart *r = g->restart;
	const struct spt_track *t = g->live->now;

	g->live->n = 0;
	r->gaps = false;
	if (r->spool == NULL || r->spool_run != r->run.number)
		return;
	if (r->pipe && t != NULL && t->ahead.at != t->pos.done.at)
		return;
	r->from = r->to;
	if (r->pipe && t != NULL)
		r->offset = t->pos.done.at;
}

/* How long a swrite may take to attach.  Nobody reads a file while it is
 * written. */
static int
patience(const struct spt_ingest *g)
{
	struct stat st;

	return g->io->fstat(g->io, g->emit.out[0].port->fd, &st) == 0 &&
		       S_ISREG(st.st_mode)
		   ? 0
		   : ATTACH_MS;
}

int
spt_restart_barrier(void *g_, struct spt_control *b, struct spt_err *e)
{
	struct spt_ingest *g = g_;
	struct spt_restart *r = g->restart;
	struct spt_buf bad;
	const char *text = NULL;
	int rc;

	/* Whatever waits here is on its way while the disk works. */
	if (spt_emit_flush(&g->emit, e) < 0)
		return -1;
	if (!r->attached &&
	    spt_source_await_sink(&r->run, patience(g), &r->waiting, e) < 0)
		return -1;
	r->attached = true;
	spt_buf_init(&bad, g->io);
	rc = spt_badrec_commit(&g->bad, b->epoch, &bad, e);
	if (rc > 0)
		rc = (text = spt_buf_str(&bad, e)) != NULL ? 0 : -1;
	if (rc == 0 && !r->replaying)
		rc = log_epoch(g, b, text, e);
	spt_buf_fini(&bad);
	if (rc < 0 || spt_restart_spooled(g, b->epoch, e) < 0)
		return -1;
	go_on(g);
	g->bad.frozen = true;
	if (spt_meta_set(&b->extra, SPT_KEY_ID, r->id, e) < 0)
		return -1;
	return look_for_commits(g, e);
}

/* ---- the end ------------------------------------------------------------- */

/* Has the swrite that was attached gone?  1, 0, -1. */
static int
sink_is_gone(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	struct spt_lockfile l = { 0 };
	struct spt_buf path;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, g->io);
	if (spt_ckpt_path(&r->ckpt, &path, "lock.sink", e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc = spt_lockfile_try(&l, g->io, s, 0, e);
	if (rc > 0)
		spt_lockfile_drop(&l);
	spt_buf_fini(&path);
	return rc;
}

int
spt_restart_wait(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	int64_t last = g->cutter.next - 1;
	int ms = 1;

	while (r->attached && spt_follow_epoch(r->commits) < last) {
		bool ready;
		int fd = -1, gone = sink_is_gone(g, e);

		if (gone < 0 || look_for_commits(g, e) < 0)
			return -1;
		if (spt_follow_epoch(r->commits) >= last)
			break;
		if (gone)
			return spt_fail(e, SPT_EUPSTREAM,
			    "swrite has ended and epoch %lld is not committed",
			    (long long)last);
		if (spt_wait(
			g->io, &fd, 1, &ready, -1, g->conf->signals, ms, e) < 0)
			return -1;
		ms = ms < 20 ? ms * 2 : 20;
	}
	return 0;
}
