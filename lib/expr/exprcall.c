/*
 * exprcall - the functions, as nodes.
 */
#include <stdio.h>
#include <string.h>

#include "expr/exprname.h"
#include "expr/exprnode.h"

static struct spt_node *
bind_truth(struct spt_bind *b, bool truth)
{
	struct spt_node *n = spt_bind_const(b, SPT_KIND_BOOL);

	if (n != NULL)
		n->truth = truth;
	return n;
}

static void *
refuse_of(struct spt_bind *b, const struct spt_tree *t, const char *what)
{
	char text[SPT_EXPR_WHY];

	snprintf(text, sizeof text, "%.40s of %s", t->text, what);
	return spt_bind_refuse(b, text);
}

/* A node of one operand of this kind; null is an error of jq's. */
static struct spt_node *
unary(struct spt_bind *b, const struct spt_tree *t, enum spt_node_op op,
    unsigned kinds, struct spt_node *x, unsigned takes)
{
	struct spt_node *n;

	if (spt_node_kind(x) != takes)
		return refuse_of(b, t,
		    takes == SPT_KIND_TEXT ? "what is no string"
					   : "what is no number");
	n = spt_bind_node(b, op, kinds, x, NULL);
	if (n != NULL)
		n->fails |= spt_node_nulls(x);
	return n;
}

/* Behind it the text of the one argument, which is a literal. */
static struct spt_node *
with_text(struct spt_bind *b, const struct spt_tree *t, struct spt_node *n)
{
	const struct spt_tree *arg = t->a;

	if (n == NULL)
		return NULL;
	if (arg->kind != SPT_TREE_TEXT || arg->n == 0 ||
	    memchr(arg->text, '\0', arg->n) != NULL)
		return refuse_of(b, t, "what is no plain text");
	n->text = arg->text;
	n->n = arg->n;
	return n;
}

static struct spt_node *
bind_trim(struct spt_bind *b, const struct spt_tree *t, enum spt_node_op op,
    struct spt_node *x)
{
	struct spt_node *n;

	if (spt_node_kind(x) != SPT_KIND_TEXT)
		return refuse_of(b, t, "what is no string");
	n = spt_bind_node(b, op, x->kinds, x, NULL);
	return with_text(b, t, n);
}

/* A pattern without anything that a regular expression could mean. */
static bool
is_literal(const char *p, size_t n)
{
	static const char plain[] = " !\"%&',-/:;<=>@_`~";

	for (size_t i = 0; i < n; i++)
		if ((p[i] < '0' || p[i] > '9') && (p[i] < 'A' || p[i] > 'Z') &&
		    (p[i] < 'a' || p[i] > 'z') &&
		    (p[i] == '\0' || strchr(plain, p[i]) == NULL))
			return false;
	return n != 0;
}

static struct spt_node *
bind_contains(
    struct spt_bind *b, const struct spt_tree *t, struct spt_node *x, bool test)
{
	struct spt_node *n;

	if (test &&
	    (t->a->kind != SPT_TREE_TEXT || !is_literal(t->a->text, t->a->n)))
		return spt_bind_refuse(b, "test of a pattern");
	n = unary(b, t, SPT_NODE_CONTAINS, SPT_KIND_BOOL, x, SPT_KIND_TEXT);
	n = with_text(b, t, n);
	if (n != NULL)
		n->truth = test;
	return n;
}

/* startswith, endswith */
static struct spt_node *
bind_edge(struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v,
    enum spt_node_op op)
{
	struct spt_node *x = v->dot->scalar, *y = spt_bind_scalar(b, t->a, v);
	struct spt_node *n;

	if (y == NULL)
		return NULL;
	if (spt_node_kind(x) != SPT_KIND_TEXT ||
	    spt_node_kind(y) != SPT_KIND_TEXT)
		return refuse_of(b, t, "what is no string");
	n = spt_bind_node(b, op, SPT_KIND_BOOL, x, y);
	if (n != NULL)
		n->fails |= spt_node_nulls(x) || spt_node_nulls(y);
	return n;
}

/* IN(a, b, ...): any of them equal. */
static struct spt_node *
bind_in(struct spt_bind *b, const struct spt_tree *arg, const struct spt_env *v,
    struct spt_node *x)
{
	struct spt_node *y, *z;

	if (arg->kind == SPT_TREE_COMMA) {
		y = bind_in(b, arg->a, v, x);
		z = y != NULL ? bind_in(b, arg->b, v, x) : NULL;
		return z == NULL
			   ? NULL
			   : spt_bind_node(b, SPT_NODE_OR, SPT_KIND_BOOL, y, z);
	}
	y = spt_bind_scalar(b, arg, v);
	return y != NULL ? spt_bind_compare(b, SPT_OP_EQ, x, y) : NULL;
}

static const struct spt_sym *
bind_del(
    struct spt_bind *b, const struct spt_tree *path, const struct spt_sym *s)
{
	if (s->scalar != NULL)
		return spt_bind_refuse(b, "del of what is no object");
	if (path->kind == SPT_TREE_COMMA) {
		s = bind_del(b, path->a, s);
		return s != NULL ? bind_del(b, path->b, s) : NULL;
	}
	if (path->kind != SPT_TREE_FIELD || path->a->kind != SPT_TREE_DOT)
		return spt_bind_refuse(b, "del of something else than .a, .b");
	return spt_bind_without(b, s, path->text);
}

static struct spt_node *
bind_has(struct spt_bind *b, const struct spt_tree *t, const struct spt_sym *s)
{
	bool found = false;

	if (s->scalar != NULL || t->a->kind != SPT_TREE_TEXT)
		return spt_bind_refuse(b, "has of what is no key of an object");
	for (size_t i = 0; i < s->n; i++)
		found |= strlen(s->names[i].name) == t->a->n &&
			 memcmp(s->names[i].name, t->a->text, t->a->n) == 0;
	return bind_truth(b, found);
}

static const struct spt_sym *
bind_select(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_env inner = *v;
	struct spt_node *cond;

	if (!v->spine)
		return spt_bind_refuse(b, "select inside an expression");
	inner.spine = false;
	cond = spt_bind_scalar(b, t->a, &inner);
	return cond != NULL && spt_bind_step(b, cond, true) ? v->dot : NULL;
}

static struct spt_node *
bind_error(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	struct spt_node *n;

	/* What the message is computed from may be anything: libjq does it. */
	if (t->a != NULL && spt_bind_scalar(b, t->a, v) == NULL)
		return NULL;
	n = spt_bind_node(b, SPT_NODE_FAIL, 0, NULL, NULL);
	if (n != NULL)
		n->fails = true;
	return n;
}

/* Functions of a scalar. */
static struct spt_node *
bind_scalar_call(struct spt_bind *b, const struct spt_tree *t,
    const struct spt_env *v, const struct spt_fn_entry *f)
{
	struct spt_node *x = v->dot->scalar, *n;

	if (x->kinds == 0)
		return spt_bind_refuse(b, "error inside an expression");
	switch (f->fn) {
	case SPT_FN_TYPE:
		return spt_bind_node(b, SPT_NODE_TYPE, SPT_KIND_TEXT, x, NULL);
	case SPT_FN_IN:
		return bind_in(b, t->a, v, x);
	case SPT_FN_MATH:
		n = unary(
		    b, t, SPT_NODE_MATH, SPT_KIND_NUMBER, x, SPT_KIND_NUMBER);
		if (n != NULL) {
			n->math = f->math;
			n->name = f->name;
		}
		return n;
	case SPT_FN_LENGTH:
		if (spt_node_kind(x) == SPT_KIND_BOOL)
			return refuse_of(b, t, "a bool");
		return spt_bind_node(
		    b, SPT_NODE_LENGTH, SPT_KIND_NUMBER, x, NULL);
	case SPT_FN_DOWNCASE:
	case SPT_FN_UPCASE:
		n = unary(b, t, SPT_NODE_CASE, SPT_KIND_TEXT, x, SPT_KIND_TEXT);
		if (n != NULL)
			n->truth = f->fn == SPT_FN_UPCASE;
		return n;
	case SPT_FN_TOSTRING:
		n = spt_bind_node(b, SPT_NODE_TOSTRING, SPT_KIND_TEXT, x, NULL);
		if (n != NULL)
			n->fails |= spt_node_kind(x) == SPT_KIND_NUMBER;
		return n;
	case SPT_FN_TONUMBER:
		if (spt_node_kind(x) != SPT_KIND_TEXT &&
		    spt_node_kind(x) != SPT_KIND_NUMBER)
			return refuse_of(b, t, "what is no string");
		n = spt_bind_node(
		    b, SPT_NODE_TONUMBER, SPT_KIND_NUMBER, x, NULL);
		if (n != NULL) {
			n->fails = true;
			n->ints = x->ints;
		}
		return n;
	case SPT_FN_STARTS:
		return bind_edge(b, t, v, SPT_NODE_STARTS);
	case SPT_FN_ENDS:
		return bind_edge(b, t, v, SPT_NODE_ENDS);
	case SPT_FN_LTRIM:
		return bind_trim(b, t, SPT_NODE_LTRIM, x);
	case SPT_FN_RTRIM:
		return bind_trim(b, t, SPT_NODE_RTRIM, x);
	case SPT_FN_CONTAINS:
		return bind_contains(b, t, x, false);
	case SPT_FN_TEST:
		return bind_contains(b, t, x, true);
	default:
		return spt_bind_refuse(b, "split without [n]");
	}
}

const struct spt_sym *
spt_bind_call(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v)
{
	const struct spt_fn_entry *f;
	struct spt_env inner = *v;
	int args = 0;

	for (const struct spt_tree *x = t->a; x != NULL; x = x->next)
		args++;
	f = spt_fn_find(t->text, args);
	if (f == NULL)
		return spt_bind_refuse(b, t->text);
	inner.spine = false;
	switch (f->fn) {
	case SPT_FN_TRUE:
	case SPT_FN_FALSE:
		return spt_bind_sym(b, bind_truth(b, f->fn == SPT_FN_TRUE));
	case SPT_FN_NULL:
		return spt_bind_sym(b, spt_bind_const(b, SPT_KIND_NULL));
	case SPT_FN_NOW:
		return spt_bind_sym(b, spt_bind_node(b, SPT_NODE_NOW,
					   SPT_KIND_NUMBER, NULL, NULL));
	case SPT_FN_EMPTY:
		return spt_bind_refuse(b, "empty inside an expression");
	case SPT_FN_ERROR:
		return spt_bind_sym(b, bind_error(b, t, &inner));
	case SPT_FN_SELECT:
		return bind_select(b, t, v);
	case SPT_FN_DEL:
		return bind_del(b, t->a, v->dot);
	case SPT_FN_HAS:
		return spt_bind_sym(b, bind_has(b, t, v->dot));
	case SPT_FN_NOT:
		if (v->dot->scalar == NULL)
			return spt_bind_sym(b, bind_truth(b, false));
		return spt_bind_sym(
		    b, spt_bind_node(b, SPT_NODE_NOT, SPT_KIND_BOOL,
			   v->dot->scalar, NULL));
	default:
		if (v->dot->scalar == NULL)
			return refuse_of(b, t, "an object");
		return spt_bind_sym(b, bind_scalar_call(b, t, &inner, f));
	}
}
