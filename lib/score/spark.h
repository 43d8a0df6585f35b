/*
 * spark - models that Spark 2.4 to 4 saved with spark.ml: a folder with
 * metadata/, for a PipelineModel also stages/, for a tuned model bestModel/.
 *
 * The scores are those of the last predictor in the pipeline; an IndexToString
 * behind it gives the labels.  Formulas, and what happens to values that are
 * missing or unknown, are Spark's.
 */
#ifndef SPT_SPARK_H
#define SPT_SPARK_H

#include "score/model.h"

extern const struct spt_model_format spt_spark_format;

#endif
