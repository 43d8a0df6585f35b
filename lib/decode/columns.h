/*
 * columns - the columns of an input, and those of the output among them.
 *
 * Input columns come from the format, a CSV header, -s, or turn up one by one
 * (named formats).  When learning ends, settle picks those that -c names,
 * gives each its type and makes the schema.
 */
#ifndef SPT_COLUMNS_H
#define SPT_COLUMNS_H

#include "base/list.h"
#include "decode/infer.h"
#include "decode/names.h"
#include "decode/schema_text.h"

struct spt_in_column {
	char *name;
	struct spt_coltype type; /* .type 0: not known, to be inferred */
	struct spt_infer infer;
	const struct spt_column_spec *spec; /* of -s; or NULL */
	bool kept;                          /* -c names it, or there is no -c */
	bool seen;  /* named formats: it has turned up */
	size_t out; /* after settle: index of the output column + 1, or 0 */
};

struct spt_out_column {
	const struct spt_in_column *in;
	size_t at;     /* index among the input columns */
	size_t n_name; /* bytes of its name */
};

struct spt_columns {
	const struct spt_io *io;
	struct spt_schema_text text; /* of -s */
	struct spt_list keep;        /* of -c */
	struct spt_in_column *in;
	size_t n, cap;
	struct spt__names names; /* of in; after settle of out */
	size_t *seen;            /* the order in which columns turned up */
	size_t n_seen, cap_seen;
	bool assumed; /* in is what -s says, the input had nothing to say */
	/* After settle. */
	struct spt_out_column *out;
	size_t n_out;
	struct spt_schema schema;
};

/* schema, keep: the texts of -s and -c, or NULL.  SPT_EUSAGE. */
SPT_MUST int spt_columns_init(struct spt_columns *c, const struct spt_io *io,
    const char *schema, const char *keep, struct spt_err *e);
void spt_columns_fini(struct spt_columns *c);

/* Appends an input column; type: as in -s, or NULL; what -s says of the column
 * wins.  SPT_EDATA: two columns of this name, or too many. */
SPT_MUST int spt_columns_add(struct spt_columns *c, const char *name,
    const char *type, struct spt_err *e);
/* Takes the columns of -s that are not there yet. */
SPT_MUST int spt_columns_add_text(struct spt_columns *c, struct spt_err *e);
/* All columns are there: -s may name no other.  SPT_EUSAGE. */
SPT_MUST int spt_columns_check_text(
    const struct spt_columns *c, struct spt_err *e);
/* The input column of that name has turned up; made if it is not there.
 * Its index, or -1 (nobody wants it), -2 (*e). */
SPT_MUST int spt_columns_turn_up(
    struct spt_columns *c, const char *name, size_t n, struct spt_err *e);
/* Back to n columns, of which n_seen had turned up. */
void spt_columns_cut(struct spt_columns *c, size_t n, size_t n_seen);

/* Is the type of every column that is kept known? */
bool spt_columns_known(const struct spt_columns *c);
/* The same for all that -c names; false without -c. */
bool spt_columns_keep_known(const struct spt_columns *c);
/* SPT_EUSAGE: -c names a column that is not there. */
SPT_MUST int spt_columns_settle(struct spt_columns *c, struct spt_err *e);
/* Index of the output column, or -1. */
int spt_columns_find_out(
    const struct spt_columns *c, const char *name, size_t n);

#endif
