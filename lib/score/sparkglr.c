/*
 * GeneralizedLinearRegression: eta = coefficients . x + intercept + offset,
 * the prediction is the link's inverse of it, brought into the range of the
 * family.  The tweedie family of variance power 0, 1 or 2 is gaussian, poisson
 * or gamma; its links are powers.
 */
#include <float.h>
#include <math.h>
#include <strings.h>

#include "score/sparkstage.h"

#define EPSILON 1e-16 /* Spark's nearest to a bound of the range */

enum family { GAUSSIAN, BINOMIAL, POISSON, GAMMA, TWEEDIE, N_FAMILIES };

enum link {
	IDENTITY,
	LOG,
	LOGIT,
	INVERSE,
	SQRT,
	PROBIT,
	CLOGLOG,
	POWER,
	N_LINKS
};

static const char *const family_names[] = { "gaussian", "binomial", "poisson",
	"gamma", "tweedie" };
static const char *const link_names[] = { "identity", "log", "logit", "inverse",
	"sqrt", "probit", "cloglog" };

struct general {
	struct spt_spark_linear linear;
	enum family family;
	enum link link;
	double power; /* POWER: of the link */
	bool has_offset, has_link_column;
};

static int
choose_name(const struct spt_spark_loading *l, const char *parameter,
    const char *text, const char *const *names, int n, struct spt_err *e)
{
	for (int i = 0; i < n; i++)
		if (strcasecmp(text, names[i]) == 0)
			return i;
	return spt_spark_fail(
	    l->meta, e, "%s \"%s\" is not known", parameter, text);
}

/* The power link, by the name that it has for some powers. */
static void
set_power(struct general *k, double power)
{
	k->power = power;
	if (power == 0)
		k->link = LOG;
	else if (power == 1)
		k->link = IDENTITY;
	else if (power == -1)
		k->link = INVERSE;
	else
		k->link = power == 0.5 ? SQRT : POWER;
}

static int
read_tweedie(
    struct general *k, const struct spt_spark_loading *l, struct spt_err *e)
{
	double variance, power;

	if (spt_spark_number(l->meta, "variancePower", 0, &variance, e) < 0 ||
	    spt_spark_number(l->meta, "linkPower", 1 - variance, &power, e) < 0)
		return -1;
	if (variance == 0)
		k->family = GAUSSIAN;
	else if (variance == 1)
		k->family = POISSON;
	else if (variance == 2)
		k->family = GAMMA;
	set_power(k, power);
	return 0;
}

static int
read_family(
    struct general *k, const struct spt_spark_loading *l, struct spt_err *e)
{
	static const enum link usual[] = { IDENTITY, LOGIT, LOG, INVERSE };
	const char *text;
	int at;

	if (spt_spark_text(l->meta, "family", "gaussian", &text, e) < 0)
		return -1;
	at = choose_name(l, "family", text, family_names, N_FAMILIES, e);
	if (at < 0)
		return -1;
	k->family = (enum family)at;
	if (k->family == TWEEDIE)
		return read_tweedie(k, l, e);
	if (spt_spark_text(l->meta, "link", NULL, &text, e) < 0)
		return -1;
	k->link = usual[k->family];
	if (text == NULL)
		return 0;
	at = choose_name(l, "link", text, link_names, POWER, e);
	k->link = at < 0 ? IDENTITY : (enum link)at;
	return at < 0 ? -1 : 0;
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct general *k = spt_spark_self(s, l, sizeof *k, e);
	const char *offset, *shown;

	if (k == NULL || spt_spark_linear_read(&k->linear, l, e) < 0 ||
	    read_family(k, l, e) < 0 ||
	    spt_spark_text(l->meta, "offsetCol", "", &offset, e) < 0 ||
	    spt_spark_text(l->meta, "linkPredictionCol", "", &shown, e) < 0 ||
	    spt_spark_predicts(
		s, l, SPT_REGRESSION, k->linear.coefficients->size, e) < 0)
		return -1;
	k->has_offset = offset[0] != '\0';
	k->has_link_column = shown[0] != '\0';
	if (k->has_offset && spt_spark_reads(s, l, offset, 0, e) < 0)
		return -1;
	if (!k->has_link_column)
		return 0;
	return spt_spark_makes(s, l, shown, SPT_FRAME_FLOAT, 1, false, e);
}

static int
bind(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct general *k = s->self;

	if (!k->has_offset)
		return 0;
	return spt_frame_number(f, s->in[1], true, s->kind->name, e);
}

static double
unlink_one(const struct general *k, double eta)
{
	switch (k->link) {
	case LOG:
		return exp(eta);
	case LOGIT:
		return 1 / (1 + exp(-eta));
	case INVERSE:
		return 1 / eta;
	case SQRT:
		return eta * eta;
	case PROBIT:
		return 0.5 * (1 + erf(eta / sqrt(2)));
	case CLOGLOG:
		return 1 - exp(-exp(eta));
	case POWER:
		return pow(eta, 1 / k->power);
	case IDENTITY:
	case N_LINKS:
	default:
		return eta;
	}
}

static double
project(enum family family, double mu)
{
	if (family == GAUSSIAN) {
		if (isinf(mu))
			return mu > 0 ? DBL_MAX : -DBL_MAX;
		return mu;
	}
	if (mu < EPSILON)
		return EPSILON;
	if (family == BINOMIAL)
		return mu > 1 - EPSILON ? 1 - EPSILON : mu;
	return isinf(mu) ? DBL_MAX : mu;
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct general *k = s->self;
	double *to = spt_frame_own(f, s->prediction)[0];
	const double *const *x;

	/* A null offset makes a null prediction, whatever the features are. */
	if (k->has_offset && f->cols[s->in[1]].null != NULL)
		for (size_t r = 0; r < f->rows; r++)
			if (f->cols[s->in[1]].null[r])
				spt_frame_null(f, r);
	x = spt_spark_features(s, f, e);
	if (x == NULL)
		return -1;
	spt_spark_linear_dot(&k->linear, x, f->rows, to);
	if (k->has_offset)
		for (size_t r = 0; r < f->rows; r++)
			to[r] += f->cols[s->in[1]].x[0][r];
	if (k->has_link_column)
		memcpy(
		    spt_frame_own(f, s->out[1])[0], to, f->rows * sizeof *to);
	for (size_t r = 0; r < f->rows; r++)
		to[r] = project(k->family, unlink_one(k, to[r]));
	return 0;
}

const struct spt_spark_kind spt_spark_generalized_regression = {
	.class = "regression.GeneralizedLinearRegressionModel",
	.name = "GeneralizedLinearRegression",
	.load = load,
	.bind = bind,
	.run = run,
};
