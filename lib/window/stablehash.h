/*
 * stablehash - a hash that is stored: the same on all machines, for ever.
 *
 *	mix(x)	x ^= x >> 30, x *= 0xbf58476d1ce4e5b9,
 *		x ^= x >> 27, x *= 0x94d049bb133111eb, x ^= x >> 31
 *
 * (David Stafford's "Mix13" finaliser).  From h = 0x6a09e667f3bcc909, the data
 * in words of 8 bytes, least byte first, the last filled up with zeros:
 * h = mix(h ^ word) for each, and at the end h = mix(h ^ length in bytes).
 */
#ifndef SPT_STABLEHASH_H
#define SPT_STABLEHASH_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t
spt_stablehash_mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static inline uint64_t
spt_stablehash(const uint8_t *p, size_t n)
{
	uint64_t h = UINT64_C(0x6a09e667f3bcc909), word;
	size_t left = n;

	for (; left >= 8; left -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = spt_stablehash_mix(h ^ le64toh(word));
	}
	if (left != 0) {
		word = 0;
		memcpy(&word, p, left);
		h = spt_stablehash_mix(h ^ le64toh(word));
	}
	return spt_stablehash_mix(h ^ n);
}

#endif
