/*
 * MiningModel: many models, and what is made of their results.
 *
 * If all of them are trees without conditions and their results are summed,
 * averaged or voted on, they are one forest.  Otherwise each segment has its
 * columns and a column that says for which rows it counts, and what is made of
 * those is pmmlmix.c's.
 */
#include <string.h>

#include "score/pmmlensemble.h"

#define SEGMENTS_MAX (1u << 16)

/* ---- segments ---------------------------------------------------------- */

static const xmlNode *
model_in(const xmlNode *segment)
{
	const xmlNode *x = spt_pmml_child(segment);

	while (x != NULL && !spt_pmml_is_model(x))
		x = spt_pmml_next(x);
	return x;
}

/* No model that is known here: which one it is. */
static int
refuse_model(struct spt_pmml_load *l, const xmlNode *segment)
{
	for (const xmlNode *x = spt_pmml_child(segment); x != NULL;
	     x = spt_pmml_next(x))
		if (spt_pmml_find(x, "MiningSchema") != NULL)
			return spt_pmml_refuse(l, x);
	return spt_pmml_fail(l, segment, "there is no model in it");
}

static int
take_method(struct spt_pmml_ensemble *x, const xmlNode *at)
{
	static const char *const names[] = { "average", "weightedAverage",
		"sum", "weightedSum", "median", "weightedMedian", "max",
		"majorityVote", "weightedMajorityVote", "selectFirst",
		"modelChain", NULL };
	static const char *const old[] = { "", "", "", "x-weightedSum", "",
		"x-weightedMedian", NULL };
	static const char *const missing[] = { "continue", "skipSegment",
		"returnMissing", NULL };
	const char *text;
	size_t k;

	if (spt_pmml_need(x->l, at, "multipleModelMethod", &text) < 0 ||
	    spt_pmml_choice(
		x->l, at, "missingPredictionTreatment", missing, &k) < 0)
		return -1;
	x->skip_missing = k == 1;
	for (k = 0; old[k] != NULL; k++)
		if (strcmp(old[k], text) == 0) {
			x->method = (enum spt_pmml_method)k;
			return 0;
		}
	if (spt_pmml_choice(x->l, at, "multipleModelMethod", names, &k) < 0)
		return -1;
	x->method = (enum spt_pmml_method)k;
	return 0;
}

static int
take_segments(struct spt_pmml_ensemble *x, const xmlNode *at)
{
	struct spt_pmml_load *l = x->l;
	const size_t n = spt_pmml_count(at, "Segment");

	if (n == 0 || n > SEGMENTS_MAX)
		return spt_pmml_fail(l, at, "%zu segments", n);
	x->v = spt_pmml_get(l, n, sizeof *x->v);
	if (x->v == NULL)
		return -1;
	for (const xmlNode *c = spt_pmml_child(at); c != NULL;
	     c = spt_pmml_next(c)) {
		struct spt_pmml_segment *s = &x->v[x->n];

		if (!spt_pmml_is(c, "Segment"))
			return spt_pmml_refuse(l, c);
		s->at = c;
		s->model = model_in(c);
		if (s->model == NULL)
			return refuse_model(l, c);
		if (spt_pmml_number(l, c, "weight", 1, &s->weight) < 0)
			return -1;
		x->n++;
	}
	return 0;
}

/* ---- a forest ---------------------------------------------------------- */

static bool
is_plain_tree(const struct spt_pmml_segment *s)
{
	return spt_pmml_is(s->model, "TreeModel") &&
	       spt_pmml_find(s->at, "True") != NULL &&
	       spt_pmml_find(s->model, "Targets") == NULL;
}

static bool
is_forest(const struct spt_pmml_ensemble *x)
{
	const bool classes = x->p->task == SPT_CLASSIFICATION;

	if (x->skip_missing || x->p->task == SPT_CLUSTERING)
		return false;
	if (classes ? x->method != SPT_PMML_AVERAGE &&
			  x->method != SPT_PMML_WEIGHTED_AVERAGE &&
			  x->method != SPT_PMML_MAJORITY &&
			  x->method != SPT_PMML_WEIGHTED_MAJORITY
		    : x->method > SPT_PMML_WEIGHTED_SUM)
		return false;
	for (size_t k = 0; k < x->n; k++)
		if (!is_plain_tree(&x->v[k]))
			return false;
	return true;
}

static bool
is_weighted(enum spt_pmml_method m)
{
	return m == SPT_PMML_WEIGHTED_AVERAGE || m == SPT_PMML_WEIGHTED_SUM ||
	       m == SPT_PMML_WEIGHTED_MAJORITY;
}

/* The places of the trees, and, of classifiers, the classes of all. */
static int
enter_trees(struct spt_pmml_ensemble *x, struct spt_pmml_place *places,
    struct spt_pmml_classes *c)
{
	bool shares;

	for (size_t k = 0; k < x->n; k++) {
		struct spt_pmml_place *p = &places[k];

		if (spt_pmml_enter_model(
			x->l, x->p->scope, x->v[k].model, x->p->target, p) < 0)
			return -1;
		p->single = x->p->single;
		if (p->task != x->p->task)
			return spt_pmml_fail(x->l, p->x,
			    "its functionName is not that of the MiningModel");
		if (c != NULL &&
		    spt_pmml_trees_classes(x->l, p, c, &shares) < 0)
			return -1;
	}
	return 0;
}

static int
grow_forest(struct spt_pmml_ensemble *x, struct spt_pmml_place *places,
    struct spt_pmml_trees *t, uint32_t out)
{
	double divisor = 0;

	for (size_t k = 0; k < x->n; k++) {
		const double weight =
		    is_weighted(x->method) ? x->v[k].weight : 1;

		divisor += weight;
		if (spt_pmml_trees_add(x->l, t, &places[k], weight) < 0)
			return -1;
	}
	if (x->method == SPT_PMML_SUM || x->method == SPT_PMML_WEIGHTED_SUM)
		divisor = 1;
	return spt_pmml_trees_end(x->l, t, out, divisor);
}

static int
plant(struct spt_pmml_ensemble *x, struct spt_pmml_result *r)
{
	const bool classes = x->p->task == SPT_CLASSIFICATION;
	const bool votes = x->method == SPT_PMML_MAJORITY ||
			   x->method == SPT_PMML_WEIGHTED_MAJORITY;
	struct spt_pmml_load *l = x->l;
	struct spt_pmml_place *places = spt_pmml_get(l, x->n, sizeof *places);
	struct spt_pmml_classes *c = spt_pmml_get(l, 1, sizeof *c);
	struct spt_pmml_trees t;
	int rc;

	if (places == NULL || c == NULL ||
	    (classes && spt_pmml_classes_target(l, x->p, c) < 0) ||
	    enter_trees(x, places, classes ? c : NULL) < 0)
		return -1;
	if (classes ? spt_pmml_classes_columns(l, x->p, c, r) < 0
		    : spt_pmml_column(
			  l, x->p->x, SPT_PMML_DOUBLE, &r->prediction) < 0)
		return -1;
	spt_pmml_trees_init(&t,
	    !classes ? SPT_PMML_SCORE
	    : votes  ? SPT_PMML_VOTE
		     : SPT_PMML_SHARES,
	    c, x->p->single);
	rc = grow_forest(
	    x, places, &t, classes ? r->probability[0] : r->prediction);
	spt_pmml_trees_fini(l, &t);
	if (rc < 0 || !classes)
		return rc;
	return spt_pmml_classes_vote(l, r);
}

/* ---- anything else ----------------------------------------------------- */

static int
make_segments(struct spt_pmml_ensemble *x)
{
	for (size_t k = 0; k < x->n; k++) {
		struct spt_pmml_segment *s = &x->v[k];
		struct spt_pmml_test test;

		if (spt_pmml_predicate(x->l, x->p->scope, s->at, &test) < 0)
			return -1;
		if (x->method == SPT_PMML_CHAIN && test.op != SPT_PMML_TRUE)
			return spt_pmml_fail(x->l, s->at,
			    "a condition in a modelChain is not supported");
		if (spt_pmml_test_column(x->l, s->at, &test, &s->counts) < 0 ||
		    spt_pmml_model(x->l, x->p->scope,
			x->method == SPT_PMML_CHAIN ? x->p->scope : NULL,
			s->model, x->p->target, &s->r) < 0)
			return -1;
		if (x->method != SPT_PMML_CHAIN && s->r.task != x->p->task)
			return spt_pmml_fail(x->l, s->model,
			    "its functionName is not that of the MiningModel");
	}
	return 0;
}

int
spt_pmml_mining(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	const xmlNode *at = spt_pmml_find(p->x, "Segmentation");
	struct spt_pmml_ensemble x = { .l = l, .p = p };

	if (at == NULL)
		return spt_pmml_fail(l, p->x, "there is no Segmentation in it");
	if (take_method(&x, at) < 0 || take_segments(&x, at) < 0)
		return -1;
	if (is_forest(&x))
		return plant(&x, r);
	if (make_segments(&x) < 0)
		return -1;
	if (x.method != SPT_PMML_CHAIN)
		return spt_pmml_mix(&x, r);
	/* The last one has the word. */
	if (x.v[x.n - 1].r.task != p->task)
		return spt_pmml_fail(l, x.v[x.n - 1].model,
		    "its functionName is not that of the MiningModel");
	*r = x.v[x.n - 1].r;
	return 0;
}
