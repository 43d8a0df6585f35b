/*
 * A forest gives what walking its trees node by node gives: all kinds of
 * tests, all ways in which values are missing, trees of any shape, any number
 * of rows.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "score/forest.h"
#include "unit.h"

#define FEATURES 5
#define ROWS 1037
#define NODES 400

static uint64_t seed = 88172645463325252u;

static uint32_t
below(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 11) % n;
}

static const double odd[] = { NAN, INFINITY, -INFINITY, 0.0, -0.0, 1e-36,
	-1e-36, 1.0, 2.0, 2.5, 63.0, 64.0, 130.0, -1.0, 0.1, 0x1.99999ap-4,
	5e-324, DBL_MAX, 1e10 };

static double
any_value(void)
{
	if (below(2))
		return odd[below(sizeof odd / sizeof *odd)];
	return (double)below(2000) / 100 - 5;
}

struct random_tree {
	struct spt_tree_node nodes[NODES];
	uint64_t sets[NODES][2];
	double values[NODES][2];
	struct spt_tree t;
};

/* A node has the next free numbers as its children, or is a leaf. */
static void
grow(struct random_tree *r, bool sets, uint32_t size)
{
	uint32_t n = 1, leaves = 0;

	memset(r, 0, sizeof *r);
	for (uint32_t i = 0; i < n; i++) {
		struct spt_tree_node *t = &r->nodes[i];

		if (n + 3 > size || (i > 2 && below(4) == 0)) {
			t->leaf = leaves;
			r->values[leaves][0] = (double)below(100) / 7;
			r->values[leaves++][1] = -(double)i;
			continue;
		}
		t->kind = 1 + below(sets ? 3 : 2);
		t->absent = below(3);
		t->feature = below(FEATURES);
		t->threshold = any_value();
		t->left = n++;
		t->right = n++;
		t->missing = below(2) ? t->left : t->right;
		if (below(5) == 0)
			t->missing = n++;
		r->sets[i][0] = seed;
		r->sets[i][1] = ~seed;
		t->set = r->sets[i];
		t->set_words = below(3);
		t->truncate = below(2);
	}
	r->t = (struct spt_tree){ .nodes = r->nodes,
		.n = n,
		.values = &r->values[0][0],
		.leaves = leaves,
		.output = 1 };
	for (uint32_t i = 0; i < n; i++)
		if (r->nodes[i].kind != SPT_TREE_LEAF &&
		    r->nodes[i].absent == SPT_MISSING_NONE &&
		    r->nodes[i].missing != r->nodes[i].left)
			r->nodes[i].missing = r->nodes[i].right;
}

static bool
goes_left(const struct spt_tree_node *t, double x)
{
	if (t->kind == SPT_TREE_LE)
		return x <= t->threshold;
	if (t->kind == SPT_TREE_LT)
		return x < t->threshold;
	if (!t->truncate && x != floor(x))
		return false;
	if (!(x >= 0 && x < 64.0 * t->set_words))
		return false;
	return t->set[(size_t)x / 64] >> ((size_t)x % 64) & 1;
}

/* The plain way down. */
static uint32_t
walk(const struct spt_tree *tree, const double *row)
{
	uint32_t at = 0;

	while (tree->nodes[at].kind != SPT_TREE_LEAF) {
		const struct spt_tree_node *t = &tree->nodes[at];
		double x = row[t->feature];
		bool missing = isnan(x);

		if (t->absent == SPT_MISSING_ZERO && fabs(x) <= 1e-35)
			missing = true;
		if (t->absent == SPT_MISSING_NONE && missing) {
			missing = false;
			x = 0;
		}
		at = missing           ? t->missing
		     : goes_left(t, x) ? t->left
				       : t->right;
	}
	return tree->nodes[at].leaf;
}

static double *columns[FEATURES];

static void
check_forest(size_t trees, bool sets, uint32_t size, bool single, size_t rows)
{
	struct spt_forest_shape shape = { .features = FEATURES,
		.outputs = 3,
		.leaf_width = 2,
		.single_input = single,
		.single_sum = single };
	struct random_tree *r = calloc(trees, sizeof *r);
	double *out = calloc(rows * 3 + 1, sizeof *out);
	struct spt_err e = { 0 };
	struct spt_forest f;
	size_t wrong = 0;

	CHECK(spt_forest_init(&f, spt_io_system(), &shape, &e) == 0);
	for (size_t k = 0; k < trees; k++) {
		grow(&r[k], sets, size);
		CHECK(spt_forest_add(&f, &r[k].t, &e) == 0);
	}
	CHECK(spt_forest_seal(&f, &e) == 0);
	for (size_t i = 0; i < rows; i++)
		out[3 * i] = out[3 * i + 1] = 0.25;
	spt_forest_eval(&f, (const double *const *)columns, rows, out);
	for (size_t i = 0; i < rows; i++) {
		double row[FEATURES], want[2] = { 0.25, 0 };

		for (size_t k = 0; k < FEATURES; k++)
			row[k] = single ? (double)(float)columns[k][i]
					: columns[k][i];
		for (size_t k = 0; k < trees; k++) {
			uint32_t at = walk(&r[k].t, row);

			for (size_t j = 0; j < 2; j++) {
				double v = r[k].values[at][j];

				want[j] =
				    single ? (double)((float)want[j] + (float)v)
					   : want[j] + v;
			}
		}
		wrong += out[3 * i] != 0.25 || out[3 * i + 1] != want[0] ||
			 out[3 * i + 2] != want[1];
	}
	CHECK_INT(wrong, 0);
	spt_forest_fini(&f);
	free(r);
	free(out);
}

static void
refuse(const struct spt_tree_node *nodes, size_t n, const char *says)
{
	const double values[] = { 1, 2, 3 };
	struct spt_tree t = {
		.nodes = nodes, .n = n, .values = values, .leaves = 3
	};
	struct spt_forest_shape shape = {
		.features = 2, .outputs = 1, .leaf_width = 1
	};
	struct spt_err e = { 0 };
	struct spt_forest f;

	CHECK(spt_forest_init(&f, spt_io_system(), &shape, &e) == 0);
	CHECK(spt_forest_add(&f, &t, &e) == -1);
	CHECK(e.kind == SPT_EDATA);
	if (strstr(e.msg, says) == NULL)
		CHECK_STR(e.msg, says);
	spt_forest_fini(&f);
}

static void
check_refusals(void)
{
	struct spt_tree_node v[4] = {
		{ .kind = SPT_TREE_LE, .left = 1, .right = 2, .missing = 2 }
	};
	struct spt_tree_node *chain = calloc(5000, sizeof *chain);

	refuse(v, 0, "no nodes");
	refuse(v, 2, "tree 0: node 0: child 2 is not there (2 nodes)");
	v[0].right = v[0].missing = 0;
	refuse(v, 3, "node 0: child 0 has another parent");
	v[0].right = v[0].missing = 1;
	refuse(v, 3, "node 0: child 1 has another parent");
	v[0].right = v[0].missing = 2;
	v[0].feature = 2;
	refuse(v, 3, "node 0: feature 2 is not there (2 features)");
	v[0].feature = 0;
	v[2].leaf = 3;
	refuse(v, 3, "node 2: leaf 3 is not there (3 leaves)");
	for (uint32_t i = 0; i + 2 < 5000; i += 2)
		chain[i] = (struct spt_tree_node){ .kind = SPT_TREE_LE,
			.left = i + 1,
			.right = i + 2,
			.missing = i + 2 };
	refuse(chain, 5000, "deeper than 1000 levels");
	free(chain);
}

int
main(void)
{
	for (size_t k = 0; k < FEATURES; k++) {
		columns[k] = malloc(ROWS * sizeof *columns[k]);
		for (size_t i = 0; i < ROWS; i++)
			columns[k][i] = any_value();
	}
	for (size_t round = 0; round < 20; round++) {
		check_forest(7, false, 60, false, ROWS);
		check_forest(5, true, 60, false, ROWS);
		check_forest(3, true, NODES, true, 1 + below(ROWS));
		check_forest(4, false, 1 + below(NODES), true, below(20));
	}
	check_forest(0, false, 1, false, 9);
	check_forest(2, false, 1, false, 9);
	check_refusals();
	for (size_t k = 0; k < FEATURES; k++)
		free(columns[k]);
	return DONE;
}
