/*
 * recover - what a new run starts from: both logs, read, held against each
 * other, and rewritten.
 */
#ifndef SPT_RECOVER_H
#define SPT_RECOVER_H

#include "ckpt/epochlog.h"

struct spt_recovery {
	const struct spt_io *io;
	struct spt_epochlog *epochs; /* the caller's: it goes on appending */
	int64_t committed;           /* E, for spate:restore; -1: none */
	bool final;                  /* E was the final epoch */
	char id[SPT_ID_SIZE];        /* of E; "" */
	char *heads;                 /* of E, for spate:heads; "" */
	int64_t logged; /* newest in epochs.log: E+1 .. are to be re-run */
};

/* After spt_source_enter, on a known checkpoint. */
SPT_MUST int spt_recover(
    struct spt_recovery *r, const struct spt_ckpt *c, struct spt_err *e);
/* Closes epochs too, unless the caller took it and set it to NULL. */
void spt_recovery_fini(struct spt_recovery *r);

#endif
