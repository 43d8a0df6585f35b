/*
 * Columns and the steps that fill them.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/pmml.h"

int
spt_pmml_column(struct spt_pmml_load *l, const xmlNode *at,
    enum spt_pmml_data data, uint32_t *col)
{
	struct spt_pmml *m = l->m;

	if (m->n_cols >= SPT_PMML_COLUMNS)
		return spt_pmml_fail(l, at,
		    "the model needs more than %u columns", SPT_PMML_COLUMNS);
	if (spt_grow(m->io, &m->cols, &m->cols_cap, m->n_cols + 1,
		sizeof *m->cols, l->e) < 0)
		return -1;
	m->cols[m->n_cols] = (struct spt_pmml_col){ .data = data };
	*col = (uint32_t)m->n_cols++;
	return 0;
}

int
spt_pmml_constant(struct spt_pmml_load *l, const xmlNode *at,
    enum spt_pmml_data data, double v, uint32_t *col)
{
	if (spt_pmml_column(l, at, data, col) < 0)
		return -1;
	l->m->cols[*col].fixed = true;
	l->m->cols[*col].value = v;
	return 0;
}

int
spt_pmml_do(struct spt_pmml_load *l,
    void (*run)(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n),
    uint32_t out, const uint32_t *in, size_t n, const void *data)
{
	struct spt_pmml *m = l->m;
	uint32_t *copy = spt_pmml_get(l, n, sizeof *copy);

	if (copy == NULL)
		return -1;
	if (n != 0)
		memcpy(copy, in, n * sizeof *in);
	if (spt_grow(m->io, &m->steps, &m->steps_cap, m->n_steps + 1,
		sizeof *m->steps, l->e) < 0)
		return -1;
	m->steps[m->n_steps++] = (struct spt_pmml_step){
		.run = run,
		.out = out,
		.n_in = (uint32_t)n,
		.in = copy,
		.data = data,
	};
	return 0;
}

int
spt_pmml_make(struct spt_pmml_load *l, const xmlNode *at,
    void (*run)(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n),
    enum spt_pmml_data data, const uint32_t *in, size_t n, const void *own,
    uint32_t *col)
{
	uint32_t out;

	if (spt_pmml_column(l, at, data, &out) < 0 ||
	    spt_pmml_do(l, run, out, in, n, own) < 0)
		return -1;
	*col = out;
	return 0;
}

/* ---- one type as another ----------------------------------------------- */

static void
run_float(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = (double)(float)x[i];
}

static void
run_integer(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = trunc(x[i]);
}

static void
run_boolean(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = isnan(x[i]) ? x[i] : x[i] != 0;
}

/* Numbers as text, as far as they are words of the model. */
static void
run_string(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct spt_pmml_col *from = &m->cols[s->in[0]];
	double *to = m->cols[s->out].x;
	char text[SPT_NUMBER_TEXT];

	for (size_t i = 0; i < n; i++) {
		const double v = from->x[i];
		size_t len;

		to[i] = v;
		if (isnan(v))
			continue;
		if (from->data == SPT_PMML_BOOLEAN)
			len = (size_t)snprintf(
			    text, sizeof text, "%s", v != 0 ? "true" : "false");
		else if (from->data == SPT_PMML_INTEGER && fabs(v) < 0x1p62)
			len = spt_int_print(text, (int64_t)v);
		else
			len = spt_float_print(text, v);
		to[i] = spt_pmml_look_up(m, text, len);
	}
}

/* A constant is turned at once, from the text that it was. */
static int
cast_constant(struct spt_pmml_load *l, const xmlNode *at,
    enum spt_pmml_data data, uint32_t *col)
{
	const struct spt_pmml_col from = l->m->cols[*col];
	char text[SPT_NUMBER_TEXT];
	const char *word = text;
	double v = from.value;

	if (isnan(v))
		return spt_pmml_constant(l, at, data, v, col);
	if (from.data == SPT_PMML_STRING)
		word = l->m->words.text[(size_t)v];
	else if (from.data == SPT_PMML_BOOLEAN && data == SPT_PMML_STRING)
		word = v != 0 ? "true" : "false";
	else if (v == trunc(v) && fabs(v) < 0x1p62)
		spt_int_print(text, (int64_t)v);
	else
		spt_float_print(text, v);
	if (spt_pmml_value(l, at, word, data, &v) < 0)
		return -1;
	if (data == SPT_PMML_INTEGER)
		v = trunc(v);
	return spt_pmml_constant(l, at, data, v, col);
}

int
spt_pmml_cast(struct spt_pmml_load *l, const xmlNode *at,
    enum spt_pmml_data data, uint32_t *col)
{
	const struct spt_pmml_col *c = &l->m->cols[*col];
	void (*run)(struct spt_pmml *, const struct spt_pmml_step *, size_t);

	if (c->data == data ||
	    (data == SPT_PMML_DOUBLE && c->data != SPT_PMML_STRING))
		return 0;
	if (c->fixed)
		return cast_constant(l, at, data, col);
	if (c->data == SPT_PMML_STRING)
		return spt_pmml_fail(
		    l, at, "text that is taken for a number is not supported");
	run = data == SPT_PMML_STRING    ? run_string
	      : data == SPT_PMML_FLOAT   ? run_float
	      : data == SPT_PMML_INTEGER ? run_integer
					 : run_boolean;
	return spt_pmml_make(l, at, run, data, col, 1, NULL, col);
}
