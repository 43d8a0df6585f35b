/*
 * lanerows - what goes into the buffer of a lane, and from there to its sink.
 * Not installed.
 */
#ifndef SPT_LANEROWS_H
#define SPT_LANEROWS_H

#include "egress/lane.h"

/* What is in the buffer is written. */
SPT_MUST int spt__lane_write(struct spt_lane *l, struct spt_err *e);
/* Begins a unit: an encoder of its own, and the header. */
SPT_MUST int spt__lane_open_unit(struct spt_lane *l, struct spt_err *e);
/* Ends it: what the encoder still has, and the end mark. */
SPT_MUST int spt__lane_end_unit(struct spt_lane *l, struct spt_err *e);
/* All rows of b, encoded. */
SPT_MUST int spt__lane_put(
    struct spt_lane *l, const struct spt_batch *b, struct spt_err *e);
/* The format, in front of the position of a file (laneopen.c). */
SPT_MUST int spt__lane_put_format(struct spt_lane *l, struct spt_err *e);
/* A control of an Arrow stream. */
SPT_MUST int spt__lane_put_control(
    struct spt_lane *l, const struct spt_control *c, struct spt_err *e);

#endif
