/*
 * agg_pick - aggregates that keep one of the values that they saw: the least,
 * the greatest, the first, the last.
 *
 * Saved states: 1 byte, is there a value; if there is, for first and last its
 * arrival number in 8 bytes, then 8 bytes, least first (bool, int, timestamp;
 * float: its bits), or a length in 4 bytes and the text.
 */
#include <endian.h>
#include <math.h>

#include "base/utf8.h"
#include "window/agg.h"

/* What all states begin with. */
struct pick {
	uint64_t any;
	int64_t seq; /* first, last: arrival number of the row */
};

struct pick_int { /* bool and timestamp too */
	struct pick had;
	int64_t v;
};

struct pick_float {
	struct pick had;
	double v;
};

struct pick_text {
	struct pick had;
	char *p; /* cap bytes on the heap, or NULL */
	uint32_t n, cap;
};

/* ---- which value stays --------------------------------------------------- */

/* Does a value that came at seq take the place of what s has?  order: how it
 * compares. */
static inline bool
wins(enum spt_agg_kind k, const struct pick *s, int order, int64_t seq)
{
	if (s->any == 0)
		return true;
	switch (k) {
	case SPT_AGG_MIN:
		return order < 0;
	case SPT_AGG_MAX:
		return order > 0;
	case SPT_AGG_FIRST:
		return seq < s->seq;
	default:
		return seq >= s->seq;
	}
}

static inline void
had(struct pick *s, int64_t seq)
{
	s->any = 1;
	s->seq = seq;
}

static int
order_floats(double a, double b)
{
	if (isnan(a) || isnan(b))
		return (isnan(a) != 0) - (isnan(b) != 0);
	if (a == b)
		return (signbit(b) != 0) - (signbit(a) != 0);
	return a < b ? -1 : 1;
}

static int
order_texts(const char *a, size_t n_a, const char *b, size_t n_b)
{
	size_t n = n_a < n_b ? n_a : n_b;
	int rc = n != 0 ? memcmp(a, b, n) : 0;

	return rc != 0 ? rc : (n_a > n_b) - (n_a < n_b);
}

static int
set_text(struct pick_text *s, const struct spt_io *io, const char *p, size_t n,
    struct spt_err *e)
{
	size_t cap = s->cap;

	if (spt_grow(io, &s->p, &cap, n, 1, e) < 0)
		return -1;
	s->cap = (uint32_t)cap;
	if (n != 0)
		memcpy(s->p, p, n);
	s->n = (uint32_t)n;
	return 0;
}

/* ---- rows ---------------------------------------------------------------- */

static int
update_int(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];
	bool bits = c->type == SPT_BOOL;

	(void)e;
	for (size_t i = 0; i < in->n; i++) {
		struct pick_int *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		int64_t v;

		if (spt_col_null(c, row))
			continue;
		v = bits ? spt_bit(c->bits, row) : c->ints[row];
		if (!wins(agg->kind, &s->had, (v > s->v) - (v < s->v),
			in->seq + row))
			continue;
		s->v = v;
		had(&s->had, in->seq + row);
	}
	return 0;
}

static int
update_float(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];
	bool extreme = agg->kind == SPT_AGG_MIN || agg->kind == SPT_AGG_MAX;

	(void)e;
	for (size_t i = 0; i < in->n; i++) {
		struct pick_float *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		double v;

		if (spt_col_null(c, row))
			continue;
		v = c->floats[row];
		if (!wins(agg->kind, &s->had, order_floats(v, s->v),
			in->seq + row))
			continue;
		/* Which of several NaN came first must not show. */
		s->v = extreme && isnan(v) ? (double)NAN : v;
		had(&s->had, in->seq + row);
	}
	return 0;
}

static int
update_text(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	for (size_t i = 0; i < in->n; i++) {
		struct pick_text *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		const char *p;
		size_t n;

		if (spt_col_null(c, row))
			continue;
		p = spt_col_str(c, row, &n);
		if (!wins(agg->kind, &s->had, order_texts(p, n, s->p, s->n),
			in->seq + row))
			continue;
		if (set_text(s, in->io, p, n, e) < 0)
			return -1;
		had(&s->had, in->seq + row);
	}
	return 0;
}

/* ---- merged ----------------------------------------------------------------
 */

static int
merge_int(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct pick_int *a = (void *)into;
	const struct pick_int *b = (const void *)from;

	(void)io;
	(void)e;
	if (b->had.any != 0 &&
	    wins(agg->kind, &a->had, (b->v > a->v) - (b->v < a->v), b->had.seq))
		*a = *b;
	return 0;
}

static int
merge_float(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct pick_float *a = (void *)into;
	const struct pick_float *b = (const void *)from;

	(void)io;
	(void)e;
	if (b->had.any != 0 &&
	    wins(agg->kind, &a->had, order_floats(b->v, a->v), b->had.seq))
		*a = *b;
	return 0;
}

static int
merge_text(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct pick_text *a = (void *)into;
	const struct pick_text *b = (const void *)from;

	if (b->had.any == 0 ||
	    !wins(agg->kind, &a->had, order_texts(b->p, b->n, a->p, a->n),
		b->had.seq))
		return 0;
	if (set_text(a, io, b->p, b->n, e) < 0)
		return -1;
	had(&a->had, b->had.seq);
	return 0;
}

/* ---- results ------------------------------------------------------------- */

static int
emit_int(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct pick_int *s = (const void *)state;

	if (s->had.any == 0)
		return spt_builder_null(b, col, e);
	if (agg->out == SPT_BOOL)
		return spt_builder_bool(b, col, s->v != 0, e);
	return spt_builder_int(b, col, s->v, e);
}

static int
emit_float(const struct spt_agg *agg, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	const struct pick_float *s = (const void *)state;

	(void)agg;
	if (s->had.any == 0)
		return spt_builder_null(b, col, e);
	return spt_builder_float(b, col, s->v, e);
}

static int
emit_text(const struct spt_agg *agg, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	const struct pick_text *s = (const void *)state;

	(void)agg;
	if (s->had.any == 0)
		return spt_builder_null(b, col, e);
	return spt_builder_str(b, col, s->p, s->n, e);
}

/* ---- saved --------------------------------------------------------------- */

static bool
ordered(const struct spt_agg *agg)
{
	return agg->kind == SPT_AGG_FIRST || agg->kind == SPT_AGG_LAST;
}

static int
save_had(const struct spt_agg *agg, const struct pick *s, struct spt_buf *out,
    struct spt_err *e)
{
	uint64_t seq = htole64((uint64_t)s->seq);

	if (spt_buf_putc(out, s->any != 0, e) < 0)
		return -1;
	if (s->any == 0 || !ordered(agg))
		return 0;
	return spt_buf_put(out, &seq, 8, e);
}

static int
take_word(const uint8_t **p, const uint8_t *end, int64_t *v)
{
	uint64_t word;

	if (end - *p < 8)
		return -1;
	memcpy(&word, *p, 8);
	*p += 8;
	*v = (int64_t)le64toh(word);
	return 0;
}

static int
load_had(const struct spt_agg *agg, struct pick *s, const uint8_t **p,
    const uint8_t *end)
{
	if (*p == end || **p > 1)
		return -1;
	s->any = *(*p)++;
	if (s->any == 0 || !ordered(agg))
		return 0;
	return take_word(p, end, &s->seq) < 0 || s->seq < 0 ? -1 : 0;
}

/* The states of int and float. */
static int
save_word(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const struct pick_int *s = (const void *)state;
	uint64_t word = htole64((uint64_t)s->v);

	if (save_had(agg, &s->had, out, e) < 0)
		return -1;
	return s->had.any != 0 ? spt_buf_put(out, &word, 8, e) : 0;
}

static int
load_word(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	struct pick_int *s = (void *)state;

	(void)io;
	(void)e;
	if (load_had(agg, &s->had, p, end) < 0)
		return -1;
	if (s->had.any == 0)
		return 0;
	if (take_word(p, end, &s->v) < 0)
		return -1;
	return agg->in == SPT_BOOL && s->v != 0 && s->v != 1 ? -1 : 0;
}

static int
save_text(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const struct pick_text *s = (const void *)state;
	uint32_t n = htole32(s->n);

	if (save_had(agg, &s->had, out, e) < 0)
		return -1;
	if (s->had.any == 0)
		return 0;
	if (spt_buf_put(out, &n, 4, e) < 0)
		return -1;
	return spt_buf_put(out, s->p, s->n, e);
}

static int
load_text(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	struct pick_text *s = (void *)state;
	const char *text;
	uint32_t n;

	if (load_had(agg, &s->had, p, end) < 0)
		return -1;
	if (s->had.any == 0)
		return 0;
	if (end - *p < 4)
		return -1;
	memcpy(&n, *p, 4);
	n = le32toh(n);
	*p += 4;
	if ((size_t)(end - *p) < n || !spt_utf8_valid(*p, n))
		return -1;
	text = (const char *)*p;
	*p += n;
	return set_text(s, io, text, n, e);
}

static void
fini_text(uint8_t *state, const struct spt_io *io)
{
	struct pick_text *s = (void *)state;

	spt_free(io, s->p);
	memset(s, 0, sizeof *s);
}

static size_t
bytes_text(const uint8_t *state)
{
	const struct pick_text *s = (const void *)state;

	return s->cap;
}

static const struct spt_agg_op op_int = {
	.size = sizeof(struct pick_int),
	.update = update_int,
	.merge = merge_int,
	.emit = emit_int,
	.save = save_word,
	.load = load_word,
};

static const struct spt_agg_op op_float = {
	.size = sizeof(struct pick_float),
	.update = update_float,
	.merge = merge_float,
	.emit = emit_float,
	.save = save_word,
	.load = load_word,
};

static const struct spt_agg_op op_text = {
	.size = sizeof(struct pick_text),
	.update = update_text,
	.merge = merge_text,
	.emit = emit_text,
	.save = save_text,
	.load = load_text,
	.fini = fini_text,
	.bytes = bytes_text,
};

const struct spt_agg_op *
spt_agg_pick_op(enum spt_agg_kind k, enum spt_type t)
{
	(void)k;
	if (t == SPT_UTF8)
		return &op_text;
	return t == SPT_FLOAT64 ? &op_float : &op_int;
}
