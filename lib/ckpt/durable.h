/*
 * durable - files and folders that are there, whole, after a power loss, or
 * not there at all.
 *
 * A data file: temporary name in the same folder, write, fsync, rename, fsync
 * of the folder.  A folder: mkdir, fsync of its parent.  A failed fsync or
 * close ends the attempt: nothing is ever synced a second time on a
 * descriptor that failed once, because the system forgets what it could not
 * write.
 */
#ifndef SPT_DURABLE_H
#define SPT_DURABLE_H

#include "base/buf.h"

/* A file in the making.  Its temporary name is "<folder>/.<name>.tmp". */
struct spt_newfile {
	const struct spt_io *io;
	int fd;
	uint64_t size; /* bytes put so far */
	char *folder, *path, *temp;
};

/* Starts (what a crashed attempt left under the temporary name is removed);
 * folder exists, name has no '/'.  mode as of open.  On -1 nothing is held. */
SPT_MUST int spt_newfile_open(struct spt_newfile *f, const struct spt_io *io,
    const char *folder, const char *name, unsigned mode, struct spt_err *e);
SPT_MUST int spt_newfile_put(
    struct spt_newfile *f, const void *p, size_t n, struct spt_err *e);
/* Durable under its name, replacing what was there.  Ends f in any case.
 * keep_fd (or NULL) gets the descriptor, open for reading and writing, which
 * is the caller's then; else it is closed. */
SPT_MUST int spt_newfile_commit(
    struct spt_newfile *f, int *keep_fd, struct spt_err *e);
/* Gives up: nothing stays.  Fine after commit and on a zeroed struct. */
void spt_newfile_abandon(struct spt_newfile *f);

/* All of the above in one call. */
SPT_MUST int spt_durable_write(const struct spt_io *io, const char *folder,
    const char *name, unsigned mode, const void *p, size_t n,
    struct spt_err *e);
/* 0 it is there and durable, made by this call or before (then *made, which
 * may be NULL, is false and only its kind is checked: no symbolic link). */
SPT_MUST int spt_durable_mkdir(const struct spt_io *io, const char *path,
    unsigned mode, bool *made, struct spt_err *e);
/* open with O_CLOEXEC and O_NOFOLLOW added.  The descriptor, or -1 with *e; a
 * file that is not there is recognised by e->code == ENOENT. */
SPT_MUST int spt_durable_open(const struct spt_io *io, const char *path,
    int flags, unsigned mode, struct spt_err *e);
/* Appends the content of a small file.  1; 0 there is none; -1, also when it
 * is longer than limit (SPT_ECHECKPOINT). */
SPT_MUST int spt_durable_read(const struct spt_io *io, const char *path,
    size_t limit, struct spt_buf *out, struct spt_err *e);
/* fsync of a folder: its names are durable. */
SPT_MUST int spt_durable_sync_folder(
    const struct spt_io *io, const char *folder, struct spt_err *e);
/* fsync of a file by its path (of somebody who crashed, say). */
SPT_MUST int spt_durable_sync_file(
    const struct spt_io *io, const char *path, struct spt_err *e);
/* Removes a file; that it is not there is fine.  The caller syncs. */
SPT_MUST int spt_durable_remove(
    const struct spt_io *io, const char *path, struct spt_err *e);

#endif
