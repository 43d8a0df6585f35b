/*
 * TreeModel: what the leaves say, and a tree that stands alone.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

/* ---- leaves ------------------------------------------------------------ */

static double *
new_leaf(struct spt_pmml_load *l, struct spt_pmml_trees *t, uint32_t *leaf)
{
	const size_t start = t->n_leaves * t->width;

	if (spt_grow(l->m->io, &t->values, &t->values_cap, start + t->width,
		sizeof *t->values, l->e) < 0)
		return NULL;
	*leaf = (uint32_t)(t->n_leaves++ - t->first_leaf);
	return t->values + start;
}

/* The value of a ScoreDistribution and its share, not yet divided. */
static int
share(struct spt_pmml_load *l, const struct spt_pmml_place *p, const xmlNode *x,
    double *value, double *part)
{
	const char *text;

	if (spt_pmml_need(l, x, "value", &text) < 0 ||
	    spt_pmml_value(l, x, text, p->data, value) < 0)
		return -1;
	return spt_pmml_number(l, x,
	    spt_pmml_attr(x, "probability") != NULL ? "probability"
						    : "recordCount",
	    NAN, part);
}

/* Fills in the shares of the classes.  1: there are some; 0: none. */
static int
take_shares(struct spt_pmml_load *l, const struct spt_pmml_trees *t,
    const struct spt_pmml_place *p, const xmlNode *node, double *v)
{
	const xmlNode *x = spt_pmml_find(node, "ScoreDistribution");
	double total = 0;

	if (x == NULL)
		return 0;
	for (; x != NULL; x = spt_pmml_next(x)) {
		double value, part;
		size_t at;

		if (!spt_pmml_is(x, "ScoreDistribution"))
			continue;
		if (share(l, p, x, &value, &part) < 0 ||
		    spt_pmml_class(l, t->classes, value, &at) < 0)
			return -1;
		if (!(part >= 0))
			return spt_pmml_fail(l, x, "%g of something", part);
		v[at] += part;
		total += part;
	}
	if (total == 0)
		return spt_pmml_fail(l, node, "its distribution is all zero");
	for (size_t k = 0; k < t->classes->n; k++)
		v[k] /= total;
	return 1;
}

static int
take_classes(struct spt_pmml_load *l, const struct spt_pmml_trees *t,
    const struct spt_pmml_place *p, const xmlNode *node, double *v)
{
	const char *score = spt_pmml_attr(node, "score");
	const size_t n = t->classes->n;
	int rc = take_shares(l, t, p, node, v);
	size_t best = 0;
	double value;

	if (rc < 0)
		return -1;
	if (score != NULL) {
		if (spt_pmml_value(l, node, score, p->data, &value) < 0 ||
		    spt_pmml_class(l, t->classes, value, &best) < 0)
			return -1;
	} else if (rc == 1) {
		for (size_t k = 1; k < n; k++)
			if (v[k] > v[best])
				best = k;
	} else {
		return spt_pmml_fail(l, node, "it has no score");
	}
	if (rc == 0 || t->leaf == SPT_PMML_VOTE) {
		memset(v, 0, n * sizeof *v);
		v[best] = 1;
	}
	if (t->leaf == SPT_PMML_DECISION)
		v[n] = t->classes->v[best];
	return 0;
}

int
spt_pmml_leaf(struct spt_pmml_load *l, struct spt_pmml_trees *t,
    const struct spt_pmml_place *p, const xmlNode *node, double weight,
    uint32_t *leaf)
{
	double *v = new_leaf(l, t, leaf);

	if (v == NULL)
		return -1;
	for (size_t k = 0; k < t->width; k++)
		v[k] = node == NULL ? NAN : 0;
	if (node == NULL)
		return 0;
	if (t->leaf == SPT_PMML_SCORE) {
		if (spt_pmml_number(l, node, "score", NAN, v) < 0)
			return -1;
		if (t->single)
			*v = (double)(float)*v;
	} else if (take_classes(l, t, p, node, v) < 0) {
		return -1;
	}
	for (size_t k = 0; weight != 1 && k < t->width; k++)
		v[k] *= weight;
	return 0;
}

/* ---- classes ----------------------------------------------------------- */

static int
collect(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    const xmlNode *node, struct spt_pmml_classes *c, bool *shares)
{
	const char *score = spt_pmml_attr(node, "score");
	double value, part;
	size_t at;

	if (score != NULL &&
	    (spt_pmml_value(l, node, score, p->data, &value) < 0 ||
		spt_pmml_class(l, c, value, &at) < 0))
		return -1;
	for (const xmlNode *x = spt_pmml_child(node); x != NULL;
	     x = spt_pmml_next(x)) {
		int rc = 0;

		if (spt_pmml_is(x, "ScoreDistribution")) {
			*shares = true;
			rc = share(l, p, x, &value, &part);
			if (rc == 0)
				rc = spt_pmml_class(l, c, value, &at);
		} else if (spt_pmml_is(x, "Node")) {
			rc = collect(l, p, x, c, shares);
		} else if (spt_pmml_is(x, "EmbeddedModel")) {
			rc = spt_pmml_refuse(l, x);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
spt_pmml_trees_classes(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_classes *c, bool *shares)
{
	const xmlNode *root = spt_pmml_find(p->x, "Node");

	return root == NULL ? 0 : collect(l, p, root, c, shares);
}

/* ---- alone ------------------------------------------------------------- */

static int
classify(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	struct spt_pmml_classes *c = spt_pmml_get(l, 1, sizeof *c);
	struct spt_pmml_trees t;
	bool shares = false;
	int rc = -1;

	if (c == NULL || spt_pmml_classes_target(l, p, c) < 0 ||
	    spt_pmml_trees_classes(l, p, c, &shares) < 0 ||
	    spt_pmml_classes_columns(l, p, c, r) < 0)
		return -1;
	spt_pmml_trees_init(&t, SPT_PMML_DECISION, c, false);
	/* The column of the prediction is behind those of the classes. */
	if (spt_pmml_trees_add(l, &t, p, 1) == 0)
		rc = spt_pmml_trees_end(l, &t, r->probability[0], 1);
	spt_pmml_trees_fini(l, &t);
	if (!shares)
		r->n = 0;
	return rc;
}

int
spt_pmml_tree(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	struct spt_pmml_trees t;
	int rc = -1;

	if (p->task == SPT_CLUSTERING)
		return spt_pmml_fail(l, p->x, "functionName=\"clustering\"");
	if (p->task == SPT_CLASSIFICATION)
		return classify(l, p, r);
	spt_pmml_trees_init(&t, SPT_PMML_SCORE, NULL, p->single);
	if (spt_pmml_trees_add(l, &t, p, 1) == 0 &&
	    spt_pmml_column(l, p->x, SPT_PMML_DOUBLE, &r->prediction) == 0)
		rc = spt_pmml_trees_end(l, &t, r->prediction, 1);
	spt_pmml_trees_fini(l, &t);
	return rc;
}
