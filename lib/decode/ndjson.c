/*
 * ndjson - a JSON object a line.
 *
 * Keys of the object are columns.  Columns that -s gives a path are found
 * through a tree of the paths' steps: the scan goes down into a nested value
 * only where the tree does, all the rest is checked and passed over.
 *
 * A key that comes twice counts by its last value, all that it held before is
 * forgotten.  A key that has the name of a column with a path is nobody's; so
 * are an empty one and one with a NUL, which no column can be named.
 */
#include <stdio.h>
#include <string.h>

#include "decode/format.h"
#include "decode/json_scan.h"
#include "decode/schema_text.h"

struct node {
	const struct spt_jsonstep *step; /* from the node above; root: NULL */
	struct node *below, *next;
	/* The columns that end here: a list through the specs' order. */
	struct leaf *leaves;
};

struct leaf {
	const char *column;
	struct leaf *next;
};

struct ndjson {
	const struct spt_io *io;
	struct spt_schema_text text;
	struct spt_arena arena; /* nodes and leaves */
	struct node root;
	bool paths;
};

/* One line under way. */
struct line {
	struct ndjson *self;
	struct spt__json j;
	struct spt_cells *c;
	struct spt_err *why;
};

/* ---- the tree of paths ------------------------------------------------- */

static bool
same_step(const struct spt_jsonstep *a, const struct spt_jsonstep *b)
{
	if (a->key == NULL || b->key == NULL)
		return a->key == b->key && a->index == b->index;
	return strcmp(a->key, b->key) == 0;
}

/* The node one step below, made if it is not there. */
static struct node *
step_down(struct ndjson *s, struct node *at, const struct spt_jsonstep *step,
    struct spt_err *e)
{
	struct node *n;

	for (n = at->below; n != NULL; n = n->next)
		if (same_step(n->step, step))
			return n;
	n = spt_arena_get(&s->arena, sizeof *n, e);
	if (n == NULL)
		return NULL;
	memset(n, 0, sizeof *n);
	n->step = step;
	n->next = at->below;
	at->below = n;
	return n;
}

static int
add_path(
    struct ndjson *s, const struct spt_column_spec *spec, struct spt_err *e)
{
	struct node *at = &s->root;
	struct leaf *leaf;

	for (size_t i = 0; i < spec->path.n; i++) {
		at = step_down(s, at, &spec->path.v[i], e);
		if (at == NULL)
			return -1;
	}
	leaf = spt_arena_get(&s->arena, sizeof *leaf, e);
	if (leaf == NULL)
		return -1;
	leaf->column = spec->name;
	leaf->next = at->leaves;
	at->leaves = leaf;
	s->paths = true;
	return 0;
}

static void
close_(void *self)
{
	struct ndjson *s = self;

	if (s == NULL)
		return;
	spt_arena_fini(&s->arena);
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
	spt_arena_init(&s->arena, io);
	if (spt_schema_text_parse(&s->text, io, conf->schema, e) < 0)
		goto fail;
	for (size_t i = 0; i < s->text.n; i++)
		if (s->text.v[i].path.io != NULL &&
		    add_path(s, &s->text.v[i], e) < 0)
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
put_leaves(struct line *l, const struct node *node, const struct spt_cell *cell)
{
	for (const struct leaf *f = node->leaves; f != NULL; f = f->next)
		if (!put(l, f->column, strlen(f->column), cell))
			return false;
	return true;
}

/* Forgets what a value before this one has put below the node. */
static bool
clear(struct line *l, const struct node *node)
{
	static const struct spt_cell null;

	for (const struct node *n = node->below; n != NULL; n = n->next)
		if (!put_leaves(l, n, &null) || !clear(l, n))
			return false;
	return true;
}

static bool value(
    struct line *l, const struct node *node, int depth, struct spt_cell *cell);

static const struct node *
below_key(const struct node *at, const char *key, size_t n)
{
	for (at = at->below; at != NULL; at = at->next)
		if (at->step->key != NULL && strlen(at->step->key) == n &&
		    memcmp(at->step->key, key, n) == 0)
			return at;
	return NULL;
}

static const struct node *
below_index(const struct node *at, int64_t index)
{
	for (at = at->below; at != NULL; at = at->next)
		if (at->step->key == NULL && at->step->index == index)
			return at;
	return NULL;
}

/* The key is also a column of the same name, unless that has a path. */
static bool
is_column(const struct ndjson *s, const char *key, size_t n)
{
	if (n == 0 || memchr(key, '\0', n) != NULL)
		return false;
	for (size_t i = 0; s->paths && i < s->text.n; i++)
		if (s->text.v[i].path.io != NULL &&
		    strlen(s->text.v[i].name) == n &&
		    memcmp(s->text.v[i].name, key, n) == 0)
			return false;
	return true;
}

static bool
member(struct line *l, const struct node *at, int depth)
{
	struct spt__json_text key;
	const struct node *below;
	struct spt_cell cell;
	int column = -1;

	if (!spt__json_key(&l->j, &key) ||
	    spt__json_unescape(&key, l->c->arena, l->why) < 0)
		return false;
	below = below_key(at, key.p, key.n);
	if (at == &l->self->root && is_column(l->self, key.p, key.n)) {
		column = l->c->find(l->c, key.p, key.n, l->why);
		if (column == -2)
			return false;
	}
	if (below == NULL && column < 0)
		return spt__json_skip(&l->j, depth + 1);
	if (!value(l, below, depth + 1, &cell))
		return false;
	if (column >= 0)
		l->c->v[column] = cell;
	return below == NULL || put_leaves(l, below, &cell);
}

static bool
element(struct line *l, const struct node *at, int64_t index, int depth)
{
	const struct node *below = below_index(at, index);
	struct spt_cell cell;

	if (below == NULL)
		return spt__json_skip(&l->j, depth + 1);
	return value(l, below, depth + 1, &cell) && put_leaves(l, below, &cell);
}

/* An object or array into which the tree goes. */
static bool
nested(struct line *l, const struct node *at, int depth)
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

	if (!spt__json_string(&l->j, &t) ||
	    spt__json_unescape(&t, l->c->arena, l->why) < 0)
		return false;
	cell->kind = SPT_CELL_TEXT;
	cell->p = t.p;
	cell->n = t.n;
	return true;
}

/* The value at p as a cell; what is below node gets its cells, too. */
static bool
value(struct line *l, const struct node *node, int depth, struct spt_cell *cell)
{
	const char *start = l->j.p;
	char c = spt__json_peek(&l->j);

	memset(cell, 0, sizeof *cell);
	if (node != NULL && !clear(l, node))
		return false;
	if (c == '"')
		return text(l, cell);
	cell->p = start;
	if (c == '{' || c == '[') {
		cell->kind = SPT_CELL_NESTED;
		if (!(node != NULL && node->below != NULL
			    ? nested(l, node, depth)
			    : spt__json_skip(&l->j, depth)))
			return false;
	} else {
		cell->kind = c == 't'   ? SPT_CELL_TRUE
			     : c == 'f' ? SPT_CELL_FALSE
			     : c == 'n' ? SPT_CELL_NULL
					: SPT_CELL_NUMBER;
		if (!spt__json_skip(&l->j, depth))
			return false;
	}
	cell->n = (size_t)(l->j.p - start);
	return true;
}

/* ---- a line ------------------------------------------------------------ */

static bool
document(struct line *l)
{
	struct spt_cell all = { .kind = SPT_CELL_NESTED, .p = l->j.p };

	if (!nested(l, &l->self->root, 1))
		return false;
	all.n = (size_t)(l->j.p - all.p);
	spt__json_blanks(&l->j);
	if (l->j.p != l->j.end)
		return spt__json_fail(&l->j, "text behind the object");
	return put_leaves(l, &l->self->root, &all);
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

const struct spt_format spt_format_ndjson = {
	.name = "ndjson",
	.named = true,
	.open = open_,
	.close = close_,
	.line = line,
};
