/*
 * parquet - reading small Apache Parquet files whole: as much of the format
 * as saved models need (github.com/apache/parquet-format: README, Encodings,
 * parquet.thrift).
 *
 * Nested columns are read as they are stored: a run of entries, each with its
 * definition level (how much of the path is there) and repetition level (at
 * which list it goes on; 0 starts a row), and the values of those entries
 * that are defined all the way.
 *
 * Supported: pages of version 1 and 2; PLAIN, RLE and dictionary encodings;
 * Snappy, gzip or no compression; boolean, int32, int64, float, double, byte
 * arrays.  Anything else is refused by name.
 */
#ifndef SPT_PARQUET_H
#define SPT_PARQUET_H

#include "base/buf.h"

#define SPT_PARQUET_FILE_MAX ((size_t)1 << 30) /* bytes */
#define SPT_PARQUET_VALUES (1u << 26)          /* entries of a column */

/* As parquet.thrift numbers them. */
enum spt_parquet_type {
	SPT_PARQUET_BOOLEAN = 0,
	SPT_PARQUET_INT32 = 1,
	SPT_PARQUET_INT64 = 2,
	SPT_PARQUET_INT96 = 3, /* not supported */
	SPT_PARQUET_FLOAT = 4,
	SPT_PARQUET_DOUBLE = 5,
	SPT_PARQUET_BYTES = 6,
	SPT_PARQUET_FIXED = 7, /* not supported */
};

/* A leaf of the schema. */
struct spt_parquet_leaf {
	/* Names with dots between; what only makes a list a list ("list",
	 * "element") is left out. */
	char *path;
	enum spt_parquet_type type;
	uint8_t max_def, max_rep;
};

struct spt_parquet {
	const struct spt_io *io;
	char *file; /* for messages */
	struct spt_buf bytes;
	size_t footer; /* offset of the metadata */
	struct spt_parquet_leaf *leaves;
	size_t n, cap;
	struct spt_parquet_chunk *chunks; /* row group by row group, n each */
	size_t n_chunks, chunks_cap;
	size_t groups;
	int64_t rows;
};

union spt_parquet_value {
	int64_t i; /* boolean, int32, int64 */
	double f;  /* float, double */
	struct {
		uint32_t at, n; /* in text */
	} s;
};

/* What is read of a leaf; several files may be read into the same one. */
struct spt_parquet_column {
	const struct spt_io *io;
	enum spt_parquet_type type;
	uint8_t max_def, max_rep;
	uint8_t *def, *rep;
	size_t n, def_cap, rep_cap;      /* entries */
	union spt_parquet_value *values; /* of entries with def == max_def */
	size_t n_values, values_cap;
	struct spt_buf text; /* of byte arrays */
	size_t rows;
};

/* Reads the file and its metadata.  -1: SPT_EDATA with file and byte, or
 * SPT_ESYSTEM. */
SPT_MUST int spt_parquet_open(struct spt_parquet *p, const struct spt_io *io,
    const char *path, struct spt_err *e);
/* The same with the file's bytes, which are copied. */
SPT_MUST int spt_parquet_open_bytes(struct spt_parquet *p,
    const struct spt_io *io, const char *name, const void *bytes, size_t n,
    struct spt_err *e);
void spt_parquet_close(struct spt_parquet *p);
/* The leaf of that path, or -1. */
int spt_parquet_find(const struct spt_parquet *p, const char *path);

void spt_parquet_column_init(
    struct spt_parquet_column *c, const struct spt_io *io);
void spt_parquet_column_fini(struct spt_parquet_column *c);
/* Appends all rows of the leaf.  The first file says what the column is; that
 * another one has a different shape is SPT_EDATA. */
SPT_MUST int spt_parquet_read(const struct spt_parquet *p, size_t leaf,
    struct spt_parquet_column *c, struct spt_err *e);

#endif
