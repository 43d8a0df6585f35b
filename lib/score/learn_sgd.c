/*
 * learn_sgd - linear and logistic regression by gradient descent over the rows
 * of an epoch, as MLlib's StreamingLinearRegressionWithSGD and
 * StreamingLogisticRegressionWithSGD do it (GradientDescent.runMiniBatchSGD).
 *
 * Iteration i = 1, 2, ... of each epoch takes a sample with seed 42 + i, and
 * w -= step / sqrt(i) * mean gradient.  The linear updater has no
 * regularisation, the logistic one is squared L2.  It ends early when a step
 * is shorter than tolerance * max(|w|, 1), from the second one on.  Sums are
 * taken in the order of rows and of features.
 */
#include <math.h>
#include <string.h>

#include "score/learner.h"
#include "score/sparkrandom.h"

#define SAMPLE_SEED 42

static int
init(struct spt_learner *l, struct spt_err *e)
{
	double *w = spt__learner_part(l, "weights", l->d, e);

	if (w == NULL || spt__learner_start(l, w, l->d, e) < 0)
		return -1;
	l->scratch = spt_alloc(l->io, 2 * l->d * sizeof *l->scratch, e);
	return l->scratch == NULL ? -1 : 0;
}

static double
dot(const double *w, const double *x, size_t d)
{
	double sum = 0;

	for (size_t j = 0; j < d; j++)
		sum += w[j] * x[j];
	return sum;
}

/* Four rows at a time hide the latency of additions, whose order within a row
 * stays what it is. */
static void
predict_linear(const struct spt_learner *l, const double *x, size_t rows,
    double *prediction, double *p)
{
	const double *w = l->parts[0].v;
	size_t d = l->d, i = 0;

	(void)p;
	for (; i + 4 <= rows; i += 4, x += 4 * d) {
		double s[4] = { 0, 0, 0, 0 };

		for (size_t j = 0; j < d; j++)
			for (size_t r = 0; r < 4; r++)
				s[r] += w[j] * x[r * d + j];
		memcpy(prediction + i, s, sizeof s);
	}
	for (; i < rows; i++, x += d)
		prediction[i] = dot(w, x, d);
}

static double
sigmoid(double margin)
{
	return 1 / (1 + exp(-margin));
}

static void
predict_logistic(const struct spt_learner *l, const double *x, size_t rows,
    double *prediction, double *p)
{
	predict_linear(l, x, rows, prediction, NULL);
	for (size_t i = 0; i < rows; i++) {
		if (p != NULL)
			p[i] = prediction[i];
		prediction[i] = sigmoid(prediction[i]) > 0.5;
	}
}

/* Sum of gradients over the sample; how many rows it has. */
static size_t
gradient(const struct spt_learner *l, const double *x, const double *y,
    size_t rows, int64_t iteration, double *g)
{
	bool logistic = l->kind->classes != 0;
	const double *w = l->parts[0].v;
	struct spt_spark_sample sample;
	size_t d = l->d, n = 0;

	memset(g, 0, d * sizeof *g);
	spt_spark_sample_start(
	    &sample, l->conf.fraction, SAMPLE_SEED + iteration);
	for (size_t i = 0; i < rows; i++, x += d) {
		double diff;

		if (!spt_spark_sample_next(&sample))
			continue;
		n++;
		diff = dot(w, x, d);
		diff = (logistic ? sigmoid(diff) : diff) - y[i];
		for (size_t j = 0; j < d; j++)
			g[j] += diff * x[j];
	}
	return n;
}

/* One step.  Returns whether it was short. */
static bool
step(struct spt_learner *l, const double *g, size_t n, int64_t iteration)
{
	double *w = l->parts[0].v, *was = l->scratch + l->d;
	double s = l->conf.step / sqrt((double)iteration);
	double shrink = l->kind->classes != 0 ? 1 - s * l->conf.reg : 1;
	double moved = 0, length = 0;

	memcpy(was, w, l->d * sizeof *w);
	for (size_t j = 0; j < l->d; j++) {
		w[j] = w[j] * shrink - s * (g[j] / (double)n);
		moved += (was[j] - w[j]) * (was[j] - w[j]);
		length += w[j] * w[j];
	}
	return sqrt(moved) < l->conf.tolerance * fmax(sqrt(length), 1);
}

static int
train(struct spt_learner *l, const double *x, const double *y, size_t rows,
    struct spt_err *e)
{
	double *g = l->scratch;
	bool any = false, converged = false;

	for (int64_t i = 1; rows != 0 && i <= l->conf.iterations; i++) {
		size_t n = gradient(l, x, y, rows, i, g);

		if (n == 0)
			continue;
		converged = step(l, g, n, i) && any;
		any = true;
		if (converged)
			break;
	}
	if (!spt__all_finite(l->parts[0].v, l->d))
		return spt_fail(e, SPT_EDATA,
		    "the weights grew beyond all numbers: the features are too "
		    "large for --step-size %g (make it smaller, scale them, or "
		    "say --per-row, which needs no step size)",
		    l->conf.step);
	return 0;
}

static bool
valid(const struct spt_learner *l)
{
	return spt__all_finite(l->parts[0].v, l->d);
}

const struct spt_learn_kind spt__learn_linear = {
	.name = "linear",
	.task = SPT_REGRESSION,
	.labels = true,
	.init = init,
	.predict = predict_linear,
	.train = train,
	.valid = valid,
};

const struct spt_learn_kind spt__learn_logistic = {
	.name = "logistic",
	.task = SPT_CLASSIFICATION,
	.classes = 2,
	.labels = true,
	.init = init,
	.predict = predict_logistic,
	.train = train,
	.valid = valid,
};
