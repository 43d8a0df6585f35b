/*
 * watermark - the stage that swatermark is.
 */
#ifndef SPT_WATERMARK_H
#define SPT_WATERMARK_H

#include "stage/stage.h"

struct spt_watermark;

extern const struct spt_stage spt_watermark_stage;

/* column: copied.  delay: microseconds, >= 0.  0, or -1 with *e; the stage's
 * close frees *w. */
SPT_MUST int spt_watermark_new(struct spt_watermark **w,
    const struct spt_io *io, const char *column, int64_t delay,
    struct spt_err *e);

#endif
