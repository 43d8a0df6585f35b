/*
 * piece - cutting is guessing, decoding proves it.
 *
 * In CSV an LF may be text.  Where quotes are used as they should be, it is the
 * end of a record if the number of quotes before it is even; a stray quote
 * makes that wrong.  So the cut need not be right: the decoder of the piece,
 * which follows the rules to the letter, has to come to the end of a record
 * exactly where the text ends, and if it does not, the piece is not good.
 * Counting quotes is as quick as reading memory, which keeps the one thread
 * that cuts from being what all others wait for.
 *
 * Whatever is not plain (no memory, a bad record that stops the run, something
 * to be said, a great many bad records) makes the piece not good: it is then
 * decoded again by the decoder of the whole, so that there is one place where
 * such things are settled, and it has the same answer for any number of
 * threads.
 */
#include "ingest/piece.h"

#define BAD_BYTES (1u << 20) /* of bad records in one piece */
#define AT_ONCE 64

/* ---- the cut ----------------------------------------------------------- */

/* Is the number of quotes odd? */
static bool
odd_quotes(const char *p, size_t n)
{
	unsigned char odd[AT_ONCE] = { 0 };
	unsigned char all = 0;
	size_t i = 0;

	for (; n - i >= AT_ONCE; i += AT_ONCE)
		for (size_t k = 0; k < AT_ONCE; k++)
			odd[k] ^= p[i + k] == '"';
	for (; i < n; i++)
		all ^= p[i] == '"';
	for (size_t k = 0; k < AT_ONCE; k++)
		all ^= odd[k];
	return all != 0;
}

size_t
spt_piece_cut(const char *p, size_t n, bool quotes)
{
	const char *lf = n != 0 ? memrchr(p, '\n', n) : NULL;
	bool odd;

	if (lf == NULL)
		return 0;
	if (!quotes || memchr(p, '"', n) == NULL)
		return (size_t)(lf - p) + 1;
	odd = odd_quotes(p, n);
	for (size_t i = n; i > n / 2; i--) {
		if (p[i - 1] == '\n' && !odd)
			return i;
		odd ^= p[i - 1] == '"';
	}
	return (size_t)(lf - p) + 1;
}

/* ---- bad records ------------------------------------------------------- */

static const char *
copy_text(struct spt_piece *p, const char *s, struct spt_err *e)
{
	return s != NULL ? spt_arena_copy(&p->arena, s, strlen(s) + 1, e)
			 : NULL;
}

static int
keep(struct spt_piece *p, const struct spt_bad_record *r, struct spt_err *e)
{
	struct spt_bad_record *to;

	p->bad_bytes += r->n + sizeof *r;
	if (p->bad_bytes > BAD_BYTES)
		return spt_fail(e, SPT_EDATA, "too many bad records");
	if (spt_grow(p->io, &p->bad, &p->cap_bad, p->n_bad + 1, sizeof *p->bad,
		e) < 0)
		return -1;
	to = &p->bad[p->n_bad];
	*to = *r;
	to->file = NULL;
	to->bytes = spt_arena_copy(&p->arena, r->bytes, r->n, e);
	to->column = copy_text(p, r->column, e);
	to->reason = copy_text(p, r->reason, e);
	to->remedy = copy_text(p, r->remedy, e);
	if (to->bytes == NULL || to->reason == NULL ||
	    (to->column == NULL) != (r->column == NULL) ||
	    (to->remedy == NULL) != (r->remedy == NULL))
		return -1;
	p->n_bad++;
	return 0;
}

static int
on_bad(void *piece, const struct spt_bad_record *r, struct spt_err *e)
{
	struct spt_piece *p = piece;

	if (p->bad_way == SPT_BAD_SKIP)
		return 0;
	if (p->bad_way == SPT_BAD_KEEP)
		return keep(p, r, e);
	return spt_fail(e, SPT_EDATA, "%s", r->reason);
}

static void
on_say(void *piece, const char *line)
{
	struct spt_piece *p = piece;

	(void)line;
	p->refused = true;
}

/* ---- rows -------------------------------------------------------------- */

/* The builder behind those in use. */
static struct spt_builder *
next_builder(struct spt_piece *p, struct spt_err *e)
{
	if (p->n == p->made) {
		if (spt_grow(p->io, &p->builders, &p->cap, p->made + 1,
			sizeof *p->builders, e) < 0 ||
		    spt_builder_init(&p->builders[p->made], p->io,
			spt_decoder_schema(p->decoder), e) < 0)
			return NULL;
		p->made++;
	}
	spt_builder_reset(&p->builders[p->n]);
	return &p->builders[p->n++];
}

static int
decode(struct spt_piece *p, struct spt_err *e)
{
	const uint8_t *at = p->text.data;
	size_t left = p->text.len;
	int rc = 1;

	while (rc == 1) {
		struct spt_builder *b = next_builder(p, e);
		size_t used;

		if (b == NULL)
			return -1;
		rc = spt_decode(
		    p->decoder, at, left, false, INT64_MAX, &used, b, e);
		if (rc < 0 || p->refused)
			return -1;
		at += used;
		left -= used;
		p->rows += b->rows;
	}
	return left == 0 && spt_decoder_whole(p->decoder);
}

void
spt_piece_decode(struct spt_piece *p)
{
	struct spt_err e = { 0 };

	p->refused = false;
	p->rows = 0;
	p->n = p->n_bad = p->bad_bytes = 0;
	spt_arena_reset(&p->arena);
	p->good = decode(p, &e) == 1;
}

int
spt_piece_init(struct spt_piece *p, const struct spt_io *io,
    const struct spt_decoder *d, const struct spt_decode_conf *conf,
    int bad_way, struct spt_err *e)
{
	memset(p, 0, sizeof *p);
	p->io = io;
	p->bad_way = bad_way;
	p->conf = *conf;
	p->conf.bad = on_bad;
	p->conf.say = on_say;
	p->conf.ctx = p;
	spt_buf_init(&p->text, io);
	spt_arena_init(&p->arena, io);
	return spt_decoder_twin(&p->decoder, d, &p->conf, e);
}

void
spt_piece_fini(struct spt_piece *p)
{
	if (p->io == NULL)
		return;
	for (size_t i = 0; i < p->made; i++)
		spt_builder_fini(&p->builders[i]);
	spt_free(p->io, p->builders);
	spt_free(p->io, p->bad);
	spt_arena_fini(&p->arena);
	spt_buf_fini(&p->text);
	spt_decoder_close(p->decoder);
}
