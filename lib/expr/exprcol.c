/*
 * exprcol - columns and constants as operands.
 *
 * jq's numbers are doubles, so an int becomes one here, and a row in which it
 * would lose digits is hard.  What only passes on is taken from the batch and
 * never comes here.
 */
#include "expr/exact.h"
#include "expr/exprrun.h"

static void
spread_valid(struct spt_node *n, const struct spt_col *c, int64_t rows)
{
	n->v.valid = NULL;
	if (c->validity == NULL || c->null_count == 0)
		return;
	for (int64_t i = 0; i < rows; i++)
		n->own_valid[i] = spt_bit(c->validity, i);
	n->v.valid = n->own_valid;
}

static void
spread_ints(struct spt_exprrun *r, struct spt_node *n, const struct spt_col *c)
{
	double *to = n->own;
	bool big = false;

	for (int64_t i = 0; i < r->b->rows; i++) {
		to[i] = (double)c->ints[i];
		big |= spt_int_big(c->ints[i]);
	}
	for (int64_t i = 0; big && i < r->b->rows; i++)
		if (spt_int_big(c->ints[i]) && !spt_vec_null(&n->v, i))
			spt_row_hard(r, i);
	n->v.num = to;
}

void
spt_kernel_col(struct spt_exprrun *r, struct spt_node *n)
{
	const struct spt_col *c = &r->b->cols[n->col];
	double *num = n->own;
	uint8_t *bit = n->own;

	spread_valid(n, c, r->b->rows);
	switch (c->type) {
	case SPT_BOOL:
		for (int64_t i = 0; i < r->b->rows; i++)
			bit[i] = spt_bit(c->bits, i);
		n->v.bit = bit;
		break;
	case SPT_INT64:
		spread_ints(r, n, c);
		break;
	case SPT_FLOAT64:
		/* Never written to. */
		n->v.num = (double *)(uintptr_t)c->floats;
		break;
	case SPT_UTF8:
		n->v.start = (int32_t *)(uintptr_t)c->offsets;
		n->v.end = n->v.start + 1;
		break;
	case SPT_TIMESTAMP:
		for (int64_t i = 0; i < r->b->rows; i++)
			num[i] = (double)c->ints[i] / 1e6;
		n->v.num = num;
		break;
	}
	n->done = true;
}

void
spt_kernel_const(struct spt_node *n, double now)
{
	static const uint8_t no;

	n->v.mask = 0;
	n->v.valid = NULL;
	n->done = true;
	if (n->op == SPT_NODE_NOW)
		n->number = now;
	switch (spt_node_kind(n)) {
	case SPT_KIND_NUMBER:
		n->v.num = n->own;
		n->v.num[0] = n->number;
		break;
	case SPT_KIND_BOOL:
		n->v.bit = n->own;
		n->v.bit[0] = n->truth;
		break;
	case SPT_KIND_TEXT:
		n->v.start = n->own;
		n->v.end = n->v.start + 1;
		n->v.start[0] = 0;
		n->v.end[0] = (int32_t)n->n;
		break;
	default:
		n->v.valid = &no;
	}
}
