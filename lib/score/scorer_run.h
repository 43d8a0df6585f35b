/*
 * scorer_run - sscore's stage, seen from inside.  Private to lib/score.
 */
#ifndef SPT_SCORE_SCORER_RUN_H
#define SPT_SCORE_SCORER_RUN_H

#include "ckpt/ckptdir.h"
#include "score/own.h"
#include "score/scorer.h"

/* Rows that are learned at the barrier, and (--train-first) rows that are
 * scored only then. */
struct spt_epochrows {
	double *x, *y; /* n rows of d, and their labels */
	size_t n, d, cap_x, cap_y;
	struct spt_builder *held; /* batches */
	size_t n_held, cap_held;
	size_t bytes, limit;
};

/* How good the predictions of this epoch were. */
struct spt_scoremetrics {
	int64_t scored, labelled, right, anomalies;
	double squared, absolute, loss, inertia;
};

struct spt_scorer {
	const struct spt_io *io;
	struct spt_scorer_conf conf;
	const struct spt_schema *in;
	struct spt_emit *out; /* from open on */
	struct spt_outcols cols;
	bool declared;
	struct spt_model_info info;
	const char *id; /* of --model-id, or "" */

	/* A saved model. */
	struct spt_list columns;
	struct spt_model model;
	struct spt_ckpt ckpt;
	bool under;         /* a checkpoint */
	char *kept, *label; /* the copy in use, and its name */
	struct stat seen;   /* of conf.model when it was loaded last */

	/* A model that learns. */
	bool learns;
	struct spt_own own;
	struct spt_epochrows rows;
	double *past; /* --train-first: what lags looked back to at begin */
	size_t n_past, cap_past;
	int64_t last; /* the epoch that was learned last; -1: none */
	char own_id[SPT_MODEL_ID];

	int64_t rows_in, bad, all_bad; /* of the epoch; of the run */
	bool saved;                    /* the model of now is in the file */
	struct spt_scoremetrics m;
	struct spt_buf text; /* scratch */
};

/* ---- scorer_model.c: a saved model --------------------------------------- */

/* In open: of a checkpoint that is restored nothing is decided yet. */
SPT_MUST int spt_scorer_open_model(struct spt_scorer *s, struct spt_err *e);
/* The model that the state names, or NULL: that of conf. */
SPT_MUST int spt_scorer_use_model(
    struct spt_scorer *s, const char *kept, struct spt_err *e);
/* Takes the model up again if the file has changed. */
SPT_MUST int spt_scorer_reload(struct spt_scorer *s, struct spt_err *e);
/* Declares the output; once the model is known. */
SPT_MUST int spt_scorer_declare(struct spt_scorer *s, struct spt_err *e);

/* ---- epochrows.c --------------------------------------------------------- */

void spt_epochrows_fini(struct spt_epochrows *r, const struct spt_io *io);
/* Adds the rows of f that can be learned from.  SPT_ESYSTEM: more memory than
 * the limit. */
SPT_MUST int spt_epochrows_add(struct spt_epochrows *r,
    const struct spt_learnrows *f, bool labelled, size_t rows,
    struct spt_err *e);
SPT_MUST int spt_epochrows_hold(struct spt_epochrows *r,
    const struct spt_io *io, const struct spt_schema *in,
    const struct spt_batch *b, struct spt_err *e);
/* Forgets the rows, keeps the memory of x and y. */
void spt_epochrows_reset(struct spt_epochrows *r);

/* ---- scorer_learn.c: a model that learns --------------------------------- */

SPT_MUST int spt_scorer_new_learner(struct spt_scorer *s, struct spt_err *e);
/* Epochs without rows since the last one: they forget too. */
SPT_MUST int spt_scorer_catch_up(
    struct spt_scorer *s, int64_t epoch, struct spt_err *e);
SPT_MUST int spt_scorer_learn_begin(
    struct spt_scorer *s, int64_t epoch, struct spt_err *e);
/* A batch, passed to score or held. */
SPT_MUST int spt_scorer_learn_batch(struct spt_scorer *s,
    const struct spt_batch *b, struct spt_emit *out, struct spt_err *e);
SPT_MUST int spt_scorer_learn_barrier(
    struct spt_scorer *s, struct spt_emit *out, struct spt_err *e);

/* ---- scoremetrics.c ------------------------------------------------------ */

void spt_scoremetrics_add(struct spt_scoremetrics *m, const struct spt_own *o,
    const struct spt_scores *scores, size_t rows);
/* Figures of the epoch, and with verbose a line. */
SPT_MUST int spt_scoremetrics_tell(struct spt_scoremetrics *m,
    const struct spt_own *o, bool verbose, struct spt_emit *out,
    struct spt_err *e);

/* ---- scorer.c ------------------------------------------------------------ */

/* Passes on what is not bad; silent: bad rows were told before. */
SPT_MUST int spt_scorer_pass(struct spt_scorer *s, const struct spt_batch *b,
    const struct spt_scores *scores, bool silent, struct spt_emit *out,
    struct spt_err *e);

/* ---- scorer_state.c ------------------------------------------------------ */

SPT_MUST int spt_scorer_save(
    void *self, struct spt_state_out *w, bool delta, struct spt_err *e);
SPT_MUST int spt_scorer_load(
    void *self, struct spt_state_in *r, struct spt_err *e);

#endif
