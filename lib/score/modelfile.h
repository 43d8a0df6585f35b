/*
 * modelfile - a file of a model in memory, as a whole.
 */
#ifndef SPT_MODELFILE_H
#define SPT_MODELFILE_H

#include "base/buf.h"

#define SPT_MODELFILE_MAX (1u << 30) /* bytes */

/* Appends the file's bytes to *text.  -1: SPT_ESYSTEM (it cannot be read), or
 * SPT_EDATA (it has more than `most` bytes). */
SPT_MUST int spt_modelfile_read(const struct spt_io *io, const char *path,
    size_t most, struct spt_buf *text, struct spt_err *e);

#endif
