/*
 * The results of the segments of a MiningModel, and of classifiers the
 * probabilities of each class, are combined row by row.
 */
#include <math.h>
#include <stdlib.h>

#include "score/pmmlensemble.h"

/* What a step that combines knows. */
struct mix {
	enum spt_pmml_method method;
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
	case SPT_PMML_SUM:
	case SPT_PMML_WEIGHTED_SUM:
		return total(t, v, n, t->method == SPT_PMML_WEIGHTED_SUM);
	case SPT_PMML_MEDIAN:
	case SPT_PMML_WEIGHTED_MEDIAN:
		return median(v, n, t->method == SPT_PMML_WEIGHTED_MEDIAN);
	case SPT_PMML_MAX:
		for (size_t k = 1; k < n; k++)
			most = fmax(most, v[k].v);
		return most;
	case SPT_PMML_WEIGHTED_AVERAGE:
	case SPT_PMML_WEIGHTED_MAJORITY:
		for (size_t k = 0; k < n; k++)
			weights += v[k].weight;
		return total(t, v, n, true) / weights;
	case SPT_PMML_FIRST:
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
			if (t->method == SPT_PMML_FIRST)
				break;
		}
		to[i] = missing || some == 0 ? NAN : combine(t, t->room, some);
	}
}

/* ---- loading ----------------------------------------------------------- */

/* The step that combines one column of each segment. */
static int
mix(struct spt_pmml_ensemble *x, uint32_t *in, uint32_t out)
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
mix_predictions(struct spt_pmml_ensemble *x, uint32_t *in, uint32_t out)
{
	for (size_t k = 0; k < x->n; k++)
		in[k] = x->v[k].r.prediction;
	return mix(x, in, out);
}

/* The column that class v has in a segment: its probability, or whether it is
 * the prediction. */
static int
class_column(struct spt_pmml_ensemble *x, const struct spt_pmml_segment *s,
    double v, uint32_t *col)
{
	struct spt_pmml_test test = { .col = s->r.prediction, .n = 1 };
	double *value;

	if (x->method == SPT_PMML_MAJORITY ||
	    x->method == SPT_PMML_WEIGHTED_MAJORITY) {
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
collect_classes(struct spt_pmml_ensemble *x, struct spt_pmml_classes *c)
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
mix_classes(
    struct spt_pmml_ensemble *x, uint32_t *in, struct spt_pmml_result *r)
{
	struct spt_pmml_classes *c = spt_pmml_get(x->l, 1, sizeof *c);

	if (c == NULL)
		return -1;
	if (x->method == SPT_PMML_MEDIAN || x->method == SPT_PMML_MAX ||
	    x->method == SPT_PMML_SUM ||
	    x->method == SPT_PMML_WEIGHTED_MEDIAN ||
	    x->method == SPT_PMML_WEIGHTED_SUM)
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
	return x->method == SPT_PMML_FIRST
		   ? mix_predictions(x, in, r->prediction)
		   : spt_pmml_classes_vote(x->l, r);
}

int
spt_pmml_mix(struct spt_pmml_ensemble *x, struct spt_pmml_result *r)
{
	uint32_t *in = spt_pmml_get(x->l, 2 * x->n, sizeof *in);

	if (in == NULL)
		return -1;
	if (x->p->task == SPT_CLASSIFICATION)
		return mix_classes(x, in, r);
	if (x->p->task == SPT_CLUSTERING && x->method != SPT_PMML_FIRST)
		return spt_pmml_fail(x->l, x->p->x,
		    "this multipleModelMethod is not supported of clusters");
	if (x->method == SPT_PMML_MAJORITY ||
	    x->method == SPT_PMML_WEIGHTED_MAJORITY)
		return spt_pmml_fail(
		    x->l, x->p->x, "a vote on numbers is not supported");
	r->data = x->v[0].r.data;
	if (spt_pmml_column(x->l, x->p->x, r->data, &r->prediction) < 0)
		return -1;
	return mix_predictions(x, in, r->prediction);
}
