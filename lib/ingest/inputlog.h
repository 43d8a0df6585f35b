/*
 * inputlog - what epochs.log says of an epoch's input, as text:
 *
 *   base EPOCH         the epoch that has all positions; this one has changes
 *   format NAME
 *   args TEXT          the options that change rows, as JSON
 *   bad TEXT           where the file of bad records ends (only with one)
 *   spool RUN SEGMENT BYTE SKIP SEGMENT BYTE     (only with spooled input)
 *   file ...           positions behind the epoch (position.h)
 *   read ...           what was read, in this order
 *
 * What the epoch has read of spooled input begins SKIP bytes behind the first
 * place in the spool of that run, and ends at the second place, or before it.
 *
 * Private to lib/ingest.
 */
#ifndef SPT_INPUTLOG_H
#define SPT_INPUTLOG_H

#include "ckpt/spool.h"
#include "source/seen.h"

struct spt_inputlog {
	int64_t base;
	char *format, *args;
	char *bad;   /* NULL: there is none */
	int64_t run; /* whose spool; 0: nothing is spooled */
	struct spt_spool_at from, to;
	uint64_t skip;
};

void spt_inputlog_fini(struct spt_inputlog *l, const struct spt_io *io);
/* The lines before those of files. */
SPT_MUST int spt_inputlog_put(
    struct spt_buf *out, const struct spt_inputlog *l, struct spt_err *e);
/* *text is behind them then.  0 or -1 (SPT_ECHECKPOINT); l is to be ended
 * either way. */
SPT_MUST int spt_inputlog_get(struct spt_inputlog *l, const struct spt_io *io,
    const char **text, struct spt_err *e);

#endif
