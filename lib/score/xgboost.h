/*
 * xgboost - models of XGBoost (1.0 to 3.x) as it saves them: JSON or UBJSON,
 * boosters gbtree, dart and gblinear.
 *
 * Sources: the JSON schema of XGBoost's manual ("Introduction to Model IO")
 * and its predictor's documented rules: features and sums are single floats,
 * a missing value (NaN, null) takes a node's default side, a test is x < t,
 * members of a set of categories go right.
 */
#ifndef SPT_XGBOOST_H
#define SPT_XGBOOST_H

#include "score/boosted.h"
#include "score/json_load.h"

extern const struct spt_model_format spt_xgboost_format;

/* ---- between the files of the loader ------------------------------------ */

/* From the sum of the trees to what the objective predicts. */
enum spt_xgboost_link {
	SPT_XGB_IDENTITY,
	SPT_XGB_LOGISTIC, /* a probability */
	SPT_XGB_EXP,
	SPT_XGB_HINGE,   /* 0 or 1 */
	SPT_XGB_SOFTMAX, /* probabilities of the classes */
};

struct spt_xgboost {
	struct spt_boosted m; /* its forest is empty if this is linear */
	enum spt_xgboost_link link;
	double *base;    /* groups: what sums start with */
	bool linear;     /* gblinear: */
	double *weights; /* (features + 1) x groups; the last row is the bias */
};

/* The parsed file. */
struct spt_xgboost_file {
	struct spt_jansson js;
	json_t *root;
};

/* The file as JSON text, whichever of the two it is. */
SPT_MUST int spt_xgboost_text(const struct spt_xgboost *x, const char *path,
    struct spt_buf *text, struct spt_err *e);

/* Takes everything from the parsed file. */
SPT_MUST int spt_xgboost_take(struct spt_xgboost *x,
    const struct spt_xgboost_file *f, const struct spt_model_conf *conf,
    struct spt_model_info *info, struct spt_err *e);

/* Gives the features the words of their categories, if there are any. */
SPT_MUST int spt_xgboost_words(struct spt_xgboost *x,
    const struct spt_xgboost_file *f, const json_t *gbtree, struct spt_err *e);

/* Reads the trees below gbtree ({"model": ...}) into x->m.forest.  weights: of
 * the trees (dart), or NULL. */
SPT_MUST int spt_xgboost_trees(struct spt_xgboost *x,
    const struct spt_xgboost_file *f, const json_t *gbtree,
    const json_t *weights, struct spt_err *e);

/* The member of an object, which must be there and have the type.  NULL. */
SPT_MUST const json_t *spt_xgboost_member(const struct spt_xgboost *x,
    const struct spt_xgboost_file *f, const json_t *object, const char *name,
    json_type type, struct spt_err *e);
/* A number of at most `most` that stands there as text. */
SPT_MUST int spt_xgboost_count(const struct spt_xgboost *x,
    const struct spt_xgboost_file *f, const json_t *object, const char *name,
    int64_t most, size_t *n, struct spt_err *e);

#endif
