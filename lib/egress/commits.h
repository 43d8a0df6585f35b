/*
 * commits - the log of commits that swrite keeps in a checkpoint: commits.log,
 * with what the sinks recorded before their first byte (the file `sinks`), and
 * progress.ndjson for people.
 */
#ifndef SPT_COMMITS_H
#define SPT_COMMITS_H

#include "egress/egress.h"

struct spt_commits_ckpt;

/* c->ctx is the caller's to free, after the port is closed.  Without a
 * checkpoint in the schema its open answers 0 and nothing happens. */
SPT_MUST int spt_commits_open(
    struct spt_commits *c, const struct spt_io *io, struct spt_err *e);
void spt_commits_close(struct spt_commits *c);

#endif
