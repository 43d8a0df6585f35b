/*
 * flatbuf_get - see flatbuf_put.c for the layout.  A flatbuffer is at most
 * SPT_IN_MAX_META bytes, so that sums of a few 32-bit numbers cannot pass
 * what size_t holds; each sum is compared before it is used as a place.
 */
#include <string.h>

#include "wire/flatbuf_get.h"

static size_t
fail(struct spt__fb *fb, const char *why)
{
	if (fb->bad == NULL)
		fb->bad = why;
	return 0;
}

static uint32_t
u32(const struct spt__fb *fb, size_t at)
{
	uint32_t v;

	memcpy(&v, fb->p + at, sizeof v);
	return v;
}

static uint16_t
u16(const struct spt__fb *fb, size_t at)
{
	uint16_t v;

	memcpy(&v, fb->p + at, sizeof v);
	return v;
}

/* Are there `want` bytes at this place? */
static bool
within(const struct spt__fb *fb, uint64_t at, uint64_t want)
{
	return at <= fb->n && want <= fb->n - at;
}

/* Where the offset at a place (4 bytes that are there) points. */
static size_t
follow(struct spt__fb *fb, size_t at)
{
	uint64_t to = (uint64_t)at + u32(fb, at);

	if (to == at || to % 4 != 0 || !within(fb, to, 4))
		return fail(fb, "an offset points outside");
	return (size_t)to;
}

static bool
open_table(struct spt__fb *fb, size_t at, struct spt__table *t)
{
	int64_t vt = (int64_t)at - (int32_t)u32(fb, at);

	if (vt < 0 || vt % 2 != 0 || !within(fb, (uint64_t)vt, 4))
		return fail(fb, "a vtable lies outside");
	t->vt = (size_t)vt;
	t->vt_bytes = u16(fb, t->vt);
	t->bytes = u16(fb, t->vt + 2);
	if (t->vt_bytes < 4 || t->vt_bytes % 2 != 0 ||
	    !within(fb, t->vt, t->vt_bytes))
		return fail(fb, "a vtable has a bad size");
	if (t->bytes < 4 || !within(fb, at, t->bytes))
		return fail(fb, "a table has a bad size");
	t->at = at;
	return true;
}

/* Place of a field of `size` bytes. */
static size_t
find(struct spt__fb *fb, const struct spt__table *t, unsigned id, size_t size)
{
	size_t slot = 4 + 2 * (size_t)id, off;

	if (fb->bad != NULL || t->at == 0 || slot + 2 > t->vt_bytes)
		return 0;
	off = u16(fb, t->vt + slot);
	if (off == 0)
		return 0;
	if (off < 4 || off + size > t->bytes)
		return fail(fb, "a field lies outside its table");
	if ((t->at + off) % size != 0)
		return fail(fb, "a field is not aligned");
	return t->at + off;
}

bool
spt__fb_root(struct spt__fb *fb, struct spt__table *t)
{
	size_t at;

	memset(t, 0, sizeof *t);
	fb->bad = NULL;
	if (fb->n < 8)
		return fail(fb, "it is too short");
	at = follow(fb, 0);
	return at != 0 && open_table(fb, at, t);
}

int64_t
spt__fb_int(struct spt__fb *fb, const struct spt__table *t, unsigned id,
    size_t size, int64_t absent)
{
	size_t at = find(fb, t, id, size);

	if (at == 0)
		return absent;
	switch (size) {
	case 1:
		return (int8_t)fb->p[at];
	case 2:
		return (int16_t)u16(fb, at);
	case 4:
		return (int32_t)u32(fb, at);
	default:
		return spt__fb_i64(fb, at);
	}
}

bool
spt__fb_table(struct spt__fb *fb, const struct spt__table *t, unsigned id,
    struct spt__table *out)
{
	size_t at = find(fb, t, id, 4);

	memset(out, 0, sizeof *out);
	if (at != 0)
		at = follow(fb, at);
	return at != 0 && open_table(fb, at, out);
}

size_t
spt__fb_vector(struct spt__fb *fb, const struct spt__table *t, unsigned id,
    size_t size, size_t *n)
{
	size_t at = find(fb, t, id, 4), count;

	*n = 0;
	if (at != 0)
		at = follow(fb, at);
	if (at == 0)
		return 0;
	count = u32(fb, at);
	at += 4;
	if (!within(fb, at, (uint64_t)count * size))
		return fail(fb, "a vector is longer than what is there");
	if (size % 8 == 0 && at % 8 != 0 && count != 0)
		return fail(fb, "a vector is not aligned");
	*n = count;
	return at;
}

bool
spt__fb_element(
    struct spt__fb *fb, size_t first, size_t i, struct spt__table *out)
{
	size_t at;

	memset(out, 0, sizeof *out);
	if (fb->bad != NULL)
		return false;
	at = follow(fb, first + 4 * i);
	return at != 0 && open_table(fb, at, out);
}

const char *
spt__fb_string(
    struct spt__fb *fb, const struct spt__table *t, unsigned id, size_t *n)
{
	size_t at = spt__fb_vector(fb, t, id, 1, n);

	if (at == 0)
		return NULL;
	if (!within(fb, at, (uint64_t)*n + 1) || fb->p[at + *n] != 0) {
		fail(fb, "a string does not end with NUL");
		*n = 0;
		return NULL;
	}
	return (const char *)fb->p + at;
}

int64_t
spt__fb_i64(const struct spt__fb *fb, size_t at)
{
	int64_t v;

	memcpy(&v, fb->p + at, sizeof v);
	return v;
}
