/*
 * LogisticRegression.  Two classes: one margin m, raw scores -m and m,
 * probabilities p0 = 1 / (1 + exp(m)) and 1 - p0.  Multinomial: a margin a
 * class and their softmax.
 */
#include <math.h>

#include "score/sparkclass.h"

struct logit {
	struct spt_spark_classifier c;
	bool multinomial;
	struct spt_spark_matrix coefficients; /* a row a class, or one row */
	double *intercepts;
};

/* Of Spark 2.0: one vector, and a number. */
static int
read_old(struct logit *k, const struct spt_spark_data *d, struct spt_err *e)
{
	k->multinomial = false;
	k->coefficients.rows = 1;
	if (spt_spark_data_vectors(d, "coefficients", &k->coefficients.row, e) <
		0 ||
	    spt_spark_data_numbers(d, "intercept", &k->intercepts, e) < 0)
		return -1;
	k->coefficients.columns = k->coefficients.row->size;
	return 0;
}

static int
read_new(struct logit *k, const struct spt_spark_data *d, struct spt_err *e)
{
	struct spt_spark_vector *intercepts;
	double *multinomial;

	if (spt_spark_data_numbers(d, "isMultinomial", &multinomial, e) < 0 ||
	    spt_spark_data_matrix(d, "coefficientMatrix", &k->coefficients, e) <
		0 ||
	    spt_spark_data_vectors(d, "interceptVector", &intercepts, e) < 0)
		return -1;
	k->multinomial = multinomial[0] != 0;
	if (intercepts->size != k->coefficients.rows)
		return spt_fail(e, SPT_EDATA,
		    "%s: %zu intercepts for %zu rows of coefficients", d->dir,
		    intercepts->size, k->coefficients.rows);
	k->intercepts = spt_spark_vector_dense(d->arena, intercepts, e);
	return k->intercepts == NULL ? -1 : 0;
}

static int
read_model(struct logit *k, const struct spt_spark_loading *l, size_t *classes,
    struct spt_err *e)
{
	struct spt_spark_data d;
	double *n;
	int rc = spt_spark_open_data(&d, l, "data", e);

	if (rc < 0)
		return -1;
	rc = spt_spark_data_rows(&d, 1, e);
	if (rc == 0)
		rc = spt_spark_data_numbers(&d, "numClasses", &n, e);
	if (rc == 0)
		rc = spt_spark_data_has(&d, "coefficientMatrix.type")
			 ? read_new(k, &d, e)
			 : read_old(k, &d, e);
	if (rc == 0) {
		*classes = k->multinomial ? k->coefficients.rows : 2;
		if (n[0] != (double)*classes ||
		    (!k->multinomial && k->coefficients.rows != 1))
			rc = spt_fail(e, SPT_EDATA,
			    "%s: %g classes, but %zu rows of coefficients",
			    d.dir, n[0], k->coefficients.rows);
	}
	spt_spark_data_close(&d);
	return rc;
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct logit *k = spt_spark_self(s, l, sizeof *k, e);
	size_t classes = 0;

	if (k == NULL || read_model(k, l, &classes, e) < 0 ||
	    spt_spark_predicts(
		s, l, SPT_CLASSIFICATION, k->coefficients.columns, e) < 0 ||
	    spt_spark_classifier_load(&k->c, s, l, classes, e) < 0)
		return -1;
	return k->multinomial ? 0 : spt_spark_classifier_binary(&k->c, l, e);
}

static void
sigmoid(const double *raw, double *p, size_t classes, size_t rows)
{
	(void)classes;
	for (size_t r = 0; r < rows; r++) {
		p[2 * r] = 1 / (1 + exp(-raw[2 * r]));
		p[2 * r + 1] = 1 - p[2 * r];
	}
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct logit *k = s->self;
	const double *const *x = spt_spark_features(s, f, e);
	double *raw = spt_spark_classifier_raw(&k->c, f);

	if (x == NULL)
		return -1;
	if (!k->multinomial) {
		spt_spark_dot(k->coefficients.row, x, f->rows, k->intercepts[0],
		    raw + 1, 2);
		for (size_t r = 0; r < f->rows; r++)
			raw[2 * r] = -raw[2 * r + 1];
		spt_spark_classifier_finish(&k->c, s, f, sigmoid);
		return 0;
	}
	for (size_t c = 0; c < k->c.classes; c++)
		spt_spark_dot(&k->coefficients.row[c], x, f->rows,
		    k->intercepts[c], raw + c, k->c.classes);
	spt_spark_classifier_finish(&k->c, s, f, spt_spark_softmax);
	return 0;
}

const struct spt_spark_kind spt_spark_logistic_regression = {
	.class = "classification.LogisticRegressionModel",
	.name = "LogisticRegression",
	.load = load,
	.run = run,
};
