/*
 * utf8 - validity (RFC 3629: no surrogates, no overlong forms, at most
 * U+10FFFF) and repair.
 */
#ifndef SPT_UTF8_H
#define SPT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* How many of the n bytes at p come before the first that is not ASCII. */
size_t spt_utf8_ascii(const uint8_t *p, size_t n);
bool spt_utf8_valid(const uint8_t *p, size_t n);
/* Appends p to out with every maximal bad subsequence (Unicode 15, 3.9,
 * table 3-8) as U+FFFD.  Number of replacements, or -1. */
SPT_MUST int64_t spt_utf8_repair(
    struct spt_buf *out, const uint8_t *p, size_t n, struct spt_err *e);
/* Decodes the character at p (n > 0 bytes left, valid UTF-8); its length. */
size_t spt_utf8_next(const uint8_t *p, size_t n, uint32_t *c);
/* Columns of a terminal that the text takes: combining marks 0, wide East
 * Asian and emoji 2 (by ranges, not by locale).  p is valid UTF-8. */
size_t spt_utf8_width(const uint8_t *p, size_t n);

#endif
