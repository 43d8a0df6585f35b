/*
 * sparkstage - one stage of a spark.ml pipeline: a kind that knows how to load
 * it and to run it over a frame, and what it reads and makes.  Not installed.
 */
#ifndef SPT_SPARKSTAGE_H
#define SPT_SPARKSTAGE_H

#include "score/frame.h"
#include "score/sparkdata.h"
#include "score/sparkmeta.h"

struct spt_spark_stage;

/* What a stage is loaded from, and into what. */
struct spt_spark_loading {
	const struct spt_io *io;
	struct spt_arena *arena;
	struct spt_frame *frame;
	const struct spt_spark_meta *meta;
	const char *dir;
	/* The stages before it. */
	const struct spt_spark_stage *before;
	size_t n_before;
};

struct spt_spark_kind {
	const char *class; /* behind "org.apache.spark.ml." */
	const char *name;  /* for messages */
	/* s is zeroed but for kind and uid. */
	int (*load)(struct spt_spark_stage *s,
	    const struct spt_spark_loading *l, struct spt_err *e);
	/* The types of the columns that it reads are known.  NULL: all do. */
	int (*bind)(
	    struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e);
	int (*run)(
	    struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e);
	void (*free)(struct spt_spark_stage *s); /* NULL: nothing to free */
};

struct spt_spark_stage {
	const struct spt_spark_kind *kind;
	const char *uid;
	size_t *in, *out; /* columns of the frame */
	size_t n_in, n_out;
	bool optional; /* columns that it reads may be missing */
	bool predictor;
	enum spt_model_task task;
	size_t prediction; /* its column */
	/* Classifiers: of the batch at hand, rows x classes, or NULL. */
	size_t classes;
	const double *raw, *probability;
	/* IndexToString: one list; StringIndexer: one for each of out. */
	struct spt_spark_texts *labels;
	const int32_t *label; /* IndexToString, of the batch: into labels[0] */
	void *self;           /* in the arena */
};

/* Whether a row is refused, goes away, or stays. */
enum spt_spark_invalid {
	SPT_SPARK_ERROR,
	SPT_SPARK_SKIP,
	SPT_SPARK_KEEP,
};

extern const struct spt_spark_kind spt_spark_vector_assembler;
extern const struct spt_spark_kind spt_spark_standard_scaler;
extern const struct spt_spark_kind spt_spark_min_max_scaler;
extern const struct spt_spark_kind spt_spark_string_indexer;
extern const struct spt_spark_kind spt_spark_index_to_string;
extern const struct spt_spark_kind spt_spark_one_hot_encoder;
extern const struct spt_spark_kind spt_spark_bucketizer;
extern const struct spt_spark_kind spt_spark_imputer;
extern const struct spt_spark_kind spt_spark_linear_regression;
extern const struct spt_spark_kind spt_spark_generalized_regression;
extern const struct spt_spark_kind spt_spark_logistic_regression;
extern const struct spt_spark_kind spt_spark_tree_classifier;
extern const struct spt_spark_kind spt_spark_tree_regressor;
extern const struct spt_spark_kind spt_spark_forest_classifier;
extern const struct spt_spark_kind spt_spark_forest_regressor;
extern const struct spt_spark_kind spt_spark_boosted_classifier;
extern const struct spt_spark_kind spt_spark_boosted_regressor;
extern const struct spt_spark_kind spt_spark_kmeans;
extern const struct spt_spark_kind spt_spark_naive_bayes;

/* ---- what stages share ------------------------------------------------- */

/* The parameter handleInvalid, error when it is not there. */
SPT_MUST int spt_spark_invalid(const struct spt_spark_meta *m,
    enum spt_spark_invalid *v, struct spt_err *e);
/* Zeroed memory in the arena for s->self. */
SPT_MUST void *spt_spark_self(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, size_t bytes, struct spt_err *e);
/* Room for the ids of so many columns. */
SPT_MUST int spt_spark_ports(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, size_t in, size_t out,
    struct spt_err *e);
/* One column more that the stage reads or makes; see frame.h. */
SPT_MUST int spt_spark_reads(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, const char *name, size_t width,
    struct spt_err *e);
SPT_MUST int spt_spark_makes(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, const char *name,
    enum spt_frame_type type, size_t width, bool shared, struct spt_err *e);
/* A predictor: reads featuresCol, of that width, and makes predictionCol. */
SPT_MUST int spt_spark_predicts(struct spt_spark_stage *s,
    const struct spt_spark_loading *l, enum spt_model_task task, size_t width,
    struct spt_err *e);
/* Opens the folder `name` of the stage. */
SPT_MUST int spt_spark_open_data(struct spt_spark_data *d,
    const struct spt_spark_loading *l, const char *name, struct spt_err *e);
/* All columns that s reads are numbers; bools: or booleans. */
SPT_MUST int spt_spark_all_numbers(const struct spt_spark_stage *s,
    const struct spt_frame *f, bool bools, struct spt_err *e);

/* The arrays of the vector that s reads first.  Rows in which it is null are
 * bad.  NULL: no memory. */
SPT_MUST const double *const *spt_spark_features(
    const struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e);

/* out[row * stride] = v . x[row] + add */
void spt_spark_dot(const struct spt_spark_vector *v, const double *const *x,
    size_t rows, double add, double *out, size_t stride);

/* coefficients . x + intercept */
struct spt_spark_linear {
	struct spt_spark_vector *coefficients; /* in the arena */
	double intercept;
};

/* From the only row of the stage's data. */
SPT_MUST int spt_spark_linear_read(struct spt_spark_linear *k,
    const struct spt_spark_loading *l, struct spt_err *e);
/* out[row] of rows; x as of spt_spark_features. */
void spt_spark_linear_dot(const struct spt_spark_linear *k,
    const double *const *x, size_t rows, double *out);

#endif
