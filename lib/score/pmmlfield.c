/*
 * What is done to a field before a model sees it: which values are missing or
 * invalid is said by its DataField, what becomes of them, and of outliers, by
 * the MiningField.  The order is that of the standard: missing and invalid
 * values are found, outliers are treated, then missing values are replaced.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/pmml.h"

enum invalid { RETURN_INVALID, AS_IS, AS_MISSING, AS_VALUE };
enum outlier { KEEP, DROP, CLIP };

struct set {
	double *v;
	size_t n;
};

struct treatment {
	struct set valid, missing, wrong;
	const struct spt_pmml_interval *intervals;
	size_t n_intervals;
	bool check;
	enum invalid invalid;
	double invalid_value;
	enum outlier outlier;
	double low, high;
	double replacement; /* of missing values; NaN: none */
	bool refuse_missing;
	uint32_t reason; /* why an invalid row is bad + 1; missing: + 2 */
};

static int
compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool
has(const struct set *s, double v)
{
	return s->n != 0 &&
	       bsearch(&v, s->v, s->n, sizeof *s->v, compare) != NULL;
}

/* ---- a tile ------------------------------------------------------------ */

static bool
is_invalid(const struct treatment *t, double v)
{
	if (has(&t->wrong, v))
		return true;
	if (t->valid.n == 0 && t->n_intervals == 0)
		return false;
	if (has(&t->valid, v))
		return false;
	for (size_t k = 0; k < t->n_intervals; k++)
		if (spt_pmml_within(&t->intervals[k], v))
			return false;
	return true;
}

static void
refuse(struct spt_pmml *m, size_t row, uint32_t reason)
{
	if (m->refused[row] == 0)
		m->refused[row] = reason;
}

static double
treat(struct spt_pmml *m, const struct treatment *t, size_t row, double v)
{
	if (has(&t->missing, v))
		v = NAN;
	if (!isnan(v) && t->check && is_invalid(t, v)) {
		if (t->invalid == RETURN_INVALID)
			refuse(m, row, t->reason);
		else if (t->invalid == AS_MISSING)
			v = NAN;
		else if (t->invalid == AS_VALUE)
			v = t->invalid_value;
	} else if (t->outlier == CLIP && !isnan(v)) {
		v = v < t->low ? t->low : v > t->high ? t->high : v;
	} else if (t->outlier == DROP && (v < t->low || v > t->high)) {
		v = NAN;
	}
	if (!isnan(v))
		return v;
	if (t->refuse_missing)
		refuse(m, row, t->reason + 1);
	return t->replacement;
}

static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = treat(m, s->data, i, x[i]);
}

/* ---- loading ----------------------------------------------------------- */

static int
add_value(struct spt_pmml_load *l, struct treatment *t, const xmlNode *x,
    enum spt_pmml_data data)
{
	static const char *const kinds[] = { "valid", "invalid", "missing",
		NULL };
	const char *text;
	struct set *to;
	size_t kind;

	if (spt_pmml_choice(l, x, "property", kinds, &kind) < 0 ||
	    spt_pmml_need(l, x, "value", &text) < 0)
		return -1;
	to = kind == 0 ? &t->valid : kind == 1 ? &t->wrong : &t->missing;
	return spt_pmml_value(l, x, text, data, &to->v[to->n++]);
}

/* The values and intervals of a DataField. */
static int
take_values(struct spt_pmml_load *l, struct treatment *t, const xmlNode *field,
    enum spt_pmml_data data)
{
	const size_t n = spt_pmml_count(field, "Value");
	struct spt_pmml_interval *spans =
	    spt_pmml_get(l, spt_pmml_count(field, "Interval"), sizeof *spans);

	t->valid.v = spt_pmml_get(l, n, sizeof *t->valid.v);
	t->wrong.v = spt_pmml_get(l, n, sizeof *t->wrong.v);
	t->missing.v = spt_pmml_get(l, n, sizeof *t->missing.v);
	t->intervals = spans;
	if (spans == NULL || t->valid.v == NULL || t->wrong.v == NULL ||
	    t->missing.v == NULL)
		return -1;
	for (const xmlNode *x = spt_pmml_child(field); x != NULL;
	     x = spt_pmml_next(x)) {
		int rc = 0;

		if (spt_pmml_is(x, "Value"))
			rc = add_value(l, t, x, data);
		else if (spt_pmml_is(x, "Interval"))
			rc = spt_pmml_interval(l, x, &spans[t->n_intervals++]);
		if (rc < 0)
			return -1;
	}
	qsort(t->valid.v, t->valid.n, sizeof *t->valid.v, compare);
	qsort(t->wrong.v, t->wrong.n, sizeof *t->wrong.v, compare);
	qsort(t->missing.v, t->missing.n, sizeof *t->missing.v, compare);
	return 0;
}

static int
take_outliers(
    struct spt_pmml_load *l, struct treatment *t, const xmlNode *field)
{
	static const char *const kinds[] = { "asIs", "asMissingValues",
		"asExtremeValues", NULL };
	size_t kind;

	if (spt_pmml_choice(l, field, "outliers", kinds, &kind) < 0)
		return -1;
	t->outlier = (enum outlier)kind;
	if (spt_pmml_number(l, field, "lowValue", -INFINITY, &t->low) < 0)
		return -1;
	return spt_pmml_number(l, field, "highValue", INFINITY, &t->high);
}

static int
take_treatment(struct spt_pmml_load *l, struct treatment *t,
    const xmlNode *field, enum spt_pmml_data data)
{
	static const char *const invalid[] = { "returnInvalid", "asIs",
		"asMissing", "asValue", NULL };
	static const char *const missing[] = { "asIs", "asMean", "asMode",
		"asMedian", "asValue", "returnInvalid", NULL };
	const char *text = spt_pmml_attr(field, "missingValueReplacement");
	size_t kind;

	t->replacement = NAN;
	if (spt_pmml_choice(l, field, "missingValueTreatment", missing, &kind) <
	    0)
		return -1;
	t->refuse_missing = kind == 5;
	if (text != NULL && !t->refuse_missing &&
	    spt_pmml_value(l, field, text, data, &t->replacement) < 0)
		return -1;
	if (spt_pmml_choice(l, field, "invalidValueTreatment", invalid, &kind) <
	    0)
		return -1;
	t->invalid = (enum invalid)kind;
	text = spt_pmml_attr(field, "invalidValueReplacement");
	if (t->invalid == AS_VALUE &&
	    (spt_pmml_need(l, field, "invalidValueReplacement", &text) < 0 ||
		spt_pmml_value(l, field, text, data, &t->invalid_value) < 0))
		return -1;
	/* JPMML's older way to say asValue. */
	if (t->invalid == AS_IS && text != NULL) {
		t->invalid = AS_VALUE;
		if (spt_pmml_value(l, field, text, data, &t->invalid_value) < 0)
			return -1;
	}
	return take_outliers(l, t, field);
}

static int
add_reasons(struct spt_pmml_load *l, struct treatment *t, const char *column)
{
	static const char *const why[] = {
		"not a valid value of this field, and invalidValueTreatment is "
		"returnInvalid",
		"missing, and missingValueTreatment is returnInvalid",
	};
	struct spt_pmml *m = l->m;

	if (spt_grow(m->io, &m->reasons, &m->reasons_cap, m->n_reasons + 2,
		sizeof *m->reasons, l->e) < 0)
		return -1;
	t->reason = (uint32_t)m->n_reasons + 1;
	for (size_t k = 0; k < 2; k++)
		m->reasons[m->n_reasons++] =
		    (struct spt_score_bad){ .column = column,
			    .reason = why[k] };
	return 0;
}

static bool
does_something(const struct treatment *t)
{
	return (t->check &&
		   (t->valid.n != 0 || t->wrong.n != 0 ||
		       t->n_intervals != 0) &&
		   t->invalid != AS_IS) ||
	       t->missing.n != 0 || t->outlier != KEEP || t->refuse_missing ||
	       !isnan(t->replacement);
}

/* The column of a MiningField of the top model, as it comes. */
static int
from_stream(struct spt_pmml_load *l, const xmlNode *field, const char *name,
    uint32_t input, struct treatment *t, uint32_t *col)
{
	const xmlNode *declared = spt_pmml_element(l->fields, name);
	struct spt_pmml_input *in = &l->m->inputs[input];

	if (spt_pmml_type(l, declared, SPT_PMML_DOUBLE, &in->data) < 0 ||
	    spt_pmml_input_column(l, field, input, NULL, col) < 0)
		return -1;
	t->check = true;
	if (add_reasons(l, t, in->name) < 0)
		return -1;
	return take_values(l, t, declared, in->data);
}

int
spt_pmml_mined(struct spt_pmml_load *l, struct spt_pmml_scope *above,
    const xmlNode *field, uint32_t input, uint32_t *col)
{
	struct treatment *t = spt_pmml_get(l, 1, sizeof *t);
	struct spt_pmml_col from;
	const char *name;
	int rc;

	if (t == NULL || spt_pmml_need(l, field, "name", &name) < 0)
		return -1;
	if (above == NULL) {
		rc = from_stream(l, field, name, input, t, col);
	} else {
		rc = spt_pmml_field(l, above, field, name, col);
		if (rc == 0)
			rc = add_reasons(l, t, NULL);
	}
	if (rc < 0)
		return -1;
	from = l->m->cols[*col];
	if (take_treatment(l, t, field, from.data) < 0)
		return -1;
	if (!does_something(t))
		return 0;
	if (spt_pmml_make(l, field, run, from.data, col, 1, t, col) < 0)
		return -1;
	/* Checks alone leave text as it was. */
	if (isnan(t->replacement) && t->outlier == KEEP && t->missing.n == 0 &&
	    (t->invalid == RETURN_INVALID || !t->check)) {
		l->m->cols[*col].input = from.input;
		memcpy(l->m->cols[*col].cases, from.cases, sizeof from.cases);
	}
	return 0;
}
