/*
 * mapbad - bad records of smap.  Private to map.c.
 */
#ifndef SPT_MAPBAD_H
#define SPT_MAPBAD_H

#include "expr/map.h"
#include "expr/mapout.h"

/* Declares the side output, if somebody wants it. */
SPT_MUST int spt_map_declare_bad(
    struct spt_map *m, struct spt_emit *out, struct spt_err *e);
/* Row i of b is bad.  0: go on without it. */
SPT_MUST int spt_map_refuse(struct spt_map *m, const struct spt_batch *b,
    int64_t i, int64_t epoch_row, struct spt_emit *out,
    const struct spt_misfit *why, struct spt_err *e);

#endif
