/*
 * sinkfile - what the sinks that write files share.  Not installed.
 */
#ifndef SPT_SINKFILE_H
#define SPT_SINKFILE_H

#include "base/buf.h"

#define SPT_TAIL                                                    \
	4096 /* bytes before a committed length that its CRC covers \
	      */

/* open(2) again after EINTR; a failure is not put into an error. */
int spt__sink_open(
    const struct spt_io *io, const char *path, int flags, unsigned mode);
/* Locks for this process alone.  A file system without locks is fine unless
 * they are needed. */
SPT_MUST int spt__sink_lock(const struct spt_io *io, int fd, bool needed,
    const char *name, struct spt_err *e);
SPT_MUST int spt__sink_sync(
    const struct spt_io *io, int fd, const char *name, struct spt_err *e);
/* The directory that path is in. */
SPT_MUST int spt__sink_sync_parent(
    const struct spt_io *io, const char *path, struct spt_err *e);
/* CRC of the last SPT_TAIL bytes before length (of all, if fewer).  The offset
 * of fd is then behind them. */
SPT_MUST int spt__sink_tail(const struct spt_io *io, int fd, int64_t length,
    uint32_t *crc, const char *name, struct spt_err *e);
/* Checks that the file has the length and the CRC that were committed, cuts
 * off what follows, and goes there.  SPT_ECHECKPOINT: it has not. */
SPT_MUST int spt__sink_cut(const struct spt_io *io, int fd, int64_t length,
    uint32_t crc, const char *name, struct spt_err *e);

/* Does the file begin with these bytes?  1 yes, 0 no, -1.  The offset is at
 * its end then. */
SPT_MUST int spt__sink_begins(const struct spt_io *io, int fd, const void *p,
    size_t n, const char *name, struct spt_err *e);

/* A position as text: "device 1 inode 2 base 0 length 10 crc 0a1b2c3d". */
struct spt_place {
	uint64_t device, inode;
	int64_t base;   /* file: what was there before; directory: the first
			   epoch of the part that is open, or -1 */
	int64_t length; /* committed, of the file or the open part */
	uint32_t crc;   /* of its tail */
};

SPT_MUST int spt__place_put(
    struct spt_buf *out, const struct spt_place *p, struct spt_err *e);
/* -1: SPT_ECHECKPOINT, not such a text. */
SPT_MUST int spt__place_get(
    struct spt_place *p, const char *text, const char *name, struct spt_err *e);

#endif
