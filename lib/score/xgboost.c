/*
 * Everything is single precision, as in XGBoost, and kept in doubles.
 */
#include <math.h>
#include <string.h>

#include "score/xgboost.h"

static void
free_model(void *self)
{
	struct spt_xgboost *x = self;
	const struct spt_io *io;

	if (x == NULL)
		return;
	io = x->m.io;
	spt_boosted_fini(&x->m);
	spt_free(io, x->base);
	spt_free(io, x->weights);
	spt_free(io, x);
}

static int
load(void **self, const struct spt_io *io, const struct spt_model_conf *conf,
    struct spt_model_info *info, struct spt_err *e)
{
	struct spt_xgboost *x = spt_alloc_zero(io, sizeof *x, e);
	struct spt_xgboost_file f = { 0 };
	struct spt_buf text;
	int rc = -1;

	if (x == NULL)
		return -1;
	x->m.io = io;
	spt_buf_init(&text, io);
	x->m.file = spt_strdup(io, conf->path, e);
	if (x->m.file != NULL && spt__jansson_load(&f.js, e) == 0 &&
	    spt_xgboost_text(x, conf->path, &text, e) == 0 &&
	    (f.root = spt__jansson_parse(&f.js, (const char *)text.data,
		 text.len, conf->path, e)) != NULL)
		rc = spt_xgboost_take(x, &f, conf, info, e);
	spt__jansson_free(&f.js, f.root);
	spt__jansson_unload(&f.js);
	spt_buf_fini(&text);
	if (rc < 0)
		free_model(x);
	else
		*self = x;
	return rc;
}

/* JSON or UBJSON whose first key is one of the two at the top. */
static bool
looks(const struct spt_io *io, const char *path, const char *head, size_t n)
{
	static const char *const keys[] = { "\"learner\"", "\"version\"",
		"L\0\0\0\0\0\0\0\7learner", "L\0\0\0\0\0\0\0\7version" };

	(void)io;
	(void)path;
	if (head == NULL || n < 2 || head[0] != '{')
		return false;
	for (size_t k = 1; k < n; k++) {
		if (strchr(" \t\r\n", head[k]) != NULL && head[k] != '\0')
			continue;
		for (size_t i = 0; i < 4; i++) {
			const size_t len = i < 2 ? strlen(keys[i]) : 16;

			if (n - k > len && memcmp(head + k, keys[i], len) == 0)
				return true;
		}
		return false;
	}
	return false;
}

/* ---- scores ------------------------------------------------------------ */

static int
bind(void *self, const struct spt_schema *in, struct spt_err *e)
{
	struct spt_xgboost *x = self;

	return spt_features_bind(&x->m.in, in, e);
}

static void
eval_linear(struct spt_xgboost *x, size_t rows)
{
	const double *bias = x->weights + x->m.features * x->m.groups;

	for (size_t i = 0; i < rows; i++)
		for (size_t g = 0; g < x->m.groups; g++) {
			double *to = &x->m.sums[i * x->m.groups + g];
			float sum = (float)*to + (float)bias[g];

			for (size_t k = 0; k < x->m.features; k++) {
				const float v = (float)x->m.in.columns[k][i];

				if (!isnan(v))
					sum +=
					    v *
					    (float)
						x->weights[k * x->m.groups + g];
			}
			*to = (double)sum;
		}
}

/* 1 / (1 + e^-x) in single precision. */
static float
logistic(float v)
{
	return 1.0f / (expf(fminf(-v, 88.7f)) + 1.0f);
}

static void
softmax(const double *sums, size_t n, double *to, double *prediction)
{
	float most = (float)sums[0];
	double total = 0;
	size_t best = 0;

	for (size_t k = 1; k < n; k++)
		if ((float)sums[k] > most) {
			most = (float)sums[k];
			best = k;
		}
	for (size_t k = 0; k < n; k++) {
		const float v = expf((float)sums[k] - most);

		to[k] = (double)v;
		total += (double)v;
	}
	for (size_t k = 0; k < n; k++)
		to[k] = (double)((float)to[k] / (float)total);
	*prediction = (double)best;
}

static void
finish_row(struct spt_xgboost *x, size_t i)
{
	const double *sums = x->m.sums + i * x->m.groups;
	const float v = (float)sums[0];
	double *to = &x->m.prediction[i];

	switch (x->link) {
	case SPT_XGB_IDENTITY:
		*to = (double)v;
		break;
	case SPT_XGB_EXP:
		*to = (double)expf(v);
		break;
	case SPT_XGB_HINGE:
		*to = v > 0;
		break;
	case SPT_XGB_LOGISTIC:
		*to = (double)logistic(v);
		if (x->m.task == SPT_CLASSIFICATION)
			spt_boosted_two(&x->m, i, *to, (double)v);
		break;
	case SPT_XGB_SOFTMAX:
		softmax(
		    sums, x->m.groups, x->m.probability + i * x->m.groups, to);
		memcpy(x->m.raw + i * x->m.groups, sums,
		    x->m.groups * sizeof *sums);
	}
}

static int
predict(void *self, const struct spt_batch *b, struct spt_scores *out,
    struct spt_err *e)
{
	struct spt_xgboost *x = self;
	const size_t rows = (size_t)b->rows;

	if (spt_boosted_begin(&x->m, b, e) < 0)
		return -1;
	for (size_t i = 0; i < rows; i++)
		memcpy(x->m.sums + i * x->m.groups, x->base,
		    x->m.groups * sizeof *x->base);
	if (x->linear)
		eval_linear(x, rows);
	else
		spt_forest_eval(&x->m.forest, x->m.in.columns, rows, x->m.sums);
	for (size_t i = 0; i < rows; i++)
		finish_row(x, i);
	spt_boosted_scores(&x->m, out);
	return 0;
}

const struct spt_model_format spt_xgboost_format = {
	.name = "XGBoost",
	.looks = looks,
	.load = load,
	.bind = bind,
	.predict = predict,
	.free = free_model,
};
