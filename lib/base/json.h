/*
 * json - writing JSON text (RFC 8259).
 */
#ifndef SPT_JSON_H
#define SPT_JSON_H

#include "base/buf.h"

/* Appends p as a JSON string with its quotes.  p should be UTF-8; bytes that
 * are not come out as U+FFFD.  '"', '\', controls and U+007F are escaped, '/'
 * is not. */
SPT_MUST int spt_json_put_string(
    struct spt_buf *out, const char *p, size_t n, struct spt_err *e);
/* Appends a double: as spt_float_print, NaN and infinities as null. */
SPT_MUST int spt_json_put_float(
    struct spt_buf *out, double v, struct spt_err *e);

#endif
