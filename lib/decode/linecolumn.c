/*
 * linecolumn - the loops that most cells of lines go through.
 *
 * A loop writes plain values straight into the column's memory until it meets
 * a cell that is none: a text with escapes, a number in an unusual form.  That
 * one is put like a cell of any other line, and the loop goes on behind it.
 * Nulls come often (a lone "-" of an access log), and by themselves.
 */
#include "base/number.h"
#include "base/quicknumber.h"
#include "batch/bulk.h"
#include "decode/json_scan.h"
#include "decode/linecolumn.h"

/* The cells of a span one after the other.  A loop has one of its own, so that
 * what it writes cannot be what it reads. */
struct cursor {
	const char *p;
	const struct spt_place *c;
	size_t step;
};

static inline struct cursor
cursor_at(const struct spt_line_span *s, size_t i)
{
	return (struct cursor){ s->p, s->cells + i * s->step, s->step };
}

static inline struct spt_place
next(struct cursor *k)
{
	struct spt_place c = *k->c;

	k->c += k->step;
	return c;
}

static inline bool
is_scalar(const struct spt_place *c)
{
	return c->kind == SPT_CELL_TEXT || c->kind == SPT_CELL_NUMBER;
}

/* One cell the long way.  As spt_convert_put. */
static int
put_one(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_line_span *s, size_t i, struct spt_builder *out,
    size_t col, struct spt_err *e)
{
	const struct spt_place *c = cursor_at(s, i).c;
	bool escaped = c->kind == SPT_PLACE_ESCAPED;
	struct spt__json_text text = { s->p + c->at, c->n, escaped };
	struct spt_cell cell;

	spt_arena_reset(s->arena);
	if (spt__json_unescape(&text, s->arena, e) < 0)
		return -1;
	cell.kind = escaped ? SPT_CELL_TEXT : (enum spt_cell_kind)c->kind;
	cell.p = text.p;
	cell.n = text.n;
	return spt_convert_put(k, t, &cell, out, col, e);
}

/* ---- the loops: how many cells of [i, n) were plain -------------------- */

static size_t
take_nulls(const struct spt_line_span *s, size_t i, size_t n)
{
	struct cursor k = cursor_at(s, i);
	size_t first = i;

	while (i < n && next(&k).kind == SPT_CELL_NULL)
		i++;
	return i - first;
}

/* Is there enough to be read in front of cell i, and so of all behind it? */
static bool
room_before(const struct spt_line_span *s, size_t i)
{
	return s->before + cursor_at(s, i).c->at >= SPT__QUICK_BEFORE;
}

static size_t
take_ints(const struct spt_line_span *s, size_t i, size_t n, int64_t *v)
{
	struct cursor k = cursor_at(s, i);
	size_t first = i;

	if (!room_before(s, i))
		return 0;
	for (; i < n; i++) {
		struct spt_place c = next(&k);

		if (!is_scalar(&c) || !spt__quick_int(k.p + c.at, c.n, v++))
			break;
	}
	return i - first;
}

static size_t
take_floats(const struct spt_line_span *s, size_t i, size_t n, double *v)
{
	struct cursor k = cursor_at(s, i);
	size_t first = i;

	if (!room_before(s, i))
		return 0;
	for (; i < n; i++, v++) {
		struct spt_place c = next(&k);

		if (!is_scalar(&c) ||
		    (!spt__quick_float(k.p + c.at, c.n, v) &&
			spt_float_parse(k.p + c.at, c.n, v) == 0))
			break;
	}
	return i - first;
}

/* Times of RFC 3339, or of access logs. */
static size_t
take_times(struct spt_convert *to, const struct spt_line_span *s, bool clf,
    size_t i, size_t n, spt_time *v)
{
	struct cursor k = cursor_at(s, i);
	size_t first = i;

	for (; i < n; i++, v++) {
		struct spt_place c = next(&k);
		const char *p = k.p + c.at;
		int rc;

		if (c.kind != SPT_CELL_TEXT)
			break;
		rc = clf ? spt_time_parse_clf_cached(&to->clf_dates, p, c.n, v)
			 : spt_time_parse_cached(&to->dates, p, c.n, to->tz, v);
		if (rc == 0)
			break;
	}
	return i - first;
}

/* The column has room for all that the cells have.  *text: how many bytes were
 * taken. */
static size_t
take_texts(const struct spt_line_span *s, size_t i, size_t n,
    struct spt_colb *col, size_t *text)
{
	char *to = (char *)col->bytes.data + col->bytes.len;
	int32_t *ends = spt_bulk_values(col);
	const int32_t base = (int32_t)col->bytes.len;
	const bool roomy = s->behind >= SPT_BULK_CHUNK;
	struct cursor k = cursor_at(s, i);
	size_t first = i, len = 0;

	for (; i < n; i++) {
		struct spt_place c = next(&k);

		if (!is_scalar(&c) && c.kind != SPT_CELL_NESTED)
			break;
		if (roomy)
			spt_bulk_copy(to + len, k.p + c.at, c.n);
		else
			memcpy(to + len, k.p + c.at, c.n);
		len += c.n;
		*ends++ = base + (int32_t)len;
	}
	*text = len;
	return i - first;
}

/* ---- columns ----------------------------------------------------------- */

/* Bytes of n cells. */
static size_t
text_of(const struct spt_line_span *s, size_t n)
{
	struct cursor k = cursor_at(s, 0);
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += next(&k).n;
	return sum;
}

/* No value has more bytes than its cell, escaped or not. */
static int
make_room(const struct spt_line_span *s, size_t n, struct spt_colb *col,
    struct spt_err *e)
{
	size_t text = 0;

	if (col->type == SPT_BOOL)
		return 0;
	if (col->type == SPT_UTF8) {
		text = s->most + SPT_BULK_CHUNK;
		if (text > col->bytes.cap - col->bytes.len)
			text = text_of(s, n) + SPT_BULK_CHUNK;
		if (text > INT32_MAX - col->bytes.len)
			return spt_fail(e, SPT_EDATA,
			    "more than 2 GiB of text in one column of a batch");
	}
	return spt_bulk_room(col, n, text, e);
}

/* The plain cells from i on; their number. */
static size_t
take(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_line_span *s, size_t i, size_t n, struct spt_colb *col,
    size_t *text)
{
	switch (t->type) {
	case SPT_INT64:
		return take_ints(s, i, n, spt_bulk_values(col));
	case SPT_FLOAT64:
		return take_floats(s, i, n, spt_bulk_values(col));
	case SPT_UTF8:
		return take_texts(s, i, n, col, text);
	case SPT_TIMESTAMP:
		if (t->form != SPT_FORM_RFC3339 && t->form != SPT_FORM_CLF)
			return 0;
		return take_times(
		    k, s, t->form == SPT_FORM_CLF, i, n, spt_bulk_values(col));
	default:
		return 0;
	}
}

int64_t
spt_line_column_put(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_line_span *s, size_t n, struct spt_builder *out,
    size_t col, struct spt_err *e)
{
	struct spt_colb *c = &out->cols[col];
	size_t i = 0;

	if (make_room(s, n, c, e) < 0)
		return -1;
	while (i < n) {
		size_t text = 0, got = take(k, t, s, i, n, c, &text), nulls;
		int rc;

		if (spt_bulk_add(c, got, text, e) < 0)
			return -1;
		i += got;
		nulls = take_nulls(s, i, n);
		if (spt_bulk_add_nulls(c, nulls, e) < 0)
			return -1;
		i += nulls;
		if (i == n || nulls != 0)
			continue;
		rc = put_one(k, t, s, i, out, col, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
		i++;
	}
	return (int64_t)i;
}
