/*
 * lightgbm - models of LightGBM (2.x to 4.x) as Booster.save_model and the
 * command line write them: text.
 *
 * Source of the rules: LightGBM's manual and the fields of its model files:
 * features are doubles; a test is x <= t; what counts as missing (NaN, zero,
 * nothing) and where it goes is said by each node's decision_type; members of
 * a set of categories go left, everything else, NaN too, right.
 */
#ifndef SPT_LIGHTGBM_H
#define SPT_LIGHTGBM_H

#include "score/boosted.h"

extern const struct spt_model_format spt_lightgbm_format;

/* ---- between the files of the loader ----------------------------------- */

/* From the sum of the trees to what the objective predicts. */
enum spt_lightgbm_link {
	SPT_LGB_IDENTITY,
	SPT_LGB_SQUARE, /* sign(v) v^2: regression of square roots */
	SPT_LGB_EXP,
	SPT_LGB_LOGISTIC, /* 1 / (1 + e^(-sigmoid v)) */
	SPT_LGB_LOG1P,    /* ln(1 + e^v) */
	SPT_LGB_SOFTMAX,
	SPT_LGB_EACH, /* logistic, class by class */
};

struct spt_lightgbm {
	struct spt_boosted m;
	enum spt_lightgbm_link link;
	double sigmoid;
	double divisor; /* of the sums: iterations of a forest, else 1 */
};

/* A piece of the file. */
struct spt_lightgbm_text {
	const char *p;
	size_t n;
};

/* The value of "key=value" in a section: 1, or 0 when there is none.  A line
 * that is the key alone has an empty value. */
int spt_lightgbm_value(struct spt_lightgbm_text section, const char *key,
    struct spt_lightgbm_text *value);
/* Takes the next word off *text: 1, or 0 at its end. */
int spt_lightgbm_word(
    struct spt_lightgbm_text *text, struct spt_lightgbm_text *word);
/* Is the word this one? */
bool spt_lightgbm_is(struct spt_lightgbm_text word, const char *s);
/* A number from 0 to `most` that must be there. */
SPT_MUST int spt_lightgbm_count(const struct spt_lightgbm *x,
    struct spt_lightgbm_text section, const char *key, int64_t most, size_t *n,
    struct spt_err *e);

/* Takes everything from the text of the file. */
SPT_MUST int spt_lightgbm_take(struct spt_lightgbm *x,
    struct spt_lightgbm_text text, const struct spt_model_conf *conf,
    struct spt_model_info *info, struct spt_err *e);
/* Reads the trees, which is what stands from the first "Tree=" on. */
SPT_MUST int spt_lightgbm_trees(struct spt_lightgbm *x,
    struct spt_lightgbm_text text, size_t *n, struct spt_err *e);
/* Gives features the words of pandas' categories, if the model has them;
 * infos: the value of feature_infos. */
SPT_MUST int spt_lightgbm_words(struct spt_lightgbm *x,
    struct spt_lightgbm_text text, struct spt_lightgbm_text infos,
    struct spt_err *e);

#endif
