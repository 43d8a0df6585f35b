/*
 * agg_list - list:COLUMN:K, the first K values in order of arrival, as a JSON
 * array.
 *
 * Saved state, least byte first: how many (4 bytes), then each: arrival number
 * (8 bytes), value as in cellvalue.h; by rising arrival number.
 */
#include <endian.h>

#include "window/agg.h"
#include "window/cellvalue.h"

struct item {
	int64_t seq;
	union {
		uint8_t *text; /* n bytes on the heap, of a string */
		uint64_t word; /* else the 8 bytes of cellvalue.h */
	};
	size_t n;
};

struct list {
	struct item *v; /* n by rising seq */
	size_t n, cap;
	size_t text; /* bytes of all texts */
};

static inline const uint8_t *
value_of(const struct item *i, enum spt_type t)
{
	return t == SPT_UTF8 ? i->text : (const uint8_t *)&i->word;
}

static void
drop_last(struct list *s, const struct spt_io *io, enum spt_type t)
{
	struct item *last = &s->v[--s->n];

	if (t == SPT_UTF8) {
		s->text -= last->n;
		spt_free(io, last->text);
	}
}

/* Behind what came before it or at the same time, unless there are k such. */
static int
insert(const struct spt_agg *agg, const struct spt_io *io, struct list *s,
    int64_t seq, const uint8_t *p, size_t n, struct spt_err *e)
{
	struct item new = { .seq = seq, .n = n };
	size_t at = s->n;

	while (at > 0 && s->v[at - 1].seq > seq)
		at--;
	if (at == (size_t)agg->k)
		return 0;
	if (spt_grow(io, &s->v, &s->cap, s->n + 1, sizeof *s->v, e) < 0)
		return -1;
	if (agg->in == SPT_UTF8) {
		new.text = spt_alloc(io, n, e);
		if (new.text == NULL)
			return -1;
		if (n != 0)
			memcpy(new.text, p, n);
		s->text += n;
	} else {
		memcpy(&new.word, p, 8);
	}
	if (s->n == (size_t)agg->k)
		drop_last(s, io, agg->in);
	memmove(s->v + at + 1, s->v + at, (s->n - at) * sizeof *s->v);
	s->v[at] = new;
	s->n++;
	return 0;
}

static int
update(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	for (size_t i = 0; i < in->n; i++) {
		struct list *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		struct spt_value v;

		if (spt_col_null(c, row))
			continue;
		spt_value_get(&v, c, row);
		if (insert(agg, in->io, s, in->seq + row, v.p, v.n, e) < 0)
			return -1;
	}
	return 0;
}

static int
merge(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct list *a = (void *)into;
	const struct list *b = (const void *)from;

	for (size_t i = 0; i < b->n; i++)
		if (insert(agg, io, a, b->v[i].seq, value_of(&b->v[i], agg->in),
			b->v[i].n, e) < 0)
			return -1;
	return 0;
}

static int
emit(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct list *s = (const void *)state;
	struct spt_buf text;
	int rc = 0;

	if (s->n == 0)
		return spt_builder_null(b, col, e);
	spt_buf_init(&text, b->io);
	for (size_t i = 0; i < s->n && rc == 0; i++) {
		rc = spt_buf_putc(&text, i == 0 ? '[' : ',', e);
		if (rc == 0)
			rc = spt_value_json(&text, agg->in,
			    value_of(&s->v[i], agg->in), s->v[i].n, e);
	}
	if (rc == 0)
		rc = spt_buf_putc(&text, ']', e);
	if (rc == 0)
		rc = spt_builder_str(
		    b, col, (const char *)text.data, text.len, e);
	spt_buf_fini(&text);
	return rc;
}

/* ---- saved ------------------------------------------------------------- */

static int
save(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const struct list *s = (const void *)state;
	uint32_t n = htole32((uint32_t)s->n);

	if (spt_buf_put(out, &n, 4, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		uint64_t seq = htole64((uint64_t)s->v[i].seq);

		if (spt_buf_put(out, &seq, 8, e) < 0 ||
		    spt_value_save(out, agg->in, value_of(&s->v[i], agg->in),
			s->v[i].n, e) < 0)
			return -1;
	}
	return 0;
}

static int
load(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	struct list *s = (void *)state;
	int64_t before = 0;
	uint32_t count;

	if (end - *p < 4)
		return -1;
	memcpy(&count, *p, 4);
	count = le32toh(count);
	*p += 4;
	if (count > agg->k)
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *value;
		uint64_t seq;
		size_t n;

		if (end - *p < 8)
			return -1;
		memcpy(&seq, *p, 8);
		seq = le64toh(seq);
		*p += 8;
		if (seq > INT64_MAX || (int64_t)seq < before ||
		    spt_value_load(agg->in, p, end, &value, &n) < 0)
			return -1;
		before = (int64_t)seq;
		if (insert(agg, io, s, before, value, n, e) < 0)
			return -1;
	}
	return 0;
}

static void
fini_word(uint8_t *state, const struct spt_io *io)
{
	struct list *s = (void *)state;

	spt_free(io, s->v);
	memset(s, 0, sizeof *s);
}

static void
fini_text(uint8_t *state, const struct spt_io *io)
{
	struct list *s = (void *)state;

	while (s->n != 0)
		drop_last(s, io, SPT_UTF8);
	fini_word(state, io);
}

static size_t
bytes(const uint8_t *state)
{
	const struct list *s = (const void *)state;

	return s->cap * sizeof *s->v + s->text;
}

static const struct spt_agg_op op_word = {
	.size = sizeof(struct list),
	.update = update,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini_word,
	.bytes = bytes,
};

static const struct spt_agg_op op_text = {
	.size = sizeof(struct list),
	.update = update,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini_text,
	.bytes = bytes,
};

const struct spt_agg_op *
spt_agg_list_op(enum spt_type t)
{
	return t == SPT_UTF8 ? &op_text : &op_word;
}
