/*
 * egress - the port at the end of a pipeline.
 *
 *	rows -> [sorter] -> limit -> encoder -> buffer -> sink
 *	                          -> Arrow stream --------^
 *
 * Text collects in the buffer and goes out in pieces of WRITE_BYTES, and
 * whenever the caller is about to wait.
 *
 * Sorting.  In complete mode each epoch is sorted by itself.  Any other
 * sorted output is one epoch: rows are kept to the end, and of all begins and
 * barriers only the last ones are written, around all rows.  A barrier cannot
 * tell that it will have been the last one (a run may be stopped), so they
 * wait for the end of the stream.
 */
#include "base/time.h"
#include "egress/outformat.h"
#include "egress/planmode.h"
#include "egress/sorter.h"
#include "sink/sink.h"
#include "wire/out.h"

#define WRITE_BYTES (256u << 10)
#define SLICE_ROWS 512 /* encoded before the buffer is looked at */

struct egress {
	struct spt_port port;
	const struct spt_io *io;
	const struct spt_egress_conf *conf;
	const char *format;
	enum spt_rows_mode mode;
	struct spt_sink *sink;
	struct spt_out *stream;  /* format arrow */
	struct spt_encoder *enc; /* all others */
	struct spt_buf text;
	bool sorts;
	struct spt_sorter sorter;
	bool one_epoch;     /* sorted to the end */
	bool begun, closed; /* one_epoch: what is held back */
	struct spt_control begin, barrier;
	int64_t left; /* rows that may still be written, -1: all */
	int64_t rows; /* written in this epoch */
};

/* ---- rows out ---------------------------------------------------------- */

static int
write_text(struct egress *g, struct spt_err *e)
{
	struct spt_sink *sink = g->sink;

	if (g->text.len != 0 &&
	    sink->ops->write(sink, g->text.data, g->text.len, e) < 0)
		return -1;
	g->text.len = 0;
	return 0;
}

static int
put_text(
    struct egress *g, const struct spt_batch *b, int64_t n, struct spt_err *e)
{
	for (int64_t i = 0; i < n; i += SLICE_ROWS) {
		int64_t m = n - i < SLICE_ROWS ? n - i : SLICE_ROWS;

		if (g->enc->ops->rows(g->enc, b, i, m, &g->text, e) < 0)
			return -1;
		if (g->text.len >= WRITE_BYTES && write_text(g, e) < 0)
			return -1;
	}
	return 0;
}

/* The first n rows of b as a batch of the stream. */
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
	rc = spt_out_batch(g->stream, &head, e);
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
	g->port.enough = g->left == 0 && g->enc != NULL &&
			 g->mode == SPT_ROWS_APPEND && !g->sorts &&
			 !g->conf->barriers;
	if (g->enc != NULL)
		return put_text(g, b, n, e);
	if (n == b->rows)
		return spt_out_batch(g->stream, b, e);
	return put_head(g, b, n, e);
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
	return g->stream != NULL ? spt_out_control(g->stream, c, e) : 0;
}

/* # epoch 3 watermark 2015-05-17T10:05:00Z rows 12 final */
static int
put_barrier(struct egress *g, const struct spt_control *c, struct spt_err *e)
{
	char w[SPT_TIME_TEXT] = "none";

	if (c->watermark == SPT_TIME_MAX)
		strcpy(w, "end");
	else if (c->watermark != SPT_TIME_MIN)
		spt_time_print(w, c->watermark, g->conf->tz);
	return spt_buf_printf(&g->text, e,
	    "# epoch %lld watermark %s rows %lld%s\n", (long long)c->epoch, w,
	    (long long)g->rows, c->final ? " final" : "");
}

static int
close_epoch(struct egress *g, const struct spt_control *c, struct spt_err *e)
{
	if (g->sorts && spt_sorter_drain(&g->sorter, put_rows, g, e) < 0)
		return -1;
	if (g->stream != NULL)
		return spt_out_control(g->stream, c, e);
	if (g->enc->ops->epoch != NULL &&
	    g->enc->ops->epoch(g->enc, &g->text, e) < 0)
		return -1;
	return g->conf->barriers ? put_barrier(g, c, e) : 0;
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
	return g->stream != NULL ? spt_out_control(g->stream, c, e) : 0;
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
open_sink(struct egress *g, struct spt_err *e)
{
	const struct spt_egress_conf *conf = g->conf;

	if (!spt_egress_named(conf))
		return spt_sink_descriptor(
		    &g->sink, g->io, conf->fd, "standard output", e);
	if (spt_sink_file(&g->sink, g->io, conf->path, conf->append, e) < 0)
		return -1;
	if (!g->sink->regular)
		g->port.fd = g->sink->fd;
	return 0;
}

/* The header goes to the beginning of a file only; a file that is continued
 * must have the same one. */
static int
put_header(struct egress *g, struct spt_err *e)
{
	struct spt_buf *t = &g->text;
	int rc;

	if (g->enc->ops->header == NULL)
		return 0;
	if (g->enc->ops->header(g->enc, t, e) < 0)
		return -1;
	if (g->sink->fresh)
		return 0;
	rc = spt_sink_begins(g->sink, t->data, t->len, e);
	if (rc == 0)
		spt_fail(e, SPT_EDATA,
		    "%s: cannot append: its first line is not the header of "
		    "these columns, %.*s",
		    g->sink->name, (int)t->len - 1, (const char *)t->data);
	t->len = 0;
	return rc == 1 ? 0 : -1;
}

static int
schema(struct spt_port *p, const struct spt_schema *s, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;
	const struct spt_egress_conf *conf = g->conf;
	struct spt_encoder_conf ec = {
		.tz = conf->tz,
		.terminal = conf->terminal && !spt_egress_named(conf),
		.bounded = spt_schema_bounded(s),
		.divided = conf->barriers,
		.width = conf->width,
		.height = conf->height,
	};

	g->mode = spt_plan_mode(spt_meta_get(&s->meta, SPT_KEY_PLAN));
	ec.mode = g->mode;
	ec.color = ec.terminal && conf->color;
	if (check_sort(g, s, e) < 0)
		return -1;
	/* Whatever can be refused is refused before a file is emptied. */
	if (strcmp(g->format, SPT_FORMAT_ARROW) != 0 &&
	    spt_encoder_open(&g->enc, g->io, g->format, s, &ec, e) < 0)
		return -1;
	if (open_sink(g, e) < 0)
		return -1;
	if (g->enc != NULL)
		return put_header(g, e);
	if (spt_out_open(&g->stream, g->io, g->sink->fd, g->sink->name, e) < 0)
		return -1;
	return spt_out_schema(g->stream, s, e);
}

static int
flush(struct spt_port *p, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;

	if (g->stream != NULL)
		return spt_out_flush(g->stream, e);
	if (g->enc == NULL)
		return 0;
	if (g->enc->ops->flush != NULL &&
	    g->enc->ops->flush(g->enc, &g->text, e) < 0)
		return -1;
	return write_text(g, e);
}

static int
end(struct spt_port *p, struct spt_err *e)
{
	struct egress *g = (struct egress *)p;

	if (g->stream != NULL) {
		if (spt_out_end(g->stream, e) < 0)
			return -1;
	} else if (g->enc != NULL) {
		if (g->enc->ops->end != NULL &&
		    g->enc->ops->end(g->enc, &g->text, e) < 0)
			return -1;
		if (write_text(g, e) < 0)
			return -1;
	}
	return g->sink != NULL ? g->sink->ops->end(g->sink, e) : 0;
}

static void
close_(struct spt_port *p)
{
	struct egress *g = (struct egress *)p;

	if (g->stream != NULL)
		spt_out_close(g->stream);
	if (g->enc != NULL)
		g->enc->ops->close(g->enc);
	if (g->sink != NULL)
		g->sink->ops->close(g->sink);
	if (g->begun)
		spt_control_fini(&g->begin);
	if (g->closed)
		spt_control_fini(&g->barrier);
	spt_sorter_fini(&g->sorter);
	spt_buf_fini(&g->text);
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
	struct egress *g;
	const char *format;

	if (spt_egress_format(&format, conf, e) < 0)
		return -1;
	g = spt_alloc_zero(io, sizeof *g, e);
	if (g == NULL)
		return -1;
	g->port.ops = &ops;
	g->port.fd = spt_egress_named(conf) ? -1 : conf->fd;
	g->io = io;
	g->conf = conf;
	g->format = format;
	g->left = conf->limit;
	spt_buf_init(&g->text, io);
	*port = &g->port;
	return 0;
}
