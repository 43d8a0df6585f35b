/*
 * Targets, what is done to a prediction, and Output, the names that later
 * models of a chain find it by.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

/* ---- Targets ----------------------------------------------------------- */

enum cut { NO_CUT, ROUND, CEILING, FLOOR };

struct target {
	double least, most, factor, constant, otherwise;
	enum cut cut;
};

static double
finish(const struct target *t, double v)
{
	if (isnan(v))
		return t->otherwise;
	v = v < t->least ? t->least : v > t->most ? t->most : v;
	v = v * t->factor + t->constant;
	switch (t->cut) {
	case ROUND:
		return floor(v + 0.5);
	case CEILING:
		return ceil(v);
	case FLOOR:
		return floor(v);
	default:
		return v;
	}
}

static void
run_target(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = finish(s->data, x[i]);
}

static int
take_target(struct spt_pmml_load *l, const xmlNode *x, struct target *t)
{
	static const char *const cuts[] = { "", "round", "ceiling", "floor",
		NULL };
	const xmlNode *value = spt_pmml_find(x, "TargetValue");
	size_t cut;

	t->otherwise = NAN;
	if (spt_pmml_number(l, x, "min", -INFINITY, &t->least) < 0 ||
	    spt_pmml_number(l, x, "max", INFINITY, &t->most) < 0 ||
	    spt_pmml_number(l, x, "rescaleFactor", 1, &t->factor) < 0 ||
	    spt_pmml_number(l, x, "rescaleConstant", 0, &t->constant) < 0 ||
	    spt_pmml_choice(l, x, "castInteger", cuts, &cut) < 0)
		return -1;
	t->cut = (enum cut)cut;
	if (value == NULL || spt_pmml_attr(value, "defaultValue") == NULL)
		return 0;
	return spt_pmml_number(l, value, "defaultValue", NAN, &t->otherwise);
}

/* Priors are what a classifier without a result gives. */
static void
run_priors(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *prior = s->data;

	for (size_t i = 0; i < n; i++) {
		if (!isnan(m->cols[s->out].x[i]))
			continue;
		m->cols[s->out].x[i] = prior[s->n_in];
		for (size_t k = 0; k < s->n_in; k++)
			m->cols[s->in[k]].x[i] = prior[k];
	}
}

static int
take_priors(
    struct spt_pmml_load *l, const xmlNode *x, const struct spt_pmml_result *r)
{
	double *prior = spt_pmml_get(l, r->n + 1, sizeof *prior);
	size_t best = 0, found = 0;

	if (prior == NULL)
		return -1;
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c)) {
		const char *text = spt_pmml_attr(c, "value");
		double v;

		if (text == NULL ||
		    spt_pmml_attr(c, "priorProbability") == NULL)
			continue;
		if (spt_pmml_value(l, c, text, r->data, &v) < 0)
			return -1;
		for (size_t k = 0; k < r->n; k++)
			if (r->value[k] == v) {
				found++;
				if (spt_pmml_number(l, c, "priorProbability",
					NAN, &prior[k]) < 0)
					return -1;
			}
	}
	if (found == 0)
		return 0;
	for (size_t k = 1; k < r->n; k++)
		if (prior[k] > prior[best])
			best = k;
	prior[r->n] = r->value[best];
	return spt_pmml_do(
	    l, run_priors, r->prediction, r->probability, r->n, prior);
}

int
spt_pmml_targets(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	const xmlNode *all = spt_pmml_find(p->x, "Targets");
	const xmlNode *x = all == NULL ? NULL : spt_pmml_find(all, "Target");
	struct target *t;

	if (x == NULL)
		return 0;
	if (spt_pmml_count(all, "Target") != 1)
		return spt_pmml_fail(
		    l, all, "more than one target is not supported");
	if (r->task == SPT_CLASSIFICATION)
		return take_priors(l, x, r);
	if (r->task != SPT_REGRESSION)
		return 0;
	t = spt_pmml_get(l, 1, sizeof *t);
	if (t == NULL || take_target(l, x, t) < 0)
		return -1;
	return spt_pmml_make(
	    l, x, run_target, r->data, &r->prediction, 1, t, &r->prediction);
}

/* ---- Output ------------------------------------------------------------ */

static int
find_class(struct spt_pmml_load *l, const xmlNode *x,
    const struct spt_pmml_result *r, uint32_t *col)
{
	const char *text;
	double v;

	if (spt_pmml_need(l, x, "value", &text) < 0 ||
	    spt_pmml_value(l, x, text, r->data, &v) < 0)
		return -1;
	for (size_t k = 0; k < r->n; k++)
		if (r->value[k] == v) {
			*col = r->probability[k];
			return 0;
		}
	return spt_pmml_fail(l, x, "\"%.60s\" is no class of the model", text);
}

/* 1: it is a column; 0: it is something that no model here can use. */
static int
output_column(struct spt_pmml_load *l, struct spt_pmml_scope *scope,
    const xmlNode *x, const struct spt_pmml_result *r, uint32_t *col)
{
	const char *feature = spt_pmml_attr(x, "feature");
	enum spt_pmml_data data;
	int rc = 0;

	*col = r->prediction;
	if (spt_pmml_attr(x, "segmentId") != NULL)
		return 0;
	if (feature != NULL && strcmp(feature, "probability") == 0) {
		if (spt_pmml_attr(x, "value") == NULL)
			return 0;
		rc = find_class(l, x, r, col);
	} else if (feature != NULL &&
		   strcmp(feature, "transformedValue") == 0) {
		const xmlNode *c = spt_pmml_child(x);

		if (c == NULL)
			return spt_pmml_fail(
			    l, x, "there is no expression in it");
		rc = spt_pmml_expr(l, scope, c, col);
	} else if (feature != NULL && strcmp(feature, "predictedValue") != 0) {
		return 0;
	}
	if (rc < 0 || spt_pmml_type(l, x, l->m->cols[*col].data, &data) < 0 ||
	    spt_pmml_cast(l, x, data, col) < 0)
		return -1;
	return 1;
}

int
spt_pmml_output(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_scope *above, const struct spt_pmml_result *r)
{
	const xmlNode *all = spt_pmml_find(p->x, "Output");
	struct spt_pmml_scope *own = spt_pmml_scope(l, p->scope);

	if (own == NULL)
		return -1;
	for (const xmlNode *x = all == NULL ? NULL : spt_pmml_child(all);
	     x != NULL; x = spt_pmml_next(x)) {
		const char *name;
		uint32_t col;
		int rc;

		if (!spt_pmml_is(x, "OutputField"))
			return spt_pmml_refuse(l, x);
		if (spt_pmml_need(l, x, "name", &name) < 0)
			return -1;
		rc = output_column(l, own, x, r, &col);
		if (rc < 0)
			return -1;
		if (rc == 1 && (spt_pmml_enter(l, own, x, name, SPT_PMML_COLUMN,
				    col) < 0 ||
				   spt_pmml_enter(l, above, x, name,
				       SPT_PMML_COLUMN, col) < 0))
			return -1;
	}
	return 0;
}
