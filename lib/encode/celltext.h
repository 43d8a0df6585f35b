/*
 * celltext - the text of one value that is not a string, the same in every
 * format: true, -12, 1.0, 2015-05-17T10:05:03Z.
 */
#ifndef SPT_CELLTEXT_H
#define SPT_CELLTEXT_H

#include <string.h>

#include "base/number.h"
#include "base/time.h"
#include "batch/batch.h"

#define SPT_CELL_TEXT 64

/* Row i of c, which is neither null nor utf8; the length.  out has room for
 * SPT_CELL_TEXT bytes. */
static inline size_t
spt_celltext(
    char *out, const struct spt_col *c, int64_t i, const struct spt_tz *tz)
{
	switch (c->type) {
	case SPT_BOOL:
		if (spt_bit(c->bits, i)) {
			memcpy(out, "true", 4);
			return 4;
		}
		memcpy(out, "false", 5);
		return 5;
	case SPT_FLOAT64:
		return spt_float_print(out, c->floats[i]);
	case SPT_TIMESTAMP:
		return spt_time_print(out, c->ints[i], tz);
	default:
		return spt_int_print(out, c->ints[i]);
	}
}

#endif
