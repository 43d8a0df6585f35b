/*
 * Calls of the built-in functions: are the arguments of the types that one
 * takes, and what is the type of its result?
 *
 * The four that linear models are made of have loops of their own.  A missing
 * argument makes the result missing, but where the table says that the
 * function looks for itself.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/pmml.h"
#include "score/pmmlbuiltin.h"

/* ---- a tile ------------------------------------------------------------ */

struct call {
	const struct spt_pmml_builtin *f;
	bool single, whole; /* what the result is rounded or cut to */
};

static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct call *c = s->data;
	double *to = m->cols[s->out].x, a[SPT_PMML_ARGUMENTS];

	for (size_t i = 0; i < n; i++) {
		bool missing = false;

		for (size_t k = 0; k < s->n_in; k++) {
			a[k] = m->cols[s->in[k]].x[i];
			missing = missing || isnan(a[k]);
		}
		to[i] =
		    missing && !c->f->sees_missing ? NAN : c->f->of(a, s->n_in);
		if (c->single)
			to[i] = (double)(float)to[i];
	}
}

static void
run_arithmetic(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct call *c = s->data;
	const double *a = m->cols[s->in[0]].x, *b = m->cols[s->in[1]].x;
	double *to = m->cols[s->out].x;

	switch (c->f->name[0]) {
	case '+':
		for (size_t i = 0; i < n; i++)
			to[i] = a[i] + b[i];
		break;
	case '-':
		for (size_t i = 0; i < n; i++)
			to[i] = a[i] - b[i];
		break;
	case '*':
		for (size_t i = 0; i < n; i++)
			to[i] = a[i] * b[i];
		break;
	default:
		for (size_t i = 0; i < n; i++)
			to[i] = a[i] / b[i];
	}
	if (c->whole)
		for (size_t i = 0; i < n; i++)
			to[i] = trunc(to[i]);
	if (c->single)
		for (size_t i = 0; i < n; i++)
			to[i] = (double)(float)to[i];
}

/* ---- loading ----------------------------------------------------------- */

static bool
is_text(const struct spt_pmml_load *l, uint32_t col)
{
	return l->m->cols[col].data == SPT_PMML_STRING;
}

/* Makes the arguments of a comparison comparable.  Two texts of the stream
 * are not: what the model does not know is all the same to it. */
static int
make_alike(struct spt_pmml_load *l, const xmlNode *x, uint32_t *in, size_t n)
{
	enum spt_pmml_data data;
	size_t first = 0, from_stream = 0;

	while (first + 1 < n && l->m->cols[in[first]].fixed)
		first++;
	data = l->m->cols[in[first]].data;
	for (size_t k = 0; k < n; k++) {
		if ((data == SPT_PMML_STRING || data == SPT_PMML_BOOLEAN ||
			is_text(l, in[k])) &&
		    spt_pmml_cast(l, x, data, &in[k]) < 0)
			return -1;
		from_stream += is_text(l, in[k]) && !l->m->cols[in[k]].fixed;
	}
	if (from_stream > 1)
		return spt_pmml_fail(
		    l, x, "comparing two fields of text is not supported");
	return 0;
}

static int
check_numbers(
    struct spt_pmml_load *l, const xmlNode *x, const uint32_t *in, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (is_text(l, in[k]))
			return spt_pmml_fail(l, x,
			    "argument %zu is text, and a number was expected",
			    k + 1);
	return 0;
}

/* The widest type of some columns; of text and numbers there is none. */
static int
common(struct spt_pmml_load *l, const xmlNode *x, const uint32_t *in, size_t n,
    enum spt_pmml_data *data)
{
	bool text = false, truth = true, real = false, single = false;
	bool numbers = false;

	for (size_t k = 0; k < n; k++) {
		const struct spt_pmml_col *c = &l->m->cols[in[k]];

		if (c->fixed && isnan(c->value))
			continue;
		text = text || c->data == SPT_PMML_STRING;
		numbers = numbers || c->data != SPT_PMML_STRING;
		truth = truth && c->data == SPT_PMML_BOOLEAN;
		real = real || c->data == SPT_PMML_DOUBLE;
		single = single || c->data == SPT_PMML_FLOAT;
	}
	if (text && numbers)
		return spt_pmml_fail(l, x, "text and numbers are mixed");
	*data = text     ? SPT_PMML_STRING
		: truth  ? SPT_PMML_BOOLEAN
		: real   ? SPT_PMML_DOUBLE
		: single ? SPT_PMML_FLOAT
			 : SPT_PMML_INTEGER;
	return 0;
}

static int
type_of(struct spt_pmml_load *l, const xmlNode *x,
    const struct spt_pmml_builtin *f, const uint32_t *in, size_t n,
    enum spt_pmml_data *data)
{
	switch (f->gives) {
	case SPT_PMML_GIVES_WHOLE:
		*data = SPT_PMML_INTEGER;
		return 0;
	case SPT_PMML_GIVES_TRUTH:
		*data = SPT_PMML_BOOLEAN;
		return 0;
	case SPT_PMML_GIVES_CHOICE:
		return common(l, x, in + 1, n - 1, data);
	default:
		if (common(l, x, in, n, data) < 0)
			return -1;
		if (*data == SPT_PMML_BOOLEAN)
			*data = SPT_PMML_INTEGER;
		if (*data == SPT_PMML_INTEGER &&
		    f->gives == SPT_PMML_GIVES_REAL)
			*data = SPT_PMML_DOUBLE;
		return 0;
	}
}

int
spt_pmml_call(struct spt_pmml_load *l, const xmlNode *x, const char *name,
    const uint32_t *in, size_t n, uint32_t *col)
{
	const struct spt_pmml_builtin *f = spt_pmml_builtin(name);
	struct call *c = spt_pmml_get(l, 1, sizeof *c);
	enum spt_pmml_data data;
	uint32_t *copy;

	if (f == NULL)
		return spt_pmml_fail(
		    l, x, "function \"%.60s\" is not supported", name);
	if (n < f->least || n > f->most)
		return spt_pmml_fail(
		    l, x, "function \"%s\" with %zu arguments", name, n);
	copy = spt_pmml_get(l, n, sizeof *copy);
	if (c == NULL || copy == NULL)
		return -1;
	memcpy(copy, in, n * sizeof *in);
	if ((f->takes == SPT_PMML_OF_NUMBERS &&
		check_numbers(l, x, copy, n) < 0) ||
	    (f->takes == SPT_PMML_OF_LIKE && make_alike(l, x, copy, n) < 0) ||
	    type_of(l, x, f, copy, n, &data) < 0)
		return -1;
	*c = (struct call){ .f = f,
		.single = data == SPT_PMML_FLOAT,
		.whole = data == SPT_PMML_INTEGER && f->name[0] == '/' };
	return spt_pmml_make(
	    l, x, f->of == NULL ? run_arithmetic : run, data, copy, n, c, col);
}
