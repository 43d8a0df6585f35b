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

	if (x == NULL)
		return;
	for (size_t k = 0; k < x->n_names; k++)
		spt_free(x->io, x->names[k]);
	spt_free(x->io, x->names);
	spt_features_fini(&x->in);
	spt_forest_fini(&x->forest);
	spt_free(x->io, x->file);
	spt_free(x->io, x->kind);
	spt_free(x->io, x->base);
	spt_free(x->io, x->weights);
	spt_free(x->io, x->words);
	spt_free(x->io, x->word_text);
	spt_free(x->io, x->sums);
	spt_free(x->io, x->prediction);
	spt_free(x->io, x->probability);
	spt_free(x->io, x->raw);
	spt_free(x->io, x);
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
	x->io = io;
	spt_buf_init(&text, io);
	x->file = spt_strdup(io, conf->path, e);
	if (x->file != NULL && spt__jansson_load(&f.js, e) == 0 &&
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

	return spt_features_bind(&x->in, in, e);
}

static int
again(const struct spt_xgboost *x, double **p, size_t n, struct spt_err *e)
{
	spt_free(x->io, *p);
	*p = spt_alloc(x->io, n * sizeof **p, e);
	return *p == NULL ? -1 : 0;
}

static int
make_room(struct spt_xgboost *x, int64_t rows, struct spt_err *e)
{
	const size_t n = (size_t)rows, classes = x->groups == 1 ? 2 : x->groups;

	if (rows <= x->rows)
		return 0;
	x->rows = 0;
	if (again(x, &x->sums, n * x->groups, e) < 0 ||
	    again(x, &x->prediction, n, e) < 0 ||
	    again(x, &x->probability, n * classes, e) < 0 ||
	    again(x, &x->raw, n * classes, e) < 0)
		return -1;
	x->rows = rows;
	return 0;
}

static void
eval_linear(struct spt_xgboost *x, size_t rows)
{
	const double *bias = x->weights + x->features * x->groups;

	for (size_t i = 0; i < rows; i++)
		for (size_t g = 0; g < x->groups; g++) {
			double *to = &x->sums[i * x->groups + g];
			float sum = (float)*to + (float)bias[g];

			for (size_t k = 0; k < x->features; k++) {
				const float v = (float)x->in.columns[k][i];

				if (!isnan(v))
					sum +=
					    v *
					    (float)
						x->weights[k * x->groups + g];
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
finish_row(struct spt_xgboost *x, size_t i, bool classes)
{
	const double *sums = x->sums + i * x->groups;
	const float v = (float)sums[0];
	double *to = &x->prediction[i];

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
		if (!classes)
			break;
		x->probability[2 * i] = 1 - *to;
		x->probability[2 * i + 1] = *to;
		x->raw[2 * i] = -(double)v;
		x->raw[2 * i + 1] = (double)v;
		*to = *to > 0.5;
		break;
	case SPT_XGB_SOFTMAX:
		softmax(sums, x->groups, x->probability + i * x->groups, to);
		memcpy(x->raw + i * x->groups, sums, x->groups * sizeof *sums);
	}
}

static int
predict(void *self, const struct spt_batch *b, struct spt_scores *out,
    struct spt_err *e)
{
	struct spt_xgboost *x = self;
	const size_t rows = (size_t)b->rows;
	const bool classes = x->classes;

	if (make_room(x, b->rows, e) < 0 || spt_features_fill(&x->in, b, e) < 0)
		return -1;
	for (size_t i = 0; i < rows; i++)
		memcpy(x->sums + i * x->groups, x->base,
		    x->groups * sizeof *x->base);
	if (x->linear)
		eval_linear(x, rows);
	else
		spt_forest_eval(&x->forest, x->in.columns, rows, x->sums);
	for (size_t i = 0; i < rows; i++)
		finish_row(x, i, classes);
	*out = (struct spt_scores){ .prediction = x->prediction };
	if (classes) {
		out->probability = x->probability;
		out->raw = x->raw;
	}
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
