/*
 * mapout - one result of the program becomes one row of the output.
 */
#ifndef SPT_MAPOUT_H
#define SPT_MAPOUT_H

#include "batch/builder.h"
#include "expr/jv_cell.h"
#include "expr/mapspec.h"

/* Why a result does not fit. */
struct spt_misfit {
	struct spt_err why; /* SPT_EDATA; other kinds are failures of ours */
	int col;            /* another type for this column would do ... */
	enum spt_type type; /* ... this one; col -1: none would */
};

/* Puts one value into every column of `to`, without ending the row.  in and i
 * are the row that the program was given; text is scratch.  to NULL: only
 * looks whether it would fit.  -1: it does not fit (*m), and what was put is
 * the caller's to undo. */
SPT_MUST int spt_mapout_put(const struct spt_mapspec *s, struct spt_result r,
    const struct spt_batch *in, int64_t i, struct spt_builder *to,
    struct spt_buf *text, struct spt_misfit *m);

/* Seconds since 1970 as microseconds, the fraction rounded once.  False: no
 * time. */
bool spt_seconds_to_time(double seconds, spt_time *t);

#endif
