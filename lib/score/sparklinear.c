/*
 * LinearRegression: coefficients . x + intercept.
 */
#include "score/sparkstage.h"

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct spt_spark_linear *k = spt_spark_self(s, l, sizeof *k, e);

	if (k == NULL || spt_spark_linear_read(k, l, e) < 0)
		return -1;
	return spt_spark_predicts(
	    s, l, SPT_REGRESSION, k->coefficients->size, e);
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct spt_spark_linear *k = s->self;
	const double *const *x = spt_spark_features(s, f, e);

	if (x == NULL)
		return -1;
	spt_spark_linear_dot(k, x, f->rows, spt_frame_own(f, s->prediction)[0]);
	return 0;
}

const struct spt_spark_kind spt_spark_linear_regression = {
	.class = "regression.LinearRegressionModel",
	.name = "LinearRegression",
	.load = load,
	.run = run,
};
