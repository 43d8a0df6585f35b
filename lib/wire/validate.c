/*
 * validate - the checks that look at every value.  The usual case, all is
 * well, takes loops without branches; who is at fault is found out afterwards.
 */
#include <string.h>

#include "base/utf8.h"
#include "wire/validate.h"

#define LANES 8

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

/* Everything that must not be negative, an offset or a difference of two, is
 * thrown together, and its sign is looked at once.  (A difference cannot
 * overflow unless one of its offsets is negative.)  LANES sums at once make a
 * loop for vectors. */
bool
spt__offsets_valid(const int32_t *offsets, int64_t rows, size_t bytes)
{
	uint32_t sum[LANES] = { 0 };
	int64_t i = 0;

	for (; rows - i >= LANES; i += LANES)
		for (int k = 0; k < LANES; k++) {
			uint32_t at = (uint32_t)offsets[i + k];
			uint32_t next = (uint32_t)offsets[i + k + 1];

			sum[k] |= at | (next - at);
		}
	for (; i < rows; i++)
		sum[0] |= (uint32_t)offsets[i] |
			  ((uint32_t)offsets[i + 1] - (uint32_t)offsets[i]);
	for (int k = 1; k < LANES; k++)
		sum[0] |= sum[k];
	return sum[0] >> 31 == 0 && offsets[rows] >= 0 &&
	       (size_t)offsets[rows] <= bytes;
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
	if (spt_utf8_ascii((const uint8_t *)p, n) == n)
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
