/*
 * restart - the source's side of the protocol.
 *
 * Rows leave as they come; what they were read from is logged before the
 * barrier leaves.  Hence an epoch that is not in the log has had no lasting
 * effect anywhere, and one that is there is always cut at the same bytes.
 */
#include <stdio.h>
#include <string.h>

#include "ingest/ingest_run.h"

#define ATTACH_MS 10000
#define FULL_EPOCHS 50 /* at most half of what the log keeps */

/* ---- beginning ------------------------------------------------------------
 */

static bool
is_stopped(void *g)
{
	return spt_ingest_stopped(g);
}

static void
say(void *g_, const char *line)
{
	struct spt_ingest *g = g_;

	if (g->conf->say != NULL)
		g->conf->say(g->conf->ctx, line);
}

/* A pipe that ends in nobody will never have a swrite: who waits for one
 * watches the next stage too. */
static int
watch_reader(void *g_, int ms, struct spt_err *e)
{
	struct spt_ingest *g = g_;
	bool ready;
	int none = -1;

	return spt_wait(g->io, &none, 1, &ready, g->emit.out[0].port->fd,
		   g->conf->signals, ms, e) < 0
		   ? -1
		   : 0;
}

/* Is the one source something that cannot be read again? */
static int
find_pipe(struct spt_ingest *g, struct spt_err *e)
{
	const struct spt_ingest_conf *c = g->conf;
	int pipes = c->n_sources == 0;

	for (int k = 0; k < c->n_sources; k++) {
		const char *name = c->sources[k];
		struct stat st;

		pipes += strcmp(name, "-") == 0 ||
			 (g->io->stat(g->io, name, &st) == 0 &&
			     !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
	}
	g->restart->pipe = pipes != 0;
	if (pipes != 0 && c->n_sources > 1)
		return spt_fail(e, SPT_EUSAGE,
		    "-C: a pipe is read alone, or not under a checkpoint");
	return 0;
}

int
spt_restart_no_arrow(struct spt_err *e)
{
	return spt_fail(e, SPT_EUSAGE,
	    "-C: Arrow streams are not read under a checkpoint (sread FILE | "
	    "swrite -f ndjson makes text of one)");
}

/* What a new checkpoint does not have yet. */
static int
recover(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;

	if (spt_recover(&r->rec, &r->ckpt, e) < 0)
		return -1;
	return spt_follow_open(&r->commits, &r->ckpt, e);
}

int
spt_restart_open(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = spt_alloc_zero(g->io, sizeof *r, e);

	if (r == NULL)
		return -1;
	g->restart = r;
	r->base = -1;
	r->rec.committed = r->rec.logged = -1;
	r->oldest_run = 1;
	r->waiting = (struct spt_waiting){
		.no_wait = g->conf->no_wait,
		.say = say,
		.stop = is_stopped,
		.pause = watch_reader,
		.ctx = g,
	};
	spt_buf_init(&r->data, g->io);
	if (find_pipe(g, e) < 0 ||
	    spt_ckpt_make(&r->ckpt, g->io, g->conf->checkpoint, e) < 0 ||
	    spt_source_enter(&r->run, &r->ckpt, &r->waiting, e) < 0)
		return -1;
	/* What was found before the locks were held may be old. */
	if (!r->ckpt.known) {
		spt_ckpt_fini(&r->ckpt);
		if (spt_ckpt_make(&r->ckpt, g->io, g->conf->checkpoint, e) < 0)
			return -1;
	}
	if (!r->ckpt.known)
		return 0;
	if (recover(g, e) < 0)
		return -1;
	/* A first run that logged nothing (its first record was bad, say) has
	 * frozen nothing for those who try again with other types. */
	if (r->rec.logged < 0 && (!r->pipe || g->decode.schema != NULL))
		return 0;
	g->frozen = true;
	g->decode.schema = r->ckpt.schema;
	g->decode.schema_is_all = g->decode.columns == NULL;
	return 0;
}

const char *
spt_restart_epoch(struct spt_ingest *g, int64_t epoch, struct spt_epoch *ep,
    struct spt_inputlog *l, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	const char *text;
	int rc = spt_epochlog_get(r->rec.epochs, epoch, ep, e);

	memset(l, 0, sizeof *l);
	r->data.len = 0;
	if (rc == 0)
		spt_fail(e, SPT_ECHECKPOINT,
		    "%s/epochs.log: epoch %lld is missing", r->ckpt.path,
		    (long long)epoch);
	if (rc <= 0 || spt_buf_put(&r->data, ep->data, ep->n, e) < 0 ||
	    (text = spt_buf_str(&r->data, e)) == NULL)
		return NULL;
	if (spt_inputlog_get(l, g->io, &text, e) < 0) {
		spt_err_where(e, "%s/epochs.log: epoch %lld", r->ckpt.path,
		    (long long)epoch);
		return NULL;
	}
	return text;
}

/* The same options as ever? */
static int
compare_args(struct spt_ingest *g, const char *was, struct spt_err *e)
{
	const char *now = g->conf->args != NULL ? g->conf->args : "{}";

	if (strcmp(was, now) == 0)
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: this query reads with other options: they were %s, they are "
	    "%s (use the same ones, or another checkpoint)",
	    g->restart->ckpt.path, was, now);
}

static char *
replace(struct spt_ingest *g, char *old, const char *new, struct spt_err *e)
{
	spt_free(g->io, old);
	return spt_strdup(g->io, new, e);
}

int
spt_restart_positions(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	int64_t last = r->rec.committed, base = last;
	struct spt_inputlog l;
	struct spt_epoch ep;
	const char *text;
	int rc = 0;

	if (last < 0)
		return 0;
	text = spt_restart_epoch(g, last, &ep, &l, e);
	if (text != NULL)
		base = l.base;
	rc = text == NULL || compare_args(g, l.args, e) < 0 ? -1 : 0;
	spt_inputlog_fini(&l, g->io);
	for (int64_t k = base; k <= last && rc == 0; k++) {
		text = spt_restart_epoch(g, k, &ep, &l, e);
		if (text == NULL ||
		    spt_seen_get(&g->live->seen, &text, e) < 0 ||
		    (r->format = replace(g, r->format, l.format, e)) == NULL)
			rc = -1;
		spt_free(g->io, r->bad);
		r->bad = NULL;
		if (rc == 0 && l.bad != NULL &&
		    (r->bad = spt_strdup(g->io, l.bad, e)) == NULL)
			rc = -1;
		if (rc == 0 && l.run != 0)
			r->oldest_run = l.run;
		spt_inputlog_fini(&l, g->io);
	}
	spt_seen_prune(&g->live->seen);
	spt_seen_refresh(&g->live->seen);
	return rc;
}

/* The schema of a query that is new, or that has read nothing. */
static int
write_query(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	struct spt_buf text;
	const char *s = NULL;
	int rc = -1;

	spt_buf_init(&text, g->io);
	if (spt_decoder_print_schema(g->decoder, &text, e) == 0)
		s = spt_buf_str(&text, e);
	if (s != NULL && r->ckpt.known)
		rc = strcmp(s, r->ckpt.schema) != 0
			 ? spt_query_change(&r->ckpt, s, e)
			 : 0;
	else if (s != NULL && spt_query_write(&r->ckpt, s, e) == 0)
		rc = recover(g, e);
	spt_buf_fini(&text);
	return rc;
}

static int
open_spool(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	char name[32];

	spt_pipe_spool_name(name, r->run.number);
	if (spt_spool_open(&r->spool, &r->ckpt, name,
		(struct spt_spool_at){ 0, 0 }, e) < 0)
		return -1;
	r->spool_run = r->run.number;
	r->from = r->to = spt_spool_at(r->spool);
	return 0;
}

int
spt_restart_begin(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	struct spt_meta *m = &g->emit.stream;
	char restore[24];

	if (!g->frozen && write_query(g, e) < 0)
		return -1;
	if ((r->pipe || g->conf->spool) && open_spool(g, e) < 0)
		return -1;
	snprintf(restore, sizeof restore, "%lld", (long long)r->rec.committed);
	g->cutter.next = r->rec.committed + 1;
	g->cutter.barrier = spt_restart_barrier;
	g->cutter.ctx = g;
	if (spt_meta_set(m, SPT_KEY_CHECKPOINT, r->ckpt.path, e) < 0 ||
	    spt_meta_set(m, SPT_KEY_QUERY, r->ckpt.uuid, e) < 0 ||
	    spt_meta_set(m, SPT_KEY_RUN, r->run.text, e) < 0 ||
	    spt_meta_set(m, SPT_KEY_RESTORE, restore, e) < 0)
		return -1;
	return spt_meta_set(m, SPT_KEY_HEADS, r->rec.heads, e);
}

int
spt_restart_open_bad(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	const struct spt_sink_conf conf = { .uuid = r->ckpt.uuid };
	/* Earlier epochs may have had no such file. */
	const struct spt_sink_point at = {
		.epoch = r->bad != NULL ? r->rec.committed : -1,
		.position = r->bad,
	};

	r->bad_conf = conf;
	return spt_badrec_open_exact(
	    &g->bad, g->io, g->conf->bad, &r->bad_conf, &at, e);
}

/* The final epoch is committed: nothing may be new. */
static int
check_nothing(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	int rc = r->pipe ? spt_pipe_peek(g, e) : spt_live_peek(g, e);

	g->over = true;
	if (rc <= 0)
		return rc;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: has something new, but the query of %s is over: its final "
	    "epoch %lld is committed (use another checkpoint)",
	    g->live->now != NULL ? g->live->now->pos.path : "standard input",
	    r->ckpt.path, (long long)r->rec.committed);
}

/* What older runs have read comes first.  1 go on, 0 that is all, -1. */
static int
catch_up(struct spt_ingest *g, struct spt_err *e)
{
	int rc = spt_replay(g, e);

	if (rc < 0)
		return -1;
	g->over = rc > 0;
	if (rc > 0 || spt_ingest_stopped(g))
		return 0;
	return g->restart->pipe ? spt_pipe_run_older(g, e) : 1;
}

int
spt_restart_run(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	/* The first bytes of a pipe may have been read, to see what it is. */
	struct spt_buf text = g->text;
	size_t at = g->at;
	bool eof = g->eof;
	int rc;

	if (r->rec.final)
		return check_nothing(g, e);
	spt_buf_init(&g->text, g->io);
	rc = catch_up(g, e);
	spt_buf_fini(&g->text);
	g->text = text;
	g->at = at;
	g->eof = eof;
	if (rc <= 0)
		return rc;
	return r->pipe ? spt_pipe_run(g, e) : spt_live_run(g, e);
}

void
spt_restart_close(struct spt_ingest *g)
{
	struct spt_restart *r = g->restart;

	if (r == NULL)
		return;
	spt_spool_close(r->spool);
	spt_follow_close(r->commits);
	spt_recovery_fini(&r->rec);
	spt_source_leave(&r->run);
	spt_ckpt_fini(&r->ckpt);
	spt_free(g->io, r->format);
	spt_free(g->io, r->bad);
	spt_free(g->io, r->begins);
	spt_buf_fini(&r->data);
	spt_free(g->io, r);
	g->restart = NULL;
}

/* ---- the spool -------------------------------------------------------------
 */

int
spt_restart_spooled(struct spt_ingest *g, int64_t epoch, struct spt_err *e)
{
	struct spt_restart *r = g->restart;

	if (r->spool_run == 0)
		return 0;
	if (spt_grow(g->io, &r->begins, &r->cap_begins, r->n_begins + 1,
		sizeof *r->begins, e) < 0)
		return -1;
	r->begins[r->n_begins++] = (struct spt_begin){
		.epoch = epoch, .run = r->spool_run, .at = r->from
	};
	return 0;
}

/* Segments of runs before this one. */
static int
drop_runs(struct spt_ingest *g, int64_t before, struct spt_err *e)
{
	struct spt_restart *r = g->restart;

	for (; r->oldest_run < before; r->oldest_run++) {
		struct spt_spool *s;
		char name[32];
		int rc;

		spt_pipe_spool_name(name, r->oldest_run);
		if (spt_spool_open(&s, &r->ckpt, name,
			(struct spt_spool_at){ 0, 0 }, e) < 0)
			return -1;
		rc = spt_spool_drop(s, spt_spool_at(s), e);
		spt_spool_close(s);
		if (rc < 0)
			return -1;
	}
	return 0;
}

/* What is needed to run the newest committed epoch again stays. */
static int
drop_committed(struct spt_ingest *g, int64_t committed, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	size_t i = 0;

	while (i < r->n_begins && r->begins[i].epoch < committed)
		i++;
	if (i == r->n_begins || r->begins[i].epoch != committed)
		return 0;
	if (drop_runs(g, r->begins[i].run, e) < 0)
		return -1;
	if (r->spool != NULL && r->begins[i].run == r->run.number &&
	    spt_spool_drop(r->spool, r->begins[i].at, e) < 0)
		return -1;
	r->n_begins -= i;
	memmove(r->begins, r->begins + i, r->n_begins * sizeof *r->begins);
	return 0;
}

/* ---- an epoch -------------------------------------------------------------
 */

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
	return drop_committed(g, committed, e);
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
	struct spt_epoch ep = {
		.epoch = b->epoch, .time = b->time, .final = b->final
	};

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
	if (spt_meta_set(&b->extra, SPT_KEY_ID, r->id, e) < 0)
		return -1;
	return look_for_commits(g, e);
}

/* ---- the end ---------------------------------------------------------------
 */

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
