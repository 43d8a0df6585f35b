#include <limits.h>
#include <string.h>

#include "batch/builder.h"

static size_t
bitmap_bytes(int64_t n)
{
	return (size_t)(n + 7) / 8;
}

static int
start_column(struct spt_colb *c, struct spt_err *e)
{
	static const int32_t zero;

	c->n = c->nulls = 0;
	c->validity.len = c->values.len = c->bytes.len = 0;
	return c->type == SPT_UTF8 ? spt_buf_put(&c->values, &zero, 4, e) : 0;
}

int
spt_builder_init(struct spt_builder *b, const struct spt_io *io,
    const struct spt_schema *s, struct spt_err *e)
{
	memset(b, 0, sizeof *b);
	b->io = io;
	b->cols = spt_alloc_zero(io, s->n * sizeof *b->cols, e);
	b->views = spt_alloc_zero(io, s->n * sizeof *b->views, e);
	b->ranges = spt_alloc_zero(io, s->n * sizeof *b->ranges, e);
	if (b->cols == NULL || b->views == NULL || b->ranges == NULL)
		goto fail;
	for (size_t i = 0; i < s->n; i++) {
		struct spt_colb *c = &b->cols[i];

		c->type = s->fields[i].type;
		spt_buf_init(&c->validity, io);
		spt_buf_init(&c->values, io);
		spt_buf_init(&c->bytes, io);
		b->n++;
		if (start_column(c, e) < 0)
			goto fail;
	}
	return 0;
fail:
	spt_builder_fini(b);
	return -1;
}

void
spt_builder_fini(struct spt_builder *b)
{
	if (b->io == NULL)
		return;
	for (size_t i = 0; i < b->n; i++) {
		spt_buf_fini(&b->cols[i].validity);
		spt_buf_fini(&b->cols[i].values);
		spt_buf_fini(&b->cols[i].bytes);
	}
	spt_free(b->io, b->cols);
	spt_free(b->io, b->views);
	spt_free(b->io, b->ranges);
	memset(b, 0, sizeof *b);
}

/* Appends one bit to a bitmap that holds n. */
static int
put_bit(struct spt_buf *b, int64_t n, bool v, struct spt_err *e)
{
	if ((n & 7) == 0 && spt_buf_putc(b, 0, e) < 0)
		return -1;
	if (v)
		b->data[n >> 3] |= (uint8_t)(1u << (n & 7));
	else
		b->data[n >> 3] &= (uint8_t) ~(1u << (n & 7));
	return 0;
}

/* The bitmap of a column appears with its first null. */
static int
start_validity(struct spt_colb *c, struct spt_err *e)
{
	size_t n = bitmap_bytes(c->n);

	if (c->nulls != 0)
		return 0;
	c->validity.len = 0;
	if (spt_buf_reserve(&c->validity, n + 1, e) < 0)
		return -1;
	memset(c->validity.data, 0xff, n);
	c->validity.len = n;
	return 0;
}

static inline int
put_valid(struct spt_colb *c, struct spt_err *e)
{
	if (c->nulls != 0 && put_bit(&c->validity, c->n, true, e) < 0)
		return -1;
	c->n++;
	return 0;
}

int
spt_builder_null(struct spt_builder *b, size_t col, struct spt_err *e)
{
	struct spt_colb *c = &b->cols[col];
	static const int64_t zero;
	int32_t at;
	int rc;

	if (start_validity(c, e) < 0 ||
	    put_bit(&c->validity, c->n, false, e) < 0)
		return -1;
	switch (c->type) {
	case SPT_BOOL:
		rc = put_bit(&c->values, c->n, false, e);
		break;
	case SPT_UTF8:
		at = (int32_t)c->bytes.len;
		rc = spt_buf_put(&c->values, &at, 4, e);
		break;
	default:
		rc = spt_buf_put(&c->values, &zero, 8, e);
	}
	if (rc < 0)
		return -1;
	c->nulls++;
	c->n++;
	return 0;
}

int
spt_builder_bool(struct spt_builder *b, size_t col, bool v, struct spt_err *e)
{
	struct spt_colb *c = &b->cols[col];

	if (put_bit(&c->values, c->n, v, e) < 0)
		return -1;
	return put_valid(c, e);
}

int
spt_builder_int(struct spt_builder *b, size_t col, int64_t v, struct spt_err *e)
{
	struct spt_colb *c = &b->cols[col];

	if (spt_buf_put(&c->values, &v, 8, e) < 0)
		return -1;
	return put_valid(c, e);
}

int
spt_builder_float(
    struct spt_builder *b, size_t col, double v, struct spt_err *e)
{
	struct spt_colb *c = &b->cols[col];

	if (spt_buf_put(&c->values, &v, 8, e) < 0)
		return -1;
	return put_valid(c, e);
}

int
spt_builder_str(struct spt_builder *b, size_t col, const char *p, size_t n,
    struct spt_err *e)
{
	struct spt_colb *c = &b->cols[col];
	int32_t end;

	if (n > INT32_MAX - c->bytes.len)
		return spt_fail(e, SPT_EDATA,
		    "more than 2 GiB of text in one column of a batch");
	if (spt_buf_put(&c->bytes, p, n, e) < 0)
		return -1;
	end = (int32_t)c->bytes.len;
	if (spt_buf_put(&c->values, &end, 4, e) < 0)
		return -1;
	return put_valid(c, e);
}

int
spt_builder_cell(struct spt_builder *b, size_t col, const struct spt_col *c,
    int64_t i, struct spt_err *e)
{
	const char *p;
	size_t n;

	if (spt_col_null(c, i))
		return spt_builder_null(b, col, e);
	switch (c->type) {
	case SPT_BOOL:
		return spt_builder_bool(b, col, spt_bit(c->bits, i), e);
	case SPT_FLOAT64:
		return spt_builder_float(b, col, c->floats[i], e);
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return spt_builder_str(b, col, p, n, e);
	default:
		return spt_builder_int(b, col, c->ints[i], e);
	}
}

void
spt_builder_undo_row(struct spt_builder *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct spt_colb *c = &b->cols[i];

		while (c->n > b->rows) {
			c->n--;
			if (c->nulls != 0 && !spt_bit(c->validity.data, c->n))
				c->nulls--;
		}
		if (c->nulls != 0)
			c->validity.len = bitmap_bytes(c->n);
		switch (c->type) {
		case SPT_BOOL:
			c->values.len = bitmap_bytes(c->n);
			break;
		case SPT_UTF8: {
			int32_t at;

			c->values.len = ((size_t)c->n + 1) * 4;
			memcpy(&at, c->values.data + (size_t)c->n * 4, 4);
			c->bytes.len = (size_t)at;
			break;
		}
		default:
			c->values.len = (size_t)c->n * 8;
		}
	}
}

int
spt_builder_rows(struct spt_builder *b, const struct spt_batch *from,
    int64_t first, int64_t n, struct spt_err *e)
{
	for (size_t k = 0; k < b->n; k++) {
		const struct spt_col *c = &from->cols[k];
		struct spt_colb *d = &b->cols[k];

		/* Whole runs of 8-byte values without nulls are the case
		 * worth a memcpy. */
		if (c->validity == NULL && d->nulls == 0 &&
		    c->type != SPT_UTF8 && c->type != SPT_BOOL) {
			if (spt_buf_put(&d->values, c->ints + first,
				(size_t)n * 8, e) < 0)
				return -1;
			d->n += n;
			continue;
		}
		for (int64_t i = first; i < first + n; i++)
			if (spt_builder_cell(b, k, c, i, e) < 0)
				return -1;
	}
	b->rows += n;
	return 0;
}

size_t
spt_builder_bytes(const struct spt_builder *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		n += b->cols[i].values.len + b->cols[i].bytes.len;
	return n;
}

bool
spt_builder_full(const struct spt_builder *b)
{
	return b->rows >= SPT_BATCH_ROWS ||
	       spt_builder_bytes(b) >= SPT_BATCH_BYTES;
}

void
spt_builder_batch(struct spt_builder *b, struct spt_batch *out)
{
	out->rows = b->rows;
	out->n = b->n;
	out->cols = b->views;
	out->ranges = NULL;
	for (size_t i = 0; i < b->n; i++) {
		struct spt_colb *c = &b->cols[i];
		struct spt_col *v = &b->views[i];

		v->type = c->type;
		v->null_count = c->nulls;
		v->validity = c->nulls != 0 ? c->validity.data : NULL;
		v->bits = c->values.data;
		v->bytes = c->bytes.len != 0 ? (const char *)c->bytes.data : "";
		if (c->type == SPT_TIMESTAMP)
			b->ranges[i] = spt_batch_range(out, i);
	}
	out->ranges = b->ranges;
}

void
spt_builder_reset(struct spt_builder *b)
{
	struct spt_err never = { 0 };

	b->rows = 0;
	/* Cannot fail: the first offset has had its place before. */
	for (size_t i = 0; i < b->n; i++)
		if (start_column(&b->cols[i], &never) < 0)
			b->cols[i].n = 0;
}
