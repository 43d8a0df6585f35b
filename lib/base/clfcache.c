/*
 * clfcache - the layout that nearly all times of web servers have,
 * dd/Mon/yyyy:hh:mm:ss +zzzz; for all else, good or bad, there is
 * spt_time_parse_clf.  A day and a zone that were valid once are compared, not
 * read.
 */
#include "base/clfcache.h"
#include "base/digits.h"

#define CLOCK 8 /* bytes of hh:mm:ss */

/* hh:mm:ss as microseconds; false: it is none of an ordinary day.  Each byte
 * less that of 00:00:00 has a limit; when it is below 0, or beyond the limit,
 * so that what the limit lacks to 0x7f takes it past that, its highest bit is
 * set. */
static bool
take_clock(const char *p, spt_time *t)
{
	const uint64_t zeros = 0x30303a30303a3030, high = 0x8080808080808080;
	const uint64_t lacks = 0x767a7f767a7f767d;
	uint64_t x = spt__eight_bytes(p) - zeros;
	unsigned hour, minute, second;

	if (((x | (x + lacks)) & high) != 0)
		return false;
	x = x * 10 + (x >> 8);
	hour = x & 0xff;
	minute = x >> 24 & 0xff;
	second = x >> 48 & 0xff;
	*t = (spt_time)(hour * 3600 + minute * 60 + second) * SPT_SECOND;
	return hour < 24;
}

int
spt_time_parse_clf_cached(
    struct spt_clf_cache *k, const char *p, size_t n, spt_time *t)
{
	const char *clock = p + sizeof k->day, *zone = clock + CLOCK;
	spt_time since;

	if (n != sizeof k->day + CLOCK + sizeof k->zone ||
	    !take_clock(clock, &since))
		return spt_time_parse_clf(p, n, t);
	if (k->day[0] == '\0' || memcmp(k->day, p, sizeof k->day) != 0 ||
	    memcmp(k->zone, zone, sizeof k->zone) != 0) {
		if (spt_time_parse_clf(p, n, t) == 0)
			return 0;
		memcpy(k->day, p, sizeof k->day);
		memcpy(k->zone, zone, sizeof k->zone);
		k->midnight = *t - since;
	}
	*t = k->midnight + since;
	return 1;
}
