#include <string.h>

#include "batch/bulk.h"

static size_t
width(const struct spt_colb *c)
{
	return c->type == SPT_UTF8 ? sizeof(int32_t) : sizeof(int64_t);
}

int
spt_bulk_room(struct spt_colb *c, size_t n, size_t text, struct spt_err *e)
{
	if (spt_buf_reserve(&c->values, n * width(c), e) < 0)
		return -1;
	return spt_buf_reserve(&c->bytes, text, e);
}

/* n more bits in a bitmap of `have`, all the same. */
static int
add_bits(struct spt_buf *b, size_t have, size_t n, bool on, struct spt_err *e)
{
	size_t at = (have + 7) / 8, want = (have + n + 7) / 8;

	b->len = at;
	if (spt_buf_reserve(b, want - at, e) < 0)
		return -1;
	if (have % 8 != 0 && on)
		b->data[have / 8] |= (uint8_t)(0xffu << (have % 8));
	else if (have % 8 != 0)
		b->data[have / 8] &= (uint8_t)(0xffu >> (8 - have % 8));
	if (want != at)
		memset(b->data + at, on ? 0xff : 0, want - at);
	b->len = want;
	return 0;
}

int
spt_bulk_add(struct spt_colb *c, size_t n, size_t text, struct spt_err *e)
{
	if (n == 0)
		return 0;
	if (c->nulls != 0 &&
	    add_bits(&c->validity, (size_t)c->n, n, true, e) < 0)
		return -1;
	c->values.len += n * width(c);
	c->bytes.len += text;
	c->n += (int64_t)n;
	return 0;
}

/* Values that nobody will look at. */
static int
add_zeros(struct spt_colb *c, size_t n, struct spt_err *e)
{
	int32_t end = (int32_t)c->bytes.len;
	uint8_t *to;

	if (c->type == SPT_BOOL)
		return add_bits(&c->values, (size_t)c->n, n, false, e);
	if (spt_buf_reserve(&c->values, n * width(c), e) < 0)
		return -1;
	to = c->values.data + c->values.len;
	memset(to, 0, n * width(c));
	for (size_t i = 0; i < n && c->type == SPT_UTF8; i++)
		memcpy(to + i * sizeof end, &end, sizeof end);
	c->values.len += n * width(c);
	return 0;
}

int
spt_bulk_add_nulls(struct spt_colb *c, size_t n, struct spt_err *e)
{
	if (n == 0)
		return 0;
	if ((c->nulls == 0 &&
		add_bits(&c->validity, 0, (size_t)c->n, true, e) < 0) ||
	    add_bits(&c->validity, (size_t)c->n, n, false, e) < 0 ||
	    add_zeros(c, n, e) < 0)
		return -1;
	c->nulls += (int64_t)n;
	c->n += (int64_t)n;
	return 0;
}
