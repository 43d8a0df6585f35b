/*
 * position - what is remembered of a file: which one it is, and how far it
 * has been read.
 *
 * A file is known by device and inode, which the system uses again, and
 * therefore by its content too: a hash of the first bytes that were read of
 * it (up to 1 KiB), so that a short file that grows stays itself.  Offsets
 * count uncompressed bytes.  The checksum of all bytes read says whether a
 * compressed file is one that has been read before it was compressed.
 */
#ifndef SPT_POSITION_H
#define SPT_POSITION_H

#include "base/buf.h"

#define SPT_HEAD_BYTES 1024

/* Of the first `at` bytes of a file.  Zeroed: of none. */
struct spt_prefix {
	uint64_t at;
	uint32_t crc;  /* CRC32C of all of them */
	uint64_t head; /* hash of the first SPT_HEAD_BYTES of them */
};

void spt_prefix_add(struct spt_prefix *d, const void *p, size_t n);

struct spt_position {
	int64_t id; /* in its set, from 1 */
	char *path; /* where it was last seen */
	uint64_t dev, ino;
	struct spt_prefix done; /* whole records that have been read */
	int64_t line;           /* of the next one, from 1 */
	struct spt_buf header;  /* CSV: the record with the names */
	bool gone; /* its inode may be another file's now; or it is a pipe */
	bool over; /* nothing more will be read of it */
};

SPT_MUST int spt_position_init(struct spt_position *p, const struct spt_io *io,
    const char *path, struct spt_err *e);
void spt_position_fini(struct spt_position *p, const struct spt_io *io);

/* What an epoch has read of one file at a stretch. */
struct spt_stretch {
	int64_t id; /* of the position */
	uint64_t from, to;
	uint32_t crc;   /* CRC32C of its bytes */
	spt_time mtime; /* of the file then, for times without a year */
	bool last;      /* its last record ends without a newline */
};

/* ---- as text, a line each -------------------------------------------------
 *
 *   file ID DEVICE INODE OFFSET CRC HEAD LINE FLAGS HEADER PATH
 *   read ID FROM TO CRC MTIME FLAGS
 *
 * CRC and HEAD are hexadecimal, FLAGS letters or "-", HEADER and PATH have
 * bytes that are not plain as %XX, and are "%" if empty.
 */

SPT_MUST int spt_position_put(
    struct spt_buf *out, const struct spt_position *p, struct spt_err *e);
SPT_MUST int spt_stretch_put(
    struct spt_buf *out, const struct spt_stretch *s, struct spt_err *e);

/* Take one line at *text, and move behind it.  1: it was of that kind; 0: it
 * begins with another word, or the text is over; -1: it is damaged
 * (SPT_ECHECKPOINT).  get initialises *p only if it returns 1. */
SPT_MUST int spt_position_get(struct spt_position *p, const struct spt_io *io,
    const char **text, struct spt_err *e);
SPT_MUST int spt_stretch_get(
    struct spt_stretch *s, const char **text, struct spt_err *e);

#endif
