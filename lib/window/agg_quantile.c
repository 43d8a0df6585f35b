/*
 * agg_quantile - pNN: the value at or below which NN per cent of the values
 * are, by ddsketch.h.  Of n values it is number floor(NN / 100 * (n - 1)) in
 * rising order, counted from 0, without interpolation.
 *
 * Times are refused: one per cent of a time since 1970 says nothing.
 *
 * Saved state: as in ddsketch.h.
 */
#include "window/agg.h"
#include "window/ddsketch.h"

static int
update(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	for (size_t i = 0; i < in->n; i++) {
		struct spt_ddsketch *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		double v;

		if (spt_col_null(c, row))
			continue;
		v = c->type == SPT_INT64 ? (double)c->ints[row]
					 : c->floats[row];
		if (spt_ddsketch_add(s, &agg->scale, in->io, v, e) < 0)
			return -1;
	}
	return 0;
}

static int
merge(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	return spt_ddsketch_merge(
	    (void *)into, &agg->scale, io, (const void *)from, e);
}

static int
emit(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct spt_ddsketch *s = (const void *)state;
	uint64_t n = spt_ddsketch_count(s);
	unsigned __int128 index;

	if (n == 0)
		return spt_builder_null(b, col, e);
	index = (unsigned __int128)(n - 1) * (uint64_t)agg->rank /
		(100 * SPT_RANK_UNIT);
	return spt_builder_float(
	    b, col, spt_ddsketch_get(s, &agg->scale, (uint64_t)index), e);
}

static int
save(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	(void)agg;
	return spt_ddsketch_save((const void *)state, out, e);
}

static int
load(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	return spt_ddsketch_load((void *)state, &agg->scale, io, p, end, e);
}

static void
fini(uint8_t *state, const struct spt_io *io)
{
	spt_ddsketch_fini((void *)state, io);
}

static size_t
bytes(const uint8_t *state)
{
	return spt_ddsketch_bytes((const void *)state);
}

static const struct spt_agg_op op = {
	.size = sizeof(struct spt_ddsketch),
	.common = true,
	.update = update,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini,
	.bytes = bytes,
};

const struct spt_agg_op *
spt_agg_quantile_op(enum spt_type t)
{
	return t == SPT_INT64 || t == SPT_FLOAT64 ? &op : NULL;
}
