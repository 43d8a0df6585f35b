/*
 * learn_anomaly - says how unusual a row is, without labels, in two steps.
 *
 * How far it is from what is usual: for each feature a location and a mean
 * absolute deviation, both exponentially weighted; the row's distance is the
 * greatest of |x - location| / deviation.  An outlier moves both by no more
 * than CLIP deviations would (winsorised, as in Gelper, Fried, Croux: Robust
 * forecasting with exponential and Holt-Winters smoothing, 2010), so that a
 * failure is not soon what is usual.
 *
 * How seldom such a distance is: its rank p among those of the last HISTORY
 * rows, itself included (the conformal p-value: Vovk, Gammerman, Shafer,
 * Algorithmic Learning in a Random World, 2005; for detectors: Laxhammar,
 * Falkman, 2010).  The score is 1 - p, so that, whatever the features are like,
 * a threshold of 0.995 flags about 1 of 200 rows while nothing changes.
 *
 * Half-space trees (Tan, Ting, Liu, 2011) see combinations of features that
 * this does not, but need ranges known in advance and flag each new level of
 * a sensor that wanders for hours.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/learner.h"

#define WARM 50      /* rows before the first distance */
#define CLIP 3       /* deviations */
#define HISTORY 4096 /* distances */
#define FAR 1e300    /* the distance from what never moved */

/* Parts: location, deviation, history (a ring in the order of rows), and
 * "rows": how many came so far.  Scratch: the history in order. */
static int
init(struct spt_learner *l, struct spt_err *e)
{
	if (spt__learner_part(l, "location", l->d, e) == NULL ||
	    spt__learner_part(l, "deviation", l->d, e) == NULL ||
	    spt__learner_part(l, "history", HISTORY, e) == NULL ||
	    spt__learner_part(l, "rows", 1, e) == NULL)
		return -1;
	l->parts[2].n = 0;
	l->parts[2].growing = true;
	l->scratch = spt_alloc_zero(l->io, (HISTORY + 1) * sizeof(double), e);
	return l->scratch == NULL ? -1 : 0;
}

static double
rows_seen(const struct spt_learner *l)
{
	return l->parts[3].v[0];
}

static double
distance(const struct spt_learner *l, const double *x)
{
	const double *at = l->parts[0].v, *dev = l->parts[1].v;
	double far = 0;

	for (size_t j = 0; j < l->d; j++) {
		double gap = fabs(x[j] - at[j]), z;

		z = dev[j] > 0 ? fmin(gap / dev[j], FAR) : gap > 0 ? FAR : 0;
		far = fmax(far, z);
	}
	return far;
}

/* How many of the n sorted numbers are below v. */
static size_t
below(const double *sorted, size_t n, double v)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (sorted[mid] < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The history in order follows from the ring: made when it is not there (its
 * length stands behind it). */
static double *
sorted_history(const struct spt_learner *l)
{
	const struct spt_learn_part *h = &l->parts[2];
	double *sorted = l->scratch;

	if (sorted[HISTORY] != (double)h->n) {
		memcpy(sorted, h->v, h->n * sizeof *sorted);
		qsort(sorted, h->n, sizeof *sorted, compare);
		sorted[HISTORY] = (double)h->n;
	}
	return sorted;
}

static void
predict(const struct spt_learner *l, const double *x, size_t rows,
    double *prediction, double *p)
{
	size_t n = l->parts[2].n;
	const double *sorted = sorted_history(l);

	for (size_t i = 0; i < rows; i++) {
		double far, seldom;

		prediction[i] = NAN;
		if (p != NULL)
			p[i] = 0;
		if (rows_seen(l) < WARM)
			continue;
		far = distance(l, x + i * l->d);
		seldom =
		    (double)(n - below(sorted, n, far) + 1) / (double)(n + 1);
		prediction[i] = 1 - seldom;
	}
}

static void
remember(struct spt_learner *l, double far)
{
	struct spt_learn_part *h = &l->parts[2];
	double *sorted = sorted_history(l);
	size_t n = h->n, at;

	if (n == HISTORY) {
		/* The oldest goes: the ring turns once in HISTORY rows. */
		size_t slot = (size_t)fmod(rows_seen(l) - WARM, HISTORY);

		at = below(sorted, n, h->v[slot]);
		memmove(sorted + at, sorted + at + 1,
		    (n - at - 1) * sizeof *sorted);
		h->v[slot] = far;
		n--;
	} else {
		h->v[h->n++] = far;
	}
	at = below(sorted, n, far);
	memmove(sorted + at + 1, sorted + at, (n - at) * sizeof *sorted);
	sorted[at] = far;
	sorted[HISTORY] = (double)h->n;
}

static int
train(struct spt_learner *l, const double *x, const double *y, size_t rows,
    struct spt_err *e)
{
	double *at = l->parts[0].v, *dev = l->parts[1].v;
	double rate = 1 - exp2(-1 / l->conf.half_life);

	(void)y;
	(void)e;
	for (size_t i = 0; i < rows; i++, x += l->d) {
		double seen = rows_seen(l), gain = fmax(rate, 1 / (seen + 1));

		if (seen >= WARM)
			remember(l, distance(l, x));
		for (size_t j = 0; j < l->d; j++) {
			double gap = x[j] - at[j], most = CLIP * dev[j];

			if (seen >= WARM && dev[j] > 0)
				gap = fmax(-most, fmin(most, gap));
			at[j] += gain * gap;
			if (seen > 0)
				dev[j] += gain * (fabs(gap) - dev[j]);
		}
		l->parts[3].v[0] = seen + 1;
	}
	return 0;
}

static bool
valid(const struct spt_learner *l)
{
	double seen = rows_seen(l);
	size_t want = 0;

	if (!(seen >= 0 && seen <= 0x1p53) || seen != floor(seen))
		return false;
	if (seen > WARM)
		want = seen - WARM < HISTORY ? (size_t)(seen - WARM) : HISTORY;
	for (size_t j = 0; j < l->d; j++)
		if (!(l->parts[1].v[j] >= 0))
			return false;
	return l->parts[2].n == want && spt__all_finite(l->parts[0].v, l->d) &&
	       spt__all_finite(l->parts[1].v, l->d) &&
	       spt__all_finite(l->parts[2].v, l->parts[2].n);
}

const struct spt_learn_kind spt__learn_anomaly = {
	.name = "anomaly",
	.task = SPT_DETECTION,
	.per_row = true,
	.init = init,
	.predict = predict,
	.train = train,
	.valid = valid,
};
