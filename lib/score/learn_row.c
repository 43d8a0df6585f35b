/*
 * learn_row - linear and logistic regression that learn from each row at once:
 * recursive least squares, and its logistic counterpart (the extended Kalman
 * filter of the weights: y is measured with variance p(1 - p)).
 *
 * After n rows the linear weights are those of ridge regression over all of
 * them, rows of the past counting decay^age: no step size, no scaling of the
 * features.  The covariance of the weights is kept as U D U', U unit upper
 * triangular, D diagonal, and updated in that form: it cannot lose its
 * positivity by rounding (Bierman, Factorization Methods for Discrete
 * Sequential Estimation, 1977).  Forgetting alone would let it grow without
 * bound where the rows say nothing; no variance goes above that of the start.
 */
#include <math.h>
#include <string.h>

#include "score/learner.h"

#define REG 0.1 /* precision of the weights at the start, without --reg */
#define LEAST_VARIANCE 1e-10 /* of a label; p(1 - p) rounds to 0 */
#define MOST_MARGIN 4        /* that one row may move its own margin */

/* Column j of U has j numbers above its diagonal; they follow each other. */
static double *
column(double *u, size_t j)
{
	return u + j * (j - 1) / 2;
}

static double
most(const struct spt_learner *l)
{
	return 1 / (l->conf.reg > 0 ? l->conf.reg : REG);
}

static int
init(struct spt_learner *l, struct spt_err *e)
{
	size_t d = l->d;
	double *w = spt__learner_part(l, "weights", d, e), *variance;

	if (w == NULL || spt__learner_start(l, w, d, e) < 0)
		return -1;
	variance = spt__learner_part(l, "variance", d, e);
	if (variance == NULL ||
	    spt__learner_part(l, "factor", d * (d - 1) / 2, e) == NULL)
		return -1;
	for (size_t j = 0; j < d; j++)
		variance[j] = most(l);
	l->scratch = spt_alloc(l->io, 2 * d * sizeof *l->scratch, e);
	return l->scratch == NULL ? -1 : 0;
}

/* The row h was measured with this variance: D and U after it.  gain / *alpha
 * is by how much the weights move for an innovation of 1. */
static void
measure(struct spt_learner *l, const double *h, double variance, double *gain,
    double *alpha)
{
	double *d = l->parts[1].v, *factor = l->parts[2].v;
	double *f = l->scratch + l->d, lambda = l->conf.decay;
	double bound = most(l);

	for (size_t j = l->d; j-- > 0;) {
		const double *u = j > 0 ? column(factor, j) : NULL;

		f[j] = h[j];
		for (size_t i = 0; i < j; i++)
			f[j] += u[i] * h[i];
	}
	*alpha = variance * lambda;
	for (size_t j = 0; j < l->d; j++) {
		double *u = j > 0 ? column(factor, j) : NULL;
		double v = d[j] * f[j], beta = *alpha, p;

		*alpha += v * f[j];
		p = -f[j] / beta;
		d[j] = fmin(d[j] * beta / (*alpha * lambda), bound);
		gain[j] = v;
		for (size_t i = 0; i < j; i++) {
			double was = u[i];

			u[i] += gain[i] * p;
			gain[i] += was * v;
		}
	}
}

static double
margin(const struct spt_learner *l, const double *x)
{
	const double *w = l->parts[0].v;
	double sum = 0;

	for (size_t j = 0; j < l->d; j++)
		sum += w[j] * x[j];
	return sum;
}

static void
predict_linear(const struct spt_learner *l, const double *x, size_t rows,
    double *prediction, double *p)
{
	(void)p;
	for (size_t i = 0; i < rows; i++)
		prediction[i] = margin(l, x + i * l->d);
}

static void
predict_logistic(const struct spt_learner *l, const double *x, size_t rows,
    double *prediction, double *p)
{
	for (size_t i = 0; i < rows; i++) {
		double z = margin(l, x + i * l->d);

		if (p != NULL)
			p[i] = z;
		prediction[i] = 1 / (1 + exp(-z)) > 0.5;
	}
}

/* A row that was surely expected to be the other class would, by the linear
 * form alone, throw the weights anywhere. */
static double
restrain(double miss, double variance, double alpha)
{
	double moves = (alpha - variance) / alpha * fabs(miss);

	return moves > MOST_MARGIN ? miss * (MOST_MARGIN / moves) : miss;
}

static int
train(struct spt_learner *l, const double *x, const double *y, size_t rows,
    struct spt_err *e)
{
	double *w = l->parts[0].v, *gain = l->scratch, alpha;

	for (size_t i = 0; i < rows; i++, x += l->d) {
		double z = margin(l, x), miss, variance = 1;

		if (l->kind->classes != 0) {
			double one = 1 / (1 + exp(-z));

			variance = fmax(one * (1 - one), LEAST_VARIANCE);
			miss = (y[i] - one) / variance;
			/* Measured in the margin: 1/variance of it. */
			variance = 1 / variance;
		} else {
			miss = y[i] - z;
		}
		measure(l, x, variance, gain, &alpha);
		if (l->kind->classes != 0)
			miss = restrain(miss, variance * l->conf.decay, alpha);
		for (size_t j = 0; j < l->d; j++)
			w[j] += gain[j] / alpha * miss;
	}
	if (!spt__all_finite(w, l->d) ||
	    !spt__all_finite(l->parts[1].v, l->d) ||
	    !spt__all_finite(l->parts[2].v, l->parts[2].n))
		return spt_fail(e, SPT_EDATA,
		    "the weights grew beyond all numbers: a feature or a label "
		    "is too large to be squared");
	return 0;
}

static bool
valid(const struct spt_learner *l)
{
	for (size_t j = 0; j < l->d; j++)
		if (!(l->parts[1].v[j] >= 0))
			return false;
	return spt__all_finite(l->parts[0].v, l->d) &&
	       spt__all_finite(l->parts[1].v, l->d) &&
	       spt__all_finite(l->parts[2].v, l->parts[2].n);
}

const struct spt_learn_kind spt__learn_linear_row = {
	.name = "linear",
	.task = SPT_REGRESSION,
	.per_row = true,
	.labels = true,
	.init = init,
	.predict = predict_linear,
	.train = train,
	.valid = valid,
};

const struct spt_learn_kind spt__learn_logistic_row = {
	.name = "logistic",
	.task = SPT_CLASSIFICATION,
	.classes = 2,
	.per_row = true,
	.labels = true,
	.init = init,
	.predict = predict_logistic,
	.train = train,
	.valid = valid,
};
