/*
 * locate - finds a file that had another name, or was not compressed, when it
 * was read.
 */
#ifndef SPT_LOCATE_H
#define SPT_LOCATE_H

#include "source/seen.h"

/* t is a track of s, and its file has not its content at its path any more.
 * Looks in the same directory for its inode, and, among names that begin like
 * its own, for its content.  1: t has been moved and is open; 0: not found;
 * -1. */
SPT_MUST int spt_locate(
    struct spt_seen *s, struct spt_track *t, struct spt_err *e);

/* The directory of path, on loan from buf: "." if it names none.  NULL: *e. */
SPT_MUST const char *spt_locate_directory(
    const char *path, struct spt_buf *buf, struct spt_err *e);

#endif
