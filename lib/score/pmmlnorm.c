/*
 * NormContinuous, NormDiscrete and Discretize.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

/* ---- NormContinuous: straight lines between points --------------------- */

enum beyond { GO_ON, MISSING, LAST };

struct lines {
	enum beyond beyond;
	size_t n;
	struct {
		double from, to;
	} * p;
};

static double
norm(const struct lines *t, double v)
{
	size_t low = 0, high = t->n - 1;

	if (isnan(v))
		return v;
	if (v < t->p[0].from || v > t->p[high].from) {
		if (t->beyond == MISSING)
			return NAN;
		if (t->beyond == LAST)
			return v < t->p[0].from ? t->p[0].to : t->p[high].to;
	}
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (v < t->p[middle].from)
			high = middle;
		else
			low = middle;
	}
	return t->p[low].to + (v - t->p[low].from) /
				  (t->p[high].from - t->p[low].from) *
				  (t->p[high].to - t->p[low].to);
}

static void
run_norm(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = norm(s->data, x[i]);
}

static int
take_points(struct spt_pmml_load *l, const xmlNode *x, struct lines *t)
{
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c)) {
		if (!spt_pmml_is(c, "LinearNorm"))
			return spt_pmml_refuse(l, c);
		if (spt_pmml_number(l, c, "orig", NAN, &t->p[t->n].from) < 0 ||
		    spt_pmml_number(l, c, "norm", NAN, &t->p[t->n].to) < 0)
			return -1;
		if (t->n != 0 && !(t->p[t->n].from > t->p[t->n - 1].from))
			return spt_pmml_fail(
			    l, c, "orig is not above the one before");
		t->n++;
	}
	return t->n >= 2 ? 0 : spt_pmml_fail(l, x, "fewer than two points");
}

static int
need_number(struct spt_pmml_load *l, const xmlNode *x, uint32_t col)
{
	if (l->m->cols[col].data != SPT_PMML_STRING)
		return 0;
	return spt_pmml_fail(l, x, "the field is text, not a number");
}

int
spt_pmml_norm_continuous(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col)
{
	static const char *const beyond[] = { "asIs", "asMissingValues",
		"asExtremeValues", NULL };
	struct lines *t = spt_pmml_get(l, 1, sizeof *t);
	size_t kind;

	if (t == NULL || spt_pmml_choice(l, x, "outliers", beyond, &kind) < 0)
		return -1;
	t->beyond = (enum beyond)kind;
	t->p = spt_pmml_get(l, spt_pmml_count(x, "LinearNorm"), sizeof *t->p);
	if (t->p == NULL || take_points(l, x, t) < 0 ||
	    spt_pmml_field_of(l, s, x, "field", col) < 0 ||
	    need_number(l, x, *col) < 0 ||
	    spt_pmml_make(l, x, run_norm, SPT_PMML_DOUBLE, col, 1, t, col) < 0)
		return -1;
	return spt_pmml_otherwise(l, x, "mapMissingTo", col);
}

/* ---- NormDiscrete: 1 for one value ------------------------------------- */

static void
run_equal(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	const double value = *(const double *)s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = isnan(x[i]) ? x[i] : x[i] == value;
}

int
spt_pmml_norm_discrete(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col)
{
	double *value = spt_pmml_get(l, 1, sizeof *value);
	const char *text;

	if (value == NULL || spt_pmml_need(l, x, "value", &text) < 0 ||
	    spt_pmml_field_of(l, s, x, "field", col) < 0 ||
	    spt_pmml_value(l, x, text, l->m->cols[*col].data, value) < 0 ||
	    spt_pmml_make(
		l, x, run_equal, SPT_PMML_DOUBLE, col, 1, value, col) < 0)
		return -1;
	return spt_pmml_otherwise(l, x, "mapMissingTo", col);
}

/* ---- intervals --------------------------------------------------------- */

int
spt_pmml_interval(
    struct spt_pmml_load *l, const xmlNode *x, struct spt_pmml_interval *to)
{
	static const char *const closures[] = { "openOpen", "openClosed",
		"closedOpen", "closedClosed", NULL };
	size_t closure;

	if (spt_pmml_attr(x, "closure") == NULL)
		return spt_pmml_fail(l, x, "there is no attribute \"closure\"");
	if (spt_pmml_choice(l, x, "closure", closures, &closure) < 0 ||
	    spt_pmml_number(l, x, "leftMargin", -INFINITY, &to->low) < 0 ||
	    spt_pmml_number(l, x, "rightMargin", INFINITY, &to->high) < 0)
		return -1;
	to->low_open = closure < 2;
	to->high_open = closure % 2 == 0;
	return 0;
}

bool
spt_pmml_within(const struct spt_pmml_interval *i, double v)
{
	return (i->low_open ? v > i->low : v >= i->low) &&
	       (i->high_open ? v < i->high : v <= i->high);
}

/* ---- Discretize -------------------------------------------------------- */

struct bins {
	size_t n;
	struct spt_pmml_interval *span;
	double *value;
	double missing, otherwise;
};

static void
run_bins(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	const struct bins *t = s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < t->n && !spt_pmml_within(&t->span[k], x[i]))
			k++;
		to[i] = isnan(x[i]) ? t->missing
			: k < t->n  ? t->value[k]
				    : t->otherwise;
	}
}

static int
take_bins(struct spt_pmml_load *l, const xmlNode *x, enum spt_pmml_data data,
    struct bins *t)
{
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c)) {
		const xmlNode *span = spt_pmml_find(c, "Interval");
		const char *text;

		if (!spt_pmml_is(c, "DiscretizeBin"))
			return spt_pmml_refuse(l, c);
		if (span == NULL)
			return spt_pmml_fail(
			    l, c, "there is no Interval in it");
		if (spt_pmml_interval(l, span, &t->span[t->n]) < 0 ||
		    spt_pmml_need(l, c, "binValue", &text) < 0 ||
		    spt_pmml_value(l, c, text, data, &t->value[t->n]) < 0)
			return -1;
		t->n++;
	}
	return 0;
}

/* An attribute as a value of that type; NaN without it. */
static int
optional(struct spt_pmml_load *l, const xmlNode *x, const char *name,
    enum spt_pmml_data data, double *v)
{
	const char *text = spt_pmml_attr(x, name);

	*v = NAN;
	return text == NULL ? 0 : spt_pmml_value(l, x, text, data, v);
}

int
spt_pmml_discretize(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col)
{
	const size_t n = spt_pmml_count(x, "DiscretizeBin");
	struct bins *t = spt_pmml_get(l, 1, sizeof *t);
	enum spt_pmml_data data, as = SPT_PMML_STRING;

	/* Without a type of its own it has that of the field around it. */
	if (t == NULL || spt_pmml_type(l, x->parent, as, &as) < 0 ||
	    spt_pmml_type(l, x, as, &data) < 0)
		return -1;
	t->span = spt_pmml_get(l, n, sizeof *t->span);
	t->value = spt_pmml_get(l, n, sizeof *t->value);
	if (t->span == NULL || t->value == NULL ||
	    take_bins(l, x, data, t) < 0 ||
	    optional(l, x, "mapMissingTo", data, &t->missing) < 0 ||
	    optional(l, x, "defaultValue", data, &t->otherwise) < 0 ||
	    spt_pmml_field_of(l, s, x, "field", col) < 0 ||
	    need_number(l, x, *col) < 0)
		return -1;
	return spt_pmml_make(l, x, run_bins, data, col, 1, t, col);
}
