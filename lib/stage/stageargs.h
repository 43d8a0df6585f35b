/*
 * stageargs - what a stage was told, then and now.  Private to lib/stage.
 */
#ifndef SPT_STAGEARGS_H
#define SPT_STAGEARGS_H

#include "base/err.h"

/* Compares the arguments called names (NULL-ended; NULL: none) of two JSON
 * objects.  1 they are the same; -1 the first that is not is named. */
SPT_MUST int spt_stageargs_compare(const char *was, const char *is,
    const char *const *names, struct spt_err *e);

#endif
