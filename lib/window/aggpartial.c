/*
 * aggpartial - the stream tells what its columns are, so that a reduce step
 * needs no copy of the command line of the map step; what comes from outside
 * is checked before it is believed.
 */
#include <string.h>

#include "base/base64.h"
#include "base/number.h"
#include "window/aggpartial.h"

#define PARTIAL_VERSION 1
#define HEAD 4 /* bytes in front of a state */

static enum spt_agg_kind
family(enum spt_agg_kind k)
{
	switch (k) {
	case SPT_AGG_AVG:
		return SPT_AGG_SUM;
	case SPT_AGG_STDDEV:
	case SPT_AGG_VAR_POP:
	case SPT_AGG_STDDEV_POP:
		return SPT_AGG_VAR;
	default:
		return k;
	}
}

static void
make_head(const struct spt_agg *g, uint8_t head[HEAD])
{
	head[0] = PARTIAL_VERSION;
	head[1] = (uint8_t)family(g->kind);
	head[2] = (uint8_t)g->in;
	head[3] = (uint8_t)g->by_type;
}

/* ---- written ----------------------------------------------------------- */

int
spt_agg_partial_field(
    const struct spt_agg *g, struct spt_schema *s, struct spt_err *e)
{
	struct spt_buf text;
	int rc = -1;

	if (spt_schema_find(s, g->name) >= 0)
		return spt_fail(e, SPT_EUSAGE,
		    "two columns of the result would be named \"%s\" "
		    "(NAME=sum:COLUMN names an aggregate)",
		    g->name);
	if (spt_schema_add(s, g->name, SPT_UTF8, e) < 0)
		return -1;
	spt_buf_init(&text, s->io);
	if (spt_agg_describe(g, &text, e) == 0) {
		const char *what = spt_buf_str(&text, e);

		if (what != NULL)
			rc = spt_meta_set(&s->fields[s->n - 1].meta,
			    SPT_KEY_PARTIAL, what, e);
	}
	spt_buf_fini(&text);
	return rc;
}

int
spt_aggs_partial_schema(
    const struct spt_aggs *a, struct spt_schema *s, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++)
		if (spt_agg_partial_field(&a->v[i], s, e) < 0)
			return -1;
	return 0;
}

int
spt_aggs_partial_emit(const struct spt_aggs *a, const uint8_t *state,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	struct spt_buf raw, text;
	int rc = 0;

	spt_buf_init(&raw, a->io);
	spt_buf_init(&text, a->io);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		const struct spt_agg *g = &a->v[i];
		uint8_t head[HEAD];

		raw.len = text.len = 0;
		make_head(g, head);
		rc = -1;
		if (spt_buf_put(&raw, head, HEAD, e) == 0 &&
		    g->op->save(g, state + g->at, &raw, e) == 0 &&
		    spt_base64_put(&text, raw.data, raw.len, e) == 0)
			rc = spt_builder_str(
			    b, col + i, (const char *)text.data, text.len, e);
	}
	spt_buf_fini(&raw);
	spt_buf_fini(&text);
	return rc;
}

/* ---- what a stream has ------------------------------------------------- */

/* "-" or the word of a type; n bytes.  False: neither. */
static bool
parse_type(const char *p, size_t n, enum spt_type *t)
{
	*t = 0;
	if (n == 1 && *p == '-')
		return true;
	for (*t = SPT_BOOL; *t <= SPT_TIMESTAMP; (*t)++)
		if (strlen(spt_type_name(*t)) == n &&
		    memcmp(spt_type_name(*t), p, n) == 0)
			return true;
	return false;
}

/* TYPE[,TYPE][/ACCURACY] of n bytes. */
static bool
parse_types(struct spt_agg *g, const char *p, size_t n)
{
	const char *slash = memchr(p, '/', n), *comma = memchr(p, ',', n);
	size_t n_types = slash != NULL ? (size_t)(slash - p) : n;
	size_t n_first = comma != NULL ? (size_t)(comma - p) : n_types;

	if (n_first > n_types || !parse_type(p, n_first, &g->in))
		return false;
	if (comma != NULL &&
	    (!parse_type(comma + 1, n_types - n_first - 1, &g->by_type) ||
		g->by_type == 0))
		return false;
	if (slash == NULL)
		return true;
	return spt_float_parse(slash + 1, n - n_types - 1, &g->accuracy) &&
	       g->accuracy >= SPT_ACCURACY_MIN &&
	       g->accuracy <= SPT_ACCURACY_MAX;
}

/* g is all zero; what: the metadata. */
static int
parse_field(struct spt_agg *g, const struct spt_io *io, const char *what,
    struct spt_err *e)
{
	size_t n = strcspn(what, " ");

	if (what[n] == '\0' || !parse_types(g, what, n))
		return spt_fail(e, SPT_EDATA,
		    "\"%s\" are no types of a partial state", what);
	if (spt_agg_parse(g, io, what + n + 1, e) < 0)
		return -1;
	if ((g->in != 0) != (g->column != NULL) ||
	    (g->by_type != 0) != (g->by_name != NULL) ||
	    (g->accuracy > 0) != (g->kind == SPT_AGG_QUANTILE))
		return spt_fail(e, SPT_EDATA,
		    "\"%s\": these types do not fit the aggregate", what);
	return 0;
}

/* The aggregate of field number `col` joins a. */
static int
take_field(struct spt_aggs *a, const struct spt_field *f, size_t col,
    const char *what, struct spt_err *e)
{
	struct spt_agg *g;

	if (f->type != SPT_UTF8)
		return spt_fail(e, SPT_EDATA,
		    "partial states are strings, but this column is %s",
		    spt_type_name(f->type));
	if (spt_grow(a->io, &a->v, &a->cap, a->n + 1, sizeof *a->v, e) < 0)
		return -1;
	g = &a->v[a->n++];
	memset(g, 0, sizeof *g);
	if (parse_field(g, a->io, what, e) < 0)
		return -1;
	g->col = (int)col;
	g->by = -1;
	spt_free(a->io, g->name);
	g->name = spt_strdup(a->io, f->name, e);
	g->from = spt_strdup(a->io, f->name, e);
	return g->name != NULL && g->from != NULL ? 0 : -1;
}

/* have: initialised; gets the aggregates of the stream. */
static int
read_schema(
    struct spt_aggs *have, const struct spt_schema *s, struct spt_err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct spt_field *f = &s->fields[i];
		const char *what = spt_meta_get(&f->meta, SPT_KEY_PARTIAL);

		if (what == NULL)
			continue;
		if (take_field(have, f, i, what, e) < 0) {
			/* A word of the stream, not of the command line. */
			if (e->kind == SPT_EUSAGE)
				e->kind = SPT_EDATA;
			return spt_err_where(e, "column \"%s\"", f->name);
		}
	}
	if (have->n == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "the input has no partial states to merge: put "
		    "\"swindow --partial\" in front");
	if (spt_aggs_lay_out(have, e) < 0) {
		if (e->kind == SPT_EUSAGE)
			e->kind = SPT_EDATA;
		return -1;
	}
	return 0;
}

/* ---- what was asked for ------------------------------------------------ */

static bool
same_name(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Does the state of h tell g too? */
static bool
tells(const struct spt_agg *h, const struct spt_agg *g)
{
	return family(h->kind) == family(g->kind) &&
	       same_name(h->column, g->column) &&
	       same_name(h->by_name, g->by_name) && h->k == g->k;
}

static int
find_state(struct spt_agg *g, const struct spt_aggs *have, struct spt_err *e)
{
	struct spt_err ignored = { 0 };
	struct spt_buf list;

	for (size_t i = 0; i < have->n; i++) {
		const struct spt_agg *h = &have->v[i];

		if (!tells(h, g))
			continue;
		g->in = h->in;
		g->by_type = h->by_type;
		g->accuracy = h->accuracy;
		g->col = h->col;
		g->by = -1;
		spt_free(have->io, g->from);
		g->from = spt_strdup(have->io, h->from, e);
		return g->from != NULL ? 0 : -1;
	}
	spt_buf_init(&list, have->io);
	for (size_t i = 0; i < have->n; i++)
		if ((i != 0 && spt_buf_puts(&list, ", ", &ignored) < 0) ||
		    spt_agg_describe(&have->v[i], &list, &ignored) < 0)
			break;
	spt_fail(e, SPT_EUSAGE,
	    "no column has the state of %s (there are: "
	    "%.*s)",
	    g->name, (int)list.len, (const char *)list.data);
	spt_buf_fini(&list);
	return -1;
}

int
spt_aggs_bind_partial(
    struct spt_aggs *a, const struct spt_schema *s, struct spt_err *e)
{
	struct spt_aggs have;
	int rc;

	spt_aggs_init(&have, a->io);
	rc = read_schema(&have, s, e);
	if (rc == 0 && a->n == 0) {
		spt_free(a->io, a->v);
		a->v = have.v;
		a->n = have.n;
		a->cap = have.cap;
		a->stride = have.stride;
		return 0;
	}
	for (size_t i = 0; i < a->n && rc == 0; i++)
		rc = find_state(&a->v[i], &have, e);
	spt_aggs_fini(&have);
	return rc < 0 ? -1 : spt_aggs_lay_out(a, e);
}

/* ---- read -------------------------------------------------------------- */

/* 1: *state, all zero before, is what the bytes say.  0: they are malformed.
 * Either way and on -1 it is to be ended with fini. */
static int
load_state(const struct spt_aggs *a, const struct spt_agg *g, uint8_t *state,
    const struct spt_buf *raw, struct spt_err *e)
{
	const uint8_t *p = raw->data, *end = raw->data + raw->len;
	uint8_t head[HEAD];

	make_head(g, head);
	if (raw->len < HEAD || memcmp(p, head, HEAD) != 0)
		return 0;
	p += HEAD;
	if (g->op->load(g, state, a->io, &p, end, e) < 0)
		return e->kind != SPT_OK ? -1 : 0;
	return p == end;
}

/* One value into one state; scratch has room for a state. */
static int
merge_cell(const struct spt_aggs *a, const struct spt_agg *g,
    const struct spt_col *c, uint32_t row, uint8_t *into, uint8_t *scratch,
    struct spt_buf *raw, struct spt_err *e)
{
	const char *text;
	size_t n;
	int rc = 0;

	memset(scratch, 0, g->op->size);
	raw->len = 0;
	if (!spt_col_null(c, row)) {
		text = spt_col_str(c, row, &n);
		rc = spt_base64_get(raw, text, n, e);
	}
	if (rc > 0)
		rc = load_state(a, g, scratch, raw, e);
	if (rc > 0)
		rc = g->op->merge(g, a->io, into, scratch, e) < 0 ? -1 : 1;
	if (g->op->fini != NULL)
		g->op->fini(scratch, a->io);
	return rc;
}

static int
malformed(const struct spt_aggs *a, const struct spt_agg *g, uint32_t row,
    struct spt_err *e)
{
	struct spt_err ignored = { 0 };
	struct spt_buf what;

	spt_buf_init(&what, a->io);
	if (spt_agg_describe(g, &what, &ignored) < 0)
		what.len = 0;
	spt_fail(e, SPT_EDATA,
	    "row %lld: the state of \"%.*s\" is malformed (not what swindow "
	    "--partial writes)",
	    (long long)a->seq + row + 1, (int)what.len,
	    (const char *)what.data);
	spt_buf_fini(&what);
	return -1;
}

static int
merge_column(const struct spt_aggs *a, const struct spt_agg *g,
    const struct spt_batch *b, uint8_t *const *states, const uint32_t *rows,
    size_t n, struct spt_err *e)
{
	uint8_t *scratch = spt_alloc(a->io, g->op->size, e);
	struct spt_buf raw;
	int rc = 1;

	if (scratch == NULL)
		return -1;
	spt_buf_init(&raw, a->io);
	for (size_t i = 0; i < n && rc > 0; i++) {
		rc = merge_cell(a, g, &b->cols[g->col], rows[i],
		    states[i] + g->at, scratch, &raw, e);
		if (rc == 0)
			malformed(a, g, rows[i], e);
	}
	spt_buf_fini(&raw);
	spt_free(a->io, scratch);
	return rc > 0 ? 0 : -1;
}

int
spt_aggs_merge_rows(const struct spt_aggs *a, const struct spt_batch *b,
    uint8_t *const *states, const uint32_t *rows, size_t n, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (g->shared)
			continue;
		if (merge_column(a, g, b, states, rows, n, e) < 0)
			return e->kind == SPT_EDATA
				   ? spt_err_where(e, "column \"%s\"", g->from)
				   : -1;
	}
	return 0;
}
