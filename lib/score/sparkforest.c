/*
 * The six kinds of models made of trees.
 *
 *     one tree     a class's counts in the leaf; or the leaf's prediction
 *     forest       the sum of the trees' shares of classes; or the mean
 *     boosted      regression: the weighted sum m; of two classes: raw scores
 *                  -m and m, p0 = 1 / (1 + exp(2 m)) and 1 - p0
 */
#include <math.h>

#include "score/sparkclass.h"
#include "score/sparktree.h"

struct trees {
	struct spt_forest forest;
	struct spt_spark_classifier c; /* of classifiers */
	enum spt_spark_ensemble how;
	size_t n;
	size_t margin; /* boosted classifier: buffer, a double a row */
};

static int
load_trees(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    enum spt_spark_ensemble how, size_t classes, struct spt_err *e)
{
	struct trees *k = spt_spark_self(s, l, sizeof *k, e);
	size_t features;

	if (k == NULL ||
	    spt_spark_count(l->meta, "numFeatures", SPT_FOREST_FEATURES,
		&features, e) < 0 ||
	    spt_spark_trees_load(
		&k->forest, l, how, features, classes, &k->n, e) < 0)
		return -1;
	k->how = how;
	return spt_spark_predicts(s, l,
	    s->kind == &spt_spark_tree_regressor ||
		    s->kind == &spt_spark_forest_regressor ||
		    s->kind == &spt_spark_boosted_regressor
		? SPT_REGRESSION
		: SPT_CLASSIFICATION,
	    features, e);
}

static void
free_trees(struct spt_spark_stage *s)
{
	struct trees *k = s->self;

	if (k != NULL)
		spt_forest_fini(&k->forest);
}

/* ---- regression -------------------------------------------------------- */

static int
load_tree_regressor(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	return load_trees(s, l, SPT_SPARK_ONE_TREE, 0, e);
}

static int
load_forest_regressor(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	return load_trees(s, l, SPT_SPARK_FOREST, 0, e);
}

static int
load_boosted_regressor(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	return load_trees(s, l, SPT_SPARK_BOOSTED, 0, e);
}

static int
run_regressor(struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	struct trees *k = s->self;
	double *to = spt_frame_own(f, s->prediction)[0];
	const double *const *x = spt_spark_features(s, f, e);

	if (x == NULL)
		return -1;
	memset(to, 0, f->rows * sizeof *to);
	spt_forest_eval(&k->forest, x, f->rows, to);
	if (k->how == SPT_SPARK_FOREST)
		for (size_t r = 0; r < f->rows; r++)
			to[r] /= (double)k->n;
	return 0;
}

/* ---- classification ---------------------------------------------------- */

static int
load_classifier(struct spt_spark_stage *s, const struct spt_spark_loading *l,
    enum spt_spark_ensemble how, struct spt_err *e)
{
	struct trees *k;
	size_t classes;

	if (spt_spark_count(l->meta, "numClasses", 65536, &classes, e) < 0)
		return -1;
	if (classes == 0)
		return spt_spark_fail(l->meta, e, "0 classes");
	if (load_trees(s, l, how, classes, e) < 0)
		return -1;
	k = s->self;
	return spt_spark_classifier_load(&k->c, s, l, classes, e);
}

static int
load_tree_classifier(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	return load_classifier(s, l, SPT_SPARK_ONE_TREE, e);
}

static int
load_forest_classifier(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	return load_classifier(s, l, SPT_SPARK_FOREST, e);
}

static int
run_classifier(
    struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	struct trees *k = s->self;
	double *raw = spt_spark_classifier_raw(&k->c, f);
	const double *const *x = spt_spark_features(s, f, e);

	if (x == NULL)
		return -1;
	memset(raw, 0, f->rows * k->c.classes * sizeof *raw);
	spt_forest_eval(&k->forest, x, f->rows, raw);
	spt_spark_classifier_finish(&k->c, s, f, spt_spark_normalised);
	return 0;
}

static int
load_boosted_classifier(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, struct spt_err *e)
{
	struct trees *k;

	if (load_trees(s, l, SPT_SPARK_BOOSTED, 0, e) < 0)
		return -1;
	k = s->self;
	if (spt_frame_room(l->frame, sizeof(double), &k->margin, e) < 0)
		return -1;
	return spt_spark_classifier_load(&k->c, s, l, 2, e);
}

static void
boosted_sigmoid(const double *raw, double *p, size_t classes, size_t rows)
{
	(void)classes;
	for (size_t r = 0; r < rows; r++) {
		p[2 * r] = 1 / (1 + exp(-2 * raw[2 * r]));
		p[2 * r + 1] = 1 - p[2 * r];
	}
}

static int
run_boosted_classifier(
    struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	struct trees *k = s->self;
	double *raw = spt_spark_classifier_raw(&k->c, f);
	double *m = f->buffers[k->margin].p;
	const double *const *x = spt_spark_features(s, f, e);

	if (x == NULL)
		return -1;
	memset(m, 0, f->rows * sizeof *m);
	spt_forest_eval(&k->forest, x, f->rows, m);
	for (size_t r = 0; r < f->rows; r++) {
		raw[2 * r] = -m[r];
		raw[2 * r + 1] = m[r];
	}
	spt_spark_classifier_finish(&k->c, s, f, boosted_sigmoid);
	return 0;
}

const struct spt_spark_kind spt_spark_tree_classifier = {
	.class = "classification.DecisionTreeClassificationModel",
	.name = "DecisionTreeClassifier",
	.load = load_tree_classifier,
	.run = run_classifier,
	.free = free_trees,
};

const struct spt_spark_kind spt_spark_tree_regressor = {
	.class = "regression.DecisionTreeRegressionModel",
	.name = "DecisionTreeRegressor",
	.load = load_tree_regressor,
	.run = run_regressor,
	.free = free_trees,
};

const struct spt_spark_kind spt_spark_forest_classifier = {
	.class = "classification.RandomForestClassificationModel",
	.name = "RandomForestClassifier",
	.load = load_forest_classifier,
	.run = run_classifier,
	.free = free_trees,
};

const struct spt_spark_kind spt_spark_forest_regressor = {
	.class = "regression.RandomForestRegressionModel",
	.name = "RandomForestRegressor",
	.load = load_forest_regressor,
	.run = run_regressor,
	.free = free_trees,
};

const struct spt_spark_kind spt_spark_boosted_classifier = {
	.class = "classification.GBTClassificationModel",
	.name = "GBTClassifier",
	.load = load_boosted_classifier,
	.run = run_boosted_classifier,
	.free = free_trees,
};

const struct spt_spark_kind spt_spark_boosted_regressor = {
	.class = "regression.GBTRegressionModel",
	.name = "GBTRegressor",
	.load = load_boosted_regressor,
	.run = run_regressor,
	.free = free_trees,
};
