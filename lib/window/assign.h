/*
 * assign - which windows an instant is in.
 *
 * Windows are [start, end), start = offset + k * slide for every whole k,
 * before 1970 as after; all arithmetic is on microseconds.
 */
#ifndef SPT_ASSIGN_H
#define SPT_ASSIGN_H

#include "window/windowspec.h"

/* A window whose start or end would leave the range of spt_time begins at
 * SPT_TIME_MIN or ends at SPT_TIME_MAX; no two windows become the same by
 * that. */
struct spt_interval {
	spt_time start, end;
};

/* Windows that may hold one instant: the i of spt_assign_get runs below it. */
int64_t spt_assign_count(const struct spt_windowspec *w);
/* The i-th window of t, the one that starts last being 0.  False: the oldest
 * may end at or before t, where the size is no multiple of the slide. */
bool spt_assign_get(const struct spt_windowspec *w, spt_time t, int64_t i,
    struct spt_interval *out);

#endif
