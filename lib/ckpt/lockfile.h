/*
 * lockfile - locks of whole processes on files (flock), which a crash undoes.
 */
#ifndef SPT_LOCKFILE_H
#define SPT_LOCKFILE_H

#include "base/buf.h"

struct spt_lockfile {
	const struct spt_io *io;
	int fd; /* -1: not held */
	char *path;
};

#define SPT_LOCK_EXCLUSIVE 1 /* else shared */
#define SPT_LOCK_CREATE 2    /* the file is made (mode 0600) if missing */

/* Tries once.  1: held.  0: others hold it.  -1: *e; without
 * SPT_LOCK_CREATE a missing file is SPT_ECHECKPOINT. */
SPT_MUST int spt_lockfile_try(struct spt_lockfile *l, const struct spt_io *io,
    const char *path, int flags, struct spt_err *e);
/* Drops it.  Fine on a zeroed struct that was never tried. */
void spt_lockfile_drop(struct spt_lockfile *l);

/* Appends who holds the lock on the file, from /proc/locks: "swindow (pid
 * 4711), swrite (pid 4712)"; nothing if nobody does or it cannot be known.
 * Returns how many, or -1. */
SPT_MUST int spt_lockfile_holders(const struct spt_io *io, const char *path,
    struct spt_buf *out, struct spt_err *e);

#endif
