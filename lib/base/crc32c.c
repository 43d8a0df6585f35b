/*
 * crc32c - the Castagnoli CRC: by the processor's instruction where there is
 * one, three parts of the input at a time (V. Gopal and others, "Fast CRC
 * Computation for iSCSI Polynomial Using CRC32 Instruction", 2011), else eight
 * bytes at a time by tables ("slicing by 8", M. Kounavis and F. Berry, 2005).
 *
 * A CRC is linear: the table entry of a byte is the xor of the entries of its
 * bits.  So eight constants a table are written down and the compiler works
 * out the 256 entries.
 */
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <wmmintrin.h>
#endif

#include "base/hash.h"

#define BIT(i, b, value) ((i) >> (b)&1 ? UINT32_C(value) : 0)
#define BYTE(i, b0, b1, b2, b3, b4, b5, b6, b7)                          \
	(BIT(i, 0, b0) ^ BIT(i, 1, b1) ^ BIT(i, 2, b2) ^ BIT(i, 3, b3) ^ \
	    BIT(i, 4, b4) ^ BIT(i, 5, b5) ^ BIT(i, 6, b6) ^ BIT(i, 7, b7))

#define SLICE_0(i)                                                          \
	BYTE(i, 0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, \
	    0x20bd8ede, 0x417b1dbc, 0x82f63b78)
#define SLICE_1(i)                                                          \
	BYTE(i, 0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, \
	    0x7f8be302, 0xff17c604, 0xfbc3faf9)
#define SLICE_2(i)                                                          \
	BYTE(i, 0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, \
	    0xe144fb14, 0xc76580d9, 0x8b277743)
#define SLICE_3(i)                                                          \
	BYTE(i, 0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, \
	    0xd725148b, 0xaba65fe7, 0x52a0c93f)
#define SLICE_4(i)                                                          \
	BYTE(i, 0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, \
	    0x1ba8b557, 0x37516aae, 0x6ea2d55c)
#define SLICE_5(i)                                                          \
	BYTE(i, 0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, \
	    0x85f4168d, 0x0e045beb, 0x1c08b7d6)
#define SLICE_6(i)                                                          \
	BYTE(i, 0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, \
	    0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4)
#define SLICE_7(i)                                                          \
	BYTE(i, 0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, \
	    0x0d006599, 0x1a00cb32, 0x34019664)
#define FOUR(slice, i) slice(i), slice(i + 1), slice(i + 2), slice(i + 3)
#define SIXTEEN(slice, i)                                       \
	FOUR(slice, i), FOUR(slice, i + 4), FOUR(slice, i + 8), \
	    FOUR(slice, i + 12)
#define SIXTY_FOUR(slice, i)                                               \
	SIXTEEN(slice, i), SIXTEEN(slice, i + 16), SIXTEEN(slice, i + 32), \
	    SIXTEEN(slice, i + 48)
#define TABLE(slice)                                               \
	{                                                          \
		SIXTY_FOUR(slice, 0), SIXTY_FOUR(slice, 64),       \
		    SIXTY_FOUR(slice, 128), SIXTY_FOUR(slice, 192) \
	}

/* table[k][i]: what the byte i does to the CRC when k bytes follow. */
static const uint32_t table[8][256] = {
	TABLE(SLICE_0),
	TABLE(SLICE_1),
	TABLE(SLICE_2),
	TABLE(SLICE_3),
	TABLE(SLICE_4),
	TABLE(SLICE_5),
	TABLE(SLICE_6),
	TABLE(SLICE_7),
};

uint32_t
spt__crc32c_table(uint32_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;

	crc = ~crc;
	for (; n >= 8; p += 8, n -= 8) {
		crc ^= p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		       (uint32_t)p[3] << 24;
		crc = table[7][crc & 0xff] ^ table[6][crc >> 8 & 0xff] ^
		      table[5][crc >> 16 & 0xff] ^ table[4][crc >> 24] ^
		      table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^
		      table[0][p[7]];
	}
	for (; n > 0; p++, n--)
		crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xff];
	return ~crc;
}

#if defined(__x86_64__) && defined(__GNUC__)

/* The instruction takes three cycles, but a new one can begin in each: so long
 * input is counted as three parts, side by side. */
#define PART 1024

/* x^(8 PART - 33) and x^(16 PART - 33) modulo the polynomial, bits reversed: a
 * product without carries is one place off, and the instruction multiplies by
 * x^32, so that the two together move a CRC over one part or two. */
#define OVER_ONE UINT32_C(0x170076fa)
#define OVER_TWO UINT32_C(0xa51b6135)

__attribute__((target("sse4.2"))) static uint32_t
count_on(uint32_t crc, const uint8_t *p, size_t n)
{
	uint64_t c = crc, v;

	for (; n >= 8; p += 8, n -= 8) {
		memcpy(&v, p, sizeof v);
		c = __builtin_ia32_crc32di(c, v);
	}
	crc = (uint32_t)c;
	for (; n > 0; p++, n--)
		crc = __builtin_ia32_crc32qi(crc, *p);
	return crc;
}

__attribute__((target("sse4.2,pclmul"))) static uint64_t
multiply(uint64_t a, uint32_t b)
{
	__m128i product = _mm_clmulepi64_si128(
	    _mm_cvtsi64_si128((int64_t)a), _mm_cvtsi64_si128(b), 0);

	return (uint64_t)_mm_cvtsi128_si64(product);
}

__attribute__((target("sse4.2,pclmul"))) static uint32_t
count_three(uint32_t crc, const uint8_t *p)
{
	uint64_t c[3] = { crc, 0, 0 }, v[3];

	for (size_t i = 0; i < PART; i += 8) {
		memcpy(&v[0], p + i, 8);
		memcpy(&v[1], p + PART + i, 8);
		memcpy(&v[2], p + 2 * PART + i, 8);
		c[0] = __builtin_ia32_crc32di(c[0], v[0]);
		c[1] = __builtin_ia32_crc32di(c[1], v[1]);
		c[2] = __builtin_ia32_crc32di(c[2], v[2]);
	}
	v[0] = multiply(c[0], OVER_TWO) ^ multiply(c[1], OVER_ONE);
	return (uint32_t)(__builtin_ia32_crc32di(0, v[0]) ^ c[2]);
}

static uint32_t
count_by_instruction(uint32_t crc, const uint8_t *p, size_t n)
{
	crc = ~crc;
	if (n >= 3 * PART && __builtin_cpu_supports("pclmul"))
		for (; n >= 3 * PART; p += 3 * PART, n -= 3 * PART)
			crc = count_three(crc, p);
	return ~count_on(crc, p, n);
}
#endif

uint32_t
spt_crc32c(uint32_t crc, const void *p, size_t n)
{
#if defined(__x86_64__) && defined(__GNUC__)
	if (__builtin_cpu_supports("sse4.2"))
		return count_by_instruction(crc, p, n);
#endif
	return spt__crc32c_table(crc, p, n);
}
