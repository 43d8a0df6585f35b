/*
 * csv_index - one loop over pieces of 64 bytes, compiled once for each way to
 * compare 64 bytes with a character.  A piece becomes four bit masks, one bit a
 * byte; everything else is arithmetic on these.
 *
 * Pieces without quotes, outside of quotes, are the case that must be quick;
 * there delimiters and LFs are ends as they stand.
 */
#include <string.h>

#include "decode/csv_index.h"

#if SPT_SIMD
#include <immintrin.h>
#endif

#define PIECE 64
#define AT_ONCE 8 /* ends are stored in groups of so many */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* Bit i is byte i. */
struct masks {
	uint64_t quote, delimiter, lf;
	uint64_t high; /* not 0: there are bytes from 0x80 on */
};

/* What one piece leaves to the next. */
struct carry {
	uint64_t inside; /* all ones inside of quotes, or 0 */
	uint64_t opens;  /* bit 0: a quote as the next byte may open */
	uint64_t closed; /* bit 0: the last byte was a closing quote */
	uint64_t cr;     /* bit 0: it was a CR behind one */
};

typedef void look(const char *p, char delimiter, struct masks *m);

static void
look_portable(const char *p, char delimiter, struct masks *m)
{
	memset(m, 0, sizeof *m);
	for (int i = 0; i < PIECE; i++) {
		m->quote |= (uint64_t)(p[i] == '"') << i;
		m->delimiter |= (uint64_t)(p[i] == delimiter) << i;
		m->lf |= (uint64_t)(p[i] == '\n') << i;
		m->high |= (uint64_t)((unsigned char)p[i] >> 7);
	}
}

#if SPT_SIMD

static inline uint64_t
equal_sse2(const __m128i *v, char c)
{
	const __m128i want = _mm_set1_epi8(c);
	uint64_t bits = 0;

	for (int i = 0; i < 4; i++) {
		int some = _mm_movemask_epi8(_mm_cmpeq_epi8(v[i], want));

		bits |= (uint64_t)(unsigned)some << (16 * i);
	}
	return bits;
}

static void
look_sse2(const char *p, char delimiter, struct masks *m)
{
	__m128i v[4], any;

	for (int i = 0; i < 4; i++)
		v[i] = _mm_loadu_si128((const __m128i *)(p + 16 * i));
	any = _mm_or_si128(_mm_or_si128(v[0], v[1]), _mm_or_si128(v[2], v[3]));
	m->quote = equal_sse2(v, '"');
	m->delimiter = equal_sse2(v, delimiter);
	m->lf = equal_sse2(v, '\n');
	m->high = (unsigned)_mm_movemask_epi8(any);
}

SPT_AVX2 static inline uint64_t
equal_avx2(__m256i low, __m256i high, char c)
{
	const __m256i want = _mm256_set1_epi8(c);
	int a = _mm256_movemask_epi8(_mm256_cmpeq_epi8(low, want));
	int b = _mm256_movemask_epi8(_mm256_cmpeq_epi8(high, want));

	return (uint64_t)(unsigned)b << 32 | (unsigned)a;
}

SPT_AVX2 static void
look_avx2(const char *p, char delimiter, struct masks *m)
{
	__m256i low = _mm256_loadu_si256((const __m256i *)p);
	__m256i high = _mm256_loadu_si256((const __m256i *)(p + 32));

	m->quote = equal_avx2(low, high, '"');
	m->delimiter = equal_avx2(low, high, delimiter);
	m->lf = equal_avx2(low, high, '\n');
	m->high = (unsigned)_mm256_movemask_epi8(_mm256_or_si256(low, high));
}

#endif

/* Bit i of the result is the exclusive or of bits 0 to i. */
ALWAYS_INLINE uint64_t
xor_up_to(uint64_t x)
{
	x ^= x << 1;
	x ^= x << 2;
	x ^= x << 4;
	x ^= x << 8;
	x ^= x << 16;
	return x ^ x << 32;
}

/* The bytes behind closing quotes that are not the right ones, of which some
 * are in `bad`: a CR is right if an LF follows. */
static __attribute__((noinline)) uint64_t
heed_cr(struct carry *c, const char *p, uint64_t lf, uint64_t bad)
{
	uint64_t cr = 0, follows;

	for (int i = 0; i < PIECE; i++)
		cr |= (uint64_t)(p[i] == '\r') << i;
	cr &= bad;
	follows = cr << 1 | c->cr;
	c->cr = cr >> 63;
	return (bad & ~cr) | (follows & ~lf);
}

/*
 * A piece that has to do with quotes.  Takes what is inside of quotes, and all
 * from the first quote on that libcsv has to judge, out of the delimiters and
 * LFs.  False: there is such a quote.
 */
ALWAYS_INLINE bool
heed_quotes(
    struct spt_csv_index *x, struct carry *c, const char *p, struct masks *m)
{
	uint64_t inside = xor_up_to(m->quote) ^ c->inside;
	uint64_t open = m->quote & inside, close = m->quote & ~inside;
	uint64_t end = (m->delimiter | m->lf) & ~inside;
	uint64_t closed = close << 1 | c->closed;
	uint64_t opens = (end | close) << 1 | c->opens;
	uint64_t bad = closed & ~(end | open);

	if ((bad | c->cr) != 0)
		bad = heed_cr(c, p, m->lf & ~inside, bad);
	bad |= open & ~opens;
	x->quotes = true;
	x->escapes |= (open & closed) != 0;
	x->newlines |= (m->lf & inside) != 0;
	m->delimiter &= ~inside;
	m->lf &= ~inside;
	c->inside = 0 - (inside >> 63);
	c->opens = (end | close) >> 63;
	c->closed = close >> 63;
	if (bad == 0)
		return true;
	m->delimiter &= (bad & -bad) - 1;
	m->lf &= (bad & -bad) - 1;
	return false;
}

ALWAYS_INLINE uint64_t
put_four(uint32_t *out, uint64_t bits, uint32_t at)
{
	const uint64_t last = UINT64_C(1) << 63;

	out[0] = at + (uint32_t)__builtin_ctzll(bits | last);
	bits &= bits - 1;
	out[1] = at + (uint32_t)__builtin_ctzll(bits | last);
	bits &= bits - 1;
	out[2] = at + (uint32_t)__builtin_ctzll(bits | last);
	bits &= bits - 1;
	out[3] = at + (uint32_t)__builtin_ctzll(bits | last);
	return bits & (bits - 1);
}

/* Bits of a piece at `at` as positions; their number.  Writes up to
 * AT_ONCE - 1 positions too many, so that the usual number takes no loop. */
ALWAYS_INLINE size_t
put_ends(uint32_t *out, uint64_t bits, uint32_t at)
{
	size_t n = (size_t)__builtin_popcountll(bits);

	for (size_t i = 0; i < n; i += AT_ONCE) {
		bits = put_four(out + i, bits, at);
		bits = put_four(out + i + 4, bits, at);
	}
	return n;
}

ALWAYS_INLINE void
make(struct spt_csv_index *x, const char *p, size_t n, look *masks_of)
{
	struct carry c = { .opens = 1 };
	size_t n_ends = 0, n_rows = 0;
	uint64_t high = 0;
	bool good = true;

	for (size_t at = 0; at < n && good; at += PIECE) {
		const char *piece = p + at;
		char rest[PIECE];
		struct masks m;
		uint64_t ends;

		if (n - at < PIECE) {
			memset(rest, 0, sizeof rest);
			memcpy(rest, piece, n - at);
			piece = rest;
		}
		masks_of(piece, x->delimiter, &m);
		high |= m.high;
		if ((m.quote | c.inside | c.closed | c.cr) != 0)
			good = heed_quotes(x, &c, piece, &m);
		else
			c.opens = (m.delimiter | m.lf) >> 63;
		ends = m.delimiter | m.lf;
		for (; m.lf != 0; m.lf &= m.lf - 1)
			x->rows[n_rows++] =
			    (uint32_t)(n_ends +
				       (size_t)__builtin_popcountll(
					   ends & (m.lf ^ (m.lf - 1))));
		n_ends += put_ends(x->ends + n_ends, ends, (uint32_t)at);
	}
	x->n_rows = n_rows;
	x->high = high != 0;
}

static void
make_portable(struct spt_csv_index *x, const char *p, size_t n)
{
	make(x, p, n, look_portable);
}

#if SPT_SIMD

static void
make_sse2(struct spt_csv_index *x, const char *p, size_t n)
{
	make(x, p, n, look_sse2);
}

SPT_AVX2 static void
make_avx2(struct spt_csv_index *x, const char *p, size_t n)
{
	make(x, p, n, look_avx2);
}

#endif

int
spt_csv_index_init(struct spt_csv_index *x, const struct spt_io *io,
    char delimiter, struct spt_err *e)
{
	/* In front of the ends is one of nothing, behind them those that are
	 * written too many. */
	const size_t ends = 1 + SPT_CSV_BLOCK + AT_ONCE;

	memset(x, 0, sizeof *x);
	x->memory =
	    spt_alloc(io, (ends + SPT_CSV_BLOCK) * sizeof *x->memory, e);
	if (x->memory == NULL)
		return -1;
	x->io = io;
	x->delimiter = delimiter;
	x->memory[0] = UINT32_MAX;
	x->ends = x->memory + 1;
	x->rows = x->memory + ends;
	x->way = spt_way_best();
	return 0;
}

void
spt_csv_index_fini(struct spt_csv_index *x)
{
	if (x->io != NULL)
		spt_free(x->io, x->memory);
	memset(x, 0, sizeof *x);
}

void
spt_csv_index_make(struct spt_csv_index *x, const char *p, size_t n)
{
	if (n > SPT_CSV_BLOCK)
		n = SPT_CSV_BLOCK;
	x->quotes = x->escapes = x->newlines = false;
	switch (x->way) {
#if SPT_SIMD
	case SPT_WAY_AVX2:
		make_avx2(x, p, n);
		break;
	case SPT_WAY_SSE2:
		make_sse2(x, p, n);
		break;
#endif
	default:
		make_portable(x, p, n);
	}
}
