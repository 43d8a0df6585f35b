/*
 * sparkdata - the tables of a saved spark.ml stage: a folder of Parquet files
 * with the same columns, read as if they were one.  Not installed.
 *
 * Every column of numbers is read as a list of numbers a row: a plain number
 * is a list of one, a null a list of none.
 */
#ifndef SPT_SPARKDATA_H
#define SPT_SPARKDATA_H

#include "score/parquet.h"
#include "score/sparkmeta.h"

struct spt_spark_data {
	const struct spt_io *io;
	struct spt_arena *arena;
	const char *dir;
	struct spt_parquet *files;
	size_t n;
	size_t rows;
};

/* Row r has v[first[r]] .. v[first[r + 1] - 1].  In the arena. */
struct spt_spark_lists {
	double *v;
	size_t *first; /* rows + 1 */
	size_t rows;
};

/* A vector of spark.ml.  n values at the places at[]; a dense one has all of
 * its size in order.  What a sparse one leaves out takes no part in a product
 * at all, not even with an infinity. */
struct spt_spark_vector {
	size_t size;
	size_t n;
	uint32_t *at;
	double *v;
};

/* A matrix of spark.ml, as one vector a row. */
struct spt_spark_matrix {
	size_t rows, columns;
	struct spt_spark_vector *row;
};

/* Opens the Parquet files of dir.  -1: SPT_EDATA: none, or a damaged one. */
SPT_MUST int spt_spark_data_open(struct spt_spark_data *d,
    const struct spt_io *io, struct spt_arena *arena, const char *dir,
    struct spt_err *e);
void spt_spark_data_close(struct spt_spark_data *d);
bool spt_spark_data_has(const struct spt_spark_data *d, const char *column);

/* A column that must be there; init'ed here, _fini is the caller's. */
SPT_MUST int spt_spark_data_column(const struct spt_spark_data *d,
    const char *column, struct spt_parquet_column *c, struct spt_err *e);
/* The k-th leaf, whatever its name. */
SPT_MUST int spt_spark_data_nth(const struct spt_spark_data *d, size_t k,
    struct spt_spark_lists *l, struct spt_err *e);
SPT_MUST int spt_spark_data_lists(const struct spt_spark_data *d,
    const char *column, struct spt_spark_lists *l, struct spt_err *e);
/* The only number of each row. */
SPT_MUST int spt_spark_data_numbers(const struct spt_spark_data *d,
    const char *column, double **v, struct spt_err *e);
/* Lists of lists of text: row 0's lists in the arena, *n of them. */
SPT_MUST int spt_spark_data_texts(const struct spt_spark_data *d,
    const char *column, struct spt_spark_texts **v, size_t *n,
    struct spt_err *e);

/* The vectors of a column: one a row. */
SPT_MUST int spt_spark_data_vectors(const struct spt_spark_data *d,
    const char *column, struct spt_spark_vector **v, struct spt_err *e);
/* Spelled out: size doubles in the arena. */
double *spt_spark_vector_dense(struct spt_arena *arena,
    const struct spt_spark_vector *v, struct spt_err *e);
/* The matrix in row 0. */
SPT_MUST int spt_spark_data_matrix(const struct spt_spark_data *d,
    const char *column, struct spt_spark_matrix *m, struct spt_err *e);
/* -1 unless there is exactly this many rows. */
SPT_MUST int spt_spark_data_rows(
    const struct spt_spark_data *d, size_t rows, struct spt_err *e);

#endif
