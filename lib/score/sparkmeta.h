/*
 * sparkmeta - what a saved spark.ml stage says of itself: class, uid and
 * parameters, one JSON object in metadata/part-*.  Not installed.
 *
 * A parameter is looked up in paramMap (what somebody set), then in
 * defaultParamMap (what was the default when it was saved); who asks says
 * what holds when it is in neither.
 */
#ifndef SPT_SPARKMETA_H
#define SPT_SPARKMETA_H

#include "base/arena.h"
#include "base/buf.h"
#include "score/json_load.h"

struct spt_spark_meta {
	const struct spt_io *io;
	const struct spt_jansson *json;
	struct spt_arena *arena; /* texts live there */
	const char *file;        /* for messages */
	json_t *root;
	const char *class, *uid, *version;
};

/* A list of texts. */
struct spt_spark_texts {
	const char **v;
	size_t n;
};

/* Reads dir/metadata.  -1: SPT_EDATA or SPT_ESYSTEM, with the file. */
SPT_MUST int spt_spark_meta_open(struct spt_spark_meta *m,
    const struct spt_io *io, const struct spt_jansson *json,
    struct spt_arena *arena, const char *dir, struct spt_err *e);
void spt_spark_meta_close(struct spt_spark_meta *m);

/* The parameter of that name, or NULL. */
json_t *spt_spark_param(const struct spt_spark_meta *m, const char *name);
/* Numbers may be the texts NaN, Inf, -Inf (Infinity too). */
SPT_MUST int spt_spark_number(const struct spt_spark_meta *m, const char *name,
    double otherwise, double *v, struct spt_err *e);
SPT_MUST int spt_spark_bool(const struct spt_spark_meta *m, const char *name,
    bool otherwise, bool *v, struct spt_err *e);
/* *v is in the arena. */
SPT_MUST int spt_spark_text(const struct spt_spark_meta *m, const char *name,
    const char *otherwise, const char **v, struct spt_err *e);
/* otherwise: there are none. */
SPT_MUST int spt_spark_texts(const struct spt_spark_meta *m, const char *name,
    struct spt_spark_texts *v, struct spt_err *e);
/* The numbers of a list; *v NULL when there is none. */
SPT_MUST int spt_spark_numbers(const struct spt_spark_meta *m, const char *name,
    double **v, size_t *n, struct spt_err *e);
/* The elements of an array of numbers that was found some other way. */
SPT_MUST int spt_spark_number_list(const struct spt_spark_meta *m,
    const char *name, json_t *list, double **v, size_t *n, struct spt_err *e);
/* A whole number 0..max beside the parameters (numFeatures), which must be
 * there. */
SPT_MUST int spt_spark_count(const struct spt_spark_meta *m, const char *name,
    size_t max, size_t *v, struct spt_err *e);

/* -1: "FILE: what". */
int spt_spark_fail(const struct spt_spark_meta *m, struct spt_err *e,
    const char *fmt, ...) SPT_PRINTF(3, 4);

/* Input and output columns, given as inputCol or inputCols; as many of each.
 * A stage without an output name has "UID__output". */
SPT_MUST int spt_spark_columns(const struct spt_spark_meta *m,
    struct spt_spark_texts *in, struct spt_spark_texts *out, struct spt_err *e);

/* The names in a folder that begin and end so, sorted, in the arena; names
 * that begin with '.' or '_' never count.  One that is missing has none. */
SPT_MUST int spt_spark_list(const struct spt_io *io, struct spt_arena *arena,
    const char *dir, const char *begin, const char *end,
    struct spt_spark_texts *v, struct spt_err *e);
/* a/b in the arena, or NULL. */
const char *spt_spark_path(
    struct spt_arena *arena, const char *a, const char *b, struct spt_err *e);

#endif
