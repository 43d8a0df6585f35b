/*
 * A float64 column without nulls is used where it is; everything else is
 * converted into room that is kept from batch to batch.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "score/features.h"

int
spt_features_init(struct spt_features *f, const struct spt_io *io, size_t n,
    struct spt_err *e)
{
	*f = (struct spt_features){ .io = io, .n = n };
	f->v = spt_alloc_zero(io, (n + 1) * sizeof *f->v, e);
	f->names = spt_alloc_zero(io, (n + 1) * sizeof *f->names, e);
	f->columns = spt_alloc_zero(io, (n + 1) * sizeof *f->columns, e);
	return f->v == NULL || f->names == NULL || f->columns == NULL ? -1 : 0;
}

int
spt_features_name(struct spt_features *f, size_t k, const char *name, size_t n,
    struct spt_err *e)
{
	f->names[k] = spt_strndup(f->io, name, n, e);
	return f->names[k] == NULL ? -1 : 0;
}

void
spt_features_fini(struct spt_features *f)
{
	if (f->io == NULL)
		return;
	for (size_t k = 0; f->v != NULL && k < f->n; k++)
		spt_free(f->io, f->v[k].own);
	for (size_t k = 0; f->names != NULL && k < f->n; k++)
		spt_free(f->io, (char *)f->names[k]);
	spt_free(f->io, f->v);
	spt_free(f->io, f->names);
	spt_free(f->io, f->columns);
	memset(f, 0, sizeof *f);
}

static int
compare(const char *a, size_t n, const char *b, size_t m)
{
	const int c = memcmp(a, b, n < m ? n : m);

	return c != 0 ? c : (n > m) - (n < m);
}

static int
compare_words(const void *a, const void *b)
{
	const struct spt_word *x = a, *y = b;

	return compare(x->text, x->n, y->text, y->n);
}

void
spt_words_sort(struct spt_word *words, size_t n)
{
	if (n != 0)
		qsort(words, n, sizeof *words, compare_words);
}

int
spt_features_bind(
    struct spt_features *f, const struct spt_schema *in, struct spt_err *e)
{
	for (size_t k = 0; k < f->n; k++) {
		struct spt_feature *x = &f->v[k];
		const int at = spt_schema_need(in, f->names[k], e);

		if (at < 0)
			return spt_err_where(e, "the model's input");
		x->column = (size_t)at;
		x->type = in->fields[at].type;
		if (x->words != NULL
			? x->type != (x->whole ? SPT_INT64 : SPT_UTF8)
			: x->type == SPT_TIMESTAMP || x->type == SPT_UTF8)
			return spt_fail(e, SPT_EUSAGE,
			    "column \"%s\" has the type %s, and the model "
			    "wants a%s",
			    f->names[k], spt_type_name(x->type),
			    x->words == NULL ? " number"
			    : x->whole       ? "n int, one of its categories"
				       : " string, one of its categories");
	}
	return 0;
}

static double
code_of(const struct spt_feature *x, const char *text, size_t n)
{
	size_t low = 0, high = x->n_words;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct spt_word *w = &x->words[middle];
		const int c = compare(text, n, w->text, w->n);

		if (c == 0)
			return w->code;
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NAN;
}

/* Categories that are whole numbers. */
static void
look_up(const struct spt_feature *x, const struct spt_col *c, int64_t rows)
{
	char text[SPT_NUMBER_TEXT];

	for (int64_t i = 0; i < rows; i++)
		x->own[i] = code_of(x, text, spt_int_print(text, c->ints[i]));
}

static void
convert(const struct spt_feature *x, const struct spt_col *c, int64_t rows)
{
	double *to = x->own;

	switch (x->type) {
	case SPT_BOOL:
		for (int64_t i = 0; i < rows; i++)
			to[i] = spt_bit(c->bits, i);
		break;
	case SPT_INT64:
		if (x->words != NULL)
			look_up(x, c, rows);
		for (int64_t i = 0; i < rows && x->words == NULL; i++)
			to[i] = (double)c->ints[i];
		break;
	case SPT_FLOAT64:
		memcpy(to, c->floats, (size_t)rows * sizeof *to);
		break;
	default:
		for (int64_t i = 0; i < rows; i++) {
			size_t n;
			const char *text = spt_col_str(c, i, &n);

			to[i] = code_of(x, text, n);
		}
	}
	if (c->null_count == 0 || c->validity == NULL)
		return;
	for (int64_t i = 0; i < rows; i++)
		if (!spt_bit(c->validity, i))
			to[i] = NAN;
}

static int
make_room(struct spt_features *f, int64_t rows, struct spt_err *e)
{
	const size_t n = (size_t)rows;

	for (size_t k = 0; k < f->n; k++) {
		spt_free(f->io, f->v[k].own);
		f->v[k].own = spt_alloc(f->io, n * sizeof(double), e);
		if (f->v[k].own == NULL) {
			f->rows = 0;
			return -1;
		}
	}
	f->rows = rows;
	return 0;
}

int
spt_features_fill(
    struct spt_features *f, const struct spt_batch *b, struct spt_err *e)
{
	if (b->rows > f->rows && make_room(f, b->rows, e) < 0)
		return -1;
	for (size_t k = 0; k < f->n; k++) {
		const struct spt_feature *x = &f->v[k];
		const struct spt_col *c = &b->cols[x->column];

		if (x->type == SPT_FLOAT64 && c->null_count == 0) {
			f->columns[k] = c->floats;
			continue;
		}
		if (b->rows != 0)
			convert(x, c, b->rows);
		f->columns[k] = x->own;
	}
	return 0;
}
