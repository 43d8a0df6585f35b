/*
 * exact - integers that a double cannot hold, kept exact through programs
 * whose numbers are doubles.  Not installed.
 */
#ifndef SPT_EXACT_H
#define SPT_EXACT_H

#include <jv.h>

#include "base/buf.h"
#include "batch/batch.h"

/* Greatest magnitude up to which every integer is a double of its own, and
 * no other integer rounds to it. */
#define SPT_SAFE_INT ((INT64_C(1) << 53) - 1)
#define SPT_JSON_DEPTH 1000 /* of arrays and objects that we walk into */

static inline bool
spt_int_big(int64_t v)
{
	return v > SPT_SAFE_INT || v < -SPT_SAFE_INT;
}

/* A result, and the same result of the second run; twin is invalid when there
 * was no second run. */
struct spt_result {
	jv v, twin;
};

/* v is a number, twin the text that stood for it in the second run: *i is the
 * integer.  Both are borrowed. */
bool spt_exact_int(jv v, jv twin, int64_t *i);

/* Appends a number as jq prints it: whole ones without a point, an infinity as
 * the greatest double, NaN as null. */
SPT_MUST int spt_number_put(struct spt_buf *out, double v, struct spt_err *e);

/* Is v what the program makes of the row in exact arithmetic too?  (See
 * exact.c.)  bigs: the n big integers of the row.  Borrowed. */
bool spt_exact_agree(jv v, jv twin, const int64_t *bigs, size_t n);

#endif
