/*
 * aggspec - the words of the command line: [NAME=]FUNCTION[:COLUMN[:ARGUMENT]].
 *
 * The first ':' ends the function; a '=' before it ends the name.  Only
 * functions that take an argument look for a second colon, and then for the
 * last one, so that columns may have colons in their names.
 */
#include <string.h>

#include "base/number.h"
#include "window/agg.h"

enum argument { NONE, COUNT_K, COLUMN_BY };

static const struct {
	const char *name;
	enum spt_agg_kind kind;
	enum argument takes;
	int64_t k, k_max; /* where COUNT_K */
} functions[] = {
	{ "count", SPT_AGG_COUNT, NONE, 0, 0 },
	{ "sum", SPT_AGG_SUM, NONE, 0, 0 },
	{ "avg", SPT_AGG_AVG, NONE, 0, 0 },
	{ "min", SPT_AGG_MIN, NONE, 0, 0 },
	{ "max", SPT_AGG_MAX, NONE, 0, 0 },
	{ "first", SPT_AGG_FIRST, NONE, 0, 0 },
	{ "last", SPT_AGG_LAST, NONE, 0, 0 },
	{ "var", SPT_AGG_VAR, NONE, 0, 0 },
	{ "stddev", SPT_AGG_STDDEV, NONE, 0, 0 },
	{ "var_pop", SPT_AGG_VAR_POP, NONE, 0, 0 },
	{ "stddev_pop", SPT_AGG_STDDEV_POP, NONE, 0, 0 },
	{ "uniq", SPT_AGG_UNIQ, NONE, 0, 0 },
	{ "top", SPT_AGG_TOP, COUNT_K, SPT_TOP_DEFAULT, SPT_TOP_MAX },
	{ "list", SPT_AGG_LIST, COUNT_K, SPT_LIST_DEFAULT, SPT_LIST_MAX },
	{ "argmin", SPT_AGG_ARGMIN, COLUMN_BY, 0, 0 },
	{ "argmax", SPT_AGG_ARGMAX, COLUMN_BY, 0, 0 },
	/* "p" and a number is found by its form; this row only says more. */
	{ "", SPT_AGG_QUANTILE, NONE, 0, 0 },
};

#define N_FUNCTIONS (sizeof functions / sizeof functions[0])

/* ---- functions --------------------------------------------------------- */

static inline bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "50" or "99.9" in millionths of a per cent; false: not such a number. */
static bool
parse_rank(const char *p, size_t n, int64_t *rank)
{
	int64_t unit = SPT_RANK_UNIT;
	size_t i = 0;

	*rank = 0;
	for (; i < n && i < 3 && digit(p[i]); i++)
		*rank = *rank * 10 + (p[i] - '0');
	*rank *= unit;
	if (i == 0 || (i < n && (p[i] != '.' || i + 1 == n)))
		return false;
	for (i++; i < n; i++) {
		unit /= 10;
		if (!digit(p[i]) || unit == 0)
			return false;
		*rank += (p[i] - '0') * unit;
	}
	return *rank <= 100 * SPT_RANK_UNIT;
}

/* >= 0: the row of the table, or -1. */
static int
find_function(struct spt_agg *g, const char *p, size_t n, struct spt_err *e)
{
	size_t i = 0;

	if (n > 1 && p[0] == 'p' && digit(p[1])) {
		if (!parse_rank(p + 1, n - 1, &g->rank))
			return spt_fail(e, SPT_EUSAGE,
			    "%.*s: quantiles are p0 to p100, with at most six "
			    "decimals, as in p99.9:COLUMN",
			    (int)n, p);
		i = N_FUNCTIONS - 1;
	} else {
		while (i < N_FUNCTIONS && (strlen(functions[i].name) != n ||
					      memcmp(functions[i].name, p, n)))
			i++;
		if (n == 0 || i == N_FUNCTIONS)
			return spt_fail(e, SPT_EUSAGE,
			    "no aggregate \"%.*s\" (there are count, and of "
			    "a :COLUMN count, sum, avg, min, max, first, last, "
			    "var, stddev, var_pop, stddev_pop, p50 and so on, "
			    "uniq, top, list, argmin, argmax)",
			    (int)n, p);
	}
	g->kind = functions[i].kind;
	return (int)i;
}

/* ---- columns and arguments --------------------------------------------- */

static int
take_k(struct spt_agg *g, const char *text, const char *p, int64_t max,
    struct spt_err *e)
{
	struct spt_err why = { 0 };

	if (spt_count_parse(p, &g->k, &why) < 0)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: \"%s\" is not a number of values, as in "
		    "%s:COLUMN:10",
		    text, p, g->function);
	if (g->k < 1 || g->k > max)
		return spt_fail(e, SPT_EUSAGE, "%s: %s keeps 1 to %lld values",
		    text, g->function, (long long)max);
	return 0;
}

/* rest: what is behind the first colon. */
static int
take_column(struct spt_agg *g, const struct spt_io *io, int f, const char *text,
    const char *rest, struct spt_err *e)
{
	const char *colon = NULL;
	size_t n = strlen(rest);

	if (functions[f].takes != NONE)
		colon = strrchr(rest, ':');
	if (functions[f].takes == COLUMN_BY && colon == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "%s: by which column: say %s:%s:COLUMN", text, g->function,
		    *rest != '\0' ? rest : "COLUMN");
	if (colon != NULL)
		n = (size_t)(colon - rest);
	if (n == 0)
		return spt_fail(
		    e, SPT_EUSAGE, "\"%s\": no column behind the colon", text);
	if (colon != NULL && colon[1] == '\0')
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\": nothing behind the second colon", text);
	g->column = spt_strndup(io, rest, n, e);
	if (g->column == NULL)
		return -1;
	g->k = functions[f].k;
	if (colon == NULL)
		return 0;
	if (functions[f].takes == COUNT_K)
		return take_k(g, text, colon + 1, functions[f].k_max, e);
	g->by_name = spt_strdup(io, colon + 1, e);
	return g->by_name != NULL ? 0 : -1;
}

/* The name that a result has when nobody gives it one: sum_bytes,
 * argmax_path_bytes. */
static char *
default_name(
    const struct spt_io *io, const struct spt_agg *g, struct spt_err *e)
{
	const char *parts[] = { g->function, g->column, g->by_name };
	struct spt_buf b;
	char *name = NULL;
	int rc = 0;

	spt_buf_init(&b, io);
	for (int i = 0; i < 3 && rc == 0; i++)
		if (parts[i] != NULL)
			rc = spt_buf_printf(
			    &b, e, "%s%s", i != 0 ? "_" : "", parts[i]);
	if (rc == 0)
		name = spt_strndup(io, (const char *)b.data, b.len, e);
	spt_buf_fini(&b);
	return name;
}

int
spt_agg_parse(struct spt_agg *g, const struct spt_io *io, const char *text,
    struct spt_err *e)
{
	size_t n = strcspn(text, ":");
	const char *p = text, *equals = memchr(text, '=', n);
	const char *rest = text[n] == ':' ? text + n + 1 : NULL;
	int f;

	if (equals != NULL) {
		p = equals + 1;
		if (equals == text)
			return spt_fail(e, SPT_EUSAGE,
			    "\"%s\": no name before the =", text);
	}
	n = strcspn(p, ":");
	f = find_function(g, p, n, e);
	if (f < 0)
		return -1;
	g->function = spt_strndup(io, p, n, e);
	if (g->function == NULL)
		return -1;
	if (rest == NULL && g->kind != SPT_AGG_COUNT)
		return spt_fail(e, SPT_EUSAGE, "%s of what: say %s:COLUMN%s",
		    text, g->function,
		    functions[f].takes == COLUMN_BY ? ":COLUMN" : "");
	if (rest != NULL && take_column(g, io, f, text, rest, e) < 0)
		return -1;
	g->name = equals != NULL
		      ? spt_strndup(io, text, (size_t)(equals - text), e)
		      : default_name(io, g, e);
	return g->name != NULL ? 0 : -1;
}
