/*
 * hash - four words through 64 x 64 to 128 bit products whose halves are folded
 * together, the idea of Wang Yi's wyhash; numbers through a finaliser of
 * xor-shifts and products, the idea of Austin Appleby's MurmurHash3 with the
 * constants that David Stafford found ("Mix13").
 *
 * Short strings, the usual keys, take three products, of which two do not wait
 * for each other; many of them at once take no branch each (shorttext.h).
 */
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/shorttext.h"

/* Odd, and half of the bits set: the fractions of the square roots of the
 * first primes, the last bit set. */
#define K0 UINT64_C(0x6a09e667f3bcc909)
#define K1 UINT64_C(0xbb67ae8584caa73b)
#define K2 UINT64_C(0x3c6ef372fe94f82b)
#define K3 UINT64_C(0xa54ff53a5f1d36f1)

static inline uint64_t
multiply(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
#else
	uint64_t al = (uint32_t)a, ah = a >> 32;
	uint64_t bl = (uint32_t)b, bh = b >> 32;
	uint64_t low = al * bl, mid = ah * bl + (low >> 32);
	uint64_t mid2 = al * bh + (uint32_t)mid;

	return (mid2 << 32 | (uint32_t)low) ^
	       (ah * bh + (mid >> 32) + (mid2 >> 32));
#endif
}

static inline uint64_t
load8(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

/* The first n <= 7 bytes at p, then zeros. */
static inline uint64_t
load_few(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[i] << 8 * i;
	return v;
}

/* At most SPT_SHORT bytes as words; no byte behind them is read. */
static inline void
load_short(const uint8_t *p, size_t n, uint64_t w[4])
{
	size_t i = 0, rest = n % 8;

	w[0] = w[1] = w[2] = w[3] = 0;
	for (; i + 8 <= n; i += 8)
		w[i / 8] = load8(p + i);
	if (rest == 0)
		return;
	/* The end is loaded together with what is before it. */
	w[i / 8] = n < 8 ? load_few(p, n) : load8(p + n - 8) >> (64 - 8 * rest);
}

/* All factors depend on the seed: nobody can choose a zero. */
static inline uint64_t
mix(uint64_t seed, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3, size_t n)
{
	uint64_t a = multiply(w0 ^ seed ^ K0, w1 ^ seed ^ K1);
	uint64_t b = multiply(w2 ^ seed ^ K2, w3 ^ seed ^ K3);

	return multiply(a ^ (uint64_t)n ^ K2, b ^ K3);
}

uint64_t
spt_hash(uint64_t seed, const void *data, size_t n)
{
	const uint8_t *p = data;
	size_t left = n;
	uint64_t w[4];

	for (; left > SPT_SHORT; left -= 16, p += 16)
		seed = multiply(load8(p) ^ seed ^ K0, load8(p + 8) ^ seed ^ K1);
	load_short(p, left, w);
	return mix(seed, w[0], w[1], w[2], w[3], n);
}

void
spt_hash_texts(uint64_t *hash, const char *bytes, const int32_t *offsets,
    const uint32_t *rows, size_t n, size_t end)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)offsets[rows[i]];
		size_t len = (size_t)offsets[rows[i] + 1] - at;
		const char *p = bytes + at;

		if (len <= SPT_SHORT && at + SPT_SHORT <= end)
			hash[i] = mix(hash[i], spt_short_get(p, len, 0),
			    spt_short_get(p, len, 1), spt_short_get(p, len, 2),
			    spt_short_get(p, len, 3), len);
		else
			hash[i] = spt_hash(hash[i], p, len);
	}
}

uint64_t
spt_hash_int(uint64_t seed, uint64_t v)
{
	v ^= seed;
	v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
	return v ^ v >> 31;
}

uint64_t
spt_hash_seed(void)
{
	struct timespec t;
	uint64_t seed;

	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == sizeof seed)
		return seed;
	/* Early at boot, or a kernel without it: any odd moment will do, for
	 * no result depends on the seed. */
	clock_gettime(CLOCK_MONOTONIC, &t);
	seed = (uint64_t)t.tv_nsec ^ (uint64_t)getpid() << 32;
	return spt_hash_int(K0, seed);
}
