/*
 * csv_column - the loops that most cells of CSV go through.
 *
 * A loop writes plain values straight into the column's memory until it meets
 * a cell that is none: a null, a text with "" in it or with bytes that are not
 * UTF-8, a number in an unusual form.  That one is put like a cell of any
 * other format, and the loop goes on behind it.
 */
#include "base/quicknumber.h"
#include "base/number.h"
#include "base/timecache.h"
#include "base/utf8.h"
#include "batch/bulk.h"
#include "decode/csv_column.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

struct piece {
	const char *p;
	size_t n;
	bool quoted; /* p, n are without the quotes */
};

/* The cells of a span one after the other.  A loop has one of its own, so that
 * what it writes cannot be what it reads. */
struct cursor {
	const char *p;
	const uint32_t *end; /* of the next cell */
	size_t step;
	bool last;
};

ALWAYS_INLINE struct cursor
cursor_at(const struct spt_csv_span *s, size_t i)
{
	return (struct cursor){ s->p, s->ends + i * s->step, s->step, s->last };
}

/* The next cell; quotes: there may be some. */
ALWAYS_INLINE struct piece
next(struct cursor *k, bool quotes)
{
	uint32_t from = k->end[-1] + 1;
	struct piece c = { k->p + from, k->end[0] - from, false };

	k->end += k->step;
	if (k->last && c.n != 0 && c.p[c.n - 1] == '\r')
		c.n--;
	if (quotes && c.n > 1 && *c.p == '"') {
		c.quoted = true;
		c.p++;
		c.n -= 2;
	}
	return c;
}

static int
unescape(struct spt_buf *out, const struct piece *c, struct spt_err *e)
{
	const char *p = c->p, *end = p + c->n, *quote;

	out->len = 0;
	while ((quote = memchr(p, '"', (size_t)(end - p))) != NULL) {
		if (spt_buf_put(out, p, (size_t)(quote - p) + 1, e) < 0)
			return -1;
		p = quote + 2;
		if (p > end)
			break;
	}
	return p < end ? spt_buf_put(out, p, (size_t)(end - p), e) : 0;
}

/* One cell the long way.  As spt_convert_put. */
static int
put_one(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_csv_span *s, size_t i, struct spt_builder *out, size_t col,
    struct spt_err *e)
{
	struct cursor at = cursor_at(s, i);
	struct piece c = next(&at, s->quotes);
	struct spt_cell cell = { SPT_CELL_TEXT, c.p, c.n };

	if (c.n == 0 && !c.quoted)
		cell.kind = SPT_CELL_NULL;
	if (c.quoted && s->escapes) {
		if (unescape(s->scratch, &c, e) < 0)
			return -1;
		cell.p = (const char *)s->scratch->data;
		cell.n = s->scratch->len;
		if (cell.p == NULL)
			cell.p = "";
	}
	return spt_convert_put(k, t, &cell, out, col, e);
}

/*
 * ---- the loops: how many cells of [i, n) were plain ------------------------
 *
 * Each is compiled for cells that may be in quotes, and for those that are not.
 */

/* Is there enough to be read in front of cell i, and so of all behind it? */
static bool
room_before(const struct spt_csv_span *s, size_t i)
{
	uint32_t from = cursor_at(s, i).end[-1] + 1; /* -1 + 1, perhaps */

	return s->p + from - s->low >= SPT__QUICK_BEFORE;
}

ALWAYS_INLINE size_t
take_ints(
    const struct spt_csv_span *s, bool quotes, size_t i, size_t n, int64_t *v)
{
	struct cursor k = cursor_at(s, i);
	size_t first = i;

	if (!room_before(s, i))
		return 0;
	for (; i < n; i++) {
		struct piece c = next(&k, quotes);

		if (!spt__quick_int(c.p, c.n, v++))
			break;
	}
	return i - first;
}

ALWAYS_INLINE size_t
take_floats(
    const struct spt_csv_span *s, bool quotes, size_t i, size_t n, double *v)
{
	struct cursor k = cursor_at(s, i);
	size_t first = i;

	if (!room_before(s, i))
		return 0;
	for (; i < n; i++, v++) {
		struct piece c = next(&k, quotes);

		if (!spt__quick_float(c.p, c.n, v) &&
		    (c.n == 0 || spt_float_parse(c.p, c.n, v) == 0))
			break;
	}
	return i - first;
}

ALWAYS_INLINE size_t
take_times(struct spt_convert *to, const struct spt_csv_span *s, bool quotes,
    size_t i, size_t n, spt_time *v)
{
	struct cursor k = cursor_at(s, i);
	size_t first = i;

	for (; i < n; i++) {
		struct piece c = next(&k, quotes);

		if (spt_time_parse_cached(&to->dates, c.p, c.n, to->tz, v++) ==
		    0)
			break;
	}
	return i - first;
}

/* The column has room for all that the cells have.  *text: their bytes. */
ALWAYS_INLINE size_t
take_texts(const struct spt_csv_span *s, bool quotes, size_t i, size_t n,
    struct spt_colb *col, size_t *text)
{
	char *to = (char *)col->bytes.data + col->bytes.len;
	int32_t *ends = spt_bulk_values(col);
	const int32_t base = (int32_t)col->bytes.len;
	const bool escapes = quotes && s->escapes, high = s->high;
	const bool roomy =
	    s->high_end - s->p >= 0 &&
	    (size_t)(s->high_end - s->p) >=
		s->ends[(n - 1) * s->step] + (size_t)SPT_BULK_CHUNK;
	struct cursor k = cursor_at(s, i);
	size_t first = i, len = 0;

	for (; i < n; i++) {
		struct piece c = next(&k, quotes);

		if (c.n == 0 && !c.quoted)
			break;
		if (escapes && c.quoted && memchr(c.p, '"', c.n) != NULL)
			break;
		if (high && !spt_utf8_valid((const uint8_t *)c.p, c.n))
			break;
		if (roomy)
			spt_bulk_copy(to + len, c.p, c.n);
		else
			memcpy(to + len, c.p, c.n);
		len += c.n;
		*ends++ = base + (int32_t)len;
	}
	*text = len;
	return i - first;
}

/* ---- columns ----------------------------------------------------------- */

/* Bytes of cells i to n-1, quotes included. */
static size_t
text_of(const struct spt_csv_span *s, size_t i, size_t n)
{
	const uint32_t *end = s->ends + i * s->step;
	size_t sum = 0;

	for (; i < n; i++, end += s->step)
		sum += end[0] - (end[-1] + 1);
	return sum;
}

static int
make_room(const struct spt_csv_span *s, size_t i, size_t n,
    struct spt_colb *col, struct spt_err *e)
{
	size_t text = 0;

	if (col->type == SPT_BOOL)
		return 0;
	if (col->type == SPT_UTF8 && i < n) {
		/* All that lies between the first cell and the last is a
		 * bound that needs no sum. */
		text = s->ends[(n - 1) * s->step] -
		       ((s->ends + i * s->step)[-1] + 1);
		if (text + SPT_BULK_CHUNK > col->bytes.cap - col->bytes.len)
			text = text_of(s, i, n);
		if (text + SPT_BULK_CHUNK > INT32_MAX - col->bytes.len)
			return spt_fail(e, SPT_EDATA,
			    "more than 2 GiB of text in one column of a batch");
		text += SPT_BULK_CHUNK;
	}
	return spt_bulk_room(col, n - i, text, e);
}

/* The plain cells from i on; their number. */
ALWAYS_INLINE size_t
take(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_csv_span *s, bool quotes, size_t i, size_t n,
    struct spt_colb *col, size_t *text)
{
	switch (t->type) {
	case SPT_INT64:
		return take_ints(s, quotes, i, n, spt_bulk_values(col));
	case SPT_FLOAT64:
		return take_floats(s, quotes, i, n, spt_bulk_values(col));
	case SPT_UTF8:
		return take_texts(s, quotes, i, n, col, text);
	case SPT_TIMESTAMP:
		if (t->form == SPT_FORM_RFC3339)
			return take_times(
			    k, s, quotes, i, n, spt_bulk_values(col));
		return 0;
	default:
		return 0;
	}
}

static size_t
take_quoted(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_csv_span *s, size_t i, size_t n, struct spt_colb *col,
    size_t *text)
{
	return take(k, t, s, true, i, n, col, text);
}

static size_t
take_bare(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_csv_span *s, size_t i, size_t n, struct spt_colb *col,
    size_t *text)
{
	return take(k, t, s, false, i, n, col, text);
}

int64_t
spt_csv_column_put(struct spt_convert *k, const struct spt_coltype *t,
    const struct spt_csv_span *s, size_t n, struct spt_builder *out, size_t col,
    struct spt_err *e)
{
	struct spt_colb *c = &out->cols[col];
	size_t i = 0;

	if (make_room(s, 0, n, c, e) < 0)
		return -1;
	while (i < n) {
		int64_t repaired = k->repaired;
		size_t text = 0;
		size_t got = s->quotes ? take_quoted(k, t, s, i, n, c, &text)
				       : take_bare(k, t, s, i, n, c, &text);
		int rc;

		if (spt_bulk_add(c, got, text, e) < 0)
			return -1;
		i += got;
		if (i == n)
			break;
		rc = put_one(k, t, s, i, out, col, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
		i++;
		/* A text that was repaired may have become longer. */
		if (k->repaired != repaired && make_room(s, i, n, c, e) < 0)
			return -1;
	}
	return (int64_t)i;
}
