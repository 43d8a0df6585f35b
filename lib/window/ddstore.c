#include <assert.h>
#include <endian.h>

#include "window/ddstore.h"

/* A store grows by this many buckets at a time. */
#define STEP 16

void
spt_ddstore_fini(struct spt_ddstore *s, const struct spt_io *io)
{
	spt_free(io, s->count);
	memset(s, 0, sizeof *s);
}

/* Makes the store reach from bucket low to high; both keep to the bound. */
static int
reach(struct spt_ddstore *s, const struct spt_io *io, int32_t low, int32_t high,
    int32_t bound, struct spt_err *e)
{
	size_t n, cap = s->cap;
	uint64_t *count;

	if (s->n != 0) {
		if (low > s->at)
			low = s->at;
		if (high < s->at + (int32_t)s->n - 1)
			high = s->at + (int32_t)s->n - 1;
	}
	n = (size_t)(high - low + 1);
	assert(n <= (size_t)bound);
	if (n > cap) {
		cap = (n + STEP - 1) / STEP * STEP;
		/* A half more, so that growing costs little in all. */
		if (s->n != 0)
			cap += s->n / 2;
		if (cap > (size_t)bound)
			cap = (size_t)bound;
	}
	if (n == s->n)
		return 0;
	if (cap == s->cap) {
		size_t by = s->n != 0 ? (size_t)(s->at - low) : 0;

		memmove(s->count + by, s->count, s->n * sizeof *s->count);
		memset(s->count, 0, by * sizeof *s->count);
		memset(s->count + by + s->n, 0,
		    (n - by - s->n) * sizeof *s->count);
	} else {
		count = spt_alloc_zero(io, cap * sizeof *count, e);
		if (count == NULL)
			return -1;
		if (s->n != 0)
			memcpy(count + (s->at - low), s->count,
			    s->n * sizeof *count);
		spt_free(io, s->count);
		s->count = count;
		s->cap = (uint32_t)cap;
	}
	s->at = low;
	s->n = (uint32_t)n;
	return 0;
}

/* Joins the buckets below low into it. */
static void
collapse(struct spt_ddstore *s, int32_t low)
{
	uint64_t sum = 0;
	size_t gone;

	if (s->n == 0 || s->at >= low)
		return;
	gone = (size_t)(low - s->at);
	if (gone > s->n)
		gone = s->n;
	for (size_t i = 0; i < gone; i++)
		sum += s->count[i];
	s->n -= (uint32_t)gone;
	memmove(s->count, s->count + gone, s->n * sizeof *s->count);
	if (s->n == 0) {
		s->n = 1;
		s->count[0] = 0;
	}
	s->count[0] += sum;
	s->at = low;
}

int
spt_ddstore_add(struct spt_ddstore *s, const struct spt_io *io, int32_t bound,
    int32_t i, uint64_t by, struct spt_err *e)
{
	int32_t top = i, low;

	if (s->n != 0 && i >= s->at && i < s->at + (int32_t)s->n) {
		s->count[i - s->at] += by;
		return 0;
	}
	if (s->n != 0 && s->at + (int32_t)s->n - 1 > top)
		top = s->at + (int32_t)s->n - 1;
	low = top - bound + 1;
	collapse(s, low);
	if (i < low)
		i = low;
	if (reach(s, io, i, i, bound, e) < 0)
		return -1;
	s->count[i - s->at] += by;
	return 0;
}

int
spt_ddstore_merge(struct spt_ddstore *s, const struct spt_io *io, int32_t bound,
    const struct spt_ddstore *from, struct spt_err *e)
{
	/* From the top, so that the bound is known at once. */
	for (uint32_t k = from->n; k-- > 0;)
		if (from->count[k] != 0 &&
		    spt_ddstore_add(s, io, bound, from->at + (int32_t)k,
			from->count[k], e) < 0)
			return -1;
	return 0;
}

uint64_t
spt_ddstore_count(const struct spt_ddstore *s)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		n += s->count[i];
	return n;
}

int32_t
spt_ddstore_find(const struct spt_ddstore *s, uint64_t index)
{
	uint32_t i = 0;

	while (i + 1 < s->n && index >= s->count[i])
		index -= s->count[i++];
	return s->at + (int32_t)i;
}

/* ---- saved ------------------------------------------------------------- */

static int
put_varint(struct spt_buf *out, uint64_t v, struct spt_err *e)
{
	for (; v >= 0x80; v >>= 7)
		if (spt_buf_putc(out, (char)(v | 0x80), e) < 0)
			return -1;
	return spt_buf_putc(out, (char)v, e);
}

int
spt_ddstore_save(
    const struct spt_ddstore *s, struct spt_buf *out, struct spt_err *e)
{
	uint32_t head[2] = { 0, 0 }, last = 0, used = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if (s->count[i] != 0 && used++ == 0) {
			last = i;
			head[1] = htole32((uint32_t)(s->at + (int32_t)i));
		}
	head[0] = htole32(used);
	if (spt_buf_put(out, head, 8, e) < 0)
		return -1;
	for (uint32_t i = last; i < s->n; i++) {
		if (s->count[i] == 0)
			continue;
		if (put_varint(out, i == last ? 0 : i - last - 1, e) < 0 ||
		    put_varint(out, s->count[i], e) < 0)
			return -1;
		last = i;
	}
	return 0;
}

/* In its shortest form only; -1: malformed. */
static int
take_varint(const uint8_t **p, const uint8_t *end, uint64_t *v)
{
	*v = 0;
	for (int shift = 0; *p < end && shift < 63; shift += 7) {
		uint8_t byte = *(*p)++;

		*v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return byte == 0 && shift != 0 ? -1 : 0;
	}
	return -1;
}

/* The buckets of a store behind its head; they take their counts off *left.
 * The last is number `top`. */
static int
load_buckets(struct spt_ddstore *s, const uint8_t **p, const uint8_t *end,
    uint32_t used, int32_t top, uint64_t *left)
{
	uint64_t at = 0, gap, count;

	for (uint32_t k = 0; k < used; k++) {
		if (take_varint(p, end, &gap) < 0 ||
		    take_varint(p, end, &count) < 0 || gap >= s->n ||
		    (k == 0 && gap != 0) || count == 0 || count > *left)
			return -1;
		at += k == 0 ? 0 : gap + 1;
		if (at >= s->n)
			return -1;
		s->count[at] = count;
		*left -= count;
	}
	return s->at + (int64_t)at == top ? 0 : -1;
}

int
spt_ddstore_load(struct spt_ddstore *s, const struct spt_io *io, int32_t bound,
    const uint8_t **p, const uint8_t *end, bool empty, int32_t top,
    uint64_t *left, struct spt_err *e)
{
	uint32_t head[2], used;
	int32_t at;

	if (end - *p < 8)
		return -1;
	memcpy(head, *p, 8);
	*p += 8;
	used = le32toh(head[0]);
	at = (int32_t)le32toh(head[1]);
	if (empty)
		return used == 0 && at == 0 ? 0 : -1;
	if (used == 0 || at > top || (int64_t)top - at >= bound)
		return -1;
	if (reach(s, io, at, top, bound, e) < 0)
		return -1;
	return load_buckets(s, p, end, used, top, left);
}
