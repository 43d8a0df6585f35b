/*
 * VectorAssembler: numbers, booleans and vectors, one behind the other.
 * Nothing is copied: the vector's arrays are those of its parts, where a null
 * is NaN already.
 */
#include <math.h>

#include "score/sparkstage.h"

struct assembler {
	enum spt_spark_invalid invalid;
};

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct assembler *a = spt_spark_self(s, l, sizeof *a, e);
	struct spt_spark_texts in;
	const char *out;
	size_t width = 0;

	if (a == NULL || spt_spark_invalid(l->meta, &a->invalid, e) < 0 ||
	    spt_spark_texts(l->meta, "inputCols", &in, e) < 0 ||
	    spt_spark_text(l->meta, "outputCol", NULL, &out, e) < 0 ||
	    spt_spark_ports(s, l, in.n, 1, e) < 0)
		return -1;
	if (in.n == 0 || out == NULL)
		return spt_spark_fail(
		    l->meta, e, "no %s", in.n == 0 ? "inputCols" : "outputCol");
	for (size_t i = 0; i < in.n; i++) {
		if (spt_spark_reads(s, l, in.v[i], 0, e) < 0)
			return -1;
		width += l->frame->cols[s->in[i]].width;
	}
	return spt_spark_makes(s, l, out, SPT_FRAME_VECTOR, width, true, e);
}

static int
bind(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	for (size_t i = 0; i < s->n_in; i++)
		if (f->cols[s->in[i]].type != SPT_FRAME_VECTOR &&
		    spt_frame_number(f, s->in[i], true, s->kind->name, e) < 0)
			return -1;
	return 0;
}

/* Rows in which a part is null, or a number NaN. */
static int
check_part(const struct assembler *a, struct spt_frame *f, size_t id,
    struct spt_err *e)
{
	const struct spt_frame_col *c = &f->cols[id];
	const bool number = c->type == SPT_FRAME_FLOAT;

	if (c->null == NULL && !number)
		return 0;
	for (size_t r = 0; r < f->rows; r++) {
		bool null = c->null != NULL && c->null[r];

		if (!null && !(number && isnan(c->x[0][r])))
			continue;
		if (a->invalid == SPT_SPARK_SKIP)
			spt_frame_skip(f, r);
		else if (spt_frame_bad(f, r, id,
			     null ? "null, and handleInvalid of the model's "
				    "VectorAssembler is error"
				  : "NaN, and handleInvalid of the model's "
				    "VectorAssembler is error",
			     e) < 0)
			return -1;
	}
	return 0;
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct assembler *a = s->self;
	struct spt_frame_col *to = &f->cols[s->out[0]];
	size_t k = 0;

	for (size_t i = 0; i < s->n_in; i++) {
		const struct spt_frame_col *c = &f->cols[s->in[i]];

		for (size_t j = 0; j < c->width; j++)
			to->x[k++] = c->x[j];
		if (a->invalid != SPT_SPARK_KEEP &&
		    check_part(a, f, s->in[i], e) < 0)
			return -1;
	}
	return 0;
}

const struct spt_spark_kind spt_spark_vector_assembler = {
	.class = "feature.VectorAssembler",
	.name = "VectorAssembler",
	.load = load,
	.bind = bind,
	.run = run,
};
