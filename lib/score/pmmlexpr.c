/*
 * Expressions: constants, references, and what has a file of its own.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/pmml.h"

/* A constant without a dataType is what it looks like. */
static enum spt_pmml_data
guess(const char *text)
{
	const size_t n = strlen(text);

	return spt_looks_int(text, n)     ? SPT_PMML_INTEGER
	       : spt_looks_float(text, n) ? SPT_PMML_DOUBLE
					  : SPT_PMML_STRING;
}

static int
constant(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    uint32_t *col)
{
	const char *missing = spt_pmml_attr(x, "missing");
	const char *text = spt_pmml_text(x);
	enum spt_pmml_data data;
	double v = NAN;

	(void)s;
	if (spt_pmml_type(l, x, guess(text), &data) < 0)
		return -1;
	if ((missing == NULL || strcmp(missing, "true") != 0) &&
	    spt_pmml_value(l, x, text, data, &v) < 0)
		return -1;
	return spt_pmml_constant(l, x, data, v, col);
}

static void
run_otherwise(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	const double instead = *(const double *)s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = isnan(x[i]) ? instead : x[i];
}

int
spt_pmml_otherwise(struct spt_pmml_load *l, const xmlNode *x,
    const char *attribute, uint32_t *col)
{
	const char *text = spt_pmml_attr(x, attribute);
	const enum spt_pmml_data data = l->m->cols[*col].data;
	double *instead;

	if (text == NULL)
		return 0;
	instead = spt_pmml_get(l, 1, sizeof *instead);
	if (instead == NULL || spt_pmml_value(l, x, text, data, instead) < 0)
		return -1;
	return spt_pmml_make(l, x, run_otherwise, data, col, 1, instead, col);
}

static int
reference(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    uint32_t *col)
{
	if (spt_pmml_field_of(l, s, x, "field", col) < 0)
		return -1;
	return spt_pmml_otherwise(l, x, "mapMissingTo", col);
}

static const struct {
	const char *name;
	int (*take)(struct spt_pmml_load *l, struct spt_pmml_scope *s,
	    const xmlNode *x, uint32_t *col);
} kinds[] = {
	{ "Constant", constant },
	{ "FieldRef", reference },
	{ "Apply", spt_pmml_apply },
	{ "NormContinuous", spt_pmml_norm_continuous },
	{ "NormDiscrete", spt_pmml_norm_discrete },
	{ "Discretize", spt_pmml_discretize },
	{ "MapValues", spt_pmml_map_values },
};

int
spt_pmml_expr(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col)
{
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (spt_pmml_is(x, kinds[k].name))
			return kinds[k].take(l, s, x, col);
	return spt_pmml_refuse(l, x);
}
