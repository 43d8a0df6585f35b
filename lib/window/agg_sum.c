/*
 * agg_sum - counts, sums and means.
 *
 * Saved states: how many values in 8 bytes, less than 2^63; for sums and means
 * of int then the low and the high half of the sum in 8 bytes each, of float
 * the sum as in floatsum.h.  Least byte first.
 */
#include <endian.h>

#include "batch/bulk.h"
#include "window/agg.h"
#include "window/exactsum.h"
#include "window/floatsum.h"

struct sum_int {
	uint64_t n;
	struct spt_wide sum;
};

struct sum_float {
	uint64_t n;
	struct spt_floatsum sum;
};

/* ---- rows ---------------------------------------------------------------- */

static int
update_count(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = agg->col < 0 ? NULL : &in->b->cols[agg->col];

	(void)e;
	if (c == NULL || c->validity == NULL) {
		for (size_t i = 0; i < in->n; i++)
			++*(uint64_t *)(void *)(in->states[i] + agg->at);
		return 0;
	}
	for (size_t i = 0; i < in->n; i++)
		if (!spt_col_null(c, in->rows[i]))
			++*(uint64_t *)(void *)(in->states[i] + agg->at);
	return 0;
}

static int
update_int(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
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
update_float(
    const struct spt_agg *agg, const struct spt_agg_rows *in, struct spt_err *e)
{
	const struct spt_col *c = &in->b->cols[agg->col];

	for (size_t i = 0; i < in->n; i++) {
		struct sum_float *s = (void *)(in->states[i] + agg->at);

		if (spt_col_null(c, in->rows[i]))
			continue;
		if (spt_floatsum_add(
			&s->sum, in->io, c->floats[in->rows[i]], e) < 0)
			return -1;
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
	a->n += b->n;
	return spt_floatsum_merge(&a->sum, io, &b->sum, e);
}

static void
merge_counts(const struct spt_agg *agg, uint8_t *const *into,
    const uint8_t *from, size_t stride, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		uint64_t *a = (void *)(into[k] + agg->at);

		*a += *(const uint64_t *)(const void *)(from + k * stride +
							agg->at);
	}
}

static void
merge_ints(const struct spt_agg *agg, uint8_t *const *into, const uint8_t *from,
    size_t stride, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		struct sum_int *a = (void *)(into[k] + agg->at);
		const struct sum_int *b =
		    (const void *)(from + k * stride + agg->at);

		spt_wide_merge(&a->sum, &b->sum);
		a->n += b->n;
	}
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
emit_counts(const struct spt_agg *agg, uint8_t *const *states, size_t n,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	struct spt_colb *c = &b->cols[col];
	uint64_t *v;

	if (spt_bulk_room(c, n, 0, e) < 0)
		return -1;
	v = spt_bulk_values(c);
	for (size_t k = 0; k < n; k++)
		v[k] = *(const uint64_t *)(const void *)(states[k] + agg->at);
	return spt_bulk_add(c, n, 0, e);
}

/* Groups from k on up to one that is not just a number: how many. */
static size_t
put_sums(
    const struct spt_agg *agg, uint8_t *const *states, size_t n, int64_t *v)
{
	size_t k = 0;

	for (; k < n; k++) {
		const struct sum_int *s = (const void *)(states[k] + agg->at);

		if (s->n == 0 || !spt_wide_get(&s->sum, &v[k]))
			break;
	}
	return k;
}

static int
emit_ints(const struct spt_agg *agg, uint8_t *const *states, size_t n,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	struct spt_colb *c = &b->cols[col];

	for (size_t k = 0; k < n; k++) {
		size_t m = 0;

		if (agg->kind == SPT_AGG_SUM) {
			if (spt_bulk_room(c, n - k, 0, e) < 0)
				return -1;
			m = put_sums(
			    agg, states + k, n - k, spt_bulk_values(c));
			if (spt_bulk_add(c, m, 0, e) < 0)
				return -1;
			k += m;
		}
		if (k < n && emit_int(agg, states[k] + agg->at, b, col, e) < 0)
			return -1;
	}
	return 0;
}

static int
emit_float(const struct spt_agg *agg, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	const struct sum_float *s = (const void *)state;
	struct spt_floatsum sum;
	int rc = -1;

	if (s->n == 0)
		return spt_builder_null(b, col, e);
	if (spt_floatsum_copy(&sum, b->io, &s->sum, e) == 0 &&
	    spt_floatsum_settle(&sum, b->io, e) == 0)
		rc = spt_builder_float(b, col,
		    agg->kind == SPT_AGG_AVG ? spt_floatsum_mean(&sum, s->n)
					     : spt_floatsum_get(&sum),
		    e);
	spt_floatsum_fini(&sum, b->io);
	return rc;
}

/* ---- saved ------------------------------------------------------------- */

static int
save_word(struct spt_buf *out, uint64_t word, struct spt_err *e)
{
	word = htole64(word);
	return spt_buf_put(out, &word, 8, e);
}

static int
load_word(uint64_t *word, const uint8_t **p, const uint8_t *end)
{
	if (end - *p < 8)
		return -1;
	memcpy(word, *p, 8);
	*word = le64toh(*word);
	*p += 8;
	return 0;
}

/* All states begin with how many values. */
static int
save_count(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const uint64_t *n = (const void *)state;

	(void)agg;
	return save_word(out, *n, e);
}

static int
load_count(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	uint64_t *n = (void *)state;

	(void)agg;
	(void)io;
	(void)e;
	return load_word(n, p, end) < 0 || *n > INT64_MAX ? -1 : 0;
}

static int
save_int(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const struct sum_int *s = (const void *)state;

	if (save_count(agg, state, out, e) < 0 ||
	    save_word(out, s->sum.lo, e) < 0)
		return -1;
	return save_word(out, s->sum.hi, e);
}

static int
load_int(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	struct sum_int *s = (void *)state;

	if (load_count(agg, state, io, p, end, e) < 0 ||
	    load_word(&s->sum.lo, p, end) < 0)
		return -1;
	return load_word(&s->sum.hi, p, end);
}

static int
save_float(const struct spt_agg *agg, const uint8_t *state, struct spt_buf *out,
    struct spt_err *e)
{
	const struct sum_float *s = (const void *)state;

	if (save_count(agg, state, out, e) < 0)
		return -1;
	return spt_floatsum_save(&s->sum, out, e);
}

static int
load_float(const struct spt_agg *agg, uint8_t *state, const struct spt_io *io,
    const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	struct sum_float *s = (void *)state;

	if (load_count(agg, state, io, p, end, e) < 0)
		return -1;
	return spt_floatsum_load(&s->sum, io, p, end, e);
}

static void
fini_float(uint8_t *state, const struct spt_io *io)
{
	struct sum_float *s = (void *)state;

	spt_floatsum_fini(&s->sum, io);
}

static size_t
bytes_float(const uint8_t *state)
{
	const struct sum_float *s = (const void *)state;

	return spt_fixed_bytes(&s->sum.rest);
}

static const struct spt_agg_op op_count = {
	.size = 8,
	.common = true,
	.update = update_count,
	.merge = merge_count,
	.merge_states = merge_counts,
	.emit = emit_count,
	.emit_states = emit_counts,
	.save = save_count,
	.load = load_count,
};

static const struct spt_agg_op op_int = {
	.size = sizeof(struct sum_int),
	.common = true,
	.update = update_int,
	.merge = merge_int,
	.merge_states = merge_ints,
	.emit = emit_int,
	.emit_states = emit_ints,
	.save = save_int,
	.load = load_int,
};

static const struct spt_agg_op op_float = {
	.size = sizeof(struct sum_float),
	.common = true,
	.update = update_float,
	.merge = merge_float,
	.emit = emit_float,
	.save = save_float,
	.load = load_float,
	.fini = fini_float,
	.bytes = bytes_float,
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
