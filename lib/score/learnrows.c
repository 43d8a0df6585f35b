/*
 * learnrows - a column at a time: the plain case, floats without nulls, is one
 * loop without a branch; whether one of them is no number is found by adding
 * up v - v, which is 0 for numbers and NaN for all else.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "score/learnrows.h"

/* ---- what was asked for -------------------------------------------------- */

static int
parse_lags(struct spt_learnrows *f, const char *text, struct spt_err *e)
{
	struct spt_list l;
	int rc = spt_list_parse(&l, f->io, text, e);

	if (rc == 0 && l.n != 0) {
		f->lags = spt_alloc(f->io, l.n * sizeof *f->lags, e);
		rc = f->lags == NULL ? -1 : 0;
	}
	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		int64_t *lag = &f->lags[f->n_lags];

		if (spt_int_parse(l.v[i], strlen(l.v[i]), lag) != 1 ||
		    *lag < 1 || *lag > SPT_LAG_MAX)
			rc = spt_fail(e, SPT_EUSAGE,
			    "\"%s\" is no number of rows between 1 and %d",
			    l.v[i], SPT_LAG_MAX);
		else if ((size_t)f->lags[f->n_lags++] > f->max_lag)
			f->max_lag = (size_t)*lag;
	}
	spt_list_fini(&l);
	return rc < 0 ? spt_err_where(e, "--lags") : 0;
}

static int
set(struct spt_learnrows *f, const struct spt_learnrows_conf *conf,
    struct spt_err *e)
{
	if (conf->label != NULL) {
		f->label = spt_strdup(f->io, conf->label, e);
		if (f->label == NULL)
			return -1;
	}
	if (spt_list_parse(&f->columns, f->io, conf->columns, e) < 0)
		return spt_err_where(e, "-c");
	if (conf->lags != NULL && parse_lags(f, conf->lags, e) < 0)
		return -1;
	if (f->n_lags != 0 && f->label == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "--lags are values of the label before: --label COLUMN "
		    "says which that is");
	f->d = f->columns.n + f->n_lags + (f->intercept ? 1 : 0);
	if (f->max_lag != 0) {
		f->past = spt_alloc(f->io, f->max_lag * sizeof *f->past, e);
		f->memory = spt_alloc(f->io, f->max_lag * sizeof *f->memory, e);
		if (f->past == NULL || f->memory == NULL)
			return -1;
	}
	f->at = spt_alloc_zero(f->io, f->columns.n * sizeof *f->at, e);
	return f->at == NULL ? -1 : 0;
}

int
spt_learnrows_init(struct spt_learnrows *f, const struct spt_io *io,
    const struct spt_learnrows_conf *conf, struct spt_err *e)
{
	memset(f, 0, sizeof *f);
	f->io = io;
	f->intercept = conf->intercept;
	f->zero_one = conf->zero_one;
	f->label_at = -1;
	if (set(f, conf, e) == 0)
		return 0;
	spt_learnrows_fini(f);
	return -1;
}

void
spt_learnrows_fini(struct spt_learnrows *f)
{
	if (f->io == NULL)
		return;
	spt_list_fini(&f->columns);
	spt_free(f->io, f->label);
	spt_free(f->io, f->lags);
	spt_free(f->io, f->at);
	spt_free(f->io, f->past);
	spt_free(f->io, f->memory);
	spt_free(f->io, f->x);
	spt_free(f->io, f->y);
	spt_free(f->io, f->fate);
	spt_free(f->io, f->bad);
	memset(f, 0, sizeof *f);
}

static int
find(const struct spt_schema *in, const char *name, const char *what,
    struct spt_err *e)
{
	int at = spt_schema_need(in, name, e);
	enum spt_type t;

	if (at < 0)
		return spt_err_where(e, "%s", what);
	t = in->fields[at].type;
	if (t == SPT_UTF8 || t == SPT_TIMESTAMP)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: column \"%s\" is %s, and %s is a number: int, float "
		    "or bool (smap makes one of it)",
		    what, name, spt_type_name(t), what);
	return at;
}

int
spt_learnrows_bind(struct spt_learnrows *f, const struct spt_schema *in,
    bool learn, struct spt_err *e)
{
	for (size_t j = 0; j < f->columns.n; j++) {
		f->at[j] = find(in, f->columns.v[j], "a feature", e);
		if (f->at[j] < 0)
			return -1;
		if (f->label != NULL &&
		    strcmp(f->label, f->columns.v[j]) == 0 && learn)
			return spt_fail(e, SPT_EUSAGE,
			    "column \"%s\" is the label and a feature: the "
			    "model would only copy it (--lags 1 is its value "
			    "one row before)",
			    f->label);
	}
	f->label_at = -1;
	if (f->label == NULL || (!learn && f->n_lags == 0))
		return 0;
	f->label_at = find(in, f->label, "the label", e);
	return f->label_at < 0 ? -1 : 0;
}

/* ---- batches ------------------------------------------------------------- */

static double
cell(const struct spt_col *c, int64_t i)
{
	switch (c->type) {
	case SPT_FLOAT64:
		return c->floats[i];
	case SPT_INT64:
		return (double)c->ints[i];
	default:
		return spt_bit(c->bits, i);
	}
}

static int
refuse(struct spt_learnrows *f, int64_t row, const char *column,
    const char *reason, struct spt_err *e)
{
	struct spt_score_bad *bad;

	f->all_scored = false;
	if (f->fate[row] == SPT_SCORE_BAD)
		return 0;
	f->fate[row] = SPT_SCORE_BAD;
	if (spt_grow(f->io, &f->bad, &f->cap_bad, f->n_bad + 1, sizeof *f->bad,
		e) < 0)
		return -1;
	bad = &f->bad[f->n_bad++];
	*bad = (struct spt_score_bad){ row, column, reason };
	return 0;
}

/* The cells that are no numbers. */
static int
find_bad(struct spt_learnrows *f, const struct spt_col *c, size_t j,
    int64_t rows, struct spt_err *e)
{
	const char *name = f->columns.v[j];

	for (int64_t i = 0; i < rows; i++) {
		double *v = &f->x[(size_t)i * f->d + j];
		int rc = 0;

		if (spt_col_null(c, i))
			rc = refuse(f, i, name, "null", e);
		else if (!isfinite(*v))
			rc = refuse(
			    f, i, name, isnan(*v) ? "NaN" : "infinite", e);
		else
			continue;
		if (rc < 0)
			return -1;
		*v = 0;
	}
	return 0;
}

static int
take_column(struct spt_learnrows *f, const struct spt_col *c, size_t j,
    int64_t rows, struct spt_err *e)
{
	double *x = f->x + j, odd = 0;
	size_t d = f->d;

	if (c->type == SPT_FLOAT64) {
		for (int64_t i = 0; i < rows; i++) {
			double v = c->floats[i];

			x[(size_t)i * d] = v;
			odd += v - v;
		}
	} else if (c->type == SPT_INT64) {
		for (int64_t i = 0; i < rows; i++)
			x[(size_t)i * d] = (double)c->ints[i];
	} else {
		for (int64_t i = 0; i < rows; i++)
			x[(size_t)i * d] = spt_bit(c->bits, i);
	}
	if (c->null_count == 0 && odd == 0)
		return 0;
	return find_bad(f, c, j, rows, e);
}

static int
take_label(struct spt_learnrows *f, const struct spt_col *c, int64_t rows,
    struct spt_err *e)
{
	for (int64_t i = 0; i < rows; i++) {
		double v = spt_col_null(c, i) ? NAN : cell(c, i);

		f->y[i] = v;
		if (isinf(v)) {
			if (refuse(f, i, f->label, "infinite", e) < 0)
				return -1;
		} else if (f->zero_one && !isnan(v) && v != 0 && v != 1) {
			if (refuse(f, i, f->label,
				"a label that is neither 0 nor 1", e) < 0)
				return -1;
		}
	}
	return 0;
}

static void
remember(struct spt_learnrows *f, double v)
{
	f->past[f->next_past] = v;
	f->next_past = (f->next_past + 1) % f->max_lag;
	if (f->n_past < f->max_lag)
		f->n_past++;
}

/* The lags of each row, of the labels before it. */
static void
take_lags(struct spt_learnrows *f, int64_t rows)
{
	for (int64_t i = 0; i < rows; i++) {
		double *x = f->x + (size_t)i * f->d + f->columns.n;

		if (f->n_past < f->max_lag) {
			memset(x, 0, f->n_lags * sizeof *x);
			f->all_scored = false;
			if (f->fate[i] == SPT_SCORED)
				f->fate[i] = SPT_SCORE_NULL;
		} else {
			for (size_t k = 0; k < f->n_lags; k++)
				x[k] = f->past[(f->next_past + f->max_lag -
						   (size_t)f->lags[k]) %
					       f->max_lag];
		}
		if (isfinite(f->y[i]) && f->fate[i] != SPT_SCORE_BAD)
			remember(f, f->y[i]);
	}
}

static int
by_row(const void *a, const void *b)
{
	const struct spt_score_bad *x = a, *y = b;

	return (x->row > y->row) - (x->row < y->row);
}

int
spt_learnrows_take(
    struct spt_learnrows *f, const struct spt_batch *b, struct spt_err *e)
{
	size_t n = (size_t)b->rows;

	if (spt_grow(f->io, &f->x, &f->cap_x, n * f->d, sizeof *f->x, e) < 0 ||
	    spt_grow(f->io, &f->y, &f->cap_y, n, sizeof *f->y, e) < 0 ||
	    spt_grow(f->io, &f->fate, &f->cap_fate, n, 1, e) < 0)
		return -1;
	f->all_scored = true;
	f->n_bad = 0;
	memset(f->fate, SPT_SCORED, n);
	for (size_t j = 0; j < f->columns.n; j++)
		if (take_column(f, &b->cols[f->at[j]], j, b->rows, e) < 0)
			return -1;
	if (f->label_at >= 0) {
		if (take_label(f, &b->cols[f->label_at], b->rows, e) < 0)
			return -1;
	} else {
		for (size_t i = 0; i < n; i++)
			f->y[i] = NAN;
	}
	if (f->n_lags != 0)
		take_lags(f, b->rows);
	if (f->intercept)
		for (size_t i = 0; i < n; i++)
			f->x[i * f->d + f->d - 1] = 1;
	if (f->n_bad > 1)
		qsort(f->bad, f->n_bad, sizeof *f->bad, by_row);
	return 0;
}

/* ---- memory -------------------------------------------------------------- */

const double *
spt_learnrows_memory(struct spt_learnrows *f, size_t *n)
{
	*n = f->n_past;
	for (size_t i = 0; i < f->n_past; i++)
		f->memory[i] =
		    f->past[(f->next_past + f->max_lag - f->n_past + i) %
			    f->max_lag];
	return f->memory;
}

int
spt_learnrows_recall(struct spt_learnrows *f, const double *v, size_t n)
{
	if (f->max_lag == 0)
		return n == 0;
	for (size_t i = n > f->max_lag ? n - f->max_lag : 0; i < n; i++) {
		if (!isfinite(v[i]))
			return 0;
		remember(f, v[i]);
	}
	return 1;
}
