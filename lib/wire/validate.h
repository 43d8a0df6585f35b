/*
 * validate - do the bytes of a column mean what a batch promises?
 */
#ifndef SPT_VALIDATE_H
#define SPT_VALIDATE_H

#include "batch/batch.h"

/* Bits set among the first n of a bitmap. */
int64_t spt__bits_count(const uint8_t *bits, int64_t n);
/* Offsets 0 .. rows: none negative, none less than the one before, none beyond
 * bytes. */
bool spt__offsets_valid(const int32_t *offsets, int64_t rows, size_t bytes);
/* The texts of a utf8 column whose offsets are valid: -1 all are UTF-8, else
 * the first row that is not.  Null slots may hold anything. */
int64_t spt__text_bad_row(const struct spt_col *c, int64_t rows);

#endif
