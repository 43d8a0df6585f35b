/*
 * ubjson - Universal Binary JSON (draft 12, ubjson.org) as JSON text.
 *
 * Takes what XGBoost writes and the rest of the draft but for high-precision
 * numbers: all other value types, counted and typed arrays and objects.
 */
#ifndef SPT_UBJSON_H
#define SPT_UBJSON_H

#include "base/buf.h"

#define SPT_UBJSON_DEPTH 64

/* Appends the one value that the n bytes at p are.  Numbers read back as what
 * they were.  -1: SPT_EDATA with the byte; the caller puts the file's name in
 * front. */
SPT_MUST int spt_ubjson_print(
    const uint8_t *p, size_t n, struct spt_buf *out, struct spt_err *e);

#endif
