/*
 * agg_uniq - how many different values, by hyperloglog.h: exact up to 1,000,
 * then with a standard error of 0.81 %.  As among keys of groups, all NaN are
 * one value, and 0.0 is -0.0.
 *
 * Values are hashed as in stablehash.h, in the bytes of cellvalue.h.  Saved
 * state: as in hyperloglog.h.
 */
#include "window/agg.h"
#include "window/cellvalue.h"
#include "window/hyperloglog.h"
#include "window/stablehash.h"

static int
update(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	for (size_t i = 0; i < in->n; i++) {
		struct spt_hll *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		struct spt_value v;

		if (spt_col_null(c, row))
			continue;
		spt_value_get_same(&v, c, row);
		if (spt_hll_add(s, in->io, spt_stablehash(v.p, v.n), e) < 0)
			return -1;
	}
	return 0;
}

static int
merge(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	(void)agg;
	return spt_hll_merge((void *)into, io, (const void *)from, e);
}

static int
emit(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	(void)agg;
	return spt_builder_int(b, col, spt_hll_count((const void *)state), e);
}

static int
save(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	(void)agg;
	return spt_hll_save((const void *)state, out, e);
}

static int
load(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	(void)agg;
	return spt_hll_load((void *)state, io, p, end, e);
}

static void
fini(uint8_t *state, const struct spt_io *io)
{
	spt_hll_fini((void *)state, io);
}

static size_t
bytes(const uint8_t *state)
{
	return spt_hll_bytes((const void *)state);
}

static const struct spt_agg_op op = {
	.size = sizeof(struct spt_hll),
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
spt_agg_uniq_op(enum spt_type t)
{
	(void)t;
	return &op;
}
