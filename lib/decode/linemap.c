/*
 * linemap - one loop over pieces of 64 bytes, compiled once for each way to
 * look at 64 bytes and each kind of map.
 */
#include "decode/linemap.h"

#if SPT_SIMD
#include <immintrin.h>
#endif

#define PIECE 64
#define BEYOND 8 /* bytes of a map that a load may read behind it */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Bit i is byte i. */
struct masks {
	uint64_t text, other, lf;
	uint64_t high; /* not 0: there are bytes from 0x80 on */
};

typedef void look(const char *p, bool words, struct masks *m);

ALWAYS_INLINE void
look_portable(const char *p, bool words, struct masks *m)
{
	memset(m, 0, sizeof *m);
	for (int i = 0; i < PIECE; i++) {
		unsigned char c = (unsigned char)p[i];
		bool text = c < ' ' || c == '"' || c == '\\';
		bool other = words ? text || c == ' ' : c < '0' || c > '9';

		m->text |= (uint64_t)text << i;
		m->other |= (uint64_t)other << i;
		m->lf |= (uint64_t)(c == '\n') << i;
		m->high |= (uint64_t)(c >> 7);
	}
}

#if SPT_SIMD

ALWAYS_INLINE void
look_sse2(const char *p, bool words, struct masks *m)
{
	const __m128i control = _mm_set1_epi8(0x1f);
	const __m128i blank = _mm_set1_epi8(' ');

	memset(m, 0, sizeof *m);
	for (int i = 0; i < PIECE; i += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(p + i));
		__m128i text = _mm_cmpeq_epi8(_mm_min_epu8(x, control), x);
		__m128i lf = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n'));
		__m128i digit = _mm_sub_epi8(x, _mm_set1_epi8('0'));
		__m128i other;

		text =
		    _mm_or_si128(text, _mm_cmpeq_epi8(x, _mm_set1_epi8('"')));
		text =
		    _mm_or_si128(text, _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
		other =
		    words ? _mm_or_si128(text, _mm_cmpeq_epi8(x, blank))
			  : _mm_cmpeq_epi8(
				_mm_max_epu8(digit, _mm_set1_epi8(10)), digit);
		m->text |= (uint64_t)(unsigned)_mm_movemask_epi8(text) << i;
		m->other |= (uint64_t)(unsigned)_mm_movemask_epi8(other) << i;
		m->lf |= (uint64_t)(unsigned)_mm_movemask_epi8(lf) << i;
		m->high |= (unsigned)_mm_movemask_epi8(x);
	}
}

SPT_AVX2 ALWAYS_INLINE void
look_avx2(const char *p, bool words, struct masks *m)
{
	const __m256i control = _mm256_set1_epi8(0x1f);
	const __m256i blank = _mm256_set1_epi8(' ');

	memset(m, 0, sizeof *m);
	for (int i = 0; i < PIECE; i += 32) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(p + i));
		__m256i text =
		    _mm256_cmpeq_epi8(_mm256_min_epu8(x, control), x);
		__m256i lf = _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\n'));
		__m256i digit = _mm256_sub_epi8(x, _mm256_set1_epi8('0'));
		__m256i other;

		text = _mm256_or_si256(
		    text, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('"')));
		text = _mm256_or_si256(
		    text, _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\\')));
		other = words
			    ? _mm256_or_si256(text, _mm256_cmpeq_epi8(x, blank))
			    : _mm256_cmpeq_epi8(
				  _mm256_max_epu8(digit, _mm256_set1_epi8(10)),
				  digit);
		m->text |= (uint64_t)(unsigned)_mm256_movemask_epi8(text) << i;
		m->other |= (uint64_t)(unsigned)_mm256_movemask_epi8(other)
			    << i;
		m->lf |= (uint64_t)(unsigned)_mm256_movemask_epi8(lf) << i;
		m->high |= (unsigned)_mm256_movemask_epi8(x);
	}
}

#endif

ALWAYS_INLINE void
store(uint8_t *map, size_t at, uint64_t bits)
{
#if SPT__LITTLE_ENDIAN
	memcpy(map + at / 8, &bits, 8);
#else
	for (size_t i = 0; i < 8; i++)
		map[at / 8 + i] = (uint8_t)(bits >> 8 * i);
#endif
}

/* LFs of a piece at `at` as positions behind the n that are there; how many
 * then.  Most pieces have none or one, which takes no branch. */
ALWAYS_INLINE size_t
put_ends(uint32_t *ends, size_t n, uint64_t lf, uint32_t at)
{
	const uint64_t last = UINT64_C(1) << 63;

	ends[n] = at + (uint32_t)__builtin_ctzll(lf | last);
	n += lf != 0;
	for (lf &= lf - 1; lf != 0; lf &= lf - 1)
		ends[n++] = at + (uint32_t)__builtin_ctzll(lf);
	return n;
}

ALWAYS_INLINE void
make(struct spt_linemap *m, const char *p, size_t n, look *masks_of, bool words)
{
	uint64_t high = 0;
	size_t lines = 0;

	for (size_t at = 0; at < n; at += PIECE) {
		const char *piece = p + at;
		char rest[PIECE];
		struct masks k;

		if (n - at < PIECE) {
			memset(rest, 0, sizeof rest);
			memcpy(rest, piece, n - at);
			piece = rest;
		}
		masks_of(piece, words, &k);
		store(m->text, at, k.text);
		store(m->other, at, k.other);
		high |= k.high;
		lines = put_ends(m->ends, lines, k.lf, (uint32_t)at);
	}
	m->n_lines = lines;
	m->high = high != 0;
}

static void
make_portable(struct spt_linemap *m, const char *p, size_t n)
{
	if (m->words)
		make(m, p, n, look_portable, true);
	else
		make(m, p, n, look_portable, false);
}

#if SPT_SIMD

static void
make_sse2(struct spt_linemap *m, const char *p, size_t n)
{
	if (m->words)
		make(m, p, n, look_sse2, true);
	else
		make(m, p, n, look_sse2, false);
}

SPT_AVX2 static void
make_avx2(struct spt_linemap *m, const char *p, size_t n)
{
	if (m->words)
		make(m, p, n, look_avx2, true);
	else
		make(m, p, n, look_avx2, false);
}

#endif

int
spt_linemap_init(struct spt_linemap *m, const struct spt_io *io, bool words,
    struct spt_err *e)
{
	/* In front of the ends is one of nothing, behind them one that may be
	 * written too many. */
	const size_t ends = (1 + SPT_LINEMAP_BLOCK + 1) * sizeof(uint32_t);
	const size_t map = SPT_LINEMAP_BLOCK / 8 + BEYOND;
	uint32_t before = UINT32_MAX;
	uint8_t *bytes;

	memset(m, 0, sizeof *m);
	bytes = spt_alloc(io, ends + 2 * map, e);
	if (bytes == NULL)
		return -1;
	m->io = io;
	m->words = words;
	m->memory = bytes;
	memcpy(bytes, &before, sizeof before);
	m->ends = (uint32_t *)m->memory + 1;
	m->text = bytes + ends;
	m->other = m->text + map;
	memset(m->text, 0, 2 * map);
	m->way = spt_way_best();
	return 0;
}

void
spt_linemap_fini(struct spt_linemap *m)
{
	if (m->io != NULL)
		spt_free(m->io, m->memory);
	memset(m, 0, sizeof *m);
}

void
spt_linemap_make(struct spt_linemap *m, const char *p, size_t n)
{
	m->p = p;
	m->readable = n;
	if (n > SPT_LINEMAP_BLOCK)
		n = SPT_LINEMAP_BLOCK;
	switch (m->way) {
#if SPT_SIMD
	case SPT_WAY_AVX2:
		make_avx2(m, p, n);
		break;
	case SPT_WAY_SSE2:
		make_sse2(m, p, n);
		break;
#endif
	default:
		make_portable(m, p, n);
	}
}
