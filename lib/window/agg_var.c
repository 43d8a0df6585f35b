/*
 * agg_var - variance and standard deviation.
 *
 * The sum of the values and that of their squares are kept exactly, and
 * n * squares - sum * sum is computed exactly too, so that nothing cancels and
 * neither the order of rows nor the way of merging can show:
 *
 *	var	(n * squares - sum * sum) / (n * (n - 1)), null for n < 2
 *	var_pop	(n * squares - sum * sum) / (n * n), null for n = 0
 *
 * stddev and stddev_pop are their square roots.  Where a value is infinite or
 * NaN, they are NaN.
 *
 * Saved state: how many values in 8 bytes, least first; 1 byte, is one of them
 * not finite; if none is, sum and squares as in fixed.h.
 */
#include <endian.h>
#include <math.h>

#include "window/agg.h"
#include "window/fixed.h"

struct var {
	uint64_t n;
	uint64_t odd; /* not 0: a value was not finite, sums are empty */
	struct spt_fixed sum, squares;
};

static void
fini(uint8_t *state, const struct spt_io *io)
{
	struct var *s = (void *)state;

	spt_fixed_fini(&s->sum, io);
	spt_fixed_fini(&s->squares, io);
}

static size_t
bytes(const uint8_t *state)
{
	const struct var *s = (const void *)state;

	return spt_fixed_bytes(&s->sum) + spt_fixed_bytes(&s->squares);
}

static void
set_odd(struct var *s, const struct spt_io *io)
{
	fini((uint8_t *)s, io);
	s->odd = 1;
}

/* ---- rows -------------------------------------------------------------- */

static int
update_int(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	for (size_t i = 0; i < in->n; i++) {
		struct var *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];

		if (spt_col_null(c, row))
			continue;
		if (spt_fixed_add_int(&s->sum, in->io, c->ints[row], e) < 0 ||
		    spt_fixed_add_int_square(
			&s->squares, in->io, c->ints[row], e) < 0)
			return -1;
		s->n++;
	}
	return 0;
}

static int
update_float(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	for (size_t i = 0; i < in->n; i++) {
		struct var *s = (void *)(in->states[i] + agg->at);
		uint32_t row = in->rows[i];
		double v;

		if (spt_col_null(c, row))
			continue;
		s->n++;
		v = c->floats[row];
		if (!isfinite(v))
			set_odd(s, in->io);
		if (s->odd != 0)
			continue;
		if (spt_fixed_add(&s->sum, in->io, v, e) < 0 ||
		    spt_fixed_add_square(&s->squares, in->io, v, e) < 0)
			return -1;
	}
	return 0;
}

static int
merge(const struct spt_agg *agg, const struct spt_io *io, uint8_t *into,
    const uint8_t *from, struct spt_err *e)
{
	struct var *a = (void *)into;
	const struct var *b = (const void *)from;

	(void)agg;
	a->n += b->n;
	if (b->odd != 0)
		set_odd(a, io);
	if (a->odd != 0)
		return 0;
	if (spt_fixed_merge(&a->sum, io, &b->sum, e) < 0)
		return -1;
	return spt_fixed_merge(&a->squares, io, &b->squares, e);
}

/* ---- results ----------------------------------------------------------- */

static double
result(enum spt_agg_kind k, const struct var *s)
{
	bool sample = k == SPT_AGG_VAR || k == SPT_AGG_STDDEV;
	unsigned __int128 by = (unsigned __int128)s->n * (s->n - sample);
	int exponent;
	double v;

	if (s->odd != 0)
		return (double)NAN;
	v = spt_fixed_spread(&s->sum, &s->squares, s->n, &exponent) /
	    (double)by;
	if (k == SPT_AGG_VAR || k == SPT_AGG_VAR_POP)
		return ldexp(v, exponent);
	/* The root halves the exponent, so that only the root must fit. */
	if (exponent % 2 != 0)
		v *= 2;
	return ldexp(sqrt(v), (exponent - (exponent % 2 != 0)) / 2);
}

static int
emit(const struct spt_agg *agg, const uint8_t *state, struct spt_builder *b,
    size_t col, struct spt_err *e)
{
	const struct var *s = (const void *)state;
	bool sample = agg->kind == SPT_AGG_VAR || agg->kind == SPT_AGG_STDDEV;

	if (s->n < (sample ? 2 : 1))
		return spt_builder_null(b, col, e);
	return spt_builder_float(b, col, result(agg->kind, s), e);
}

/* ---- saved ------------------------------------------------------------- */

static int
save(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const struct var *s = (const void *)state;
	uint64_t n = htole64(s->n);

	(void)agg;
	if (spt_buf_put(out, &n, 8, e) < 0 ||
	    spt_buf_putc(out, s->odd != 0, e) < 0)
		return -1;
	if (s->odd != 0)
		return 0;
	if (spt_fixed_save(&s->sum, out, e) < 0)
		return -1;
	return spt_fixed_save(&s->squares, out, e);
}

static int
load(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	struct var *s = (void *)state;
	int exponent;

	(void)agg;
	if (end - *p < 9 || (*p)[8] > 1)
		return -1;
	memcpy(&s->n, *p, 8);
	s->n = le64toh(s->n);
	s->odd = (*p)[8];
	*p += 9;
	if (s->odd != 0)
		return s->n == 0 ? -1 : 0;
	if (spt_fixed_load(&s->sum, io, p, end, e) < 0 ||
	    spt_fixed_load(&s->squares, io, p, end, e) < 0)
		return -1;
	if (s->squares.n != 0 && s->squares.limb[s->squares.n - 1] >> 63 != 0)
		return -1;
	/* No values have such sums. */
	if (spt_fixed_spread(&s->sum, &s->squares, s->n, &exponent) < 0)
		return -1;
	return s->n == 0 && s->squares.n != 0 ? -1 : 0;
}

static const struct spt_agg_op op_int = {
	.size = sizeof(struct var),
	.common = true,
	.update = update_int,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini,
	.bytes = bytes,
};

static const struct spt_agg_op op_float = {
	.size = sizeof(struct var),
	.common = true,
	.update = update_float,
	.merge = merge,
	.emit = emit,
	.save = save,
	.load = load,
	.fini = fini,
	.bytes = bytes,
};

const struct spt_agg_op *
spt_agg_var_op(enum spt_type t)
{
	if (t == SPT_INT64)
		return &op_int;
	return t == SPT_FLOAT64 ? &op_float : NULL;
}
