/*
 * scorer_learn - scores and learns, epoch by epoch.
 *
 * Test, then train: rows are scored by the model as it was when the epoch
 * began, and go on at once; those to learn from wait for the barrier.  With
 * --train-first all rows wait: at the barrier the model learns, then scores
 * them.  Kinds that learn row by row know no such difference.
 */
#include <string.h>

#include "base/hash.h"
#include "score/scorer_run.h"

#define CATCH_UP_MAX (1 << 24)

static int
check(const struct spt_scorer_conf *c, const struct spt_learner *l,
    struct spt_err *e)
{
	const char *kind = l->kind->name;

	if (l->kind->labels && c->label == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "--learn %s learns from a label: --label COLUMN", kind);
	if (!l->kind->labels && c->label != NULL && c->lags == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "--learn %s learns without a label: leave --label out",
		    kind);
	if (l->kind->task == SPT_CLUSTERING && c->lags != NULL)
		return spt_fail(
		    e, SPT_EUSAGE, "--lags: clusters are of rows alone");
	if (l->kind->per_row && c->train_first)
		return spt_fail(e, SPT_EUSAGE,
		    "--train-first: %s row by row scores each row before it "
		    "learns from it",
		    kind);
	return 0;
}

int
spt_scorer_new_learner(struct spt_scorer *s, struct spt_err *e)
{
	const struct spt_scorer_conf *c = &s->conf;
	struct spt_learnrows_conf f = { .columns = c->columns,
		.label = c->label,
		.lags = c->lags,
		.intercept = c->intercept };

	if (c->columns == NULL && c->lags == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "--learn %s: which columns are the features? -c COLUMNS",
		    c->learn.kind);
	if (spt_own_init(&s->own, s->io, &f, &c->learn, e) < 0 ||
	    check(c, &s->own.learner, e) < 0)
		return -1;
	s->rows.limit = (size_t)c->max_memory;
	spt_own_info(&s->own, &s->info);
	return 0;
}

static bool
by_epoch(const struct spt_scorer *s)
{
	return !s->own.learner.kind->per_row;
}

static int
train(struct spt_scorer *s, struct spt_err *e)
{
	struct spt_learner *l = &s->own.learner;

	return l->kind->train(l, s->rows.x, s->rows.y, s->rows.n, e);
}

int
spt_scorer_catch_up(struct spt_scorer *s, int64_t epoch, struct spt_err *e)
{
	struct spt_learner *l = &s->own.learner;

	if (s->last < 0 || epoch - 1 <= s->last || !by_epoch(s))
		return 0;
	if (epoch - 1 - s->last > CATCH_UP_MAX)
		s->last = epoch - 1 - CATCH_UP_MAX;
	for (; s->last < epoch - 1; s->last++)
		if (l->kind->train(l, NULL, NULL, 0, e) < 0)
			return -1;
	return 0;
}

/* The fingerprint of the model as it is, for --model-id. */
static int
print(struct spt_scorer *s, struct spt_err *e)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t h = 0;

	s->text.len = 0;
	if (spt_own_print(&s->own, &s->text, e) < 0)
		return -1;
	h = (uint64_t)spt_crc32c(0, s->text.data, s->text.len) << 32 |
	    spt_crc32c(0xffffffff, s->text.data, s->text.len);
	for (int i = 0; i < 16; i++)
		s->own_id[i] = digits[h >> 4 * (15 - i) & 15];
	s->id = s->own_id;
	return 0;
}

int
spt_scorer_learn_begin(struct spt_scorer *s, int64_t epoch, struct spt_err *e)
{
	const double *past;

	if (spt_scorer_catch_up(s, epoch, e) < 0)
		return -1;
	if (s->conf.out.model_id && print(s, e) < 0)
		return -1;
	if (!s->conf.train_first || s->own.features.n_lags == 0)
		return 0;
	past = spt_learnrows_memory(&s->own.features, &s->n_past);
	if (spt_grow(s->io, &s->past, &s->cap_past, s->n_past + 1,
		sizeof *s->past, e) < 0)
		return -1;
	memcpy(s->past, past, s->n_past * sizeof *past);
	return 0;
}

/* Bad rows are told when they come; the others are scored at the barrier. */
static int
hold(struct spt_scorer *s, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	const struct spt_learnrows *f = &s->own.features;

	if (spt_learnrows_take(&s->own.features, b, e) < 0)
		return -1;
	for (size_t k = 0; k < f->n_bad; k++)
		if (spt_badrows_tell(s->conf.bad, s->in, b, &f->bad[k],
			s->rows_in, out, SPT_SIDE_BAD, e) < 0)
			return -1;
	s->bad += (int64_t)f->n_bad;
	s->all_bad += (int64_t)f->n_bad;
	if (spt_epochrows_add(&s->rows, f, s->own.learner.kind->labels,
		(size_t)b->rows, e) < 0)
		return -1;
	return spt_epochrows_hold(&s->rows, s->io, s->in, b, e);
}

int
spt_scorer_learn_batch(struct spt_scorer *s, const struct spt_batch *b,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_scores scores;

	if (s->conf.train_first)
		return hold(s, b, out, e);
	if (spt_own_score(&s->own, b, true, &scores, e) < 0)
		return -1;
	spt_scoremetrics_add(&s->m, &s->own, &scores, (size_t)b->rows);
	if (spt_scorer_pass(s, b, &scores, false, out, e) < 0)
		return -1;
	if (!by_epoch(s))
		return 0;
	return spt_epochrows_add(&s->rows, &s->own.features,
	    s->own.learner.kind->labels, (size_t)b->rows, e);
}

static int
score_held(struct spt_scorer *s, struct spt_emit *out, struct spt_err *e)
{
	struct spt_learnrows *f = &s->own.features;
	struct spt_scores scores;
	struct spt_batch b;

	f->n_past = f->next_past = 0;
	if (s->n_past != 0 && !spt_learnrows_recall(f, s->past, s->n_past))
		return spt_fail(e, SPT_EDATA, "a label is infinite");
	for (size_t i = 0; i < s->rows.n_held; i++) {
		spt_builder_batch(&s->rows.held[i], &b);
		if (spt_own_score(&s->own, &b, false, &scores, e) < 0)
			return -1;
		spt_scoremetrics_add(&s->m, &s->own, &scores, (size_t)b.rows);
		if (spt_scorer_pass(s, &b, &scores, true, out, e) < 0)
			return -1;
	}
	return 0;
}

/* The model as the text of the side output. */
static int
put_model(struct spt_scorer *s, struct spt_emit *out, struct spt_err *e)
{
	struct spt_builder *to;

	if (!spt_emit_wanted(out, SPT_SIDE_MODEL) ||
	    (s->saved && s->rows_in == 0 && s->own.learner.conf.decay == 1))
		return 0;
	s->saved = true;
	s->text.len = 0;
	if (spt_own_print(&s->own, &s->text, e) < 0)
		return -1;
	to = spt_emit_builder(out, SPT_SIDE_MODEL);
	if (spt_builder_str(to, 0, (const char *)s->text.data, s->text.len, e) <
	    0)
		return -1;
	return spt_emit_row(out, SPT_SIDE_MODEL, e);
}

int
spt_scorer_learn_barrier(
    struct spt_scorer *s, struct spt_emit *out, struct spt_err *e)
{
	int rc = 0;

	/*
	 * An epoch without rows counts when the next one begins: whether an
	 * input ends with one is chance, and no matter of the model.
	 */
	if (s->rows_in != 0 || s->last < 0) {
		if (by_epoch(s))
			rc = train(s, e);
		s->last = spt_emit_epoch(out);
	}
	if (rc == 0 && s->conf.out.model_id && s->conf.train_first)
		rc = print(s, e);
	if (rc == 0 && s->conf.train_first)
		rc = score_held(s, out, e);
	spt_epochrows_reset(&s->rows);
	if (rc < 0 || put_model(s, out, e) < 0)
		return -1;
	return spt_scoremetrics_tell(&s->m, &s->own, s->conf.verbose, out, e);
}
