/*
 * A tree is laid out level by level with the two children of a node side by
 * side, so that a step down is one comparison and one addition:
 *
 *     next = child + !(x <= threshold)
 *
 * A NaN takes the second child.  Other tests are brought into this form when
 * the tree is taken.  x < t is x <= the double below t.  Where missing values
 * go left, the children change places and -x is compared: "right when x > t"
 * is "first when -x <= the double below -t".  So what a test sees is a view: a
 * feature, its sign, and what of it is made NaN.  Views are computed once for
 * a tile of rows, which all trees then visit while it is in the cache.
 */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "score/forestnode.h"

#define TILE_MIN 8      /* rows of a tile ... */
#define TILE_MAX 512    /* ... */
#define TILE_CELLS 8192 /* ... as long as it has at most so many cells */
#define WAYS 6          /* enum spt_tree_missing x sign */

/* A tree on its way in: nodes in the order in which they are placed. */
struct placing {
	struct spt_forest *f;
	const struct spt_tree *t;
	uint32_t *from; /* index in t->nodes */
	bool *gated;    /* its missing values were led away already */
	bool *seen;     /* by index in t->nodes */
	size_t n, room;
};

int
spt_forest_init(struct spt_forest *f, const struct spt_io *io,
    const struct spt_forest_shape *shape, struct spt_err *e)
{
	memset(f, 0, sizeof *f);
	f->io = io;
	f->shape = *shape;
	if (shape->features > SPT_FOREST_FEATURES)
		return spt_fail(e, SPT_EDATA,
		    "%zu features, more than %u are not supported",
		    shape->features, SPT_FOREST_FEATURES);
	if (shape->outputs == 0 || shape->outputs > SPT_FOREST_FEATURES ||
	    shape->leaf_width == 0 || shape->leaf_width > shape->outputs)
		return spt_fail(e, SPT_EDATA,
		    "leaves of %zu values for %zu outputs", shape->leaf_width,
		    shape->outputs);
	f->view_of = spt_alloc_zero(
	    io, (shape->features * WAYS + 1) * sizeof *f->view_of, e);
	return f->view_of == NULL ? -1 : 0;
}

void
spt_forest_fini(struct spt_forest *f)
{
	if (f->io == NULL)
		return;
	spt_free(f->io, f->trees);
	spt_free(f->io, f->nodes);
	spt_free(f->io, f->leaf);
	spt_free(f->io, f->values);
	spt_free(f->io, f->sets);
	spt_free(f->io, f->views);
	spt_free(f->io, f->view_of);
	spt_free(f->io, f->tile);
	spt_free(f->io, f->hits);
	memset(f, 0, sizeof *f);
}

/* The number of a view, which is made if there is none yet. */
static int
view(struct spt_forest *f, const struct spt_tree_node *t, bool minus,
    uint32_t *number, struct spt_err *e)
{
	uint32_t *known =
	    &f->view_of[(size_t)t->feature * WAYS + t->absent * 2u + minus];

	if (*known == 0) {
		if (spt_grow(f->io, &f->views, &f->views_cap, f->n_views + 1,
			sizeof *f->views, e) < 0)
			return -1;
		f->views[f->n_views] = (struct spt_forest_view){
			.feature = t->feature,
			.absent = (uint8_t)t->absent,
			.minus = minus,
		};
		*known = (uint32_t)++f->n_views;
	}
	*number = *known - 1;
	return 0;
}

/* The greatest double below v, so that x < v is x <= it; NaN, which nothing
 * is below or at, when there is none. */
static double
below(double v)
{
	return v == -INFINITY ? NAN : nextafter(v, -INFINITY);
}

/* Fills the test of a node.  *swap: the second child is the left one. */
static int
numeric_test(struct spt_forest *f, const struct spt_tree_node *t, bool minus,
    struct spt_forest_node *to, struct spt_err *e)
{
	if (view(f, t, minus, &to->x, e) < 0)
		return -1;
	if (!minus)
		to->threshold =
		    t->kind == SPT_TREE_LE ? t->threshold : below(t->threshold);
	else if (isnan(t->threshold))
		to->threshold = INFINITY; /* all but NaN go right */
	else
		to->threshold = t->kind == SPT_TREE_LE ? below(-t->threshold)
						       : -t->threshold;
	return 0;
}

static int
set_test(struct spt_forest *f, const struct spt_tree_node *t, bool with_nan,
    struct spt_forest_node *to, struct spt_err *e)
{
	struct spt_forest_set s = { .first = (uint32_t)f->n_sets };

	if (view(f, t, false, &to->x, e) < 0)
		return -1;
	if (t->set_words > SPT_FOREST_NODES ||
	    f->n_sets + t->set_words > SPT_FOREST_NODES)
		return spt_fail(e, SPT_EDATA,
		    "the sets of categories have more than %u words",
		    SPT_FOREST_NODES);
	if (spt_grow(f->io, &f->sets, &f->sets_cap, f->n_sets + t->set_words,
		sizeof *f->sets, e) < 0)
		return -1;
	if (t->set_words != 0)
		memcpy(
		    &f->sets[f->n_sets], t->set, t->set_words * sizeof *t->set);
	f->n_sets += t->set_words;
	s.words = t->set_words & 0x3fffffffu;
	s.truncate = t->truncate;
	s.with_nan = with_nan;
	static_assert(sizeof s == sizeof to->threshold, "");
	memcpy(&to->threshold, &s, sizeof s);
	return 0;
}

/* Puts a node into the queue.  gated: the same node, behind its gate. */
static int
enqueue(struct placing *p, uint32_t parent, uint32_t node, bool gated,
    struct spt_err *e)
{
	if (node >= p->t->n)
		return spt_fail(e, SPT_EDATA,
		    "tree %zu: node %u: child %u is not there (%zu nodes)",
		    p->f->n, parent, node, p->t->n);
	if (p->seen[node] && !gated)
		return spt_fail(e, SPT_EDATA,
		    "tree %zu: node %u: child %u has another parent, or is "
		    "its own ancestor",
		    p->f->n, parent, node);
	p->seen[node] = true;
	p->from[p->n] = node;
	p->gated[p->n] = gated;
	p->n++;
	return 0;
}

static int
check_test(const struct placing *p, uint32_t at, struct spt_err *e)
{
	const struct spt_tree_node *t = &p->t->nodes[at];

	if (t->feature >= p->f->shape.features)
		return spt_fail(e, SPT_EDATA,
		    "tree %zu: node %u: feature %u is not there (%zu features)",
		    p->f->n, at, t->feature, p->f->shape.features);
	return 0;
}

static int
place_leaf(struct placing *p, uint32_t at, uint32_t place, struct spt_err *e)
{
	struct spt_forest *f = p->f;
	const struct spt_tree_node *t = &p->t->nodes[at];

	if (t->leaf >= p->t->leaves)
		return spt_fail(e, SPT_EDATA,
		    "tree %zu: node %u: leaf %u is not there (%zu leaves)",
		    f->n, at, t->leaf, p->t->leaves);
	f->nodes[place] = (struct spt_forest_node){
		.threshold = NAN,
		.child = (place - 1u) & ~SPT_FOREST_IN_SET,
	};
	f->leaf[place] =
	    t->leaf + (uint32_t)(f->n_values / f->shape.leaf_width);
	return 0;
}

/* Places node k of the queue and queues its children. */
static int
place_test(
    struct placing *p, size_t k, uint32_t root, bool *sets, struct spt_err *e)
{
	struct spt_forest_node *to = &p->f->nodes[root + k];
	const uint32_t at = p->from[k];
	struct spt_tree_node t = p->t->nodes[at];
	bool swap;

	if (check_test(p, at, e) < 0)
		return -1;
	if (p->gated[k] || t.absent == SPT_MISSING_NONE)
		t.missing = t.right;
	to->child = root + (uint32_t)p->n;
	if (t.missing != t.left && t.missing != t.right) {
		/* A gate: what is there goes on to the test itself. */
		t.kind = SPT_TREE_LE;
		t.threshold = INFINITY;
		if (numeric_test(p->f, &t, false, to, e) < 0 ||
		    enqueue(p, at, at, true, e) < 0)
			return -1;
		return enqueue(p, at, t.missing, false, e);
	}
	swap = t.kind != SPT_TREE_IN && t.missing == t.left;
	if (t.kind == SPT_TREE_IN) {
		*sets = true;
		to->child |= SPT_FOREST_IN_SET;
		if (set_test(p->f, &t, t.missing == t.left, to, e) < 0)
			return -1;
	} else if (numeric_test(p->f, &t, swap, to, e) < 0) {
		return -1;
	}
	if (enqueue(p, at, swap ? t.right : t.left, false, e) < 0)
		return -1;
	return enqueue(p, at, swap ? t.left : t.right, false, e);
}

/* Places the whole tree, level by level, behind the nodes that there are. */
static int
place_tree(struct placing *p, struct spt_forest_tree *tree, struct spt_err *e)
{
	struct spt_forest *f = p->f;
	size_t level_end = 1;

	if (enqueue(p, 0, 0, false, e) < 0)
		return -1;
	for (size_t k = 0; k < p->n; k++) {
		const uint32_t place = tree->root + (uint32_t)k;
		int rc;

		if (k == level_end) {
			level_end = p->n;
			if (++tree->levels > SPT_FOREST_DEPTH)
				return spt_fail(e, SPT_EDATA,
				    "tree %zu: deeper than %d levels", f->n,
				    SPT_FOREST_DEPTH);
		}
		f->leaf[place] = 0;
		if (p->t->nodes[p->from[k]].kind == SPT_TREE_LEAF)
			rc = place_leaf(p, p->from[k], place, e);
		else
			rc = place_test(p, k, tree->root, &tree->sets, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
make_room(struct placing *p, struct spt_err *e)
{
	struct spt_forest *f = p->f;
	const size_t values = p->t->leaves * f->shape.leaf_width;

	/* Each node is placed once, and once more behind its gate. */
	p->room = 2 * p->t->n;
	p->from = spt_alloc(f->io, p->room * sizeof *p->from, e);
	p->gated = spt_alloc(f->io, p->room * sizeof *p->gated, e);
	p->seen = spt_alloc_zero(f->io, p->t->n * sizeof *p->seen, e);
	if (p->from == NULL || p->gated == NULL || p->seen == NULL)
		return -1;
	if (spt_grow(f->io, &f->trees, &f->cap, f->n + 1, sizeof *f->trees, e))
		return -1;
	if (spt_grow(f->io, &f->nodes, &f->nodes_cap, f->n_nodes + p->room,
		sizeof *f->nodes, e) < 0 ||
	    spt_grow(f->io, &f->leaf, &f->leaf_cap, f->n_nodes + p->room,
		sizeof *f->leaf, e) < 0)
		return -1;
	return spt_grow(f->io, &f->values, &f->values_cap, f->n_values + values,
	    sizeof *f->values, e);
}

static int
check_size(
    const struct spt_forest *f, const struct spt_tree *t, struct spt_err *e)
{
	if (t->n == 0)
		return spt_fail(e, SPT_EDATA, "tree %zu: no nodes", f->n);
	if (t->n > SPT_FOREST_NODES / 2 ||
	    f->n_nodes + 2 * t->n > SPT_FOREST_NODES)
		return spt_fail(e, SPT_EDATA, "tree %zu: more than %u nodes",
		    f->n, SPT_FOREST_NODES / 2);
	if (t->leaves > SPT_FOREST_NODES ||
	    f->n_values / f->shape.leaf_width + t->leaves > SPT_FOREST_NODES)
		return spt_fail(e, SPT_EDATA, "tree %zu: more than %u leaves",
		    f->n, SPT_FOREST_NODES);
	if (t->output > f->shape.outputs - f->shape.leaf_width)
		return spt_fail(e, SPT_EDATA,
		    "tree %zu: output %u is not there (%zu outputs)", f->n,
		    t->output, f->shape.outputs);
	return 0;
}

int
spt_forest_add(
    struct spt_forest *f, const struct spt_tree *t, struct spt_err *e)
{
	const size_t values = t->leaves * f->shape.leaf_width;
	struct placing p = { .f = f, .t = t };
	struct spt_forest_tree tree = {
		.root = (uint32_t)f->n_nodes,
		.output = t->output,
	};
	int rc = -1;

	if (check_size(f, t, e) < 0)
		return -1;
	if (make_room(&p, e) < 0 || place_tree(&p, &tree, e) < 0)
		goto done;
	if (values != 0)
		memcpy(&f->values[f->n_values], t->values,
		    values * sizeof *f->values);
	f->n_values += values;
	f->n_nodes += p.n;
	f->trees[f->n++] = tree;
	rc = 0;
done:
	spt_free(f->io, p.from);
	spt_free(f->io, p.gated);
	spt_free(f->io, p.seen);
	return rc;
}

int
spt_forest_seal(struct spt_forest *f, struct spt_err *e)
{
	const size_t views = f->n_views == 0 ? 1 : f->n_views;
	size_t rows = TILE_CELLS / views / SPT_FOREST_LANES * SPT_FOREST_LANES;

	if (rows < TILE_MIN)
		rows = TILE_MIN;
	if (rows > TILE_MAX)
		rows = TILE_MAX;
	f->tile_rows = rows;
	f->tile = spt_alloc_zero(f->io, views * rows * sizeof *f->tile, e);
	f->hits = spt_alloc(f->io, rows * sizeof *f->hits, e);
	if (f->tile == NULL || f->hits == NULL)
		return -1;
	for (size_t i = 0; i < f->n_nodes; i++)
		f->nodes[i].x *= (uint32_t)rows;
	return 0;
}
