/*
 * Predicates.  A simple test of one field is handed on as it is, for trees to
 * take; everything else becomes a column of 1, 0 and NaN (unknown).
 */
#include <math.h>
#include <string.h>

#include "score/pmml.h"

static const char *const operators[] = { "equal", "notEqual", "lessThan",
	"lessOrEqual", "greaterThan", "greaterOrEqual", "isMissing",
	"isNotMissing", NULL };

static int
simple(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    struct spt_pmml_test *t)
{
	enum spt_pmml_data data;
	const char *text;
	double *v;
	size_t op;

	if (spt_pmml_need(l, x, "operator", &text) < 0 ||
	    spt_pmml_choice(l, x, "operator", operators, &op) < 0 ||
	    spt_pmml_field_of(l, s, x, "field", &t->col) < 0)
		return -1;
	t->op = (enum spt_pmml_op)op;
	if (t->op >= SPT_PMML_IS_MISSING)
		return 0;
	data = l->m->cols[t->col].data;
	if (data == SPT_PMML_STRING && t->op > SPT_PMML_NOT_EQUAL)
		return spt_pmml_fail(l, x, "%s of text is not supported", text);
	v = spt_pmml_get(l, 1, sizeof *v);
	if (v == NULL || spt_pmml_need(l, x, "value", &text) < 0 ||
	    spt_pmml_value(l, x, text, data, v) < 0)
		return -1;
	t->v = v;
	t->n = 1;
	return 0;
}

static int
in_set(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    struct spt_pmml_test *t)
{
	static const char *const operators_[] = { "isIn", "isNotIn", NULL };
	const xmlNode *array = spt_pmml_child(x);
	const char *text;
	double *v;
	size_t op;

	if (array == NULL)
		return spt_pmml_fail(l, x, "there is no Array in it");
	if (spt_pmml_need(l, x, "booleanOperator", &text) < 0 ||
	    spt_pmml_choice(l, x, "booleanOperator", operators_, &op) < 0 ||
	    spt_pmml_field_of(l, s, x, "field", &t->col) < 0 ||
	    spt_pmml_array(l, array, l->m->cols[t->col].data, &v, &t->n) < 0)
		return -1;
	t->op = op == 0 ? SPT_PMML_IS_IN : SPT_PMML_IS_NOT_IN;
	t->v = v;
	return 0;
}

/* ---- tests as columns -------------------------------------------------- */

static double
truth(const struct spt_pmml_test *t, double x)
{
	bool in = false;

	if (t->op == SPT_PMML_IS_MISSING)
		return isnan(x);
	if (t->op == SPT_PMML_IS_NOT_MISSING)
		return !isnan(x);
	if (isnan(x))
		return NAN;
	switch (t->op) {
	case SPT_PMML_LESS:
		return x < t->v[0];
	case SPT_PMML_LESS_OR_EQUAL:
		return x <= t->v[0];
	case SPT_PMML_GREATER:
		return x > t->v[0];
	case SPT_PMML_GREATER_OR_EQUAL:
		return x >= t->v[0];
	default:
		for (size_t k = 0; k < t->n && !in; k++)
			in = x == t->v[k];
		return in ==
		       (t->op == SPT_PMML_EQUAL || t->op == SPT_PMML_IS_IN);
	}
}

static void
run_test(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const double *x = m->cols[s->in[0]].x;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++)
		to[i] = truth(s->data, x[i]);
}

int
spt_pmml_test_column(struct spt_pmml_load *l, const xmlNode *at,
    const struct spt_pmml_test *test, uint32_t *col)
{
	struct spt_pmml_test *own;

	if (test->op == SPT_PMML_TRUE || test->op == SPT_PMML_FALSE)
		return spt_pmml_constant(
		    l, at, SPT_PMML_BOOLEAN, test->op == SPT_PMML_TRUE, col);
	own = spt_pmml_get(l, 1, sizeof *own);
	if (own == NULL)
		return -1;
	*own = *test;
	return spt_pmml_make(
	    l, at, run_test, SPT_PMML_BOOLEAN, &test->col, 1, own, col);
}

/* ---- compound ---------------------------------------------------------- */

enum how { OR, AND, XOR, SURROGATE };

static double
combine(enum how how, double a, double b)
{
	switch (how) {
	case OR:
		return a == 1 || b == 1 ? 1 : isnan(a) || isnan(b) ? NAN : 0;
	case AND:
		return a == 0 || b == 0 ? 0 : isnan(a) || isnan(b) ? NAN : 1;
	case XOR:
		return isnan(a) || isnan(b) ? NAN : a != b;
	default:
		return isnan(a) ? b : a;
	}
}

static void
run_compound(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const enum how how = *(const enum how *)s->data;
	double *to = m->cols[s->out].x;

	memcpy(to, m->cols[s->in[0]].x, n * sizeof *to);
	for (size_t k = 1; k < s->n_in; k++) {
		const double *x = m->cols[s->in[k]].x;

		for (size_t i = 0; i < n; i++)
			to[i] = combine(how, to[i], x[i]);
	}
}

static int any(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, struct spt_pmml_test *t);

static int
compound(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    struct spt_pmml_test *t)
{
	static const char *const hows[] = { "or", "and", "xor", "surrogate",
		NULL };
	static const double one = 1;
	enum how *how = spt_pmml_get(l, 1, sizeof *how);
	const char *text;
	uint32_t *in;
	size_t n = 0, at;

	if (how == NULL || spt_pmml_need(l, x, "booleanOperator", &text) < 0 ||
	    spt_pmml_choice(l, x, "booleanOperator", hows, &at) < 0)
		return -1;
	*how = (enum how)at;
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c))
		n++;
	if (n == 0)
		return spt_pmml_fail(l, x, "there is no predicate in it");
	in = spt_pmml_get(l, n, sizeof *in);
	n = 0;
	if (in == NULL)
		return -1;
	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c)) {
		struct spt_pmml_test part;

		if (any(l, s, c, &part) < 0 ||
		    spt_pmml_test_column(l, c, &part, &in[n++]) < 0)
			return -1;
	}
	*t = (struct spt_pmml_test){ .op = SPT_PMML_EQUAL, .v = &one, .n = 1 };
	return spt_pmml_make(
	    l, x, run_compound, SPT_PMML_BOOLEAN, in, n, how, &t->col);
}

static int
any(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    struct spt_pmml_test *t)
{
	memset(t, 0, sizeof *t);
	if (spt_pmml_is(x, "SimplePredicate"))
		return simple(l, s, x, t);
	if (spt_pmml_is(x, "SimpleSetPredicate"))
		return in_set(l, s, x, t);
	if (spt_pmml_is(x, "CompoundPredicate"))
		return compound(l, s, x, t);
	if (!spt_pmml_is(x, "True") && !spt_pmml_is(x, "False"))
		return spt_pmml_refuse(l, x);
	t->op = spt_pmml_is(x, "True") ? SPT_PMML_TRUE : SPT_PMML_FALSE;
	return 0;
}

int
spt_pmml_predicate(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, struct spt_pmml_test *test)
{
	static const char *const names[] = { "SimplePredicate",
		"SimpleSetPredicate", "CompoundPredicate", "True", "False" };

	for (const xmlNode *c = spt_pmml_child(x); c != NULL;
	     c = spt_pmml_next(c))
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			if (spt_pmml_is(c, names[k]))
				return any(l, s, c, test);
	return spt_pmml_fail(l, x, "there is no predicate in it");
}
