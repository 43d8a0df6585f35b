/*
 * agg_top - top:COLUMN:K, the K most frequent values with their counts, as the
 * JSON text [{"value":"/","count":12},...]: greatest count first, of equal
 * ones the least value.  As among keys of groups, all NaN are one value, and
 * 0.0 is -0.0.
 *
 * Ten times as many counters as asked for, at least 100, are kept
 * (spacesaving.h).  Saved state: as there.
 */
#include "window/agg.h"
#include "window/spacesaving.h"

static uint32_t
counters(const struct spt_agg *agg)
{
	return agg->k > 10 ? 10 * (uint32_t)agg->k : 100;
}

static int
update(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];
	uint32_t max = counters(agg);

	for (size_t i = 0; i < in->n; i++) {
		struct spt_spacesaving *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		struct spt_value v;

		if (spt_col_null(c, row))
			continue;
		spt_value_get_same(&v, c, row);
		if (spt_spacesaving_add(s, in->io, agg->in, max, &v, e) < 0)
			return -1;
	}
	return 0;
}

static int
merge(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	return spt_spacesaving_merge(
	    (void *)into, io, agg->in, counters(agg), (const void *)from, e);
}

static int
put_json(const struct spt_agg *agg, const struct spt_counter *const *v,
    size_t n, struct spt_buf *out, struct spt_err *e)
{
	for (size_t i = 0; i < n; i++)
		if (spt_buf_puts(
			out, i == 0 ? "[{\"value\":" : ",{\"value\":", e) < 0 ||
		    spt_value_json(out, agg->in,
			spt_counter_value(v[i], agg->in), v[i]->n, e) < 0 ||
		    spt_buf_printf(out, e, ",\"count\":%llu}",
			(unsigned long long)v[i]->count) < 0)
			return -1;
	return spt_buf_putc(out, ']', e);
}

static int
emit(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct spt_spacesaving *s = (const void *)state;
	const struct spt_counter **order;
	size_t n = s->n < agg->k ? s->n : (size_t)agg->k;
	struct spt_buf text;
	int rc;

	if (n == 0)
		return spt_builder_null(b, col, e);
	order = spt_spacesaving_sorted(s, b->io, agg->in, e);
	if (order == NULL)
		return -1;
	spt_buf_init(&text, b->io);
	rc = put_json(agg, order, n, &text, e);
	if (rc == 0)
		rc = spt_builder_str(
		    b, col, (const char *)text.data, text.len, e);
	spt_buf_fini(&text);
	spt_free(b->io, order);
	return rc;
}

static int
save(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	return spt_spacesaving_save((const void *)state, agg->in, out, e);
}

static int
load(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	return spt_spacesaving_load(
	    (void *)state, io, agg->in, counters(agg), p, end, e);
}

static void
fini_word(uint8_t *state, const struct spt_io *io)
{
	spt_spacesaving_fini((void *)state, io, SPT_INT64);
}

static void
fini_text(uint8_t *state, const struct spt_io *io)
{
	spt_spacesaving_fini((void *)state, io, SPT_UTF8);
}

static size_t
bytes(const uint8_t *state)
{
	return spt_spacesaving_bytes((const void *)state);
}

static const struct spt_agg_op op_word = {
	.size = sizeof(struct spt_spacesaving),
	.update = update,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini_word,
	.bytes = bytes,
};

static const struct spt_agg_op op_text = {
	.size = sizeof(struct spt_spacesaving),
	.update = update,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini_text,
	.bytes = bytes,
};

const struct spt_agg_op *
spt_agg_top_op(enum spt_type t)
{
	return t == SPT_UTF8 ? &op_text : &op_word;
}
