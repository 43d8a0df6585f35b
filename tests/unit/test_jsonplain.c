/*
 * The three ways to find the end of what is plain say the same, whatever is at
 * whatever place, and read nothing behind the end; numbers end where they end.
 */
#include <stdlib.h>

#include "decode/json_scan.h"
#include "unit.h"

#define LONGEST 140

static const char *
expected(const char *p, const char *end)
{
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
		p++;
	return p;
}

static void
check_all(const char *p, const char *end)
{
	const char *want = expected(p, end), *got;

	CHECK(spt__json_plain_portable(p, end) == want);
	CHECK(spt__json_plain(p, end) == want);
	got = spt__json_plain_sse2(p, end);
	CHECK(got == NULL || got == want);
	got = spt__json_plain_avx2(p, end);
	CHECK(got == NULL || got == want);
}

static void
test_bytes(void)
{
	for (size_t n = 1; n <= LONGEST; n += n < 40 ? 1 : 25) {
		char *p = malloc(n);

		CHECK(p != NULL);
		if (p == NULL)
			return;
		for (int c = 0; c < 256; c++)
			for (size_t at = 0; at < n; at += n < 40 ? 1 : 7) {
				memset(p, c % 2 == 0 ? 'x' : '\xc3', n);
				p[at] = (char)c;
				check_all(p, p + n);
			}
		free(p);
	}
	check_all("", "");
}

/* The scan of a string of n bytes, `before` bytes from the line's start. */
static void
check_string(size_t before, size_t n)
{
	size_t all = before + n + 2;
	char *p = malloc(all);
	struct spt__json j = { .start = p, .p = p + before, .end = p + all };
	struct spt__json_text t;

	CHECK(p != NULL);
	if (p == NULL)
		return;
	memset(p, 'x', all);
	if (before != 0)
		p[before - 1] = '"';
	p[before] = p[all - 1] = '"';
	CHECK(spt__json_string(&j, &t));
	CHECK(t.p == p + before + 1 && t.n == n && !t.escaped);
	CHECK(j.p == j.end);
	p[all - 1] = 'x';
	j.p = p + before;
	CHECK(!spt__json_string(&j, &t) && j.p == j.end);
	CHECK_STR(j.why, "a string is never closed");
	free(p);
}

/* By the grammar: the number's length, 0 for none. */
static size_t
number_length(const char *p, size_t n)
{
	size_t i = 0, from;

	if (i < n && p[i] == '-')
		i++;
	for (from = i; i < n && p[i] >= '0' && p[i] <= '9'; i++)
		if (p[from] == '0' && i > from)
			break;
	if (i == from)
		return 0;
	if (i < n && p[i] == '.') {
		for (from = ++i; i < n && p[i] >= '0' && p[i] <= '9';)
			i++;
		if (i == from)
			return 0;
	}
	if (i < n && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		if (i < n && (p[i] == '+' || p[i] == '-'))
			i++;
		for (from = i; i < n && p[i] >= '0' && p[i] <= '9';)
			i++;
		if (i == from)
			return 0;
	}
	return i;
}

static void
test_numbers(void)
{
	static const char bytes[] = "0123456789-.eE+,} 0011";
	unsigned r = 1;

	for (int round = 0; round < 200000; round++) {
		size_t n = 1 + (r >> 16) % 30, before = (r >> 9) % 20;
		char text[64], *p = malloc(before + n);
		struct spt__json j;
		size_t want;

		for (size_t i = 0; i < n; i++) {
			r = r * 1103515245u + 12345u;
			/* Mostly digits, or nothing would be long. */
			text[i] = bytes[(r >> 16) % 3 != 0
					    ? (r >> 20) % 10
					    : (r >> 20) % (sizeof bytes - 1)];
		}
		CHECK(p != NULL);
		if (p == NULL)
			return;
		memset(p, '1', before);
		memcpy(p + before, text, n);
		j = (struct spt__json){
			.start = p, .p = p + before, .end = p + before + n
		};
		want = number_length(text, n);
		CHECK(spt__json_number(&j) == (want != 0));
		CHECK(want == 0 || j.p == p + before + want);
		free(p);
	}
}

int
main(void)
{
	test_bytes();
	for (size_t before = 0; before < 40; before++)
		for (size_t n = 0; n < LONGEST; n++)
			check_string(before, n);
	test_numbers();
	return DONE;
}
