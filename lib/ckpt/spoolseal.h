/*
 * spoolseal - see spoolseal.c.  Private to lib/ckpt.
 */
#ifndef SPT_SPOOLSEAL_H
#define SPT_SPOOLSEAL_H

#include "ckpt/spooldir.h"

/* Rewrites the newest segment, whatever state it is in, as a sealed one.
 * There is one (s->n > 0). */
SPT_MUST int spt_spool_seal(
    struct spt_spool *s, struct spt_spool_at need, struct spt_err *e);

#endif
