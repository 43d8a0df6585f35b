/*
 * mapspec - what the columns of smap's output are: named by -s, those of the
 * input (--same), or learnt from results (mapguess.h).
 */
#ifndef SPT_MAPSPEC_H
#define SPT_MAPSPEC_H

#include <jv.h>

#include "base/buf.h"
#include "batch/schema.h"

struct spt_mapcol {
	int in;     /* the input column of the same name, or -1 */
	bool kept;  /* it has the metadata of that column */
	bool fixed; /* it has a mark of that column (event time, key): its
		       values must be that column's */
	jv key;
};

struct spt_mapspec {
	const struct spt_io *io;
	struct spt_schema schema;
	struct spt_mapcol *cols; /* schema.n */
	size_t cap;
	int bare; /* the column of results that are no objects, or -1 */
};

void spt_mapspec_init(struct spt_mapspec *s, const struct spt_io *io);
void spt_mapspec_fini(struct spt_mapspec *s);

/* Appends the columns of `name type, name type`; s is empty.  Types: bool int
 * float string timestamp.  A name with blanks, commas or quotes stands in
 * double quotes, \" and \\ inside.  SPT_EUSAGE. */
SPT_MUST int spt_mapspec_parse(
    struct spt_mapspec *s, const char *text, struct spt_err *e);
/* Appends one column. */
SPT_MUST int spt_mapspec_add(struct spt_mapspec *s, const char *name,
    enum spt_type type, struct spt_err *e);
/* Appends every column of the input. */
SPT_MUST int spt_mapspec_add_input(
    struct spt_mapspec *s, const struct spt_schema *in, struct spt_err *e);

/* Once all columns are there: finds the columns of the same name in the input
 * and takes over the metadata of those that have the same type.  keep: may
 * column k have it?  NULL: all may. */
SPT_MUST int spt_mapspec_bind(struct spt_mapspec *s,
    const struct spt_schema *in, const bool *keep, struct spt_err *e);

/* Appends the text for -s.  Column k (if >= 0) is given type t instead. */
SPT_MUST int spt_mapspec_print(const struct spt_mapspec *s, int k,
    enum spt_type t, struct spt_buf *out, struct spt_err *e);

#endif
