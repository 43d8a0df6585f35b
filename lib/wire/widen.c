/*
 * widen - all forms but text end in one array of 8-byte values.  Text keeps
 * its bytes where they are (large_utf8) or is gathered (utf8_view).  What a
 * null slot holds is anything, so it must not count as out of range.
 */
#include <limits.h>

#include "wire/widen.h"

size_t
spt__form_size(enum spt__form form)
{
	switch (form) {
	case SPT__INT8:
	case SPT__UINT8:
		return 1;
	case SPT__INT16:
	case SPT__UINT16:
		return 2;
	case SPT__INT32:
	case SPT__UINT32:
	case SPT__FLOAT32:
	case SPT__DATE32:
		return 4;
	case SPT__UTF8_VIEW:
		return 16;
	default:
		return 8;
	}
}

/* Room for n bytes, from the beginning. */
static int
claim(struct spt_buf *b, size_t n, size_t *budget, struct spt_err *e)
{
	if (n > *budget)
		return spt_fail(e, SPT_EDATA,
		    "the batch is too large (%zu bytes more, when widened)", n);
	*budget -= n;
	b->len = 0;
	return spt_buf_reserve(b, n, e);
}

/* ---- numbers ----------------------------------------------------------- */

static int64_t
day_or_stamp(enum spt__form form, const uint8_t *p, int64_t i)
{
	if (form == SPT__DATE32)
		return ((const int32_t *)(const void *)p)[i];
	return ((const int64_t *)(const void *)p)[i];
}

/* Times of a coarser unit; those of null slots are not looked at. */
static int
scale_up(int64_t *to, const struct spt_col *col, int64_t rows,
    enum spt__form form, const uint8_t *p, struct spt_err *e)
{
	int64_t unit = form == SPT__MILLISECONDS ? 1000
		       : form == SPT__SECONDS    ? 1000000
						 : INT64_C(86400) * 1000000;

	for (int64_t i = 0; i < rows; i++) {
		to[i] = 0;
		if (spt_col_null(col, i))
			continue;
		if (__builtin_mul_overflow(
			day_or_stamp(form, p, i), unit, &to[i]))
			return spt_fail(e, SPT_EDATA,
			    "row %lld of the batch: the time %lld is out of "
			    "range in microseconds",
			    (long long)i, (long long)day_or_stamp(form, p, i));
	}
	return 0;
}

/* Towards minus infinity, so that a time stays in its microsecond. */
static int64_t
floor_micros(int64_t nanos)
{
	return nanos / 1000 - (nanos % 1000 < 0);
}

int
spt__widen_numbers(struct spt_col *col, int64_t rows, enum spt__form form,
    struct spt__span values, struct spt_buf *wide, size_t *budget,
    struct spt_err *e)
{
	const void *p = values.p;
	int64_t *to;
	double *real;

	if (claim(wide, (size_t)rows * 8, budget, e) < 0)
		return -1;
	to = (int64_t *)(void *)wide->data;
	real = (double *)(void *)wide->data;
	if (form == SPT__FLOAT32)
		col->floats = real;
	else
		col->ints = to;
	switch (form) {
	case SPT__INT8:
		for (int64_t i = 0; i < rows; i++)
			to[i] = ((const int8_t *)p)[i];
		return 0;
	case SPT__UINT8:
		for (int64_t i = 0; i < rows; i++)
			to[i] = ((const uint8_t *)p)[i];
		return 0;
	case SPT__INT16:
		for (int64_t i = 0; i < rows; i++)
			to[i] = ((const int16_t *)p)[i];
		return 0;
	case SPT__UINT16:
		for (int64_t i = 0; i < rows; i++)
			to[i] = ((const uint16_t *)p)[i];
		return 0;
	case SPT__INT32:
		for (int64_t i = 0; i < rows; i++)
			to[i] = ((const int32_t *)p)[i];
		return 0;
	case SPT__UINT32:
		for (int64_t i = 0; i < rows; i++)
			to[i] = ((const uint32_t *)p)[i];
		return 0;
	case SPT__FLOAT32:
		for (int64_t i = 0; i < rows; i++)
			real[i] = (double)((const float *)p)[i];
		return 0;
	case SPT__NANOSECONDS:
		for (int64_t i = 0; i < rows; i++)
			to[i] = floor_micros(((const int64_t *)p)[i]);
		return 0;
	default:
		return scale_up(to, col, rows, form, values.p, e);
	}
}

/* ---- text -------------------------------------------------------------- */

int
spt__widen_offsets(struct spt_col *col, int64_t rows, struct spt__span values,
    struct spt__span text, struct spt_buf *wide, size_t *budget,
    struct spt_err *e)
{
	const int64_t *from = (const int64_t *)(const void *)values.p;
	bool down = false;
	int32_t *to;

	for (int64_t i = 0; i < rows; i++)
		down |= from[i + 1] < from[i];
	if (down || from[0] < 0 || (uint64_t)from[rows] > text.n)
		return spt_fail(
		    e, SPT_EDATA, "offsets of text that are not in order");
	/* A body has at most 1 GiB, so the differences fit. */
	if (claim(wide, ((size_t)rows + 1) * 4, budget, e) < 0)
		return -1;
	to = (int32_t *)(void *)wide->data;
	for (int64_t i = 0; i <= rows; i++)
		to[i] = (int32_t)(from[i] - from[0]);
	col->offsets = to;
	col->bytes = (const char *)text.p + from[0];
	return 0;
}

/*
 * A view of 16 bytes:
 *	0	i32 length
 *	4	up to 12 bytes of text; or, for longer ones,
 *	4	the first 4 bytes
 *	8	i32 number of the buffer
 *	12	i32 where in the buffer
 */
struct view {
	int32_t length;
	char inside[4];
	int32_t buffer, at;
};

#define VIEW_INSIDE 12

/* The text of a view; NULL: it points outside. */
static const char *
view_text(const struct view *v, const struct spt__span *buffers, size_t n)
{
	if (v->length < 0)
		return NULL;
	if (v->length <= VIEW_INSIDE)
		return (const char *)v + offsetof(struct view, inside);
	if (v->buffer < 0 || (size_t)v->buffer >= n || v->at < 0 ||
	    (size_t)v->at + (size_t)v->length > buffers[v->buffer].n)
		return NULL;
	return (const char *)buffers[v->buffer].p + v->at;
}

int
spt__widen_views(struct spt_col *col, int64_t rows, struct spt__span values,
    const struct spt__span *buffers, size_t n, struct spt_buf *wide,
    struct spt_buf *text, size_t *budget, struct spt_err *e)
{
	const struct view *v = (const struct view *)(const void *)values.p;
	size_t sum = 0;
	int32_t *to;

	for (int64_t i = 0; i < rows; i++) {
		if (spt_col_null(col, i))
			continue;
		if (view_text(&v[i], buffers, n) == NULL)
			return spt_fail(e, SPT_EDATA,
			    "row %lld of the batch: a view that points "
			    "outside",
			    (long long)i);
		sum += (size_t)v[i].length;
	}
	if (sum > INT32_MAX)
		return spt_fail(
		    e, SPT_EDATA, "more than 2 GiB of text in one batch");
	if (claim(wide, ((size_t)rows + 1) * 4, budget, e) < 0 ||
	    claim(text, sum + 1, budget, e) < 0)
		return -1;
	to = (int32_t *)(void *)wide->data;
	for (int64_t i = 0; i < rows; i++) {
		to[i] = (int32_t)text->len;
		if (spt_col_null(col, i))
			continue;
		memcpy(text->data + text->len, view_text(&v[i], buffers, n),
		    (size_t)v[i].length);
		text->len += (size_t)v[i].length;
	}
	to[rows] = (int32_t)text->len;
	col->offsets = to;
	col->bytes = text->len != 0 ? (const char *)text->data : "";
	return 0;
}
