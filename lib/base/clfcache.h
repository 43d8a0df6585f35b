/*
 * clfcache - times of web server logs, which mostly have the day and zone of
 * the one before.
 */
#ifndef SPT_CLFCACHE_H
#define SPT_CLFCACHE_H

#include "base/time.h"

/* Zeroed is empty. */
struct spt_clf_cache {
	char day[12];      /* "dd/Mon/yyyy:" */
	char zone[6];      /* " +zzzz" */
	spt_time midnight; /* when the day begins there */
};

/* As spt_time_parse_clf. */
int spt_time_parse_clf_cached(
    struct spt_clf_cache *k, const char *p, size_t n, spt_time *t);

#endif
