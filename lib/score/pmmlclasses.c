/*
 * The classes of a classifier: the values of its target in their order, then
 * what else the model speaks of.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

#define CLASSES_MAX 100000

int
spt_pmml_class(
    struct spt_pmml_load *l, struct spt_pmml_classes *c, double v, size_t *at)
{
	double *more;

	for (*at = 0; *at < c->n; (*at)++)
		if (c->v[*at] == v)
			return 0;
	if (c->n >= CLASSES_MAX)
		return spt_fail(l->e, SPT_EDATA, "%s: more than %d classes",
		    l->m->file, CLASSES_MAX);
	if (c->n == c->cap) {
		c->cap = c->cap == 0 ? 8 : 2 * c->cap;
		more = spt_pmml_get(l, c->cap, sizeof *more);
		if (more == NULL)
			return -1;
		if (c->n != 0)
			memcpy(more, c->v, c->n * sizeof *more);
		c->v = more;
	}
	c->v[c->n++] = v;
	return 0;
}

int
spt_pmml_classes_target(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_classes *c)
{
	const xmlNode *x = p->target == NULL ? NULL : spt_pmml_child(p->target);

	for (; x != NULL; x = spt_pmml_next(x)) {
		const char *kind = spt_pmml_attr(x, "property");
		const char *text;
		size_t at;
		double v;

		if (!spt_pmml_is(x, "Value") ||
		    (kind != NULL && strcmp(kind, "valid") != 0))
			continue;
		if (spt_pmml_need(l, x, "value", &text) < 0 ||
		    spt_pmml_value(l, x, text, p->data, &v) < 0 ||
		    spt_pmml_class(l, c, v, &at) < 0)
			return -1;
	}
	return 0;
}

int
spt_pmml_classes_columns(struct spt_pmml_load *l,
    const struct spt_pmml_place *p, const struct spt_pmml_classes *c,
    struct spt_pmml_result *r)
{
	uint32_t *col = spt_pmml_get(l, c->n, sizeof *col);

	if (col == NULL)
		return -1;
	if (c->n == 0)
		return spt_pmml_fail(l, p->x, "it has no classes");
	for (size_t k = 0; k < c->n; k++)
		if (spt_pmml_column(l, p->x, SPT_PMML_DOUBLE, &col[k]) < 0)
			return -1;
	r->n = c->n;
	r->value = c->v;
	r->probability = col;
	return spt_pmml_column(l, p->x, p->data, &r->prediction);
}

static void
run_vote(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *value = s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++) {
		double most = m->cols[s->in[0]].x[i];
		bool missing = isnan(most);
		size_t best = 0;

		for (size_t k = 1; k < s->n_in; k++) {
			const double v = m->cols[s->in[k]].x[i];

			missing = missing || isnan(v);
			if (v > most) {
				most = v;
				best = k;
			}
		}
		to[i] = missing ? NAN : value[best];
	}
}

int
spt_pmml_classes_vote(struct spt_pmml_load *l, const struct spt_pmml_result *r)
{
	return spt_pmml_do(
	    l, run_vote, r->prediction, r->probability, r->n, r->value);
}
