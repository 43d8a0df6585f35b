/*
 * The categories that models have with them since 3.1.  Those of text columns
 * are bytes, one word after the other, with the offsets between them; those of
 * whole numbers are the numbers.
 */
#include <string.h>

#include "base/number.h"
#include "score/xgboost.h"

/* Where words go; with words NULL they are only counted and checked. */
struct taking {
	const struct spt_xgboost *x;
	const struct spt_xgboost_file *f;
	struct spt_word *words;
	char *text;
	size_t n, used;
	struct spt_err *e;
};

static int
bad(const struct taking *t, const char *what)
{
	return spt_fail(
	    t->e, SPT_EDATA, "%s: \"cats\": %s", t->x->m.file, what);
}

static void
take_word(struct taking *t, size_t at, size_t n, size_t code)
{
	if (t->words != NULL)
		t->words[t->n] = (struct spt_word){
			.text = t->text + at, .n = n, .code = (double)code
		};
	t->n++;
}

static int
take_text(struct taking *t, const json_t *offsets, const json_t *values)
{
	const size_t n = t->f->js.array_size(offsets),
		     bytes = t->f->js.array_size(values);
	json_int_t last = 0;

	for (size_t k = 0; k < n; k++) {
		const json_int_t at =
		    t->f->js.integer_value(t->f->js.array_get(offsets, k));

		if (at < last || (size_t)at > bytes || (k == 0 && at != 0))
			return bad(t, "offsets out of order");
		if (k != 0)
			take_word(t, t->used + (size_t)last,
			    (size_t)(at - last), k - 1);
		last = at;
	}
	for (size_t k = 0; t->words != NULL && k < bytes; k++)
		t->text[t->used + k] =
		    (char)t->f->js.integer_value(t->f->js.array_get(values, k));
	t->used += bytes;
	return 0;
}

static int
take_numbers(struct taking *t, const json_t *values)
{
	char text[SPT_NUMBER_TEXT];

	for (size_t k = 0; k < t->f->js.array_size(values); k++) {
		const json_t *v = t->f->js.array_get(values, k);
		size_t n;

		if (!json_is_integer(v))
			return bad(
			    t, "a category is neither text nor a whole number");
		n = spt_int_print(text, t->f->js.integer_value(v));
		if (t->words != NULL)
			memcpy(t->text + t->used, text, n);
		take_word(t, t->used, n, k);
		t->used += n;
	}
	return 0;
}

/* The categories of one feature. */
static int
take_feature(struct taking *t, const json_t *enc, bool *whole)
{
	const json_t *offsets = t->f->js.object_get(enc, "offsets"),
		     *values = t->f->js.object_get(enc, "values");

	*whole = !json_is_array(offsets);
	if (!json_is_array(values))
		return bad(t, "no values");
	return *whole ? take_numbers(t, values) : take_text(t, offsets, values);
}

static int
take_all(struct taking *t, const json_t *enc, struct spt_feature *features)
{
	const size_t n = t->f->js.array_size(enc);

	t->n = t->used = 0;
	for (size_t k = 0; k < n && k < t->x->m.features; k++) {
		struct spt_feature *to = &features[k];
		const size_t first = t->n;
		bool whole;

		if (take_feature(t, t->f->js.array_get(enc, k), &whole) < 0)
			return -1;
		if (t->words == NULL || t->n == first)
			continue;
		to->words = t->words + first;
		to->n_words = t->n - first;
		to->whole = whole;
		spt_words_sort(t->words + first, to->n_words);
	}
	return 0;
}

int
spt_xgboost_words(struct spt_xgboost *x, const struct spt_xgboost_file *f,
    const json_t *gbtree, struct spt_err *e)
{
	const json_t *model = f->js.object_get(gbtree, "model"),
		     *cats = f->js.object_get(model, "cats"),
		     *enc = f->js.object_get(cats, "enc");
	struct taking t = { .x = x, .f = f, .e = e };

	if (!json_is_array(enc))
		return 0;
	if (take_all(&t, enc, x->m.in.v) < 0)
		return -1;
	if (t.n == 0)
		return 0;
	x->m.words = spt_alloc(x->m.io, t.n * sizeof *x->m.words, e);
	x->m.word_text = spt_alloc(x->m.io, t.used + 1, e);
	if (x->m.words == NULL || x->m.word_text == NULL)
		return -1;
	t.words = x->m.words;
	t.text = x->m.word_text;
	return take_all(&t, enc, x->m.in.v);
}
