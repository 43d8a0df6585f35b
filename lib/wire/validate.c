/*
 * validate - the checks that look at every value.  The usual case, all is
 * well, takes loops without branches; who is at fault is found out afterwards.
 */
#include <string.h>

#include "base/utf8.h"
#include "wire/validate.h"

#define HIGH_BITS UINT64_C(0x8080808080808080)

int64_t
spt__bits_count(const uint8_t *bits, int64_t n)
{
	int64_t sum = 0, i = 0;

	for (; n - i >= 64; i += 64) {
		uint64_t word;

		memcpy(&word, bits + i / 8, sizeof word);
		sum += __builtin_popcountll(word);
	}
	for (; i < n; i++)
		sum += spt_bit(bits, i);
	return sum;
}

bool
spt__offsets_valid(const int32_t *offsets, int64_t rows, size_t bytes)
{
	bool down = false;

	/* No early way out: this loop is worth vectorising. */
	for (int64_t i = 0; i < rows; i++)
		down |= offsets[i + 1] < offsets[i];
	return !down && offsets[0] >= 0 && (size_t)offsets[rows] <= bytes;
}

static bool
is_ascii(const char *p, size_t n)
{
	uint64_t high = 0, word;
	size_t i = 0;

	for (; n - i >= 8; i += 8) {
		memcpy(&word, p + i, sizeof word);
		high |= word;
	}
	for (; i < n; i++)
		high |= (uint8_t)p[i];
	return (high & HIGH_BITS) == 0;
}

/* No text begins in the middle of a character. */
static bool
borders_valid(const struct spt_col *c, int64_t rows)
{
	bool inside = false;

	for (int64_t i = 0; i < rows; i++)
		if (c->offsets[i] < c->offsets[rows])
			inside |=
			    ((uint8_t)c->bytes[c->offsets[i]] & 0xc0) == 0x80;
	return !inside;
}

int64_t
spt__text_bad_row(const struct spt_col *c, int64_t rows)
{
	const char *p;
	size_t n;

	if (rows == 0)
		return -1;
	p = c->bytes + c->offsets[0];
	n = (size_t)(c->offsets[rows] - c->offsets[0]);
	if (is_ascii(p, n))
		return -1;
	if (spt_utf8_valid((const uint8_t *)p, n) && borders_valid(c, rows))
		return -1;
	for (int64_t i = 0; i < rows; i++) {
		if (spt_col_null(c, i))
			continue;
		p = spt_col_str(c, i, &n);
		if (!spt_utf8_valid((const uint8_t *)p, n))
			return i;
	}
	return -1;
}
