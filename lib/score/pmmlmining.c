/*
 * MiningModel: many models, and what is made of their results.
 *
 * If all of them are trees without conditions and their results are summed,
 * averaged or voted on, they are one forest.  Otherwise each segment has its
 * columns and a column that says for which rows it counts; the results, and
 * the probabilities of each class, are then combined row by row.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/pmml.h"

#define SEGMENTS_MAX (1u << 16)

enum method {
	AVERAGE,
	WEIGHTED_AVERAGE,
	SUM,
	WEIGHTED_SUM,
	MEDIAN,
	WEIGHTED_MEDIAN,
	MAX,
	MAJORITY,
	WEIGHTED_MAJORITY,
	FIRST,
	CHAIN,
};

struct segment {
	const xmlNode *at, *model;
	double weight;
	uint32_t counts; /* its predicate */
	struct spt_pmml_result r;
};

struct ensemble {
	struct spt_pmml_load *l;
	const struct spt_pmml_place *p;
	enum method method;
	bool skip_missing;
	struct segment *v;
	size_t n;
};

/* What a step that combines knows. */
struct mix {
	enum method method;
	bool skip_missing, single;
	size_t n;
	double *weight;
	struct share {
		double v, weight;
	} * room;
};

/* ---- a tile ------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	const struct share *x = a, *y = b;

	return (x->v > y->v) - (x->v < y->v);
}

static double
median(struct share *v, size_t n, bool weighted)
{
	double total = 0, below = 0;

	qsort(v, n, sizeof *v, compare);
	if (!weighted)
		return n % 2 != 0 ? v[n / 2].v
				  : (v[n / 2 - 1].v + v[n / 2].v) / 2;
	for (size_t k = 0; k < n; k++)
		total += v[k].weight;
	for (size_t k = 0; k < n; k++) {
		below += v[k].weight;
		if (below >= total / 2)
			return v[k].v;
	}
	return v[n - 1].v;
}

static double
total(const struct mix *t, const struct share *v, size_t n, bool weighted)
{
	double sum = 0;

	for (size_t k = 0; k < n; k++) {
		sum += weighted ? v[k].weight * v[k].v : v[k].v;
		if (t->single)
			sum = (double)(float)sum;
	}
	return sum;
}

static double
combine(const struct mix *t, struct share *v, size_t n)
{
	double most = v[0].v, weights = 0;

	switch (t->method) {
	case SUM:
	case WEIGHTED_SUM:
		return total(t, v, n, t->method == WEIGHTED_SUM);
	case MEDIAN:
	case WEIGHTED_MEDIAN:
		return median(v, n, t->method == WEIGHTED_MEDIAN);
	case MAX:
		for (size_t k = 1; k < n; k++)
			most = fmax(most, v[k].v);
		return most;
	case WEIGHTED_AVERAGE:
	case WEIGHTED_MAJORITY:
		for (size_t k = 0; k < n; k++)
			weights += v[k].weight;
		return total(t, v, n, true) / weights;
	case FIRST:
		return v[0].v;
	default:
		return total(t, v, n, false) / (double)n;
	}
}

/* in: the values of the segments, then whether they count. */
static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct mix *t = s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++) {
		bool missing = false;
		size_t some = 0;

		for (size_t k = 0; k < t->n; k++) {
			const double v = m->cols[s->in[k]].x[i];

			if (!(m->cols[s->in[t->n + k]].x[i] == 1) ||
			    (isnan(v) && t->skip_missing))
				continue;
			missing = missing || isnan(v);
			t->room[some].v = v;
			t->room[some++].weight = t->weight[k];
			if (t->method == FIRST)
				break;
		}
		to[i] = missing || some == 0 ? NAN : combine(t, t->room, some);
	}
}

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
take_method(struct ensemble *x, const xmlNode *at)
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
			x->method = (enum method)k;
			return 0;
		}
	if (spt_pmml_choice(x->l, at, "multipleModelMethod", names, &k) < 0)
		return -1;
	x->method = (enum method)k;
	return 0;
}

static int
take_segments(struct ensemble *x, const xmlNode *at)
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
		struct segment *s = &x->v[x->n];

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
is_plain_tree(const struct segment *s)
{
	return spt_pmml_is(s->model, "TreeModel") &&
	       spt_pmml_find(s->at, "True") != NULL &&
	       spt_pmml_find(s->model, "Targets") == NULL;
}

static bool
is_forest(const struct ensemble *x)
{
	const bool classes = x->p->task == SPT_CLASSIFICATION;

	if (x->skip_missing || x->p->task == SPT_CLUSTERING)
		return false;
	if (classes
		? x->method != AVERAGE && x->method != WEIGHTED_AVERAGE &&
		      x->method != MAJORITY && x->method != WEIGHTED_MAJORITY
		: x->method > WEIGHTED_SUM)
		return false;
	for (size_t k = 0; k < x->n; k++)
		if (!is_plain_tree(&x->v[k]))
			return false;
	return true;
}

static bool
is_weighted(enum method m)
{
	return m == WEIGHTED_AVERAGE || m == WEIGHTED_SUM ||
	       m == WEIGHTED_MAJORITY;
}

/* The places of the trees, and, of classifiers, the classes of all. */
static int
enter_trees(struct ensemble *x, struct spt_pmml_place *places,
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
grow_forest(struct ensemble *x, struct spt_pmml_place *places,
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
	if (x->method == SUM || x->method == WEIGHTED_SUM)
		divisor = 1;
	return spt_pmml_trees_end(x->l, t, out, divisor);
}

static int
plant(struct ensemble *x, struct spt_pmml_result *r)
{
	const bool classes = x->p->task == SPT_CLASSIFICATION;
	const bool votes =
	    x->method == MAJORITY || x->method == WEIGHTED_MAJORITY;
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
make_segments(struct ensemble *x)
{
	for (size_t k = 0; k < x->n; k++) {
		struct segment *s = &x->v[k];
		struct spt_pmml_test test;

		if (spt_pmml_predicate(x->l, x->p->scope, s->at, &test) < 0)
			return -1;
		if (x->method == CHAIN && test.op != SPT_PMML_TRUE)
			return spt_pmml_fail(x->l, s->at,
			    "a condition in a modelChain is not supported");
		if (spt_pmml_test_column(x->l, s->at, &test, &s->counts) < 0 ||
		    spt_pmml_model(x->l, x->p->scope,
			x->method == CHAIN ? x->p->scope : NULL, s->model,
			x->p->target, &s->r) < 0)
			return -1;
		if (x->method != CHAIN && s->r.task != x->p->task)
			return spt_pmml_fail(x->l, s->model,
			    "its functionName is not that of the MiningModel");
	}
	return 0;
}

/* The step that combines one column of each segment. */
static int
mix(struct ensemble *x, uint32_t *in, uint32_t out)
{
	struct mix *t = spt_pmml_get(x->l, 1, sizeof *t);

	if (t == NULL)
		return -1;
	*t = (struct mix){ .method = x->method,
		.skip_missing = x->skip_missing,
		.single = x->p->single,
		.n = x->n };
	t->weight = spt_pmml_get(x->l, x->n, sizeof *t->weight);
	t->room = spt_pmml_get(x->l, x->n, sizeof *t->room);
	if (t->weight == NULL || t->room == NULL)
		return -1;
	for (size_t k = 0; k < x->n; k++) {
		t->weight[k] = x->v[k].weight;
		in[x->n + k] = x->v[k].counts;
	}
	return spt_pmml_do(x->l, run, out, in, 2 * x->n, t);
}

static int
mix_predictions(struct ensemble *x, uint32_t *in, uint32_t out)
{
	for (size_t k = 0; k < x->n; k++)
		in[k] = x->v[k].r.prediction;
	return mix(x, in, out);
}

/* The column that class v has in a segment: its probability, or whether it is
 * the prediction. */
static int
class_column(
    struct ensemble *x, const struct segment *s, double v, uint32_t *col)
{
	struct spt_pmml_test test = { .col = s->r.prediction, .n = 1 };
	double *value;

	if (x->method == MAJORITY || x->method == WEIGHTED_MAJORITY) {
		value = spt_pmml_get(x->l, 1, sizeof *value);
		if (value == NULL)
			return -1;
		*value = v;
		test.v = value;
		return spt_pmml_test_column(x->l, s->at, &test, col);
	}
	for (size_t k = 0; k < s->r.n; k++)
		if (s->r.value[k] == v) {
			*col = s->r.probability[k];
			return 0;
		}
	return spt_pmml_constant(x->l, s->at, SPT_PMML_DOUBLE, 0, col);
}

static int
collect_classes(struct ensemble *x, struct spt_pmml_classes *c)
{
	size_t at;

	if (spt_pmml_classes_target(x->l, x->p, c) < 0)
		return -1;
	for (size_t k = 0; k < x->n; k++) {
		const struct spt_pmml_result *r = &x->v[k].r;

		if (r->data != x->p->data)
			return spt_pmml_fail(x->l, x->v[k].model,
			    "its classes are of another type");
		for (size_t i = 0; i < r->n; i++)
			if (spt_pmml_class(x->l, c, r->value[i], &at) < 0)
				return -1;
	}
	return 0;
}

static int
mix_classes(struct ensemble *x, uint32_t *in, struct spt_pmml_result *r)
{
	struct spt_pmml_classes *c = spt_pmml_get(x->l, 1, sizeof *c);

	if (c == NULL)
		return -1;
	if (x->method == MEDIAN || x->method == MAX || x->method == SUM ||
	    x->method == WEIGHTED_MEDIAN || x->method == WEIGHTED_SUM)
		return spt_pmml_fail(x->l, x->p->x,
		    "this multipleModelMethod is not supported of classifiers");
	if (collect_classes(x, c) < 0 ||
	    spt_pmml_classes_columns(x->l, x->p, c, r) < 0)
		return -1;
	for (size_t k = 0; k < c->n; k++) {
		for (size_t i = 0; i < x->n; i++)
			if (class_column(x, &x->v[i], c->v[k], &in[i]) < 0)
				return -1;
		if (mix(x, in, r->probability[k]) < 0)
			return -1;
	}
	return x->method == FIRST ? mix_predictions(x, in, r->prediction)
				  : spt_pmml_classes_vote(x->l, r);
}

static int
mix_all(struct ensemble *x, struct spt_pmml_result *r)
{
	uint32_t *in = spt_pmml_get(x->l, 2 * x->n, sizeof *in);

	if (in == NULL)
		return -1;
	if (x->p->task == SPT_CLASSIFICATION)
		return mix_classes(x, in, r);
	if (x->p->task == SPT_CLUSTERING && x->method != FIRST)
		return spt_pmml_fail(x->l, x->p->x,
		    "this multipleModelMethod is not supported of clusters");
	if (x->method == MAJORITY || x->method == WEIGHTED_MAJORITY)
		return spt_pmml_fail(
		    x->l, x->p->x, "a vote on numbers is not supported");
	r->data = x->v[0].r.data;
	if (spt_pmml_column(x->l, x->p->x, r->data, &r->prediction) < 0)
		return -1;
	return mix_predictions(x, in, r->prediction);
}

int
spt_pmml_mining(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	const xmlNode *at = spt_pmml_find(p->x, "Segmentation");
	struct ensemble x = { .l = l, .p = p };

	if (at == NULL)
		return spt_pmml_fail(l, p->x, "there is no Segmentation in it");
	if (take_method(&x, at) < 0 || take_segments(&x, at) < 0)
		return -1;
	if (is_forest(&x))
		return plant(&x, r);
	if (make_segments(&x) < 0)
		return -1;
	if (x.method != CHAIN)
		return mix_all(&x, r);
	/* The last one has the word. */
	if (x.v[x.n - 1].r.task != p->task)
		return spt_pmml_fail(l, x.v[x.n - 1].model,
		    "its functionName is not that of the MiningModel");
	*r = x.v[x.n - 1].r;
	return 0;
}
