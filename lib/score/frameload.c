/*
 * Values of external columns are used where they lie when they are doubles
 * without nulls; everything else is turned into doubles once a batch.  A
 * column that a stage makes has a buffer of width x rows doubles.
 */
#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "score/frame.h"

static int
reserve(struct spt_frame *f, size_t rows, struct spt_err *e)
{
	if (rows <= f->room && f->fate != NULL)
		return 0;
	if (rows < 1024)
		rows = 1024;
	spt_free(f->io, f->fate);
	f->room = 0;
	f->fate = spt_alloc(f->io, rows, e);
	if (f->fate == NULL)
		return -1;
	for (size_t i = 0; i < f->n_buffers; i++) {
		struct spt_frame_buffer *b = &f->buffers[i];

		spt_free(f->io, b->p);
		b->p = NULL;
		if (b->bytes > SIZE_MAX / rows)
			return spt_fail(e, SPT_ESYSTEM, "out of memory");
		b->p = spt_alloc_zero(f->io, b->bytes * rows, e);
		if (b->p == NULL)
			return -1;
	}
	f->room = rows;
	return 0;
}

double *const *
spt_frame_own(struct spt_frame *f, size_t id)
{
	struct spt_frame_col *c = &f->cols[id];
	double *p = f->buffers[c->room].p;

	for (size_t k = 0; k < c->width; k++)
		c->x[k] = p + k * f->room;
	c->null = NULL;
	/* x is written by its owner and read by all others. */
	return (double *const *)(uintptr_t)c->x;
}

static void
to_doubles(const struct spt_col *from, size_t rows, double *to)
{
	if (from->type == SPT_FLOAT64)
		memcpy(to, from->floats, rows * sizeof *to);
	else if (from->type == SPT_BOOL)
		for (size_t i = 0; i < rows; i++)
			to[i] = spt_bit(from->bits, (int64_t)i);
	else
		for (size_t i = 0; i < rows; i++)
			to[i] = (double)from->ints[i];
}

/* Array k of column c is the stream's column: as it lies, or converted.
 * null: gets a 1 where it is null, and is left alone elsewhere. */
static void
load_array(struct spt_frame *f, struct spt_frame_col *c, size_t k,
    const struct spt_col *from, uint8_t *null)
{
	double *own = (double *)f->buffers[c->room].p + k * f->room;

	if (f->rows == 0 ||
	    (from->type == SPT_FLOAT64 && from->null_count == 0)) {
		c->x[k] = f->rows == 0 ? own : from->floats;
		return;
	}
	to_doubles(from, f->rows, own);
	c->x[k] = own;
	if (from->null_count == 0)
		return;
	for (size_t i = 0; i < f->rows; i++)
		if (spt_col_null(from, (int64_t)i)) {
			own[i] = NAN;
			null[i] = 1;
		}
	c->null = null;
}

static const char *
skip_blanks(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	return p;
}

/* One element of an array: a number, null for NaN.  Its end, or NULL. */
static const char *
read_element(const char *p, const char *end, double *v)
{
	const char *from = p;
	int64_t i;
	bool is_int;

	if (end - p >= 4 && memcmp(p, "null", 4) == 0) {
		*v = NAN;
		return p + 4;
	}
	while (p < end && strchr("+-.0123456789eE", *p) != NULL && *p != '\0')
		p++;
	return spt_json_number_parse(from, (size_t)(p - from), &is_int, &i, v)
		   ? p
		   : NULL;
}

/* The JSON array of exactly width numbers goes to row `row`. */
static bool
read_array(const char *p, size_t n, double *const *x, size_t width, size_t row)
{
	const char *end = p + n;

	p = skip_blanks(p, end);
	if (p == end || *p++ != '[')
		return false;
	for (size_t k = 0; k < width; k++) {
		p = read_element(skip_blanks(p, end), end, &x[k][row]);
		if (p == NULL)
			return false;
		p = skip_blanks(p, end);
		if (p == end || *p++ != (k + 1 < width ? ',' : ']'))
			return false;
	}
	return skip_blanks(p, end) == end;
}

static int
load_arrays(struct spt_frame *f, size_t id, const struct spt_col *from,
    uint8_t *null, struct spt_err *e)
{
	double *const *x = spt_frame_own(f, id);

	for (size_t i = 0; i < f->rows; i++) {
		size_t n;
		const char *p;

		if (spt_col_null(from, (int64_t)i)) {
			for (size_t k = 0; k < f->cols[id].width; k++)
				x[k][i] = NAN;
			null[i] = 1;
			f->cols[id].null = null;
			continue;
		}
		p = spt_col_str(from, (int64_t)i, &n);
		if (!read_array(p, n, x, f->cols[id].width, i) &&
		    spt_frame_bad(f, i, id,
			"not a JSON array of as many numbers as the model "
			"takes",
			e) < 0)
			return -1;
	}
	return 0;
}

static int
load_column(struct spt_frame *f, size_t id, const struct spt_batch *b,
    uint8_t *null, struct spt_err *e)
{
	struct spt_frame_col *c = &f->cols[id];
	const struct spt_col *from = &b->cols[c->bound[0]];

	c->null = NULL;
	c->raw = from;
	memset(null, 0, f->rows);
	if (c->type == SPT_FRAME_VECTOR && from->type == SPT_UTF8)
		return load_arrays(f, id, from, null, e);
	if (c->type == SPT_FRAME_TEXT || c->type == SPT_FRAME_TIME)
		return 0;
	/* A vector that is spelled out is null where one of its columns is. */
	for (size_t k = 0; k < c->width; k++)
		load_array(f, c, k, &b->cols[c->bound[k]], null);
	return 0;
}

int
spt_frame_load(
    struct spt_frame *f, const struct spt_batch *b, struct spt_err *e)
{
	f->rows = 0;
	if (reserve(f, (size_t)b->rows, e) < 0)
		return -1;
	f->rows = (size_t)b->rows;
	memset(f->fate, SPT_SCORED, f->rows);
	f->n_bad = f->unscored = 0;
	for (size_t i = 0; i < f->n; i++) {
		struct spt_frame_col *c = &f->cols[i];

		if (c->external && c->there &&
		    load_column(f, i, b, f->buffers[c->nulls].p, e) < 0)
			return -1;
	}
	return 0;
}

static void
doom(struct spt_frame *f, size_t row, enum spt_score_fate fate)
{
	if (f->fate[row] != SPT_SCORED)
		return;
	f->fate[row] = (uint8_t)fate;
	f->unscored++;
}

void
spt_frame_skip(struct spt_frame *f, size_t row)
{
	doom(f, row, SPT_SCORE_SKIP);
}

void
spt_frame_null(struct spt_frame *f, size_t row)
{
	doom(f, row, SPT_SCORE_NULL);
}

int
spt_frame_bad(struct spt_frame *f, size_t row, size_t id, const char *why,
    struct spt_err *e)
{
	size_t origin = id == SPT_FRAME_NONE ? id : f->cols[id].origin;

	if (f->fate[row] != SPT_SCORED)
		return 0;
	if (spt_grow(f->io, &f->bad, &f->bad_cap, f->n_bad + 1, sizeof *f->bad,
		e) < 0)
		return -1;
	f->bad[f->n_bad++] = (struct spt_score_bad){
		.row = (int64_t)row,
		.column =
		    origin == SPT_FRAME_NONE ? NULL : f->cols[origin].name,
		.reason = why,
	};
	doom(f, row, SPT_SCORE_BAD);
	return 0;
}

static int
by_row(const void *a, const void *b)
{
	const struct spt_score_bad *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

void
spt_frame_scores(struct spt_frame *f, struct spt_scores *out)
{
	if (f->n_bad > 1)
		qsort(f->bad, f->n_bad, sizeof *f->bad, by_row);
	out->fate = f->unscored == 0 ? NULL : f->fate;
	out->bad = f->bad;
	out->n_bad = f->n_bad;
}
