/*
 * spark_rows - the rows of tests/data/spark as a batch, and what Spark said
 * of each of them.
 */
#ifndef SPT_SPARK_ROWS_H
#define SPT_SPARK_ROWS_H

#include "batch/builder.h"
#include "score/json_load.h"

struct spark_rows {
	struct spt_jansson json;
	json_t **v; /* an object a line */
	size_t n;
};

/* Lines of JSON of the file tests/data/spark/NAME; ends the test program if
 * they cannot be read. */
void spark_rows_read(struct spark_rows *r, const char *name);
void spark_rows_free(struct spark_rows *r);
/* $srcdir/tests/data/spark/NAME in a buffer that the next call reuses. */
const char *spark_path(const char *name);

/* A number, or the text of one that JSON does not have. */
double spark_number(const struct spark_rows *r, const json_t *v);

/* All columns of the rows; `features` of `extra`, if any row of it has that,
 * as a JSON text (apart false) or as columns f0, f1, ... (apart true). */
void spark_rows_batch(const struct spark_rows *r,
    const struct spark_rows *extra, bool apart, struct spt_schema *s,
    struct spt_builder *b);

#endif
