/*
 * KMeans: the nearest center, the first of several.
 *
 * Near a tie it matters how a distance is rounded, so distances are computed
 * as MLlib does: from the norms where that is precise enough, else from the
 * differences; and a center whose norm alone is too far away is passed over.
 */
#include <float.h>
#include <math.h>

#include "score/sparkstage.h"

#define PRECISION 1e-6

struct kmeans {
	size_t k, width;
	double **center;
	double *norm;
	double *point; /* one row */
	bool cosine;
};

static double
norm_of(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i] * v[i];
	return sqrt(sum);
}

static double
product(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static double
squared_distance(
    const double *a, double a_norm, const double *b, double b_norm, size_t n)
{
	const double squares = a_norm * a_norm + b_norm * b_norm;
	const double apart = a_norm - b_norm;
	double sum = 0;

	if (2 * DBL_EPSILON * squares / (apart * apart + DBL_EPSILON) <
	    PRECISION)
		return squares - 2 * product(a, b, n);
	for (size_t i = 0; i < n; i++)
		sum += (a[i] - b[i]) * (a[i] - b[i]);
	return sum;
}

static size_t
nearest(const struct kmeans *k, double norm)
{
	double least = INFINITY;
	size_t best = 0;

	for (size_t i = 0; i < k->k; i++) {
		const double apart = k->norm[i] - norm;
		double d;

		if (k->cosine)
			d = 1 - product(k->center[i], k->point, k->width) /
				    k->norm[i] / norm;
		else if (apart * apart < least)
			d = squared_distance(
			    k->center[i], k->norm[i], k->point, norm, k->width);
		else
			continue;
		if (d < least) {
			least = d;
			best = i;
		}
	}
	return best;
}

/* Centers in the order of their numbers. */
static int
place_centers(struct kmeans *k, const struct spt_spark_data *d,
    const double *number, const struct spt_spark_vector *v, struct spt_err *e)
{
	for (size_t i = 0; i < k->k; i++) {
		size_t at = number[i] >= 0 && number[i] < (double)k->k
				? (size_t)number[i]
				: k->k;

		if (at == k->k || k->center[at] != NULL ||
		    v[i].size != k->width)
			return spt_fail(e, SPT_EDATA,
			    "%s: row %zu is no center (number %g, %zu "
			    "elements)",
			    d->dir, i, number[i], v[i].size);
		k->center[at] = spt_spark_vector_dense(d->arena, &v[i], e);
		if (k->center[at] == NULL)
			return -1;
		k->norm[at] = norm_of(k->center[at], k->width);
		if (k->cosine && !(k->norm[at] > 0))
			return spt_fail(
			    e, SPT_EDATA, "%s: center %zu is zero", d->dir, at);
	}
	return 0;
}

static int
read_centers(
    struct kmeans *k, const struct spt_spark_data *d, struct spt_err *e)
{
	struct spt_spark_vector *v;
	double *number;

	if (d->rows == 0)
		return spt_fail(e, SPT_EDATA, "%s: no centers", d->dir);
	if (spt_spark_data_numbers(d, "clusterIdx", &number, e) < 0 ||
	    spt_spark_data_vectors(d, "clusterCenter", &v, e) < 0)
		return -1;
	k->k = d->rows;
	k->width = v[0].size;
	k->center = spt_arena_get(d->arena, k->k * sizeof *k->center, e);
	k->norm = spt_arena_get(d->arena, k->k * sizeof *k->norm, e);
	k->point =
	    spt_arena_get(d->arena, (k->width + 1) * sizeof *k->point, e);
	if (k->center == NULL || k->norm == NULL || k->point == NULL)
		return -1;
	memset(k->center, 0, k->k * sizeof *k->center);
	return place_centers(k, d, number, v, e);
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct kmeans *k = spt_spark_self(s, l, sizeof *k, e);
	struct spt_spark_data d;
	const char *measure;
	int rc;

	if (k == NULL || spt_spark_text(l->meta, "distanceMeasure", "euclidean",
			     &measure, e) < 0)
		return -1;
	k->cosine = strcmp(measure, "cosine") == 0;
	if (!k->cosine && strcmp(measure, "euclidean") != 0)
		return spt_spark_fail(
		    l->meta, e, "distanceMeasure \"%s\" is not known", measure);
	if (spt_spark_open_data(&d, l, "data", e) < 0)
		return -1;
	rc = read_centers(k, &d, e);
	spt_spark_data_close(&d);
	if (rc < 0)
		return -1;
	return spt_spark_predicts(s, l, SPT_CLUSTERING, k->width, e);
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct kmeans *k = s->self;
	const double *const *x = spt_spark_features(s, f, e);
	double *to = spt_frame_own(f, s->prediction)[0];

	if (x == NULL)
		return -1;
	for (size_t r = 0; r < f->rows; r++) {
		double norm;

		for (size_t i = 0; i < k->width; i++)
			k->point[i] = x[i][r];
		norm = norm_of(k->point, k->width);
		if (k->cosine && !(norm > 0) &&
		    spt_frame_bad(f, r, s->in[0],
			"no cosine distance of a vector without length", e) < 0)
			return -1;
		to[r] = (double)nearest(k, norm);
	}
	return 0;
}

const struct spt_spark_kind spt_spark_kmeans = {
	.class = "clustering.KMeansModel",
	.name = "KMeans",
	.load = load,
	.run = run,
};
