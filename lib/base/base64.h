/*
 * base64 - bytes as text (RFC 4648, section 4: + and /, padded).
 */
#ifndef SPT_BASE64_H
#define SPT_BASE64_H

#include "base/buf.h"

SPT_MUST int spt_base64_put(
    struct spt_buf *out, const uint8_t *p, size_t n, struct spt_err *e);
/* Appends the bytes that the text says.  1: done.  0: it is not base64 as
 * spt_base64_put writes it (no blanks, padding there, unused bits zero); out
 * has its old length.  -1: *e. */
SPT_MUST int spt_base64_get(
    struct spt_buf *out, const char *p, size_t n, struct spt_err *e);

#endif
