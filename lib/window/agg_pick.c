/*
 * agg_pick - aggregates that keep one of the values that they saw: the least,
 * the greatest, the first, the last.
 *
 * Saved states: 1 byte, is there a value; if there is, 8 bytes, least first
 * (bool, int, timestamp; float: its bits), or a length in 4 bytes and the
 * text.
 */
#include <endian.h>
#include <math.h>

#include "base/utf8.h"
#include "window/agg.h"

struct pick_int { /* bool and timestamp too */
	int64_t v;
	uint64_t any;
};

struct pick_float {
	double v;
	uint64_t any;
};

struct pick_text {
	char *p; /* cap bytes on the heap, or NULL */
	uint32_t n, cap;
	uint64_t any;
};

/* ---- which value stays --------------------------------------------------- */

static inline bool
wins(enum spt_agg_kind k, int order)
{
	switch (k) {
	case SPT_AGG_MIN:
		return order < 0;
	case SPT_AGG_MAX:
		return order > 0;
	default:
		return k == SPT_AGG_LAST;
	}
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
	s->any = 1;
	return 0;
}

/* ---- rows ---------------------------------------------------------------- */

static int
update_int(const struct spt_agg *agg, const struct spt_io *io,
    const struct spt_col *c, uint8_t *const *states, const uint32_t *rows,
    size_t n, struct spt_err *e)
{
	bool bits = c->type == SPT_BOOL;

	(void)io;
	(void)e;
	for (size_t i = 0; i < n; i++) {
		struct pick_int *s = (void *)(states[i] + agg->at);
		int64_t v;

		if (spt_col_null(c, rows[i]))
			continue;
		v = bits ? spt_bit(c->bits, rows[i]) : c->ints[rows[i]];
		if (s->any == 0 || wins(agg->kind, (v > s->v) - (v < s->v)))
			s->v = v;
		s->any = 1;
	}
	return 0;
}

static int
update_float(const struct spt_agg *agg, const struct spt_io *io,
    const struct spt_col *c, uint8_t *const *states, const uint32_t *rows,
    size_t n, struct spt_err *e)
{
	(void)io;
	(void)e;
	for (size_t i = 0; i < n; i++) {
		struct pick_float *s = (void *)(states[i] + agg->at);
		double v;

		if (spt_col_null(c, rows[i]))
			continue;
		v = c->floats[rows[i]];
		if (s->any == 0 || wins(agg->kind, order_floats(v, s->v)))
			s->v = v;
		s->any = 1;
	}
	return 0;
}

static int
update_text(const struct spt_agg *agg, const struct spt_io *io,
    const struct spt_col *c, uint8_t *const *states, const uint32_t *rows,
    size_t n, struct spt_err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct pick_text *s = (void *)(states[i] + agg->at);
		const char *p;
		size_t len;

		if (spt_col_null(c, rows[i]) ||
		    (s->any != 0 && agg->kind == SPT_AGG_FIRST))
			continue;
		p = spt_col_str(c, rows[i], &len);
		if (s->any != 0 &&
		    !wins(agg->kind, order_texts(p, len, s->p, s->n)))
			continue;
		if (set_text(s, io, p, len, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- results ------------------------------------------------------------- */

static int
emit_int(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct pick_int *s = (const void *)state;

	if (s->any == 0)
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
	if (s->any == 0)
		return spt_builder_null(b, col, e);
	return spt_builder_float(b, col, s->v, e);
}

static int
emit_text(const struct spt_agg *agg, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	const struct pick_text *s = (const void *)state;

	(void)agg;
	if (s->any == 0)
		return spt_builder_null(b, col, e);
	return spt_builder_str(b, col, s->p, s->n, e);
}

/* ---- saved --------------------------------------------------------------- */

/* The states of int and float: a word, then any. */
static int
save_word(const uint8_t *state, struct spt_buf *out, struct spt_err *e)
{
	const struct pick_int *s = (const void *)state;
	uint64_t word = htole64((uint64_t)s->v);

	if (spt_buf_putc(out, s->any != 0, e) < 0)
		return -1;
	return s->any != 0 ? spt_buf_put(out, &word, 8, e) : 0;
}

/* 1 there is a value, 0 there is none, -1 malformed. */
static int
load_any(const uint8_t **p, const uint8_t *end)
{
	if (*p == end || **p > 1)
		return -1;
	return *(*p)++;
}

static int
load_word(uint8_t *state, const struct spt_io *io, const uint8_t **p,
    const uint8_t *end, struct spt_err *e)
{
	struct pick_int *s = (void *)state;
	int any = load_any(p, end);
	uint64_t word;

	(void)io;
	(void)e;
	if (any <= 0)
		return any;
	if (end - *p < 8)
		return -1;
	memcpy(&word, *p, 8);
	*p += 8;
	s->v = (int64_t)le64toh(word);
	s->any = 1;
	return 0;
}

static int
save_text(const uint8_t *state, struct spt_buf *out, struct spt_err *e)
{
	const struct pick_text *s = (const void *)state;
	uint32_t n = htole32(s->n);

	if (spt_buf_putc(out, s->any != 0, e) < 0)
		return -1;
	if (s->any == 0)
		return 0;
	if (spt_buf_put(out, &n, 4, e) < 0)
		return -1;
	return spt_buf_put(out, s->p, s->n, e);
}

static int
load_text(uint8_t *state, const struct spt_io *io, const uint8_t **p,
    const uint8_t *end, struct spt_err *e)
{
	struct pick_text *s = (void *)state;
	int any = load_any(p, end);
	const char *text;
	uint32_t n;

	if (any <= 0)
		return any;
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

static const struct spt_agg_op op_int = { sizeof(struct pick_int), update_int,
	emit_int, save_word, load_word, NULL };
static const struct spt_agg_op op_float = { sizeof(struct pick_float),
	update_float, emit_float, save_word, load_word, NULL };
static const struct spt_agg_op op_text = { sizeof(struct pick_text),
	update_text, emit_text, save_text, load_text, fini_text };

const struct spt_agg_op *
spt_agg_pick_op(enum spt_agg_kind k, enum spt_type t)
{
	(void)k;
	if (t == SPT_UTF8)
		return &op_text;
	return t == SPT_FLOAT64 ? &op_float : &op_int;
}
