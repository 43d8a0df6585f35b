/*
 * live_learn - the format and the schema of files that may not be there yet.
 *
 * The first file that has something is learnt from, and then those that are
 * there already; when that is little, the file is given one second from its
 * first row, as a pipe is.  Nothing is used up.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ingest/ingest_run.h"

#define LEARN_BYTES (4u << 20)
#define GROW_NANOS INT64_C(1000000000)

/* The first track with bytes, which are in text.  1; 0: there is none, or
 * asked to stop; -1. */
static int
find_first(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_live *l = g->live;

	for (;;) {
		struct spt_track *t;
		int rc = spt_tail_next(l->tail, &t, &l->last, e);

		if (rc < 0)
			return -1;
		if (rc == 0) {
			if (!g->conf->follow)
				return 0;
			rc = spt_live_wait(g, -1, e);
			if (rc <= 0)
				return rc;
			continue;
		}
		l->now = t;
		g->text.len = g->at = 0;
		if (spt_buf_put(&g->text, t->rest.data, t->rest.len, e) < 0)
			return -1;
		while (
		    g->text.len < LEARN_BYTES && (rc = spt_live_fill(g, e)) > 0)
			;
		if (rc < 0)
			return -1;
		if (g->text.len != 0)
			return 1;
		if (spt_live_leave(g, e) < 0 ||
		    spt_tail_done(l->tail, t, false, e) < 0)
			return -1;
	}
}

static int
learn_text(struct spt_ingest *g, const struct spt_buf *text, struct spt_err *e)
{
	const char *mark = g->conf->epoch_mark;
	struct spt_buf rest;
	int rc = 0;

	spt_buf_init(&rest, g->io);
	if (mark != NULL)
		rc = spt_mark_strip(
		    &rest, text->data, text->len, false, mark, e);
	if (rc == 0)
		rc = spt_decoder_learn(g->decoder,
		    mark != NULL ? rest.data : text->data,
		    mark != NULL ? rest.len : text->len, false, e);
	spt_buf_fini(&rest);
	return rc;
}

/* Another file that is there, for its rows' types.  1 enough, 0, -1. */
static int
learn_other(struct spt_ingest *g, const struct spt_track *t, struct spt_err *e)
{
	struct spt_source *s;
	struct spt_buf text;
	int rc;

	if (spt_source_open(&s, g->io, t->pos.path, e) < 0) {
		if (e->code != ENOENT)
			return -1;
		spt_err_clear(e);
		return 0;
	}
	spt_source_grows(s, true);
	spt_buf_init(&text, g->io);
	do {
		size_t got;

		rc = spt_buf_reserve(&text, 65536, e);
		if (rc < 0)
			break;
		rc = spt_source_read(
		    s, text.data + text.len, text.cap - text.len, &got, e);
		text.len += got;
	} while (rc > 0 && text.len < LEARN_BYTES);
	if (rc >= 0 &&
	    spt_decoder_file(g->decoder, t->pos.path, t->mtime, e) < 0)
		rc = -1;
	if (rc >= 0)
		rc = learn_text(g, &text, e);
	spt_buf_fini(&text);
	spt_source_close(s);
	return rc;
}

/* The first file grows; is there enough in time?  0 or -1. */
static int
learn_more(struct spt_ingest *g, struct spt_err *e)
{
	int64_t deadline = g->io->mono(g->io) + GROW_NANOS;

	for (;;) {
		int64_t left = deadline - g->io->mono(g->io);
		int fd = -1, rc;
		bool ready;

		if (left <= 0 || spt_ingest_stopped(g))
			return 0;
		/* What inotify tells is left for the tail. */
		if (spt_wait(g->io, &fd, 1, &ready, g->emit.out[0].port->fd,
			g->conf->signals, left > 50000000 ? 50 : 1, e) < 0)
			return -1;
		if (spt_track_check(g->live->now, e) < 0)
			return -1;
		if (g->live->now->source != NULL)
			spt_source_grows(g->live->now->source, true);
		while (
		    (rc = spt_live_fill(g, e)) > 0 && g->text.len < LEARN_BYTES)
			;
		if (rc < 0)
			return -1;
		rc = learn_text(g, &g->text, e);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
}

static void
say_guess(const struct spt_ingest *g)
{
	char line[512];

	if (!g->conf->watched || g->conf->say == NULL)
		return;
	snprintf(line, sizeof line, "%s: taken as %s (-f FORMAT says it)",
	    g->live->now->pos.path, g->format);
	g->conf->say(g->conf->ctx, line);
}

static int
open_decoder(struct spt_ingest *g, struct spt_err *e)
{
	if (strcmp(g->format, "arrow") == 0 && g->restart != NULL)
		return spt_restart_no_arrow(e);
	if (strcmp(g->format, "arrow") == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "Arrow streams cannot be followed (cat FILE | sread - "
		    "reads one)");
	g->decode.format = g->format;
	return spt_decoder_open(&g->decoder, g->io, &g->decode, e);
}

/* Rows of the file at hand.  1 enough, 0 there may be too few, -1. */
static int
learn_first(struct spt_ingest *g, struct spt_err *e)
{
	const struct spt_track *t = g->live->now;
	int rc;

	if (spt_decoder_file(g->decoder, t->pos.path, t->mtime, e) < 0)
		return -1;
	rc = learn_text(g, &g->text, e);
	for (size_t i = 0; rc == 0; i++) {
		t = spt_tail_peek(g->live->tail, i);
		if (t == NULL)
			break;
		rc = learn_other(g, t, e);
	}
	return rc;
}

/* Files that were looked into, to be read from their start. */
struct looked {
	const struct spt_io *io;
	struct spt_track **v;
	size_t n, cap;
};

static int
look_at(struct spt_ingest *g, struct looked *l, struct spt_err *e)
{
	struct spt_track *t = g->live->now;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == t)
			return 0;
	if (spt_grow(g->io, &l->v, &l->cap, l->n + 1, sizeof *l->v, e) < 0)
		return -1;
	l->v[l->n++] = t;
	return 0;
}

static int
learn_files(struct spt_ingest *g, struct looked *looked, struct spt_err *e)
{
	for (;;) {
		int rc = find_first(g, e);

		if (rc <= 0)
			return rc;
		if (look_at(g, looked, e) < 0)
			return -1;
		if (g->format == NULL) {
			g->format = spt_decode_guess(
			    g->live->now->pos.path, g->text.data, g->text.len);
			say_guess(g);
		}
		if (g->decoder == NULL && open_decoder(g, e) < 0)
			return -1;
		rc = g->frozen ? 1 : learn_first(g, e);
		if (rc == 0 && g->conf->follow && spt_ingest_has_row(g) &&
		    spt_tail_peek(g->live->tail, 0) == NULL)
			rc = learn_more(g, e) < 0 ? -1 : 1;
		if (rc == 0 && spt_ingest_has_row(g))
			rc = 1;
		if (spt_live_leave(g, e) < 0 || rc < 0)
			return -1;
		if (rc > 0)
			return 0;
	}
}

int
spt_live_learn(struct spt_ingest *g, struct spt_err *e)
{
	struct looked looked = { .io = g->io };
	int rc;

	g->format = g->conf->decode.format;
	if (g->format == NULL && g->restart != NULL)
		g->format = g->restart->format;
	if (g->format != NULL) {
		if (open_decoder(g, e) < 0)
			return -1;
		/* Some formats have nothing to learn. */
		rc = g->frozen
			 ? 1
			 : spt_decoder_learn(g->decoder, NULL, 0, false, e);
		if (rc != 0)
			return rc < 0 ? -1 : spt_decoder_settle(g->decoder, e);
	}
	rc = learn_files(g, &looked, e);
	g->done_bytes = 0;
	for (size_t i = looked.n; i-- > 0 && rc == 0;)
		rc = spt_tail_back(g->live->tail, looked.v[i], e);
	if (rc == 0 && looked.n == 0 && g->conf->follow)
		rc = spt_fail(
		    e, SPT_EDATA, "stopped before there was anything to read");
	if (rc == 0 && g->format == NULL)
		rc = spt_fail(e, SPT_EDATA,
		    "%s: there is no file to read (with -f and -s the result "
		    "is an empty stream)",
		    g->conf->sources[0]);
	spt_free(g->io, looked.v);
	return rc < 0 ? -1 : spt_decoder_settle(g->decoder, e);
}
