/*
 * maprows - rows through libjq, and what is learnt from them.  Private to
 * map.c.
 */
#ifndef SPT_MAPROWS_H
#define SPT_MAPROWS_H

#include "expr/map.h"

/* Starts libjq, if it is not, for the epoch at hand. */
SPT_MUST int spt_map_wake(
    struct spt_map *m, struct spt_emit *out, struct spt_err *e);
/* The next row of the epoch, which is row i of b. */
SPT_MUST int spt_map_row(struct spt_map *m, const struct spt_batch *b,
    int64_t i, struct spt_emit *out, struct spt_err *e);
/* Output 0 has the columns of m->spec. */
SPT_MUST int spt_map_declare(
    struct spt_map *m, struct spt_emit *out, struct spt_err *e);
/* The columns are known: from here on by kernels, if there are some. */
SPT_MUST int spt_map_speed_up(struct spt_map *m, struct spt_err *e);
/* The columns are those of the results that are held; these go out. */
SPT_MUST int spt_map_settle(
    struct spt_map *m, struct spt_emit *out, struct spt_err *e);
void spt_map_drop_held(struct spt_map *m);

#endif
