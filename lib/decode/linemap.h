/*
 * linemap - where something may end in a piece of lines, as bitmaps: bit i % 8
 * of byte i / 8 is byte i of the piece.  Not installed.
 *
 * A format that knows how its lines look asks these maps for the next place of
 * interest, instead of looking at the bytes that lie before it.  An LF is in
 * both maps, so that no search leaves its line (the idea of bitmaps instead of
 * bytes is that of G. Langdale, D. Lemire, "Parsing gigabytes of JSON per
 * second", 2019).
 */
#ifndef SPT_LINEMAP_H
#define SPT_LINEMAP_H

#include <string.h>

#include "base/digits.h"
#include "base/io.h"
#include "base/simd.h"

#define SPT_LINEMAP_BLOCK 32768 /* bytes that one map covers at most */

struct spt_linemap {
	const struct spt_io *io;
	enum spt_way way;
	bool words; /* what `other` is */
	const char *p;
	size_t readable; /* bytes at p, in the map or behind it */
	/* Quotes, backslashes and bytes below 0x20. */
	uint8_t *text;
	/* words: those and blanks; else all that is no digit. */
	uint8_t *other;
	/* The LF of each whole line, as distance from p; ends[-1] is there,
	 * too, and is -1. */
	uint32_t *ends;
	size_t n_lines;
	bool high; /* some bytes are not ASCII */
	void *memory;
};

/* Chooses the best way.  0 or -1. */
SPT_MUST int spt_linemap_init(struct spt_linemap *m, const struct spt_io *io,
    bool words, struct spt_err *e);
void spt_linemap_fini(struct spt_linemap *m);

/* The map of the first SPT_LINEMAP_BLOCK of n bytes, or fewer. */
void spt_linemap_make(struct spt_linemap *m, const char *p, size_t n);

/* The bits from byte `at` on, lowest first; at least 57 of them are true, those
 * that are not are 0. */
static inline uint64_t
spt_linemap_bits(const uint8_t *map, uint32_t at)
{
	uint64_t x = 0;

#if SPT__LITTLE_ENDIAN
	memcpy(&x, map + at / 8, 8);
#else
	for (int i = 7; i >= 0; i--)
		x = x << 8 | map[at / 8 + (uint32_t)i];
#endif
	return x >> at % 8;
}

/* The first byte from `at` on that is in the map; there must be one. */
static inline uint32_t
spt_linemap_find(const uint8_t *map, uint32_t at)
{
	uint64_t x;

	while ((x = spt_linemap_bits(map, at)) == 0)
		at += 57;
	return at + (uint32_t)__builtin_ctzll(x);
}

#endif
