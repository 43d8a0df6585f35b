/*
 * ClusteringModel: the nearest of the centres.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/pmml.h"

enum metric { EUCLIDEAN, SQUARED, CITY_BLOCK, CHEBYCHEV, MINKOWSKI };

struct centres {
	enum metric metric;
	double power; /* of Minkowski's */
	size_t n, width;
	double *at;     /* n x width */
	double *weight; /* width */
	bool *similar;  /* width: 1 when equal ("delta"), not a difference */
	double *id;     /* n: what the prediction says */
};

/* Roots are not taken: they change no order. */
static double
distance(const struct spt_pmml *m, const struct spt_pmml_step *s,
    const struct centres *t, size_t k, size_t row)
{
	const double *at = t->at + k * t->width;
	double sum = 0;

	for (size_t j = 0; j < t->width; j++) {
		const double x = m->cols[s->in[j]].x[row];
		const double d = isnan(x)        ? NAN
				 : t->similar[j] ? x != at[j]
						 : fabs(x - at[j]);

		if (t->metric == CHEBYCHEV)
			sum = d * t->weight[j] > sum || isnan(d)
				  ? d * t->weight[j]
				  : sum;
		else
			sum += t->weight[j] * (t->metric == CITY_BLOCK ? d
						  : t->metric == MINKOWSKI
						      ? pow(d, t->power)
						      : d * d);
		if (isnan(sum))
			return NAN;
	}
	return sum;
}

static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct centres *t = s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++) {
		double least = distance(m, s, t, 0, i);
		size_t best = 0;

		for (size_t k = 1; k < t->n; k++) {
			const double d = distance(m, s, t, k, i);

			if (d < least) {
				least = d;
				best = k;
			}
		}
		to[i] = isnan(least) ? NAN : t->id[best];
	}
}

/* ---- loading ----------------------------------------------------------- */

static int
take_metric(
    struct spt_pmml_load *l, const struct spt_pmml_place *p, struct centres *t)
{
	static const struct {
		const char *name;
		enum metric metric;
	} metrics[] = {
		{ "euclidean", EUCLIDEAN },
		{ "squaredEuclidean", SQUARED },
		{ "cityBlock", CITY_BLOCK },
		{ "chebychev", CHEBYCHEV },
		{ "minkowski", MINKOWSKI },
	};
	const xmlNode *x = spt_pmml_find(p->x, "ComparisonMeasure"), *c;

	if (x == NULL)
		return spt_pmml_fail(
		    l, p->x, "there is no ComparisonMeasure in it");
	c = spt_pmml_child(x);
	for (size_t k = 0; c != NULL && k < sizeof metrics / sizeof *metrics;
	     k++)
		if (spt_pmml_is(c, metrics[k].name)) {
			t->metric = metrics[k].metric;
			if (t->metric == MINKOWSKI)
				return spt_pmml_number(
				    l, c, "p-parameter", NAN, &t->power);
			return 0;
		}
	return spt_pmml_refuse(l, c == NULL ? x : c);
}

static int
take_fields(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct centres *t, uint32_t *in)
{
	static const char *const compares[] = { "absDiff", "delta", "equal",
		NULL };
	const xmlNode *measure = spt_pmml_find(p->x, "ComparisonMeasure");
	size_t usual, own;

	if (spt_pmml_choice(l, measure, "compareFunction", compares, &usual) <
	    0)
		return -1;
	for (const xmlNode *x = spt_pmml_child(p->x); x != NULL;
	     x = spt_pmml_next(x)) {
		if (!spt_pmml_is(x, "ClusteringField"))
			continue;
		if (spt_pmml_attr(x, "isCenterField") != NULL &&
		    strcmp(spt_pmml_attr(x, "isCenterField"), "false") == 0)
			continue;
		own = usual;
		if (spt_pmml_attr(x, "compareFunction") != NULL &&
		    spt_pmml_choice(l, x, "compareFunction", compares, &own) <
			0)
			return -1;
		if (own == 2)
			return spt_pmml_fail(
			    l, x, "compareFunction=\"equal\" is not supported");
		if (spt_pmml_number(
			l, x, "fieldWeight", 1, &t->weight[t->width]) < 0 ||
		    spt_pmml_field_of(l, p->scope, x, "field", &in[t->width]) <
			0)
			return -1;
		if (l->m->cols[in[t->width]].data == SPT_PMML_STRING)
			return spt_pmml_fail(
			    l, x, "the field is text, not a number");
		t->similar[t->width++] = own == 1;
	}
	return t->width != 0 ? 0
			     : spt_pmml_fail(l, p->x,
				   "there is no ClusteringField in it");
}

/* Names of clusters are words, unless all of them are whole numbers. */
static int
take_name(
    struct spt_pmml_load *l, const xmlNode *x, size_t k, bool words, double *id)
{
	const char *text = spt_pmml_attr(x, "id");
	char number[SPT_NUMBER_TEXT];

	if (text == NULL) {
		spt_int_print(number, (int64_t)k + 1);
		text = number;
	}
	return spt_pmml_value(
	    l, x, text, words ? SPT_PMML_STRING : SPT_PMML_INTEGER, id);
}

static int
take_clusters(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct centres *t, bool words)
{
	for (const xmlNode *x = spt_pmml_child(p->x); x != NULL;
	     x = spt_pmml_next(x)) {
		const xmlNode *array;
		double *v;
		size_t n;

		if (!spt_pmml_is(x, "Cluster"))
			continue;
		array = spt_pmml_find(x, "Array");
		if (array == NULL)
			return spt_pmml_fail(l, x, "there is no Array in it");
		if (spt_pmml_array(l, array, SPT_PMML_DOUBLE, &v, &n) < 0 ||
		    take_name(l, x, t->n, words, &t->id[t->n]) < 0)
			return -1;
		if (n != t->width)
			return spt_pmml_fail(l, array,
			    "%zu numbers for %zu fields", n, t->width);
		memcpy(t->at + t->n++ * n, v, n * sizeof *v);
	}
	return t->n != 0 ? 0
			 : spt_pmml_fail(l, p->x, "there is no Cluster in it");
}

static bool
has_words(const xmlNode *x)
{
	for (x = spt_pmml_child(x); x != NULL; x = spt_pmml_next(x)) {
		const char *id = spt_pmml_attr(x, "id");

		if (spt_pmml_is(x, "Cluster") && id != NULL &&
		    !spt_looks_int(id, strlen(id)))
			return true;
	}
	return false;
}

int
spt_pmml_clustering(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	const size_t fields = spt_pmml_count(p->x, "ClusteringField");
	const size_t n = spt_pmml_count(p->x, "Cluster");
	const bool words = has_words(p->x);
	struct centres *t = spt_pmml_get(l, 1, sizeof *t);
	uint32_t *in = spt_pmml_get(l, fields, sizeof *in);
	const char *class;

	if (t == NULL || in == NULL ||
	    spt_pmml_need(l, p->x, "modelClass", &class) < 0)
		return -1;
	if (strcmp(class, "centerBased") != 0)
		return spt_pmml_fail(
		    l, p->x, "modelClass=\"%.60s\" is not supported", class);
	if (spt_pmml_find(p->x, "MissingValueWeights") != NULL)
		return spt_pmml_refuse(
		    l, spt_pmml_find(p->x, "MissingValueWeights"));
	if (p->task != SPT_CLUSTERING)
		return spt_pmml_fail(l, p->x, "functionName of something else");
	if (fields != 0 && n > SPT_PMML_COLUMNS / fields)
		return spt_pmml_fail(l, p->x, "%zu clusters are too many", n);
	t->weight = spt_pmml_get(l, fields, sizeof *t->weight);
	t->similar = spt_pmml_get(l, fields, sizeof *t->similar);
	t->at = spt_pmml_get(l, fields * n, sizeof *t->at);
	t->id = spt_pmml_get(l, n, sizeof *t->id);
	if (t->weight == NULL || t->similar == NULL || t->at == NULL ||
	    t->id == NULL || take_metric(l, p, t) < 0 ||
	    take_fields(l, p, t, in) < 0 || take_clusters(l, p, t, words) < 0)
		return -1;
	r->data = words ? SPT_PMML_STRING : SPT_PMML_INTEGER;
	return spt_pmml_make(
	    l, p->x, run, r->data, in, t->width, t, &r->prediction);
}
