/*
 * boosted - what models of XGBoost and LightGBM have in common: features by
 * name, an ensemble of trees, sums (one, or one a class), scores made of them.
 */
#ifndef SPT_BOOSTED_H
#define SPT_BOOSTED_H

#include "base/buf.h"
#include "score/features.h"
#include "score/forest.h"
#include "score/model.h"

struct spt_boosted {
	const struct spt_io *io;
	char *file, *kind;
	size_t features, groups; /* inputs; sums: one, or one a class */
	enum spt_model_task task;
	struct spt_forest forest;
	struct spt_features in;
	struct spt_word *words; /* of all features with words */
	char *word_text;
	/* Of one batch: rows x groups, rows, and rows x classes twice. */
	int64_t rows;
	double *sums, *prediction, *probability, *raw;
};

/* A zeroed struct is fine. */
void spt_boosted_fini(struct spt_boosted *m);

/* After features is known: makes room for the names, and takes those of -c,
 * if there are any: 1.  0: the loader names the features itself.  -1. */
SPT_MUST int spt_boosted_names(struct spt_boosted *m,
    const struct spt_model_conf *conf, struct spt_err *e);

/* Fills *info; kind is copied. */
SPT_MUST int spt_boosted_info(struct spt_boosted *m, struct spt_buf *kind,
    struct spt_model_info *info, struct spt_err *e);

/* Columns of the batch as numbers, and room for its scores. */
SPT_MUST int spt_boosted_begin(
    struct spt_boosted *m, const struct spt_batch *b, struct spt_err *e);

/* What row i of two classes is, whose second has probability p and whose sum
 * is v. */
void spt_boosted_two(struct spt_boosted *m, size_t i, double p, double v);

void spt_boosted_scores(const struct spt_boosted *m, struct spt_scores *out);

#endif
