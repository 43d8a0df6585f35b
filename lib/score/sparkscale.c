/*
 * StandardScaler and MinMaxScaler: each element of a vector by a formula of
 * its own.
 *
 *     StandardScaler: (x - mean) * scale, scale = 1 / std, 0 for a std of 0
 *     MinMaxScaler:   (x - least) * scale + min,
 *                     scale = (max - min) / (greatest - least);
 *                     (min + max) / 2 where that is 0, NaN stays
 */
#include <math.h>

#include "score/sparkstage.h"

struct scaler {
	size_t width;
	double *shift; /* NULL: by nothing */
	double *scale; /* NULL: by 1 */
	double min, constant;
};

/* The columns of the stage: a vector in, one as wide out. */
static int
connect(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    size_t width, struct spt_err *e)
{
	struct spt_spark_texts in, out;

	if (spt_spark_columns(l->meta, &in, &out, e) < 0 ||
	    spt_spark_ports(s, l, 1, 1, e) < 0)
		return -1;
	if (width == 0)
		return spt_spark_fail(l->meta, e, "a vector of no elements");
	if (spt_spark_reads(s, l, in.v[0], width, e) < 0)
		return -1;
	return spt_spark_makes(
	    s, l, out.v[0], SPT_FRAME_VECTOR, width, false, e);
}

/* Two vectors of one row, spelled out. */
static int
read_pair(const struct spt_spark_loading *l, const char *a, const char *b,
    double **x, double **y, size_t *width, struct spt_err *e)
{
	struct spt_spark_data d;
	struct spt_spark_vector *v, *w;
	int rc = spt_spark_open_data(&d, l, "data", e);

	if (rc < 0)
		return -1;
	rc = -1;
	if (spt_spark_data_rows(&d, 1, e) < 0 ||
	    spt_spark_data_vectors(&d, a, &v, e) < 0 ||
	    spt_spark_data_vectors(&d, b, &w, e) < 0)
		goto done;
	if (v->size != w->size) {
		spt_fail(e, SPT_EDATA,
		    "%s: \"%s\" has %zu elements, \"%s\" has %zu", d.dir, a,
		    v->size, b, w->size);
		goto done;
	}
	*width = v->size;
	*x = spt_spark_vector_dense(l->arena, v, e);
	*y = spt_spark_vector_dense(l->arena, w, e);
	rc = *x == NULL || *y == NULL ? -1 : 0;
done:
	spt_spark_data_close(&d);
	return rc;
}

static int
load_standard(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct scaler *k = spt_spark_self(s, l, sizeof *k, e);
	bool with_mean, with_std;

	if (k == NULL ||
	    spt_spark_bool(l->meta, "withMean", false, &with_mean, e) < 0 ||
	    spt_spark_bool(l->meta, "withStd", true, &with_std, e) < 0 ||
	    read_pair(l, "mean", "std", &k->shift, &k->scale, &k->width, e) < 0)
		return -1;
	for (size_t i = 0; i < k->width; i++)
		k->scale[i] = k->scale[i] == 0 ? 0 : 1 / k->scale[i];
	if (!with_mean)
		k->shift = NULL;
	if (!with_std)
		k->scale = NULL;
	return connect(s, l, k->width, e);
}

static int
run_standard(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct scaler *k = s->self;
	const double *const *from = spt_spark_features(s, f, e);
	double *const *to = spt_frame_own(f, s->out[0]);

	if (from == NULL)
		return -1;
	for (size_t i = 0; i < k->width; i++) {
		const double *x = from[i];
		double shift = k->shift != NULL ? k->shift[i] : 0;
		double scale = k->scale != NULL ? k->scale[i] : 1;

		for (size_t r = 0; r < f->rows; r++)
			to[i][r] = (x[r] - shift) * scale;
	}
	return 0;
}

static int
load_min_max(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct scaler *k = spt_spark_self(s, l, sizeof *k, e);
	double max;

	if (k == NULL || spt_spark_number(l->meta, "min", 0, &k->min, e) < 0 ||
	    spt_spark_number(l->meta, "max", 1, &max, e) < 0 ||
	    read_pair(l, "originalMin", "originalMax", &k->shift, &k->scale,
		&k->width, e) < 0)
		return -1;
	k->constant = (k->min + max) / 2;
	for (size_t i = 0; i < k->width; i++) {
		double range = k->scale[i] - k->shift[i];

		k->scale[i] = range != 0 ? (max - k->min) / range : 0;
	}
	return connect(s, l, k->width, e);
}

static int
run_min_max(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct scaler *k = s->self;
	const double *const *from = spt_spark_features(s, f, e);
	double *const *to = spt_frame_own(f, s->out[0]);

	if (from == NULL)
		return -1;
	for (size_t i = 0; i < k->width; i++) {
		const double *x = from[i];
		const double shift = k->shift[i], scale = k->scale[i];

		if (scale != 0)
			for (size_t r = 0; r < f->rows; r++)
				to[i][r] = (x[r] - shift) * scale + k->min;
		else
			for (size_t r = 0; r < f->rows; r++)
				to[i][r] = isnan(x[r]) ? x[r] : k->constant;
	}
	return 0;
}

const struct spt_spark_kind spt_spark_standard_scaler = {
	.class = "feature.StandardScalerModel",
	.name = "StandardScaler",
	.load = load_standard,
	.run = run_standard,
};

const struct spt_spark_kind spt_spark_min_max_scaler = {
	.class = "feature.MinMaxScalerModel",
	.name = "MinMaxScaler",
	.load = load_min_max,
	.run = run_min_max,
};
