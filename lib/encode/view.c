/*
 * view - a table that stays in its place: drawn at the end of each epoch over
 * what was drawn before.
 *
 * In update mode the screen shows the rows that changed last, the newest at
 * the bottom; in complete mode the first rows of the epoch.  How many rows
 * are not to be seen is said in the last line.  When input that ends by itself
 * has ended, all rows that are kept are printed.
 */
#include "encode/grid.h"
#include "encode/recent.h"

#define UP "\r\x1b[%zuA"
#define CLEAR_LINE "\x1b[K\n"
#define CLEAR_BELOW "\x1b[J"

struct view {
	struct spt_encoder encoder;
	const struct spt_io *io;
	struct spt_encoder_conf conf;
	struct spt_grid grid;
	struct spt_recent rows;
	size_t lines; /* on the screen, above the cursor */
	bool first;   /* the next row is the first of its epoch */
	bool changed; /* since it was drawn */
};

/* Puts up to `most` living rows into the grid. */
static int
choose_rows(struct view *v, int64_t most, struct spt_err *e)
{
	int64_t i = 0, n = 0;
	struct spt_batch b;

	spt_recent_batch(&v->rows, &b);
	if (v->conf.mode == SPT_ROWS_UPDATE)
		for (i = b.rows; i > 0 && n < most;)
			n += !v->rows.dead[--i];
	for (n = 0; i < b.rows && n < most; i++) {
		if (v->rows.dead[i])
			continue;
		n++;
		if (spt_grid_row(&v->grid, &b, i, e) < 0)
			return -1;
	}
	return 0;
}

/* height: lines there are, more than the head takes; 0: no limit. */
static int
draw(struct view *v, size_t height, struct spt_buf *out, struct spt_err *e)
{
	int64_t most = v->rows.living, all = most + v->rows.dropped;
	size_t head = SPT_GRID_HEAD(&v->grid), n;

	if (height != 0 && (size_t)most + head > height)
		most = (int64_t)(height - head);
	/* The line that counts the others takes the place of a row. */
	if (height != 0 && most < all && (size_t)most + head + 1 > height)
		most--;
	if (choose_rows(v, most, e) < 0)
		return -1;
	spt_grid_fit(&v->grid);
	n = v->grid.rows;
	all -= (int64_t)n;
	if (v->lines > 0 && spt_buf_printf(out, e, UP, v->lines) < 0)
		return -1;
	if (spt_grid_put_head(&v->grid, out, e) < 0 ||
	    spt_grid_put_rows(&v->grid, out, e) < 0)
		return -1;
	if (all > 0 && spt_buf_printf(out, e, "(%lld more)" CLEAR_LINE,
			   (long long)all) < 0)
		return -1;
	v->lines = head + n + (all > 0);
	v->changed = false;
	return spt_buf_puts(out, CLEAR_BELOW, e);
}

static int
rows(struct spt_encoder *enc, const struct spt_batch *b, int64_t first,
    int64_t n, struct spt_buf *out, struct spt_err *e)
{
	struct view *v = (struct view *)enc;
	bool update = v->conf.mode == SPT_ROWS_UPDATE;

	(void)out;
	if (v->first && !update)
		spt_recent_clear(&v->rows);
	v->first = false;
	v->changed = true;
	for (int64_t i = first; i < first + n; i++)
		if ((update ? spt_recent_upsert(&v->rows, b, i, e)
			    : spt_recent_append(&v->rows, b, i, e)) < 0)
			return -1;
	return 0;
}

/* The cursor rests on a line below the table. */
static size_t
lines_of(const struct view *v)
{
	return (size_t)v->conf.height - 1;
}

static int
epoch(struct spt_encoder *enc, struct spt_buf *out, struct spt_err *e)
{
	struct view *v = (struct view *)enc;

	v->first = true;
	return v->changed ? draw(v, lines_of(v), out, e) : 0;
}

static int
end(struct spt_encoder *enc, struct spt_buf *out, struct spt_err *e)
{
	struct view *v = (struct view *)enc;
	size_t all = SPT_GRID_HEAD(&v->grid) + (size_t)v->rows.living +
		     (v->rows.dropped > 0);

	if (v->lines != 0 && !v->changed &&
	    (all <= lines_of(v) || !v->conf.bounded))
		return 0;
	return draw(v, v->conf.bounded ? 0 : lines_of(v), out, e);
}

static void
close_(struct spt_encoder *enc)
{
	struct view *v = (struct view *)enc;

	spt_grid_fini(&v->grid);
	spt_recent_fini(&v->rows);
	spt_free(v->io, v);
}

static const struct spt_encoder_ops ops = {
	.rows = rows,
	.epoch = epoch,
	.end = end,
	.close = close_,
};

int
spt_view_encoder(struct spt_encoder **enc, const struct spt_io *io,
    const struct spt_schema *s, const struct spt_encoder_conf *conf,
    struct spt_err *e)
{
	struct view *v = spt_alloc_zero(io, sizeof *v, e);

	if (v == NULL)
		return -1;
	v->encoder.ops = &ops;
	v->io = io;
	v->conf = *conf;
	v->first = true;
	if (spt_recent_init(&v->rows, io, s, e) < 0 ||
	    spt_grid_init(&v->grid, io, s, conf, CLEAR_LINE, e) < 0) {
		close_(&v->encoder);
		return -1;
	}
	*enc = &v->encoder;
	return 0;
}
