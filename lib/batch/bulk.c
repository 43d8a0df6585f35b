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

/* The bits of n more values, all valid. */
static int
add_valid(struct spt_colb *c, size_t n, struct spt_err *e)
{
	size_t at = (size_t)c->n, end = at + n;
	size_t have = c->validity.len, want = (end + 7) / 8;

	if (spt_buf_reserve(&c->validity, want - have, e) < 0)
		return -1;
	if (at % 8 != 0)
		c->validity.data[at / 8] |= (uint8_t)(0xffu << (at % 8));
	memset(c->validity.data + have, 0xff, want - have);
	c->validity.len = want;
	return 0;
}

int
spt_bulk_add(struct spt_colb *c, size_t n, size_t text, struct spt_err *e)
{
	if (n == 0)
		return 0;
	if (c->nulls != 0 && add_valid(c, n, e) < 0)
		return -1;
	c->values.len += n * width(c);
	c->bytes.len += text;
	c->n += (int64_t)n;
	return 0;
}
