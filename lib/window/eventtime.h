/*
 * eventtime - what a timestamp column says about when its row happened.
 *
 * A result of a window stands for its rows, so its event time is the last
 * instant inside: window_end - 1 us.  swindow tells which of its columns is
 * the end of a window by metadata, so that windows over windows, and
 * watermarks of results, need no rule about names.
 */
#ifndef SPT_EVENTTIME_H
#define SPT_EVENTTIME_H

#include <string.h>

#include "batch/schema.h"

/* On fields: "start" or "end". */
#define SPT_KEY_WINDOW "spate:window"

/* Microseconds to take off a value of the column. */
static inline int64_t
spt_eventtime_shift(const struct spt_field *f)
{
	const char *v = spt_meta_get(&f->meta, SPT_KEY_WINDOW);

	return v != NULL && strcmp(v, "end") == 0;
}

/* t - us, never below SPT_TIME_MIN or above SPT_TIME_MAX. */
static inline spt_time
spt_eventtime_back(spt_time t, int64_t us)
{
	spt_time r;

	if (__builtin_sub_overflow(t, us, &r))
		return us > 0 ? SPT_TIME_MIN : SPT_TIME_MAX;
	return r;
}

#endif
