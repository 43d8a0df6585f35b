/*
 * shorttext - texts of at most SPT_SHORT bytes as four words, without a branch
 * that depends on how long they are: keys of mixed lengths would be guessed
 * wrong every other time.
 *
 * All SPT_SHORT bytes from p on are read, whatever they are behind the text,
 * so the caller knows that they are there.
 */
#ifndef SPT_SHORTTEXT_H
#define SPT_SHORTTEXT_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SPT_SHORT 32

/* Eight bytes as they lie in memory. */
static inline uint64_t
spt_short_word(const void *p, int i)
{
	uint64_t v;

	memcpy(&v, (const char *)p + 8 * i, sizeof v);
	return v;
}

/* SPT_SHORT bytes, of which the first n have all bits. */
static inline const void *
spt_short_mask(size_t n)
{
	static const uint8_t ones[2 * SPT_SHORT] = { 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		255 };

	return ones + SPT_SHORT - n;
}

/* Word i of the text of n bytes, which zeros follow; the first byte is the
 * lowest. */
static inline uint64_t
spt_short_get(const void *p, size_t n, int i)
{
	return le64toh(
	    spt_short_word(p, i) & spt_short_word(spt_short_mask(n), i));
}

/* Are the texts of n bytes each the same? */
static inline bool
spt_short_same(const void *a, const void *b, size_t n)
{
	const void *mask = spt_short_mask(n);
	uint64_t differ = 0;

	for (int i = 0; i < 4; i++)
		differ |= (spt_short_word(a, i) ^ spt_short_word(b, i)) &
			  spt_short_word(mask, i);
	return differ == 0;
}

#endif
