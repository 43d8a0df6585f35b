/*
 * parquetvalues - a run of values of one type, as they are read from pages:
 * of a column, or of its dictionary.  Not installed.
 */
#ifndef SPT_PARQUETVALUES_H
#define SPT_PARQUETVALUES_H

#include "score/parquet.h"

/* Values in PLAIN encoding: n of them from the bytes, behind those of c.
 * *why: what is wrong with the bytes, else no memory. */
SPT_MUST int spt__parquet_plain(struct spt_parquet_column *c, const uint8_t *p,
    size_t bytes, size_t n, const char **why, struct spt_err *e);
/* The booleans of a page in RLE encoding, four bytes of length in front. */
SPT_MUST int spt__parquet_rle_bools(struct spt_parquet_column *c,
    const uint8_t *p, size_t bytes, size_t n, const char **why,
    struct spt_err *e);
/* n values of the dictionary d, by indices. */
SPT_MUST int spt__parquet_looked_up(struct spt_parquet_column *c,
    const struct spt_parquet_column *d, const uint8_t *p, size_t bytes,
    size_t n, const char **why, struct spt_err *e);

static inline uint32_t
spt_parquet_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

#endif
