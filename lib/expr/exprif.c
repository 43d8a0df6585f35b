/*
 * exprif - if as a node.  Where a side is `empty` it is a filter of rows, where
 * a side is error(...) a check of them; else both sides are computed and one is
 * taken, which needs that they have the same type, or are objects of the same
 * keys.
 */
#include <string.h>

#include "expr/exprnode.h"

static struct spt_node *
choose(struct spt_bind *b, struct spt_node *cond, struct spt_node *x,
    struct spt_node *y)
{
	unsigned k = spt_node_kind(x) | spt_node_kind(y);
	struct spt_node *n;

	if (x == y)
		return x;
	if ((k & (k - 1)) != 0)
		return spt_bind_refuse(b, "if with results of different types");
	n = spt_bind_node(b, SPT_NODE_IF, x->kinds | y->kinds, x, y);
	if (n == NULL)
		return NULL;
	n->c = n->b;
	n->b = n->a;
	n->a = cond;
	n->cost += cond->cost;
	n->fails |= cond->fails;
	n->ints = x->ints || y->ints;
	return n->cost > SPT_BIND_COST ? spt_bind_refuse(b, "its size") : n;
}

static const struct spt_sym *
choose_sym(struct spt_bind *b, struct spt_node *cond, const struct spt_sym *x,
    const struct spt_sym *y)
{
	struct spt_sym *s;
	bool same;

	if ((x->scalar == NULL) != (y->scalar == NULL))
		return spt_bind_refuse(
		    b, "if with an object and something else");
	if (x->scalar != NULL)
		return spt_bind_sym(b, choose(b, cond, x->scalar, y->scalar));
	same = x->n == y->n;
	for (size_t i = 0; same && i < x->n; i++)
		same = strcmp(x->names[i].name, y->names[i].name) == 0;
	if (!same)
		return spt_bind_refuse(b, "if with objects of different keys");
	s = spt_bind_copy(b, x, 0);
	for (size_t i = 0; s != NULL && i < x->n; i++) {
		s->names[i].node =
		    choose(b, cond, x->names[i].node, y->names[i].node);
		if (s->names[i].node == NULL)
			return NULL;
	}
	/* Nothing of the condition may be left. */
	return s;
}

static bool
is_empty(const struct spt_tree *t)
{
	return t->kind == SPT_TREE_CALL && strcmp(t->text, "empty") == 0;
}

static struct spt_node *
negate(struct spt_bind *b, struct spt_node *x)
{
	return x == NULL
		   ? NULL
		   : spt_bind_node(b, SPT_NODE_NOT, SPT_KIND_BOOL, x, NULL);
}

/* if with error(...) on one side: rows that get there are hard, the others
 * have the value of the other side. */
static const struct spt_sym *
assert_that(struct spt_bind *b, struct spt_node *cond, struct spt_node *fail,
    const struct spt_sym *other, bool sure)
{
	struct spt_node *null = spt_bind_const(b, SPT_KIND_NULL), *n;

	if (!sure)
		return spt_bind_refuse(b, "error inside an expression");
	if (cond == NULL || null == NULL)
		return NULL;
	n = choose(b, cond, fail, null);
	return n != NULL && spt_bind_step(b, n, false) ? other : NULL;
}

const struct spt_sym *
spt_bind_if(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_node *cond = spt_bind_scalar(b, t->a, v);
	struct spt_env branch = *v;
	const struct spt_sym *x, *y;
	bool no_x = is_empty(t->b), no_y = is_empty(t->c);

	if (cond == NULL || (v->sure && !spt_bind_step(b, cond, false)))
		return NULL;
	if (v->spine && no_x != no_y) {
		if (no_x)
			cond = negate(b, cond);
		if (cond == NULL || !spt_bind_step(b, cond, true))
			return NULL;
		return spt_bind_any(b, no_x ? t->c : t->b, v);
	}
	branch.sure = branch.spine = false;
	x = spt_bind_any(b, t->b, &branch);
	y = x != NULL ? spt_bind_any(b, t->c, &branch) : NULL;
	if (y == NULL)
		return NULL;
	if (x->scalar != NULL && x->scalar->kinds == 0)
		return assert_that(b, cond, x->scalar, y, v->sure);
	if (y->scalar != NULL && y->scalar->kinds == 0)
		return assert_that(b, negate(b, cond), y->scalar, x, v->sure);
	x = choose_sym(b, cond, x, y);
	return v->sure ? x : spt_bind_after(b, cond, x);
}
