/*
 * exprop - operators as nodes: comparisons, arithmetic, and, or, //.  Which
 * node it is depends on the types of both sides, which are known here; where
 * jq would choose by the value, the program is refused.
 */
#include "expr/exprnode.h"

struct spt_node *
spt_bind_compare(struct spt_bind *b, enum spt_expr_op op, struct spt_node *x,
    struct spt_node *y)
{
	struct spt_node *n =
	    spt_bind_node(b, SPT_NODE_COMPARE, SPT_KIND_BOOL, x, y);

	if (n != NULL)
		n->arith = op;
	return n;
}

struct spt_node *
spt_bind_arith(struct spt_bind *b, enum spt_expr_op op, struct spt_node *x,
    struct spt_node *y)
{
	unsigned kx = spt_node_kind(x), ky = spt_node_kind(y);
	struct spt_node *n;

	if (op >= SPT_OP_EQ && op <= SPT_OP_GE)
		return spt_bind_compare(b, op, x, y);
	if (op == SPT_OP_ADD && (kx == 0 || ky == 0)) {
		n = spt_bind_node(b, SPT_NODE_SEQ,
		    kx == 0 ? y->kinds : x->kinds, kx == 0 ? x : y,
		    kx == 0 ? y : x);
		if (n != NULL)
			n->ints = n->b->ints;
		return n;
	}
	if (op == SPT_OP_ADD && kx == SPT_KIND_TEXT && ky == SPT_KIND_TEXT) {
		n = spt_bind_node(b, SPT_NODE_CONCAT,
		    SPT_KIND_TEXT | (x->kinds & y->kinds), x, y);
		if (n != NULL)
			n->fails = true;
		return n;
	}
	if (kx != SPT_KIND_NUMBER || ky != SPT_KIND_NUMBER)
		return spt_bind_refuse(b, "arithmetic on something else than "
					  "numbers");
	n = spt_bind_node(b, SPT_NODE_ARITH,
	    SPT_KIND_NUMBER | (op == SPT_OP_ADD ? x->kinds & y->kinds : 0), x,
	    y);
	if (n == NULL)
		return NULL;
	n->arith = op;
	n->fails |=
	    op == SPT_OP_DIV || op == SPT_OP_MOD ||
	    (op != SPT_OP_ADD && ((x->kinds | y->kinds) & SPT_KIND_NULL) != 0);
	/* A text times one is the text (exact.c). */
	n->ints =
	    (x->ints || y->ints) && (op == SPT_OP_ADD || op == SPT_OP_MUL);
	return n;
}

static const struct spt_sym *
bind_sum(struct spt_bind *b, const struct spt_sym *x, const struct spt_sym *y)
{
	struct spt_sym *s = spt_bind_copy(b, x, y->n);

	for (size_t i = 0; s != NULL && i < y->n; i++) {
		const struct spt_name *old = spt_bind_find(x, y->names[i].name);

		if (old != NULL && old->node->fails &&
		    old->node->op != SPT_NODE_COL)
			return spt_bind_refuse(b, "+ over what may fail");
		spt_bind_set(s, y->names[i].name, y->names[i].node);
	}
	return s;
}

static const struct spt_sym *
bind_binary(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env inner = *v;
	const struct spt_sym *x, *y;

	inner.spine = false;
	x = spt_bind_any(b, t->a, &inner);
	y = x != NULL ? spt_bind_any(b, t->b, &inner) : NULL;
	if (y == NULL)
		return NULL;
	if (x->scalar == NULL && y->scalar == NULL && t->op == SPT_OP_ADD)
		return bind_sum(b, x, y);
	if (x->scalar == NULL || y->scalar == NULL)
		return spt_bind_refuse(b, "an operator on objects");
	if (x->scalar->kinds == 0 || y->scalar->kinds == 0)
		return spt_bind_refuse(b, "error inside an expression");
	return spt_bind_sym(b, spt_bind_arith(b, t->op, x->scalar, y->scalar));
}

static struct spt_node *
bind_neg(struct spt_bind *b, struct spt_node *x)
{
	struct spt_node *n;

	if (x == NULL)
		return NULL;
	if (spt_node_kind(x) != SPT_KIND_NUMBER)
		return spt_bind_refuse(b, "- before what is no number");
	n = spt_bind_node(b, SPT_NODE_NEG, SPT_KIND_NUMBER, x, NULL);
	if (n != NULL)
		n->fails |= spt_node_nulls(x);
	return n;
}

/* a and b, a or b: b only where a does not decide. */
static struct spt_node *
bind_logic(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env other = *v;
	struct spt_node *x = spt_bind_scalar(b, t->a, v), *y;

	other.sure = false;
	y = x != NULL ? spt_bind_scalar(b, t->b, &other) : NULL;
	return y == NULL
		   ? NULL
		   : spt_bind_node(b,
			 t->kind == SPT_TREE_AND ? SPT_NODE_AND : SPT_NODE_OR,
			 SPT_KIND_BOOL, x, y);
}

struct spt_node *
spt_bind_alt(struct spt_bind *b, struct spt_node *x, struct spt_node *y)
{
	struct spt_node *n;
	unsigned k = spt_node_kind(x) | spt_node_kind(y);

	if ((k & (k - 1)) != 0)
		return spt_bind_refuse(b, "// between different types");
	n = spt_bind_node(
	    b, SPT_NODE_ALT, k | (y->kinds & SPT_KIND_NULL), x, y);
	if (n != NULL)
		n->ints = x->ints || y->ints;
	return n;
}

static struct spt_node *
bind_alt(struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env other = *v;
	struct spt_node *x, *y;

	other.sure = false;
	x = spt_bind_scalar(b, t->a, &other);
	y = x != NULL ? spt_bind_scalar(b, t->b, &other) : NULL;
	return y != NULL ? spt_bind_alt(b, x, y) : NULL;
}

const struct spt_sym *
spt_bind_operator(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	switch (t->kind) {
	case SPT_TREE_ALT:
		return spt_bind_sym(b, bind_alt(b, t, v));
	case SPT_TREE_AND:
	case SPT_TREE_OR:
		return spt_bind_sym(b, bind_logic(b, t, v));
	case SPT_TREE_NEG:
		return spt_bind_sym(
		    b, bind_neg(b, spt_bind_scalar(b, t->a, v)));
	default:
		return bind_binary(b, t, v);
	}
}
