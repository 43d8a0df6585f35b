/*
 * jsonplain - how far a JSON string goes on without anything to look at: no
 * quote, no backslash, no byte below 0x20.  Not installed.
 *
 * The same question is answered in three ways, that of the widest registers
 * there are; a test holds them equal.
 */
#ifndef SPT_JSONPLAIN_H
#define SPT_JSONPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__SSE2__) && defined(__GNUC__)
#define SPT__JSON_SSE2 1
#include <emmintrin.h>
#endif

/* The first byte of [p, end) that is not plain, or end. */
const char *spt__json_plain(const char *p, const char *end);

/* One way each, for the test; of those that the machine does not have the
 * answer is NULL. */
const char *spt__json_plain_portable(const char *p, const char *end);
const char *spt__json_plain_sse2(const char *p, const char *end);
const char *spt__json_plain_avx2(const char *p, const char *end);

#ifdef SPT__JSON_SSE2
/* Of the 16 bytes at p those that are not plain, one bit each. */
static inline unsigned
spt__json_ends(const char *p)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	const __m128i control = _mm_set1_epi8(0x1f);
	__m128i hit = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));

	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
	hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(x, control), x));
	return (unsigned)_mm_movemask_epi8(hit);
}

/* Of the 16 bytes at p those that are digits. */
static inline unsigned
spt__json_digits(const char *p)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	const __m128i d = _mm_sub_epi8(x, _mm_set1_epi8('0'));

	return (unsigned)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d));
}
#endif

#endif
