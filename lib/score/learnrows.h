/*
 * learnrows - columns of a batch as rows of doubles, with what a learner adds:
 * lags, which are the labels of rows before, and an intercept, which is 1.
 */
#ifndef SPT_SCORE_LEARNROWS_H
#define SPT_SCORE_LEARNROWS_H

#include "base/list.h"
#include "score/model.h"

#define SPT_LAG_MAX 65536

struct spt_learnrows_conf {
	const char *columns; /* comma-separated; at least one unless lags */
	const char *label;   /* or NULL */
	const char *lags;    /* "1,2,48" or NULL; need the label */
	bool intercept;
	bool zero_one; /* a label is 0 or 1 */
};

struct spt_learnrows {
	const struct spt_io *io;
	struct spt_list columns;
	char *label;
	int64_t *lags;
	size_t n_lags;
	bool intercept, zero_one;
	size_t d;     /* width of a row: columns, lags, intercept */
	int *at;      /* of each column in the stream */
	int label_at; /* -1: none */
	/* The last labels: a ring of max_lag, of which n are there, next at
	 * at. */
	size_t max_lag;
	double *past;
	size_t n_past, next_past;
	double *memory; /* the same from the oldest on */
	/* Of the batch that was taken last. */
	double *x;     /* rows x d */
	double *y;     /* rows; NaN: no label */
	uint8_t *fate; /* rows: enum spt_score_fate */
	bool all_scored;
	size_t cap_x, cap_y, cap_fate;
	struct spt_score_bad *bad;
	size_t n_bad, cap_bad;
};

/* SPT_EUSAGE: a lag or a list that is none. */
SPT_MUST int spt_learnrows_init(struct spt_learnrows *f,
    const struct spt_io *io, const struct spt_learnrows_conf *conf,
    struct spt_err *e);
void spt_learnrows_fini(struct spt_learnrows *f);
/* Finds the columns; the label may be missing if nothing is to be learnt and
 * no lag needs it.  SPT_EUSAGE by name. */
SPT_MUST int spt_learnrows_bind(struct spt_learnrows *f,
    const struct spt_schema *in, bool learn, struct spt_err *e);
/* x, y, fate and bad become those of the batch.  Rows whose lags reach before
 * the first label get no score (SPT_SCORE_NULL). */
SPT_MUST int spt_learnrows_take(
    struct spt_learnrows *f, const struct spt_batch *b, struct spt_err *e);
/* The labels that lags look back to, oldest first. */
const double *spt_learnrows_memory(struct spt_learnrows *f, size_t *n);
int spt_learnrows_recall(struct spt_learnrows *f, const double *v, size_t n);

#endif
