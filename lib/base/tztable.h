/*
 * tztable - the inside of a time zone, shared by its readers.  Not installed.
 */
#ifndef SPT_TZTABLE_H
#define SPT_TZTABLE_H

#include "base/tz.h"

/* A time zone is a list of periods in order of time, each with one offset;
 * period 0 begins before all time. */
struct spt_tz {
	const struct spt_io *io;
	int64_t *from;   /* seconds since 1970, not descending */
	int32_t *offset; /* seconds east of UTC */
	size_t n;        /* at least 1 */
	size_t from_cap, offset_cap;
	/* From here on (seconds) the last 400 years of the list repeat. */
	int64_t repeats;
};

#define SPT__TZ_NEVER INT64_MAX
/* The Gregorian calendar repeats after 400 years, and they are whole weeks. */
#define SPT__TZ_CYCLE (INT64_C(146097) * 86400)

SPT_MUST int spt__tz_new(
    struct spt_tz **tz, const struct spt_io *io, struct spt_err *e);
/* A period behind the others, or before those that begin later. */
SPT_MUST int spt__tz_add(
    struct spt_tz *tz, int64_t from, int32_t offset, struct spt_err *e);
/* Continues the list with the rule of a POSIX TZ string of n bytes (RFC 8536,
 * section 3.3).  SPT_EDATA: not such a string. */
SPT_MUST int spt__tz_add_rule(
    struct spt_tz *tz, const char *p, size_t n, struct spt_err *e);

#endif
