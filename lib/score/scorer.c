/*
 * scorer - a batch gets its scores and goes on with the columns of the input
 * as they came, without a copy.  Only a batch in which rows are dropped is
 * written anew.
 */
#include <stdio.h>
#include <string.h>

#include "score/scorer_run.h"

/* ---- rows out ------------------------------------------------------------ */

static int
tell_bad(struct spt_scorer *s, const struct spt_batch *b,
    const struct spt_scores *scores, struct spt_emit *out, struct spt_err *e)
{
	for (size_t k = 0; k < scores->n_bad; k++)
		if (spt_badrows_tell(s->conf.bad, s->in, b, &scores->bad[k],
			s->rows_in, out, SPT_SIDE_BAD, e) < 0)
			return -1;
	return 0;
}

static bool
is_kept(const struct spt_scores *scores, int64_t i)
{
	return scores->fate[i] == SPT_SCORED ||
	       scores->fate[i] == SPT_SCORE_NULL;
}

static bool
all_kept(const struct spt_scores *scores, int64_t rows)
{
	if (scores->fate == NULL)
		return true;
	for (int64_t i = 0; i < rows; i++)
		if (!is_kept(scores, i))
			return false;
	return true;
}

/* Row by row, without those that are dropped. */
static int
sift(const struct spt_batch *b, const struct spt_scores *scores,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_builder *to = spt_emit_builder(out, SPT_STREAM);

	for (int64_t i = 0; i < b->rows; i++) {
		if (!is_kept(scores, i))
			continue;
		for (size_t k = 0; k < b->n; k++)
			if (spt_builder_cell(to, k, &b->cols[k], i, e) < 0)
				return -1;
		if (spt_emit_row(out, SPT_STREAM, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_scorer_pass(struct spt_scorer *s, const struct spt_batch *b,
    const struct spt_scores *scores, bool silent, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_batch all;

	if (!silent) {
		if (tell_bad(s, b, scores, out, e) < 0)
			return -1;
		s->bad += (int64_t)scores->n_bad;
		s->all_bad += (int64_t)scores->n_bad;
	}
	if (spt_outcols_make(&s->cols, b, scores, &s->info, s->id, &all, e) < 0)
		return -1;
	if (all_kept(scores, b->rows))
		return spt_emit_batch(out, SPT_STREAM, &all, e);
	return sift(&all, scores, out, e);
}

/* ---- the stage ----------------------------------------------------------- */

static void
close_stage(void *self)
{
	struct spt_scorer *s = self;

	spt_outcols_fini(&s->cols);
	spt_list_fini(&s->columns);
	spt_model_close(&s->model);
	spt_own_fini(&s->own);
	spt_epochrows_fini(&s->rows, s->io);
	if (s->under)
		spt_ckpt_fini(&s->ckpt);
	spt_free(s->io, s->kept);
	spt_free(s->io, s->label);
	spt_free(s->io, s->past);
	spt_buf_fini(&s->text);
	spt_free(s->io, s);
}

int
spt_scorer_new(struct spt_scorer **out, const struct spt_io *io,
    const struct spt_scorer_conf *conf, struct spt_err *e)
{
	struct spt_scorer *s = spt_alloc_zero(io, sizeof *s, e);
	int rc;

	if (s == NULL)
		return -1;
	s->io = io;
	s->conf = *conf;
	s->learns = conf->model == NULL;
	s->id = "";
	s->last = -1;
	spt_buf_init(&s->text, io);
	if (s->learns) {
		rc = spt_scorer_new_learner(s, e);
	} else {
		rc = spt_list_parse(&s->columns, io, conf->columns, e);
		if (rc < 0)
			spt_err_where(e, "-c");
	}
	if (rc < 0) {
		close_stage(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
spt_scorer_declare(struct spt_scorer *s, struct spt_err *e)
{
	struct spt_schema out;
	int rc = -1;

	spt_schema_init(&out, s->io);
	if (spt_schema_copy(&out, s->in, e) == 0 &&
	    spt_outcols_init(
		&s->cols, s->io, &s->info, &s->conf.out, &out, e) == 0)
		rc = spt_emit_schema(s->out, SPT_STREAM, &out, e);
	spt_schema_fini(&out);
	s->declared = rc == 0;
	return rc;
}

/* The text of a model is the one column of its side output. */
static int
declare_model(struct spt_scorer *s, struct spt_err *e)
{
	struct spt_schema model;
	int rc;

	spt_schema_init(&model, s->io);
	rc = spt_schema_add(&model, "model", SPT_UTF8, e);
	if (rc == 0)
		rc = spt_emit_schema(s->out, SPT_SIDE_MODEL, &model, e);
	spt_schema_fini(&model);
	return rc;
}

static int
open_stage(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_scorer *s = self;

	(void)n_in;
	s->in = in[0];
	s->out = out;
	if (spt_emit_wanted(out, SPT_SIDE_BAD) &&
	    spt_badrows_schema(out, SPT_SIDE_BAD, s->io, e) < 0)
		return -1;
	if (!s->learns)
		return spt_scorer_open_model(s, e);
	if (spt_emit_wanted(out, SPT_SIDE_MODEL) && declare_model(s, e) < 0)
		return -1;
	if (spt_learnrows_bind(&s->own.features, s->in, true, e) < 0)
		return -1;
	return spt_scorer_declare(s, e);
}

static int
begin(void *self, struct spt_emit *out, struct spt_err *e)
{
	struct spt_scorer *s = self;

	s->rows_in = s->bad = 0;
	if (s->learns)
		return spt_scorer_learn_begin(s, spt_emit_epoch(out), e);
	if (!s->declared)
		return spt_scorer_use_model(s, NULL, e);
	/* Under a checkpoint what an epoch is scored by is known before it
	 * begins, and part of the state. */
	return s->conf.reload && !s->under ? spt_scorer_reload(s, e) : 0;
}

static int
batch(void *self, int input, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_scorer *s = self;
	struct spt_scores scores = { 0 };
	int rc;

	(void)input;
	if (s->learns) {
		rc = spt_scorer_learn_batch(s, b, out, e);
	} else {
		rc = s->model.format->predict(s->model.self, b, &scores, e);
		if (rc == 0)
			rc = spt_scorer_pass(s, b, &scores, false, out, e);
	}
	s->rows_in += b->rows;
	return rc;
}

static int
barrier(
    void *self, struct spt_control *c, struct spt_emit *out, struct spt_err *e)
{
	struct spt_scorer *s = self;

	(void)c;
	if (s->learns && spt_scorer_learn_barrier(s, out, e) < 0)
		return -1;
	if (s->conf.reload && s->under && s->rows_in != 0 &&
	    spt_scorer_reload(s, e) < 0)
		return -1;
	return spt_emit_figure(out, "bad", s->bad, e);
}

static void
status(void *self, char *text, size_t n)
{
	const struct spt_scorer *s = self;

	snprintf(text, n, "%s%s%s, %lld bad",
	    s->info.kind != NULL ? s->info.kind : "no model yet",
	    s->id[0] != '\0' ? " " : "", s->id, (long long)s->all_bad);
}

static const char *const sides[] = { "bad", "model", NULL };

const struct spt_stage spt_scorer_stage = {
	.name = "sscore",
	.min_inputs = 1,
	.max_inputs = 1,
	.sides = sides,
	.open = open_stage,
	.begin = begin,
	.batch = batch,
	.barrier = barrier,
	.save = spt_scorer_save,
	.load = spt_scorer_load,
	.close = close_stage,
	.status = status,
};
