/*
 * bulk - values of a column that its maker writes by itself, many at a time.
 *
 * Room is made first, values are written behind those that are there, then
 * they are added: v8[0..n) of 8 bytes each, or, of a utf8 column, text and the
 * ends of the n texts as offsets.
 */
#ifndef SPT_BULK_H
#define SPT_BULK_H

#include <string.h>

#include "batch/builder.h"

/* Room for n values (not bool) and so many bytes of text.  0 or -1. */
SPT_MUST int spt_bulk_room(
    struct spt_colb *c, size_t n, size_t text, struct spt_err *e);
/* n values, none of them null, and their text are there.  0 or -1. */
SPT_MUST int spt_bulk_add(
    struct spt_colb *c, size_t n, size_t text, struct spt_err *e);

/* n nulls, for which there need be no room.  0 or -1. */
SPT_MUST int spt_bulk_add_nulls(
    struct spt_colb *c, size_t n, struct spt_err *e);

#define SPT_BULK_CHUNK 32 /* bytes that text is copied in */

/* Text of n bytes; SPT_BULK_CHUNK bytes behind it can be read, and written. */
static inline void
spt_bulk_copy(char *to, const char *p, size_t n)
{
	size_t k = 0;

	do {
		memcpy(to + k, p + k, SPT_BULK_CHUNK);
		k += SPT_BULK_CHUNK;
	} while (k < n);
}

/* Where the next value goes.  It has its alignment. */
static inline void *
spt_bulk_values(const struct spt_colb *c)
{
	return c->values.data + c->values.len;
}

#endif
