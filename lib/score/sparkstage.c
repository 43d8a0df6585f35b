/*
 * What the stages of spark.ml have in common: columns, parameters, products.
 */
#include "score/sparkstage.h"

#define BLOCK 512 /* rows of a product at a time: two arrays in the cache */

int
spt_spark_invalid(const struct spt_spark_meta *m, enum spt_spark_invalid *v,
    struct spt_err *e)
{
	const char *text;

	if (spt_spark_text(m, "handleInvalid", "error", &text, e) < 0)
		return -1;
	if (strcmp(text, "error") == 0)
		*v = SPT_SPARK_ERROR;
	else if (strcmp(text, "skip") == 0)
		*v = SPT_SPARK_SKIP;
	else if (strcmp(text, "keep") == 0)
		*v = SPT_SPARK_KEEP;
	else
		return spt_spark_fail(m, e, "handleInvalid is \"%s\"", text);
	return 0;
}

void *
spt_spark_self(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    size_t bytes, struct spt_err *e)
{
	s->self = spt_arena_get(l->arena, bytes, e);
	if (s->self != NULL)
		memset(s->self, 0, bytes);
	return s->self;
}

int
spt_spark_ports(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    size_t in, size_t out, struct spt_err *e)
{
	s->in = spt_arena_get(l->arena, (in + 1) * sizeof *s->in, e);
	s->out = spt_arena_get(l->arena, (out + 1) * sizeof *s->out, e);
	return s->in == NULL || s->out == NULL ? -1 : 0;
}

int
spt_spark_reads(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    const char *name, size_t width, struct spt_err *e)
{
	if (spt_frame_input(l->frame, name, width, &s->in[s->n_in], e) < 0)
		return spt_err_where(e, "%s", l->meta->file);
	s->n_in++;
	return 0;
}

int
spt_spark_makes(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    const char *name, enum spt_frame_type type, size_t width, bool shared,
    struct spt_err *e)
{
	if (spt_frame_output(
		l->frame, name, type, width, shared, &s->out[s->n_out], e) < 0)
		return spt_err_where(e, "%s", l->meta->file);
	s->n_out++;
	return 0;
}

int
spt_spark_predicts(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    enum spt_model_task task, size_t width, struct spt_err *e)
{
	const char *features, *prediction;

	s->predictor = true;
	s->task = task;
	if (spt_spark_text(l->meta, "featuresCol", "features", &features, e) <
		0 ||
	    spt_spark_text(
		l->meta, "predictionCol", "prediction", &prediction, e) < 0)
		return -1;
	if (width == 0)
		return spt_spark_fail(l->meta, e, "a model of no features");
	/* raw and probability of a classifier, an offset, a link prediction */
	if (spt_spark_ports(s, l, 2, 3, e) < 0 ||
	    spt_spark_reads(s, l, features, width, e) < 0 ||
	    spt_spark_makes(s, l, prediction[0] != '\0' ? prediction : s->uid,
		SPT_FRAME_FLOAT, 1, false, e) < 0)
		return -1;
	s->prediction = s->out[0];
	return 0;
}

int
spt_spark_open_data(struct spt_spark_data *d, const struct spt_spark_loading *l,
    const char *name, struct spt_err *e)
{
	const char *dir = spt_spark_path(l->arena, l->dir, name, e);

	if (dir == NULL)
		return -1;
	return spt_spark_data_open(d, l->io, l->arena, dir, e);
}

int
spt_spark_all_numbers(const struct spt_spark_stage *s,
    const struct spt_frame *f, bool bools, struct spt_err *e)
{
	for (size_t i = 0; i < s->n_in; i++)
		if (f->cols[s->in[i]].there &&
		    spt_frame_number(f, s->in[i], bools, s->kind->name, e) < 0)
			return -1;
	return 0;
}

const double *const *
spt_spark_features(
    const struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct spt_frame_col *c = &f->cols[s->in[0]];

	for (size_t r = 0; c->null != NULL && r < f->rows; r++)
		if (c->null[r] && spt_frame_bad(f, r, s->in[0], "null", e) < 0)
			return NULL;
	return c->x;
}

void
spt_spark_dot(const struct spt_spark_vector *v, const double *const *x,
    size_t rows, double add, double *out, size_t stride)
{
	double sum[BLOCK];

	for (size_t first = 0; first < rows; first += BLOCK) {
		size_t n = rows - first < BLOCK ? rows - first : BLOCK;

		for (size_t r = 0; r < n; r++)
			sum[r] = 0;
		for (size_t i = 0; i < v->n; i++) {
			const double *from = x[v->at[i]] + first;
			const double by = v->v[i];

			for (size_t r = 0; r < n; r++)
				sum[r] += by * from[r];
		}
		for (size_t r = 0; r < n; r++)
			out[(first + r) * stride] = sum[r] + add;
	}
}

int
spt_spark_linear_read(struct spt_spark_linear *k,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	struct spt_spark_data d;
	double *intercept;
	int rc = -1;

	if (spt_spark_open_data(&d, l, "data", e) < 0)
		return -1;
	if (spt_spark_data_rows(&d, 1, e) == 0 &&
	    spt_spark_data_numbers(&d, "intercept", &intercept, e) == 0 &&
	    spt_spark_data_vectors(&d, "coefficients", &k->coefficients, e) ==
		0) {
		k->intercept = intercept[0];
		rc = 0;
	}
	spt_spark_data_close(&d);
	return rc;
}

void
spt_spark_linear_dot(const struct spt_spark_linear *k, const double *const *x,
    size_t rows, double *out)
{
	spt_spark_dot(k->coefficients, x, rows, k->intercept, out, 1);
}
