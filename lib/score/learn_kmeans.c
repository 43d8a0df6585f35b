/*
 * learn_kmeans - k-means of a stream that forgets, as MLlib's StreamingKMeans:
 * its update, its rule for dying clusters, its ties (SEMANTICS: the lowest
 * index).  With --per-row each row is a batch, which is MacQueen's sequential
 * k-means (1967) with forgetting.
 *
 * Without --init the first k points that differ become centers of weight 0, in
 * the order of the stream: until there is one, no row has a cluster.
 */
#include <math.h>
#include <string.h>

#include "score/learner.h"

#define LEAST_WEIGHT 1e-16
#define DYING 1e-8
#define APART 1e-14

/* Parts: centers (k x d, growing), weights.  Scratch: sums and counts. */
static int
init(struct spt_learner *l, struct spt_err *e)
{
	size_t k = (size_t)l->conf.k, d = l->d;
	double *c, *w;

	if (d > SPT_LEARN_NUMBERS / k)
		return spt_fail(e, SPT_EUSAGE,
		    "%zu clusters of %zu features are too many", k, d);
	c = spt__learner_part(l, "centers", k * d, e);
	if (c == NULL || spt__learner_start(l, c, k * d, e) < 0)
		return -1;
	w = spt__learner_part(l, "weights", k, e);
	if (w == NULL)
		return -1;
	for (size_t i = 0; i < k; i++)
		w[i] = l->conf.weight;
	l->parts[0].unit = d;
	l->parts[0].growing = l->parts[1].growing = true;
	if (l->conf.init == SPT_INIT_DEFAULT)
		l->parts[0].n = l->parts[1].n = 0;
	l->scratch = spt_alloc(l->io, k * (d + 1) * sizeof *l->scratch, e);
	return l->scratch == NULL ? -1 : 0;
}

static size_t
nearest(const struct spt_learner *l, const double *x, double *distance)
{
	const double *c = l->parts[0].v;
	size_t best = 0, d = l->d;
	double least = INFINITY;

	for (size_t k = 0; k < l->parts[1].n; k++, c += d) {
		double sum = 0;

		for (size_t j = 0; j < d; j++)
			sum += (x[j] - c[j]) * (x[j] - c[j]);
		if (sum < least) {
			least = sum;
			best = k;
		}
	}
	*distance = least;
	return best;
}

static void
predict(const struct spt_learner *l, const double *x, size_t rows,
    double *prediction, double *p)
{
	for (size_t i = 0; i < rows; i++) {
		double distance = NAN;

		prediction[i] = NAN;
		if (l->parts[1].n != 0)
			prediction[i] =
			    (double)nearest(l, x + i * l->d, &distance);
		if (p != NULL)
			p[i] = distance;
	}
}

static void
find_first(struct spt_learner *l, const double *x, size_t rows)
{
	struct spt_learn_part *c = &l->parts[0], *w = &l->parts[1];
	double distance = INFINITY;

	for (size_t i = 0; i < rows && w->n < w->cap; i++, x += l->d) {
		if (w->n != 0)
			nearest(l, x, &distance);
		if (!(distance > 0))
			continue;
		memcpy(c->v + c->n, x, l->d * sizeof *x);
		c->n += l->d;
		w->v[w->n++] = l->conf.weight;
	}
}

/* Sums and counts of the points by their nearest center. */
static void
assign(struct spt_learner *l, const double *x, size_t rows)
{
	size_t k = l->parts[1].n, d = l->d;
	double *sums = l->scratch, *counts = sums + (size_t)l->conf.k * d;
	double distance;

	memset(sums, 0, k * d * sizeof *sums);
	memset(counts, 0, k * sizeof *counts);
	for (size_t i = 0; i < rows; i++, x += d) {
		size_t to = nearest(l, x, &distance);

		for (size_t j = 0; j < d; j++)
			sums[to * d + j] += x[j];
		counts[to]++;
	}
}

static void
split_dying(struct spt_learner *l)
{
	double *w = l->parts[1].v, *big, *small;
	size_t n = l->parts[1].n, most = 0, least = 0, d = l->d;

	for (size_t k = 1; k < n; k++) {
		if (w[k] > w[most])
			most = k;
		if (w[k] < w[least])
			least = k;
	}
	if (n < 2 || !(w[least] < DYING * w[most]))
		return;
	w[most] = w[least] = (w[most] + w[least]) / 2;
	big = l->parts[0].v + most * d;
	small = l->parts[0].v + least * d;
	for (size_t j = 0; j < d; j++) {
		double x = big[j], p = APART * fmax(fabs(x), 1);

		big[j] = x + p;
		small[j] = x - p;
	}
}

static int
train(struct spt_learner *l, const double *x, const double *y, size_t rows,
    struct spt_err *e)
{
	double *c = l->parts[0].v, *w = l->parts[1].v;
	double *sums = l->scratch, *counts = sums + (size_t)l->conf.k * l->d;
	double discount = l->conf.decay;

	(void)y;
	if (l->parts[1].n < l->parts[1].cap)
		find_first(l, x, rows);
	assign(l, x, rows);
	if (l->conf.points)
		discount = pow(discount, (double)rows);
	for (size_t k = 0; k < l->parts[1].n; k++, c += l->d) {
		double lambda;

		w[k] *= discount;
		if (counts[k] == 0)
			continue;
		w[k] += counts[k];
		lambda = counts[k] / fmax(w[k], LEAST_WEIGHT);
		for (size_t j = 0; j < l->d; j++)
			c[j] = c[j] * (1 - lambda) +
			       lambda / counts[k] * sums[k * l->d + j];
	}
	split_dying(l);
	if (!spt__all_finite(l->parts[0].v, l->parts[0].n) ||
	    !spt__all_finite(w, l->parts[1].n))
		return spt_fail(
		    e, SPT_EDATA, "the centers grew beyond all numbers");
	return 0;
}

static bool
valid(const struct spt_learner *l)
{
	for (size_t k = 0; k < l->parts[1].n; k++)
		if (!(l->parts[1].v[k] >= 0))
			return false;
	return l->parts[0].n == l->parts[1].n * l->d &&
	       spt__all_finite(l->parts[0].v, l->parts[0].n) &&
	       spt__all_finite(l->parts[1].v, l->parts[1].n);
}

const struct spt_learn_kind spt__learn_kmeans = {
	.name = "kmeans",
	.task = SPT_CLUSTERING,
	.init = init,
	.predict = predict,
	.train = train,
	.valid = valid,
};

const struct spt_learn_kind spt__learn_kmeans_row = {
	.name = "kmeans",
	.task = SPT_CLUSTERING,
	.per_row = true,
	.init = init,
	.predict = predict,
	.train = train,
	.valid = valid,
};
