#include <string.h>

#include "window/agg.h"

/* The words of the command line. */
static const struct {
	const char *name;
	enum spt_agg_kind kind;
} functions[] = {
	{ "count", SPT_AGG_COUNT },
	{ "sum", SPT_AGG_SUM },
	{ "avg", SPT_AGG_AVG },
	{ "min", SPT_AGG_MIN },
	{ "max", SPT_AGG_MAX },
	{ "first", SPT_AGG_FIRST },
	{ "last", SPT_AGG_LAST },
};

#define N_FUNCTIONS (sizeof functions / sizeof functions[0])

static int
find_function(struct spt_agg *a, const char *p, size_t n, struct spt_err *e)
{
	for (size_t i = 0; i < N_FUNCTIONS; i++)
		if (strlen(functions[i].name) == n &&
		    memcmp(functions[i].name, p, n) == 0) {
			a->kind = functions[i].kind;
			return 0;
		}
	return spt_fail(e, SPT_EUSAGE,
	    "no aggregate \"%.*s\" (count, count:COLUMN, sum:COLUMN, and avg, "
	    "min, max, first, last in the same way)",
	    (int)n, p);
}

/* The name that a result has when nobody gives it one: sum_bytes. */
static char *
default_name(const struct spt_io *io, const char *function, size_t n,
    const char *column, struct spt_err *e)
{
	size_t n_column = column != NULL ? strlen(column) : 0;
	char *name = spt_alloc(io, n + n_column + 2, e);

	if (name == NULL)
		return NULL;
	memcpy(name, function, n);
	name[n] = '\0';
	if (column != NULL) {
		name[n] = '_';
		memcpy(name + n + 1, column, n_column + 1);
	}
	return name;
}

/* The first ':' ends the function, so that columns may have one in their
 * names; a '=' before it ends the name. */
static int
parse(struct spt_agg *a, const struct spt_io *io, const char *text,
    struct spt_err *e)
{
	size_t n = strcspn(text, ":");
	const char *function = text, *equals = memchr(text, '=', n);
	const char *column = text[n] == ':' ? text + n + 1 : NULL;

	if (equals != NULL) {
		function = equals + 1;
		if (equals == text)
			return spt_fail(e, SPT_EUSAGE,
			    "\"%s\": no name before the =", text);
	}
	n = strcspn(function, ":");
	if (find_function(a, function, n, e) < 0)
		return -1;
	if (column == NULL && a->kind != SPT_AGG_COUNT)
		return spt_fail(e, SPT_EUSAGE, "%s of what: say %.*s:COLUMN",
		    text, (int)n, function);
	if (column != NULL && *column == '\0')
		return spt_fail(
		    e, SPT_EUSAGE, "\"%s\": no column behind the colon", text);
	if (column != NULL) {
		a->column = spt_strdup(io, column, e);
		if (a->column == NULL)
			return -1;
	}
	a->name = equals != NULL
		      ? spt_strndup(io, text, (size_t)(equals - text), e)
		      : default_name(io, function, n, column, e);
	return a->name != NULL ? 0 : -1;
}

int
spt_aggs_parse(struct spt_aggs *a, const struct spt_io *io, char *const *texts,
    int n, struct spt_err *e)
{
	memset(a, 0, sizeof *a);
	a->io = io;
	if (n == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "nothing to compute: name an aggregate, as in "
		    "\"swindow -w 10m count sum:bytes\"");
	for (int i = 0; i < n; i++) {
		if (spt_grow(io, &a->v, &a->cap, a->n + 1, sizeof *a->v, e) < 0)
			return -1;
		memset(&a->v[a->n], 0, sizeof *a->v);
		if (parse(&a->v[a->n++], io, texts[i], e) < 0)
			return -1;
	}
	return 0;
}

void
spt_aggs_fini(struct spt_aggs *a)
{
	if (a->io == NULL)
		return;
	for (size_t i = 0; i < a->n; i++) {
		spt_free(a->io, a->v[i].name);
		spt_free(a->io, a->v[i].column);
	}
	spt_free(a->io, a->v);
	memset(a, 0, sizeof *a);
}

static enum spt_type
result_type(const struct spt_agg *a, enum spt_type in)
{
	if (a->kind == SPT_AGG_COUNT)
		return SPT_INT64;
	return a->kind == SPT_AGG_AVG ? SPT_FLOAT64 : in;
}

static int
bind(struct spt_agg *a, const struct spt_schema *s, struct spt_err *e)
{
	enum spt_type in = 0;

	a->col = -1;
	if (a->column != NULL) {
		a->col = spt_schema_need(s, a->column, e);
		if (a->col < 0)
			return -1;
		in = s->fields[a->col].type;
	}
	a->out = result_type(a, in);
	a->op = a->kind <= SPT_AGG_AVG ? spt_agg_sum_op(a->kind, in)
				       : spt_agg_pick_op(a->kind, in);
	if (a->op == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "%s needs numbers, but column \"%s\" is %s",
		    a->kind == SPT_AGG_SUM ? "sum" : "avg", a->column,
		    spt_type_name(in));
	return 0;
}

int
spt_aggs_bind(struct spt_aggs *a, const struct spt_schema *s, struct spt_err *e)
{
	a->stride = 0;
	for (size_t i = 0; i < a->n; i++) {
		if (bind(&a->v[i], s, e) < 0)
			return -1;
		a->v[i].at = a->stride;
		a->stride += a->v[i].op->size;
	}
	return 0;
}

int
spt_aggs_update(const struct spt_aggs *a, const struct spt_batch *b,
    uint8_t *const *states, const uint32_t *rows, size_t n, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (g->op->update(g, a->io,
			g->col < 0 ? NULL : &b->cols[g->col], states, rows, n,
			e) < 0)
			return -1;
	}
	return 0;
}

int
spt_aggs_emit(const struct spt_aggs *a, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (g->op->emit(g, state + g->at, b, col + i, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_aggs_save(const struct spt_aggs *a, const uint8_t *state,
    struct spt_buf *out, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].op->save(state + a->v[i].at, out, e) < 0)
			return -1;
	return 0;
}

int
spt_aggs_load(const struct spt_aggs *a, uint8_t *state, const uint8_t *p,
    size_t n, struct spt_err *e)
{
	const uint8_t *end = p + n;

	spt_aggs_fini_state(a, state);
	memset(state, 0, a->stride);
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].op->load(state + a->v[i].at, a->io, &p, end, e) < 0)
			return e->kind != SPT_OK ? -1 : 0;
	return p == end;
}

void
spt_aggs_fini_state(const struct spt_aggs *a, uint8_t *state)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].op->fini != NULL)
			a->v[i].op->fini(state + a->v[i].at, a->io);
}

bool
spt_aggs_hold(const struct spt_aggs *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].op->fini != NULL)
			return true;
	return false;
}
