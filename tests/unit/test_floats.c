/*
 * Floats against strtod (the locale is C here), and the table of powers
 * against long arithmetic.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/powers5.h"
#include "unit.h"

/* ---- powers of five ---------------------------------------------------- */

#define LIMBS 20

/* Lowest limb first. */
struct big {
	uint32_t limb[LIMBS];
};

static void
times5(struct big *a)
{
	uint64_t carry = 0;

	for (int i = 0; i < LIMBS; i++) {
		carry += (uint64_t)a->limb[i] * 5;
		a->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

static void
by5(struct big *a)
{
	uint64_t rest = 0;

	for (int i = LIMBS - 1; i >= 0; i--) {
		rest = rest << 32 | a->limb[i];
		a->limb[i] = (uint32_t)(rest / 5);
		rest %= 5;
	}
}

static void
plus1(struct big *a)
{
	for (int i = 0; i < LIMBS && ++a->limb[i] == 0; i++)
		;
}

static unsigned
bit(const struct big *a, int i)
{
	return i < 0 ? 0 : a->limb[i / 32] >> (i % 32) & 1;
}

static int
length(const struct big *a)
{
	int n = LIMBS * 32;

	while (n > 0 && bit(a, n - 1) == 0)
		n--;
	return n;
}

/* The 128 highest bits. */
static struct spt__power5
top(const struct big *a)
{
	struct spt__power5 p = { 0, 0 };
	int n = length(a);

	for (int i = 1; i <= 128; i++) {
		p.high = p.high << 1 | p.low >> 63;
		p.low = p.low << 1 | bit(a, n - i);
	}
	return p;
}

static void
test_powers(void)
{
	struct big power = { .limb = { 1 } };

	for (int q = 0; q <= SPT__POWERS5; q++, times5(&power)) {
		struct spt__power5 p = top(&power);
		struct big inverse = { .limb = { 0 } };
		int z = length(&power);

		CHECK(p.high == spt__powers5[SPT__POWERS5 + q].high &&
		      p.low == spt__powers5[SPT__POWERS5 + q].low);
		if (q == 0)
			continue;
		z = q <= 27 ? z + 127 : 2 * z + 128;
		inverse.limb[z / 32] = UINT32_C(1) << (z % 32);
		for (int i = 0; i < q; i++)
			by5(&inverse);
		plus1(&inverse);
		p = top(&inverse);
		CHECK(p.high == spt__powers5[SPT__POWERS5 - q].high &&
		      p.low == spt__powers5[SPT__POWERS5 - q].low);
	}
}

/* ---- reading ----------------------------------------------------------- */

static uint64_t
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return *seed ^ *seed >> 29;
}

static void
check(const char *text)
{
	double want = strtod(text, NULL), got = 0;

	unit_checked++;
	if (spt_float_parse(text, strlen(text), &got) != 1 ||
	    memcmp(&got, &want, sizeof got) != 0) {
		unit_failed++;
		printf("%s: got %a, expected %a\n", text, got, want);
	}
}

static void
test_random(void)
{
	uint64_t seed = 1;
	char text[80];

	for (int i = 0; i < 300000; i++) {
		uint64_t m = draw(&seed) >> draw(&seed) % 64;
		int q = (int)(draw(&seed) % 150) - 75;

		snprintf(text, sizeof text, "%" PRIu64 "e%d", m, q);
		check(text);
		snprintf(text, sizeof text, "-%" PRIu64 ".%" PRIu64, m % 1000,
		    draw(&seed) >> (11 + m % 40));
		check(text);
	}
}

/* Any double, in the digits that give it back. */
static void
test_doubles(void)
{
	uint64_t seed = 2;
	char text[80];

	for (int i = 0; i < 300000; i++) {
		uint64_t bits = draw(&seed);
		double v;

		if (i % 2 == 0)
			bits = (bits & 0x800fffffffffffff) |
			       (1023 - 60 + bits % 120) << 52;
		memcpy(&v, &bits, sizeof v);
		if (v != v || v - v != 0)
			continue;
		snprintf(text, sizeof text, "%.17g", v);
		check(text);
		snprintf(text, sizeof text, "%.16g", v);
		check(text);
	}
}

/* Points halfway between two doubles, and their neighbours: odd numbers of 54
 * bits, with up to four places, or as so many times ten. */
static void
test_halfway(void)
{
	uint64_t seed = 3;
	char text[80];

	for (int i = 0; i < 100000; i++) {
		uint64_t odd =
		    (draw(&seed) >> 11 | UINT64_C(1) << 53) >> 1 << 1 | 1;
		int places = (int)(draw(&seed) % 5);

		odd &= (UINT64_C(1) << 54) - 1;
		for (int k = 0; k < places; k++)
			odd *= 5;
		for (uint64_t m = odd - 1; m <= odd + 1; m++) {
			snprintf(
			    text, sizeof text, "%" PRIu64 "e-%d", m, places);
			check(text);
		}
		/* An odd number of few bits times 5^q has 54 of them. */
		odd = UINT64_C(1) << 53 | draw(&seed) >> 11 | 1;
		for (int q = 0; q < 24; q++) {
			snprintf(text, sizeof text, "%" PRIu64 "e%d", odd, q);
			check(text);
			odd = odd / 5 | 1;
		}
	}
}

int
main(void)
{
	test_powers();
	test_random();
	test_doubles();
	test_halfway();
	return DONE;
}
