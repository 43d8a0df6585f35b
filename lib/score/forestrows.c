/*
 * A leaf's threshold is NaN and its child is itself minus one: a row that has
 * arrived stays.  All rows of a tile take as many steps as the tree has
 * levels, eight rows abreast, so that their loads overlap; deep trees look
 * now and then whether everybody has arrived.  Trees with sets of categories
 * have a loop of their own.
 */
#include <math.h>
#include <string.h>

#include "score/forestnode.h"

#define STEPS 4 /* of a deep tree between two looks */
#define LIGHTGBM_ZERO 1e-35

static void
fill_view(const struct spt_forest *f, const struct spt_forest_view *v,
    const double *from, size_t n, double *to)
{
	if (f->shape.single_input)
		for (size_t i = 0; i < n; i++)
			to[i] = (double)(float)from[i];
	else
		memcpy(to, from, n * sizeof *to);
	if (v->absent == SPT_MISSING_ZERO)
		for (size_t i = 0; i < n; i++)
			to[i] = fabs(to[i]) <= LIGHTGBM_ZERO ? NAN : to[i];
	if (v->absent == SPT_MISSING_NONE)
		for (size_t i = 0; i < n; i++)
			to[i] = isnan(to[i]) ? 0 : to[i];
	if (v->minus)
		for (size_t i = 0; i < n; i++)
			to[i] = -to[i];
}

static void
fill_tile(
    struct spt_forest *f, const double *const *columns, size_t first, size_t n)
{
	for (size_t i = 0; i < f->n_views; i++) {
		const struct spt_forest_view *v = &f->views[i];

		fill_view(f, v, columns[v->feature] + first, n,
		    f->tile + i * f->tile_rows);
	}
}

/* One step of the SPT_FOREST_LANES rows at x. */
static inline void
step(const struct spt_forest_node *nodes, const double *x,
    uint32_t at[SPT_FOREST_LANES])
{
	for (size_t i = 0; i < SPT_FOREST_LANES; i++) {
		const struct spt_forest_node *n = &nodes[at[i]];

		at[i] = n->child + !(x[n->x + i] <= n->threshold);
	}
}

/* SPT_FOREST_LANES rows from the root to their leaves. */
static void
descend(const struct spt_forest *f, const struct spt_forest_tree *t,
    const double *x, uint32_t hits[SPT_FOREST_LANES])
{
	const struct spt_forest_node *nodes = f->nodes;
	uint32_t at[SPT_FOREST_LANES], before[SPT_FOREST_LANES];
	uint32_t left = t->levels;

	for (size_t i = 0; i < SPT_FOREST_LANES; i++)
		at[i] = t->root;
	while (left > 2 * STEPS) {
		uint32_t moved = 0;

		for (size_t k = 1; k < STEPS; k++)
			step(nodes, x, at);
		memcpy(before, at, sizeof at);
		step(nodes, x, at);
		for (size_t i = 0; i < SPT_FOREST_LANES; i++)
			moved |= before[i] ^ at[i];
		left -= STEPS;
		if (moved == 0)
			left = 0;
	}
	while (left-- > 0)
		step(nodes, x, at);
	for (size_t i = 0; i < SPT_FOREST_LANES; i++)
		hits[i] = f->leaf[at[i]];
}

static bool
in_set(const struct spt_forest *f, double threshold, double x)
{
	struct spt_forest_set s;
	uint64_t v;

	memcpy(&s, &threshold, sizeof s);
	if (isnan(x))
		return s.with_nan;
	if (!(x >= 0 && x < 64.0 * s.words))
		return false;
	v = (uint64_t)x;
	return (s.truncate || (double)v == x) &&
	       (f->sets[s.first + v / 64] >> (v % 64) & 1);
}

/* One row of a tree that has sets. */
static uint32_t
descend_sets(const struct spt_forest *f, const struct spt_forest_tree *t,
    const double *x)
{
	uint32_t at = t->root;

	for (uint32_t left = t->levels; left > 0; left--) {
		const struct spt_forest_node *n = &f->nodes[at];

		if (n->child & SPT_FOREST_IN_SET)
			at = (n->child & ~SPT_FOREST_IN_SET) +
			     !in_set(f, n->threshold, x[n->x]);
		else
			at = n->child + !(x[n->x] <= n->threshold);
	}
	return f->leaf[at];
}

/* The tile's first n rows through one tree, rows rounded up to
 * SPT_FOREST_LANES. */
static void
visit(struct spt_forest *f, const struct spt_forest_tree *t, size_t n)
{
	if (t->sets)
		for (size_t r = 0; r < n; r++)
			f->hits[r] = descend_sets(f, t, f->tile + r);
	else
		for (size_t r = 0; r < n; r += SPT_FOREST_LANES)
			descend(f, t, f->tile + r, f->hits + r);
}

static void
add_leaves(const struct spt_forest *f, const struct spt_forest_tree *t,
    size_t n, double *out)
{
	const size_t width = f->shape.leaf_width, stride = f->shape.outputs;

	out += t->output;
	if (f->shape.single_sum) {
		for (size_t r = 0; r < n; r++, out += stride)
			for (size_t k = 0; k < width; k++)
				out[k] =
				    (double)((float)out[k] +
					     (float)
						 f->values[f->hits[r] * width +
							   k]);
	} else if (width == 1) {
		for (size_t r = 0; r < n; r++, out += stride)
			*out += f->values[f->hits[r]];
	} else {
		for (size_t r = 0; r < n; r++, out += stride)
			for (size_t k = 0; k < width; k++)
				out[k] += f->values[f->hits[r] * width + k];
	}
}

void
spt_forest_eval(struct spt_forest *f, const double *const *columns, size_t rows,
    double *out)
{
	for (size_t first = 0; first < rows; first += f->tile_rows) {
		size_t n = rows - first;

		if (n > f->tile_rows)
			n = f->tile_rows;
		fill_tile(f, columns, first, n);
		for (size_t i = 0; i < f->n; i++) {
			visit(f, &f->trees[i], n);
			add_leaves(
			    f, &f->trees[i], n, out + first * f->shape.outputs);
		}
	}
}
