/*
 * body - the body of a record batch as pieces for writev.
 *
 * Nearly every piece points into the batch.  Two things are made anew, in
 * scratch: the last byte of a bitmap whose bits beyond the rows are not zero
 * (they would tell what the memory held before), and offsets that do not
 * begin at 0.  Scratch is reserved at once, so that pieces stay where they
 * are.
 */
#include "wire/body.h"
#include "wire/encode.h"

#define PIECES 7 /* a column at most: 3 buffers, 3 paddings, 1 split bitmap */

struct pieces {
	struct iovec *v;
	size_t n;
	struct spt_buf *scratch;
};

static void
add(struct pieces *p, const void *at, size_t n)
{
	struct iovec *last = p->n != 0 ? &p->v[p->n - 1] : NULL;

	if (n == 0)
		return;
	if (last != NULL &&
	    (const uint8_t *)last->iov_base + last->iov_len == at) {
		last->iov_len += n;
		return;
	}
	p->v[p->n].iov_base = (void *)(uintptr_t)at;
	p->v[p->n++].iov_len = n;
}

static void
pad(struct pieces *p, size_t n)
{
	static const uint8_t zeros[SPT__BODY_ALIGN];

	add(p, zeros, spt__body_padding(n));
}

static void
add_bitmap(struct pieces *p, const uint8_t *bits, int64_t rows)
{
	size_t whole = (size_t)rows / 8;
	uint8_t rest = rows % 8 != 0
			   ? (uint8_t)(bits[whole] & ((1u << (rows % 8)) - 1))
			   : 0;

	if (rows % 8 == 0) {
		add(p, bits, whole);
	} else if (rest == bits[whole]) {
		add(p, bits, whole + 1);
	} else {
		uint8_t *last = p->scratch->data + p->scratch->len++;

		*last = rest;
		add(p, bits, whole);
		add(p, last, 1);
	}
	pad(p, (size_t)(rows + 7) / 8);
}

static void
add_offsets(struct pieces *p, const int32_t *offsets, int64_t rows)
{
	size_t n = ((size_t)rows + 1) * 4;
	uint8_t *to = p->scratch->data + p->scratch->len;

	if (offsets[0] == 0) {
		add(p, offsets, n);
	} else {
		for (int64_t i = 0; i <= rows; i++) {
			int32_t v = offsets[i] - offsets[0];

			memcpy(to + 4 * i, &v, sizeof v);
		}
		p->scratch->len += n;
		add(p, to, n);
	}
	pad(p, n);
}

static void
add_column(struct pieces *p, const struct spt_col *c, int64_t rows)
{
	size_t len[SPT__BODY_BUFFERS];

	spt__body_buffers(c, rows, len);
	if (len[0] != 0)
		add_bitmap(p, c->validity, rows);
	switch (c->type) {
	case SPT_BOOL:
		add_bitmap(p, c->bits, rows);
		break;
	case SPT_UTF8:
		add_offsets(p, c->offsets, rows);
		if (len[2] != 0)
			add(p, c->bytes + c->offsets[0], len[2]);
		pad(p, len[2]);
		break;
	default:
		add(p, c->ints, len[1]);
		pad(p, len[1]);
	}
}

size_t
spt__body_buffers(
    const struct spt_col *c, int64_t rows, size_t len[SPT__BODY_BUFFERS])
{
	size_t n = (size_t)rows, bitmap = (n + 7) / 8;

	len[0] = c->null_count != 0 && c->validity != NULL ? bitmap : 0;
	len[1] = n * 8;
	if (c->type == SPT_BOOL)
		len[1] = bitmap;
	if (c->type != SPT_UTF8)
		return 2;
	len[1] = rows != 0 ? (n + 1) * 4 : 0;
	len[2] = rows != 0 ? (size_t)(c->offsets[rows] - c->offsets[0]) : 0;
	return 3;
}

int
spt_wire_body(const struct spt_io *io, const struct spt_batch *b,
    struct iovec **v, size_t *cap, size_t *n, struct spt_buf *scratch,
    struct spt_err *e)
{
	struct pieces p = { .scratch = scratch };
	size_t room = 0;

	*n = 0;
	scratch->len = 0;
	if (b->rows == 0)
		return 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct spt_col *c = &b->cols[i];

		room += 2;
		if (c->type == SPT_UTF8 && c->offsets[0] != 0)
			room += ((size_t)b->rows + 1) * 4;
	}
	if (spt_buf_reserve(scratch, room, e) < 0 ||
	    spt_grow(io, v, cap, b->n * PIECES, sizeof **v, e) < 0)
		return -1;
	p.v = *v;
	for (size_t i = 0; i < b->n; i++)
		add_column(&p, &b->cols[i], b->rows);
	*n = p.n;
	return 0;
}
