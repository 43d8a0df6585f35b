/*
 * hash - sixteen bytes a step through one 64 x 64 to 128 bit product whose
 * halves are folded together, the idea of Wang Yi's wyhash; numbers through a
 * finaliser of xor-shifts and products, the idea of Austin Appleby's
 * MurmurHash3 with the constants that David Stafford found ("Mix13").
 *
 * Short strings, the usual keys, take two overlapping loads and two products.
 */
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"

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
	return v;
}

static inline uint64_t
load4(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

uint64_t
spt_hash(uint64_t seed, const void *data, size_t n)
{
	const uint8_t *p = data;
	/* Both factors depend on the seed: nobody can choose a zero. */
	uint64_t h = seed ^ K0, k = seed ^ K1, a = 0, b = 0;
	size_t left = n;

	for (; left > 16; left -= 16, p += 16)
		h = multiply(load8(p) ^ k, load8(p + 8) ^ h);
	/* 0 to 16 bytes are left; loads overlap rather than loop. */
	if (left >= 8) {
		a = load8(p);
		b = load8(p + left - 8);
	} else if (left >= 4) {
		a = load4(p);
		b = load4(p + left - 4);
	} else if (left > 0) {
		a = (uint64_t)p[0] << 16 | (uint64_t)p[left / 2] << 8 |
		    p[left - 1];
	}
	h = multiply(a ^ k, b ^ h);
	return multiply(h ^ K2, (uint64_t)n ^ K3);
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
