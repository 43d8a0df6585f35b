/*
 * timetext - pieces of written times that several formats share.  Not
 * installed.
 *
 * A take function reads its piece at p, before end, and returns where the
 * piece ends; NULL: there is no such piece.
 */
#ifndef SPT_TIMETEXT_H
#define SPT_TIMETEXT_H

#include "base/time.h"

/* hh:mm[:ss[.fraction]]. */
const char *spt__clock_take(
    const char *p, const char *end, struct spt_civil *c);
/* 1 to 9 digits, cut to microseconds. */
const char *spt__fraction_take(const char *p, const char *end, int *micros);
/* Z, UTC, GMT, +hh:mm, +hhmm, +hh: seconds east of UTC. */
const char *spt__zone_take(const char *p, const char *end, int32_t *offset);
/* An English name of a month, January is 1, or of a day of the week, Sunday is
 * 0; the whole name or its first three letters, in any case. */
const char *spt__month_take(const char *p, const char *end, int *month);
const char *spt__weekday_take(const char *p, const char *end, int *day);

static inline const char *
spt__skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

#endif
