/*
 * The inputs: active fields of the top model, found in the stream by name, and
 * taken from its batches a tile at a time.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "score/pmml.h"

#define CASE_MAX 256 /* bytes of a text that is still changed */

static bool
is_active(const xmlNode *field)
{
	const char *use = spt_pmml_attr(field, "usageType");

	return use == NULL || strcmp(use, "active") == 0;
}

static int
take_input(struct spt_pmml_load *l, const xmlNode *field,
    const struct spt_model_conf *conf)
{
	struct spt_pmml *m = l->m;
	struct spt_pmml_input *in = &m->inputs[m->n_inputs];
	const xmlNode *declared;
	const char *name;

	if (spt_pmml_need(l, field, "name", &name) < 0)
		return -1;
	declared = spt_pmml_element(l->fields, name);
	if (declared == NULL)
		return spt_pmml_fail(
		    l, field, "\"%.60s\" is not in the DataDictionary", name);
	/* Dates and times are refused when something asks for them. */
	in->data = SPT_PMML_STRING;
	if (conf->n_columns > m->n_inputs)
		name = conf->columns[m->n_inputs];
	in->name = spt_arena_copy(&m->arena, name, strlen(name) + 1, l->e);
	m->names[m->n_inputs++] = in->name;
	return in->name == NULL ? -1 : 0;
}

int
spt_pmml_inputs(struct spt_pmml_load *l, const xmlNode *schema,
    const struct spt_model_conf *conf)
{
	const size_t most = spt_pmml_count(schema, "MiningField");
	struct spt_pmml *m = l->m;

	m->inputs = spt_pmml_get(l, most, sizeof *m->inputs);
	m->names = spt_pmml_get(l, most, sizeof *m->names);
	if (m->inputs == NULL || m->names == NULL)
		return -1;
	for (const xmlNode *x = spt_pmml_child(schema); x != NULL;
	     x = spt_pmml_next(x))
		if (is_active(x) && take_input(l, x, conf) < 0)
			return -1;
	if (conf->n_columns != 0 && conf->n_columns != m->n_inputs)
		return spt_fail(l->e, SPT_EUSAGE,
		    "%s: the model has %zu active fields, and -c names %zu "
		    "columns",
		    m->file, m->n_inputs, conf->n_columns);
	return 0;
}

/* ---- text that is changed before it is looked up ----------------------- */

struct source {
	size_t input;
	enum spt_pmml_case cases[SPT_PMML_CASES];
};

/* Letters of ASCII only: what a locale would do is not asked. */
static size_t
change(const enum spt_pmml_case *cases, char *p, size_t n, char **start)
{
	for (size_t k = 0; k < SPT_PMML_CASES && cases[k] != 0; k++) {
		if (cases[k] == SPT_PMML_TRIM) {
			while (n != 0 && *p == ' ')
				p++, n--;
			while (n != 0 && p[n - 1] == ' ')
				n--;
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			const char c = p[i];

			if (cases[k] == SPT_PMML_UPPER && c >= 'a' && c <= 'z')
				p[i] = (char)(c - 'a' + 'A');
			if (cases[k] == SPT_PMML_LOWER && c >= 'A' && c <= 'Z')
				p[i] = (char)(c - 'A' + 'a');
		}
	}
	*start = p;
	return n;
}

static double
number_of(const struct spt_pmml *m, const struct source *from, const char *text,
    size_t n)
{
	char copy[CASE_MAX], *start;

	if (from->cases[0] == 0)
		return spt_pmml_look_up(m, text, n);
	if (n > sizeof copy)
		return SPT_PMML_UNKNOWN;
	memcpy(copy, text, n);
	n = change(from->cases, copy, n, &start);
	return spt_pmml_look_up(m, start, n);
}

/* ---- a tile ------------------------------------------------------------ */

static void
fill_numbers(const struct spt_col *c, enum spt_type type, int64_t first,
    size_t n, double *to)
{
	if (type == SPT_FLOAT64)
		memcpy(to, c->floats + first, n * sizeof *to);
	else if (type == SPT_INT64)
		for (size_t i = 0; i < n; i++)
			to[i] = (double)c->ints[first + (int64_t)i];
	else
		for (size_t i = 0; i < n; i++)
			to[i] = spt_bit(c->bits, first + (int64_t)i);
}

static void
fill_words(const struct spt_pmml *m, const struct source *from,
    const struct spt_col *c, enum spt_type type, size_t n, double *to)
{
	const int64_t first = (int64_t)m->first;
	char text[SPT_NUMBER_TEXT];

	for (size_t i = 0; i < n; i++) {
		const int64_t row = first + (int64_t)i;
		const char *p = text;
		size_t len;

		if (spt_col_null(c, row))
			continue;
		if (type == SPT_UTF8)
			p = spt_col_str(c, row, &len);
		else if (type == SPT_INT64)
			len = spt_int_print(text, c->ints[row]);
		else if (type == SPT_FLOAT64)
			len = spt_float_print(text, c->floats[row]);
		else
			len = (size_t)snprintf(text, sizeof text, "%s",
			    spt_bit(c->bits, row) ? "true" : "false");
		to[i] = type == SPT_FLOAT64 && isnan(c->floats[row])
			    ? NAN
			    : number_of(m, from, p, len);
	}
}

void
spt_pmml_fill(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct source *from = s->data;
	const struct spt_pmml_input *in = &m->inputs[from->input];
	const struct spt_col *c = &m->batch->cols[in->column];
	double *to = m->cols[s->out].x;

	if (in->data == SPT_PMML_STRING)
		fill_words(m, from, c, in->type, n, to);
	else
		fill_numbers(c, in->type, (int64_t)m->first, n, to);
	if (in->data == SPT_PMML_FLOAT)
		for (size_t i = 0; i < n; i++)
			to[i] = (double)(float)to[i];
	if (in->data == SPT_PMML_BOOLEAN)
		for (size_t i = 0; i < n; i++)
			to[i] = isnan(to[i]) ? NAN : to[i] != 0;
	if (c->null_count == 0 || c->validity == NULL)
		return;
	for (size_t i = 0; i < n; i++)
		if (!spt_bit(c->validity, (int64_t)(m->first + i)))
			to[i] = NAN;
}

int
spt_pmml_input_column(struct spt_pmml_load *l, const xmlNode *at, size_t input,
    const enum spt_pmml_case *cases, uint32_t *col)
{
	struct source *from = spt_pmml_get(l, 1, sizeof *from);
	struct spt_pmml_input *in = &l->m->inputs[input];
	struct spt_pmml_col *c;

	if (from == NULL)
		return -1;
	from->input = input;
	if (cases != NULL)
		memcpy(from->cases, cases, sizeof from->cases);
	if (spt_pmml_make(l, at, spt_pmml_fill, in->data, NULL, 0, from, col) <
	    0)
		return -1;
	in->used = true;
	c = &l->m->cols[*col];
	if (in->data == SPT_PMML_STRING)
		c->input = (uint32_t)input + 1;
	memcpy(c->cases, from->cases, sizeof c->cases);
	return 0;
}
