/*
 * modelport - the port behind --save: the text that came last in an epoch
 * becomes the file, whole and durable, when the barrier passes.
 */
#ifndef SPT_SCORE_MODELPORT_H
#define SPT_SCORE_MODELPORT_H

#include "stage/port.h"

/* path is on loan until close.  Refuses what cannot be replaced by a file. */
SPT_MUST int spt_modelport_open(struct spt_port **port, const struct spt_io *io,
    const char *path, struct spt_err *e);

#endif
