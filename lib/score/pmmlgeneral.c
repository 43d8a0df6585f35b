/*
 * GeneralRegressionModel: parameters, each a product of predictors (PPMatrix),
 * with a coefficient for each of them (ParamMatrix), and a link.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

enum link { IDENTITY, LOG, LOGIT, CLOGLOG, LOGLOG, PROBIT, CAUCHIT, POWER };

/* A factor's cell is 1 for one value; a covariate's is a power. */
struct cell {
	uint32_t parameter;
	bool factor;
	double value;
};

struct equation {
	size_t cells, parameters;
	const struct cell *cell; /* each with a column of the step */
	double *beta;            /* a parameter each */
	enum link link;
	double power, offset;
	double *product; /* room: a parameter each */
};

/* ---- a tile ------------------------------------------------------------ */

static double
inverse(const struct equation *t, double v)
{
	switch (t->link) {
	case LOG:
		return exp(v);
	case LOGIT:
		return 1 / (1 + exp(-v));
	case CLOGLOG:
		return -expm1(-exp(v));
	case LOGLOG:
		return exp(-exp(-v));
	case PROBIT:
		return 0.5 * erfc(-v / sqrt(2));
	case CAUCHIT:
		return 0.5 + atan(v) / M_PI;
	case POWER:
		return t->power == 0 ? exp(v) : pow(v, 1 / t->power);
	default:
		return v;
	}
}

static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct equation *t = s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++) {
		double sum = t->offset;

		for (size_t k = 0; k < t->parameters; k++)
			t->product[k] = 1;
		for (size_t k = 0; k < t->cells; k++) {
			const struct cell *c = &t->cell[k];
			const double x = m->cols[s->in[k]].x[i];

			if (!c->factor)
				t->product[c->parameter] *=
				    c->value == 1 ? x : pow(x, c->value);
			else if (x != c->value)
				t->product[c->parameter] *= isnan(x) ? x : 0;
		}
		for (size_t k = 0; k < t->parameters; k++)
			if (t->beta[k] != 0)
				sum += t->beta[k] * t->product[k];
		to[i] = inverse(t, sum);
	}
}

/* e^x of the columns, divided by their sum. */
static void
run_softmax(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double most = -INFINITY, sum = 0;

		for (size_t k = 0; k < s->n_in; k++)
			most = fmax(most, m->cols[s->in[k]].x[i]);
		for (size_t k = 0; k < s->n_in; k++) {
			double *x = &m->cols[s->in[k]].x[i];

			*x = exp(*x - most);
			sum += *x;
		}
		for (size_t k = 0; k < s->n_in; k++)
			m->cols[s->in[k]].x[i] /= sum;
	}
}

/* ---- loading ----------------------------------------------------------- */

struct general {
	struct spt_pmml_load *l;
	const struct spt_pmml_place *p;
	const char **name; /* of the parameters */
	size_t n;
	struct cell *cell;
	uint32_t *in;
	size_t cells;
	enum link link;
	double power, offset;
};

static int
find_parameter(struct general *g, const xmlNode *x, uint32_t *at)
{
	const char *name;

	if (spt_pmml_need(g->l, x, "parameterName", &name) < 0)
		return -1;
	for (*at = 0; *at < g->n; (*at)++)
		if (strcmp(g->name[*at], name) == 0)
			return 0;
	return spt_pmml_fail(
	    g->l, x, "parameter \"%.60s\" is not in the ParameterList", name);
}

static int
take_parameters(struct general *g)
{
	const xmlNode *list = spt_pmml_find(g->p->x, "ParameterList");

	if (list == NULL)
		return spt_pmml_fail(
		    g->l, g->p->x, "there is no ParameterList in it");
	g->name = spt_pmml_get(
	    g->l, spt_pmml_count(list, "Parameter"), sizeof *g->name);
	if (g->name == NULL)
		return -1;
	for (const xmlNode *x = spt_pmml_child(list); x != NULL;
	     x = spt_pmml_next(x)) {
		if (!spt_pmml_is(x, "Parameter"))
			return spt_pmml_refuse(g->l, x);
		if (spt_pmml_need(g->l, x, "name", &g->name[g->n]) < 0)
			return -1;
		g->n++;
	}
	return 0;
}

/* Is the predictor in that list (FactorList, CovariateList)? */
static bool
is_listed(const struct general *g, const char *list, const char *name)
{
	const xmlNode *all = spt_pmml_find(g->p->x, list);

	for (const xmlNode *x = all == NULL ? NULL : spt_pmml_child(all);
	     x != NULL; x = spt_pmml_next(x)) {
		const char *own = spt_pmml_attr(x, "name");

		if (own != NULL && strcmp(own, name) == 0)
			return true;
	}
	return false;
}

static int
take_cell(struct general *g, const xmlNode *x)
{
	struct cell *c = &g->cell[g->cells];
	uint32_t *col = &g->in[g->cells];
	const char *name, *text;

	if (!spt_pmml_is(x, "PPCell"))
		return spt_pmml_refuse(g->l, x);
	if (find_parameter(g, x, &c->parameter) < 0 ||
	    spt_pmml_need(g->l, x, "predictorName", &name) < 0 ||
	    spt_pmml_need(g->l, x, "value", &text) < 0 ||
	    spt_pmml_field(g->l, g->p->scope, x, name, col) < 0)
		return -1;
	g->cells++;
	c->factor = is_listed(g, "FactorList", name);
	if (!c->factor && !is_listed(g, "CovariateList", name))
		return spt_pmml_fail(g->l, x,
		    "\"%.60s\" is neither a factor nor a covariate", name);
	if (c->factor)
		return spt_pmml_value(
		    g->l, x, text, g->l->m->cols[*col].data, &c->value);
	if (g->l->m->cols[*col].data == SPT_PMML_STRING)
		return spt_pmml_fail(g->l, x, "the covariate is text");
	return spt_pmml_value(g->l, x, text, SPT_PMML_DOUBLE, &c->value);
}

static int
take_cells(struct general *g)
{
	const xmlNode *all = spt_pmml_find(g->p->x, "PPMatrix");
	const size_t n = all == NULL ? 0 : spt_pmml_count(all, "PPCell");

	g->cell = spt_pmml_get(g->l, n, sizeof *g->cell);
	g->in = spt_pmml_get(g->l, n, sizeof *g->in);
	if (g->cell == NULL || g->in == NULL)
		return -1;
	for (const xmlNode *x = all == NULL ? NULL : spt_pmml_child(all);
	     x != NULL; x = spt_pmml_next(x))
		if (take_cell(g, x) < 0)
			return -1;
	return 0;
}

/* The sum for one class, or for the number; category NULL: all PCells. */
static int
take_equation(struct general *g, const char *category, uint32_t *col)
{
	const xmlNode *all = spt_pmml_find(g->p->x, "ParamMatrix");
	struct equation *t = spt_pmml_get(g->l, 1, sizeof *t);

	if (all == NULL)
		return spt_pmml_fail(
		    g->l, g->p->x, "there is no ParamMatrix in it");
	if (t == NULL)
		return -1;
	*t = (struct equation){ .cells = g->cells,
		.parameters = g->n,
		.cell = g->cell,
		.link = g->link,
		.power = g->power,
		.offset = g->offset };
	t->beta = spt_pmml_get(g->l, g->n, sizeof *t->beta);
	t->product = spt_pmml_get(g->l, g->n, sizeof *t->product);
	if (t->beta == NULL || t->product == NULL)
		return -1;
	for (const xmlNode *x = spt_pmml_child(all); x != NULL;
	     x = spt_pmml_next(x)) {
		const char *own = spt_pmml_attr(x, "targetCategory");
		uint32_t at;

		if (!spt_pmml_is(x, "PCell"))
			return spt_pmml_refuse(g->l, x);
		if (category != NULL &&
		    (own == NULL || strcmp(own, category) != 0))
			continue;
		if (find_parameter(g, x, &at) < 0 ||
		    spt_pmml_number(g->l, x, "beta", NAN, &t->beta[at]) < 0)
			return -1;
	}
	return spt_pmml_make(
	    g->l, all, run, SPT_PMML_DOUBLE, g->in, g->cells, t, col);
}

/* Two classes and a link: the reference category has what is left. */
static int
split(struct general *g, const struct spt_pmml_classes *c, size_t reference,
    uint32_t *cols)
{
	uint32_t in[2];

	if (c->n != 2)
		return spt_pmml_fail(
		    g->l, g->p->x, "a link for %zu classes", c->n);
	if (take_equation(g, NULL, &cols[1 - reference]) < 0 ||
	    spt_pmml_constant(g->l, g->p->x, SPT_PMML_DOUBLE, 1, &in[0]) < 0)
		return -1;
	in[1] = cols[1 - reference];
	return spt_pmml_call(g->l, g->p->x, "-", in, 2, &cols[reference]);
}

/* A sum for each class; the reference category has the sum 0. */
static int
share(struct general *g, const struct spt_pmml_classes *c, size_t reference,
    uint32_t *cols)
{
	for (size_t k = 0; k < c->n; k++) {
		const char *name = g->l->m->words.text[(size_t)c->v[k]];
		int rc;

		rc = k == reference ? spt_pmml_constant(g->l, g->p->x,
					  SPT_PMML_DOUBLE, 0, &cols[k])
				    : take_equation(g, name, &cols[k]);
		/* Probabilities are made in place: of a column of their own. */
		if (rc < 0 || spt_pmml_call(g->l, g->p->x, "sum", &cols[k], 1,
				  &cols[k]) < 0)
			return -1;
	}
	return spt_pmml_do(g->l, run_softmax, 0, cols, c->n, NULL);
}

static int
classify(struct general *g, bool links, struct spt_pmml_result *r)
{
	struct spt_pmml_classes *c = spt_pmml_get(g->l, 1, sizeof *c);
	const char *reference =
	    spt_pmml_attr(g->p->x, "targetReferenceCategory");
	uint32_t *cols = NULL;
	double other;
	size_t at;

	if (c == NULL || spt_pmml_classes_target(g->l, g->p, c) < 0)
		return -1;
	if (reference == NULL || g->p->data != SPT_PMML_STRING || c->n < 2)
		return spt_pmml_fail(g->l, g->p->x,
		    "a target of text, its values and a "
		    "targetReferenceCategory were expected");
	if (spt_pmml_value(g->l, g->p->x, reference, g->p->data, &other) < 0 ||
	    spt_pmml_class(g->l, c, other, &at) < 0 ||
	    spt_pmml_classes_columns(g->l, g->p, c, r) < 0)
		return -1;
	cols = spt_pmml_get(g->l, c->n, sizeof *cols);
	if (cols == NULL)
		return -1;
	r->probability = cols;
	if ((links ? split(g, c, at, cols) : share(g, c, at, cols)) < 0)
		return -1;
	return spt_pmml_classes_vote(g->l, r);
}

static int
take_link(struct general *g)
{
	static const char *const links[] = { "identity", "log", "logit",
		"cloglog", "loglog", "probit", "cauchit", "power", NULL };
	size_t link;

	if (spt_pmml_choice(g->l, g->p->x, "linkFunction", links, &link) < 0 ||
	    spt_pmml_number(g->l, g->p->x, "linkParameter", 1, &g->power) < 0)
		return -1;
	g->link = (enum link)link;
	return 0;
}

int
spt_pmml_general(struct spt_pmml_load *l, const struct spt_pmml_place *p,
    struct spt_pmml_result *r)
{
	static const char *const types[] = { "regression", "generalLinear",
		"generalizedLinear", "multinomialLogistic", NULL };
	static const char *const refused[] = { "offsetVariable",
		"trialsVariable", "trialsValue", "cumulativeLink" };
	struct general g = { .l = l, .p = p };
	const char *text;
	size_t type;

	if (spt_pmml_need(l, p->x, "modelType", &text) < 0 ||
	    spt_pmml_choice(l, p->x, "modelType", types, &type) < 0)
		return -1;
	for (size_t k = 0; k < sizeof refused / sizeof *refused; k++)
		if (spt_pmml_attr(p->x, refused[k]) != NULL)
			return spt_pmml_fail(
			    l, p->x, "%s is not supported", refused[k]);
	if (p->task == SPT_CLUSTERING ||
	    (type != 2 && (type == 3) != (p->task == SPT_CLASSIFICATION)))
		return spt_pmml_fail(l, p->x,
		    "functionName and modelType=\"%s\" do not fit", text);
	if (type == 2 && take_link(&g) < 0)
		return -1;
	if (spt_pmml_number(l, p->x, "offsetValue", 0, &g.offset) < 0 ||
	    take_parameters(&g) < 0 || take_cells(&g) < 0)
		return -1;
	return p->task == SPT_CLASSIFICATION
		   ? classify(&g, type == 2, r)
		   : take_equation(&g, NULL, &r->prediction);
}
