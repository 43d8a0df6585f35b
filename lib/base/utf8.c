/*
 * utf8 - one function, step, knows the grammar of RFC 3629; validity, repair
 * and decoding are loops over it.  Runs of ASCII are skipped 64 bytes at a
 * time, because nearly all text that passes is ASCII.
 */
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define BLOCK 64

/* Are the 64 bytes at p all ASCII? */
static inline bool
block_ascii(const uint8_t *p)
{
#ifdef __SSE2__
	const __m128i *v = (const __m128i *)(const void *)p;
	__m128i a = _mm_or_si128(_mm_loadu_si128(v), _mm_loadu_si128(v + 1));
	__m128i b =
	    _mm_or_si128(_mm_loadu_si128(v + 2), _mm_loadu_si128(v + 3));

	return _mm_movemask_epi8(_mm_or_si128(a, b)) == 0;
#else
	uint64_t x[BLOCK / 8], all = 0;

	memcpy(x, p, sizeof x);
	for (size_t k = 0; k < BLOCK / 8; k++)
		all |= x[k];
	return (all & HIGH_BITS) == 0;
#endif
}

size_t
spt_utf8_ascii(const uint8_t *p, size_t n)
{
	size_t i = 0;
	uint64_t x;

	while (n - i >= BLOCK && block_ascii(p + i))
		i += BLOCK;
	for (; n - i >= sizeof x; i += sizeof x) {
		memcpy(&x, p + i, sizeof x);
		if ((x & HIGH_BITS) != 0)
			break;
	}
	while (i < n && p[i] < 0x80)
		i++;
	return i;
}

/*
 * Looks at the sequence that begins at p with a byte >= 0x80 and returns how
 * many bytes it takes: the character when *good, else the longest prefix of a
 * character that is there (at least 1).
 *
 *	lead     second   further
 *	C2..DF   80..BF
 *	E0       A0..BF   80..BF
 *	ED       80..9F   80..BF
 *	E1..EF   80..BF   80..BF          (others)
 *	F0       90..BF   80..BF 80..BF
 *	F1..F3   80..BF   80..BF 80..BF
 *	F4       80..8F   80..BF 80..BF
 */
static size_t
step(const uint8_t *p, size_t n, bool *good)
{
	uint8_t lead = p[0], low = 0x80, high = 0xbf;
	size_t want;

	*good = false;
	if (lead < 0xc2 || lead > 0xf4)
		return 1;
	want = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	if (n < 2 || p[1] < low || p[1] > high)
		return 1;
	for (size_t i = 2; i < want; i++) {
		if (i >= n || (p[i] & 0xc0) != 0x80)
			return i;
	}
	*good = true;
	return want;
}

bool
spt_utf8_valid(const uint8_t *p, size_t n)
{
	size_t i = 0;
	bool good;

	for (;;) {
		i += spt_utf8_ascii(p + i, n - i);
		if (i >= n)
			return true;
		do {
			i += step(p + i, n - i, &good);
			if (!good)
				return false;
		} while (i < n && p[i] >= 0x80);
	}
}

int64_t
spt_utf8_repair(
    struct spt_buf *out, const uint8_t *p, size_t n, struct spt_err *e)
{
	int64_t replaced = 0;
	size_t from = 0, i = 0;

	if (spt_buf_reserve(out, n, e) < 0)
		return -1;
	for (;;) {
		size_t len;
		bool good;

		i += spt_utf8_ascii(p + i, n - i);
		if (i >= n)
			break;
		len = step(p + i, n - i, &good);
		if (!good) {
			if (spt_buf_put(out, p + from, i - from, e) < 0 ||
			    spt_buf_put(out, "\xef\xbf\xbd", 3, e) < 0)
				return -1;
			from = i + len;
			replaced++;
		}
		i += len;
	}
	if (spt_buf_put(out, p + from, n - from, e) < 0)
		return -1;
	return replaced;
}

size_t
spt_utf8_next(const uint8_t *p, size_t n, uint32_t *c)
{
	size_t len;
	bool good;

	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	len = step(p, n, &good);
	if (!good) {
		*c = 0xfffd;
		return len;
	}
	*c = p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		*c = *c << 6 | (p[i] & 0x3fu);
	return len;
}
