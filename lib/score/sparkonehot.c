/*
 * OneHotEncoder: an index becomes a vector with a one at its place.  A
 * fraction counts as the index below it.  The last category (with dropLast)
 * and what is invalid (with keep, unless there is a place for it) have no one
 * at all.  A null index is a null vector.
 */
#include <math.h>

#include "score/sparkstage.h"

struct one_hot {
	size_t categories;
	size_t nulls; /* buffer */
};

struct encoder {
	bool keep;
	struct one_hot *of; /* a column each */
};

static int
read_sizes(struct encoder *k, const struct spt_spark_loading *l, size_t n,
    struct spt_err *e)
{
	struct spt_spark_data d;
	struct spt_spark_lists sizes;
	int rc = spt_spark_open_data(&d, l, "data", e);

	if (rc < 0)
		return -1;
	k->of = spt_arena_get(l->arena, n * sizeof *k->of, e);
	rc = k->of == NULL || spt_spark_data_rows(&d, 1, e) < 0
		 ? -1
		 : spt_spark_data_lists(&d, "categorySizes", &sizes, e);
	if (rc == 0 && sizes.first[1] != n)
		rc = spt_fail(e, SPT_EDATA,
		    "%s: %zu categorySizes for %zu columns", d.dir,
		    sizes.first[1], n);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!(sizes.v[i] >= 0 && sizes.v[i] < SPT_FRAME_WIDTH))
			rc = spt_fail(e, SPT_EDATA,
			    "%s: a column of %g categories", d.dir, sizes.v[i]);
		else
			k->of[i].categories = (size_t)sizes.v[i];
	}
	spt_spark_data_close(&d);
	return rc;
}

/* How wide the vector of so many categories is. */
static size_t
width_of(size_t categories, bool keep, bool drop_last)
{
	if (drop_last && !keep)
		return categories == 0 ? 0 : categories - 1;
	return !drop_last && keep ? categories + 1 : categories;
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct encoder *k = spt_spark_self(s, l, sizeof *k, e);
	struct spt_spark_texts in, out;
	enum spt_spark_invalid invalid;
	bool drop_last;

	if (k == NULL || spt_spark_invalid(l->meta, &invalid, e) < 0 ||
	    spt_spark_bool(l->meta, "dropLast", true, &drop_last, e) < 0 ||
	    spt_spark_columns(l->meta, &in, &out, e) < 0 ||
	    read_sizes(k, l, in.n, e) < 0 ||
	    spt_spark_ports(s, l, in.n, in.n, e) < 0)
		return -1;
	if (invalid == SPT_SPARK_SKIP)
		return spt_spark_fail(l->meta, e, "handleInvalid is \"skip\"");
	k->keep = invalid == SPT_SPARK_KEEP;
	for (size_t i = 0; i < in.n; i++)
		if (spt_spark_reads(s, l, in.v[i], 0, e) < 0)
			return -1;
	for (size_t i = 0; i < in.n; i++) {
		struct spt_frame *f = l->frame;
		size_t width =
		    width_of(k->of[i].categories, k->keep, drop_last);

		if (spt_spark_makes(s, l, out.v[i], SPT_FRAME_VECTOR, width,
			false, e) < 0 ||
		    spt_frame_room(f, 1, &k->of[i].nulls, e) < 0)
			return -1;
		f->cols[s->out[i]].origin = f->cols[s->in[i]].origin;
	}
	return 0;
}

static int
bind(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	return spt_spark_all_numbers(s, f, false, e);
}

static int
refuse(struct spt_frame *f, size_t row, size_t id, double x, struct spt_err *e)
{
	return spt_frame_bad(f, row, id,
	    x < 0 ? "negative, and handleInvalid of the model's "
		    "OneHotEncoder is error"
		  : "a category that the model has not seen, and "
		    "handleInvalid of its OneHotEncoder is error",
	    e);
}

static int
run_column(
    struct spt_spark_stage *s, struct spt_frame *f, size_t i, struct spt_err *e)
{
	const struct encoder *k = s->self;
	const double categories = (double)k->of[i].categories;
	const struct spt_frame_col *from = &f->cols[s->in[i]];
	double *const *to = spt_frame_own(f, s->out[i]);
	struct spt_frame_col *out = &f->cols[s->out[i]];
	uint8_t *null = f->buffers[k->of[i].nulls].p;

	for (size_t j = 0; j < out->width; j++)
		memset(to[j], 0, f->rows * sizeof *to[j]);
	if (from->null != NULL) {
		memcpy(null, from->null, f->rows);
		out->null = null;
	}
	for (size_t r = 0; r < f->rows; r++) {
		double x = from->x[0][r];

		if (out->null != NULL && null[r]) {
			for (size_t j = 0; j < out->width; j++)
				to[j][r] = NAN;
			continue;
		}
		if (!(x >= 0 && x < categories)) {
			if (!k->keep && refuse(f, r, s->in[i], x, e) < 0)
				return -1;
			x = categories;
		}
		if (x < (double)out->width)
			to[(size_t)x][r] = 1;
	}
	return 0;
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	for (size_t i = 0; i < s->n_in; i++)
		if (run_column(s, f, i, e) < 0)
			return -1;
	return 0;
}

const struct spt_spark_kind spt_spark_one_hot_encoder = {
	.class = "feature.OneHotEncoderModel",
	.name = "OneHotEncoder",
	.load = load,
	.bind = bind,
	.run = run,
};
