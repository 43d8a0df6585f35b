#include <stdlib.h>

#include "base/hash.h"
#include "unit.h"

/* The definition, bit by bit. */
static uint32_t
count_bits(uint32_t crc, const uint8_t *p, size_t n)
{
	crc = ~crc;
	while (n-- > 0) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void
test_crc(void)
{
	uint8_t p[300];

	CHECK_INT(spt_crc32c(0, "123456789", 9), 0xe3069283);
	CHECK_INT(spt__crc32c_table(0, "123456789", 9), 0xe3069283);
	CHECK_INT(spt_crc32c(0, "", 0), 0);
	/* RFC 3720, B.4. */
	memset(p, 0, 32);
	CHECK_INT(spt_crc32c(0, p, 32), 0x8a9136aa);
	memset(p, 0xff, 32);
	CHECK_INT(spt_crc32c(0, p, 32), 0x62a8ab43);
	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (uint8_t)spt_hash_int(1, i);
	for (size_t from = 0; from < 9; from++) {
		for (size_t n = 0; n < sizeof p - 9; n++) {
			uint32_t want = count_bits(0, p + from, n);
			size_t cut = n / 3;

			CHECK_INT(spt_crc32c(0, p + from, n), want);
			CHECK_INT(spt__crc32c_table(0, p + from, n), want);
			CHECK_INT(spt_crc32c(spt_crc32c(0, p + from, cut),
				      p + from + cut, n - cut),
			    want);
		}
	}
}

/* Long input is counted in parts of another size. */
static void
test_crc_long(void)
{
	static uint8_t p[20000];

	for (size_t i = 0; i < sizeof p; i++)
		p[i] = (uint8_t)spt_hash_int(2, i);
	for (size_t n = 3000; n < sizeof p - 9; n += n % 3072 < 9 ? 1 : 97) {
		const uint8_t *from = p + n % 9;
		uint32_t crc = (uint32_t)spt_hash_int(3, n);
		uint32_t want = count_bits(crc, from, n);

		CHECK_INT(spt_crc32c(crc, from, n), want);
		CHECK_INT(spt__crc32c_table(crc, from, n), want);
	}
}

static int
compare(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x > y) - (x < y);
}

/* Equal values among n hashes. */
static size_t
count_equal(uint64_t *h, size_t n)
{
	size_t equal = 0;

	qsort(h, n, sizeof *h, compare);
	for (size_t i = 1; i < n; i++)
		equal += h[i] == h[i - 1];
	return equal;
}

/* The largest number of hashes whose low (or high) bits are the same, of n in
 * n / 8 places: 8 on average. */
static unsigned
find_fullest(const uint64_t *h, size_t n, int shift)
{
	unsigned *count = calloc(n / 8, sizeof *count), most = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned *c = &count[(h[i] >> shift) % (n / 8)];

		if (++*c > most)
			most = *c;
	}
	free(count);
	return most;
}

enum { KEYS = 1 << 16 };

static void
test_spread(uint64_t *h)
{
	char key[32];

	for (size_t i = 0; i < KEYS; i++)
		h[i] = spt_hash(
		    5, key, (size_t)snprintf(key, sizeof key, "%zu", i));
	CHECK(find_fullest(h, KEYS, 0) < 40);
	CHECK(find_fullest(h, KEYS, 48) < 40);
	CHECK_INT(count_equal(h, KEYS), 0);
	for (size_t i = 0; i < KEYS; i++)
		h[i] = spt_hash(9, key,
		    (size_t)snprintf(
			key, sizeof key, "/images/item-%06zu.png", i));
	CHECK(find_fullest(h, KEYS, 0) < 40);
	CHECK_INT(count_equal(h, KEYS), 0);
	for (size_t i = 0; i < KEYS; i++)
		h[i] = spt_hash_int(0, i << 20);
	CHECK(find_fullest(h, KEYS, 0) < 40);
	CHECK(find_fullest(h, KEYS, 48) < 40);
	CHECK_INT(count_equal(h, KEYS), 0);
}

/* Lengths count: no string is the same as it with zeros behind. */
static void
test_lengths(uint64_t *h)
{
	uint8_t zeros[256] = { 0 };

	for (size_t n = 0; n <= sizeof zeros; n++)
		h[n] = spt_hash(3, zeros, n);
	CHECK_INT(count_equal(h, sizeof zeros + 1), 0);
}

/* Each bit of the input changes about half of the bits of the hash. */
static void
test_avalanche(void)
{
	static const size_t lengths[] = { 1, 3, 4, 7, 8, 12, 16, 17, 31, 32, 33,
		64 };

	for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
		size_t n = lengths[k];
		unsigned least = 64;
		double sum = 0;
		uint8_t p[64];

		for (size_t i = 0; i < n; i++)
			p[i] = (uint8_t)(i * 37 + k);
		for (size_t bit = 0; bit < n * 8; bit++) {
			uint64_t before = spt_hash(1, p, n), after;
			unsigned changed;

			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			after = spt_hash(1, p, n);
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			changed =
			    (unsigned)__builtin_popcountll(before ^ after);
			sum += changed;
			if (changed < least)
				least = changed;
		}
		CHECK(least >= 10);
		CHECK(sum / (double)(n * 8) > 27 && sum / (double)(n * 8) < 37);
	}
}

static void
test_seed(void)
{
	CHECK(spt_hash(1, "key", 3) != spt_hash(2, "key", 3));
	CHECK(spt_hash_int(1, 3) != spt_hash_int(2, 3));
	CHECK(spt_hash(1, "key", 3) == spt_hash(1, "key", 3));
	CHECK(spt_hash_seed() != spt_hash_seed());
	CHECK(spt_hash(1, NULL, 0) == spt_hash(1, "", 0));
}

/* Many texts have the hashes that they have one by one, whatever is behind
 * them; behind the last there is nothing. */
static void
test_texts(void)
{
	enum { TEXTS = 400 };
	static int32_t offsets[TEXTS + 1];
	static uint32_t rows[TEXTS];
	static uint64_t h[TEXTS];
	size_t end = 0;
	char *bytes;

	for (size_t i = 0; i < TEXTS; i++) {
		end += i * 7 % 71;
		offsets[i + 1] = (int32_t)end;
		rows[i] = (uint32_t)(i * 171 % TEXTS);
		h[i] = i / 3;
	}
	bytes = malloc(end);
	for (size_t i = 0; i < end; i++)
		bytes[i] = (char)spt_hash_int(4, i);
	spt_hash_texts(h, bytes, offsets, rows, TEXTS, end);
	for (size_t i = 0; i < TEXTS; i++) {
		int32_t at = offsets[rows[i]];

		CHECK(h[i] == spt_hash(i / 3, bytes + at,
				  (size_t)(offsets[rows[i] + 1] - at)));
	}
	free(bytes);
}

/* Strings of 16 bytes that begin with one of the constants inside: a product
 * with zero would make them all the same. */
static void
test_chosen(uint64_t *h)
{
	static const uint64_t constants[] = { 0x6a09e667f3bcc909,
		0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1 };

	for (size_t k = 0; k < 4; k++) {
		for (uint64_t i = 0; i < 1000; i++) {
			uint64_t p[2] = { constants[k], i };

			h[i] = spt_hash(77, p, sizeof p);
		}
		CHECK_INT(count_equal(h, 1000), 0);
	}
}

int
main(void)
{
	uint64_t *h = malloc(KEYS * sizeof *h);

	test_crc();
	test_crc_long();
	test_spread(h);
	test_lengths(h);
	test_avalanche();
	test_seed();
	test_texts();
	test_chosen(h);
	free(h);
	return DONE;
}
