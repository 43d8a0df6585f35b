/*
 * The trees of an XGBoost model: parallel arrays, one entry a node.
 */
#include <math.h>
#include <string.h>

#include "score/xgboost.h"

/* One tree's arrays. */
struct arrays {
	const json_t *left, *right, *defaults, *feature, *condition, *type;
	const json_t *nodes, *segments, *sizes, *categories;
	size_t n;
};

/* What the nodes are made in; kept from tree to tree. */
struct room {
	struct spt_tree_node *nodes;
	size_t nodes_cap;
	double *values;
	size_t values_cap;
	uint64_t *sets;
	size_t n_sets, sets_cap;
};

struct loading {
	struct spt_xgboost *x;
	const struct spt_xgboost_file *f;
	struct room room;
	struct spt_err *e;
	size_t tree;
};

static int
bad(struct loading *l, size_t node, const char *what)
{
	return spt_fail(l->e, SPT_EDATA, "%s: tree %zu: node %zu: %s",
	    l->x->m.file, l->tree, node, what);
}

static double
real(struct loading *l, const json_t *array, size_t k)
{
	const json_t *v = l->f->js.array_get(array, k);

	return json_is_number(v) ? l->f->js.number_value(v) : NAN;
}

/* A whole number from 0 to `most`; true and false are 1 and 0.  -1: it is
 * something else. */
static int64_t
whole(struct loading *l, const json_t *array, size_t k, double most)
{
	const json_t *v = l->f->js.array_get(array, k);
	double d;

	if (json_is_boolean(v))
		return json_is_true(v);
	d = json_is_number(v) ? l->f->js.number_value(v) : -1;
	return d >= 0 && d <= most && d == floor(d) ? (int64_t)d : -1;
}

static int
find_arrays(struct loading *l, const json_t *tree, struct arrays *a)
{
	const struct {
		const char *name;
		const json_t **to;
		bool always;
	} all[] = {
		{ "left_children", &a->left, true },
		{ "right_children", &a->right, true },
		{ "default_left", &a->defaults, true },
		{ "split_indices", &a->feature, true },
		{ "split_conditions", &a->condition, true },
		{ "split_type", &a->type, false },
		{ "categories_nodes", &a->nodes, false },
		{ "categories_segments", &a->segments, false },
		{ "categories_sizes", &a->sizes, false },
		{ "categories", &a->categories, false },
	};

	for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
		*all[k].to = l->f->js.object_get(tree, all[k].name);
		if (*all[k].to == NULL && !all[k].always)
			continue;
		*all[k].to = spt_xgboost_member(
		    l->x, l->f, tree, all[k].name, JSON_ARRAY, l->e);
		if (*all[k].to == NULL)
			return spt_err_where(l->e, "tree %zu", l->tree);
		if (k == 0)
			a->n = l->f->js.array_size(a->left);
		else if (k <= 4 && l->f->js.array_size(*all[k].to) != a->n)
			return spt_fail(l->e, SPT_EDATA,
			    "%s: tree %zu: \"%s\" and \"left_children\" are "
			    "not of one length",
			    l->x->m.file, l->tree, all[k].name);
	}
	return 0;
}

/* Adds the members of a node's set to room.sets. */
static int
take_set(struct loading *l, const struct arrays *a, size_t k, size_t node,
    struct spt_tree_node *to)
{
	struct room *m = &l->room;
	const int64_t first = whole(l, a->segments, k, 1e9),
		      n = whole(l, a->sizes, k, 1e6);
	const size_t start = m->n_sets;

	if (first < 0 || n < 0 ||
	    (size_t)(first + n) > l->f->js.array_size(a->categories))
		return bad(l, node, "a set of categories that is not there");
	for (int64_t i = first; i < first + n; i++) {
		const int64_t v = whole(l, a->categories, (size_t)i, 1 << 24);
		const size_t word = start + (size_t)v / 64;

		if (v < 0)
			return bad(l, node, "a category out of range");
		if (spt_grow(l->x->m.io, &m->sets, &m->sets_cap, word + 1,
			sizeof *m->sets, l->e) < 0)
			return -1;
		while (m->n_sets <= word)
			m->sets[m->n_sets++] = 0;
		m->sets[word] |= (uint64_t)1 << (v % 64);
	}
	/* Where in sets, until all sets are there. */
	to->leaf = (uint32_t)start;
	to->set_words = (uint32_t)(m->n_sets - start);
	return 0;
}

static int
take_sets(struct loading *l, const struct arrays *a)
{
	struct room *m = &l->room;
	const size_t n = a->nodes == NULL ? 0 : l->f->js.array_size(a->nodes);

	m->n_sets = 0;
	if (n != 0 &&
	    (a->segments == NULL || a->sizes == NULL || a->categories == NULL))
		return bad(l, 0, "sets of categories without members");
	for (size_t k = 0; k < n; k++) {
		const int64_t node = whole(l, a->nodes, k, 1e9);

		if (node < 0 || (size_t)node >= a->n)
			return bad(l, (size_t)(node < 0 ? 0 : node),
			    "a set of categories for a node that is not there");
		if (take_set(l, a, k, (size_t)node, &m->nodes[node]) < 0)
			return -1;
	}
	for (size_t k = 0; k < a->n; k++)
		if (m->nodes[k].kind == SPT_TREE_IN)
			m->nodes[k].set = m->nodes[k].set_words == 0
					      ? NULL
					      : &m->sets[m->nodes[k].leaf];
	return 0;
}

static int
take_node(struct loading *l, const struct arrays *a, size_t k, double weight)
{
	struct spt_tree_node *to = &l->room.nodes[k];
	const double condition = (double)(float)real(l, a->condition, k);
	const json_t *left = l->f->js.array_get(a->left, k);
	const int64_t type = a->type == NULL ? 0 : whole(l, a->type, k, 1),
		      feature = whole(l, a->feature, k, UINT32_MAX),
		      yes = whole(l, a->left, k, UINT32_MAX - 1),
		      no = whole(l, a->right, k, UINT32_MAX - 1),
		      keep = whole(l, a->defaults, k, 1);

	*to = (struct spt_tree_node){ .kind = SPT_TREE_LEAF };
	if (json_is_number(left) && l->f->js.number_value(left) == -1) {
		to->leaf = (uint32_t)k;
		l->room.values[k] = (double)((float)weight * (float)condition);
		return isfinite(condition) ? 0 : bad(l, k, "no leaf value");
	}
	if (type < 0 || feature < 0 || yes < 0 || no < 0 || keep < 0)
		return bad(l, k, "a child, feature or flag out of range");
	if (type == 0 && isnan(condition))
		return bad(l, k, "no split condition");
	to->feature = (uint32_t)feature;
	to->threshold = condition;
	to->missing = (uint32_t)(keep ? yes : no);
	/* Members of a set go right. */
	to->kind = type == 0 ? SPT_TREE_LT : SPT_TREE_IN;
	to->left = (uint32_t)(type == 0 ? yes : no);
	to->right = (uint32_t)(type == 0 ? no : yes);
	to->truncate = true;
	return 0;
}

static int
take_tree(struct loading *l, const json_t *tree, size_t group, double weight)
{
	struct room *m = &l->room;
	struct arrays a = { 0 };
	const json_t *param = spt_xgboost_member(
	    l->x, l->f, tree, "tree_param", JSON_OBJECT, l->e);
	size_t width = 0;

	if (param == NULL || find_arrays(l, tree, &a) < 0)
		return -1;
	if (l->f->js.object_get(param, "size_leaf_vector") != NULL &&
	    spt_xgboost_count(l->x, l->f, param, "size_leaf_vector",
		SPT_FOREST_FEATURES, &width, l->e) < 0)
		return -1;
	if (width > 1)
		return bad(l, 0, "leaves that are vectors are not supported");
	if (spt_grow(l->x->m.io, &m->nodes, &m->nodes_cap, a.n + 1,
		sizeof *m->nodes, l->e) < 0 ||
	    spt_grow(l->x->m.io, &m->values, &m->values_cap, a.n + 1,
		sizeof *m->values, l->e) < 0)
		return -1;
	memset(m->values, 0, a.n * sizeof *m->values);
	for (size_t k = 0; k < a.n; k++)
		if (take_node(l, &a, k, weight) < 0)
			return -1;
	if (take_sets(l, &a) < 0)
		return -1;
	if (spt_forest_add(&l->x->m.forest,
		&(struct spt_tree){ .nodes = m->nodes,
		    .n = a.n,
		    .values = m->values,
		    .leaves = a.n,
		    .output = (uint32_t)group },
		l->e) < 0)
		return spt_err_where(l->e, "%s", l->x->m.file);
	return 0;
}

/*
 * How many of the first trees count.  A model that XGBoost's classes for
 * scikit-learn saved after they stopped early has trees behind its best
 * round; they pass over these, and Booster.predict, which has no such rule,
 * takes all trees.  So the saver decides, which left its mark.
 */
static int
count_used(struct loading *l, const json_t *model, size_t *n)
{
	const json_t *attributes, *param;
	const struct spt_xgboost_file *f = l->f;
	size_t best, parallel;

	attributes = f->js.object_get(
	    f->js.object_get(f->root, "learner"), "attributes");
	if (!json_is_object(attributes) ||
	    f->js.object_get(attributes, "scikit_learn") == NULL ||
	    f->js.object_get(attributes, "best_iteration") == NULL)
		return 0;
	param = spt_xgboost_member(
	    l->x, f, model, "gbtree_model_param", JSON_OBJECT, l->e);
	if (param == NULL ||
	    spt_xgboost_count(l->x, f, attributes, "best_iteration", INT32_MAX,
		&best, l->e) < 0 ||
	    spt_xgboost_count(l->x, f, param, "num_parallel_tree", INT32_MAX,
		&parallel, l->e) < 0)
		return -1;
	parallel += parallel == 0;
	if (best + 1 < *n / parallel / l->x->m.groups)
		*n = (best + 1) * parallel * l->x->m.groups;
	return 0;
}

static int
take_trees(struct loading *l, const json_t *model, const json_t *trees,
    const json_t *groups, const json_t *weights)
{
	size_t n = l->f->js.array_size(trees);

	if (l->f->js.array_size(groups) != n ||
	    (weights != NULL && l->f->js.array_size(weights) != n))
		return spt_fail(l->e, SPT_EDATA,
		    "%s: %zu trees, and \"tree_info\" or \"weight_drop\" for "
		    "another number",
		    l->x->m.file, n);
	if (count_used(l, model, &n) < 0)
		return -1;
	for (l->tree = 0; l->tree < n; l->tree++) {
		const json_t *tree = l->f->js.array_get(trees, l->tree);
		const int64_t group = whole(l, groups, l->tree, UINT32_MAX);
		const double weight =
		    weights == NULL ? 1 : real(l, weights, l->tree);

		if (!json_is_object(tree) || isnan(weight))
			return bad(l, 0, "no tree, or no weight for it");
		if (group < 0 || (size_t)group >= l->x->m.groups)
			return bad(
			    l, 0, "a tree for a class that is not there");
		if (take_tree(l, tree, (size_t)group, weight) < 0)
			return -1;
	}
	return spt_forest_seal(&l->x->m.forest, l->e);
}

int
spt_xgboost_trees(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *gbtree, const json_t *weights, struct spt_err *e)
{
	struct loading l = { .x = x, .f = f, .e = e };
	const json_t *model =
	    spt_xgboost_member(x, f, gbtree, "model", JSON_OBJECT, e);
	const json_t *trees, *groups;
	int rc = -1;

	if (model == NULL ||
	    (trees = spt_xgboost_member(x, f, model, "trees", JSON_ARRAY, e)) ==
		NULL ||
	    (groups = spt_xgboost_member(
		 x, f, model, "tree_info", JSON_ARRAY, e)) == NULL)
		return -1;
	if (spt_forest_init(&x->m.forest, x->m.io,
		&(struct spt_forest_shape){ .features = x->m.features,
		    .outputs = x->m.groups,
		    .leaf_width = 1,
		    .single_input = true,
		    .single_sum = true },
		e) < 0)
		spt_err_where(e, "%s", x->m.file);
	else
		rc = take_trees(&l, model, trees, groups, weights);
	spt_free(x->m.io, l.room.nodes);
	spt_free(x->m.io, l.room.values);
	spt_free(x->m.io, l.room.sets);
	return rc;
}
