/*
 * agg_arg - argmin:COLUMN:BY and argmax:COLUMN:BY: the value of COLUMN, which
 * may be null, in the row where BY is least or greatest; of several such rows
 * the first that arrived.  Rows with a null BY do not count.
 *
 * Saved state, least byte first: 1 byte: 0 there is no row, 1 its value is
 * null, 2 it has one; unless 0, the arrival number of the row (8 bytes) and
 * its BY as in cellvalue.h; if 2, the value too.
 */
#include <endian.h>

#include "window/agg.h"
#include "window/cellvalue.h"

/* A value that is replaced now and then. */
struct kept {
	uint8_t *text; /* cap bytes on the heap, of a string; or NULL */
	uint64_t word; /* else the 8 bytes of cellvalue.h */
	uint32_t n, cap;
};

struct arg {
	int64_t seq;
	uint8_t any, null; /* is there a row; is its value null */
	struct kept by, value;
};

static inline const uint8_t *
bytes_of(const struct kept *k, enum spt_type t)
{
	return t == SPT_UTF8 ? k->text : (const uint8_t *)&k->word;
}

static int
keep(struct kept *k, const struct spt_io *io, enum spt_type t, const uint8_t *p,
    size_t n, struct spt_err *e)
{
	size_t cap = k->cap;

	if (t != SPT_UTF8) {
		memcpy(&k->word, p, 8);
		k->n = 8;
		return 0;
	}
	if (spt_grow(io, &k->text, &cap, n, 1, e) < 0)
		return -1;
	k->cap = (uint32_t)cap;
	if (n != 0)
		memcpy(k->text, p, n);
	k->n = (uint32_t)n;
	return 0;
}

/* Does a row with this BY take the place of the one that s has? */
static bool
wins(const struct spt_agg *agg, const struct arg *s, const uint8_t *by,
    size_t n, int64_t seq)
{
	int order;

	if (s->any == 0)
		return true;
	order = spt_value_order(
	    agg->by_type, by, n, bytes_of(&s->by, agg->by_type), s->by.n);
	if (order == 0)
		return seq < s->seq;
	return (order < 0) == (agg->kind == SPT_AGG_ARGMIN);
}

/* value NULL: it is null. */
static int
set(const struct spt_agg *agg, const struct spt_io *io, struct arg *s,
    int64_t seq, const struct spt_value *by, const struct spt_value *value,
    struct spt_err *e)
{
	if (keep(&s->by, io, agg->by_type, by->p, by->n, e) < 0)
		return -1;
	if (value != NULL &&
	    keep(&s->value, io, agg->in, value->p, value->n, e) < 0)
		return -1;
	s->seq = seq;
	s->any = 1;
	s->null = value == NULL;
	return 0;
}

static int
update(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];
	const struct spt_col *by = &in->b->cols[agg->by];

	for (size_t i = 0; i < in->n; i++) {
		struct arg *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		bool null = spt_col_null(c, row);
		struct spt_value k, v;

		if (spt_col_null(by, row))
			continue;
		spt_value_get(&k, by, row);
		if (!wins(agg, s, k.p, k.n, in->seq + row))
			continue;
		if (!null)
			spt_value_get(&v, c, row);
		if (set(agg, in->io, s, in->seq + row, &k, null ? NULL : &v,
			e) < 0)
			return -1;
	}
	return 0;
}

static int
merge(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct arg *a = (void *)into;
	const struct arg *b = (const void *)from;
	struct spt_value by = { bytes_of(&b->by, agg->by_type), b->by.n, 0 };
	struct spt_value v = { bytes_of(&b->value, agg->in), b->value.n, 0 };

	if (b->any == 0 || !wins(agg, a, by.p, by.n, b->seq))
		return 0;
	return set(agg, io, a, b->seq, &by, b->null ? NULL : &v, e);
}

static int
emit(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct arg *s = (const void *)state;

	if (s->any == 0 || s->null)
		return spt_builder_null(b, col, e);
	return spt_value_put(
	    b, col, agg->in, bytes_of(&s->value, agg->in), s->value.n, e);
}

/* ---- saved ------------------------------------------------------------- */

static int
save(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const struct arg *s = (const void *)state;
	uint64_t seq = htole64((uint64_t)s->seq);

	if (spt_buf_putc(out, (char)(s->any == 0 ? 0 : 2 - s->null), e) < 0)
		return -1;
	if (s->any == 0)
		return 0;
	if (spt_buf_put(out, &seq, 8, e) < 0 ||
	    spt_value_save(out, agg->by_type, bytes_of(&s->by, agg->by_type),
		s->by.n, e) < 0)
		return -1;
	if (s->null)
		return 0;
	return spt_value_save(
	    out, agg->in, bytes_of(&s->value, agg->in), s->value.n, e);
}

static int
load(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	struct spt_value by, value;
	uint64_t seq;
	int what;

	if (*p == end || **p > 2)
		return -1;
	what = *(*p)++;
	if (what == 0)
		return 0;
	if (end - *p < 8)
		return -1;
	memcpy(&seq, *p, 8);
	seq = le64toh(seq);
	*p += 8;
	if (seq > INT64_MAX ||
	    spt_value_load(agg->by_type, p, end, &by.p, &by.n) < 0)
		return -1;
	if (what == 2 &&
	    spt_value_load(agg->in, p, end, &value.p, &value.n) < 0)
		return -1;
	return set(agg, io, (void *)state, (int64_t)seq, &by,
	    what == 2 ? &value : NULL, e);
}

static void
fini(uint8_t *state, const struct spt_io *io)
{
	struct arg *s = (void *)state;

	spt_free(io, s->by.text);
	spt_free(io, s->value.text);
	memset(s, 0, sizeof *s);
}

static size_t
bytes(const uint8_t *state)
{
	const struct arg *s = (const void *)state;

	return (size_t)s->by.cap + s->value.cap;
}

static const struct spt_agg_op op = {
	.size = sizeof(struct arg),
	.update = update,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini,
	.bytes = bytes,
};

const struct spt_agg_op *
spt_agg_arg_op(enum spt_type t)
{
	(void)t;
	return &op;
}
