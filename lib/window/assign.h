/*
 * assign - which windows an instant is in, and the slices between their edges.
 *
 * Windows are [start, end).  Window n starts at offset + n * slide, for every
 * whole n, before 1970 as after; all arithmetic is on microseconds.
 *
 * Time is cut into slices at every start and every end of a window, so all
 * instants of a slice are in the same windows.  Unit n, from the start of
 * window n to that of the next, is one slice if the size is a multiple of the
 * slide; else two, its head up to the end of an older window, and its tail.
 * Tumbling windows are slices themselves.
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

struct spt_slice {
	int64_t unit;
	struct spt_interval span; /* ends cut off as those of windows are */
	__int128 first, last;     /* the windows that hold it, by number */
};

/* The slice that t is in. */
void spt_slice_get(
    const struct spt_windowspec *w, spt_time t, struct spt_slice *s);
/* Window n. */
struct spt_interval spt_assign_window(
    const struct spt_windowspec *w, __int128 n);
/* The first window that ends behind t. */
__int128 spt_assign_after(const struct spt_windowspec *w, spt_time t);

#endif
