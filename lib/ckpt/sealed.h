/*
 * sealed - a short text with its checksum in a last line of its own:
 *
 *	the text, whose last byte is a newline
 *	crc32c 01234567
 */
#ifndef SPT_SEALED_H
#define SPT_SEALED_H

#include "base/buf.h"

/* Writes it durably as folder/name. */
SPT_MUST int spt_sealed_write(const struct spt_io *io, const char *folder,
    const char *name, const char *text, struct spt_err *e);
/* 1: out is the text, without the last line; 0: there is no such file; -1:
 * among others if it is not what was written. */
SPT_MUST int spt_sealed_read(const struct spt_io *io, const char *path,
    struct spt_buf *out, struct spt_err *e);

#endif
