/*
 * scorer - the stage of sscore: rows go on as they are, with what a saved model
 * says of them, or a model that learns from them.
 */
#ifndef SPT_SCORE_SCORER_H
#define SPT_SCORE_SCORER_H

#include "score/badrows.h"
#include "score/learnrows.h"
#include "score/learner.h"
#include "score/outcols.h"

#define SPT_SIDE_BAD 1   /* side outputs: rows that are bad ... */
#define SPT_SIDE_MODEL 2 /* ... and the model, one text an epoch */

/* Strings are on loan until the stage is closed. */
struct spt_scorer_conf {
	const char *model;   /* a file or directory; NULL: learn */
	const char *columns; /* -c, or NULL */
	struct spt_outcols_conf out;
	enum spt_bad_rows bad;
	bool reload;
	/* Learning: */
	struct spt_learn_conf learn;
	const char *label, *lags;
	bool intercept, train_first, verbose;
	int64_t max_memory; /* of rows that wait for the barrier */
};

struct spt_scorer;

SPT_MUST int spt_scorer_new(struct spt_scorer **s, const struct spt_io *io,
    const struct spt_scorer_conf *conf, struct spt_err *e);

extern const struct spt_stage spt_scorer_stage;

#endif
