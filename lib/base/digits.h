/*
 * digits - what all parsers of this room share: blanks and decimal digits.
 * Not installed.
 */
#ifndef SPT_DIGITS_H
#define SPT_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Larger than any value that spt__two can be part of. */
#define SPT__NOT_TWO 1000u

static inline bool
spt__is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline void
spt__trim(const char **p, size_t *n)
{
	while (*n > 0 && spt__is_blank(**p)) {
		(*p)++;
		(*n)--;
	}
	while (*n > 0 && spt__is_blank((*p)[*n - 1]))
		(*n)--;
}

/* The value of a digit; more than 9: it is none. */
static inline unsigned
spt__digit(char c)
{
	return (unsigned)(unsigned char)c - '0';
}

/* The value of two digits, or SPT__NOT_TWO and more. */
static inline unsigned
spt__two(const char *p)
{
	unsigned a = spt__digit(p[0]), b = spt__digit(p[1]);

	return a > 9 || b > 9 ? SPT__NOT_TWO : a * 10 + b;
}

/* Are the n bytes at p the first n of the word `lower`, in any case?  (ASCII)
 */
static inline bool
spt__same_first(const char *p, size_t n, const char *lower)
{
	for (size_t i = 0; i < n; i++) {
		char c = p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if (c != lower[i] || c == '\0')
			return false;
	}
	return true;
}

/* Are they the whole word? */
static inline bool
spt__same_word(const char *p, size_t n, const char *lower)
{
	return spt__same_first(p, n, lower) && lower[n] == '\0';
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SPT__LITTLE_ENDIAN 1
#else
#define SPT__LITTLE_ENDIAN 0
#endif

/* Eight bytes, the first one lowest: their value as digits, in three steps of
 * pairing neighbours (the idea is Johnny Lee's, found in many parsers).
 * False: not eight digits. */
static inline bool
spt__eight_of(uint64_t x, uint64_t *v)
{
	const uint64_t high = 0xf0f0f0f0f0f0f0f0;

	if (((x & high) | (((x + 0x0606060606060606) & high) >> 4)) !=
	    0x3333333333333333)
		return false;
	x -= 0x3030303030303030;
	x = x * 10 + (x >> 8);
	x = ((x & 0x000000ff000000ff) * (100 + (UINT64_C(1000000) << 32)) +
	     ((x >> 16) & 0x000000ff000000ff) * (1 + (UINT64_C(10000) << 32)));
	*v = x >> 32;
	return true;
}

/* The eight bytes at p, the first one lowest. */
static inline uint64_t
spt__eight_bytes(const char *p)
{
	uint64_t x = 0;

#if SPT__LITTLE_ENDIAN
	memcpy(&x, p, 8);
#else
	for (int i = 7; i >= 0; i--)
		x = x << 8 | (unsigned char)p[i];
#endif
	return x;
}

static inline bool
spt__eight(const char *p, uint64_t *v)
{
	return spt__eight_of(spt__eight_bytes(p), v);
}

#endif
