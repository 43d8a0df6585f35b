/*
 * exprcompare - jq 1.6's order: null, false, true, numbers, strings; a NaN is
 * less than every number, and than itself; strings by code points, which is
 * by the bytes of UTF-8.
 */
#include <string.h>

#include "expr/exprrun.h"

static bool
holds(enum spt_expr_op op, int order)
{
	switch (op) {
	case SPT_OP_EQ:
		return order == 0;
	case SPT_OP_NE:
		return order != 0;
	case SPT_OP_LT:
		return order < 0;
	case SPT_OP_LE:
		return order <= 0;
	case SPT_OP_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

static void
compare_numbers(struct spt_node *n, const struct spt_rows *rows)
{
	const struct spt_vec *a = &n->a->v, *b = &n->b->v;
	const size_t ma = a->mask, mb = b->mask;
	uint8_t *to = n->v.bit;

#define X a->num[(size_t)i & ma]
#define Y b->num[(size_t)i & mb]
	switch (n->arith) {
	case SPT_OP_EQ:
		SPT_EACH(rows, i, to[i] = X == Y);
		break;
	case SPT_OP_NE:
		SPT_EACH(rows, i, to[i] = X != Y);
		break;
	case SPT_OP_LT:
		SPT_EACH(rows, i, to[i] = X < Y || X != X);
		break;
	case SPT_OP_LE:
		SPT_EACH(rows, i, to[i] = X <= Y || X != X);
		break;
	case SPT_OP_GT:
		SPT_EACH(rows, i, to[i] = !(X <= Y || X != X));
		break;
	default:
		SPT_EACH(rows, i, to[i] = !(X < Y || X != X));
	}
#undef X
#undef Y
}

static int
order_texts(const struct spt_exprrun *r, const struct spt_node *n, int64_t i)
{
	size_t na, nb;
	const char *a = spt_node_text(r, n->a, i, &na);
	const char *b = spt_node_text(r, n->b, i, &nb);
	int order = memcmp(a, b, na < nb ? na : nb);

	return order != 0 ? order : (na > nb) - (na < nb);
}

static void
compare_texts(const struct spt_exprrun *r, struct spt_node *n,
    const struct spt_rows *rows)
{
	bool equality = n->arith == SPT_OP_EQ || n->arith == SPT_OP_NE;
	size_t na, nb;
	const char *a, *b;

	if (!equality) {
		SPT_EACH(rows, i,
		    n->v.bit[i] = holds(n->arith, order_texts(r, n, i)));
		return;
	}
	SPT_EACH(rows, i, a = spt_node_text(r, n->a, i, &na);
		 b = spt_node_text(r, n->b, i, &nb);
		 n->v.bit[i] = (na == nb && memcmp(a, b, na) == 0) ==
			       (n->arith == SPT_OP_EQ));
}

static int
rank(const struct spt_node *x, int64_t i)
{
	if (spt_node_kind(x) == 0 || spt_vec_null(&x->v, i))
		return 0;
	switch (spt_node_kind(x)) {
	case SPT_KIND_BOOL:
		return 1 + x->v.bit[(size_t)i & x->v.mask];
	case SPT_KIND_NUMBER:
		return 3;
	default:
		return 4;
	}
}

void
spt_kernel_compare(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows)
{
	unsigned kind = spt_node_kind(n->a);
	uint8_t *to = n->own;
	bool same = kind == spt_node_kind(n->b);

	n->v.bit = to;
	n->v.valid = NULL;
	if (same && kind == SPT_KIND_NUMBER)
		compare_numbers(n, rows);
	else if (same && kind == SPT_KIND_TEXT)
		compare_texts(r, n, rows);
	if (same && (kind == SPT_KIND_NUMBER || kind == SPT_KIND_TEXT) &&
	    n->a->v.valid == NULL && n->b->v.valid == NULL)
		return;
	/* Where the kinds decide. */
	SPT_EACH(rows, i, const int x = rank(n->a, i);
		 const int y = rank(n->b, i);
		 if (x != y || x < 3) to[i] = holds(n->arith, x - y));
}
