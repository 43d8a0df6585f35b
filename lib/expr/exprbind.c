/*
 * exprbind - runs the program once, on names instead of values: the row is an
 * object whose fields are nodes of columns, and every construct of the
 * language makes nodes of nodes.  Objects exist only here; what is left are
 * the nodes that the columns of the result are.
 *
 * jq computes what a pipe drops, and its errors count.  So what stands left
 * of a pipe becomes a step of its own where all rows get there, and part of
 * what follows (SPT_NODE_SEQ) where some do.
 */
#include <stdio.h>
#include <string.h>

#include "expr/exprnode.h"

void *
spt_bind_refuse(struct spt_bind *b, const char *what)
{
	if (b->why[0] == '\0')
		snprintf(b->why, sizeof b->why, "%s", what);
	return NULL;
}

static void *
get(struct spt_bind *b, size_t n)
{
	void *p = spt_arena_get(b->arena, n, b->e);

	if (p == NULL)
		b->failed = true;
	else
		memset(p, 0, n);
	return p;
}

struct spt_node *
spt_bind_node(struct spt_bind *b, enum spt_node_op op, unsigned kinds,
    struct spt_node *x, struct spt_node *y)
{
	struct spt_node *n;

	if (spt_grow(b->arena->io, &b->nodes, &b->cap_nodes, b->n_nodes + 1,
		sizeof(struct spt_node *), b->e) < 0) {
		b->failed = true;
		return NULL;
	}
	n = get(b, sizeof *n);
	if (n == NULL)
		return NULL;
	n->op = op;
	n->kinds = kinds;
	n->a = x;
	n->b = y;
	n->cost = 1 + (x != NULL ? x->cost : 0) + (y != NULL ? y->cost : 0);
	n->fails = (x != NULL && x->fails) || (y != NULL && y->fails);
	n->v.mask = SIZE_MAX;
	spt_buf_init(&n->bytes, b->arena->io);
	b->nodes[b->n_nodes++] = n;
	return n->cost > SPT_BIND_COST ? spt_bind_refuse(b, "its size") : n;
}

struct spt_node *
spt_bind_const(struct spt_bind *b, unsigned kind)
{
	struct spt_node *n = spt_bind_node(b, SPT_NODE_CONST, kind, NULL, NULL);

	if (n != NULL)
		n->v.mask = 0;
	return n;
}

const struct spt_sym *
spt_bind_sym(struct spt_bind *b, struct spt_node *n)
{
	struct spt_sym *s;

	if (n == NULL)
		return NULL;
	s = get(b, sizeof *s);
	if (s != NULL)
		s->scalar = n;
	return s;
}

bool
spt_bind_step(struct spt_bind *b, struct spt_node *n, bool filter)
{
	struct spt_step *s;

	if (!filter && (n->op == SPT_NODE_COL || n->op == SPT_NODE_CONST))
		return true;
	s = get(b, sizeof *s);
	if (s == NULL)
		return false;
	s->node = n;
	s->filter = filter;
	*b->end = s;
	b->end = &s->next;
	return true;
}

/* ---- objects ------------------------------------------------------------- */

const struct spt_name *
spt_bind_find(const struct spt_sym *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->names[i].name, name) == 0)
			return &s->names[i];
	return NULL;
}

struct spt_sym *
spt_bind_copy(struct spt_bind *b, const struct spt_sym *s, size_t more)
{
	struct spt_sym *d = get(b, sizeof *d);

	if (d == NULL)
		return NULL;
	d->names = get(b, (s->n + more + 1) * sizeof *d->names);
	if (d->names == NULL)
		return NULL;
	if (s->n != 0)
		memcpy(d->names, s->names, s->n * sizeof *d->names);
	d->n = s->n;
	return d;
}

/* There is room for one name more. */
void
spt_bind_set(struct spt_sym *s, const char *name, struct spt_node *n)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->names[i].name, name) == 0) {
			s->names[i].node = n;
			return;
		}
	s->names[s->n].name = name;
	s->names[s->n++].node = n;
}

const struct spt_sym *
spt_bind_without(struct spt_bind *b, const struct spt_sym *s, const char *name)
{
	struct spt_sym *d = spt_bind_copy(b, s, 0);
	size_t n = 0;

	if (d == NULL)
		return NULL;
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->names[i].name, name) != 0)
			d->names[n++] = s->names[i];
	d->n = n;
	return d;
}

static struct spt_node *
column(struct spt_bind *b, size_t k)
{
	static const unsigned kinds[] = { [SPT_BOOL] = SPT_KIND_BOOL,
		[SPT_INT64] = SPT_KIND_NUMBER,
		[SPT_FLOAT64] = SPT_KIND_NUMBER,
		[SPT_UTF8] = SPT_KIND_TEXT,
		[SPT_TIMESTAMP] = SPT_KIND_NUMBER };
	enum spt_type type = b->in->fields[k].type;
	struct spt_node *n = b->cols[k];

	if (n != NULL)
		return n;
	n = spt_bind_node(
	    b, SPT_NODE_COL, kinds[type] | SPT_KIND_NULL, NULL, NULL);
	if (n == NULL)
		return NULL;
	n->col = (int)k;
	n->ints = n->fails = type == SPT_INT64;
	return b->cols[k] = n;
}

static const struct spt_sym *
row(struct spt_bind *b)
{
	struct spt_sym *s = get(b, sizeof *s);

	if (s == NULL)
		return NULL;
	s->names = get(b, (b->in->n + 1) * sizeof *s->names);
	if (s->names == NULL)
		return NULL;
	for (size_t k = 0; k < b->in->n; k++) {
		s->names[k].name = b->in->fields[k].name;
		s->names[k].node = column(b, k);
		if (s->names[k].node == NULL)
			return NULL;
	}
	s->n = b->in->n;
	return s;
}

/* ---- what is computed and dropped ---------------------------------------- */

/* s, after x was computed too. */
const struct spt_sym *
spt_bind_after(struct spt_bind *b, struct spt_node *x, const struct spt_sym *s)
{
	struct spt_sym *d;
	size_t n;

	if (s == NULL || !x->fails || x->op == SPT_NODE_COL)
		return s;
	if (s->scalar != NULL) {
		struct spt_node *y = spt_bind_node(
		    b, SPT_NODE_SEQ, s->scalar->kinds, x, s->scalar);

		if (y != NULL)
			y->ints = s->scalar->ints;
		return spt_bind_sym(b, y);
	}
	d = spt_bind_copy(b, s, 0);
	n = d != NULL ? d->n : 0;
	for (size_t i = 0; i < n; i++) {
		struct spt_node *y = spt_bind_node(b, SPT_NODE_SEQ,
		    d->names[i].node->kinds, x, d->names[i].node);

		if (y == NULL)
			return NULL;
		y->ints = d->names[i].node->ints;
		d->names[i].node = y;
	}
	return d;
}

static bool
hold(struct spt_bind *b, const struct spt_sym *s)
{
	if (s->scalar != NULL)
		return spt_bind_step(b, s->scalar, false);
	for (size_t i = 0; i < s->n; i++)
		if (!spt_bind_step(b, s->names[i].node, false))
			return false;
	return true;
}

/* `left` is computed, then `body` with v. */
const struct spt_sym *
spt_bind_then(struct spt_bind *b, const struct spt_sym *left,
    const struct spt_tree *body, const struct spt_env *v)
{
	const struct spt_sym *s;

	if (v->sure)
		return hold(b, left) ? spt_bind_any(b, body, v) : NULL;
	s = spt_bind_any(b, body, v);
	if (left->scalar != NULL)
		return spt_bind_after(b, left->scalar, s);
	for (size_t i = 0; s != NULL && i < left->n; i++)
		s = spt_bind_after(b, left->names[i].node, s);
	return s;
}

const struct spt_sym *
spt_bind_program(struct spt_bind *b, const struct spt_tree *tree)
{
	struct spt_env v = { .spine = true, .sure = true };
	const struct spt_sym *s;

	b->steps = NULL;
	b->end = &b->steps;
	b->cols = get(b, (b->in->n + 1) * sizeof(struct spt_node *));
	if (b->cols == NULL)
		return NULL;
	v.dot = row(b);
	if (v.dot == NULL)
		return NULL;
	s = spt_bind_any(b, tree, &v);
	if (s != NULL && s->scalar != NULL && s->scalar->kinds == 0)
		return spt_bind_refuse(b, "nothing but error");
	return s;
}
