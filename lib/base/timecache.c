/*
 * timecache - the layout that nearly all times have, yyyy-mm-ddThh:mm:ss with
 * or without a fraction of 3 or 6 digits and a Z, at fixed positions; for all
 * else, good or bad, there is spt_time_parse.  A minute or a date that was
 * valid once is compared, not read.
 */
#include "base/digits.h"
#include "base/timecache.h"

/* The minute of a time: true if it could be had. */
static bool
take_minute(struct spt_time_cache *k, const char *p)
{
	unsigned hour = spt__two(p + 11), minute = spt__two(p + 14);

	if ((p[10] != 'T' && p[10] != ' ') || hour > 23 || minute > 59)
		return false;
	if (k->date[0] == '\0' || memcmp(k->date, p, sizeof k->date) != 0) {
		spt_time midnight;

		if (spt_time_parse(p, sizeof k->date, NULL, &midnight) == 0)
			return false;
		memcpy(k->date, p, sizeof k->date);
		k->midnight = midnight;
	}
	memcpy(k->minute, p, sizeof k->minute);
	k->start =
	    k->midnight + (spt_time)(hour * 3600 + minute * 60) * SPT_SECOND;
	return true;
}

/* A fraction of 3 or 6 digits behind its point, in microseconds; false: it is
 * none. */
static inline bool
take_fraction(const char *p, size_t n, spt_time *t)
{
	unsigned v = 0, bad = *p != '.';

	for (size_t i = 1; i < n; i++) {
		unsigned digit = spt__digit(p[i]);

		bad |= digit > 9;
		v = v * 10 + digit;
	}
	*t = n == 4 ? v * 1000 : v;
	return !bad;
}

int
spt_time_parse_cached(struct spt_time_cache *k, const char *p, size_t n,
    const struct spt_tz *tz, spt_time *t)
{
	bool zone = n > 19 && p[n - 1] == 'Z';
	size_t rest = n - 19 - zone; /* the fraction with its point */
	spt_time fraction = 0;
	unsigned second;

	/* With a colon in it, the text is not what an empty cache holds. */
	if (n < 19 || (!zone && tz != NULL) || p[13] != ':' || p[16] != ':')
		return spt_time_parse(p, n, tz, t);
	second = spt__two(p + 17);
	if (second > 59 ||
	    (rest != 0 && ((rest != 4 && rest != 7) ||
			      !take_fraction(p + 19, rest, &fraction))) ||
	    (memcmp(k->minute, p, sizeof k->minute) != 0 && !take_minute(k, p)))
		return spt_time_parse(p, n, tz, t);
	*t = k->start + (spt_time)second * SPT_SECOND + fraction;
	return 1;
}
