/*
 * mapfast - where all rows of a batch are kept, columns that pass on are
 * passed on as they are, and the batch goes out without a copy; else the rows
 * that are left are gathered.  Hard rows are done one by one by whoever
 * called, in their places.
 */
#include <string.h>

#include "expr/mapfast.h"

#define GATHER 4096 /* rows at a time, so that a batch is not overfilled */

int
spt_fast_init(struct spt_fast *f, const struct spt_io *io, const char *program,
    struct spt_err *e)
{
	memset(f, 0, sizeof *f);
	f->io = io;
	spt_arena_init(&f->arena, io);
	spt_buf_init(&f->text, io);
	if (spt_tree_parse(&f->tree, &f->arena, program, f->why, e) < 0) {
		spt_fast_fini(f);
		return -1;
	}
	return 0;
}

void
spt_fast_fini(struct spt_fast *f)
{
	if (f->io == NULL)
		return;
	for (size_t k = 0; f->out != NULL && k < f->n; k++)
		spt_free(f->io, f->out[k].ints);
	spt_free(f->io, f->out);
	spt_free(f->io, f->slice);
	spt_free(f->io, f->views);
	spt_free(f->io, f->ranges);
	spt_exprrun_fini(&f->run);
	spt_free(f->io, f->bind.nodes);
	if (f->making)
		spt_builder_fini(&f->made);
	spt_buf_fini(&f->text);
	spt_arena_fini(&f->arena);
	memset(f, 0, sizeof *f);
}

int
spt_fast_open(
    struct spt_fast *f, const struct spt_schema *in, struct spt_err *e)
{
	f->in = in;
	f->bind.arena = &f->arena;
	f->bind.in = in;
	f->bind.e = e;
	f->result = spt_bind_program(&f->bind, f->tree);
	f->bind.e = NULL;
	if (f->bind.failed)
		return -1;
	if (f->result == NULL)
		memcpy(f->why, f->bind.why, sizeof f->why);
	f->slice = spt_alloc_zero(f->io, (in->n + 1) * sizeof *f->slice, e);
	spt_exprrun_init(&f->run, &f->bind);
	return f->slice == NULL ? -1 : 0;
}

int
spt_fast_derive(
    struct spt_fast *f, struct spt_mapspec *s, bool *unsure, struct spt_err *e)
{
	return spt_exprout_derive(s, f->result, f->in, unsure, f->why, e);
}

int
spt_fast_fit(struct spt_fast *f, const struct spt_mapspec *s, struct spt_err *e)
{
	size_t n = s->schema.n;
	struct spt_exprout *out =
	    spt_alloc_zero(f->io, (n + 1) * sizeof *out, e);

	if (out == NULL)
		return -1;
	if (spt_exprout_fit(out, s, f->result, f->in, f->why) == 0) {
		spt_free(f->io, out);
		return 0;
	}
	f->out = out;
	f->n = n;
	f->views = spt_alloc_zero(f->io, (n + 1) * sizeof *f->views, e);
	f->ranges = spt_alloc_zero(f->io, (n + 1) * sizeof *f->ranges, e);
	if (f->views == NULL || f->ranges == NULL ||
	    spt_builder_init(&f->made, f->io, &s->schema, e) < 0)
		return -1;
	f->making = true;
	return 1;
}

/* ---- all rows ------------------------------------------------------------ */

/* Column k of the batch that keeps every row. */
static int
view_column(
    struct spt_fast *f, size_t k, const struct spt_rows *all, struct spt_err *e)
{
	const struct spt_exprout *o = &f->out[k];
	struct spt_colb *made = &f->made.cols[k];
	const uint8_t *valid = NULL;
	struct spt_col *v = &f->views[k];
	const void *words;

	if (o->how == SPT_OUT_PASS) {
		*v = f->run.b->cols[o->col];
		return 0;
	}
	memset(v, 0, sizeof *v);
	v->type = made->type;
	v->bytes = "";
	words = spt_exprout_lend(o, &valid);
	if (words != NULL && valid == NULL) {
		v->ints = words;
		return 0;
	}
	if (spt_exprout_put(o, &f->run, all, &f->made, k, &f->text, e) < 0)
		return -1;
	v->null_count = made->nulls;
	v->validity = made->nulls != 0 ? made->validity.data : NULL;
	v->bits = made->values.data;
	if (made->bytes.len != 0)
		v->bytes = (const char *)made->bytes.data;
	return 0;
}

static int
emit_all(struct spt_fast *f, struct spt_emit *out, struct spt_err *e)
{
	const struct spt_batch *in = f->run.b;
	struct spt_batch b = { in->rows, f->n, f->views, NULL };
	const struct spt_rows all = { NULL, in->rows };

	for (size_t k = 0; k < f->n; k++)
		if (view_column(f, k, &all, e) < 0)
			return -1;
	if (in->ranges != NULL) {
		for (size_t k = 0; k < f->n; k++)
			if (f->out[k].how == SPT_OUT_PASS)
				f->ranges[k] = in->ranges[f->out[k].col];
			else if (f->views[k].type == SPT_TIMESTAMP)
				f->ranges[k] = spt_batch_range(&b, k);
		b.ranges = f->ranges;
	}
	if (spt_emit_batch(out, SPT_STREAM, &b, e) < 0)
		return -1;
	spt_builder_reset(&f->made);
	return 0;
}

/* ---- some rows ----------------------------------------------------------- */

static int
gather(struct spt_fast *f, const struct spt_rows *rows, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_builder *to = spt_emit_builder(out, SPT_STREAM);
	struct spt_rows some = *rows;

	for (int64_t at = 0; at < rows->n; at += some.n) {
		int64_t room = SPT_BATCH_ROWS - to->rows;

		some.at = rows->at + at;
		some.n = rows->n - at < GATHER ? rows->n - at : GATHER;
		if (some.n > room)
			some.n = room;
		for (size_t k = 0; k < f->n; k++)
			if (spt_exprout_put(&f->out[k], &f->run, &some, to, k,
				&f->text, e) < 0)
				return -1;
		to->rows += some.n - 1;
		if (spt_emit_row(out, SPT_STREAM, e) < 0)
			return -1;
	}
	return 0;
}

/* Takes the hard rows out of the list, which is then one of numbers. */
static void
list_soft(struct spt_exprrun *r, struct spt_rows *left)
{
	int64_t n = 0;

	SPT_EACH(left, i, r->at[n] = (int32_t)i; n += r->hard[i] == 0);
	left->at = r->at;
	left->n = n;
}

/* The rows that are left and the hard ones, in their order. */
static int
merge(struct spt_fast *f, const struct spt_rows *left, int64_t first,
    const struct spt_fast_hard *hard, struct spt_emit *out, struct spt_err *e)
{
	const struct spt_batch *b = f->run.b;
	int64_t at = 0;

	for (int64_t i = first; f->run.any_hard && i < b->rows; i++) {
		struct spt_rows some = { left->at + at, 0 };

		if (f->run.hard[i] == 0)
			continue;
		while (at < left->n && left->at[at] < i)
			at++;
		some.n = left->at + at - some.at;
		if (gather(f, &some, out, e) < 0 ||
		    hard->row(hard->ctx, b, i, f->offset, out, e) < 0)
			return -1;
	}
	return gather(
	    f, &(struct spt_rows){ left->at + at, left->n - at }, out, e);
}

/* ---- batches ------------------------------------------------------------- */

/* Rows first.. of b. */
static int
run_slice(struct spt_fast *f, const struct spt_batch *b, int64_t first,
    const struct spt_fast_hard *hard, struct spt_emit *out, struct spt_err *e)
{
	struct spt_rows left = { NULL, b->rows };

	if (spt_exprrun_begin(&f->run, b, e) < 0)
		return -1;
	f->run.now = (double)spt_emit_time(out) / 1e6;
	if (first != 0) {
		left.n = 0;
		for (int64_t i = first; i < b->rows; i++)
			f->run.at[left.n++] = (int32_t)i;
		left.at = f->run.at;
	}
	if (spt_exprrun_steps(&f->run, &left, e) < 0)
		return -1;
	for (size_t k = 0; k < f->n; k++)
		if (spt_exprout_run(&f->out[k], &f->run, &left, e) < 0)
			return -1;
	if (!f->run.any_hard && left.n == b->rows)
		return emit_all(f, out, e);
	list_soft(&f->run, &left);
	return merge(f, &left, first, hard, out, e);
}

static int64_t
count_nulls(const uint8_t *bits, int64_t n)
{
	int64_t nulls = 0;

	for (int64_t i = 0; i < n; i++)
		nulls += !spt_bit(bits, i);
	return nulls;
}

/* Rows first..first+n-1; first is a multiple of 8. */
static void
cut(struct spt_fast *f, const struct spt_batch *b, int64_t first, int64_t n,
    struct spt_batch *out)
{
	*out = (struct spt_batch){ n, b->n, f->slice, NULL };
	for (size_t k = 0; k < b->n; k++) {
		const struct spt_col *c = &b->cols[k];
		struct spt_col *d = &f->slice[k];

		*d = *c;
		if (c->validity != NULL) {
			d->validity = c->validity + first / 8;
			d->null_count = count_nulls(d->validity, n);
		}
		if (c->type == SPT_BOOL)
			d->bits = c->bits + first / 8;
		else if (c->type == SPT_UTF8)
			d->offsets = c->offsets + first;
		else
			d->ints = c->ints + first;
	}
}

int
spt_fast_batch(struct spt_fast *f, const struct spt_batch *b, int64_t first,
    const struct spt_fast_hard *hard, struct spt_emit *out, struct spt_err *e)
{
	struct spt_batch part;

	f->offset = 0;
	if (b->rows <= SPT_EXPR_ROWS)
		return first == b->rows ? 0
					: run_slice(f, b, first, hard, out, e);
	while (first < b->rows) {
		/* Bitmaps are cut between bytes. */
		int64_t at = first & ~INT64_C(7), n = b->rows - at;

		cut(f, b, at, n < SPT_EXPR_ROWS ? n : SPT_EXPR_ROWS, &part);
		f->offset = at;
		if (run_slice(f, &part, first - at, hard, out, e) < 0)
			return -1;
		first = at + part.rows;
	}
	return 0;
}
