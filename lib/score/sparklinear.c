/*
 * LinearRegression: coefficients . x + intercept.
 */
#include "score/sparkstage.h"

struct linear {
	struct spt_spark_vector *coefficients;
	double intercept;
};

static int
read_model(
    struct linear *k, const struct spt_spark_loading *l, struct spt_err *e)
{
	struct spt_spark_data d;
	double *intercept;
	int rc = spt_spark_open_data(&d, l, "data", e);

	if (rc < 0)
		return -1;
	rc = -1;
	if (spt_spark_data_rows(&d, 1, e) == 0 &&
	    spt_spark_data_numbers(&d, "intercept", &intercept, e) == 0 &&
	    spt_spark_data_vectors(&d, "coefficients", &k->coefficients, e) ==
		0) {
		k->intercept = intercept[0];
		rc = 0;
	}
	spt_spark_data_close(&d);
	return rc;
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct linear *k = spt_spark_self(s, l, sizeof *k, e);

	if (k == NULL || read_model(k, l, e) < 0)
		return -1;
	return spt_spark_predicts(
	    s, l, SPT_REGRESSION, k->coefficients->size, e);
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct linear *k = s->self;
	const double *const *x = spt_spark_features(s, f, e);

	if (x == NULL)
		return -1;
	spt_spark_dot(k->coefficients, x, f->rows, k->intercept,
	    spt_frame_own(f, s->prediction)[0], 1);
	return 0;
}

const struct spt_spark_kind spt_spark_linear_regression = {
	.class = "regression.LinearRegressionModel",
	.name = "LinearRegression",
	.load = load,
	.run = run,
};
