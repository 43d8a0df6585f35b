/*
 * egress - the port at the end of a pipeline.
 *
 *	rows -> [sorter] -> limit -> lane -> sink
 *	                          -> lane -> sink ...
 *
 * Sorting.  In complete mode each epoch is sorted by itself.  Any other
 * sorted output is one epoch: rows are kept to the end, and of all begins and
 * barriers only the last ones are written, around all rows.  A barrier cannot
 * tell that it will have been the last one (a run may be stopped), so they
 * wait for the end of the stream.
 */
#include "egress/lanes.h"
#include "egress/planmode.h"
#include "egress/sorter.h"

struct egress {
	struct spt_port port;
	const struct spt_io *io;
	const struct spt_egress_conf *conf;
	enum spt_rows_mode mode;
	struct spt_lanes lanes;
	bool whole; /* enough rows are enough: no lane writes barriers */
	bool sorts;
	struct spt_sorter sorter;
	bool one_epoch;     /* sorted to the end */
	bool begun, closed; /* one_epoch: what is held back */
	struct spt_control begin, barrier;
	int64_t left; /* rows that may still be written, -1: all */
	int64_t rows; /* written in this epoch */
};

/* ---- rows out ---------------------------------------------------------- */

/* The first n rows of b as a batch. */
static int
put_head(
    struct egress *g, const struct spt_batch *b, int64_t n, struct spt_err *e)
{
	struct spt_batch head = { .rows = n, .n = b->n };
	struct spt_col *cols = spt_alloc(g->io, b->n * sizeof *cols, e);
	int rc;

	if (cols == NULL)
		return -1;
	head.cols = cols;
	for (size_t k = 0; k < b->n; k++) {
		cols[k] = b->cols[k];
		cols[k].null_count = 0;
		for (int64_t i = 0; i < n; i++)
			cols[k].null_count += spt_col_null(&cols[k], i);
	}
	rc = spt_lanes_rows(&g->lanes, &head, e);
	spt_free(g->io, cols);
	return rc;
}

/* Rows that are in their final order; ctx for spt_sorter_drain. */
static int
put_rows(void *ctx, const struct spt_batch *b, struct spt_err *e)
{
	struct egress *g = ctx;
	int64_t n = b->rows;

	if (g->left >= 0 && n > g->left)
		n = g->left;
	if (n == 0)
		return 0;
	if (g->left >= 0)
		g->left -= n;
	g->rows += n;
	/* A stream needs its barrier and end still; text is whole. */
	g->port.enough = g->left == 0 && g->whole;
	return n == b->rows ? spt_lanes_rows(&g->lanes, b, e)
			    : put_head(g, b, n, e);
}

static int
batch(struct spt_port *p, const struct spt_batch *b, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;

	return g->sorts ? spt_sorter_add(&g->sorter, b, e) : put_rows(g, b, e);
}

/* ---- epochs ------------------------------------------------------------ */

static int
open_epoch(struct egress *g, const struct spt_control *c, struct spt_err *e)
{
	g->rows = 0;
	if (g->mode == SPT_ROWS_COMPLETE)
		g->left = g->conf->limit;
	return spt_lanes_begin(&g->lanes, c, e);
}

static int
close_epoch(struct egress *g, const struct spt_control *c, struct spt_err *e)
{
	if (g->sorts && spt_sorter_drain(&g->sorter, put_rows, g, e) < 0)
		return -1;
	return spt_lanes_barrier(&g->lanes, c, g->rows, e);
}

/* Keeps a copy of c in place of the one before. */
static int
hold(struct spt_control *held, bool *any, const struct spt_control *c,
    struct spt_err *e)
{
	if (*any)
		spt_control_fini(held);
	*any = true;
	return spt_control_copy(held, c, e);
}

/* The one epoch of a sorted output. */
static int
put_one_epoch(struct egress *g, struct spt_err *e)
{
	if (g->begun && open_epoch(g, &g->begin, e) < 0)
		return -1;
	if (g->closed && close_epoch(g, &g->barrier, e) < 0)
		return -1;
	g->one_epoch = false;
	return 0;
}

static int
control(struct spt_port *p, const struct spt_control *c, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;

	switch (c->kind) {
	case SPT_ITEM_BEGIN:
		return g->one_epoch ? hold(&g->begin, &g->begun, c, e)
				    : open_epoch(g, c, e);
	case SPT_ITEM_BARRIER:
		return g->one_epoch ? hold(&g->barrier, &g->closed, c, e)
				    : close_epoch(g, c, e);
	case SPT_ITEM_END:
		if (g->one_epoch && put_one_epoch(g, e) < 0)
			return -1;
		break;
	default:
		break;
	}
	return spt_lanes_control(&g->lanes, c, e);
}

/* ---- beginning and end ------------------------------------------------- */

static int
check_sort(struct egress *g, const struct spt_schema *s, struct spt_err *e)
{
	const struct spt_egress_conf *conf = g->conf;

	if (conf->sort == NULL)
		return 0;
	g->one_epoch = g->mode != SPT_ROWS_COMPLETE;
	if (g->one_epoch && !spt_schema_bounded(s))
		return spt_fail(e, SPT_EUSAGE,
		    "--sort: this input has no end that could be waited for; "
		    "only input that ends, or complete mode, can be sorted");
	g->sorts = true;
	return spt_sorter_init(
	    &g->sorter, g->io, s, conf->sort, conf->limit, e);
}

static int
schema(struct spt_port *p, const struct spt_schema *s, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;

	g->mode = spt_plan_mode(spt_meta_get(&s->meta, SPT_KEY_PLAN));
	if (check_sort(g, s, e) < 0 ||
	    spt_lanes_open(&g->lanes, s, g->mode, e) < 0)
		return -1;
	g->whole = g->mode == SPT_ROWS_APPEND && !g->sorts &&
		   !g->conf->barriers && !g->lanes.streams;
	g->port.fd = g->lanes.fd;
	return 0;
}

static int
flush(struct spt_port *p, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;

	return spt_lanes_flush(&g->lanes, e);
}

static int
end(struct spt_port *p, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;

	return spt_lanes_end(&g->lanes, e);
}

static void
close_(struct spt_port *p)
{
	struct egress *g = (struct egress *)p;

	spt_lanes_fini(&g->lanes);
	if (g->begun)
		spt_control_fini(&g->begin);
	if (g->closed)
		spt_control_fini(&g->barrier);
	spt_sorter_fini(&g->sorter);
	spt_free(g->io, g);
}

static const struct spt_port_ops ops = {
	.schema = schema,
	.batch = batch,
	.control = control,
	.flush = flush,
	.end = end,
	.close = close_,
};

int
spt_egress_open(struct spt_port **port, const struct spt_io *io,
    const struct spt_egress_conf *conf, struct spt_err *e)
{
	struct egress *g = spt_alloc_zero(io, sizeof *g, e);

	if (g == NULL)
		return -1;
	g->port.ops = &ops;
	g->io = io;
	g->conf = conf;
	g->left = conf->limit;
	if (spt_lanes_init(&g->lanes, io, conf, e) < 0) {
		close_(&g->port);
		return -1;
	}
	g->port.fd = g->lanes.fd;
	*port = &g->port;
	return 0;
}
