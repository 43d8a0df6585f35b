/*
 * NaiveBayes, of four kinds; pi are the logarithms of the classes' shares,
 * theta those of the features' within a class:
 *
 *     multinomial  pi + theta . x, for x >= 0
 *     complement   theta . x less the logarithm of the sum of the classes'
 *                  exponentials, for x >= 0
 *     bernoulli    theta' . x + pi + sum of log(1 - e^theta), for x 0 or 1,
 *                  theta' = theta - log(1 - e^theta)
 *     gaussian     pi - (sum of (x - theta)^2 / sigma + log sigma) / 2
 */
#include <math.h>

#include "score/sparkclass.h"

enum bayes_kind { MULTINOMIAL, COMPLEMENT, BERNOULLI, GAUSSIAN, N_KINDS };

struct bayes {
	struct spt_spark_classifier c;
	enum bayes_kind kind;
	double *pi;      /* a class each */
	double *log_sum; /* gaussian: of the variances' logarithms */
	struct spt_spark_matrix theta, sigma;
};

static int
read_kind(struct bayes *k, const struct spt_spark_loading *l, struct spt_err *e)
{
	static const char *const names[] = { "multinomial", "complement",
		"bernoulli", "gaussian" };
	const char *text;

	if (spt_spark_text(l->meta, "modelType", "multinomial", &text, e) < 0)
		return -1;
	for (int i = 0; i < N_KINDS; i++)
		if (strcmp(text, names[i]) == 0) {
			k->kind = (enum bayes_kind)i;
			return 0;
		}
	return spt_spark_fail(
	    l->meta, e, "modelType \"%s\" is not known", text);
}

/* A sparse matrix gets its zeros: they count here. */
static int
fill_in(struct spt_spark_matrix *m, struct spt_arena *arena, struct spt_err *e)
{
	for (size_t i = 0; i < m->rows; i++) {
		struct spt_spark_vector *v = &m->row[i];

		if (v->n == v->size)
			continue;
		v->v = spt_spark_vector_dense(arena, v, e);
		v->at = spt_arena_get(arena, v->size * sizeof *v->at, e);
		if (v->v == NULL || v->at == NULL)
			return -1;
		for (size_t j = 0; j < v->size; j++)
			v->at[j] = (uint32_t)j;
		v->n = v->size;
	}
	return 0;
}

static int
read_model(struct bayes *k, const struct spt_spark_data *d, struct spt_err *e)
{
	struct spt_spark_vector *pi;

	if (spt_spark_data_rows(d, 1, e) < 0 ||
	    spt_spark_data_vectors(d, "pi", &pi, e) < 0 ||
	    spt_spark_data_matrix(d, "theta", &k->theta, e) < 0 ||
	    fill_in(&k->theta, d->arena, e) < 0)
		return -1;
	k->pi = spt_spark_vector_dense(d->arena, pi, e);
	k->log_sum = spt_spark_vector_dense(d->arena, pi, e);
	if (k->pi == NULL || k->log_sum == NULL)
		return -1;
	k->sigma = k->theta;
	if (k->kind == GAUSSIAN &&
	    (spt_spark_data_matrix(d, "sigma", &k->sigma, e) < 0 ||
		fill_in(&k->sigma, d->arena, e) < 0))
		return -1;
	if (k->theta.rows != pi->size || k->sigma.rows != pi->size ||
	    k->sigma.columns != k->theta.columns)
		return spt_fail(e, SPT_EDATA,
		    "%s: pi, theta and sigma are of different sizes", d->dir);
	return 0;
}

/* What does not depend on the row goes into pi and theta. */
static void
prepare(struct bayes *k)
{
	for (size_t c = 0; c < k->theta.rows; c++) {
		struct spt_spark_vector *theta = &k->theta.row[c];
		double sum = 0;

		for (size_t j = 0; j < theta->n; j++) {
			if (k->kind == BERNOULLI) {
				double absent = log1p(-exp(theta->v[j]));

				theta->v[j] -= absent;
				sum += absent;
			} else if (k->kind == GAUSSIAN) {
				sum += log(k->sigma.row[c].v[j]);
			}
		}
		if (k->kind == BERNOULLI)
			k->pi[c] += sum;
		else
			k->log_sum[c] = sum;
	}
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct bayes *k = spt_spark_self(s, l, sizeof *k, e);
	struct spt_spark_data d;
	int rc;

	if (k == NULL || read_kind(k, l, e) < 0 ||
	    spt_spark_open_data(&d, l, "data", e) < 0)
		return -1;
	rc = read_model(k, &d, e);
	spt_spark_data_close(&d);
	if (rc < 0)
		return -1;
	prepare(k);
	if (spt_spark_predicts(s, l, SPT_CLASSIFICATION, k->theta.columns, e) <
	    0)
		return -1;
	return spt_spark_classifier_load(&k->c, s, l, k->theta.rows, e);
}

/* Rows with features that the kind cannot take. */
static int
check_rows(const struct spt_spark_stage *s, const struct bayes *k,
    struct spt_frame *f, struct spt_err *e)
{
	const double *const *x = f->cols[s->in[0]].x;

	if (k->kind == GAUSSIAN)
		return 0;
	for (size_t j = 0; j < k->theta.columns; j++)
		for (size_t r = 0; r < f->rows; r++) {
			const double v = x[j][r];

			if (k->kind == BERNOULLI ? v == 0 || v == 1 : v >= 0)
				continue;
			if (spt_frame_bad(f, r, s->in[0],
				k->kind == BERNOULLI
				    ? "a feature is neither 0 nor 1 (Bernoulli "
				      "NaiveBayes)"
				    : "a feature is negative or NaN "
				      "(NaiveBayes)",
				e) < 0)
				return -1;
		}
	return 0;
}

static void
gaussian(const struct bayes *k, const double *const *x, size_t rows, size_t c,
    double *raw)
{
	const double *theta = k->theta.row[c].v, *sigma = k->sigma.row[c].v;

	for (size_t r = 0; r < rows; r++) {
		double sum = 0;

		for (size_t j = 0; j < k->theta.columns; j++) {
			double d = x[j][r] - theta[j];

			sum += d * d / sigma[j];
		}
		raw[r * k->c.classes] = k->pi[c] - (sum + k->log_sum[c]) / 2;
	}
}

/* Each row less the logarithm of the sum of its exponentials. */
static void
log_normalise(double *raw, size_t classes, size_t rows)
{
	for (size_t r = 0; r < rows; r++, raw += classes) {
		double most = raw[0], sum = 0;

		for (size_t c = 1; c < classes; c++)
			if (raw[c] > most)
				most = raw[c];
		for (size_t c = 0; c < classes; c++)
			sum += exp(raw[c] - most);
		for (size_t c = 0; c < classes; c++)
			raw[c] -= log(sum) + most;
	}
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct bayes *k = s->self;
	const double *const *x = spt_spark_features(s, f, e);
	double *raw = spt_spark_classifier_raw(&k->c, f);

	if (x == NULL || check_rows(s, k, f, e) < 0)
		return -1;
	for (size_t c = 0; c < k->c.classes; c++) {
		if (k->kind == GAUSSIAN)
			gaussian(k, x, f->rows, c, raw + c);
		else
			spt_spark_dot(&k->theta.row[c], x, f->rows,
			    k->kind == COMPLEMENT ? 0 : k->pi[c], raw + c,
			    k->c.classes);
	}
	if (k->kind == COMPLEMENT)
		log_normalise(raw, k->c.classes, f->rows);
	spt_spark_classifier_finish(&k->c, s, f, spt_spark_softmax);
	return 0;
}

const struct spt_spark_kind spt_spark_naive_bayes = {
	.class = "classification.NaiveBayesModel",
	.name = "NaiveBayes",
	.load = load,
	.run = run,
};
