/*
 * table - rows in aligned columns, in blocks.
 *
 * A block is collected until it has BLOCK_ROWS rows or an epoch ends, so that
 * the columns can be made as wide as they must be; later blocks keep the
 * widths, and when a column must grow the header is printed again.  Only on a
 * terminal does a flush end a block: elsewhere the layout would depend on how
 * the input happened to arrive.  In update and complete mode every epoch that
 * has rows is a table of its own.
 */
#include "encode/grid.h"

#define BLOCK_ROWS 1000
#define BLOCK_BYTES (1u << 20)

struct table {
	struct spt_encoder encoder;
	const struct spt_io *io;
	struct spt_encoder_conf conf;
	struct spt_grid grid;
	bool any;  /* something was printed before */
	bool open; /* rows continue the table that was printed last */
};

/* Prints what was collected; with head also when that is nothing. */
static int
put_block(struct table *t, bool head, struct spt_buf *out, struct spt_err *e)
{
	bool changed;

	if (t->grid.rows == 0 && !head)
		return 0;
	changed = spt_grid_fit(&t->grid);
	if (changed || !t->open) {
		if (t->any && spt_buf_putc(out, '\n', e) < 0)
			return -1;
		if (spt_grid_put_head(&t->grid, out, e) < 0)
			return -1;
	}
	t->any = t->open = true;
	return spt_grid_put_rows(&t->grid, out, e);
}

static int
rows(struct spt_encoder *enc, const struct spt_batch *b, int64_t first,
    int64_t n, struct spt_buf *out, struct spt_err *e)
{
	struct table *t = (struct table *)enc;

	for (int64_t i = first; i < first + n; i++) {
		if (spt_grid_row(&t->grid, b, i, e) < 0)
			return -1;
		if ((t->grid.rows >= BLOCK_ROWS ||
			t->grid.text.len >= BLOCK_BYTES) &&
		    put_block(t, false, out, e) < 0)
			return -1;
	}
	return 0;
}

static int
flush(struct spt_encoder *enc, struct spt_buf *out, struct spt_err *e)
{
	struct table *t = (struct table *)enc;

	return t->conf.terminal ? put_block(t, false, out, e) : 0;
}

static int
epoch(struct spt_encoder *enc, struct spt_buf *out, struct spt_err *e)
{
	struct table *t = (struct table *)enc;

	if (put_block(t, t->conf.divided && !t->any, out, e) < 0)
		return -1;
	if (t->conf.mode != SPT_ROWS_APPEND)
		t->open = false;
	return 0;
}

static int
end(struct spt_encoder *enc, struct spt_buf *out, struct spt_err *e)
{
	struct table *t = (struct table *)enc;

	return put_block(t, !t->any, out, e);
}

static void
close_(struct spt_encoder *enc)
{
	struct table *t = (struct table *)enc;

	spt_grid_fini(&t->grid);
	spt_free(t->io, t);
}

static const struct spt_encoder_ops ops = {
	.rows = rows,
	.flush = flush,
	.epoch = epoch,
	.end = end,
	.close = close_,
};

/* On a terminal there may be a line of progress where a row is to be; one that
 * cannot move its cursor has no height. */
static const char *
eol_of(const struct spt_encoder_conf *conf)
{
	return conf->terminal && conf->height > 0 ? "\x1b[K\n" : "\n";
}

int
spt_table_encoder(struct spt_encoder **enc, const struct spt_io *io,
    const struct spt_schema *s, const struct spt_encoder_conf *conf,
    struct spt_err *e)
{
	struct table *t = spt_alloc_zero(io, sizeof *t, e);

	if (t == NULL)
		return -1;
	t->encoder.ops = &ops;
	t->io = io;
	t->conf = *conf;
	if (spt_grid_init(&t->grid, io, s, conf, eol_of(conf), e) < 0) {
		spt_free(io, t);
		return -1;
	}
	*enc = &t->encoder;
	return 0;
}
