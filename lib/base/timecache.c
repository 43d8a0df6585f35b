/*
 * timecache - the layout that nearly all times have, yyyy-mm-ddThh:mm:ss with
 * or without a fraction of 3 or 6 digits and a Z, at fixed positions; for all
 * else, good or bad, there is spt_time_parse.  A date that was valid once is
 * compared, not read.
 */
#include "base/digits.h"
#include "base/timecache.h"

/* hh:mm:ss as microseconds; false: it is none of an ordinary day. */
static bool
take_clock(const char *p, spt_time *t)
{
	unsigned hour = spt__two(p), minute = spt__two(p + 3);
	unsigned second = spt__two(p + 6);

	if (p[2] != ':' || p[5] != ':' || hour > 23 || minute > 59 ||
	    second > 59)
		return false;
	*t = (spt_time)(hour * 3600 + minute * 60 + second) * SPT_SECOND;
	return true;
}

/* A fraction of n digits behind its point; false: it is none. */
static bool
take_fraction(const char *p, size_t n, spt_time *t)
{
	unsigned v = 0;

	if (*p != '.')
		return false;
	for (size_t i = 1; i <= n; i++) {
		unsigned digit = spt__digit(p[i]);

		if (digit > 9)
			return false;
		v = v * 10 + digit;
	}
	*t += n == 3 ? v * 1000 : v;
	return true;
}

int
spt_time_parse_cached(struct spt_time_cache *k, const char *p, size_t n,
    const struct spt_tz *tz, spt_time *t)
{
	bool zone = n > 19 && p[n - 1] == 'Z';
	size_t rest = n - 19 - zone; /* the fraction with its point */
	spt_time clock;

	if (n < 19 || (!zone && tz != NULL) || (p[10] != 'T' && p[10] != ' ') ||
	    !take_clock(p + 11, &clock))
		return spt_time_parse(p, n, tz, t);
	if (rest != 0 && ((rest != 4 && rest != 7) ||
			     !take_fraction(p + 19, rest - 1, &clock)))
		return spt_time_parse(p, n, tz, t);
	if (k->date[0] == '\0' || memcmp(k->date, p, sizeof k->date) != 0) {
		spt_time midnight;

		if (spt_time_parse(p, sizeof k->date, NULL, &midnight) == 0)
			return 0;
		memcpy(k->date, p, sizeof k->date);
		k->midnight = midnight;
	}
	*t = k->midnight + clock;
	return 1;
}
