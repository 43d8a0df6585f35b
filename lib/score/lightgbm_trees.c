/*
 * The trees of a LightGBM model: lists of numbers, one entry an inner node or
 * one a leaf.  A child below zero is leaf -1 - child.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/lightgbm.h"

#define MAX_LEAVES (SPT_FOREST_NODES / 4)
#define MAX_CATEGORY (1u << 24)

/* decision_type: bits of a node. */
#define CATEGORICAL 1
#define DEFAULT_LEFT 2
#define MISSING(type) ((type) >> 2 & 3) /* 0 none, 1 zero, 2 NaN */

struct loading {
	struct spt_lightgbm *x;
	struct spt_err *e;
	size_t tree;
	struct spt_lightgbm_text section;
	size_t leaves, cats;
	/* Kept from tree to tree. */
	struct spt_tree_node *nodes;
	size_t nodes_cap;
	double *values;
	size_t values_cap;
	int64_t *bounds; /* cats + 1: of the sets, in words of 32 bits */
	size_t bounds_cap;
	uint64_t *sets; /* set k starts at bounds[k] */
	size_t sets_cap;
};

static int
bad(struct loading *l, const char *what)
{
	return spt_fail(
	    l->e, SPT_EDATA, "%s: tree %zu: %s", l->x->m.file, l->tree, what);
}

/* The list of a key: n whole numbers from low to high. */
static int
wholes(struct loading *l, const char *key, int64_t *to, size_t n, int64_t low,
    int64_t high)
{
	struct spt_lightgbm_text list = { 0 }, word;
	size_t k = 0;

	spt_lightgbm_value(l->section, key, &list);
	for (; k < n && spt_lightgbm_word(&list, &word); k++)
		if (spt_int_parse(word.p, word.n, &to[k]) != 1 || to[k] < low ||
		    to[k] > high)
			break;
	if (k == n && !spt_lightgbm_word(&list, &word))
		return 0;
	return spt_fail(l->e, SPT_EDATA,
	    "%s: tree %zu: \"%s\" is not %zu numbers from %lld to %lld",
	    l->x->m.file, l->tree, key, n, (long long)low, (long long)high);
}

static int
reals(struct loading *l, const char *key, double *to, size_t n, size_t step)
{
	struct spt_lightgbm_text list = { 0 }, word;
	size_t k = 0;

	spt_lightgbm_value(l->section, key, &list);
	for (; k < n && spt_lightgbm_word(&list, &word); k++)
		if (spt_float_parse(word.p, word.n,
			(double *)(void *)((char *)to + k * step)) != 1)
			break;
	if (k == n && !spt_lightgbm_word(&list, &word))
		return 0;
	return spt_fail(l->e, SPT_EDATA,
	    "%s: tree %zu: \"%s\" is not %zu numbers", l->x->m.file, l->tree,
	    key, n);
}

/* Sets of categories: words of 32 bits, brought to 64. */
static int
take_sets(struct loading *l)
{
	int64_t *words;
	size_t n, at = 0;
	int rc;

	if (l->cats == 0)
		return 0;
	if (spt_grow(l->x->m.io, &l->bounds, &l->bounds_cap, l->cats + 1,
		sizeof *l->bounds, l->e) < 0 ||
	    wholes(l, "cat_boundaries", l->bounds, l->cats + 1, 0,
		(int64_t)(l->section.n / 2 + 1)) < 0)
		return -1;
	for (size_t k = 0; k < l->cats; k++)
		if (l->bounds[k + 1] < l->bounds[k] ||
		    l->bounds[k + 1] - l->bounds[k] > MAX_CATEGORY / 32)
			return bad(l, "\"cat_boundaries\" are out of order");
	n = (size_t)l->bounds[l->cats];
	words = spt_alloc(l->x->m.io, (n + 1) * sizeof *words, l->e);
	if (words == NULL)
		return -1;
	rc = wholes(l, "cat_threshold", words, n, 0, UINT32_MAX);
	if (rc == 0)
		rc = spt_grow(l->x->m.io, &l->sets, &l->sets_cap,
		    n + l->cats + 1, sizeof *l->sets, l->e);
	for (size_t k = 0; rc == 0 && k < l->cats; k++) {
		const size_t from = (size_t)l->bounds[k],
			     end = (size_t)l->bounds[k + 1];

		l->bounds[k] = (int64_t)at;
		for (size_t i = from; i < end; i += 2)
			l->sets[at++] =
			    (uint64_t)words[i] |
			    (i + 1 < end ? (uint64_t)words[i + 1] << 32 : 0);
	}
	l->bounds[l->cats] = (int64_t)at;
	spt_free(l->x->m.io, words);
	return rc;
}

/* Where a child is among the nodes: inner ones first, then the leaves. */
static uint32_t
child(const struct loading *l, int64_t v)
{
	return (
	    uint32_t)(v >= 0 ? (size_t)v : l->leaves - 1 + (size_t)(-1 - v));
}

static int
take_node(struct loading *l, struct spt_tree_node *to, int64_t type,
    int64_t left, int64_t right)
{
	to->left = child(l, left);
	to->right = child(l, right);
	to->missing = type & DEFAULT_LEFT ? to->left : to->right;
	to->kind = SPT_TREE_LE;
	to->absent = MISSING(type) == 0   ? SPT_MISSING_NONE
		     : MISSING(type) == 1 ? SPT_MISSING_ZERO
					  : SPT_MISSING_NAN;
	if (MISSING(type) == 3)
		return bad(l, "\"decision_type\" of a kind that is not known");
	if (!(type & CATEGORICAL))
		return isnan(to->threshold) ? bad(l, "a threshold is NaN") : 0;
	if (!(to->threshold >= 0 && to->threshold < (double)l->cats))
		return bad(l, "a set of categories that is not there");
	to->kind = SPT_TREE_IN;
	to->absent = SPT_MISSING_NAN;
	to->missing = to->right;
	to->truncate = true;
	to->set = &l->sets[l->bounds[(size_t)to->threshold]];
	to->set_words = (uint32_t)(l->bounds[(size_t)to->threshold + 1] -
				   l->bounds[(size_t)to->threshold]);
	return 0;
}

/* The inner nodes, all but their tests being numbers of one range each. */
static int
take_inner(struct loading *l)
{
	const size_t n = l->leaves - 1;
	int64_t *v = spt_alloc(l->x->m.io, (4 * n + 1) * sizeof *v, l->e);
	int rc = -1;

	if (v == NULL)
		return -1;
	if (wholes(l, "split_feature", v, n, 0,
		(int64_t)l->x->m.features - 1) == 0 &&
	    wholes(l, "decision_type", v + n, n, 0, 15) == 0 &&
	    wholes(l, "left_child", v + 2 * n, n, -(int64_t)l->leaves,
		(int64_t)n - 1) == 0 &&
	    wholes(l, "right_child", v + 3 * n, n, -(int64_t)l->leaves,
		(int64_t)n - 1) == 0 &&
	    reals(l, "threshold", &l->nodes[0].threshold, n,
		sizeof *l->nodes) == 0 &&
	    take_sets(l) == 0)
		rc = 0;
	for (size_t k = 0; rc == 0 && k < n; k++) {
		l->nodes[k].feature = (uint32_t)v[k];
		rc = take_node(
		    l, &l->nodes[k], v[n + k], v[2 * n + k], v[3 * n + k]);
	}
	spt_free(l->x->m.io, v);
	return rc;
}

static int
take_tree(struct loading *l)
{
	struct spt_lightgbm *x = l->x;
	struct spt_lightgbm_text v = { 0 };
	const size_t most = l->section.n / 2 + 1;
	size_t n;

	if (spt_lightgbm_value(l->section, "is_linear", &v) &&
	    !(v.n == 1 && v.p[0] == '0'))
		return bad(l, "linear trees are not supported");
	if (spt_lightgbm_count(x, l->section, "num_leaves",
		(int64_t)(most < MAX_LEAVES ? most : MAX_LEAVES), &l->leaves,
		l->e) < 0 ||
	    spt_lightgbm_count(
		x, l->section, "num_cat", (int64_t)most, &l->cats, l->e) < 0)
		return spt_err_where(l->e, "tree %zu", l->tree);
	if (l->leaves == 0)
		return bad(l, "no leaves");
	n = 2 * l->leaves - 1;
	if (spt_grow(x->m.io, &l->nodes, &l->nodes_cap, n, sizeof *l->nodes,
		l->e) < 0 ||
	    spt_grow(x->m.io, &l->values, &l->values_cap, l->leaves,
		sizeof *l->values, l->e) < 0)
		return -1;
	memset(l->nodes, 0, n * sizeof *l->nodes);
	for (size_t k = 0; k < l->leaves; k++)
		l->nodes[l->leaves - 1 + k].leaf = (uint32_t)k;
	if (reals(l, "leaf_value", l->values, l->leaves, sizeof *l->values) <
		0 ||
	    (l->leaves > 1 && take_inner(l) < 0))
		return -1;
	for (size_t k = 0; k < l->leaves; k++)
		if (!isfinite(l->values[k]))
			return bad(l, "a leaf value that is not finite");
	if (spt_forest_add(&x->m.forest,
		&(struct spt_tree){ .nodes = l->nodes,
		    .n = n,
		    .values = l->values,
		    .leaves = l->leaves,
		    .output = (uint32_t)(l->tree % x->m.groups) },
		l->e) < 0)
		return spt_err_where(l->e, "%s", x->m.file);
	return 0;
}

/* Where the next line that starts with the mark is, or the end. */
static const char *
line_with(const char *p, const char *end, const char *mark)
{
	const size_t n = strlen(mark);

	while (p < end) {
		const char *line = memchr(p, '\n', (size_t)(end - p));

		if ((size_t)(end - p) >= n && memcmp(p, mark, n) == 0)
			return p;
		p = line == NULL ? end : line + 1;
	}
	return end;
}

int
spt_lightgbm_trees(struct spt_lightgbm *x, struct spt_lightgbm_text text,
    size_t *n, struct spt_err *e)
{
	struct loading l = { .x = x, .e = e };
	const char *stop = text.p + text.n;
	const char *end = line_with(text.p, stop, "end of trees");
	const char *p = text.p, *next;
	int rc = 0;

	if (end == stop)
		return spt_fail(e, SPT_EDATA,
		    "%s: cut off: no \"end of trees\"", x->m.file);
	for (; rc == 0 && p < end; p = next, l.tree++) {
		const char *body = memchr(p, '\n', (size_t)(end - p));

		body = body == NULL ? end : body + 1;
		next = line_with(body, end, "Tree=");
		l.section = (struct spt_lightgbm_text){ .p = body,
			.n = (size_t)(next - body) };
		rc = take_tree(&l);
	}
	*n = l.tree;
	spt_free(x->m.io, l.nodes);
	spt_free(x->m.io, l.values);
	spt_free(x->m.io, l.bounds);
	spt_free(x->m.io, l.sets);
	return rc < 0 ? -1 : spt_forest_seal(&x->m.forest, e);
}
