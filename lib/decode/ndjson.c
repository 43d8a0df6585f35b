/*
 * ndjson - a JSON object a line.
 *
 * Keys of the object are columns.  Columns that -s gives a path are found
 * through a tree of the paths' steps: the scan goes down into a nested value
 * only where the tree does, all the rest is checked and passed over.  Members
 * of the object itself are mostly known by where they stand (jsontrail.h), once
 * names have their columns for good.
 *
 * A key that comes twice counts by its last value, all that it held before is
 * forgotten.  A key that has the name of a column with a path is nobody's; so
 * are an empty one and one with a NUL, which no column can be named.
 */
#include <stdio.h>
#include <string.h>

#include "decode/format.h"
#include "decode/json_scan.h"
#include "decode/jsontree.h"
#include "decode/jsonwalk.h"
#include "decode/schema_text.h"

struct ndjson {
	const struct spt_io *io;
	struct spt_schema_text text;
	struct spt__jsontree tree;
	struct spt__trail trail;
};

/* One line under way. */
struct line {
	struct ndjson *self;
	struct spt__json j;
	struct spt_cells *c;
	struct spt_err *why;
};

static void
close_(void *self)
{
	struct ndjson *s = self;

	if (s == NULL)
		return;
	spt__trail_fini(&s->trail);
	spt__jsontree_fini(&s->tree);
	spt_schema_text_fini(&s->text);
	spt_free(s->io, s);
}

static int
open_(void **self, const struct spt_io *io, const struct spt_decode_conf *conf,
    struct spt_err *e)
{
	struct ndjson *s = spt_alloc_zero(io, sizeof *s, e);

	if (s == NULL)
		return -1;
	s->io = io;
	spt__jsontree_init(&s->tree, io);
	spt__trail_init(&s->trail, io);
	if (spt_schema_text_parse(&s->text, io, conf->schema, e) < 0)
		goto fail;
	for (size_t i = 0; i < s->text.n; i++)
		if (s->text.v[i].path.io != NULL &&
		    spt__jsontree_add(
			&s->tree, &s->text.v[i].path, s->text.v[i].name, e) < 0)
			goto fail;
	*self = s;
	return 0;
fail:
	close_(s);
	return -1;
}

/* ---- cells ------------------------------------------------------------- */

/* Puts the cell where the column has its place, if it has one. */
static bool
put(struct line *l, const char *column, size_t n, const struct spt_cell *cell)
{
	int at = l->c->find(l->c, column, n, l->why);

	if (at >= 0)
		l->c->v[at] = *cell;
	return at != -2;
}

static bool
put_leaves(struct line *l, const struct spt__jsonnode *node,
    const struct spt_cell *cell)
{
	for (const struct spt__jsonleaf *f = node->leaves; f != NULL;
	     f = f->next)
		if (!put(l, f->column, strlen(f->column), cell))
			return false;
	return true;
}

/* Forgets what a value before this one has put below the node. */
static bool
clear(struct line *l, const struct spt__jsonnode *node)
{
	static const struct spt_cell null;

	for (const struct spt__jsonnode *n = node->below; n != NULL;
	     n = n->next)
		if (!put_leaves(l, n, &null) || !clear(l, n))
			return false;
	return true;
}

static bool value(struct line *l, const struct spt__jsonnode *node, int depth,
    struct spt_cell *cell);

/* The key is also a column of the same name, unless that has a path. */
static bool
is_column(const struct ndjson *s, const char *key, size_t n)
{
	if (n == 0 || memchr(key, '\0', n) != NULL)
		return false;
	for (size_t i = 0; s->tree.any && i < s->text.n; i++)
		if (s->text.v[i].path.io != NULL &&
		    strlen(s->text.v[i].name) == n &&
		    memcmp(s->text.v[i].name, key, n) == 0)
			return false;
	return true;
}

/* The key at p, its colon, and what it means. */
static bool
key(struct line *l, const struct spt__jsonnode *at,
    const struct spt__jsonnode **below, int *column)
{
	struct spt__json_text key;

	if (!spt__json_key(&l->j, &key) ||
	    spt__json_unescape(&key, l->c->arena, l->why) < 0)
		return false;
	*below = spt__jsontree_key(at, key.p, key.n);
	*column = -1;
	if (at == &l->self->tree.root && is_column(l->self, key.p, key.n))
		*column = l->c->find(l->c, key.p, key.n, l->why);
	return *column != -2;
}

/* The value of a member whose key means that. */
static bool
wanted(struct line *l, const struct spt__jsonnode *below, int column, int depth)
{
	struct spt_cell cell;

	if (below == NULL) {
		if (column < 0)
			return spt__json_skip(&l->j, depth + 1);
		return value(l, NULL, depth + 1, &l->c->v[column]);
	}
	if (!value(l, below, depth + 1, &cell))
		return false;
	if (column >= 0)
		l->c->v[column] = cell;
	return put_leaves(l, below, &cell);
}

static bool
member(struct line *l, const struct spt__jsonnode *at, int depth)
{
	const struct spt__jsonnode *below;
	int column;

	return key(l, at, &below, &column) && wanted(l, below, column, depth);
}

static bool
element(
    struct line *l, const struct spt__jsonnode *at, int64_t index, int depth)
{
	const struct spt__jsonnode *below = spt__jsontree_index(at, index);
	struct spt_cell cell;

	if (below == NULL)
		return spt__json_skip(&l->j, depth + 1);
	return value(l, below, depth + 1, &cell) && put_leaves(l, below, &cell);
}

/* An object or array into which the tree goes. */
static bool
nested(struct line *l, const struct spt__jsonnode *at, int depth)
{
	char close = *l->j.p == '{' ? '}' : ']';
	int64_t index = 0;
	int rc = 1;

	if (depth > SPT_JSON_DEPTH)
		return spt__json_fail(&l->j, "nested too deeply");
	l->j.p++;
	spt__json_blanks(&l->j);
	if (spt__json_peek(&l->j) == close) {
		l->j.p++;
		return true;
	}
	while (rc == 1) {
		if (!(close == '}' ? member(l, at, depth)
				   : element(l, at, index++, depth)))
			return false;
		rc = spt__json_more(&l->j, close);
	}
	return rc == 0;
}

static bool
text(struct line *l, struct spt_cell *cell)
{
	struct spt__json_text t;

	if (!spt__json_string(&l->j, &t))
		return false;
	if (t.escaped && spt__json_unescape(&t, l->c->arena, l->why) < 0)
		return false;
	cell->kind = SPT_CELL_TEXT;
	cell->p = t.p;
	cell->n = t.n;
	return true;
}

static bool
structure(struct line *l, const struct spt__jsonnode *node, int depth,
    struct spt_cell *cell)
{
	const char *start = l->j.p;

	if (!(node != NULL && node->below != NULL
		    ? nested(l, node, depth)
		    : spt__json_skip(&l->j, depth)))
		return false;
	cell->kind = SPT_CELL_NESTED;
	cell->p = start;
	cell->n = (size_t)(l->j.p - start);
	return true;
}

/* The value at p as a cell; what is below node gets its cells, too. */
static bool
value(struct line *l, const struct spt__jsonnode *node, int depth,
    struct spt_cell *cell)
{
	const char *start = l->j.p;
	char c = spt__json_peek(&l->j);

	if (node != NULL && !clear(l, node))
		return false;
	if (c == '"')
		return text(l, cell);
	if (c == '{' || c == '[')
		return structure(l, node, depth, cell);
	if (c == 't' || c == 'f' || c == 'n') {
		cell->kind = c == 't'   ? SPT_CELL_TRUE
			     : c == 'f' ? SPT_CELL_FALSE
					: SPT_CELL_NULL;
		if (!spt__json_skip(&l->j, depth))
			return false;
	} else {
		cell->kind = SPT_CELL_NUMBER;
		if (!spt__json_scalar(&l->j))
			return false;
	}
	cell->p = start;
	cell->n = (size_t)(l->j.p - start);
	return true;
}

/* ---- a line ------------------------------------------------------------ */

/* The step that the object takes from `at` without a trail to follow: p is
 * behind a value, or at the object's brace.  1, with the new step in *to, or
 * the old one when it is not kept; 0: the object ends; -1. */
static int
step_off(struct line *l, int at, bool first, int *to)
{
	const char *start = l->j.p;
	const struct spt__jsonnode *below;
	int column, rc = 1;

	if (first) {
		l->j.p++;
		spt__json_blanks(&l->j);
		if (spt__json_peek(&l->j) == '}') {
			l->j.p++;
			return 0;
		}
	} else {
		rc = spt__json_more(&l->j, '}');
	}
	if (rc <= 0)
		return rc;
	if (!key(l, &l->self->tree.root, &below, &column))
		return -1;
	*to = spt__trail_add(&l->self->trail, at, start,
	    (size_t)(l->j.p - start), column, below, l->why);
	if (*to < 0 || !wanted(l, below, column, 1))
		return -1;
	return 1;
}

/* The members of the object, along the trail of those before it. */
static bool
members(struct line *l)
{
	const struct spt__trail *t = &l->self->trail;
	bool first = true;
	int at = 0, to, rc;

	for (;; first = false, at = to) {
		to = spt__trail_follow(t, at, first, l->j.p, l->j.end);
		if (to != 0) {
			const struct spt__trail_step *s = &t->v[to];

			l->j.p += s->n;
			spt__json_blanks(&l->j);
			if (!wanted(l, s->below, s->column, 1))
				return false;
		} else {
			rc = step_off(l, at, first, &to);
			if (rc <= 0)
				return rc == 0;
		}
	}
}

static bool
document(struct line *l)
{
	struct spt_cell all = { .kind = SPT_CELL_NESTED, .p = l->j.p };

	if (!(l->c->fixed ? members(l) : nested(l, &l->self->tree.root, 1)))
		return false;
	all.n = (size_t)(l->j.p - all.p);
	spt__json_blanks(&l->j);
	if (l->j.p != l->j.end)
		return spt__json_fail(&l->j, "text behind the object");
	return put_leaves(l, &l->self->tree.root, &all);
}

static int
line(void *self, const char *p, size_t n, struct spt_cells *c,
    struct spt_err *why)
{
	struct line l = { .self = self, .c = c, .why = why };

	l.j.start = l.j.p = p;
	l.j.end = p + n;
	spt__json_blanks(&l.j);
	if (l.j.p == l.j.end)
		return 0;
	if (*l.j.p != '{')
		spt__json_fail(&l.j, "expected an object");
	else if (document(&l))
		return 1;
	/* Without a reason of the scan's own it was find, or memory. */
	if (l.j.why == NULL)
		return -1;
	return spt_fail(why, SPT_EDATA, "not JSON: %s at byte %zu", l.j.why,
	    (size_t)(l.j.p - p) + 1);
}

/* Values that are found by a path need the tree. */
static size_t
lines(void *self, const struct spt_linemap *m, size_t i, size_t n,
    struct spt_place *cells, size_t step)
{
	const struct ndjson *s = self;

	if (s->tree.any)
		return 0;
	return spt__jsonwalk_lines(&s->trail, m, i, n, cells, step);
}

const struct spt_format spt_format_ndjson = {
	.name = "ndjson",
	.named = true,
	.open = open_,
	.close = close_,
	.line = line,
	.lines = lines,
};
