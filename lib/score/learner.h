/*
 * learner - a model that learns: what all kinds have in common.
 *
 * All that a learner knows is in its parts, named arrays of doubles.  So its
 * state in a checkpoint, the file that --save writes and what a scorer loads
 * are the same numbers, bit for bit, for every kind.
 *
 * Rows are row-major matrices of doubles without NaN and infinities.
 */
#ifndef SPT_SCORE_LEARNER_H
#define SPT_SCORE_LEARNER_H

#include "score/model.h"

#define SPT_LEARN_PARTS 4
#define SPT_LEARN_FEATURES 4096      /* at most, lags and intercept included */
#define SPT_LEARN_NUMBERS (1u << 24) /* of one part, at most */

enum spt_learn_init {
	SPT_INIT_DEFAULT, /* zeros; for kmeans the first points that differ */
	SPT_INIT_GIVEN,
	SPT_INIT_RANDOM, /* normally distributed, by the seed */
};

struct spt_learn_conf {
	const char *kind; /* linear logistic kmeans anomaly */
	bool per_row;
	/* linear and logistic (SEMANTICS of MLlib's streaming algorithms) */
	double step, fraction, tolerance, reg;
	int64_t iterations;
	/* forgetting, an epoch or a row; 1: never */
	double decay;
	bool points; /* kmeans: decay is for each point, not for each epoch */
	int64_t k;   /* clusters */
	enum spt_learn_init init;
	const double *initial; /* weights, or k centers one after the other */
	size_t n_initial;
	int64_t seed;
	double weight;               /* of each initial center */
	double half_life, threshold; /* anomaly: rows; score that is one */
};

struct spt_learn_part {
	const char *name;
	double *v; /* n of cap numbers */
	size_t n, cap;
	size_t unit;  /* n is a multiple of it, and all of cap ... */
	bool growing; /* ... unless this is set */
};

struct spt_learn_kind;

struct spt_learner {
	const struct spt_io *io;
	const struct spt_learn_kind *kind;
	struct spt_learn_conf conf; /* initial is not kept */
	size_t d;                   /* features, with lags and intercept */
	struct spt_learn_part parts[SPT_LEARN_PARTS];
	size_t n_parts;
	double *scratch; /* the kind's own */
};

struct spt_learn_kind {
	const char *name;
	enum spt_model_task task;
	size_t classes;
	/* Each row is a batch of its own: scored, then learnt, in order. */
	bool per_row;
	bool labels; /* learns from a label */
	/* Makes the parts and fills them. */
	int (*init)(struct spt_learner *l, struct spt_err *e);
	/* prediction: rows; NaN where nothing can be said yet.  p (or NULL):
	 * rows; the margin of class 1, or the squared distance to the
	 * center. */
	void (*predict)(const struct spt_learner *l, const double *x,
	    size_t rows, double *prediction, double *p);
	/* One batch: y has a label a row, NULL without labels. */
	int (*train)(struct spt_learner *l, const double *x, const double *y,
	    size_t rows, struct spt_err *e);
	/* Are the numbers that were loaded such as train would leave? */
	bool (*valid)(const struct spt_learner *l);
};

extern const struct spt_learn_kind spt__learn_linear, spt__learn_logistic,
    spt__learn_linear_row, spt__learn_logistic_row, spt__learn_kmeans,
    spt__learn_kmeans_row, spt__learn_anomaly;

/* With conf's defaults where nothing was said. */
void spt_learn_conf_default(struct spt_learn_conf *conf);
/* SPT_EUSAGE: there is no such kind, or a value is out of its range. */
SPT_MUST int spt_learner_init(struct spt_learner *l, const struct spt_io *io,
    const struct spt_learn_conf *conf, size_t d, struct spt_err *e);
void spt_learner_fini(struct spt_learner *l);
/* Replaces a part: 1; 0: there is no such part or it cannot be so long. */
int spt_learner_set(
    struct spt_learner *l, const char *name, const double *v, size_t n);

/* For the kinds: adds a part of n zeros (cap n); its numbers or NULL. */
double *spt__learner_part(
    struct spt_learner *l, const char *name, size_t n, struct spt_err *e);
/* Fills v with what --init said, zeros where it said nothing. */
SPT_MUST int spt__learner_start(
    struct spt_learner *l, double *v, size_t n, struct spt_err *e);
bool spt__all_finite(const double *v, size_t n);

#endif
