/*
 * parallel - the text of a file in pieces, decoded by several threads.
 *
 * One thread reads, cuts (piece.h), hands out (crew.h) and takes the pieces
 * back in the order of the text; it alone owns epochs, output, the books and
 * the decoder of the whole, which is moved on by what a piece has used up.  So
 * the others share nothing that changes.
 *
 * What a piece cannot settle by itself is left to the decoder of the whole,
 * which decodes the same text again: a bad record that stops the run, a limit
 * of rows or of an epoch that lies in the piece, a piece that was cut in the
 * middle of a record.  The start of a file (mark of the byte order, header) and
 * records that are too long never come to a piece.
 *
 * The alternative, a thread for each step (read, decode, write), is bound by
 * the slowest of them, which is decoding by far.
 */
#include "ingest/ingest_run.h"
#include "ingest/crew.h"
#include "ingest/piece.h"

#define PIECE_BYTES 524288u /* make a batch, or less */
#define AHEAD 2             /* pieces that are out, for each thread */
#define MISSES_MAX 16       /* wrong cuts, and no more pieces are made */

struct spt_parallel {
	struct spt_crew *crew;
	struct spt_piece *pieces;
	size_t n, next;
	uint64_t ahead; /* bytes of pieces that are out */
	int misses;
};

/* ---- opening ----------------------------------------------------------- */

static size_t
piece_bytes(const struct spt_ingest *g)
{
	return g->conf->piece != 0 ? g->conf->piece : PIECE_BYTES;
}

/* Epochs that are smaller than a few pieces would have most of them decoded
 * again. */
static bool
wanted(const struct spt_ingest *g)
{
	const struct spt_ingest_conf *c = g->conf;
	int64_t least_bytes = (int64_t)piece_bytes(g) * 8;
	int64_t least_rows = (int64_t)piece_bytes(g) / 8;

	return c->jobs > 1 && g->live == NULL && g->restart == NULL &&
	       c->epoch_mark == NULL &&
	       (c->epoch_rows == 0 || c->epoch_rows >= least_rows) &&
	       (c->epoch_size == 0 || c->epoch_size >= least_bytes) &&
	       spt_ingest_rows_left(g) >= least_rows &&
	       (g->parallel == NULL || g->parallel->misses < MISSES_MAX) &&
	       spt_decoder_shares(g->decoder);
}

static void
work(void *piece)
{
	spt_piece_decode(piece);
}

static int
start(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_parallel *par = spt_alloc_zero(g->io, sizeof *par, e);

	if (par == NULL)
		return -1;
	g->parallel = par;
	par->n = AHEAD * (size_t)g->conf->jobs;
	par->pieces = spt_alloc_zero(g->io, par->n * sizeof *par->pieces, e);
	if (par->pieces == NULL)
		return -1;
	return spt_crew_open(
	    &par->crew, g->io, g->conf->jobs - 1, par->n, work, e);
}

void
spt_parallel_close(struct spt_ingest *g)
{
	struct spt_parallel *par = g->parallel;

	if (par == NULL)
		return;
	spt_crew_close(par->crew);
	for (size_t i = 0; par->pieces != NULL && i < par->n; i++)
		spt_piece_fini(&par->pieces[i]);
	spt_free(g->io, par->pieces);
	spt_free(g->io, par);
	g->parallel = NULL;
}

/* ---- handing out ------------------------------------------------------- */

static size_t
out(const struct spt_ingest *g)
{
	return g->parallel != NULL ? spt_crew_out(g->parallel->crew) : 0;
}

static size_t
most_bytes(const struct spt_ingest *g)
{
	return piece_bytes(g) + piece_bytes(g) / 2;
}

/* Where the first piece of text ends; 0: it has no whole record. */
static size_t
cut(const struct spt_ingest *g)
{
	size_t n = g->text.len, most = most_bytes(g);
	bool quotes =
	    strcmp(g->format, "csv") == 0 || strcmp(g->format, "tsv") == 0;

	return spt_piece_cut(
	    (const char *)g->text.data, n < most ? n : most, quotes);
}

/* A buffer for n bytes and what is read behind them.  One that was made for a
 * very long record is not kept. */
static int
prepare(
    const struct spt_ingest *g, struct spt_buf *b, size_t n, struct spt_err *e)
{
	size_t room = piece_bytes(g) + SPT_INGEST_READ;

	if (b->cap > 2 * room)
		spt_buf_fini(b);
	b->len = 0;
	return spt_buf_reserve(b, n > room ? n : room, e);
}

/* The first n bytes of text become the piece's; what is less is copied. */
static int
split(struct spt_ingest *g, size_t n, struct spt_piece *p, struct spt_err *e)
{
	size_t rest = g->text.len - n;
	struct spt_buf text;

	if (prepare(g, &p->text, n < rest ? n : rest, e) < 0)
		return -1;
	if (n < rest) {
		if (spt_buf_put(&p->text, g->text.data, n, e) < 0)
			return -1;
		spt_buf_drop(&g->text, n);
		return 0;
	}
	if (spt_buf_put(&p->text, g->text.data + n, rest, e) < 0)
		return -1;
	text = p->text;
	p->text = g->text;
	p->text.len = n;
	g->text = text;
	return 0;
}

/* The whole records in text, as it seems, go out as a piece.  There is room
 * for one.  1; 0: there are none; -1. */
static int
put(struct spt_ingest *g, struct spt_err *e)
{
	size_t n = cut(g);
	struct spt_parallel *par;
	struct spt_piece *p;

	if (n == 0)
		return 0;
	if (g->parallel == NULL && start(g, e) < 0)
		return -1;
	par = g->parallel;
	p = &par->pieces[par->next % par->n];
	if (p->io == NULL && spt_piece_init(p, g->io, g->decoder, &g->decode,
				 (int)g->bad.what, e) < 0)
		return -1;
	if (split(g, n, p, e) < 0 ||
	    spt_decoder_lend(p->decoder, g->decoder, par->ahead, e) < 0)
		return -1;
	par->ahead += n;
	par->next++;
	spt_crew_put(par->crew, p);
	return 1;
}

/* ---- getting back ------------------------------------------------------ */

/* The piece holds no end of an epoch but, perhaps, at its own end. */
static bool
fits(const struct spt_ingest *g, const struct spt_piece *p)
{
	int64_t size = g->conf->epoch_size;

	return p->rows < spt_cutter_room(&g->cutter) &&
	       p->rows < spt_ingest_rows_left(g) &&
	       (size == 0 || (int64_t)p->text.len <= size - g->cutter.bytes);
}

static int
report_bad(struct spt_ingest *g, const struct spt_piece *p, int64_t line,
    struct spt_err *e)
{
	for (size_t i = 0; i < p->n_bad; i++) {
		struct spt_bad_record r = p->bad[i];

		r.file = spt_source_name(g->source);
		r.line += line - 1;
		if (spt_badrec_put(&g->bad, &r, e) < 0)
			return -1;
	}
	return 0;
}

/* The rows of a good piece that fits. */
static int
accept(struct spt_ingest *g, struct spt_piece *p, struct spt_err *e)
{
	struct spt_decode_place place;

	spt_decoder_place(g->decoder, &place);
	spt_decoder_take(g->decoder, p->decoder);
	g->cutter.bytes += (int64_t)p->text.len;
	g->rows += p->rows;
	if (report_bad(g, p, place.line, e) < 0)
		return -1;
	if (p->rows != 0 && spt_cutter_rows(&g->cutter, p->rows, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n; i++) {
		struct spt_batch b;

		spt_builder_batch(&p->builders[i], &b);
		if (spt_emit_batch(&g->emit, SPT_STREAM, &b, e) < 0)
			return -1;
	}
	if (!spt_cutter_full(&g->cutter))
		return 0;
	return spt_cutter_close(
	    &g->cutter, false, spt_decoder_count(g->decoder), e);
}

/* The text of all pieces that are out, and `rest`, goes behind g->text. */
static int
join(struct spt_ingest *g, const struct spt_buf *rest, struct spt_err *e)
{
	const struct spt_piece *p;
	int rc = 0;

	g->parallel->misses++;
	g->parallel->ahead = 0;
	while ((p = spt_crew_get(g->parallel->crew, true)) != NULL)
		if (rc == 0)
			rc =
			    spt_buf_put(&g->text, p->text.data, p->text.len, e);
	return rc < 0 ? -1 : spt_buf_put(&g->text, rest->data, rest->len, e);
}

/* The piece by the decoder of the whole.  1; 0: what is in text now is to be
 * decoded before anything is handed out; -1. */
static int
redo(struct spt_ingest *g, struct spt_piece *p, struct spt_err *e)
{
	struct spt_buf rest = g->text;
	bool eof = g->eof;
	int rc;

	g->text = p->text;
	g->at = 0;
	g->eof = false;
	spt_buf_init(&p->text, g->io);
	rc = spt_ingest_decode(g, e);
	if (rc == 0 &&
	    (g->at != g->text.len || !spt_decoder_whole(g->decoder)) &&
	    spt_ingest_rows_left(g) != 0) {
		rc = join(g, &rest, e);
		spt_buf_fini(&rest);
	} else {
		p->text = g->text;
		g->text = rest;
		g->at = 0;
		rc = rc < 0 ? -1 : spt_ingest_rows_left(g) != 0;
	}
	g->eof = eof;
	return rc;
}

/* The oldest piece.  2: it has not been decoded yet (not if wait), or there is
 * none; else as redo. */
static int
get(struct spt_ingest *g, bool wait, struct spt_err *e)
{
	struct spt_piece *p =
	    out(g) != 0 ? spt_crew_get(g->parallel->crew, wait) : NULL;
	int rc = 1;

	if (p == NULL)
		return 2;
	g->parallel->ahead -= p->text.len;
	if (p->good && fits(g, p))
		rc = accept(g, p, e) < 0 ? -1 : 1;
	else
		rc = redo(g, p, e);
	if (rc < 0)
		return -1;
	spt_ingest_meter(g);
	if (spt_cutter_clock(&g->cutter, spt_decoder_count(g->decoder), e) < 0)
		return -1;
	return rc;
}

/* All that are out.  0 or -1. */
static int
get_all(struct spt_ingest *g, struct spt_err *e)
{
	int rc = 1;

	while (rc == 1)
		rc = get(g, true, e);
	return rc < 0 ? -1 : 0;
}

/* ---- reading ----------------------------------------------------------- */

/* 1: bytes, or the end, can be read at once; 0: not yet; -1. */
static int
can_read(const struct spt_ingest *g, struct spt_err *e)
{
	int fd = spt_source_fd(g->source);
	bool ready;

	if (spt_source_ready(g->source) || spt_source_regular(g->source))
		return 1;
	if (spt_wait(g->io, &fd, 1, &ready, -1, NULL, 0, e) < 0)
		return -1;
	return ready;
}

/* More into text; while there is nothing to be had at once, what is out comes
 * back.  1: go on; 0: the caller has to do something first; -1. */
static int
read_more(struct spt_ingest *g, bool *begun, struct spt_err *e)
{
	int rc = can_read(g, e);

	if (rc < 0)
		return -1;
	if (rc == 0 && out(g) != 0)
		return get(g, true, e);
	/* Rows of what has come are not to wait for what may not. */
	if (rc == 0 && *begun)
		return 0;
	*begun = true;
	return spt_ingest_fill(g, e);
}

/* Pieces, as long as text is enough for one, and back comes what is done.  1;
 * 0: text is not for pieces now; -1. */
static int
hand_out(struct spt_ingest *g, struct spt_err *e)
{
	int rc = 1;

	while (g->text.len >= piece_bytes(g) || g->eof) {
		while (
		    rc == 1 && g->parallel != NULL && out(g) == g->parallel->n)
			rc = get(g, true, e);
		if (rc != 1)
			return rc;
		rc = put(g, e);
		if (rc < 0)
			return -1;
		/* A record that is longer than a piece is not shared: each
		 * thread would hold as much. */
		if (rc == 0)
			return g->text.len < most_bytes(g);
		while (rc == 1)
			rc = get(g, false, e);
		if (rc <= 0)
			return rc;
		rc = 1;
	}
	return 1;
}

int
spt_parallel_fill(struct spt_ingest *g, struct spt_err *e)
{
	size_t room = piece_bytes(g) + SPT_INGEST_READ;
	bool begun = false;
	int rc;

	if (!wanted(g))
		return spt_ingest_fill(g, e);
	spt_buf_drop(&g->text, g->at);
	g->at = 0;
	if (g->text.len < room &&
	    spt_buf_reserve(&g->text, room - g->text.len, e) < 0)
		return -1;
	do {
		rc = read_more(g, &begun, e);
		if (rc == 1)
			rc = hand_out(g, e);
	} while (rc == 1 && !g->eof);
	return rc < 0 || get_all(g, e) < 0 ? -1 : 1;
}
