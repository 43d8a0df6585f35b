/*
 * exprnum - arithmetic, as jq 1.6 does it: doubles; the remainder is that of
 * the whole parts; a null is an error, but plus takes the other side.
 */
#include <math.h>

#include "expr/exprrun.h"

#define WHOLE 9007199254740992.0 /* 2^53 */

/* Null here is an error of jq's. */
static void
need(struct spt_exprrun *r, const struct spt_node *x,
    const struct spt_rows *rows)
{
	if (x->v.valid == NULL)
		return;
	SPT_EACH(rows, i, if (spt_vec_null(&x->v, i)) spt_row_hard(r, i));
}

static void
add_nulls(struct spt_node *n, const struct spt_rows *rows)
{
	const struct spt_vec *a = &n->a->v, *b = &n->b->v;

	SPT_EACH(rows, i, const bool no_a = spt_vec_null(a, i);
		 const bool no_b = spt_vec_null(b, i);
		 const double x = a->num[(size_t)i & a->mask];
		 const double y = b->num[(size_t)i & b->mask];
		 n->v.num[i] = no_a   ? y
			       : no_b ? x
				      : x + y;
		 if (n->own_valid != NULL) n->own_valid[i] = !(no_a && no_b));
	n->v.valid = n->own_valid;
}

static double
remainder_of(struct spt_exprrun *r, int64_t i, double x, double y)
{
	/* Not with NaN either. */
	if (!(fabs(x) < WHOLE && fabs(y) < WHOLE) || (int64_t)y == 0) {
		spt_row_hard(r, i);
		return 0;
	}
	return (double)((int64_t)x % (int64_t)y);
}

static void
divide(struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows)
{
	const struct spt_vec *a = &n->a->v, *b = &n->b->v;
	double *to = n->v.num;

	if (b->mask == 0 && b->num[0] != 0) {
		const double y = b->num[0];

		SPT_EACH(rows, i, to[i] = a->num[(size_t)i & a->mask] / y);
		return;
	}
	SPT_EACH(rows, i, const double y = b->num[(size_t)i & b->mask];
		 if (y == 0) spt_row_hard(r, i);
		 to[i] = a->num[(size_t)i & a->mask] / y);
}

void
spt_kernel_arith(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows)
{
	const struct spt_vec *a = &n->a->v, *b = &n->b->v;
	const size_t ma = a->mask, mb = b->mask;
	double *to = n->own;

	n->v.num = to;
	n->v.valid = NULL;
	if (n->arith == SPT_OP_ADD && (a->valid != NULL || b->valid != NULL)) {
		add_nulls(n, rows);
		return;
	}
	need(r, n->a, rows);
	need(r, n->b, rows);
	switch (n->arith) {
	case SPT_OP_ADD:
		SPT_EACH(rows, i,
		    to[i] = a->num[(size_t)i & ma] + b->num[(size_t)i & mb]);
		break;
	case SPT_OP_SUB:
		SPT_EACH(rows, i,
		    to[i] = a->num[(size_t)i & ma] - b->num[(size_t)i & mb]);
		break;
	case SPT_OP_MUL:
		SPT_EACH(rows, i,
		    to[i] = a->num[(size_t)i & ma] * b->num[(size_t)i & mb]);
		break;
	case SPT_OP_DIV:
		divide(r, n, rows);
		break;
	default:
		SPT_EACH(rows, i,
		    to[i] = remainder_of(
			r, i, a->num[(size_t)i & ma], b->num[(size_t)i & mb]));
	}
}

void
spt_kernel_unary(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows)
{
	const struct spt_vec *a = &n->a->v;
	const size_t m = a->mask;
	double *to = n->own;

	n->v.num = to;
	n->v.valid = NULL;
	need(r, n->a, rows);
	if (n->op == SPT_NODE_NEG)
		SPT_EACH(rows, i, to[i] = -a->num[(size_t)i & m]);
	else
		SPT_EACH(rows, i, to[i] = n->math(a->num[(size_t)i & m]));
}
