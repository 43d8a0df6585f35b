/*
 * forest - an ensemble of decision trees, evaluated many rows at a time.
 *
 * A loader (spark.ml, XGBoost, LightGBM, PMML) describes each tree in the
 * words of its own file: nodes with left, right and missing children.  What
 * is kept is one form for all of them, in which every numeric test is "x <=
 * threshold, else (NaN too) the other one", so that rows go down without a
 * branch, eight at a time.
 *
 *     spt_forest_init, spt_forest_add for each tree, spt_forest_seal,
 *     then spt_forest_eval as often as there are rows, spt_forest_fini.
 */
#ifndef SPT_FOREST_H
#define SPT_FOREST_H

#include "base/io.h"

#define SPT_FOREST_DEPTH 1000          /* levels of one tree */
#define SPT_FOREST_NODES (1u << 26)    /* of all trees */
#define SPT_FOREST_FEATURES (1u << 20) /* and outputs */

/* How a node tells left from right; x is never missing here. */
enum spt_tree_kind {
	SPT_TREE_LEAF,
	SPT_TREE_LE, /* left when x <= threshold */
	SPT_TREE_LT, /* left when x < threshold */
	SPT_TREE_IN, /* left when x is a whole number that is in the set */
};

/* Which values are missing, for one node. */
enum spt_tree_missing {
	SPT_MISSING_NAN,  /* NaN */
	SPT_MISSING_ZERO, /* NaN, and |x| <= 1e-35 (LightGBM's zero) */
	SPT_MISSING_NONE, /* nothing: NaN counts as 0 */
};

struct spt_tree_node {
	enum spt_tree_kind kind;
	enum spt_tree_missing absent;
	uint32_t feature;
	double threshold;
	/* Indices into the tree's nodes.  missing is where missing values go:
	 * left, right, or a third node (a leaf of its own, say). */
	uint32_t left, right, missing;
	/* IN: bit v % 64 of word v / 64 stands for v.  What is negative or
	 * beyond is in no set; so are fractions, unless truncate says that
	 * they are cut off first. */
	const uint64_t *set;
	uint32_t set_words;
	bool truncate;
	uint32_t leaf; /* LEAF: its row in the tree's values */
};

/* One tree; all of it is copied.  Its root is node 0. */
struct spt_tree {
	const struct spt_tree_node *nodes;
	size_t n;
	const double *values; /* leaves x leaf_width, row by row */
	size_t leaves;
	uint32_t output; /* the output that the first value of a leaf goes to */
};

struct spt_forest_shape {
	size_t features;   /* columns of the input */
	size_t outputs;    /* columns of the result */
	size_t leaf_width; /* values of a leaf, for as many outputs */
	bool single_input; /* x is rounded to float first (XGBoost) */
	bool single_sum;   /* sums are rounded to float at each step */
};

struct spt_forest {
	const struct spt_io *io;
	struct spt_forest_shape shape;
	struct spt_forest_tree *trees;
	size_t n, cap;
	struct spt_forest_node *nodes;
	size_t n_nodes, nodes_cap;
	uint32_t *leaf; /* a node's row in values, beside nodes */
	size_t leaf_cap;
	double *values;
	size_t n_values, values_cap;
	uint64_t *sets;
	size_t n_sets, sets_cap;
	/* What the tests see of the input: a feature, a way of treating
	 * missing values, a sign. */
	struct spt_forest_view *views;
	size_t n_views, views_cap;
	uint32_t *view_of; /* features x ways: index + 1, or 0 */
	size_t tile_rows;
	double *tile;   /* views x tile_rows, view by view */
	uint32_t *hits; /* tile_rows: the leaves that the rows fell on */
};

/* -1: a shape out of bounds (SPT_EDATA), or no memory. */
SPT_MUST int spt_forest_init(struct spt_forest *f, const struct spt_io *io,
    const struct spt_forest_shape *shape, struct spt_err *e);
/* Checks and takes one more tree.  -1: SPT_EDATA with the number of the tree
 * and of the node (a child that is not there or has two parents, cycles,
 * depth, features, leaves); the caller puts the file's name in front.  Nodes
 * that the root does not lead to are ignored. */
SPT_MUST int spt_forest_add(
    struct spt_forest *f, const struct spt_tree *t, struct spt_err *e);
/* After the last tree, before the first row. */
SPT_MUST int spt_forest_seal(struct spt_forest *f, struct spt_err *e);
/* A zeroed forest is fine. */
void spt_forest_fini(struct spt_forest *f);

/* columns[feature][row].  Adds the leaf of each tree, in the trees' order, to
 * out[row * outputs + output]: what is in out at first (0, a base score) is
 * the caller's. */
void spt_forest_eval(struct spt_forest *f, const double *const *columns,
    size_t rows, double *out);

#endif
