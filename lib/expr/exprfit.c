/*
 * exprfit - the columns of a result: their names and types where nobody said
 * them, and how each is made where somebody did.
 *
 * The types are those that mapguess learns from results, known without them:
 * what passes on under its name keeps its type, numbers are floats.  The one
 * thing that only rows can tell is whether an integer beyond 2^53 passes on
 * under another name, which a float could not hold.
 */
#include <stdio.h>
#include <string.h>

#include "expr/exprout.h"
#include "expr/mapguess.h"

static int
refuse(char *why, const char *name, const char *what)
{
	snprintf(why, SPT_EXPR_WHY, "column \"%.60s\" %s", name, what);
	return 0;
}

static enum spt_type
type_of(const struct spt_node *n)
{
	switch (spt_node_kind(n)) {
	case SPT_KIND_NUMBER:
		return SPT_FLOAT64;
	case SPT_KIND_BOOL:
		return SPT_BOOL;
	default:
		return SPT_UTF8;
	}
}

/* Is the node the input column of that name? */
static bool
is_same(const struct spt_node *n, const char *name, const struct spt_schema *in)
{
	return n->op == SPT_NODE_COL &&
	       strcmp(in->fields[n->col].name, name) == 0;
}

static int
derive_column(struct spt_mapspec *s, const char *name, const struct spt_node *n,
    const struct spt_schema *in, bool *keep, bool *unsure, struct spt_err *e)
{
	*keep = is_same(n, name, in);
	*unsure |= n->ints && !*keep;
	return spt_mapspec_add(
	    s, name, *keep ? in->fields[n->col].type : type_of(n), e);
}

int
spt_exprout_derive(struct spt_mapspec *s, const struct spt_sym *result,
    const struct spt_schema *in, bool *unsure, char why[SPT_EXPR_WHY],
    struct spt_err *e)
{
	size_t n = result->scalar != NULL ? 1 : result->n;
	bool *keep;
	int rc = 0;

	*unsure = false;
	if (n == 0 || n > SPT_MAX_COLUMNS) {
		snprintf(why, SPT_EXPR_WHY, "%zu columns", n);
		return 0;
	}
	keep = spt_alloc(s->io, n * sizeof *keep, e);
	if (keep == NULL)
		return -1;
	if (result->scalar != NULL)
		rc = derive_column(
		    s, SPT_BARE_COLUMN, result->scalar, in, keep, unsure, e);
	for (size_t k = 0; rc == 0 && k < result->n; k++)
		rc = derive_column(s, result->names[k].name,
		    result->names[k].node, in, &keep[k], unsure, e);
	if (rc == 0)
		rc = spt_mapspec_bind(s, in, keep, e);
	spt_free(s->io, keep);
	s->bare = spt_schema_find(&s->schema, SPT_BARE_COLUMN);
	return rc < 0 ? -1 : 1;
}

/* How a computed value becomes one of type t; false: it never does. */
static bool
convert(struct spt_exprout *o, enum spt_type t)
{
	unsigned kind = spt_node_kind(o->node);

	if (kind == 0) {
		o->how = SPT_OUT_NULL;
		return true;
	}
	if (t == SPT_UTF8) {
		o->how = kind == SPT_KIND_TEXT ? SPT_OUT_TEXT : SPT_OUT_PRINT;
		return true;
	}
	switch (kind) {
	case SPT_KIND_BOOL:
		o->how = SPT_OUT_BOOL;
		return t == SPT_BOOL;
	case SPT_KIND_TEXT:
		o->how = SPT_OUT_TIME_TEXT;
		return t == SPT_TIMESTAMP;
	default:
		o->how = t == SPT_INT64     ? SPT_OUT_INT
			 : t == SPT_FLOAT64 ? SPT_OUT_FLOAT
					    : SPT_OUT_TIME;
		return t != SPT_BOOL;
	}
}

static int
fit_column(struct spt_exprout *o, const struct spt_mapspec *s, size_t k,
    struct spt_node *n, const struct spt_schema *in, char *why)
{
	const struct spt_field *f = &s->schema.fields[k];
	bool same = n != NULL && is_same(n, f->name, in);

	o->node = n;
	if (s->cols[k].fixed && !(same && in->fields[n->col].type == f->type))
		return refuse(why, f->name, "is marked and would change");
	/* Nothing computes it. */
	if (n == NULL) {
		o->how = SPT_OUT_NULL;
		return 1;
	}
	if (n->op == SPT_NODE_COL) {
		enum spt_type t = in->fields[n->col].type;

		o->col = n->col;
		o->how = SPT_OUT_PASS;
		/* Under another name a time goes through a double. */
		if (t == f->type && (same || t != SPT_TIMESTAMP)) {
			o->node = NULL;
			return 1;
		}
		if (t == SPT_INT64 && f->type == SPT_UTF8) {
			o->how = SPT_OUT_PRINT;
			o->node = NULL;
			return 1;
		}
	}
	return convert(o, f->type)
		   ? 1
		   : refuse(why, f->name, "does not take the result's type");
}

static struct spt_node *
named(const struct spt_sym *result, const char *name)
{
	for (size_t i = 0; i < result->n; i++)
		if (strcmp(result->names[i].name, name) == 0)
			return result->names[i].node;
	return NULL;
}

int
spt_exprout_fit(struct spt_exprout *out, const struct spt_mapspec *s,
    const struct spt_sym *result, const struct spt_schema *in,
    char why[SPT_EXPR_WHY])
{
	if (result->scalar != NULL && s->bare < 0) {
		snprintf(why, SPT_EXPR_WHY, "a result that is no object");
		return 0;
	}
	for (size_t i = 0; i < result->n; i++)
		if (spt_schema_find(&s->schema, result->names[i].name) < 0)
			return refuse(
			    why, result->names[i].name, "is not asked for");
	for (size_t k = 0; k < s->schema.n; k++) {
		const char *name = s->schema.fields[k].name;
		struct spt_node *n = result->scalar == NULL
					 ? named(result, name)
				     : (int)k == s->bare ? result->scalar
							 : NULL;

		if (fit_column(&out[k], s, k, n, in, why) == 0)
			return 0;
	}
	return 1;
}
