/*
 * exprmake - the constructs of the language, as nodes.
 */
#include <stdio.h>
#include <string.h>

#include "expr/exprnode.h"

/* ---- constructs ---------------------------------------------------------- */

struct spt_node *
spt_bind_scalar(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env inner = *v;
	const struct spt_sym *s;

	inner.spine = false;
	s = spt_bind_any(b, t, &inner);
	if (s == NULL)
		return NULL;
	if (s->scalar == NULL)
		return spt_bind_refuse(b, "an object inside an expression");
	if (s->scalar->kinds == 0)
		return spt_bind_refuse(b, "error inside an expression");
	return s->scalar;
}

static const struct spt_sym *
bind_field(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env inner = *v;
	const struct spt_name *name;
	const struct spt_sym *s;

	/* Of others, what is dropped could have failed. */
	if (t->a->kind != SPT_TREE_DOT && t->a->kind != SPT_TREE_FIELD &&
	    t->a->kind != SPT_TREE_VAR)
		return spt_bind_refuse(b, "a field of an expression");
	inner.spine = false;
	s = spt_bind_any(b, t->a, &inner);
	if (s == NULL)
		return NULL;
	if (s->scalar != NULL && s->scalar->kinds != SPT_KIND_NULL)
		return spt_bind_refuse(b, "a field of what is no object");
	if (s->scalar != NULL)
		return s;
	name = spt_bind_find(s, t->text);
	return spt_bind_sym(
	    b, name != NULL ? name->node : spt_bind_const(b, SPT_KIND_NULL));
}

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

static struct spt_node *
arith(struct spt_bind *b, enum spt_expr_op op, struct spt_node *x,
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
	return spt_bind_sym(b, arith(b, t->op, x->scalar, y->scalar));
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

static struct spt_node *
alt(struct spt_bind *b, struct spt_node *x, struct spt_node *y)
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
	return y != NULL ? alt(b, x, y) : NULL;
}

/* ---- if ------------------------------------------------------------------ */

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

static const struct spt_sym *
bind_if(struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
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

/* ---- the rest ------------------------------------------------------------ */

static const struct spt_sym *
bind_object(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_sym none = { 0 }, *s;
	size_t n = 0;

	for (const struct spt_tree *x = t->a; x != NULL; x = x->next)
		n++;
	s = spt_bind_copy(b, &none, n);
	for (const struct spt_tree *x = t->a; s != NULL && x != NULL;
	     x = x->next) {
		struct spt_node *y = spt_bind_scalar(b, x->a, v);

		if (y == NULL)
			return NULL;
		/* A value that is dropped for a later one has errors too. */
		if (spt_bind_find(s, x->text) != NULL)
			return spt_bind_refuse(b, "a key that comes twice");
		spt_bind_set(s, x->text, y);
	}
	return s;
}

static const struct spt_sym *
bind_as(struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env inner = *v;
	struct spt_var var = { t->text, NULL, v->vars };

	inner.spine = false;
	var.value = spt_bind_any(b, t->a, &inner);
	if (var.value == NULL)
		return NULL;
	if (var.value->scalar != NULL && var.value->scalar->kinds == 0)
		return spt_bind_refuse(b, "error inside an expression");
	inner = *v;
	inner.vars = &var;
	return spt_bind_then(b, var.value, t->b, &inner);
}

static const struct spt_sym *
bind_pipe(struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env inner = *v;

	inner.dot = spt_bind_any(b, t->a, v);
	if (inner.dot == NULL)
		return NULL;
	if (inner.dot->scalar != NULL && inner.dot->scalar->kinds == 0)
		return spt_bind_refuse(b, "error before |");
	return spt_bind_then(b, inner.dot, t->b, &inner);
}

/* .name op= b */
static const struct spt_sym *
bind_set(struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	const struct spt_name *old;
	struct spt_env inner = *v;
	struct spt_node *was, *now;
	struct spt_sym *s;

	if (v->dot->scalar != NULL)
		return spt_bind_refuse(b, "an assignment in what is no object");
	inner.spine = false;
	old = spt_bind_find(v->dot, t->text);
	was = old != NULL ? old->node : spt_bind_const(b, SPT_KIND_NULL);
	if (was == NULL)
		return NULL;
	if (t->op == SPT_OP_UPDATE)
		inner.dot = spt_bind_sym(b, was);
	if (inner.dot == NULL)
		return NULL;
	now = spt_bind_scalar(b, t->b, &inner);
	if (now == NULL)
		return NULL;
	/* jq computes the right side first, whether it is used or not. */
	if (t->op == SPT_OP_ALT && now->fails && now->op != SPT_NODE_COL)
		return spt_bind_refuse(b, "//= with what may fail");
	if (t->op == SPT_OP_ALT)
		now = alt(b, was, now);
	else if (t->op != SPT_OP_SET && t->op != SPT_OP_UPDATE)
		now = arith(b, t->op, was, now);
	s = now != NULL ? spt_bind_copy(b, v->dot, 1) : NULL;
	if (s != NULL)
		spt_bind_set(s, t->text, now);
	return s;
}

static const struct spt_sym *
bind_var(struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	for (const struct spt_var *x = v->vars; x != NULL; x = x->next)
		if (strcmp(x->name, t->text) == 0)
			return x->value;
	return spt_bind_refuse(b, "a variable");
}

/* split(text)[k], the one thing that is indexed. */
static const struct spt_sym *
bind_index(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	const struct spt_tree *call = t->a;
	struct spt_node *n;

	if (call->kind != SPT_TREE_CALL || strcmp(call->text, "split") != 0 ||
	    call->a->kind != SPT_TREE_TEXT || call->a->n == 0)
		return spt_bind_refuse(b, "[ ] of something else than "
					  "split(\"text\")");
	if (v->dot->scalar == NULL ||
	    spt_node_kind(v->dot->scalar) != SPT_KIND_TEXT)
		return spt_bind_refuse(b, "split of what is no string");
	n = spt_bind_node(b, SPT_NODE_SPLIT, SPT_KIND_TEXT | SPT_KIND_NULL,
	    v->dot->scalar, NULL);
	if (n == NULL)
		return NULL;
	n->fails |= spt_node_nulls(n->a);
	n->text = call->a->text;
	n->n = call->a->n;
	n->number = t->number;
	return spt_bind_sym(b, n);
}

static struct spt_node *
bind_literal(struct spt_bind *b, const struct spt_tree *t)
{
	struct spt_node *n = spt_bind_const(
	    b, t->kind == SPT_TREE_TEXT ? SPT_KIND_TEXT : SPT_KIND_NUMBER);

	if (n == NULL)
		return NULL;
	n->number = t->number;
	n->text = t->text;
	n->n = t->n;
	return n;
}

const struct spt_sym *
spt_bind_any(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env inner = *v;

	switch (t->kind) {
	case SPT_TREE_DOT:
		return v->dot;
	case SPT_TREE_FIELD:
		return bind_field(b, t, v);
	case SPT_TREE_NUMBER:
	case SPT_TREE_TEXT:
		return spt_bind_sym(b, bind_literal(b, t));
	case SPT_TREE_VAR:
		return bind_var(b, t, v);
	case SPT_TREE_CALL:
		return spt_bind_call(b, t, v);
	case SPT_TREE_PIPE:
		return bind_pipe(b, t, v);
	case SPT_TREE_COMMA:
		return spt_bind_refuse(b, ", (more than one result)");
	case SPT_TREE_ALT:
		return spt_bind_sym(b, bind_alt(b, t, v));
	case SPT_TREE_AND:
	case SPT_TREE_OR:
		return spt_bind_sym(b, bind_logic(b, t, v));
	case SPT_TREE_BINARY:
		return bind_binary(b, t, v);
	case SPT_TREE_NEG:
		inner.spine = false;
		return spt_bind_sym(
		    b, bind_neg(b, spt_bind_scalar(b, t->a, &inner)));
	case SPT_TREE_IF:
		return bind_if(b, t, v);
	case SPT_TREE_OBJECT:
		return bind_object(b, t, v);
	case SPT_TREE_AS:
		return bind_as(b, t, v);
	case SPT_TREE_SET:
		return bind_set(b, t, v);
	case SPT_TREE_INDEX:
		return bind_index(b, t, v);
	case SPT_TREE_ENTRY:
		break;
	}
	return spt_bind_refuse(b, "something unknown");
}
