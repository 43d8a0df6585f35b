/*
 * sparktree - the trees of a saved spark.ml model, as a forest.  Not
 * installed.
 */
#ifndef SPT_SPARKTREE_H
#define SPT_SPARKTREE_H

#include "score/forest.h"
#include "score/sparkstage.h"

/* How a model is made of its trees. */
enum spt_spark_ensemble {
	SPT_SPARK_ONE_TREE,
	SPT_SPARK_FOREST,  /* a mean; the votes of a classifier */
	SPT_SPARK_BOOSTED, /* a sum, weighted */
};

/* Reads data/ (and treesMetadata/) of the stage.  A leaf has one value, its
 * prediction; or, classes being not 0, a value a class: its counts, and in an
 * ensemble their shares.  The forest is sealed; *trees is their number. */
SPT_MUST int spt_spark_trees_load(struct spt_forest *f,
    const struct spt_spark_loading *l, enum spt_spark_ensemble how,
    size_t features, size_t classes, size_t *trees, struct spt_err *e);

#endif
