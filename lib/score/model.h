/*
 * model - one saved model, whatever wrote it: found out, loaded, bound to the
 * columns of a stream, and applied a batch at a time.
 *
 * A format (spark.ml, PMML, XGBoost, LightGBM, our own) is one
 * struct spt_model_format; what it loads is its own business behind `self`.
 * All numbers are IEEE doubles; null and NaN are told apart by the columns.
 */
#ifndef SPT_SCORE_MODEL_H
#define SPT_SCORE_MODEL_H

#include "base/io.h"
#include "batch/batch.h"

enum spt_model_task {
	SPT_REGRESSION,
	SPT_CLASSIFICATION, /* prediction, probability and raw scores */
	SPT_CLUSTERING,     /* prediction is the cluster's index */
	SPT_DETECTION,      /* prediction is an anomaly score */
};

/* What a model is; everything is on loan until the model is freed. */
struct spt_model_info {
	const char *kind; /* for people: "spark.ml PipelineModel (3.5.1)" */
	enum spt_model_task task;
	size_t classes; /* width of probability and raw; 0: there are none */
	/* Texts that predictions stand for (IndexToString, PMML, ...);
	 * NULL: the prediction is the number itself. */
	const char *const *labels;
	size_t n_labels;
	/* Names of the input columns, in the model's order, as far as the
	 * model knows names. */
	const char *const *features;
	size_t n_features;
	double threshold; /* of detection: from this score on it is one */
};

/* What became of a row. */
enum spt_score_fate {
	SPT_SCORED,
	SPT_SCORE_NULL, /* no prediction: the model says null */
	SPT_SCORE_SKIP, /* the model says that such a row vanishes */
	SPT_SCORE_BAD,  /* refused; a struct spt_score_bad says why */
};

struct spt_score_bad {
	int64_t row;
	const char *column; /* of the input, or NULL */
	const char *reason; /* "null, and handleInvalid is error" */
};

/* The scores of one batch.  The arrays are the model's, on loan until its
 * next predict.  Values at rows that were not scored are unspecified. */
struct spt_scores {
	const double *prediction; /* rows */
	const int32_t *label;     /* rows: index into labels; NULL: no labels */
	const double *probability; /* rows x classes, row by row, or NULL */
	const double *raw;         /* the same */
	const uint8_t *fate;       /* enum spt_score_fate; NULL: all scored */
	const struct spt_score_bad *bad; /* ordered by row */
	size_t n_bad;
};

/* How the caller wants it. */
struct spt_model_conf {
	const char *path;
	/* -c: input columns in the model's own order of features, instead of
	 * the names that the model knows; n 0: by name. */
	const char *const *columns;
	size_t n_columns;
};

struct spt_model_format {
	const char *name; /* "spark.ml" */
	/* Is this it?  head: the first n bytes of the file (up to 4 KiB); of a
	 * directory, head is NULL.  No messages, no failures. */
	bool (*looks)(const struct spt_io *io, const char *path,
	    const char *head, size_t n);
	/* 0: *self is the model, whole and checked: nothing that predict
	 * relies on is wrong.  -1: SPT_EDATA with file, place and reason. */
	int (*load)(void **self, const struct spt_io *io,
	    const struct spt_model_conf *conf, struct spt_model_info *info,
	    struct spt_err *e);
	/* Finds the columns in the stream's schema; refuses by column name. */
	int (*bind)(void *self, const struct spt_schema *in, struct spt_err *e);
	/* No allocation once batches of this size have been seen. */
	int (*predict)(void *self, const struct spt_batch *b,
	    struct spt_scores *out, struct spt_err *e);
	void (*free)(void *self); /* NULL is no one */
	/* Optional: what the model remembers of the rows that it has scored,
	 * as numbers (the values that lags look back to).  It is kept in the
	 * stage's state and handed to the model that takes over; recall gets
	 * what memory gave, maybe of another model: 1 taken, 0 it does not
	 * fit, and is left.  memory is on loan until the next predict. */
	const double *(*memory)(void *self, size_t *n);
	int (*recall)(void *self, const double *v, size_t n);
};

/* The formats, NULL-ended, in the order in which they are asked. */
extern const struct spt_model_format *const spt_model_formats[];

#define SPT_MODEL_ID 17 /* 16 hexadecimal digits and a NUL */

struct spt_model {
	const struct spt_model_format *format;
	void *self;
	struct spt_model_info info;
	char id[SPT_MODEL_ID]; /* fingerprint of the bytes of its files */
};

/* Recognises and loads conf->path, a file or a directory. */
SPT_MUST int spt_model_open(struct spt_model *m, const struct spt_io *io,
    const struct spt_model_conf *conf, struct spt_err *e);
void spt_model_close(struct spt_model *m);

#endif
