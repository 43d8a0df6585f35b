/*
 * watermark - the stage that swatermark is.
 */
#ifndef SPT_WATERMARK_H
#define SPT_WATERMARK_H

#include "stage/stage.h"

struct spt_watermark;

extern const struct spt_stage spt_watermark_stage;

/* Durations are microseconds, >= 0; -1 where that may be: not asked for. */
struct spt_watermark_conf {
	const char *column;
	int64_t delay;
	int64_t idle;  /* -1: silence does not move the watermark */
	int64_t ahead; /* -1: a time may be any */
	bool skip;     /* rows that are too far ahead are left out; else
			  the first one is a failure */
};

/* Nothing of conf is kept.  0, or -1 with *e; the stage's close frees *w. */
SPT_MUST int spt_watermark_new(struct spt_watermark **w,
    const struct spt_io *io, const struct spt_watermark_conf *conf,
    struct spt_err *e);

#endif
