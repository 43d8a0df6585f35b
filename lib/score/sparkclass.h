/*
 * sparkclass - what spark.ml's classifiers have in common: raw scores become
 * probabilities, and one of both a class.  Not installed.
 */
#ifndef SPT_SPARKCLASS_H
#define SPT_SPARKCLASS_H

#include "score/sparkstage.h"

/* How a class is chosen. */
enum spt_spark_choice {
	SPT_SPARK_RAW,               /* the first greatest raw score */
	SPT_SPARK_PROBABILITY,       /* the first greatest probability */
	SPT_SPARK_SCALED,            /* of probability / threshold */
	SPT_SPARK_ABOVE_RAW,         /* 1 if raw[1] > threshold */
	SPT_SPARK_ABOVE_PROBABILITY, /* 1 if probability[1] > threshold */
};

struct spt_spark_classifier {
	size_t classes;
	enum spt_spark_choice choice;
	double *thresholds; /* SCALED: classes; ABOVE: one */
	bool shows_raw, shows_probability;
	size_t raw, probability;         /* buffers: classes doubles a row */
	size_t raw_col, probability_col; /* of the frame, or NONE */
};

/* Registers the stage's columns; it has become a predictor already. */
SPT_MUST int spt_spark_classifier_load(struct spt_spark_classifier *c,
    struct spt_spark_stage *s, const struct spt_spark_loading *l,
    size_t classes, struct spt_err *e);
/* The same for a classifier of two classes that has a `threshold`. */
SPT_MUST int spt_spark_classifier_binary(struct spt_spark_classifier *c,
    const struct spt_spark_loading *l, struct spt_err *e);
/* Rows x classes, to be filled with raw scores. */
double *spt_spark_classifier_raw(
    const struct spt_spark_classifier *c, const struct spt_frame *f);
/* Raw scores are there: the rest follows.  Probabilities are made of them by
 * `to`: from raw, to p, of so many rows. */
void spt_spark_classifier_finish(const struct spt_spark_classifier *c,
    struct spt_spark_stage *s, struct spt_frame *f,
    void (*to)(const double *raw, double *p, size_t classes, size_t rows));

/* Softmax, each row less its greatest; an infinite score gets all. */
void spt_spark_softmax(
    const double *raw, double *p, size_t classes, size_t rows);
/* Raw scores divided by their sum, if that is not 0. */
void spt_spark_normalised(
    const double *raw, double *p, size_t classes, size_t rows);

#endif
