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

	if (x == NULL)
		return;
	for (size_t k = 0; k < x->n_names; k++)
		spt_free(x->io, x->names[k]);
	spt_free(x->io, x->names);
	spt_features_fini(&x->in);
	spt_forest_fini(&x->forest);
	spt_free(x->io, x->file);
	spt_free(x->io, x->kind);
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
	struct spt_lightgbm *x = spt_alloc_zero(io, sizeof *x, e);
	struct spt_buf text;
	int rc = -1;

	if (x == NULL)
		return -1;
	x->io = io;
	spt_buf_init(&text, io);
	x->file = spt_strdup(io, conf->path, e);
	if (x->file != NULL && spt_modelfile_read(io, conf->path,
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

	return spt_features_bind(&x->in, in, e);
}

static int
again(const struct spt_lightgbm *x, double **p, size_t n, struct spt_err *e)
{
	spt_free(x->io, *p);
	*p = spt_alloc(x->io, n * sizeof **p, e);
	return *p == NULL ? -1 : 0;
}

static int
make_room(struct spt_lightgbm *x, int64_t rows, struct spt_err *e)
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

static double
logistic(const struct spt_lightgbm *x, double v)
{
	return 1 / (1 + exp(-x->sigmoid * v));
}

/* Probabilities of more than two classes, and the first greatest of them. */
static void
finish_classes(struct spt_lightgbm *x, size_t i)
{
	const double *sums = x->sums + i * x->groups;
	double *to = x->probability + i * x->groups, total = 0;
	size_t best = 0;

	for (size_t k = 1; k < x->groups; k++)
		if (sums[k] > sums[best])
			best = k;
	for (size_t k = 0; k < x->groups; k++) {
		to[k] = x->link == SPT_LGB_SOFTMAX ? exp(sums[k] - sums[best])
						   : logistic(x, sums[k]);
		total += to[k];
	}
	for (size_t k = 0; x->link == SPT_LGB_SOFTMAX && k < x->groups; k++)
		to[k] /= total;
	memcpy(x->raw + i * x->groups, sums, x->groups * sizeof *sums);
	x->prediction[i] = (double)best;
}

static void
finish_row(struct spt_lightgbm *x, size_t i)
{
	const double v = x->sums[i * x->groups];
	double *to = &x->prediction[i];

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
		if (x->task != SPT_CLASSIFICATION)
			break;
		x->probability[2 * i] = 1 - *to;
		x->probability[2 * i + 1] = *to;
		x->raw[2 * i] = -v;
		x->raw[2 * i + 1] = v;
		*to = *to > 0.5;
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
	const size_t rows = (size_t)b->rows, n = rows * x->groups;

	if (make_room(x, b->rows, e) < 0 || spt_features_fill(&x->in, b, e) < 0)
		return -1;
	memset(x->sums, 0, n * sizeof *x->sums);
	spt_forest_eval(&x->forest, x->in.columns, rows, x->sums);
	for (size_t k = 0; x->divisor != 1 && k < n; k++)
		x->sums[k] /= x->divisor;
	for (size_t i = 0; i < rows; i++)
		finish_row(x, i);
	*out = (struct spt_scores){ .prediction = x->prediction };
	if (x->task == SPT_CLASSIFICATION) {
		out->probability = x->probability;
		out->raw = x->raw;
	}
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
