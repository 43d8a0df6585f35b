/*
 * statedir - the files of stages/<id>: which there are, which are needed, and
 * the file `stage`.  Private to lib/ckpt.
 */
#ifndef SPT_STATEDIR_H
#define SPT_STATEDIR_H

#include "ckpt/statefile.h"

struct spt_statedir {
	const struct spt_io *io;
	char *path;
	int64_t *snapshot; /* epochs of those there are, ascending */
	size_t n, cap;
};

/* path is copied.  The folder need not exist yet. */
SPT_MUST int spt_statedir_init(struct spt_statedir *d, const struct spt_io *io,
    const char *path, struct spt_err *e);
void spt_statedir_fini(struct spt_statedir *d);

/* Looks which snapshots there are, after it removed what no restore from head
 * needs (an empty head: nothing is needed): snapshots and deltas that are
 * newer, and what crashed attempts left.  The folder is synced if something
 * went. */
SPT_MUST int spt_statedir_prune(
    struct spt_statedir *d, const struct spt_head *head, struct spt_err *e);
/* Is there a snapshot of this epoch or an older one?  1, 0, -1. */
SPT_MUST int spt_statedir_has(
    struct spt_statedir *d, int64_t epoch, struct spt_err *e);
/* The snapshot of this epoch is there now. */
SPT_MUST int spt_statedir_note(
    struct spt_statedir *d, int64_t epoch, struct spt_err *e);
/* With `committed` the newest committed epoch: removes snapshots (with their
 * deltas) that neither it nor the one before it needs. */
SPT_MUST int spt_statedir_clean(
    struct spt_statedir *d, int64_t committed, struct spt_err *e);

/* The number behind "snapshot-" or "delta-"; -1: no such name. */
int64_t spt_state_epoch(const char *name);

/* ---- the file `stage` -----------------------------------------------------
 */

/* 1: *args and *schema (the caller's, spt_free) as they were written; 0 there
 * is none; -1. */
SPT_MUST int spt_stagenote_read(const struct spt_io *io, const char *folder,
    const char *uuid, const char *id, char **args, char **schema,
    struct spt_err *e);
SPT_MUST int spt_stagenote_write(const struct spt_io *io, const char *folder,
    const char *uuid, const char *id, const char *args, const char *schema,
    struct spt_err *e);

#endif
