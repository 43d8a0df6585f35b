/*
 * tz - time zones: the offset from UTC of local and absolute times.
 *
 * Read from the system's TZif files (RFC 8536, versions 1 to 4, with the
 * POSIX rule behind the table), so that no process-wide state (TZ, tzset) is
 * touched.
 */
#ifndef SPT_TZ_H
#define SPT_TZ_H

#include "base/io.h"

struct spt_tz;

/* "UTC", "Z", "+02:00", "-0530" or a name of the zone database such as
 * "Europe/Rome"; names with "..", a leading "/" or other bad characters are
 * refused.  *tz is the caller's (spt_tz_free).  SPT_EUSAGE: no such zone. */
SPT_MUST int spt_tz_open(struct spt_tz **tz, const struct spt_io *io,
    const char *name, struct spt_err *e);
/* From the bytes of a TZif file.  SPT_EDATA. */
SPT_MUST int spt_tz_read(struct spt_tz **tz, const struct spt_io *io,
    const uint8_t *p, size_t n, struct spt_err *e);
void spt_tz_free(struct spt_tz *tz);

/* Offset in seconds east of UTC at the instant t; NULL is UTC. */
int32_t spt_tz_offset(const struct spt_tz *tz, spt_time t);
/* The instant of a local time (given as if it were UTC).  In a gap the time is
 * moved on by the gap, in a fold the first one is taken. */
spt_time spt_tz_from_local(const struct spt_tz *tz, spt_time local);

#endif
