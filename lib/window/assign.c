#include "window/assign.h"

int64_t
spt_assign_count(const struct spt_windowspec *w)
{
	return (w->size - 1) / w->slide + 1;
}

/* How far t is behind the newest start at or before it: 0 .. slide - 1. */
static int64_t
phase(const struct spt_windowspec *w, spt_time t)
{
	int64_t d, r;

	if (__builtin_sub_overflow(t, w->offset, &d))
		r = (int64_t)(((__int128)t - w->offset) % w->slide);
	else
		r = d % w->slide;
	return r < 0 ? r + w->slide : r;
}

static spt_time
saturate(__int128 t)
{
	if (t < SPT_TIME_MIN)
		return SPT_TIME_MIN;
	return t > SPT_TIME_MAX ? SPT_TIME_MAX : (spt_time)t;
}

bool
spt_assign_get(const struct spt_windowspec *w, spt_time t, int64_t i,
    struct spt_interval *out)
{
	__int128 start = (__int128)t - phase(w, t) - (__int128)i * w->slide;

	if (start + w->size <= t)
		return false;
	out->start = saturate(start);
	out->end = saturate(start + w->size);
	return true;
}
