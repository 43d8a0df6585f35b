/*
 * A row of the table is a node: its number within the tree (0 is the root),
 * its children or -1, and the split.  A continuous split (numCategories -1)
 * has a threshold: left when x <= it, so NaN goes right.  A categorical one
 * has the categories that go left; what is in neither half, NaN too, goes
 * right if the left list is not the longer half, and left if it is.
 */
#include "score/sparktree.h"

#define TREES_MAX 1000000
#define CATEGORIES_MAX (1 << 20)

/* The table's columns, one entry or list a row. */
struct node_table {
	const struct spt_spark_data *d;
	double *tree; /* NULL: there is one tree */
	double *id, *prediction, *left, *right, *feature, *categories;
	struct spt_spark_lists stats, split;
};

struct growing {
	struct spt_forest *forest;
	struct spt_arena *arena;
	struct node_table t;
	size_t features, classes;
	enum spt_spark_ensemble how;
	double *weight; /* a tree each */
	size_t *first;  /* a tree each, and one more: where it is in row */
	size_t *row;    /* of the table, tree by tree, node by node */
	size_t n_trees;
};

static int
column(const struct node_table *t, const char *name, const char **path,
    struct spt_err *e)
{
	*path = name;
	if (t->tree == NULL)
		return 0;
	/* nodeData.id and so on */
	char *p = spt_arena_get(t->d->arena, strlen(name) + 10, e);

	if (p == NULL)
		return -1;
	memcpy(p, "nodeData.", 9);
	memcpy(p + 9, name, strlen(name) + 1);
	*path = p;
	return 0;
}

static int
numbers(
    const struct node_table *t, const char *name, double **v, struct spt_err *e)
{
	const char *path;

	if (column(t, name, &path, e) < 0)
		return -1;
	return spt_spark_data_numbers(t->d, path, v, e);
}

static int
lists(const struct node_table *t, const char *name, struct spt_spark_lists *l,
    struct spt_err *e)
{
	const char *path;

	if (column(t, name, &path, e) < 0)
		return -1;
	return spt_spark_data_lists(t->d, path, l, e);
}

static int
read_table(struct node_table *t, bool ensemble, struct spt_err *e)
{
	if (ensemble && spt_spark_data_numbers(t->d, "treeID", &t->tree, e) < 0)
		return -1;
	if (numbers(t, "id", &t->id, e) < 0 ||
	    numbers(t, "prediction", &t->prediction, e) < 0 ||
	    numbers(t, "leftChild", &t->left, e) < 0 ||
	    numbers(t, "rightChild", &t->right, e) < 0 ||
	    numbers(t, "split.featureIndex", &t->feature, e) < 0 ||
	    numbers(t, "split.numCategories", &t->categories, e) < 0)
		return -1;
	if (lists(t, "impurityStats", &t->stats, e) < 0)
		return -1;
	return lists(t, "split.leftCategoriesOrThreshold", &t->split, e);
}

static int
bad_node(const struct growing *g, size_t tree, size_t id, const char *what,
    struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA, "%s: tree %zu: node %zu: %s", g->t.d->dir,
	    tree, id, what);
}

/* Finds where the trees and their nodes are: first and row. */
static int
sort_nodes(struct growing *g, struct spt_err *e)
{
	const struct node_table *t = &g->t;
	const size_t n = t->d->rows;

	g->first =
	    spt_arena_get(g->arena, (g->n_trees + 1) * sizeof *g->first, e);
	g->row = spt_arena_get(g->arena, (n + 1) * sizeof *g->row, e);
	if (g->first == NULL || g->row == NULL)
		return -1;
	memset(g->first, 0, (g->n_trees + 1) * sizeof *g->first);
	memset(g->row, 0xff, (n + 1) * sizeof *g->row);
	for (size_t r = 0; r < n; r++) {
		double tree = t->tree != NULL ? t->tree[r] : 0;

		if (!(tree >= 0 && tree < (double)g->n_trees))
			return spt_fail(e, SPT_EDATA,
			    "%s: row %zu: tree %g is not there (%zu trees)",
			    t->d->dir, r, tree, g->n_trees);
		g->first[(size_t)tree + 1]++;
	}
	for (size_t k = 0; k < g->n_trees; k++)
		g->first[k + 1] += g->first[k];
	for (size_t r = 0; r < n; r++) {
		size_t tree = t->tree != NULL ? (size_t)t->tree[r] : 0;
		size_t nodes = g->first[tree + 1] - g->first[tree];
		size_t id = t->id[r] >= 0 && t->id[r] < (double)nodes
				? (size_t)t->id[r]
				: nodes;

		if (id == nodes || g->row[g->first[tree] + id] != SIZE_MAX)
			return spt_fail(e, SPT_EDATA,
			    "%s: tree %zu: node %g is there twice, or others "
			    "are missing",
			    t->d->dir, tree, t->id[r]);
		g->row[g->first[tree] + id] = r;
	}
	return 0;
}

/* A child: within the tree, behind its parent. */
static bool
child(double v, size_t id, size_t nodes, uint32_t *to)
{
	*to = v > (double)id && v < (double)nodes ? (uint32_t)v : 0;
	return *to != 0;
}

/* The shorter half of the categories, as a set of bits. */
static int
make_set(const struct growing *g, const double *list, size_t n,
    size_t categories, bool flip, struct spt_tree_node *to, struct spt_err *e)
{
	size_t words = categories / 64 + 1, top = 0;
	uint64_t *set;

	for (size_t i = 0; i < n; i++) {
		if (!(list[i] >= 0 && list[i] < (double)categories))
			return 1;
		if ((size_t)list[i] > top)
			top = (size_t)list[i];
	}
	if (!flip)
		words = top / 64 + 1;
	set = spt_arena_get(g->arena, words * sizeof *set, e);
	if (set == NULL)
		return -1;
	memset(set, 0, words * sizeof *set);
	for (size_t i = 0; i < n; i++)
		set[(size_t)list[i] / 64] |= (uint64_t)1
					     << ((size_t)list[i] % 64);
	for (size_t c = 0; flip && c < categories; c++)
		set[c / 64] ^= (uint64_t)1 << (c % 64);
	to->set = set;
	to->set_words = (uint32_t)words;
	return 0;
}

static int
make_categorical(const struct growing *g, size_t tree, size_t id,
    const double *list, size_t n, struct spt_tree_node *to, struct spt_err *e)
{
	const double categories = g->t.categories[g->row[g->first[tree] + id]];
	uint32_t left = to->left;
	bool flip;
	int rc;

	if (!(categories >= 0 && categories <= CATEGORIES_MAX))
		return bad_node(
		    g, tree, id, "an impossible number of categories", e);
	flip = n > (size_t)categories / 2;
	rc = make_set(g, list, n, (size_t)categories, flip, to, e);
	if (rc > 0)
		return bad_node(g, tree, id, "a category is not there", e);
	to->kind = SPT_TREE_IN;
	if (flip) {
		to->left = to->right;
		to->right = left;
	}
	to->missing = to->right;
	return rc;
}

static int
make_test(struct growing *g, size_t tree, size_t id, struct spt_tree_node *to,
    struct spt_err *e)
{
	const struct node_table *t = &g->t;
	const size_t row = g->row[g->first[tree] + id];
	const size_t nodes = g->first[tree + 1] - g->first[tree];
	const double *split = t->split.v + t->split.first[row];
	const size_t n = t->split.first[row + 1] - t->split.first[row];

	if (!child(t->left[row], id, nodes, &to->left) ||
	    !child(t->right[row], id, nodes, &to->right))
		return bad_node(
		    g, tree, id, "a child is not behind it in the tree", e);
	if (!(t->feature[row] >= 0 && t->feature[row] < (double)g->features))
		return bad_node(g, tree, id, "its feature is not there", e);
	to->feature = (uint32_t)t->feature[row];
	to->missing = to->right;
	if (t->categories[row] != -1)
		return make_categorical(g, tree, id, split, n, to, e);
	if (n != 1)
		return bad_node(g, tree, id, "not exactly one threshold", e);
	to->kind = SPT_TREE_LE;
	to->threshold = split[0];
	return 0;
}

static int
make_leaf(
    struct growing *g, size_t tree, size_t id, double *value, struct spt_err *e)
{
	const struct node_table *t = &g->t;
	const size_t row = g->row[g->first[tree] + id];
	const double *stats = t->stats.v + t->stats.first[row];
	double total = 0;

	if (g->classes == 0) {
		value[0] = t->prediction[row];
		if (g->how == SPT_SPARK_BOOSTED)
			value[0] *= g->weight[tree];
		return 0;
	}
	if (t->stats.first[row + 1] - t->stats.first[row] != g->classes)
		return bad_node(g, tree, id, "not a count for each class", e);
	for (size_t c = 0; c < g->classes; c++)
		total += stats[c];
	for (size_t c = 0; c < g->classes; c++) {
		value[c] = stats[c];
		if (g->how != SPT_SPARK_ONE_TREE)
			value[c] = total != 0 ? stats[c] / total : 0;
	}
	return 0;
}

static int
grow(struct growing *g, size_t tree, struct spt_tree_node *nodes,
    double *values, struct spt_err *e)
{
	const size_t width = g->classes == 0 ? 1 : g->classes;
	const size_t n = g->first[tree + 1] - g->first[tree];
	struct spt_tree t = { .nodes = nodes, .n = n, .values = values };

	for (size_t id = 0; id < n; id++) {
		const size_t row = g->row[g->first[tree] + id];
		struct spt_tree_node *to = &nodes[id];
		int rc;

		memset(to, 0, sizeof *to);
		if (g->t.left[row] == -1 && g->t.right[row] == -1) {
			to->leaf = (uint32_t)t.leaves++;
			rc = make_leaf(
			    g, tree, id, values + to->leaf * width, e);
		} else {
			rc = make_test(g, tree, id, to, e);
		}
		if (rc < 0)
			return -1;
	}
	if (spt_forest_add(g->forest, &t, e) < 0)
		return spt_err_where(e, "%s", g->t.d->dir);
	return 0;
}

static int
grow_all(struct growing *g, struct spt_err *e)
{
	const size_t stats = g->t.stats.first[g->t.d->rows];
	const struct spt_io *io = g->t.d->io;
	struct spt_tree_node *nodes;
	double *values;
	size_t most = 0;
	int rc = -1;

	for (size_t k = 0; k < g->n_trees; k++)
		if (g->first[k + 1] - g->first[k] > most)
			most = g->first[k + 1] - g->first[k];
	nodes = spt_alloc(io, most * sizeof *nodes, e);
	/* Leaves copy what is in the table: there is no more of it. */
	values =
	    spt_alloc(io, (g->classes == 0 ? most : stats) * sizeof *values, e);
	if (nodes != NULL && values != NULL)
		rc = 0;
	for (size_t k = 0; rc == 0 && k < g->n_trees; k++)
		rc = grow(g, k, nodes, values, e);
	spt_free(io, nodes);
	spt_free(io, values);
	return rc;
}

/* The trees' weights: number, description and weight of each, in columns
 * whose names differ from version to version. */
static int
read_weights(
    struct growing *g, const struct spt_spark_loading *l, struct spt_err *e)
{
	struct spt_spark_lists tree, weight;
	struct spt_spark_data d;
	int rc = spt_spark_open_data(&d, l, "treesMetadata", e);

	if (rc < 0)
		return -1;
	g->n_trees = d.rows;
	g->weight =
	    spt_arena_get(l->arena, (d.rows + 1) * sizeof *g->weight, e);
	rc = g->weight == NULL ? -1 : spt_spark_data_nth(&d, 0, &tree, e);
	if (rc == 0)
		rc = spt_spark_data_nth(&d, 2, &weight, e);
	if (rc == 0 && (d.rows == 0 || d.rows > TREES_MAX))
		rc = spt_fail(e, SPT_EDATA, "%s: %zu trees", d.dir, d.rows);
	for (size_t r = 0; rc == 0 && r < d.rows; r++) {
		size_t at = tree.first[r], w = weight.first[r];

		if (tree.first[r + 1] - at != 1 ||
		    weight.first[r + 1] - w != 1 ||
		    !(tree.v[at] >= 0 && tree.v[at] < (double)d.rows))
			rc = spt_fail(e, SPT_EDATA,
			    "%s: row %zu is no tree and weight", d.dir, r);
		else
			g->weight[(size_t)tree.v[at]] = weight.v[w];
	}
	spt_spark_data_close(&d);
	return rc;
}

int
spt_spark_trees_load(struct spt_forest *f, const struct spt_spark_loading *l,
    enum spt_spark_ensemble how, size_t features, size_t classes, size_t *trees,
    struct spt_err *e)
{
	const size_t width = classes == 0 ? 1 : classes;
	struct spt_forest_shape shape = {
		.features = features, .outputs = width, .leaf_width = width
	};
	struct growing g = { .forest = f,
		.arena = l->arena,
		.features = features,
		.classes = classes,
		.how = how,
		.n_trees = 1 };
	struct spt_spark_data d;
	int rc;

	if (how != SPT_SPARK_ONE_TREE && read_weights(&g, l, e) < 0)
		return -1;
	if (spt_spark_open_data(&d, l, "data", e) < 0)
		return -1;
	g.t.d = &d;
	rc = read_table(&g.t, how != SPT_SPARK_ONE_TREE, e);
	if (rc == 0)
		rc = sort_nodes(&g, e);
	if (rc == 0)
		rc = spt_forest_init(f, l->io, &shape, e);
	if (rc == 0)
		rc = grow_all(&g, e);
	if (rc == 0)
		rc = spt_forest_seal(f, e);
	spt_spark_data_close(&d);
	*trees = g.n_trees;
	return rc;
}
