/*
 * exprmake - the constructs of the language, as nodes.
 */
#include <stdio.h>
#include <string.h>

#include "expr/exprnode.h"

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
		now = spt_bind_alt(b, was, now);
	else if (t->op != SPT_OP_SET && t->op != SPT_OP_UPDATE)
		now = spt_bind_arith(b, t->op, was, now);
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
	case SPT_TREE_AND:
	case SPT_TREE_OR:
	case SPT_TREE_BINARY:
	case SPT_TREE_NEG:
		return spt_bind_operator(b, t, v);
	case SPT_TREE_IF:
		return spt_bind_if(b, t, v);
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
