/*
 * agg_sum - counts, sums and means.
 *
 * Saved states: count 8 bytes; int sums and means: low and high half of the
 * sum, then how many values; float: the two parts, then how many.  All 8
 * bytes each, least first.
 */
#include <endian.h>

#include "window/agg.h"
#include "window/exactsum.h"

struct sum_int {
	struct spt_wide sum;
	uint64_t n;
};

struct sum_float {
	struct spt_dd sum;
	uint64_t n;
};

/* ---- rows ---------------------------------------------------------------- */

static int
update_count(const struct spt_agg *agg, const struct spt_agg_rows *in,
    struct spt_err *e)
{
	const struct spt_col *c = agg->col < 0 ? NULL : &in->b->cols[agg->col];

	(void)e;
	for (size_t i = 0; i < in->n; i++)
		if (c == NULL || !spt_col_null(c, in->rows[i]))
			++*(uint64_t *)(void *)(in->states[i] + agg->at);
	return 0;
}

static int
update_int(const struct spt_agg *agg, const struct spt_agg_rows *in,
    struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	(void)e;
	for (size_t i = 0; i < in->n; i++) {
		struct sum_int *s = (void *)(in->states[i] + agg->at);

		if (spt_col_null(c, in->rows[i]))
			continue;
		spt_wide_add(&s->sum, c->ints[in->rows[i]]);
		s->n++;
	}
	return 0;
}

static int
update_float(const struct spt_agg *agg, const struct spt_agg_rows *in,
    struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	(void)e;
	for (size_t i = 0; i < in->n; i++) {
		struct sum_float *s = (void *)(in->states[i] + agg->at);

		if (spt_col_null(c, in->rows[i]))
			continue;
		spt_dd_add(&s->sum, c->floats[in->rows[i]]);
		s->n++;
	}
	return 0;
}

/* ---- merged ------------------------------------------------------------ */

static int
merge_count(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	(void)agg;
	(void)io;
	(void)e;
	*(uint64_t *)(void *)into += *(const uint64_t *)(const void *)from;
	return 0;
}

static int
merge_int(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct sum_int *a = (void *)into;
	const struct sum_int *b = (const void *)from;

	(void)agg;
	(void)io;
	(void)e;
	spt_wide_merge(&a->sum, &b->sum);
	a->n += b->n;
	return 0;
}

static int
merge_float(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct sum_float *a = (void *)into;
	const struct sum_float *b = (const void *)from;

	(void)agg;
	(void)io;
	(void)e;
	spt_dd_merge(&a->sum, &b->sum);
	a->n += b->n;
	return 0;
}

/* ---- results ------------------------------------------------------------- */

static int
emit_count(const struct spt_agg *agg, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	const uint64_t *n = (const void *)state;

	(void)agg;
	return spt_builder_int(b, col, (int64_t)*n, e);
}

static int
emit_int(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct sum_int *s = (const void *)state;
	int64_t v;

	if (s->n == 0)
		return spt_builder_null(b, col, e);
	if (agg->kind == SPT_AGG_AVG)
		return spt_builder_float(
		    b, col, spt_wide_mean(&s->sum, s->n), e);
	if (!spt_wide_get(&s->sum, &v))
		return spt_fail(e, SPT_EDATA,
		    "the sum of %s does not fit 64 bits (avg:%s does, or make "
		    "the column float)",
		    agg->column, agg->column);
	return spt_builder_int(b, col, v, e);
}

static int
emit_float(const struct spt_agg *agg, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	const struct sum_float *s = (const void *)state;

	if (s->n == 0)
		return spt_builder_null(b, col, e);
	return spt_builder_float(b, col,
	    agg->kind == SPT_AGG_AVG ? spt_dd_mean(&s->sum, s->n) : s->sum.hi,
	    e);
}

/* ---- saved --------------------------------------------------------------- */

static int
save_words(
    const uint8_t *state, size_t n, struct spt_buf *out, struct spt_err *e)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t word;

		memcpy(&word, state + 8 * i, 8);
		word = htole64(word);
		if (spt_buf_put(out, &word, 8, e) < 0)
			return -1;
	}
	return 0;
}

static int
load_words(uint8_t *state, size_t n, const uint8_t **p, const uint8_t *end)
{
	for (size_t i = 0; i < n; i++, *p += 8) {
		uint64_t word;

		if (end - *p < 8)
			return -1;
		memcpy(&word, *p, 8);
		word = le64toh(word);
		memcpy(state + 8 * i, &word, 8);
	}
	return 0;
}

static int
save_one(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	(void)agg;
	return save_words(state, 1, out, e);
}

static int
load_one(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	(void)agg;
	(void)io;
	(void)e;
	return load_words(state, 1, p, end);
}

static int
save_three(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	(void)agg;
	return save_words(state, 3, out, e);
}

static int
load_three(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	(void)agg;
	(void)io;
	(void)e;
	return load_words(state, 3, p, end);
}

static const struct spt_agg_op op_count = {
	.size = 8,
	.common = true,
	.update = update_count,
	.merge = merge_count,
	.emit = emit_count,
	.save = save_one,
	.load = load_one,
};

static const struct spt_agg_op op_int = {
	.size = sizeof(struct sum_int),
	.common = true,
	.update = update_int,
	.merge = merge_int,
	.emit = emit_int,
	.save = save_three,
	.load = load_three,
};

static const struct spt_agg_op op_float = {
	.size = sizeof(struct sum_float),
	.common = true,
	.update = update_float,
	.merge = merge_float,
	.emit = emit_float,
	.save = save_three,
	.load = load_three,
};

const struct spt_agg_op *
spt_agg_sum_op(enum spt_agg_kind k, enum spt_type t)
{
	if (k == SPT_AGG_COUNT)
		return &op_count;
	if (t == SPT_INT64)
		return &op_int;
	return t == SPT_FLOAT64 ? &op_float : NULL;
}
