/*
 * accesswalk - lines of access logs that are as servers write them, many at a
 * time.  Not installed.
 */
#ifndef SPT_ACCESSWALK_H
#define SPT_ACCESSWALK_H

#include "decode/format.h"

/* The cells of both formats; clf ends before the referer. */
enum spt_access_field {
	SPT_ACCESS_HOST,
	SPT_ACCESS_IDENT,
	SPT_ACCESS_USER,
	SPT_ACCESS_TIME,
	SPT_ACCESS_METHOD,
	SPT_ACCESS_PATH,
	SPT_ACCESS_PROTOCOL,
	SPT_ACCESS_STATUS,
	SPT_ACCESS_BYTES,
	SPT_ACCESS_REFERER,
	SPT_ACCESS_AGENT
};

/* As the lines of a format, whose maps have words.  Ends in front of a line
 * that is not quite usual. */
size_t spt__accesswalk_lines(bool combined, const struct spt_linemap *m,
    size_t i, size_t n, struct spt_place *cells, size_t step);

#endif
