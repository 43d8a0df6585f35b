/*
 * pipeinput - input that cannot be read again, under a checkpoint.
 *
 * Each run's input is a file of its own, with its own header, that the spool
 * keeps under the run's number: what is used goes there, and is synced before
 * the epoch is logged.  What older runs have spooled after their last logged
 * epoch belongs to epochs that never were: it comes before the pipe.
 */
#include <stdio.h>
#include <string.h>

#include "ingest/ingest_run.h"

#define PIPE_DEVICE 0 /* no file is on it; the inode is the run's number */

void
spt_pipe_spool_name(char name[32], int64_t run)
{
	snprintf(name, 32, "run-%lld", (long long)run);
}

int
spt_pipe_peek(struct spt_ingest *g, struct spt_err *e)
{
	if (g->source == NULL && spt_ingest_open(g, 0, e) < 0)
		return -1;
	while (!g->eof && g->text.len == 0) {
		int rc = spt_ingest_fill(g, e);

		if (rc <= 0)
			return rc;
	}
	return g->text.len != 0;
}

/* The track of what that run has read, with the name that messages use. */
static struct spt_track *
track_of(struct spt_ingest *g, int64_t run, struct spt_err *e)
{
	const struct spt_path *path = &g->paths.v[0];
	struct spt_seen *s = &g->live->seen;
	struct spt_track *t = spt_seen_find(s, PIPE_DEVICE, (uint64_t)run);

	if (t == NULL)
		t = spt_seen_add(s,
		    strcmp(path->name, "-") == 0 ? "standard input"
						 : path->name,
		    PIPE_DEVICE, (uint64_t)run, e);
	if (t != NULL)
		t->mtime = path->mtime;
	return t;
}

/* The track's input is over, and what was used of it is all of it. */
static void
end_track(struct spt_ingest *g)
{
	struct spt_live *l = g->live;

	if (l->n != 0 && l->v[l->n - 1].id == l->now->pos.id)
		l->v[l->n - 1].last = true;
	l->now->pos.over = l->now->changed = true;
}

/* ---- what older runs have spooled -----------------------------------------
 */

/* Up to where the newest logged epoch has read.  1: *l is its record, and
 * *offset the pipe's offset at l->from; 0: nothing was logged; -1.  */
static int
newest_record(struct spt_ingest *g, struct spt_inputlog *l, uint64_t *offset,
    struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	struct spt_seen ignored;
	struct spt_stretch s = { 0 };
	struct spt_epoch ep;
	const char *text;
	int rc;

	memset(l, 0, sizeof *l);
	if (r->rec.logged < 0)
		return 0;
	text = spt_restart_epoch(g, r->rec.logged, &ep, l, e);
	if (text == NULL)
		return -1;
	spt_seen_init(&ignored, g->io);
	rc = spt_seen_get(&ignored, &text, e);
	if (rc == 0)
		rc = spt_stretch_get(&s, &text, e);
	if (rc == 0) {
		const struct spt_track *t = spt_seen_find(
		    &g->live->seen, PIPE_DEVICE, (uint64_t)l->run);

		*offset = t != NULL ? t->pos.done.at : 0;
	} else if (rc > 0) {
		*offset = s.from - l->skip;
	}
	spt_seen_fini(&ignored);
	return rc < 0 ? -1 : l->run != 0;
}

/* Rows of the reader's bytes.  1 all, 0 asked to stop, -1. */
static int
read_rest(struct spt_ingest *g, struct spt_spool_reader *reader, uint64_t skip,
    struct spt_err *e)
{
	const struct spt_track *t = g->live->now;

	g->text.len = g->at = 0;
	g->eof = false;
	if (spt_decoder_resume(g->decoder, t->pos.path, t->mtime,
		(const char *)t->pos.header.data, t->pos.header.len,
		t->pos.done.at, t->pos.line, e) < 0)
		return -1;
	while (!g->eof) {
		struct spt_spool_at at;
		const void *p;
		size_t n, over;
		int rc = spt_spool_reader_next(reader, &p, &n, &at, e);

		if (rc < 0)
			return -1;
		g->eof = rc == 0;
		if (rc == 0)
			n = 0;
		over = skip < n ? (size_t)skip : n;
		skip -= over;
		spt_buf_drop(&g->text, g->at);
		g->at = 0;
		if (rc > 0 && spt_buf_put(&g->text, (const uint8_t *)p + over,
				  n - over, e) < 0)
			return -1;
		if (spt_ingest_decode(g, e) < 0 ||
		    spt_cutter_clock(
			&g->cutter, spt_decoder_count(g->decoder), e) < 0)
			return -1;
		if (spt_ingest_stopped(g) || spt_ingest_rows_left(g) == 0)
			return 0;
	}
	end_track(g);
	return 1;
}

/* What the run has spooled, from `from` on, of which skip bytes are known.  1,
 * 0: asked to stop, -1. */
static int
read_run(struct spt_ingest *g, int64_t run, struct spt_spool_at need,
    uint64_t offset, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	struct spt_spool_reader *reader = NULL;
	struct spt_spool *spool;
	char name[32];
	int rc = -1;

	spt_pipe_spool_name(name, run);
	if (spt_spool_open(&spool, &r->ckpt, name, need, e) < 0)
		return -1;
	g->live->now = track_of(g, run, e);
	r->spool_run = run;
	r->offset = offset;
	if (g->live->now != NULL &&
	    spt_spool_reader_open(&reader, spool, r->from, e) == 0) {
		r->to = spt_spool_at(spool);
		rc =
		    read_rest(g, reader, g->live->now->pos.done.at - offset, e);
	}
	if (rc >= 0 && (g->cutter.open || g->live->n != 0) &&
	    spt_cutter_close(
		&g->cutter, false, spt_decoder_count(g->decoder), e) < 0)
		rc = -1;
	spt_spool_reader_close(reader);
	spt_spool_close(spool);
	return rc;
}

int
spt_pipe_run_older(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	const struct spt_spool_at from = r->from;
	int64_t run = r->oldest_run;
	struct spt_inputlog l;
	uint64_t offset = 0;
	int rc = newest_record(g, &l, &offset, e);
	int known = rc;

	if (rc > 0)
		run = l.run;
	for (rc = rc < 0 ? -1 : 1; rc > 0 && run < r->run.number; run++) {
		struct spt_spool_at none = { 0, 0 };

		r->from = known > 0 ? l.from : none;
		rc = read_run(
		    g, run, known > 0 ? l.to : none, known > 0 ? offset : 0, e);
		known = 0;
	}
	spt_inputlog_fini(&l, g->io);
	r->spool_run = r->run.number;
	r->from = r->to = from;
	r->offset = 0;
	return rc;
}

/* ---- the pipe -------------------------------------------------------------
 */

/* What was read and makes no whole record is not lost when the run ends. */
static int
keep_rest(struct spt_ingest *g, struct spt_err *e)
{
	size_t n = g->text.len - g->at;

	return n != 0 ? spt_spool_put(
			    g->restart->spool, g->text.data + g->at, n, e)
		      : 0;
}

int
spt_pipe_run(struct spt_ingest *g, struct spt_err *e)
{
	int rc;

	g->live->now = track_of(g, g->restart->run.number, e);
	if (g->live->now == NULL)
		return -1;
	rc = spt_ingest_file(g, 0, e);
	if (rc > 0)
		end_track(g);
	else if (rc == 0)
		rc = keep_rest(g, e);
	return rc < 0 ? -1 : 0;
}
