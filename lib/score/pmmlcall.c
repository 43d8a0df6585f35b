/*
 * The built-in functions
 * (https://dmg.org/pmml/v4-4-1/BuiltinFunctions.html).
 *
 * Each is a function of one row's arguments; the four that linear models are
 * made of have loops of their own.  A missing argument makes the result
 * missing, but where the table says that the function looks for itself.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "score/pmml.h"

#define ARGUMENTS_MAX 1000

/* What the result is. */
enum gives {
	COMMON, /* the widest type of the arguments */
	REAL,   /* the same, but no integer */
	WHOLE,
	TRUTH,
	CHOICE, /* the common type of all but the first */
};

/* What the arguments are. */
enum takes { NUMBERS, LIKE, ANYTHING };

struct builtin {
	const char *name;
	size_t least, most;
	enum takes takes;
	enum gives gives;
	bool sees_missing;
	double (*of)(const double *a, size_t n);
};

static double
power(const double *a, size_t n)
{
	(void)n;
	return pow(a[0], a[1]);
}

static double
threshold(const double *a, size_t n)
{
	(void)n;
	return a[0] > a[1];
}

/* As Java's Math.round: halves go up. */
static double
nearest(const double *a, size_t n)
{
	const double low = floor(a[0]);

	(void)n;
	return a[0] - low >= 0.5 ? low + 1 : low;
}

static double
modulo(const double *a, size_t n)
{
	(void)n;
	return a[0] - a[1] * floor(a[0] / a[1]);
}

#define OF_ONE(f)                                       \
	static double of_##f(const double *a, size_t n) \
	{                                               \
		(void)n;                                \
		return f(a[0]);                         \
	}
OF_ONE(exp)
OF_ONE(expm1)
OF_ONE(log)
OF_ONE(log10)
OF_ONE(log1p)
OF_ONE(sqrt)
OF_ONE(fabs)
OF_ONE(floor)
OF_ONE(ceil)
OF_ONE(rint)
OF_ONE(sin)
OF_ONE(cos)
OF_ONE(tan)
OF_ONE(asin)
OF_ONE(acos)
OF_ONE(atan)
OF_ONE(sinh)
OF_ONE(cosh)
OF_ONE(tanh)
OF_ONE(erf)
#undef OF_ONE

static double
hypotenuse(const double *a, size_t n)
{
	(void)n;
	return hypot(a[0], a[1]);
}

static double
normal_cdf(const double *a, size_t n)
{
	(void)n;
	return 0.5 * erfc(-a[0] / sqrt(2));
}

/* ---- of many, the missing ones left out -------------------------------- */

static double
sum(const double *a, size_t n)
{
	double v = 0;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(a[i])) {
			v += a[i];
			k++;
		}
	return k == 0 ? NAN : v;
}

static double
mean(const double *a, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		k += !isnan(a[i]);
	return sum(a, n) / (double)k;
}

static double
product(const double *a, size_t n)
{
	double v = 1;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (!isnan(a[i])) {
			v *= a[i];
			k++;
		}
	return k == 0 ? NAN : v;
}

static double
least(const double *a, size_t n)
{
	double v = NAN;

	for (size_t i = 0; i < n; i++)
		v = fmin(v, a[i]);
	return v;
}

static double
greatest(const double *a, size_t n)
{
	double v = NAN;

	for (size_t i = 0; i < n; i++)
		v = fmax(v, a[i]);
	return v;
}

/* ---- truth ------------------------------------------------------------- */

#define COMPARE(name, op)                             \
	static double name(const double *a, size_t n) \
	{                                             \
		(void)n;                              \
		return a[0] op a[1];                  \
	}
COMPARE(equal, ==)
COMPARE(not_equal, !=)
COMPARE(less, <)
COMPARE(less_or_equal, <=)
COMPARE(greater, >)
COMPARE(greater_or_equal, >=)
#undef COMPARE

static double
is_missing(const double *a, size_t n)
{
	(void)n;
	return isnan(a[0]);
}

static double
is_not_missing(const double *a, size_t n)
{
	(void)n;
	return !isnan(a[0]);
}

/* Kleene's logic: missing is "unknown". */
static double
all_of(const double *a, size_t n)
{
	double v = 1;

	for (size_t i = 0; i < n; i++) {
		if (a[i] == 0)
			return 0;
		if (isnan(a[i]))
			v = NAN;
	}
	return v;
}

static double
any_of(const double *a, size_t n)
{
	double v = 0;

	for (size_t i = 0; i < n; i++) {
		if (isnan(a[i]))
			v = NAN;
		else if (a[i] != 0)
			return 1;
	}
	return v;
}

static double
negation(const double *a, size_t n)
{
	(void)n;
	return a[0] == 0;
}

static double
is_in(const double *a, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (a[i] == a[0])
			return 1;
	return 0;
}

static double
is_not_in(const double *a, size_t n)
{
	return !(is_in(a, n) > 0);
}

static double
choose(const double *a, size_t n)
{
	if (isnan(a[0]))
		return NAN;
	return a[0] != 0 ? a[1] : n > 2 ? a[2] : NAN;
}

static const struct builtin builtins[] = {
	{ "+", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "-", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "*", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "/", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "min", 1, ARGUMENTS_MAX, NUMBERS, COMMON, true, least },
	{ "max", 1, ARGUMENTS_MAX, NUMBERS, COMMON, true, greatest },
	{ "sum", 1, ARGUMENTS_MAX, NUMBERS, COMMON, true, sum },
	{ "avg", 1, ARGUMENTS_MAX, NUMBERS, REAL, true, mean },
	{ "product", 1, ARGUMENTS_MAX, NUMBERS, COMMON, true, product },
	{ "log10", 1, 1, NUMBERS, REAL, false, of_log10 },
	{ "ln", 1, 1, NUMBERS, REAL, false, of_log },
	{ "ln1p", 1, 1, NUMBERS, REAL, false, of_log1p },
	{ "sqrt", 1, 1, NUMBERS, REAL, false, of_sqrt },
	{ "abs", 1, 1, NUMBERS, COMMON, false, of_fabs },
	{ "exp", 1, 1, NUMBERS, REAL, false, of_exp },
	{ "expm1", 1, 1, NUMBERS, REAL, false, of_expm1 },
	{ "pow", 2, 2, NUMBERS, COMMON, false, power },
	{ "hypot", 2, 2, NUMBERS, REAL, false, hypotenuse },
	{ "threshold", 2, 2, NUMBERS, WHOLE, false, threshold },
	{ "floor", 1, 1, NUMBERS, COMMON, false, of_floor },
	{ "ceil", 1, 1, NUMBERS, COMMON, false, of_ceil },
	{ "round", 1, 1, NUMBERS, COMMON, false, nearest },
	{ "rint", 1, 1, NUMBERS, COMMON, false, of_rint },
	{ "modulo", 2, 2, NUMBERS, COMMON, false, modulo },
	{ "sin", 1, 1, NUMBERS, REAL, false, of_sin },
	{ "cos", 1, 1, NUMBERS, REAL, false, of_cos },
	{ "tan", 1, 1, NUMBERS, REAL, false, of_tan },
	{ "asin", 1, 1, NUMBERS, REAL, false, of_asin },
	{ "acos", 1, 1, NUMBERS, REAL, false, of_acos },
	{ "atan", 1, 1, NUMBERS, REAL, false, of_atan },
	{ "sinh", 1, 1, NUMBERS, REAL, false, of_sinh },
	{ "cosh", 1, 1, NUMBERS, REAL, false, of_cosh },
	{ "tanh", 1, 1, NUMBERS, REAL, false, of_tanh },
	{ "erf", 1, 1, NUMBERS, REAL, false, of_erf },
	{ "stdNormalCDF", 1, 1, NUMBERS, REAL, false, normal_cdf },
	{ "isMissing", 1, 1, ANYTHING, TRUTH, true, is_missing },
	{ "isNotMissing", 1, 1, ANYTHING, TRUTH, true, is_not_missing },
	{ "isValid", 1, 1, ANYTHING, TRUTH, true, is_not_missing },
	{ "isNotValid", 1, 1, ANYTHING, TRUTH, true, is_missing },
	{ "equal", 2, 2, LIKE, TRUTH, false, equal },
	{ "notEqual", 2, 2, LIKE, TRUTH, false, not_equal },
	{ "lessThan", 2, 2, NUMBERS, TRUTH, false, less },
	{ "lessOrEqual", 2, 2, NUMBERS, TRUTH, false, less_or_equal },
	{ "greaterThan", 2, 2, NUMBERS, TRUTH, false, greater },
	{ "greaterOrEqual", 2, 2, NUMBERS, TRUTH, false, greater_or_equal },
	{ "and", 2, ARGUMENTS_MAX, NUMBERS, TRUTH, true, all_of },
	{ "or", 2, ARGUMENTS_MAX, NUMBERS, TRUTH, true, any_of },
	{ "not", 1, 1, NUMBERS, TRUTH, false, negation },
	{ "isIn", 2, ARGUMENTS_MAX, LIKE, TRUTH, false, is_in },
	{ "isNotIn", 2, ARGUMENTS_MAX, LIKE, TRUTH, false, is_not_in },
	{ "if", 2, 3, ANYTHING, CHOICE, true, choose },
};

/* ---- a tile ------------------------------------------------------------ */

struct call {
	const struct builtin *f;
	bool single, whole; /* what the result is rounded or cut to */
};

static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct call *c = s->data;
	double *to = m->cols[s->out].x, a[ARGUMENTS_MAX];

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
type_of(struct spt_pmml_load *l, const xmlNode *x, const struct builtin *f,
    const uint32_t *in, size_t n, enum spt_pmml_data *data)
{
	switch (f->gives) {
	case WHOLE:
		*data = SPT_PMML_INTEGER;
		return 0;
	case TRUTH:
		*data = SPT_PMML_BOOLEAN;
		return 0;
	case CHOICE:
		return common(l, x, in + 1, n - 1, data);
	default:
		if (common(l, x, in, n, data) < 0)
			return -1;
		if (*data == SPT_PMML_BOOLEAN)
			*data = SPT_PMML_INTEGER;
		if (*data == SPT_PMML_INTEGER && f->gives == REAL)
			*data = SPT_PMML_DOUBLE;
		return 0;
	}
}

static const struct builtin *
find(const char *name)
{
	for (size_t k = 0; k < sizeof builtins / sizeof *builtins; k++)
		if (strcmp(builtins[k].name, name) == 0)
			return &builtins[k];
	return NULL;
}

int
spt_pmml_call(struct spt_pmml_load *l, const xmlNode *x, const char *name,
    const uint32_t *in, size_t n, uint32_t *col)
{
	const struct builtin *f = find(name);
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
	if ((f->takes == NUMBERS && check_numbers(l, x, copy, n) < 0) ||
	    (f->takes == LIKE && make_alike(l, x, copy, n) < 0) ||
	    type_of(l, x, f, copy, n, &data) < 0)
		return -1;
	*c = (struct call){ .f = f,
		.single = data == SPT_PMML_FLOAT,
		.whole = data == SPT_PMML_INTEGER && f->name[0] == '/' };
	return spt_pmml_make(
	    l, x, f->of == NULL ? run_arithmetic : run, data, copy, n, c, col);
}
