#include <math.h>
#include <stdio.h>
#include <string.h>

#include "score/own.h"

int
spt_own_init(struct spt_own *o, const struct spt_io *io,
    const struct spt_learnrows_conf *features,
    const struct spt_learn_conf *learn, struct spt_err *e)
{
	memset(o, 0, sizeof *o);
	o->io = io;
	if (spt_learnrows_init(&o->features, io, features, e) < 0 ||
	    spt_learner_init(&o->learner, io, learn, o->features.d, e) < 0) {
		spt_own_fini(o);
		return -1;
	}
	o->features.zero_one = o->learner.kind->task == SPT_CLASSIFICATION;
	snprintf(o->kind, sizeof o->kind, "spate %s%s", o->learner.kind->name,
	    o->learner.kind->per_row ? " (per row)" : "");
	return 0;
}

void
spt_own_fini(struct spt_own *o)
{
	if (o->io == NULL)
		return;
	spt_learnrows_fini(&o->features);
	spt_learner_fini(&o->learner);
	spt_free(o->io, o->prediction);
	spt_free(o->io, o->p);
	spt_free(o->io, o->pair);
	spt_free(o->io, o->raw);
	memset(o, 0, sizeof *o);
}

static int
make_room(struct spt_own *o, size_t rows, struct spt_err *e)
{
	if (spt_grow(o->io, &o->prediction, &o->cap_prediction, rows,
		sizeof *o->prediction, e) < 0)
		return -1;
	return spt_grow(o->io, &o->p, &o->cap_p, rows, sizeof *o->p, e);
}

/* The batch in o->features, each row before the next is looked at. */
static int
learn_rows(struct spt_own *o, size_t rows, struct spt_err *e)
{
	const struct spt_learnrows *f = &o->features;
	const struct spt_learn_kind *kind = o->learner.kind;
	const double *x = f->x;

	for (size_t i = 0; i < rows; i++, x += f->d) {
		kind->predict(&o->learner, x, 1, &o->prediction[i], &o->p[i]);
		if (f->fate[i] != SPT_SCORED ||
		    (kind->labels && isnan(f->y[i])))
			continue;
		if (kind->train(&o->learner, x, &f->y[i], 1, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_own_again(
    struct spt_own *o, const double *x, size_t rows, struct spt_err *e)
{
	if (make_room(o, rows, e) < 0)
		return -1;
	o->learner.kind->predict(&o->learner, x, rows, o->prediction, o->p);
	return 0;
}

int
spt_own_classes(
    struct spt_own *o, size_t rows, struct spt_scores *out, struct spt_err *e)
{
	if (o->learner.kind->task != SPT_CLASSIFICATION)
		return 0;
	if (spt_grow(o->io, &o->pair, &o->cap_pair, 2 * rows, sizeof *o->pair,
		e) < 0 ||
	    spt_grow(o->io, &o->raw, &o->cap_raw, 2 * rows, sizeof *o->raw, e) <
		0)
		return -1;
	for (size_t i = 0; i < rows; i++) {
		double one = 1 / (1 + exp(-o->p[i]));

		o->pair[2 * i] = 1 - one;
		o->pair[2 * i + 1] = one;
		o->raw[2 * i] = -o->p[i];
		o->raw[2 * i + 1] = o->p[i];
	}
	out->probability = o->pair;
	out->raw = o->raw;
	return 0;
}

/* A model that has seen too little says NaN: null. */
static void
find_silent(struct spt_own *o, size_t rows)
{
	struct spt_learnrows *f = &o->features;

	if (o->learner.kind->labels)
		return;
	for (size_t i = 0; i < rows; i++)
		if (isnan(o->prediction[i]) && f->fate[i] == SPT_SCORED) {
			f->fate[i] = SPT_SCORE_NULL;
			f->all_scored = false;
		}
}

int
spt_own_score(struct spt_own *o, const struct spt_batch *b, bool learn,
    struct spt_scores *out, struct spt_err *e)
{
	struct spt_learnrows *f = &o->features;
	size_t rows = (size_t)b->rows;
	int rc;

	memset(out, 0, sizeof *out);
	if (spt_learnrows_take(f, b, e) < 0 || make_room(o, rows, e) < 0)
		return -1;
	if (learn && o->learner.kind->per_row)
		rc = learn_rows(o, rows, e);
	else
		rc = spt_own_again(o, f->x, rows, e);
	if (rc < 0 || spt_own_classes(o, rows, out, e) < 0)
		return -1;
	find_silent(o, rows);
	out->prediction = o->prediction;
	out->fate = f->all_scored ? NULL : f->fate;
	out->bad = f->bad;
	out->n_bad = f->n_bad;
	return 0;
}

void
spt_own_info(struct spt_own *o, struct spt_model_info *info)
{
	memset(info, 0, sizeof *info);
	info->kind = o->kind;
	info->task = o->learner.kind->task;
	info->classes = o->learner.kind->classes;
	info->features = (const char *const *)o->features.columns.v;
	info->n_features = o->features.columns.n;
	if (info->task == SPT_DETECTION)
		info->threshold = o->learner.conf.threshold;
}
