/*
 * mapstate - the columns that smap has learnt are its state: one entry.
 * Not installed.
 */
#ifndef SPT_MAPSTATE_H
#define SPT_MAPSTATE_H

#include "expr/mapspec.h"
#include "stage/stage.h"

SPT_MUST int spt_mapstate_save(
    const struct spt_mapspec *s, struct spt_state_out *w, struct spt_err *e);
/* 1: s, which was empty, has the saved columns, bound to the input.  0: there
 * was no entry.  -1: SPT_ECHECKPOINT if it is not what save wrote, or the
 * input has no longer what it needs. */
SPT_MUST int spt_mapstate_load(struct spt_mapspec *s,
    const struct spt_schema *in, struct spt_state_in *r, struct spt_err *e);

#endif
