/*
 * jsonline - the one line of JSON that `query` is: written with a checksum as
 * its last member, read back only in exactly that form.  Private to lib/ckpt.
 */
#ifndef SPT_JSONLINE_H
#define SPT_JSONLINE_H

#include "base/buf.h"

/* Appends {"uuid":...,"format":...,"schema":...,"created":...,"crc":"..."} and
 * a newline. */
SPT_MUST int spt_jsonline_put(struct spt_buf *out, const char *uuid,
    const char *schema, spt_time created, struct spt_err *e);
/* name is for messages.  *schema is the caller's (spt_free). */
SPT_MUST int spt_jsonline_get(const struct spt_io *io, const char *p, size_t n,
    const char *name, char uuid[37], char **schema, spt_time *created,
    struct spt_err *e);

#endif
