/*
 * parquetrle - Parquet's hybrid of run lengths and bit-packed numbers
 * (Encodings.md, "RLE"), in which levels, dictionary indices and booleans
 * are written.  Not installed.
 */
#ifndef SPT_PARQUETRLE_H
#define SPT_PARQUETRLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spt_parquet_rle {
	const uint8_t *p, *end;
	unsigned width; /* bits of a number, 0..32 */
	uint64_t run;   /* numbers left in the run */
	bool packed;
	uint32_t value; /* of a run that repeats */
	unsigned bit;   /* of *p, in a packed run */
};

static inline void
spt_parquet_rle_init(
    struct spt_parquet_rle *r, const uint8_t *p, size_t n, unsigned width)
{
	*r = (struct spt_parquet_rle){ .p = p, .end = p + n, .width = width };
}

/* The next n numbers.  False: the bytes do not hold so many. */
bool spt__parquet_rle_get(struct spt_parquet_rle *r, uint32_t *v, size_t n);

/* Bits that numbers up to max need. */
static inline unsigned
spt_parquet_width(uint32_t max)
{
	return max == 0 ? 0 : 32 - (unsigned)__builtin_clz(max);
}

#endif
