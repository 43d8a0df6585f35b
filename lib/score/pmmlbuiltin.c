/*
 * The built-in functions
 * (https://dmg.org/pmml/v4-4-1/BuiltinFunctions.html).
 */
#include <math.h>
#include <string.h>

#include "score/pmmlbuiltin.h"

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

/* Short names for the table. */
#define NUMBERS SPT_PMML_OF_NUMBERS
#define LIKE SPT_PMML_OF_LIKE
#define ANYTHING SPT_PMML_OF_ANYTHING
#define COMMON SPT_PMML_GIVES_COMMON
#define REAL SPT_PMML_GIVES_REAL
#define WHOLE SPT_PMML_GIVES_WHOLE
#define TRUTH SPT_PMML_GIVES_TRUTH
#define CHOICE SPT_PMML_GIVES_CHOICE
#define MANY SPT_PMML_ARGUMENTS

static const struct spt_pmml_builtin builtins[] = {
	{ "+", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "-", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "*", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "/", 2, 2, NUMBERS, COMMON, false, NULL },
	{ "min", 1, MANY, NUMBERS, COMMON, true, least },
	{ "max", 1, MANY, NUMBERS, COMMON, true, greatest },
	{ "sum", 1, MANY, NUMBERS, COMMON, true, sum },
	{ "avg", 1, MANY, NUMBERS, REAL, true, mean },
	{ "product", 1, MANY, NUMBERS, COMMON, true, product },
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
	{ "and", 2, MANY, NUMBERS, TRUTH, true, all_of },
	{ "or", 2, MANY, NUMBERS, TRUTH, true, any_of },
	{ "not", 1, 1, NUMBERS, TRUTH, false, negation },
	{ "isIn", 2, MANY, LIKE, TRUTH, false, is_in },
	{ "isNotIn", 2, MANY, LIKE, TRUTH, false, is_not_in },
	{ "if", 2, 3, ANYTHING, CHOICE, true, choose },
};

const struct spt_pmml_builtin *
spt_pmml_builtin(const char *name)
{
	for (size_t k = 0; k < sizeof builtins / sizeof *builtins; k++)
		if (strcmp(builtins[k].name, name) == 0)
			return &builtins[k];
	return NULL;
}
