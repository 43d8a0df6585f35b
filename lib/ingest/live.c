/*
 * live - one file after the other, but each only as far as it goes now.
 *
 * The decoder is told where it is whenever the file changes; a record that is
 * not whole yet stays with its file.
 */
#include <string.h>

#include "ingest/ingest_run.h"

#define READ_BYTES 262144

int
spt_live_open(struct spt_ingest *g, struct spt_err *e)
{
	const struct spt_ingest_conf *c = g->conf;
	struct spt_live *l = spt_alloc_zero(g->io, sizeof *l, e);

	if (l == NULL)
		return -1;
	g->live = l;
	spt_seen_init(&l->seen, g->io);
	l->conf = (struct spt_tail_conf){
		.args = c->sources,
		.n_args = c->n_sources,
		.follow = c->follow,
		.final = c->final,
		.say = c->say,
		.ctx = c->ctx,
	};
	if (g->restart != NULL && g->restart->pipe && !c->follow)
		return 0;
	for (int k = 0; k < c->n_sources; k++)
		if (strcmp(c->sources[k], "-") == 0)
			return spt_fail(e, SPT_EUSAGE,
			    "-F: standard input cannot be followed; it is read "
			    "to its end anyway");
	if (c->n_sources == 0)
		return spt_fail(
		    e, SPT_EUSAGE, "-F: name the files to be followed");
	return spt_tail_open(&l->tail, g->io, &l->conf, &l->seen, e);
}

void
spt_live_close(struct spt_ingest *g)
{
	struct spt_live *l = g->live;

	if (l == NULL)
		return;
	spt_tail_close(l->tail);
	spt_seen_fini(&l->seen);
	spt_free(g->io, l->v);
	spt_free(g->io, l);
	g->live = NULL;
}

/* The epoch has read the track up to where it is now, from `from` on. */
static int
extend(struct spt_ingest *g, uint64_t from, struct spt_err *e)
{
	struct spt_live *l = g->live;
	const struct spt_track *t = l->now;
	struct spt_stretch *s = l->n != 0 ? &l->v[l->n - 1] : NULL;

	if (s == NULL || s->id != t->pos.id || s->to != from ||
	    s->mtime != t->mtime) {
		if (spt_grow(g->io, &l->v, &l->cap, l->n + 1, sizeof *l->v, e) <
		    0)
			return -1;
		s = &l->v[l->n++];
		*s = (struct spt_stretch){
			.id = t->pos.id, .from = from, .mtime = t->mtime
		};
	}
	s->to = t->pos.done.at;
	s->crc = t->pos.done.crc;
	return 0;
}

/* The n bytes at p go into the spool, if there is one.  Of a file those that
 * the epoch has read: whole records. */
static int
spool(struct spt_ingest *g, const uint8_t *p, size_t n, uint64_t before,
    bool whole, struct spt_err *e)
{
	struct spt_restart *r = g->restart;
	const struct spt_track *t = g->live->now;

	if (r == NULL || r->spool == NULL || r->spool_run != r->run.number)
		return 0;
	if (!r->pipe) {
		n = (size_t)(t->pos.done.at - before);
		r->gaps = r->gaps || (n != 0 && !whole);
		if (r->gaps)
			return 0;
	}
	return n != 0 ? spt_spool_put(r->spool, p, n, e) : 0;
}

int
spt_live_used(struct spt_ingest *g, size_t n, struct spt_err *e)
{
	struct spt_track *t = g->live->now;
	uint64_t from = t->pos.done.at;
	bool whole = t->ahead.at == from;
	struct spt_decode_place place;
	const char *header;
	size_t n_header;

	if (n == 0)
		return 0;
	spt_decoder_place(g->decoder, &place);
	spt_track_used(t, g->text.data + g->at, n, place.offset);
	t->pos.line = place.line;
	if (spool(g, g->text.data + g->at, n, from, whole, e) < 0)
		return -1;
	header = spt_decoder_header(g->decoder, &n_header);
	if (t->pos.header.len != n_header) {
		t->pos.header.len = 0;
		if (spt_buf_put(&t->pos.header, header, n_header, e) < 0)
			return -1;
	}
	return t->pos.done.at != from ? extend(g, from, e) : 0;
}

/* ---- reading ------------------------------------------------------------- */

int
spt_live_wait(struct spt_ingest *g, int ms, struct spt_err *e)
{
	int fd = spt_tail_fd(g->live->tail), due = spt_tail_wait(g->live->tail);
	bool ready;

	if (ms < 0 || due < ms)
		ms = due;
	if (spt_ingest_stopped(g))
		return 0;
	if (spt_wait(g->io, &fd, 1, &ready, g->emit.out[0].port->fd,
		g->conf->signals, ms, e) < 0)
		return -1;
	spt_ingest_meter(g);
	return !spt_ingest_stopped(g);
}

int
spt_live_fill(struct spt_ingest *g, struct spt_err *e)
{
	size_t got;
	int rc;

	spt_buf_drop(&g->text, g->at);
	g->at = 0;
	if (spt_buf_reserve(&g->text, READ_BYTES, e) < 0)
		return -1;
	rc = spt_track_read(g->live->now, g->text.data + g->text.len,
	    g->text.cap - g->text.len, &got, e);
	g->text.len += got;
	g->done_bytes += got;
	return rc;
}

int
spt_live_leave(struct spt_ingest *g, struct spt_err *e)
{
	int rc = spt_track_back(
	    g->live->now, g->text.data + g->at, g->text.len - g->at, e);

	g->text.len = g->at = 0;
	g->live->now = NULL;
	return rc;
}

static int
enter(struct spt_ingest *g, struct spt_track *t, struct spt_err *e)
{
	g->live->now = t;
	g->eof = false;
	g->text.len = g->at = 0;
	if (t->rest.len != 0 &&
	    spt_buf_put(&g->text, t->rest.data, t->rest.len, e) < 0)
		return -1;
	spt_buf_fini(&t->rest);
	spt_buf_init(&t->rest, g->io);
	return spt_decoder_resume(g->decoder, t->pos.path, t->mtime,
	    (const char *)t->pos.header.data, t->pos.header.len, t->pos.done.at,
	    t->pos.line, e);
}

/* All that the track has now.  1, 0: enough of everything, -1. */
static int
read_track(
    struct spt_ingest *g, struct spt_track *t, bool last, struct spt_err *e)
{
	uint64_t before = g->done_bytes;
	int rc;

	if (enter(g, t, e) < 0)
		return -1;
	for (;;) {
		if (spt_ingest_decode(g, e) < 0)
			return -1;
		if (spt_ingest_rows_left(g) == 0 || spt_ingest_stopped(g))
			return spt_live_leave(g, e);
		if (g->eof)
			break;
		spt_ingest_meter(g);
		if (spt_cutter_clock(
			&g->cutter, spt_decoder_count(g->decoder), e) < 0)
			return -1;
		rc = spt_live_fill(g, e);
		if (rc < 0)
			return -1;
		g->eof = rc == 0;
		if (rc == 0 && !last)
			break;
	}
	if (last && g->live->n != 0 &&
	    g->live->v[g->live->n - 1].id == t->pos.id)
		g->live->v[g->live->n - 1].last = true;
	if (spt_live_leave(g, e) < 0 ||
	    spt_tail_done(g->live->tail, t, g->done_bytes != before, e) < 0)
		return -1;
	return 1;
}

/* Nothing to read.  1 look again, 0 asked to stop, -1. */
static int
idle(struct spt_ingest *g, struct spt_err *e)
{
	int ms = spt_cutter_wait(&g->cutter);

	if (spt_emit_flush(&g->emit, e) < 0 || spt_badrec_flush(&g->bad, e) < 0)
		return -1;
	if (g->conf->watched && (ms < 0 || ms > 1000))
		ms = 1000;
	ms = spt_live_wait(g, ms, e);
	if (ms > 0 &&
	    spt_cutter_clock(&g->cutter, spt_decoder_count(g->decoder), e) < 0)
		return -1;
	return ms;
}

/* A file has been read; epochs are cut after so many. */
static int
count_file(struct spt_ingest *g, struct spt_err *e)
{
	g->cutter.files++;
	if (!spt_cutter_full(&g->cutter))
		return 0;
	return spt_cutter_close(
	    &g->cutter, false, spt_decoder_count(g->decoder), e);
}

int
spt_live_peek(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_track *t;
	bool last;
	int rc;

	while ((rc = spt_tail_next(g->live->tail, &t, &last, e)) > 0) {
		g->live->now = t;
		g->text.len = g->at = 0;
		if (t->rest.len != 0)
			return 1;
		rc = spt_live_fill(g, e);
		if (rc < 0 || g->text.len != 0)
			return rc < 0 ? -1 : 1;
		g->live->now = NULL;
	}
	return rc;
}

int
spt_live_run(struct spt_ingest *g, struct spt_err *e)
{
	while (spt_ingest_rows_left(g) != 0 && !spt_ingest_stopped(g)) {
		struct spt_track *t;
		int rc = spt_tail_next(g->live->tail, &t, &g->live->last, e);

		if (rc < 0)
			return -1;
		if (rc > 0) {
			uint64_t before = t->pos.done.at;

			rc = read_track(g, t, g->live->last, e);
			if (rc > 0 && t->pos.done.at != before)
				rc = count_file(g, e) < 0 ? -1 : 1;
		} else if (g->conf->follow) {
			rc = idle(g, e);
		}
		if (rc <= 0)
			return rc;
	}
	return 0;
}
