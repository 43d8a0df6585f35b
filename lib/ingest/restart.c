/*
 * restart - how a source begins under a checkpoint: it takes the checkpoint
 * over, finds where the committed epochs end, and goes on from there.
 *
 * What an epoch is logged as is epochend.c's; what is run again, rerun.c's.
 */
#include <stdio.h>
#include <string.h>

#include "ingest/ingest_run.h"

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

int
spt_restart_begin(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	struct spt_meta *m = &g->emit.stream;
	char restore[24];

	if (!g->frozen && write_query(g, e) < 0)
		return -1;
	if ((r->pipe || g->conf->spool) && spt_restart_open_spool(g, e) < 0)
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
	int rc;

	r->bad_conf = conf;
	rc = spt_badrec_open_exact(
	    &g->bad, g->io, g->conf->bad, &r->bad_conf, &at, e);
	g->bad.frozen = g->frozen;
	return rc;
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
