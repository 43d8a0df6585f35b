/*
 * batch_get - the one place where the layout of a record batch is believed,
 * after it has been checked: buffers lie inside the body, in ascending order
 * and without overlapping (so that a small message cannot stand for much
 * data), and are as long as the rows need.
 */
#include <limits.h>

#include "wire/batch_get.h"
#include "wire/frame_put.h"
#include "wire/in.h"
#include "wire/validate.h"

/* What is left of the lists of a message. */
struct cursor {
	const struct spt__fb *fb;
	size_t node;            /* place of the next one */
	size_t buffer, nbuffer; /* the next one, how many are left */
	size_t variadic, nvariadic;
	const uint8_t *body;
	int64_t nbody, used; /* buffers end here so far */
};

int
spt__batch_get_init(struct spt__batch_get *g, const struct spt_io *io,
    const struct spt_schema *schema, const enum spt__form *forms,
    struct spt_err *e)
{
	size_t n = schema->n;

	g->io = io;
	g->schema = schema;
	g->forms = forms;
	g->own_times = g->verbatim = true;
	g->cols = spt_alloc_zero(io, n * sizeof *g->cols, e);
	g->ranges = spt_alloc_zero(io, n * sizeof *g->ranges, e);
	g->wide = spt_alloc_zero(io, 2 * n * sizeof *g->wide, e);
	if (g->cols == NULL || g->ranges == NULL || g->wide == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		spt_buf_init(&g->wide[2 * i], io);
		spt_buf_init(&g->wide[2 * i + 1], io);
		g->cols[i].type = schema->fields[i].type;
		if (forms[i] != SPT__AS_IS)
			g->verbatim = false;
		if (g->cols[i].type == SPT_TIMESTAMP && forms[i] != SPT__AS_IS)
			g->own_times = false;
	}
	return 0;
}

void
spt__batch_get_fini(struct spt__batch_get *g)
{
	if (g->io == NULL)
		return;
	for (size_t i = 0; g->wide != NULL && i < 2 * g->schema->n; i++)
		spt_buf_fini(&g->wide[i]);
	spt_free(g->io, g->cols);
	spt_free(g->io, g->ranges);
	spt_free(g->io, g->wide);
	spt_free(g->io, g->spans);
}

/* ---- the lists --------------------------------------------------------- */

static int
next_buffer(struct cursor *c, struct spt__span *s, struct spt_err *e)
{
	int64_t at, n;

	if (c->nbuffer == 0)
		return spt_fail(e, SPT_EDATA, "too few buffers");
	at = spt__fb_i64(c->fb, c->buffer);
	n = spt__fb_i64(c->fb, c->buffer + 8);
	c->buffer += 16;
	c->nbuffer--;
	s->p = (const uint8_t *)"";
	s->n = 0;
	if (n == 0)
		return 0;
	if (at < 0 || n < 0 || at > c->nbody || n > c->nbody - at)
		return spt_fail(e, SPT_EDATA,
		    "a buffer of %lld bytes at %lld in a body of %lld",
		    (long long)n, (long long)at, (long long)c->nbody);
	if (at % 8 != 0 || at < c->used)
		return spt_fail(e, SPT_EDATA,
		    "a buffer at %lld: not aligned, or not behind the one "
		    "before",
		    (long long)at);
	c->used = at + n;
	s->p = c->body + at;
	s->n = (size_t)n;
	return 0;
}

static int
next_values(
    struct cursor *c, struct spt__span *s, size_t need, struct spt_err *e)
{
	if (next_buffer(c, s, e) < 0)
		return -1;
	if (s->n < need)
		return spt_fail(e, SPT_EDATA,
		    "a buffer of %zu bytes where %zu are needed", s->n, need);
	return 0;
}

/* Node and validity of a column. */
static int
get_validity(
    struct spt_col *col, int64_t rows, struct cursor *c, struct spt_err *e)
{
	int64_t length = spt__fb_i64(c->fb, c->node);
	int64_t nulls = spt__fb_i64(c->fb, c->node + 8), found = 0;
	struct spt__span bits;

	c->node += 16;
	col->validity = NULL;
	col->null_count = 0;
	if (length != rows || nulls < -1 || nulls > rows)
		return spt_fail(e, SPT_EDATA,
		    "%lld values and %lld nulls in a batch of %lld rows",
		    (long long)length, (long long)nulls, (long long)rows);
	if (next_buffer(c, &bits, e) < 0)
		return -1;
	if (bits.n != 0) {
		if (bits.n < (size_t)(rows + 7) / 8)
			return spt_fail(
			    e, SPT_EDATA, "a bitmap that is too short");
		found = rows - spt__bits_count(bits.p, rows);
	}
	if (nulls >= 0 && nulls != found)
		return spt_fail(e, SPT_EDATA,
		    "%lld nulls are announced, the bitmap has %lld",
		    (long long)nulls, (long long)found);
	if (found != 0) {
		col->validity = bits.p;
		col->null_count = found;
	}
	return 0;
}

/* The buffers that the views of a column point into. */
static int
get_spans(
    struct spt__batch_get *g, struct cursor *c, size_t *n, struct spt_err *e)
{
	int64_t count;

	if (c->nvariadic == 0)
		return spt_fail(e, SPT_EDATA, "no count of view buffers");
	count = spt__fb_i64(c->fb, c->variadic);
	c->variadic += 8;
	c->nvariadic--;
	if (count < 0 || (uint64_t)count > c->nbuffer)
		return spt_fail(e, SPT_EDATA, "too few buffers");
	*n = (size_t)count;
	if (spt_grow(g->io, &g->spans, &g->nspans, *n, sizeof *g->spans, e) < 0)
		return -1;
	for (size_t i = 0; i < *n; i++)
		if (next_buffer(c, &g->spans[i], e) < 0)
			return -1;
	return 0;
}

/* ---- columns ----------------------------------------------------------- */

static int
get_text(struct spt__batch_get *g, size_t i, int64_t rows, struct cursor *c,
    size_t *budget, struct spt_err *e)
{
	struct spt_col *col = &g->cols[i];
	struct spt_buf *wide = &g->wide[2 * i];
	size_t one =
	    g->forms[i] == SPT__AS_IS ? 4 : spt__form_size(g->forms[i]);
	size_t n = (size_t)rows, nspans = 0;
	struct spt__span values, text;
	int64_t bad;
	int rc = 0;

	/* Offsets are one more than the rows, if there are any. */
	if (g->forms[i] != SPT__UTF8_VIEW && rows != 0)
		n++;
	if (next_values(c, &values, n * one, e) < 0)
		return -1;
	rc = g->forms[i] == SPT__UTF8_VIEW ? get_spans(g, c, &nspans, e)
					   : next_buffer(c, &text, e);
	if (rc < 0)
		return -1;
	col->offsets = NULL;
	col->bytes = "";
	if (rows == 0)
		return 0;
	switch (g->forms[i]) {
	case SPT__LARGE_UTF8:
		rc = spt__widen_offsets(
		    col, rows, values, text, wide, budget, e);
		break;
	case SPT__UTF8_VIEW:
		rc = spt__widen_views(col, rows, values, g->spans, nspans, wide,
		    wide + 1, budget, e);
		break;
	default:
		col->offsets = (const int32_t *)(const void *)values.p;
		col->bytes = (const char *)text.p;
		if (!spt__offsets_valid(col->offsets, rows, text.n))
			rc = spt_fail(e, SPT_EDATA,
			    "offsets of text that are not in order");
	}
	if (rc < 0)
		return -1;
	bad = spt__text_bad_row(col, rows);
	if (bad >= 0)
		return spt_fail(e, SPT_EDATA,
		    "row %lld of the batch is not UTF-8", (long long)bad);
	return 0;
}

static int
get_column(struct spt__batch_get *g, size_t i, int64_t rows, struct cursor *c,
    size_t *budget, struct spt_err *e)
{
	struct spt_col *col = &g->cols[i];
	enum spt__form form = g->forms[i];
	size_t need = (size_t)rows * spt__form_size(form);
	struct spt__span values;

	if (get_validity(col, rows, c, e) < 0)
		return -1;
	if (col->type == SPT_UTF8)
		return get_text(g, i, rows, c, budget, e);
	if (col->type == SPT_BOOL)
		need = (size_t)(rows + 7) / 8;
	if (next_values(c, &values, need, e) < 0)
		return -1;
	if (form != SPT__AS_IS && rows != 0)
		return spt__widen_numbers(
		    col, rows, form, values, &g->wide[2 * i], budget, e);
	col->ints = (const int64_t *)(const void *)values.p;
	return 0;
}

/* ---- batches ----------------------------------------------------------- */

static int
open_lists(struct spt__batch_get *g, struct cursor *c, struct spt__message *m,
    int64_t *rows, struct spt_err *e)
{
	struct spt__table compression;
	size_t nodes;

	*rows = spt__fb_int(&m->fb, &m->header, 0, 8, 0);
	c->node = spt__fb_vector(&m->fb, &m->header, 1, 16, &nodes);
	c->buffer = spt__fb_vector(&m->fb, &m->header, 2, 16, &c->nbuffer);
	c->variadic = spt__fb_vector(&m->fb, &m->header, 4, 8, &c->nvariadic);
	if (spt__fb_table(&m->fb, &m->header, 3, &compression))
		return spt_fail(e, SPT_EDATA,
		    "compressed data (write it without compression)");
	if (m->fb.bad != NULL)
		return spt__message_bad(&m->fb, e);
	if (*rows < 0 || *rows > INT32_MAX)
		return spt_fail(
		    e, SPT_EDATA, "a batch of %lld rows", (long long)*rows);
	if (nodes != g->schema->n)
		return spt_fail(e, SPT_EDATA,
		    "a batch of %zu columns where the schema has %zu", nodes,
		    g->schema->n);
	return 0;
}

/* The ranges that the metadata tell, or NULL. */
static const struct spt_range *
get_ranges(struct spt__batch_get *g, struct spt__message *m)
{
	const char *range = spt__pairs_find(
	    &m->fb, &m->root, SPT__MESSAGE_PAIRS, SPT_KEY_RANGE);

	if (range != NULL && g->own_times &&
	    spt_range_get(g->ranges, g->schema, range) == 1)
		return g->ranges;
	return NULL;
}

int
spt__batch_peek(struct spt__batch_get *g, struct spt__message *m,
    struct spt_batch *b, struct spt_err *e)
{
	struct cursor c = { .fb = &m->fb };

	if (!g->verbatim || m->type != SPT__ARROW_BATCH)
		return 0;
	if (open_lists(g, &c, m, &b->rows, e) < 0)
		return -1;
	b->n = g->schema->n;
	b->cols = g->cols;
	b->ranges = get_ranges(g, m);
	for (size_t i = 0; i < b->n; i++, c.node += 16) {
		struct spt_col *col = &g->cols[i];
		int64_t nulls = spt__fb_i64(&m->fb, c.node + 8);

		if (nulls < 0 || nulls > b->rows)
			return 0;
		col->null_count = nulls;
		col->validity = NULL;
		col->ints = NULL;
		col->bytes = NULL;
	}
	return b->rows != 0 && b->ranges != NULL &&
	       spt__pairs_find(
		   &m->fb, &m->root, SPT__MESSAGE_PAIRS, SPT_KEY_KIND) == NULL;
}

int
spt__batch_get(struct spt__batch_get *g, struct spt__message *m,
    const uint8_t *body, struct spt_batch *b, struct spt_err *e)
{
	struct cursor c = { .fb = &m->fb, .body = body, .nbody = m->body };
	size_t budget = SPT_IN_MAX_BODY;

	if (open_lists(g, &c, m, &b->rows, e) < 0)
		return -1;
	b->n = g->schema->n;
	b->cols = g->cols;
	b->ranges = NULL;
	for (size_t i = 0; i < b->n; i++)
		if (get_column(g, i, b->rows, &c, &budget, e) < 0)
			return spt_err_where(
			    e, "column \"%s\"", g->schema->fields[i].name);
	if (c.nbuffer != 0 || c.nvariadic != 0)
		return spt_fail(e, SPT_EDATA, "too many buffers");
	b->ranges = get_ranges(g, m);
	return 0;
}
