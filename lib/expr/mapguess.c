/*
 * mapguess - a column whose values were all passed on from the input column
 * of its name has that column's type, and its marks if no result was without
 * it.  Otherwise the kinds that were seen decide: text, nested values and
 * mixtures are string, numbers float, but int where an integer beyond 2^53
 * was passed on under another name, because a double would change it.
 */
#include <math.h>
#include <string.h>

#include "expr/mapguess.h"

enum {
	SEEN_BOOL = 1,
	SEEN_NUMBER = 2,
	SEEN_TEXT = 4, /* strings, arrays, objects */
	SEEN_BIG = 8,
};

struct spt_guess_col {
	char *name;
	int in; /* column of that name in the input, or -1 */
	unsigned seen;
	bool same;      /* all values were passed on */
	bool always;    /* and no result was without one */
	int64_t result; /* number of the last result that had it */
};

void
spt_guess_init(
    struct spt_guess *g, const struct spt_io *io, const struct spt_schema *in)
{
	memset(g, 0, sizeof *g);
	g->io = io;
	g->in = in;
}

void
spt_guess_fini(struct spt_guess *g)
{
	if (g->io == NULL)
		return;
	for (size_t k = 0; k < g->n; k++)
		spt_free(g->io, g->cols[k].name);
	spt_free(g->io, g->cols);
	memset(g, 0, sizeof *g);
}

/* The column of that name, made if there is none; -1. */
static int
find(struct spt_guess *g, const char *name, struct spt_err *e)
{
	struct spt_guess_col *c;

	/* Mostly the keys come in the order of the columns. */
	for (size_t n = 0, k = g->next; n < g->n; n++, k++) {
		k = k < g->n ? k : 0;
		if (strcmp(g->cols[k].name, name) == 0) {
			g->next = k + 1;
			return (int)k;
		}
	}
	if (g->n >= SPT_MAX_COLUMNS)
		return spt_fail(
		    e, SPT_EDATA, "more than %d columns", SPT_MAX_COLUMNS);
	if (spt_grow(g->io, &g->cols, &g->cap, g->n + 1, sizeof *g->cols, e) <
	    0)
		return -1;
	c = &g->cols[g->n];
	memset(c, 0, sizeof *c);
	c->name = spt_strdup(g->io, name, e);
	if (c->name == NULL)
		return -1;
	c->in = spt_schema_find(g->in, name);
	c->same = c->in >= 0;
	c->always = g->results == 0;
	return (int)g->n++;
}

static unsigned
kind_of(struct spt_result r)
{
	int64_t i;

	switch (jv_get_kind(r.v)) {
	case JV_KIND_TRUE:
	case JV_KIND_FALSE:
		return SEEN_BOOL;
	case JV_KIND_NUMBER:
		return spt_exact_int(r.v, r.twin, &i) ? SEEN_NUMBER | SEEN_BIG
						      : SEEN_NUMBER;
	case JV_KIND_STRING:
	case JV_KIND_ARRAY:
	case JV_KIND_OBJECT:
		return SEEN_TEXT;
	default:
		return 0;
	}
}

/* value: borrowed */
static int
look(struct spt_guess *g, const char *name, struct spt_result value,
    const struct spt_batch *b, int64_t i, struct spt_err *e)
{
	int k = find(g, name, e);
	struct spt_guess_col *c;

	if (k < 0)
		return -1;
	c = &g->cols[k];
	c->seen |= kind_of(value);
	c->result = g->results + 1;
	if (c->same && !spt_cell_is(&b->cols[c->in], i, value))
		c->same = false;
	return 0;
}

/* Before anything is counted: can all keys be names? */
static int
check_keys(jv object, struct spt_err *e)
{
	int rc = 0;

	for (int it = jv_object_iter(object);
	     rc == 0 && jv_object_iter_valid(object, it);
	     it = jv_object_iter_next(object, it)) {
		jv key = jv_object_iter_key(object, it);
		const char *p = jv_string_value(key);

		if (*p == '\0')
			rc = spt_fail(e, SPT_EDATA,
			    "the result has an empty key, which cannot name "
			    "a column");
		else if (strlen(p) !=
			 (size_t)jv_string_length_bytes(jv_copy(key)))
			rc = spt_fail(e, SPT_EDATA,
			    "the key \"%s\" has a NUL, which cannot be in the "
			    "name of a column",
			    p);
		jv_free(key);
	}
	return rc;
}

static int
look_object(struct spt_guess *g, struct spt_result r, const struct spt_batch *b,
    int64_t i, struct spt_err *e)
{
	int rc = check_keys(r.v, e);

	for (int it = jv_object_iter(r.v);
	     rc == 0 && jv_object_iter_valid(r.v, it);
	     it = jv_object_iter_next(r.v, it)) {
		jv key = jv_object_iter_key(r.v, it);
		struct spt_result part = spt_result_get(r, key);

		rc = look(g, jv_string_value(key), part, b, i, e);
		spt_result_free(part);
		jv_free(key);
	}
	return rc;
}

int
spt_guess_add(struct spt_guess *g, struct spt_result r,
    const struct spt_batch *b, int64_t i, struct spt_err *e)
{
	int rc = jv_get_kind(r.v) == JV_KIND_OBJECT
		     ? look_object(g, r, b, i, e)
		     : look(g, SPT_BARE_COLUMN, r, b, i, e);

	if (rc < 0)
		return -1;
	g->results++;
	for (size_t k = 0; k < g->n; k++)
		if (g->cols[k].result != g->results)
			g->cols[k].always = false;
	return 0;
}

static enum spt_type
type_of(const struct spt_guess *g, const struct spt_guess_col *c)
{
	if (c->same)
		return g->in->fields[c->in].type;
	switch (c->seen) {
	case SEEN_BOOL:
		return SPT_BOOL;
	case SEEN_NUMBER:
		return SPT_FLOAT64;
	case SEEN_NUMBER | SEEN_BIG:
		return SPT_INT64;
	default:
		return SPT_UTF8;
	}
}

int
spt_guess_settle(
    const struct spt_guess *g, struct spt_mapspec *s, struct spt_err *e)
{
	bool *keep;
	int rc = 0;

	/* Nothing came, or nothing but {}. */
	if (g->n == 0) {
		if (spt_mapspec_add_input(s, g->in, e) < 0)
			return -1;
		s->bare = spt_schema_find(&s->schema, SPT_BARE_COLUMN);
		return spt_mapspec_bind(s, g->in, NULL, e);
	}
	keep = spt_alloc(g->io, (g->n + 1) * sizeof *keep, e);
	if (keep == NULL)
		return -1;
	for (size_t k = 0; rc == 0 && k < g->n; k++) {
		const struct spt_guess_col *c = &g->cols[k];

		keep[k] = c->same && c->always;
		rc = spt_mapspec_add(s, c->name, type_of(g, c), e);
	}
	if (rc == 0)
		rc = spt_mapspec_bind(s, g->in, keep, e);
	s->bare = spt_schema_find(&s->schema, SPT_BARE_COLUMN);
	spt_free(g->io, keep);
	return rc;
}
