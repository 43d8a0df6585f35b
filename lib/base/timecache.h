/*
 * timecache - RFC 3339 times of a column, which mostly have the minute, or at
 * least the date, of the one before.
 */
#ifndef SPT_TIMECACHE_H
#define SPT_TIMECACHE_H

#include "base/time.h"

/* Zeroed is empty. */
struct spt_time_cache {
	char minute[16]; /* "yyyy-mm-ddThh:mm" */
	spt_time start;  /* when it begins, UTC */
	char date[10];
	spt_time midnight; /* the same of the date */
};

/* As spt_time_parse. */
int spt_time_parse_cached(struct spt_time_cache *k, const char *p, size_t n,
    const struct spt_tz *tz, spt_time *t);

#endif
