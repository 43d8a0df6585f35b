/*
 * grid - widths first, then text.
 *
 * Every cell is turned into visible text when it comes, and its width is
 * known then; a column is as wide as its widest cell.  On a terminal strings
 * give way first, the widest ones most, down to a few columns; if that is not
 * enough, columns at the right end are left out and a "…" in each line says
 * so.  Without a terminal nothing is cut or left out: a cell that is very long
 * only pushes its own line out of line.
 */
#include <stdio.h>

#include "base/utf8.h"
#include "encode/celltext.h"
#include "encode/grid.h"

#define GAP 2           /* blanks between columns */
#define MIN_STRING 8    /* a string column is not cut below that */
#define MAX_PADDING 100 /* without a terminal: widths end here */
#define MORE "\xe2\x80\xa6"
#define BOLD "\x1b[1;4m"
#define DIM "\x1b[2m"
#define PLAIN "\x1b[0m"

/* ---- cells ----------------------------------------------------------------
 */

/* A character that would do something rather than be seen. */
static bool
hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Room for 8 bytes; the length. */
static size_t
escape(char *out, uint32_t c)
{
	int n;

	if (c == '\n' || c == '\t' || c == '\r')
		n = sprintf(out, "\\%c",
		    c == '\n'   ? 'n'
		    : c == '\t' ? 't'
				: 'r');
	else if (c < 0x80)
		n = sprintf(out, "\\x%02x", (unsigned)c);
	else
		n = sprintf(out, "\\u%04x", (unsigned)c & 0xffff);
	return (size_t)n;
}

/* Printable ASCII at the start of p. */
static size_t
count_plain(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= 0x20 && p[i] < 0x7f)
		i++;
	return i;
}

/* Appends p made visible to buf, and fills cell.  What is beyond limit
 * columns (0: none) is not looked at. */
static int
put_text(struct spt_buf *buf, struct spt_grid_cell *cell, const char *text,
    size_t n, size_t limit, struct spt_err *e)
{
	const uint8_t *p = (const uint8_t *)text;

	cell->at = buf->len;
	cell->width = 0;
	for (size_t i = 0; i < n && (limit == 0 || cell->width <= limit);) {
		size_t run = count_plain(p + i, n - i), len;
		uint32_t c;

		if (spt_buf_put(buf, p + i, run, e) < 0)
			return -1;
		cell->width += run;
		i += run;
		if (i == n)
			break;
		len = spt_utf8_next(p + i, n - i, &c);
		if (spt_buf_reserve(buf, 8, e) < 0)
			return -1;
		if (hidden(c)) {
			size_t w = escape((char *)buf->data + buf->len, c);

			buf->len += w;
			cell->width += w;
		} else {
			memcpy(buf->data + buf->len, p + i, len);
			buf->len += len;
			cell->width += spt_utf8_width(p + i, len);
		}
		i += len;
	}
	cell->len = buf->len - cell->at;
	return 0;
}

int
spt_grid_row(
    struct spt_grid *g, const struct spt_batch *b, int64_t i, struct spt_err *e)
{
	struct spt_grid_cell *cell;

	if (spt_grow(g->io, &g->cells, &g->cap, (g->rows + 1) * g->n,
		sizeof *g->cells, e) < 0)
		return -1;
	cell = g->cells + g->rows * g->n;
	for (size_t k = 0; k < g->n; k++, cell++) {
		const struct spt_col *c = &b->cols[k];
		char small[SPT_CELL_TEXT];
		const char *p = small;
		size_t n;

		cell->null = spt_col_null(c, i);
		if (cell->null) {
			p = "-";
			n = 1;
		} else if (c->type == SPT_UTF8) {
			p = spt_col_str(c, i, &n);
		} else {
			n = spt_celltext(small, c, i, g->tz);
		}
		if (put_text(&g->text, cell, p, n, g->limit, e) < 0)
			return -1;
		if (cell->width > g->cols[k].want)
			g->cols[k].want = cell->width;
	}
	g->rows++;
	return 0;
}

/* ---- widths ----------------------------------------------------------------
 */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The width of a column when strings get at most max. */
static size_t
capped(const struct spt_grid_col *c, size_t max)
{
	return c->cuts ? least(c->want, max) : c->want;
}

/* How many columns fit with strings at their least, with room for the sign
 * of those that do not.  The first one is never left out. */
static size_t
count_shown(const struct spt_grid *g)
{
	size_t used = 0, k;

	if (g->limit == 0)
		return g->n;
	for (k = 0; k < g->n; k++) {
		size_t w = capped(&g->cols[k], MIN_STRING);

		used += w + (k > 0 ? GAP : 0);
		if (used + (k + 1 < g->n ? GAP + 1 : 0) > g->limit)
			break;
	}
	return k > 0 || g->n == 0 ? k : 1;
}

/* What the first n columns take when strings get at most max. */
static size_t
total(const struct spt_grid *g, size_t n, size_t max)
{
	size_t sum = (n - 1) * GAP;

	for (size_t k = 0; k < n; k++)
		sum += capped(&g->cols[k], max);
	return sum;
}

/* The most that strings may get so that the first n columns take room. */
static size_t
find_cap(const struct spt_grid *g, size_t n, size_t room)
{
	size_t low = MIN_STRING, high = room;

	if (low > high || total(g, n, high) <= room)
		return high;
	while (low < high) {
		size_t mid = (low + high + 1) / 2;

		if (total(g, n, mid) <= room)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

bool
spt_grid_fit(struct spt_grid *g)
{
	size_t shown = count_shown(g), room = g->limit, cap = MAX_PADDING;
	bool changed = shown != g->shown;

	if (shown < g->n)
		room -= least(room, GAP + 1);
	if (g->limit != 0 && shown > 0)
		cap = find_cap(g, shown, room);
	g->shown = shown;
	for (size_t k = 0; k < shown; k++) {
		struct spt_grid_col *c = &g->cols[k];
		size_t w = g->limit == 0 ? least(c->want, cap) : capped(c, cap);

		/* Only the first one can be wider than all there is. */
		if (g->limit != 0 && w > room)
			w = room > 0 ? room : 1;
		changed = changed || w != c->width;
		c->width = w;
	}
	return changed;
}

/* ---- lines ------------------------------------------------------------------
 */

static int
pad(struct spt_buf *out, size_t n, char c, struct spt_err *e)
{
	if (spt_buf_reserve(out, n, e) < 0)
		return -1;
	memset(out->data + out->len, c, n);
	out->len += n;
	return 0;
}

/* The text of the cell, cut to width columns; *used gets what it took. */
static int
put_cut(struct spt_buf *out, const uint8_t *p, const struct spt_grid_cell *c,
    size_t width, size_t *used, struct spt_err *e)
{
	size_t i = 0;

	*used = c->width;
	if (c->width <= width)
		return spt_buf_put(out, p, c->len, e);
	*used = 0;
	while (i < c->len) {
		uint32_t ch;
		size_t len = spt_utf8_next(p + i, c->len - i, &ch);
		size_t w = spt_utf8_width(p + i, len);

		if (*used + w > width - 1)
			break;
		*used += w;
		i += len;
	}
	if (spt_buf_put(out, p, i, e) < 0)
		return -1;
	++*used;
	return spt_buf_puts(out, MORE, e);
}

/* style: an escape sequence around cell and padding, or NULL. */
static int
put_cell(struct spt_grid *g, size_t k, const struct spt_buf *text,
    const struct spt_grid_cell *cell, const char *style, struct spt_buf *out,
    struct spt_err *e)
{
	const struct spt_grid_col *c = &g->cols[k];
	size_t width = c->width, used, at;
	/* A line has no blanks at its end. */
	bool last = k + 1 == g->n && style == NULL;

	if (k > 0 && pad(out, GAP, ' ', e) < 0)
		return -1;
	if (style != NULL && spt_buf_puts(out, style, e) < 0)
		return -1;
	at = out->len;
	if (put_cut(out, text->data + cell->at, cell,
		g->limit != 0 ? width : SIZE_MAX, &used, e) < 0)
		return -1;
	if (used < width && (c->right || !last)) {
		size_t n = width - used, len = out->len - at;

		if (pad(out, n, ' ', e) < 0)
			return -1;
		if (c->right) {
			memmove(out->data + at + n, out->data + at, len);
			memset(out->data + at, ' ', n);
		}
	}
	return style != NULL ? spt_buf_puts(out, PLAIN, e) : 0;
}

static int
end_line(struct spt_grid *g, bool more, struct spt_buf *out, struct spt_err *e)
{
	if (more &&
	    (pad(out, GAP, ' ', e) < 0 || spt_buf_puts(out, MORE, e) < 0))
		return -1;
	/* A cell that is empty may leave blanks there all the same. */
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->len--;
	return spt_buf_puts(out, g->eol, e);
}

int
spt_grid_put_head(struct spt_grid *g, struct spt_buf *out, struct spt_err *e)
{
	bool more = g->shown < g->n;

	for (size_t k = 0; k < g->shown; k++)
		if (put_cell(g, k, &g->heads, &g->cols[k].head,
			g->color ? BOLD : NULL, out, e) < 0)
			return -1;
	if (end_line(g, more, out, e) < 0)
		return -1;
	if (g->color)
		return 0;
	for (size_t k = 0; k < g->shown; k++)
		if ((k > 0 && pad(out, GAP, ' ', e) < 0) ||
		    pad(out, g->cols[k].width, '-', e) < 0)
			return -1;
	return end_line(g, more, out, e);
}

int
spt_grid_put_rows(struct spt_grid *g, struct spt_buf *out, struct spt_err *e)
{
	const struct spt_grid_cell *cell = g->cells;

	for (size_t i = 0; i < g->rows; i++, cell += g->n) {
		for (size_t k = 0; k < g->shown; k++)
			if (put_cell(g, k, &g->text, &cell[k],
				cell[k].null && g->color ? DIM : NULL, out,
				e) < 0)
				return -1;
		if (end_line(g, g->shown < g->n, out, e) < 0)
			return -1;
	}
	g->rows = 0;
	g->text.len = 0;
	return 0;
}

/* ---- life -------------------------------------------------------------------
 */

int
spt_grid_init(struct spt_grid *g, const struct spt_io *io,
    const struct spt_schema *s, const struct spt_encoder_conf *conf,
    const char *eol, struct spt_err *e)
{
	memset(g, 0, sizeof *g);
	g->io = io;
	g->tz = conf->tz;
	g->eol = eol;
	g->color = conf->color;
	g->limit = conf->terminal && conf->width > 0 ? (size_t)conf->width : 0;
	spt_buf_init(&g->heads, io);
	spt_buf_init(&g->text, io);
	g->cols = spt_alloc_zero(io, s->n * sizeof *g->cols, e);
	if (g->cols == NULL)
		return -1;
	g->n = s->n;
	for (size_t k = 0; k < s->n; k++) {
		const struct spt_field *f = &s->fields[k];
		struct spt_grid_col *c = &g->cols[k];

		if (put_text(&g->heads, &c->head, f->name, strlen(f->name),
			g->limit, e) < 0) {
			spt_grid_fini(g);
			return -1;
		}
		c->want = c->head.width;
		c->right = f->type == SPT_INT64 || f->type == SPT_FLOAT64;
		c->cuts = f->type == SPT_UTF8;
	}
	return 0;
}

void
spt_grid_fini(struct spt_grid *g)
{
	if (g->io == NULL)
		return;
	spt_buf_fini(&g->heads);
	spt_buf_fini(&g->text);
	spt_free(g->io, g->cols);
	spt_free(g->io, g->cells);
	memset(g, 0, sizeof *g);
}
