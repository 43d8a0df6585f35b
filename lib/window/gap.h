/*
 * gap - how long a session waits for its next row: for all rows the same, or
 * said by a column of each row, in seconds (int, float) or as a duration like
 * "5m" (string).
 */
#ifndef SPT_GAP_H
#define SPT_GAP_H

#include "batch/batch.h"

/* Can a column of this type say it? */
bool spt_gap_type(enum spt_type t);
/* 1: *gap, more than 0 microseconds.  0: null, not a number, 0 or negative:
 * the row begins no session.  -1: a text that is no duration (SPT_EDATA). */
SPT_MUST int spt_gap_get(
    const struct spt_col *c, int64_t row, int64_t *gap, struct spt_err *e);

#endif
