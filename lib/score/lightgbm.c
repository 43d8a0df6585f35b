/*
 * Loading and scores; sums are doubles, added in the order of the trees.
 */
#include <math.h>
#include <string.h>

#include "score/lightgbm.h"
#include "score/modelfile.h"

static void
free_model(void *self)
{
	struct spt_lightgbm *x = self;
	const struct spt_io *io;

	if (x == NULL)
		return;
	io = x->m.io;
	spt_boosted_fini(&x->m);
	spt_free(io, x);
}

static int
load(void **self, const struct spt_io *io, const struct spt_model_conf *conf,
    struct spt_model_info *info, struct spt_err *e)
{
	struct spt_lightgbm *x = spt_alloc_zero(io, sizeof *x, e);
	struct spt_buf text;
	int rc = -1;

	if (x == NULL)
		return -1;
	x->m.io = io;
	spt_buf_init(&text, io);
	x->m.file = spt_strdup(io, conf->path, e);
	if (x->m.file != NULL && spt_modelfile_read(io, conf->path,
				     SPT_MODELFILE_MAX, &text, e) == 0)
		rc = spt_lightgbm_take(x,
		    (struct spt_lightgbm_text){
			.p = (const char *)text.data, .n = text.len },
		    conf, info, e);
	spt_buf_fini(&text);
	if (rc < 0)
		free_model(x);
	else
		*self = x;
	return rc;
}

static bool
looks(const struct spt_io *io, const char *path, const char *head, size_t n)
{
	(void)io;
	(void)path;
	return head != NULL && n > 5 &&
	       (memcmp(head, "tree\n", 5) == 0 ||
		   memcmp(head, "tree\r", 5) == 0);
}

static int
bind(void *self, const struct spt_schema *in, struct spt_err *e)
{
	struct spt_lightgbm *x = self;

	return spt_features_bind(&x->m.in, in, e);
}

static double
logistic(const struct spt_lightgbm *x, double v)
{
	return 1 / (1 + exp(-x->sigmoid * v));
}

/* Probabilities of more than two classes, and the first greatest of them. */
static void
finish_classes(struct spt_lightgbm *x, size_t i)
{
	const double *sums = x->m.sums + i * x->m.groups;
	double *to = x->m.probability + i * x->m.groups, total = 0;
	size_t best = 0;

	for (size_t k = 1; k < x->m.groups; k++)
		if (sums[k] > sums[best])
			best = k;
	for (size_t k = 0; k < x->m.groups; k++) {
		to[k] = x->link == SPT_LGB_SOFTMAX ? exp(sums[k] - sums[best])
						   : logistic(x, sums[k]);
		total += to[k];
	}
	for (size_t k = 0; x->link == SPT_LGB_SOFTMAX && k < x->m.groups; k++)
		to[k] /= total;
	memcpy(x->m.raw + i * x->m.groups, sums, x->m.groups * sizeof *sums);
	x->m.prediction[i] = (double)best;
}

static void
finish_row(struct spt_lightgbm *x, size_t i)
{
	const double v = x->m.sums[i * x->m.groups];
	double *to = &x->m.prediction[i];

	switch (x->link) {
	case SPT_LGB_IDENTITY:
		*to = v;
		break;
	case SPT_LGB_SQUARE:
		*to = copysign(v * v, v);
		break;
	case SPT_LGB_EXP:
		*to = exp(v);
		break;
	case SPT_LGB_LOG1P:
		*to = log1p(exp(v));
		break;
	case SPT_LGB_LOGISTIC:
		*to = logistic(x, v);
		if (x->m.task == SPT_CLASSIFICATION)
			spt_boosted_two(&x->m, i, *to, v);
		break;
	case SPT_LGB_SOFTMAX:
	case SPT_LGB_EACH:
		finish_classes(x, i);
	}
}

static int
predict(void *self, const struct spt_batch *b, struct spt_scores *out,
    struct spt_err *e)
{
	struct spt_lightgbm *x = self;
	const size_t rows = (size_t)b->rows, n = rows * x->m.groups;

	if (spt_boosted_begin(&x->m, b, e) < 0)
		return -1;
	memset(x->m.sums, 0, n * sizeof *x->m.sums);
	spt_forest_eval(&x->m.forest, x->m.in.columns, rows, x->m.sums);
	for (size_t k = 0; x->divisor != 1 && k < n; k++)
		x->m.sums[k] /= x->divisor;
	for (size_t i = 0; i < rows; i++)
		finish_row(x, i);
	spt_boosted_scores(&x->m, out);
	return 0;
}

const struct spt_model_format spt_lightgbm_format = {
	.name = "LightGBM",
	.looks = looks,
	.load = load,
	.bind = bind,
	.predict = predict,
	.free = free_model,
};
