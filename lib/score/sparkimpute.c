/*
 * Imputer: what is null, or equal to missingValue (NaN equals NaN), becomes
 * the surrogate that was found when the model was fitted.  The result is of
 * the input's type: a whole number's surrogate loses its fraction.
 */
#include <math.h>

#include "score/sparkstage.h"

struct imputer {
	double missing;
	double *surrogate; /* a column each */
};

static int
read_surrogates(struct imputer *k, const struct spt_spark_loading *l,
    const struct spt_spark_texts *in, struct spt_err *e)
{
	struct spt_spark_data d;
	int rc = spt_spark_open_data(&d, l, "data", e);

	if (rc < 0)
		return -1;
	rc = spt_spark_data_rows(&d, 1, e);
	k->surrogate = spt_arena_get(l->arena, in->n * sizeof *k->surrogate, e);
	if (k->surrogate == NULL)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < in->n; i++) {
		double *v;

		rc = spt_spark_data_numbers(&d, in->v[i], &v, e);
		if (rc == 0)
			k->surrogate[i] = v[0];
	}
	spt_spark_data_close(&d);
	return rc;
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct imputer *k = spt_spark_self(s, l, sizeof *k, e);
	struct spt_spark_texts in, out;

	if (k == NULL ||
	    spt_spark_number(l->meta, "missingValue", NAN, &k->missing, e) <
		0 ||
	    spt_spark_columns(l->meta, &in, &out, e) < 0 ||
	    read_surrogates(k, l, &in, e) < 0 ||
	    spt_spark_ports(s, l, in.n, in.n, e) < 0)
		return -1;
	for (size_t i = 0; i < in.n; i++)
		if (spt_spark_reads(s, l, in.v[i], 0, e) < 0)
			return -1;
	for (size_t i = 0; i < in.n; i++) {
		/* Unlike other stages it may write to its input column. */
		if (spt_frame_replace(l->frame, out.v[i], SPT_FRAME_FLOAT, 1,
			false, &s->out[s->n_out], e) < 0)
			return -1;
		s->n_out++;
		l->frame->cols[s->out[i]].origin =
		    l->frame->cols[s->in[i]].origin;
	}
	return 0;
}

static int
bind(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	if (spt_spark_all_numbers(s, f, false, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n_in; i++)
		f->cols[s->out[i]].type = f->cols[s->in[i]].type;
	return 0;
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct imputer *k = s->self;

	(void)e;
	for (size_t i = 0; i < s->n_in; i++) {
		const struct spt_frame_col *from = &f->cols[s->in[i]];
		double *to = spt_frame_own(f, s->out[i])[0];
		double with = k->surrogate[i];

		if (from->type == SPT_FRAME_INT)
			with = trunc(with);
		for (size_t r = 0; r < f->rows; r++) {
			const double x = from->x[0][r];
			bool missing = x == k->missing ||
				       (isnan(x) && isnan(k->missing)) ||
				       (from->null != NULL && from->null[r]);

			to[r] = missing ? with : x;
		}
	}
	return 0;
}

const struct spt_spark_kind spt_spark_imputer = {
	.class = "feature.ImputerModel",
	.name = "Imputer",
	.load = load,
	.bind = bind,
	.run = run,
};
