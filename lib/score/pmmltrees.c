/*
 * Trees that are summed up: kept as they are grown, since how many columns
 * their tests look at is known only when the last of them is there; then one
 * forest, and the step that sends a tile through it.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

struct spt_pmml_kept {
	size_t first_node, nodes, first_leaf, leaves;
	const xmlNode *at;
};

/* What the step knows. */
struct grove {
	struct spt_forest *forest;
	const uint32_t *columns;
	const double **x; /* room for what the forest reads */
	size_t n, width;
	uint32_t sums; /* the first of width columns: room for rows x width */
	double divisor;
};

void
spt_pmml_trees_init(struct spt_pmml_trees *t, enum spt_pmml_leaf leaf,
    struct spt_pmml_classes *classes, bool single)
{
	*t = (struct spt_pmml_trees){ .leaf = leaf,
		.classes = classes,
		.single = single,
		.width = leaf == SPT_PMML_SCORE      ? 1
			 : leaf == SPT_PMML_DECISION ? classes->n + 1
						     : classes->n };
}

void
spt_pmml_trees_fini(struct spt_pmml_load *l, struct spt_pmml_trees *t)
{
	const struct spt_io *io = l->m->io;

	spt_free(io, t->columns);
	spt_free(io, t->feature_of);
	spt_free(io, t->nodes);
	spt_free(io, t->values);
	spt_free(io, t->trees);
}

int
spt_pmml_trees_keep(
    struct spt_pmml_load *l, struct spt_pmml_trees *t, const xmlNode *at)
{
	if (spt_grow(l->m->io, &t->trees, &t->trees_cap, t->n_trees + 1,
		sizeof *t->trees, l->e) < 0)
		return -1;
	t->trees[t->n_trees++] = (struct spt_pmml_kept){
		.first_node = t->first_node,
		.nodes = t->n_nodes - t->first_node,
		.first_leaf = t->first_leaf,
		.leaves = t->n_leaves - t->first_leaf,
		.at = at,
	};
	return 0;
}

static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct grove *g = s->data;
	double *sums = m->cols[g->sums].x;

	for (size_t k = 0; k < g->n; k++)
		g->x[k] = m->cols[g->columns[k]].x;
	memset(sums, 0, n * g->width * sizeof *sums);
	spt_forest_eval(g->forest, g->x, n, sums);
	for (size_t k = 0; k < g->width; k++) {
		double *to = m->cols[s->out + k].x;

		for (size_t i = 0; i < n; i++)
			to[i] = sums[i * g->width + k] / g->divisor;
	}
}

/* A new forest, which the model frees. */
static int
plant(struct spt_pmml_load *l, const struct spt_pmml_trees *t,
    struct spt_forest **forest)
{
	const struct spt_forest_shape shape = { .features = t->n_columns,
		.outputs = t->width,
		.leaf_width = t->width,
		.single_sum = t->single };
	struct spt_pmml *m = l->m;

	*forest = spt_pmml_get(l, 1, sizeof **forest);
	if (*forest == NULL ||
	    spt_grow(m->io, &m->forests, &m->forests_cap, m->n_forests + 1,
		sizeof *m->forests, l->e) < 0)
		return -1;
	m->forests[m->n_forests++] = *forest;
	if (spt_forest_init(*forest, m->io, &shape, l->e) < 0)
		return -1;
	for (size_t k = 0; k < t->n_trees; k++) {
		const struct spt_pmml_kept *kept = &t->trees[k];
		const struct spt_tree tree = {
			.nodes = t->nodes + kept->first_node,
			.n = kept->nodes,
			.values = t->values + kept->first_leaf * t->width,
			.leaves = kept->leaves,
		};

		if (spt_forest_add(*forest, &tree, l->e) < 0)
			return spt_err_where(l->e, "%s: line %ld: TreeModel",
			    m->file, l->xml.GetLineNo(kept->at));
	}
	return spt_forest_seal(*forest, l->e);
}

int
spt_pmml_trees_end(struct spt_pmml_load *l, struct spt_pmml_trees *t,
    uint32_t out, double divisor)
{
	const xmlNode *at = t->trees[0].at;
	struct grove *g = spt_pmml_get(l, 1, sizeof *g);
	uint32_t *columns = spt_pmml_get(l, t->n_columns, sizeof *columns);
	uint32_t more;

	if (g == NULL || columns == NULL || plant(l, t, &g->forest) < 0)
		return -1;
	if (t->n_columns != 0)
		memcpy(columns, t->columns, t->n_columns * sizeof *columns);
	g->columns = columns;
	g->n = t->n_columns;
	g->width = t->width;
	g->divisor = divisor;
	g->x = spt_pmml_get(l, g->n, sizeof *g->x);
	if (g->x == NULL ||
	    spt_pmml_column(l, at, SPT_PMML_DOUBLE, &g->sums) < 0)
		return -1;
	for (size_t k = 1; k < g->width; k++)
		if (spt_pmml_column(l, at, SPT_PMML_DOUBLE, &more) < 0)
			return -1;
	return spt_pmml_do(l, run, out, NULL, 0, g);
}
