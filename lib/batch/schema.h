/*
 * schema - names, types and metadata of the columns of a stream.
 */
#ifndef SPT_SCHEMA_H
#define SPT_SCHEMA_H

#include "batch/type.h"

struct spt_field {
	char *name; /* unique, not empty, UTF-8 without NUL */
	enum spt_type type;
	bool nullable; /* true for all that spate makes */
	struct spt_meta meta;
};

struct spt_schema {
	const struct spt_io *io;
	struct spt_field *fields;
	size_t n, cap;
	struct spt_meta meta;
};

#define SPT_MAX_COLUMNS 10000

void spt_schema_init(struct spt_schema *s, const struct spt_io *io);
void spt_schema_fini(struct spt_schema *s);
/* Appends a nullable column.  -1: the name is empty, not UTF-8, has a NUL, or
 * is there already (SPT_EDATA, the message names it). */
SPT_MUST int spt_schema_add(struct spt_schema *s, const char *name,
    enum spt_type type, struct spt_err *e);
/* Appends a copy of the column f, metadata included. */
SPT_MUST int spt_schema_add_copy(
    struct spt_schema *s, const struct spt_field *f, struct spt_err *e);
/* dst is initialised and empty. */
SPT_MUST int spt_schema_copy(
    struct spt_schema *dst, const struct spt_schema *src, struct spt_err *e);
/* Index of the column, or -1. */
int spt_schema_find(const struct spt_schema *s, const char *name);
/* The same, but failing (SPT_EUSAGE) with "no column "x" (columns: a, b, c)";
 * >= 0 or -1. */
SPT_MUST int spt_schema_need(
    const struct spt_schema *s, const char *name, struct spt_err *e);
/* The one column that swatermark marked as event time, or -1; *delay (may be
 * NULL) gets its delay in microseconds. */
int spt_schema_event_time(const struct spt_schema *s, int64_t *delay);
/* The input ends by itself, as every stream does that is not ours. */
bool spt_schema_bounded(const struct spt_schema *s);

#endif
