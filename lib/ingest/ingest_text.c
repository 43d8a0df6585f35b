/*
 * ingest_text - files of text, one after the other, through the decoder.
 *
 * What the decoder sees is a window of the buffer that ends where an epoch may
 * have to: at a mark, at --epoch-size, or at the end of what was read.  So the
 * borders of epochs depend on the bytes alone, never on how they were read.
 */
#include <string.h>

#include "ingest/ingest_run.h"

struct window {
	size_t n;     /* bytes from g->at on */
	bool last;    /* the file ends there */
	bool mark;    /* a mark follows ... */
	size_t after; /* ... and ends here (from g->at) */
	bool by_size; /* --epoch-size ends it */
};

/* skip: bytes in which a mark is none (it stands in a quoted field). */
static void
set_window(
    const struct spt_ingest *g, size_t skip, bool sized, struct window *w)
{
	const uint8_t *p = g->text.data + g->at;
	size_t all = g->text.len - g->at;
	const char *mark = g->conf->epoch_mark;
	int64_t left = g->conf->epoch_size - g->cutter.bytes;

	memset(w, 0, sizeof *w);
	w->n = all;
	w->last = g->eof;
	if (mark != NULL) {
		ssize_t at = spt_mark_find(
		    p + skip, all - skip, g->eof, mark, &w->after);

		if (at >= 0) {
			w->mark = true;
			w->n = skip + (size_t)at;
			w->after += skip;
			w->last = false;
		}
	}
	if (sized && left < (int64_t)w->n) {
		w->by_size = true;
		w->mark = w->last = false;
		w->n = left > 0 ? (size_t)left : 0;
	}
}

/* One call of the decoder, with the books kept.  As spt_decode. */
static int
decode(struct spt_ingest *g, const struct window *w, int64_t most,
    struct spt_err *e)
{
	struct spt_builder *b = spt_emit_builder(&g->emit, SPT_STREAM);
	int64_t before = b->rows, room = spt_cutter_room(&g->cutter);
	int64_t left = spt_ingest_rows_left(g);
	size_t used = 0;
	int rc;

	if (left < room)
		room = left;
	if (most < room)
		room = most;
	rc = spt_decode(g->decoder, g->text.data + g->at, w->n, w->last,
	    room > INT64_MAX - before ? INT64_MAX : before + room, &used, b, e);
	if (rc < 0)
		return -1;
	if (g->live != NULL && spt_live_used(g, used, e) < 0)
		return -1;
	g->at += used;
	g->cutter.bytes += (int64_t)used;
	g->rows += b->rows - before;
	if (b->rows != before &&
	    spt_cutter_rows(&g->cutter, b->rows - before, e) < 0)
		return -1;
	if (spt_builder_full(b) && spt_emit_rows_out(&g->emit, e) < 0)
		return -1;
	return rc;
}

static int
close_epoch(struct spt_ingest *g, struct spt_err *e)
{
	if (g->cutter.held)
		return 0;
	return spt_cutter_close(
	    &g->cutter, false, spt_decoder_count(g->decoder), e);
}

/* The window gave all it could.  1: there is another one, 0: more bytes are
 * wanted, -1. */
static int
next_window(struct spt_ingest *g, const struct window *w, size_t start,
    size_t *skip, struct spt_err *e)
{
	size_t used = g->at - start;
	size_t before = g->at;
	struct window whole;

	if (w->mark && used == w->n) {
		spt_decoder_pass(g->decoder, w->after - w->n);
		if (g->live != NULL && spt_live_used(g, w->after - w->n, e) < 0)
			return -1;
		g->at = start + w->after;
		*skip = 0;
		return close_epoch(g, e) < 0 ? -1 : 1;
	}
	if (w->mark) {
		/* Inside a quoted field it is no mark. */
		*skip = start + w->after - g->at;
		return 1;
	}
	if (!w->by_size)
		return 0;
	if (g->cutter.bytes != 0)
		return close_epoch(g, e) < 0 ? -1 : 1;
	/* One record is larger than an epoch: it is one. */
	set_window(g, 0, false, &whole);
	if (decode(g, &whole, 1, e) < 0)
		return -1;
	return g->at != before;
}

int
spt_ingest_decode(struct spt_ingest *g, struct spt_err *e)
{
	size_t skip = 0;

	for (;;) {
		size_t start = g->at;
		struct window w;
		int rc;

		if (spt_ingest_rows_left(g) == 0)
			return 0;
		set_window(
		    g, skip, g->conf->epoch_size != 0 && !g->cutter.held, &w);
		rc = decode(g, &w, INT64_MAX, e);
		if (rc < 0)
			return -1;
		if (rc > 0) {
			skip = 0;
			if (spt_cutter_full(&g->cutter) &&
			    close_epoch(g, e) < 0)
				return -1;
			continue;
		}
		rc = next_window(g, &w, start, &skip, e);
		if (rc < 0)
			return -1;
		if (spt_cutter_full(&g->cutter) && close_epoch(g, e) < 0)
			return -1;
		if (rc == 0)
			return 0;
	}
}

int
spt_ingest_file(struct spt_ingest *g, size_t k, struct spt_err *e)
{
	if (g->source == NULL && spt_ingest_open(g, k, e) < 0)
		return -1;
	if (spt_decoder_file(g->decoder, spt_source_name(g->source),
		g->paths.v[k].mtime, e) < 0)
		return -1;
	for (;;) {
		int rc;

		if (spt_ingest_decode(g, e) < 0)
			return -1;
		if (spt_ingest_rows_left(g) == 0 || spt_ingest_stopped(g))
			return 0;
		if (g->eof)
			break;
		spt_ingest_meter(g);
		if (spt_cutter_clock(
			&g->cutter, spt_decoder_count(g->decoder), e) < 0)
			return -1;
		rc = spt_parallel_fill(g, e);
		if (rc < 0)
			return -1;
	}
	spt_ingest_close_source(g);
	g->cutter.files++;
	if (spt_cutter_full(&g->cutter) && close_epoch(g, e) < 0)
		return -1;
	return 1;
}

int
spt_ingest_text(struct spt_ingest *g, struct spt_err *e)
{
	if (spt_emit_schema(
		&g->emit, SPT_STREAM, spt_decoder_schema(g->decoder), e) < 0)
		return -1;
	for (size_t k = 0; k < g->paths.n; k++) {
		int rc = spt_ingest_file(g, k, e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
	}
	spt_ingest_close_source(g);
	return 0;
}
