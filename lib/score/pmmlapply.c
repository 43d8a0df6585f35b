/*
 * Apply: a function of expressions, built in, defined in the document, or one
 * that changes text.
 *
 * A defined function is put in place of each call; what such calls add up to
 * is bounded by the number of columns.
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

#define DEPTH_MAX 100 /* functions that call functions */

/* ---- arguments that are missing ---------------------------------------- */

static void
run_missing(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	const double instead = *(const double *)s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++) {
		to[i] = x[i];
		for (size_t k = 1; k < s->n_in; k++)
			if (isnan(m->cols[s->in[k]].x[i]))
				to[i] = instead;
	}
}

/* mapMissingTo: the result where an argument is missing. */
static int
map_missing(struct spt_pmml_load *l, const xmlNode *x, uint32_t *in, size_t n,
    uint32_t *col)
{
	const char *text = spt_pmml_attr(x, "mapMissingTo");
	const enum spt_pmml_data data = l->m->cols[*col].data;
	double *instead;

	if (text == NULL)
		return 0;
	instead = spt_pmml_get(l, 1, sizeof *instead);
	if (instead == NULL || spt_pmml_value(l, x, text, data, instead) < 0)
		return -1;
	memmove(in + 1, in, n * sizeof *in);
	in[0] = *col;
	return spt_pmml_make(l, x, run_missing, data, in, n + 1, instead, col);
}

/* ---- functions of text ------------------------------------------------- */

static enum spt_pmml_case
case_of(const char *name)
{
	return strcmp(name, "uppercase") == 0    ? SPT_PMML_UPPER
	       : strcmp(name, "lowercase") == 0  ? SPT_PMML_LOWER
	       : strcmp(name, "trimBlanks") == 0 ? SPT_PMML_TRIM
						 : 0;
}

/* Text of the stream is changed before it becomes the number of a word. */
static int
change(struct spt_pmml_load *l, const xmlNode *x, enum spt_pmml_case how,
    const uint32_t *in, size_t n, uint32_t *col)
{
	struct spt_pmml_col from;
	size_t k = 0;

	if (n != 1)
		return spt_pmml_fail(l, x, "%zu arguments instead of one", n);
	from = l->m->cols[in[0]];
	if (from.input == 0)
		return spt_pmml_fail(
		    l, x, "text is changed only as it comes from the stream");
	while (k < SPT_PMML_CASES && from.cases[k] != 0)
		k++;
	if (k == SPT_PMML_CASES)
		return spt_pmml_fail(
		    l, x, "more than %d functions of a text", SPT_PMML_CASES);
	from.cases[k] = how;
	return spt_pmml_input_column(l, x, from.input - 1, from.cases, col);
}

/* ---- functions of the document ----------------------------------------- */

static int
call_defined(struct spt_pmml_load *l, const xmlNode *x, const xmlNode *function,
    const uint32_t *in, size_t n, uint32_t *col)
{
	struct spt_pmml_scope *s = spt_pmml_scope(l, NULL);
	const xmlNode *c = spt_pmml_child(function);
	enum spt_pmml_data data;
	size_t k = 0;
	int rc;

	if (s == NULL)
		return -1;
	for (; c != NULL && spt_pmml_is(c, "ParameterField");
	     c = spt_pmml_next(c), k++) {
		const char *name;
		uint32_t arg;

		if (k >= n)
			break;
		arg = in[k];
		if (spt_pmml_need(l, c, "name", &name) < 0 ||
		    spt_pmml_type(l, c, l->m->cols[arg].data, &data) < 0 ||
		    spt_pmml_cast(l, c, data, &arg) < 0 ||
		    spt_pmml_enter(l, s, c, name, SPT_PMML_COLUMN, arg) < 0)
			return -1;
	}
	if (c == NULL || k != n || spt_pmml_is(c, "ParameterField"))
		return spt_pmml_fail(l, x,
		    "called with %zu arguments, but that is not what its "
		    "DefineFunction says",
		    n);
	if (l->depth >= DEPTH_MAX)
		return spt_pmml_fail(
		    l, x, "functions call each other too deeply");
	l->depth++;
	rc = spt_pmml_expr(l, s, c, col);
	l->depth--;
	if (rc < 0 ||
	    spt_pmml_type(l, function, l->m->cols[*col].data, &data) < 0)
		return -1;
	return spt_pmml_cast(l, function, data, col);
}

/* ---- a call ------------------------------------------------------------ */

static int
take_arguments(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t **in, size_t *n)
{
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c))
		(*n)++;
	/* One more for map_missing. */
	*in = spt_pmml_get(l, *n + 1, sizeof **in);
	*n = 0;
	if (*in == NULL)
		return -1;
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c))
		if (spt_pmml_expr(l, s, c, &(*in)[(*n)++]) < 0)
			return -1;
	return 0;
}

int
spt_pmml_apply(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col)
{
	const xmlNode *function;
	uint32_t *in = NULL;
	const char *name;
	size_t n = 0;
	int rc;

	if (spt_pmml_need(l, x, "function", &name) < 0 ||
	    take_arguments(l, s, x, &in, &n) < 0)
		return -1;
	function = spt_pmml_element(l->define, name);
	if (function != NULL)
		rc = call_defined(l, x, function, in, n, col);
	else if (case_of(name) != 0)
		rc = change(l, x, case_of(name), in, n, col);
	else
		rc = spt_pmml_call(l, x, name, in, n, col);
	if (rc < 0 || map_missing(l, x, in, n, col) < 0)
		return -1;
	return spt_pmml_otherwise(l, x, "defaultValue", col);
}
