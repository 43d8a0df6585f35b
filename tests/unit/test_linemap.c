/*
 * All ways to make a map make the same, and what it says is so, byte by byte.
 */
#include <stdlib.h>

#include "decode/linemap.h"
#include "unit.h"

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

static bool
bit(const uint8_t *map, size_t i)
{
	return (map[i / 8] >> i % 8 & 1) != 0;
}

static bool
is_text_end(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/* Is the map of the first n of `readable` bytes at p right? */
static bool
right(const struct spt_linemap *m, const char *p, size_t n, size_t readable)
{
	size_t lines = 0;
	bool high = false;

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		bool other =
		    m->words ? is_text_end(c) || c == ' ' : c < '0' || c > '9';

		if (bit(m->text, i) != is_text_end(c) ||
		    bit(m->other, i) != other)
			return false;
		high = high || c >= 0x80;
		if (c == '\n' && (lines == m->n_lines || m->ends[lines++] != i))
			return false;
	}
	return lines == m->n_lines && m->high == high && m->p == p &&
	       m->readable == readable && m->ends[-1] == UINT32_MAX;
}

/* From each place of the piece, the next one that is in the map. */
static bool
finds(const struct spt_linemap *m, size_t n)
{
	size_t end = m->n_lines != 0 ? m->ends[m->n_lines - 1] + 1 : 0;
	uint32_t text = 0, other = 0;

	for (uint32_t i = (uint32_t)end; i-- > 0;) {
		if (bit(m->text, i))
			text = i;
		if (bit(m->other, i))
			other = i;
		if (spt_linemap_find(m->text, i) != text ||
		    spt_linemap_find(m->other, i) != other)
			return false;
	}
	return end <= n;
}

static int ways;

/* The text in memory of its own size, mapped by all ways. */
static void
check(const char *text, size_t n)
{
	size_t most = n < SPT_LINEMAP_BLOCK ? n : SPT_LINEMAP_BLOCK;
	char *copy = malloc(n != 0 ? n : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, text, n);
	for (int kind = 0; kind < 2; kind++) {
		struct spt_err e = { 0 };
		struct spt_linemap m;

		CHECK(
		    spt_linemap_init(&m, spt_io_system(), kind != 0, &e) == 0);
		for (int way = SPT_WAY_PORTABLE; way <= SPT_WAY_AVX2; way++) {
			if (!spt_way_runs((enum spt_way)way))
				continue;
			m.way = (enum spt_way)way;
			spt_linemap_make(&m, copy, n);
			CHECK(right(&m, copy, most, n));
			CHECK(finds(&m, most));
			ways |= 1 << way;
		}
		spt_linemap_fini(&m);
	}
	free(copy);
}

static void
test_small(void)
{
	static const char *const texts[] = { "", "\n", "a", "\n\n", "a b\n",
		"{\"a\":1}\n", "\"\\\" 0x1f\x1f\x20\x7f\n", "\xff\n",
		"/0123456789:\n" };
	char all[512];

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		check(texts[i], strlen(texts[i]));
	for (size_t i = 0; i < sizeof all; i++)
		all[i] = (char)i;
	check(all, sizeof all);
	memset(all, 'x', sizeof all);
	for (size_t i = 50; i < 80; i++) {
		all[i] = '\n';
		check(all, i + 1);
		check(all, 200);
		all[i] = 'x';
	}
}

static void
test_random(void)
{
	static const char letters[] =
	    "\n\n\r\t \"\\{}:,0123456789abcxyz\xc3\xa9";
	static char text[2 * SPT_LINEMAP_BLOCK];
	unsigned seed = 1;

	for (int round = 0; round < 60; round++) {
		size_t n = draw(&seed, round < 50 ? 700 : sizeof text);
		unsigned dense = 1 + draw(&seed, 40);

		for (size_t i = 0; i < n; i++)
			text[i] = draw(&seed, dense) != 0
				      ? 'a'
				      : letters[draw(&seed, sizeof letters)];
		check(text, n);
	}
	memset(text, '\n', sizeof text);
	check(text, sizeof text);
	memset(text, '"', sizeof text);
	check(text, sizeof text);
}

int
main(void)
{
	test_small();
	test_random();
	CHECK((ways & 1 << SPT_WAY_PORTABLE) != 0);
	return DONE;
}
