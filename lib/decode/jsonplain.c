/*
 * jsonplain - most strings end within the first few bytes, which the scan
 * looks at by itself (json_scan.h); what comes here is long.
 *
 * Without vectors eight bytes are looked at as one number.  A byte with its
 * high bit set is always plain, so that borrows from one byte into the next
 * can only make a false alarm, behind a byte that is one indeed.
 */
#include <string.h>

#include "decode/jsonplain.h"

#ifdef SPT__JSON_SSE2
#include <immintrin.h>
#endif

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static bool
special(uint64_t x)
{
	uint64_t quote = x ^ ONES * '"', slash = x ^ ONES * '\\';
	uint64_t control = x - ONES * 0x20;

	quote = (quote - ONES) & ~quote;
	slash = (slash - ONES) & ~slash;
	return ((quote | slash | (control & ~x)) & HIGHS) != 0;
}

const char *
spt__json_plain_portable(const char *p, const char *end)
{
	for (; end - p >= 8; p += 8) {
		uint64_t x;

		memcpy(&x, p, 8);
		if (special(x))
			break;
	}
	while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
		p++;
	return p;
}

#ifdef SPT__JSON_SSE2
const char *
spt__json_plain_sse2(const char *p, const char *end)
{
	for (; end - p >= 16; p += 16) {
		unsigned hit = spt__json_ends(p);

		if (hit != 0)
			return p + __builtin_ctz(hit);
	}
	return spt__json_plain_portable(p, end);
}

__attribute__((target("avx2"))) static const char *
plain_avx2(const char *p, const char *end)
{
	const __m256i quote = _mm256_set1_epi8('"');
	const __m256i slash = _mm256_set1_epi8('\\');
	const __m256i control = _mm256_set1_epi8(0x1f);

	for (; end - p >= 32; p += 32) {
		const __m256i x =
		    _mm256_loadu_si256((const __m256i *)(const void *)p);
		__m256i hit = _mm256_cmpeq_epi8(x, quote);
		unsigned bits;

		hit = _mm256_or_si256(hit, _mm256_cmpeq_epi8(x, slash));
		hit = _mm256_or_si256(
		    hit, _mm256_cmpeq_epi8(_mm256_min_epu8(x, control), x));
		bits = (unsigned)_mm256_movemask_epi8(hit);
		if (bits != 0)
			return p + __builtin_ctz(bits);
	}
	return spt__json_plain_sse2(p, end);
}

const char *
spt__json_plain_avx2(const char *p, const char *end)
{
	return __builtin_cpu_supports("avx2") ? plain_avx2(p, end) : NULL;
}

const char *
spt__json_plain(const char *p, const char *end)
{
	if (__builtin_cpu_supports("avx2"))
		return plain_avx2(p, end);
	return spt__json_plain_sse2(p, end);
}
#else
const char *
spt__json_plain_sse2(const char *p, const char *end)
{
	(void)p;
	(void)end;
	return NULL;
}

const char *
spt__json_plain_avx2(const char *p, const char *end)
{
	(void)p;
	(void)end;
	return NULL;
}

const char *
spt__json_plain(const char *p, const char *end)
{
	return spt__json_plain_portable(p, end);
}
#endif
