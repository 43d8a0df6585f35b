/*
 * The categories of pandas' columns, which stand in one of the last lines:
 * "pandas_categorical:" and JSON, a list for each categorical column.
 */
#include <string.h>

#include "base/number.h"
#include "score/json_load.h"
#include "score/lightgbm.h"

/* The feature that the k-th list of categories is for: the k-th that is
 * neither "[low:high]" nor "none".  features: none. */
static size_t
categorical(struct spt_lightgbm_text infos, size_t k, size_t features)
{
	struct spt_lightgbm_text word;

	for (size_t at = 0; at < features && spt_lightgbm_word(&infos, &word);
	     at++)
		if (word.p[0] != '[' && !spt_lightgbm_is(word, "none") &&
		    k-- == 0)
			return at;
	return features;
}

/* One list of categories.  With to NULL, only adds to *words and *bytes. */
static int
take_list(const struct spt_lightgbm *x, const struct spt_jansson *js,
    const json_t *list, struct spt_word *to, char *text, size_t *words,
    size_t *bytes, struct spt_err *e)
{
	char number[SPT_NUMBER_TEXT];

	for (size_t k = 0; k < js->array_size(list); k++) {
		const json_t *v = js->array_get(list, k);
		const char *word = number;
		size_t n;

		if (json_is_string(v)) {
			word = js->string_value(v);
			n = js->string_length(v);
		} else if (json_is_integer(v)) {
			n = spt_int_print(number, js->integer_value(v));
		} else {
			return spt_fail(e, SPT_EDATA,
			    "%s: pandas_categorical: a category is neither "
			    "text nor a whole number",
			    x->m.file);
		}
		if (to != NULL) {
			memcpy(text + *bytes, word, n);
			to[*words] = (struct spt_word){
				.text = text + *bytes, .n = n, .code = (double)k
			};
		}
		*words += 1;
		*bytes += n;
	}
	return 0;
}

static int
take_lists(struct spt_lightgbm *x, const struct spt_jansson *js,
    const json_t *lists, struct spt_lightgbm_text infos, struct spt_err *e)
{
	const size_t n = json_is_array(lists) ? js->array_size(lists) : 0;
	size_t words = 0, bytes = 0;

	if (n == 0)
		return 0;
	/* A categorical feature that no tree uses is "none" like others, and
	 * which list is whose cannot be told then. */
	if (categorical(infos, n, x->m.features) != x->m.features ||
	    categorical(infos, n - 1, x->m.features) == x->m.features)
		return spt_fail(e, SPT_EDATA,
		    "%s: pandas_categorical: %zu lists of categories for "
		    "another number of categorical features in use; drop the "
		    "features that were constant, and train again",
		    x->m.file, n);
	for (size_t k = 0; k < n; k++)
		if (take_list(x, js, js->array_get(lists, k), NULL, NULL,
			&words, &bytes, e) < 0)
			return -1;
	x->m.words = spt_alloc(x->m.io, (words + 1) * sizeof *x->m.words, e);
	x->m.word_text = spt_alloc(x->m.io, bytes + 1, e);
	if (x->m.words == NULL || x->m.word_text == NULL)
		return -1;
	words = bytes = 0;
	for (size_t k = 0; k < n; k++) {
		struct spt_feature *f =
		    &x->m.in.v[categorical(infos, k, x->m.features)];
		const size_t first = words;

		if (take_list(x, js, js->array_get(lists, k), x->m.words,
			x->m.word_text, &words, &bytes, e) < 0)
			return -1;
		f->words = x->m.words + first;
		f->whole =
		    json_is_integer(js->array_get(js->array_get(lists, k), 0));
		f->n_words = words - first;
		spt_words_sort(x->m.words + first, f->n_words);
	}
	return 0;
}

int
spt_lightgbm_words(struct spt_lightgbm *x, struct spt_lightgbm_text text,
    struct spt_lightgbm_text infos, struct spt_err *e)
{
	static const char mark[] = "\npandas_categorical:";
	const char *p = memmem(text.p, text.n, mark, sizeof mark - 1);
	struct spt_jansson js = { 0 };
	const char *end;
	json_t *lists;
	int rc = -1;

	if (p == NULL)
		return 0;
	p += sizeof mark - 1;
	text.n -= (size_t)(p - text.p);
	end = memchr(p, '\n', text.n);
	text.n = end == NULL ? text.n : (size_t)(end - p);
	if (text.n >= 4 && memcmp(p, "null", 4) == 0)
		return 0;
	if (spt__jansson_load(&js, e) < 0)
		return -1;
	lists = spt__jansson_parse(&js, p, text.n, x->m.file, e);
	if (lists == NULL)
		spt_err_where(e, "pandas_categorical");
	else
		rc = take_lists(x, &js, lists, infos, e);
	spt__jansson_free(&js, lists);
	spt__jansson_unload(&js);
	return rc;
}
