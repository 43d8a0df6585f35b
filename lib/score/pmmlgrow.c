/*
 * From the nodes of a TreeModel to those of the shared evaluator.
 *
 * The children of a Node are asked in their order, so a Node becomes a chain of
 * two-way tests: the child where the test is true, the next test where it is
 * not, and behind the last one what noTrueChildStrategy says.  If two children
 * share one test between them, the chain is that test alone.  Where a test is
 * unknown is said by missingValueStrategy.  Tests that are more than one
 * comparison, or one set, have become columns.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

#define NODES_MAX (1u << 22)
#define SET_MAX (1u << 16) /* greatest member of a set that is kept as bits */

enum unknown { NONE, LAST, NULL_, DEFAULT };

struct growing {
	struct spt_pmml_load *l;
	struct spt_pmml_trees *t;
	const struct spt_pmml_place *p;
	enum unknown unknown;
	bool last; /* no child is true: the node itself, not null */
	double weight;
};

static int
slot(struct growing *g, uint32_t *at)
{
	struct spt_pmml_trees *t = g->t;

	if (t->n_nodes - t->first_node >= NODES_MAX)
		return spt_pmml_fail(
		    g->l, g->p->x, "a tree of more than %u nodes", NODES_MAX);
	if (spt_grow(g->l->m->io, &t->nodes, &t->nodes_cap, t->n_nodes + 1,
		sizeof *t->nodes, g->l->e) < 0)
		return -1;
	t->nodes[t->n_nodes] = (struct spt_tree_node){ 0 };
	*at = (uint32_t)(t->n_nodes++ - t->first_node);
	return 0;
}

static struct spt_tree_node *
node_at(const struct growing *g, uint32_t at)
{
	return &g->t->nodes[g->t->first_node + at];
}

/* Makes the slot a leaf: of that Node, or of nothing. */
static int
end(struct growing *g, const xmlNode *node, uint32_t at)
{
	uint32_t leaf;

	if (spt_pmml_leaf(g->l, g->t, g->p, node, g->weight, &leaf) < 0)
		return -1;
	*node_at(g, at) =
	    (struct spt_tree_node){ .kind = SPT_TREE_LEAF, .leaf = leaf };
	return 0;
}

static int
feature(struct growing *g, uint32_t col, uint32_t *to)
{
	struct spt_pmml_trees *t = g->t;
	const struct spt_io *io = g->l->m->io;
	size_t known = t->known;

	if (col >= known) {
		if (spt_grow(io, &t->feature_of, &known, g->l->m->n_cols,
			sizeof *t->feature_of, g->l->e) < 0)
			return -1;
		memset(t->feature_of + t->known, 0,
		    (known - t->known) * sizeof *t->feature_of);
		t->known = known;
	}
	if (t->feature_of[col] == 0) {
		if (spt_grow(io, &t->columns, &t->columns_cap, t->n_columns + 1,
			sizeof *t->columns, g->l->e) < 0)
			return -1;
		t->columns[t->n_columns++] = col;
		t->feature_of[col] = (uint32_t)t->n_columns;
	}
	*to = t->feature_of[col] - 1;
	return 0;
}

/* ---- tests ------------------------------------------------------------- */

static bool
fits_bits(const struct spt_pmml_test *t)
{
	for (size_t k = 0; k < t->n; k++)
		if (!(t->v[k] >= 0 && t->v[k] <= SET_MAX &&
			t->v[k] == trunc(t->v[k])))
			return false;
	return true;
}

static int
bits(struct growing *g, const struct spt_pmml_test *t, struct spt_tree_node *to)
{
	double most = 0;
	uint64_t *set;

	for (size_t k = 0; k < t->n; k++)
		most = fmax(most, t->v[k]);
	to->set_words = (uint32_t)most / 64 + 1;
	set = spt_pmml_get(g->l, to->set_words, sizeof *set);
	if (set == NULL)
		return -1;
	for (size_t k = 0; k < t->n; k++)
		set[(uint32_t)t->v[k] / 64] |= UINT64_C(1)
					       << ((uint32_t)t->v[k] % 64);
	to->set = set;
	to->kind = SPT_TREE_IN;
	return 0;
}

static bool
negative(enum spt_pmml_op op)
{
	return op == SPT_PMML_NOT_EQUAL || op == SPT_PMML_IS_NOT_IN ||
	       op == SPT_PMML_GREATER || op == SPT_PMML_GREATER_OR_EQUAL ||
	       op == SPT_PMML_IS_MISSING;
}

/* Fills the test; yes and no are where it leads to. */
static int
put_test(struct growing *g, const xmlNode *at, struct spt_pmml_test t,
    uint32_t place, uint32_t yes, uint32_t no)
{
	struct spt_tree_node to = { .absent = SPT_MISSING_NAN };
	bool swap;
	int rc = 0;

	if ((t.op == SPT_PMML_EQUAL || t.op == SPT_PMML_NOT_EQUAL ||
		t.op == SPT_PMML_IS_IN || t.op == SPT_PMML_IS_NOT_IN) &&
	    !fits_bits(&t)) {
		static const double one = 1;
		uint32_t col;

		if (spt_pmml_test_column(g->l, at, &t, &col) < 0)
			return -1;
		t = (struct spt_pmml_test){
			.op = SPT_PMML_EQUAL, .col = col, .v = &one, .n = 1
		};
	}
	swap = negative(t.op);
	to.left = swap ? no : yes;
	to.right = swap ? yes : no;
	switch (t.op) {
	case SPT_PMML_LESS:
	case SPT_PMML_GREATER_OR_EQUAL:
		to.kind = SPT_TREE_LT;
		to.threshold = t.v[0];
		break;
	case SPT_PMML_LESS_OR_EQUAL:
	case SPT_PMML_GREATER:
		to.kind = SPT_TREE_LE;
		to.threshold = t.v[0];
		break;
	case SPT_PMML_IS_MISSING:
	case SPT_PMML_IS_NOT_MISSING:
		to.kind = SPT_TREE_LE;
		to.threshold = INFINITY;
		break;
	default:
		rc = bits(g, &t, &to);
	}
	if (rc < 0 || feature(g, t.col, &to.feature) < 0)
		return -1;
	to.missing = t.op == SPT_PMML_IS_MISSING ? yes : no;
	*node_at(g, place) = to;
	return 0;
}

/* Is b true exactly where a is false? */
static bool
complements(const struct spt_pmml_test *a, const struct spt_pmml_test *b)
{
	static const enum spt_pmml_op other[] = {
		[SPT_PMML_EQUAL] = SPT_PMML_NOT_EQUAL,
		[SPT_PMML_NOT_EQUAL] = SPT_PMML_EQUAL,
		[SPT_PMML_LESS] = SPT_PMML_GREATER_OR_EQUAL,
		[SPT_PMML_LESS_OR_EQUAL] = SPT_PMML_GREATER,
		[SPT_PMML_GREATER] = SPT_PMML_LESS_OR_EQUAL,
		[SPT_PMML_GREATER_OR_EQUAL] = SPT_PMML_LESS,
		[SPT_PMML_IS_MISSING] = SPT_PMML_IS_NOT_MISSING,
		[SPT_PMML_IS_NOT_MISSING] = SPT_PMML_IS_MISSING,
		[SPT_PMML_IS_IN] = SPT_PMML_IS_NOT_IN,
		[SPT_PMML_IS_NOT_IN] = SPT_PMML_IS_IN,
	};

	return a->op < SPT_PMML_TRUE && b->op == other[a->op] &&
	       a->col == b->col && a->n == b->n &&
	       (a->n == 0 || memcmp(a->v, b->v, a->n * sizeof *a->v) == 0);
}

/* ---- nodes ------------------------------------------------------------- */

static int grow(struct growing *g, const xmlNode *node, uint32_t at);

static const xmlNode *
next_node(const xmlNode *x)
{
	while (x != NULL && !spt_pmml_is(x, "Node"))
		x = spt_pmml_next(x);
	return x;
}

/* Where rows go for whom the test of one of node's children is unknown: a
 * leaf, or the default child once more (yes: that is the child itself). */
static int
unknown(struct growing *g, const xmlNode *node, const xmlNode *child,
    const xmlNode *other, uint32_t yes, uint32_t no, uint32_t *to)
{
	const char *name = spt_pmml_attr(node, "defaultChild");
	const xmlNode *x = next_node(spt_pmml_child(node));

	if (g->unknown != DEFAULT || name == NULL) {
		if (slot(g, to) < 0)
			return -1;
		return end(g, g->unknown == LAST ? node : NULL, *to);
	}
	for (; x != NULL; x = next_node(spt_pmml_next(x))) {
		const char *id = spt_pmml_attr(x, "id");

		if (id != NULL && strcmp(id, name) == 0)
			break;
	}
	if (x == NULL)
		return spt_pmml_fail(
		    g->l, node, "its defaultChild is not among its children");
	*to = x == child ? yes : no;
	if (x == child || x == other)
		return 0;
	return slot(g, to) < 0 ? -1 : grow(g, x, *to);
}

/* Has it a predicate that makes no columns? */
static bool
is_simple(const xmlNode *node)
{
	return spt_pmml_find(node, "True") != NULL ||
	       spt_pmml_find(node, "SimplePredicate") != NULL ||
	       spt_pmml_find(node, "SimpleSetPredicate") != NULL;
}

static bool
sees_missing(enum spt_pmml_op op)
{
	return op == SPT_PMML_IS_MISSING || op == SPT_PMML_IS_NOT_MISSING;
}

/* One child, whose test is at *at.  Afterwards *at is where those go that it
 * did not take; NONE: it has taken everybody. */
static int
grow_child(
    struct growing *g, const xmlNode *node, const xmlNode *child, uint32_t *at)
{
	const xmlNode *next = next_node(spt_pmml_next(child)), *other = NULL;
	struct spt_pmml_test test, second;
	uint32_t yes, no, missing;

	if (spt_pmml_predicate(g->l, g->p->scope, child, &test) < 0)
		return -1;
	if (test.op == SPT_PMML_FALSE)
		return 0;
	if (test.op == SPT_PMML_TRUE) {
		if (grow(g, child, *at) < 0)
			return -1;
		*at = SPT_PMML_NONE;
		return 0;
	}
	if (next != NULL && !is_simple(next))
		next = NULL;
	if (next != NULL &&
	    spt_pmml_predicate(g->l, g->p->scope, next, &second) < 0)
		return -1;
	if (next != NULL &&
	    (second.op == SPT_PMML_TRUE || complements(&test, &second)))
		other = next;
	if (slot(g, &yes) < 0 || slot(g, &no) < 0 ||
	    put_test(g, child, test, *at, yes, no) < 0 ||
	    grow(g, child, yes) < 0)
		return -1;
	if (other != NULL && grow(g, other, no) < 0)
		return -1;
	if (!sees_missing(test.op) && g->unknown != NONE) {
		if (unknown(g, node, child, other, yes, no, &missing) < 0)
			return -1;
		node_at(g, *at)->missing = missing;
	} else if (!sees_missing(test.op) && other != NULL &&
		   second.op != SPT_PMML_TRUE) {
		/* Unknown is false, for both children. */
		if (slot(g, &missing) < 0 ||
		    end(g, g->last ? node : NULL, missing) < 0)
			return -1;
		node_at(g, *at)->missing = missing;
	}
	*at = other != NULL ? SPT_PMML_NONE : no;
	return 0;
}

/* The Node, whose predicate is true, at that place. */
static int
grow(struct growing *g, const xmlNode *node, uint32_t at)
{
	const xmlNode *x = next_node(spt_pmml_child(node));

	if (x == NULL)
		return end(g, node, at);
	for (; x != NULL; x = next_node(spt_pmml_next(x))) {
		if (grow_child(g, node, x, &at) < 0)
			return -1;
		if (at == SPT_PMML_NONE)
			return 0;
	}
	return end(g, g->last ? node : NULL, at);
}

static int
take_strategies(struct growing *g)
{
	static const char *const unknowns[] = { "none", "lastPrediction",
		"nullPrediction", "defaultChild", NULL };
	static const char *const no_true[] = { "returnNullPrediction",
		"returnLastPrediction", NULL };
	size_t unknown_, last;

	if (spt_pmml_choice(g->l, g->p->x, "missingValueStrategy", unknowns,
		&unknown_) < 0 ||
	    spt_pmml_choice(
		g->l, g->p->x, "noTrueChildStrategy", no_true, &last) < 0)
		return -1;
	g->unknown = (enum unknown)unknown_;
	g->last = last == 1;
	return 0;
}

int
spt_pmml_trees_add(struct spt_pmml_load *l, struct spt_pmml_trees *t,
    const struct spt_pmml_place *p, double weight)
{
	struct growing g = { .l = l, .t = t, .p = p, .weight = weight };
	const xmlNode *root = spt_pmml_find(p->x, "Node");
	struct spt_pmml_test test;
	uint32_t at, yes, no;

	t->first_node = t->n_nodes;
	t->first_leaf = t->n_leaves;
	if (root == NULL)
		return spt_pmml_fail(l, p->x, "there is no Node in it");
	if (take_strategies(&g) < 0 || slot(&g, &at) < 0 ||
	    spt_pmml_predicate(l, p->scope, root, &test) < 0)
		return -1;
	if (test.op == SPT_PMML_FALSE) {
		if (end(&g, NULL, at) < 0)
			return -1;
	} else if (test.op == SPT_PMML_TRUE) {
		if (grow(&g, root, at) < 0)
			return -1;
	} else if (slot(&g, &yes) < 0 || slot(&g, &no) < 0 ||
		   put_test(&g, root, test, at, yes, no) < 0 ||
		   grow(&g, root, yes) < 0 || end(&g, NULL, no) < 0) {
		return -1;
	}
	return spt_pmml_trees_keep(l, t, p->x);
}
