#include "window/assign.h"

/* n / d and what is left over, which is 0 .. d - 1; d > 0. */
static inline __int128
divide(__int128 n, int64_t d, int64_t *rest)
{
	__int128 q;

	/* The division of the machine is ten times faster. */
	if (n == (int64_t)n) {
		q = (int64_t)n / d;
		*rest = (int64_t)n % d;
	} else {
		q = n / d;
		*rest = (int64_t)(n % d);
	}
	if (*rest >= 0)
		return q;
	*rest += d;
	return q - 1;
}

static spt_time
saturate(__int128 t)
{
	if (t < SPT_TIME_MIN)
		return SPT_TIME_MIN;
	return t > SPT_TIME_MAX ? SPT_TIME_MAX : (spt_time)t;
}

void
spt_slice_get(const struct spt_windowspec *w, spt_time t, struct spt_slice *s)
{
	int64_t whole = w->size / w->slide, head = w->size % w->slide, phase;
	__int128 start;

	/* It fits: with a slide of 1 us the offset is 0. */
	s->unit = (int64_t)divide((__int128)t - w->offset, w->slide, &phase);
	start = (__int128)t - phase;
	s->last = s->unit;
	s->first = s->last - whole + 1;
	if (phase < head) {
		s->span.start = saturate(start);
		s->span.end = saturate(start + head);
		s->first--;
		return;
	}
	s->span.start = saturate(start + head);
	s->span.end = saturate(start + w->slide);
}

struct spt_interval
spt_assign_window(const struct spt_windowspec *w, __int128 n)
{
	__int128 start = w->offset + n * w->slide;

	return (
	    struct spt_interval){ saturate(start), saturate(start + w->size) };
}

__int128
spt_assign_after(const struct spt_windowspec *w, spt_time t)
{
	int64_t rest;

	return divide((__int128)t - w->offset - w->size, w->slide, &rest) + 1;
}
