/*
 * flatbuf_put - the mechanics of flatbuffers, as far as Arrow needs them.
 *
 *	root	u32 offset to the root table
 *	table	i32 distance back to its vtable, then the fields
 *	vtable	u16 its bytes, u16 the table's bytes, u16 per id: where in the
 *		table the field is, 0 for absent
 *	vector	u32 count, then the elements
 *	string	a vector of bytes, and a NUL that the count leaves out
 *
 * An offset is u32, counts from its own place and points forwards.  Scalars
 * are aligned by their size, from the beginning of the flatbuffer.
 */
#include <assert.h>

#include "wire/flatbuf_put.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "streams are little-endian: this machine needs a byte-swapping writer"
#endif

/* The largest vtable that Arrow's tables need is 7 ids. */
#define MAX_ID 15

static size_t
place(const struct spt__fbput *w)
{
	return w->out->len - w->start;
}

static int
zeros(struct spt__fbput *w, size_t n, struct spt_err *e)
{
	if (spt_buf_reserve(w->out, n, e) < 0)
		return -1;
	if (n != 0)
		memset(w->out->data + w->out->len, 0, n);
	w->out->len += n;
	return 0;
}

/* Pads so that what comes `ahead` bytes later is aligned. */
static int
align(struct spt__fbput *w, size_t to, size_t ahead, struct spt_err *e)
{
	return zeros(w, (0 - (place(w) + ahead)) & (to - 1), e);
}

static void
set(struct spt__fbput *w, size_t at, const void *p, size_t n)
{
	memcpy(w->out->data + w->start + at, p, n);
}

/* Makes the offset at `from` point at the current place. */
static void
point(struct spt__fbput *w, size_t from)
{
	uint32_t d = (uint32_t)(place(w) - from);

	set(w, from, &d, sizeof d);
}

int
spt__fbput_begin(struct spt__fbput *w, struct spt_buf *out, struct spt_err *e)
{
	w->out = out;
	w->start = out->len;
	return zeros(w, 4, e);
}

int
spt__fbput_table(struct spt__fbput *w, size_t from, struct spt__slot *slots,
    size_t n, struct spt_err *e)
{
	uint16_t vt[2 + MAX_ID + 1] = { 0 };
	unsigned ids = n != 0 ? slots[n - 1].id + 1 : 0;
	size_t bytes = 4, at, vt_bytes;
	int32_t back;

	assert(ids <= MAX_ID + 1);
	/* The table begins at a multiple of 8, so that the alignment of a
	 * field inside of it is its alignment in the whole. */
	for (size_t i = 0; i < n; i++) {
		bytes = (bytes + slots[i].size - 1) & ~(slots[i].size - 1ul);
		vt[2 + slots[i].id] = (uint16_t)bytes;
		slots[i].at = bytes;
		bytes += slots[i].size;
	}
	vt_bytes = 4 + 2 * (size_t)ids;
	vt[0] = (uint16_t)vt_bytes;
	vt[1] = (uint16_t)bytes;
	if (align(w, 8, vt_bytes, e) < 0 ||
	    spt_buf_put(w->out, vt, vt_bytes, e) < 0)
		return -1;
	at = place(w);
	point(w, from);
	if (zeros(w, bytes, e) < 0)
		return -1;
	back = (int32_t)vt_bytes;
	set(w, at, &back, sizeof back);
	for (size_t i = 0; i < n; i++) {
		slots[i].at += at;
		set(w, slots[i].at, &slots[i].value, slots[i].size);
	}
	return 0;
}

int
spt__fbput_vector(struct spt__fbput *w, size_t from, size_t count, size_t size,
    size_t *at, struct spt_err *e)
{
	uint32_t n = (uint32_t)count;

	/* Elements of 16 bytes are structs of two int64. */
	if (align(w, size >= 8 ? 8 : 4, 4, e) < 0)
		return -1;
	point(w, from);
	if (spt_buf_put(w->out, &n, sizeof n, e) < 0)
		return -1;
	*at = place(w);
	return zeros(w, count * size, e);
}

int
spt__fbput_string(struct spt__fbput *w, size_t from, const char *p, size_t n,
    struct spt_err *e)
{
	size_t at;

	if (spt__fbput_vector(w, from, n, 1, &at, e) < 0)
		return -1;
	if (n != 0)
		set(w, at, p, n);
	return zeros(w, 1, e);
}

void
spt__fbput_i64(struct spt__fbput *w, size_t at, int64_t v)
{
	set(w, at, &v, sizeof v);
}

int
spt__fbput_end(struct spt__fbput *w, struct spt_err *e)
{
	return align(w, 8, 0, e);
}
