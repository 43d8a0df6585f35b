/*
 * jsonwalk - lines of JSON that take the steps of those before them, many at
 * a time.  Not installed.
 */
#ifndef SPT_JSONWALK_H
#define SPT_JSONWALK_H

#include "decode/format.h"
#include "decode/jsontrail.h"

/* As the lines of a format.  Ends in front of a line that the trail does not
 * know, that is bad, or that has a member with something wanted below it. */
size_t spt__jsonwalk_lines(const struct spt__trail *t,
    const struct spt_linemap *m, size_t i, size_t n, struct spt_place *cells,
    size_t step);

#endif
