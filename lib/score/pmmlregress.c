/*
 * RegressionModel: sums of terms, and what normalizationMethod makes of them.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

enum link {
	NONE,
	SIMPLEMAX,
	SOFTMAX,
	LOGIT,
	PROBIT,
	CLOGLOG,
	EXP,
	LOGLOG,
	CAUCHIT,
};

static const char *const links[] = { "none", "simplemax", "softmax", "logit",
	"probit", "cloglog", "exp", "loglog", "cauchit", NULL };

struct term {
	enum { NUMERIC, CATEGORY, PRODUCT } kind;
	double factor, exponent, value;
	uint32_t first, n; /* its columns, among those of the step */
};

struct table {
	double intercept;
	struct term *terms;
	size_t n;
	uint32_t *in;
	size_t n_in;
	bool single;
};

/* ---- a tile ------------------------------------------------------------ */

static double
product(const struct spt_pmml *m, const uint32_t *in, uint32_t n, size_t row)
{
	double v = 1;

	for (uint32_t k = 0; k < n; k++)
		v *= m->cols[in[k]].x[row];
	return v;
}

static void
add_term(const struct spt_pmml *m, const struct term *t, const uint32_t *in,
    size_t n, double *to)
{
	const double *x = m->cols[in[t->first]].x;

	if (t->kind == CATEGORY)
		for (size_t i = 0; i < n; i++)
			to[i] += x[i] == t->value ? t->factor : 0;
	else if (t->kind == PRODUCT)
		for (size_t i = 0; i < n; i++)
			to[i] += t->factor * product(m, in + t->first, t->n, i);
	else if (t->exponent == 1)
		for (size_t i = 0; i < n; i++)
			to[i] += t->factor * x[i];
	else
		for (size_t i = 0; i < n; i++)
			to[i] += t->factor * pow(x[i], t->exponent);
}

static void
run_table(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct table *t = s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = t->intercept;
	for (size_t k = 0; k < t->n; k++)
		add_term(m, &t->terms[k], s->in, n, to);
	if (t->single)
		for (size_t i = 0; i < n; i++)
			to[i] = (double)(float)to[i];
}

static double
inverse(enum link link, double v)
{
	switch (link) {
	case SOFTMAX:
	case LOGIT:
		return 1 / (1 + exp(-v));
	case PROBIT:
		return 0.5 * erfc(-v / sqrt(2));
	case CLOGLOG:
		return -expm1(-exp(v));
	case EXP:
		return exp(v);
	case LOGLOG:
		return exp(-exp(-v));
	case CAUCHIT:
		return 0.5 + atan(v) / M_PI;
	default:
		return v;
	}
}

static void
run_inverse(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const enum link link = *(const enum link *)s->data;
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = inverse(link, x[i]);
}

/* ---- classes: the columns of the step hold scores, then probabilities -- */

/* Each divided by their sum; softmax: after e^x. */
static void
run_shares(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const bool soft = *(const enum link *)s->data == SOFTMAX;

	for (size_t i = 0; i < n; i++) {
		double most = -INFINITY, total = 0;

		for (size_t k = 0; soft && k < s->n_in; k++)
			most = fmax(most, m->cols[s->in[k]].x[i]);
		for (size_t k = 0; k < s->n_in; k++) {
			double *x = &m->cols[s->in[k]].x[i];

			*x = soft ? exp(*x - most) : *x;
			total += *x;
		}
		for (size_t k = 0; k < s->n_in; k++)
			m->cols[s->in[k]].x[i] /= total;
	}
}

/* Two classes, or classes without a link: the last one has what is left. */
static void
run_rest(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const enum link link = *(const enum link *)s->data;

	for (size_t i = 0; i < n; i++) {
		double rest = 1;

		for (size_t k = 0; k + 1 < s->n_in; k++) {
			double *x = &m->cols[s->in[k]].x[i];

			*x = inverse(link, *x);
			rest -= *x;
		}
		m->cols[s->in[s->n_in - 1]].x[i] = rest;
	}
}

/* Ordinal: each gives the probability of its class and those before. */
static void
run_ordinal(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const enum link link = *(const enum link *)s->data;

	for (size_t i = 0; i < n; i++) {
		double below = 0;

		for (size_t k = 0; k < s->n_in; k++) {
			double *x = &m->cols[s->in[k]].x[i];
			const double up =
			    k + 1 < s->n_in ? inverse(link, *x) : 1;

			*x = up - below;
			below = up;
		}
	}
}

static void
run_each(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const enum link link = *(const enum link *)s->data;

	for (size_t k = 0; k < s->n_in; k++) {
		double *x = m->cols[s->in[k]].x;

		for (size_t i = 0; i < n; i++)
			x[i] = inverse(link, x[i]);
	}
}

/* ---- a table ----------------------------------------------------------- */

static int
take_column(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    const char *attribute, struct table *t)
{
	return spt_pmml_field_of(l, s, x, attribute, &t->in[t->n_in++]);
}

static int
take_term(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    struct table *t)
{
	struct term *to = &t->terms[t->n++];
	const struct spt_pmml_col *col;
	const char *text;

	*to = (struct term){ .first = (uint32_t)t->n_in, .exponent = 1 };
	if (spt_pmml_number(l, x, "coefficient", NAN, &to->factor) < 0)
		return -1;
	if (spt_pmml_is(x, "PredictorTerm")) {
		to->kind = PRODUCT;
		for (const xmlNode *c = spt_pmml_child(x); c != NULL;
		     c = spt_pmml_next(c)) {
			if (!spt_pmml_is(c, "FieldRef"))
				return spt_pmml_refuse(l, c);
			if (take_column(l, s, c, "field", t) < 0)
				return -1;
			to->n++;
		}
		return to->n != 0 ? 0
				  : spt_pmml_fail(l, x, "no FieldRef in it");
	}
	if (take_column(l, s, x, "name", t) < 0)
		return -1;
	col = &l->m->cols[t->in[to->first]];
	if (spt_pmml_is(x, "CategoricalPredictor")) {
		to->kind = CATEGORY;
		if (spt_pmml_need(l, x, "value", &text) < 0)
			return -1;
		return spt_pmml_value(l, x, text, col->data, &to->value);
	}
	if (col->data == SPT_PMML_STRING)
		return spt_pmml_fail(l, x, "the field is text, not a number");
	return spt_pmml_number(l, x, "exponent", 1, &to->exponent);
}

static int
take_table(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    const xmlNode *x, uint32_t *col)
{
	struct table *t = spt_pmml_get(l, 1, sizeof *t);
	size_t terms = 0, columns = 0;

	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c)) {
		terms++;
		columns += 1 + spt_pmml_count(c, "FieldRef");
	}
	if (t == NULL ||
	    spt_pmml_number(l, x, "intercept", NAN, &t->intercept) < 0)
		return -1;
	t->single = p->single;
	t->terms = spt_pmml_get(l, terms, sizeof *t->terms);
	t->in = spt_pmml_get(l, columns, sizeof *t->in);
	if (t->terms == NULL || t->in == NULL)
		return -1;
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c)) {
		if (!spt_pmml_is(c, "NumericPredictor") &&
		    !spt_pmml_is(c, "CategoricalPredictor") &&
		    !spt_pmml_is(c, "PredictorTerm"))
			return spt_pmml_refuse(l, c);
		if (take_term(l, p->scope, c, t) < 0)
			return -1;
	}
	return spt_pmml_make(
	    l, x, run_table, SPT_PMML_DOUBLE, t->in, t->n_in, t, col);
}

/* ---- the model --------------------------------------------------------- */

static int
round_off(
    struct spt_pmml_load *l, const struct spt_pmml_place *p, uint32_t *col)
{
	return p->single ? spt_pmml_cast(l, p->x, SPT_PMML_FLOAT, col) : 0;
}

static int
regress(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    const enum link *link, struct spt_pmml_result *r)
{
	const xmlNode *table = spt_pmml_find(p->x, "RegressionTable");

	if (table == NULL || spt_pmml_count(p->x, "RegressionTable") != 1)
		return spt_pmml_fail(l, p->x, "not one RegressionTable in it");
	if (*link == SIMPLEMAX)
		return spt_pmml_fail(l, p->x,
		    "normalizationMethod=\"simplemax\" of a regression");
	if (take_table(l, p, table, &r->prediction) < 0)
		return -1;
	if (*link != NONE &&
	    spt_pmml_make(l, p->x, run_inverse, SPT_PMML_DOUBLE, &r->prediction,
		1, link, &r->prediction) < 0)
		return -1;
	return round_off(l, p, &r->prediction);
}

static void
run_copy(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	memcpy(m->cols[s->out].x, m->cols[s->in[0]].x, n * sizeof(double));
}

static bool
is_ordinal(const struct spt_pmml_place *p)
{
	const char *kind =
	    p->target == NULL ? NULL : spt_pmml_attr(p->target, "optype");

	return kind != NULL && strcmp(kind, "ordinal") == 0;
}

/* From scores to probabilities; columns in the order of the tables. */
static int
normalize(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    const enum link *link, const uint32_t *cols, size_t n)
{
	static const enum link simple = SIMPLEMAX;
	const bool shares = *link == SOFTMAX || *link == SIMPLEMAX;

	if (shares)
		return spt_pmml_do(l, run_shares, 0, cols, n, link);
	if (is_ordinal(p) && n > 2)
		return spt_pmml_do(l, run_ordinal, 0, cols, n, link);
	if (n == 2 || *link == NONE)
		return spt_pmml_do(l, run_rest, 0, cols, n, link);
	if (*link != LOGIT)
		return spt_pmml_fail(l, p->x,
		    "normalizationMethod=\"%s\" of %zu classes is not "
		    "supported",
		    links[*link], n);
	if (spt_pmml_do(l, run_each, 0, cols, n, link) < 0)
		return -1;
	return spt_pmml_do(l, run_shares, 0, cols, n, &simple);
}

/* Values of the target that no table is for are no classes of this model. */
static int
only_tables(
    struct spt_pmml_load *l, struct spt_pmml_classes *c, size_t *at, size_t n)
{
	const double *old = c->v;
	double *kept = spt_pmml_get(l, n, sizeof *kept);
	size_t all = c->n;

	c->v = kept;
	c->n = 0;
	if (kept == NULL)
		return -1;
	c->cap = n;
	for (size_t k = 0; k < all; k++)
		for (size_t i = 0; i < n; i++)
			if (at[i] == k)
				kept[c->n++] = old[k];
	for (size_t i = 0; i < n; i++)
		if (spt_pmml_class(l, c, old[at[i]], &at[i]) < 0)
			return -1;
	return 0;
}

static int
classify(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    const enum link *link, struct spt_pmml_result *r)
{
	struct spt_pmml_classes *c = spt_pmml_get(l, 1, sizeof *c);
	const size_t n = spt_pmml_count(p->x, "RegressionTable");
	uint32_t *scores = spt_pmml_get(l, n, sizeof *scores);
	size_t *at = spt_pmml_get(l, n, sizeof *at);
	size_t k = 0;

	if (n < 2)
		return spt_pmml_fail(l, p->x, "%zu RegressionTables in it", n);
	if (c == NULL || scores == NULL || at == NULL ||
	    spt_pmml_classes_target(l, p, c) < 0)
		return -1;
	for (const xmlNode *x = spt_pmml_child(p->x); x != NULL;
	     x = spt_pmml_next(x)) {
		const char *text;
		double v;

		if (!spt_pmml_is(x, "RegressionTable"))
			continue;
		if (spt_pmml_need(l, x, "targetCategory", &text) < 0 ||
		    spt_pmml_value(l, x, text, p->data, &v) < 0 ||
		    spt_pmml_class(l, c, v, &at[k]) < 0 ||
		    take_table(l, p, x, &scores[k]) < 0)
			return -1;
		for (size_t i = 0; i < k; i++)
			if (at[i] == at[k])
				return spt_pmml_fail(l, x,
				    "\"%.60s\" has a table already", text);
		k++;
	}
	if (c->n != n && only_tables(l, c, at, n) < 0)
		return -1;
	if (normalize(l, p, link, scores, n) < 0 ||
	    spt_pmml_classes_columns(l, p, c, r) < 0)
		return -1;
	for (k = 0; k < n; k++)
		if (round_off(l, p, &scores[k]) < 0 ||
		    spt_pmml_do(l, run_copy, r->probability[at[k]], &scores[k],
			1, NULL) < 0)
			return -1;
	return spt_pmml_classes_vote(l, r);
}

int
spt_pmml_regression(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	enum link *link = spt_pmml_get(l, 1, sizeof *link);
	size_t at;

	if (link == NULL ||
	    spt_pmml_choice(l, p->x, "normalizationMethod", links, &at) < 0)
		return -1;
	*link = (enum link)at;
	if (p->task == SPT_CLUSTERING)
		return spt_pmml_fail(l, p->x, "functionName=\"clustering\"");
	return p->task == SPT_REGRESSION ? regress(l, p, link, r)
					 : classify(l, p, link, r);
}
