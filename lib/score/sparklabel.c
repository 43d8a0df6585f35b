/*
 * IndexToString: an index becomes a label, of the list in the parameter, or
 * of the StringIndexer that made the index.  Fractions are cut off, as Java
 * does (NaN is 0).
 */
#include <math.h>

#include "score/sparkstage.h"

struct labeller {
	size_t room; /* buffer: int32_t a row */
};

/* The labels of the StringIndexer that makes column id; the index behind the
 * last one is what it has not seen. */
static int
made_labels(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    size_t id, struct spt_err *e)
{
	for (size_t i = 0; i < l->n_before; i++) {
		const struct spt_spark_stage *b = &l->before[i];

		for (size_t k = 0; k < b->n_out; k++) {
			const struct spt_spark_texts *made;

			if (b->out[k] != id || b->labels == NULL)
				continue;
			made = &b->labels[k];
			s->labels->n = made->n + 1;
			s->labels->v = spt_arena_get(
			    l->arena, (made->n + 1) * sizeof *made->v, e);
			if (s->labels->v == NULL)
				return -1;
			for (size_t j = 0; j < made->n; j++)
				s->labels->v[j] = made->v[j];
			s->labels->v[made->n] = "__unknown";
			return 0;
		}
	}
	return spt_spark_fail(l->meta, e, "no labels");
}

static int
load(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    struct spt_err *e)
{
	struct labeller *k = spt_spark_self(s, l, sizeof *k, e);
	struct spt_spark_texts in, out;

	if (k == NULL || spt_spark_columns(l->meta, &in, &out, e) < 0 ||
	    spt_spark_ports(s, l, 1, 1, e) < 0 ||
	    spt_spark_reads(s, l, in.v[0], 0, e) < 0)
		return -1;
	s->labels = spt_arena_get(l->arena, sizeof *s->labels, e);
	if (s->labels == NULL ||
	    spt_spark_texts(l->meta, "labels", s->labels, e) < 0)
		return -1;
	if (s->labels->n == 0 && made_labels(s, l, s->in[0], e) < 0)
		return -1;
	if (s->labels->n > INT32_MAX)
		return spt_spark_fail(l->meta, e, "too many labels");
	if (spt_frame_room(l->frame, sizeof *s->label, &k->room, e) < 0)
		return -1;
	return spt_spark_makes(s, l, out.v[0], SPT_FRAME_TEXT, 1, true, e);
}

static int
bind(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	return spt_spark_all_numbers(s, f, false, e);
}

static int
run(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	const struct labeller *k = s->self;
	const struct spt_frame_col *c = &f->cols[s->in[0]];
	const double n = (double)s->labels->n;
	int32_t *label = f->buffers[k->room].p;

	for (size_t r = 0; r < f->rows; r++) {
		double x = isnan(c->x[0][r]) ? 0 : c->x[0][r];

		label[r] = 0;
		if (c->null != NULL && c->null[r])
			spt_frame_null(f, r);
		else if (x > -1 && x < n)
			label[r] = (int32_t)x;
		else if (spt_frame_bad(f, r, SPT_FRAME_NONE,
			     "an index that the model's IndexToString has no "
			     "label for",
			     e) < 0)
			return -1;
	}
	s->label = label;
	return 0;
}

const struct spt_spark_kind spt_spark_index_to_string = {
	.class = "feature.IndexToString",
	.name = "IndexToString",
	.load = load,
	.bind = bind,
	.run = run,
};
