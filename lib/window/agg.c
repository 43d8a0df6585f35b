#include <string.h>

#include "base/number.h"
#include "window/agg.h"

/* ---- made and freed ---------------------------------------------------- */

void
spt_aggs_init(struct spt_aggs *a, const struct spt_io *io)
{
	memset(a, 0, sizeof *a);
	a->io = io;
	a->accuracy = SPT_ACCURACY_DEFAULT;
}

int
spt_aggs_parse(struct spt_aggs *a, const struct spt_io *io, char *const *texts,
    int n, struct spt_err *e)
{
	spt_aggs_init(a, io);
	if (n == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "nothing to compute: name an aggregate, as in "
		    "\"swindow -w 10m count sum:bytes\"");
	for (int i = 0; i < n; i++) {
		if (spt_grow(io, &a->v, &a->cap, a->n + 1, sizeof *a->v, e) < 0)
			return -1;
		memset(&a->v[a->n], 0, sizeof *a->v);
		if (spt_agg_parse(&a->v[a->n++], io, texts[i], e) < 0)
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
		spt_free(a->io, a->v[i].function);
		spt_free(a->io, a->v[i].column);
		spt_free(a->io, a->v[i].by_name);
		spt_free(a->io, a->v[i].from);
	}
	spt_free(a->io, a->v);
	memset(a, 0, sizeof *a);
}

int
spt_aggs_set_accuracy(struct spt_aggs *a, const char *text, struct spt_err *e)
{
	double v;

	if (!spt_float_parse(text, strlen(text), &v) ||
	    !(v >= SPT_ACCURACY_MIN && v <= SPT_ACCURACY_MAX))
		return spt_fail(e, SPT_EUSAGE,
		    "\"%s\" is not an accuracy from %g to %g (0.01 is one per "
		    "cent of the value)",
		    text, SPT_ACCURACY_MIN, SPT_ACCURACY_MAX);
	a->accuracy = v;
	return 0;
}

/* ---- bound to columns -------------------------------------------------- */

static enum spt_type
result_type(const struct spt_agg *g)
{
	switch (g->kind) {
	case SPT_AGG_COUNT:
	case SPT_AGG_UNIQ:
		return SPT_INT64;
	case SPT_AGG_TOP:
	case SPT_AGG_LIST:
		return SPT_UTF8;
	case SPT_AGG_SUM:
	case SPT_AGG_MIN:
	case SPT_AGG_MAX:
	case SPT_AGG_FIRST:
	case SPT_AGG_LAST:
	case SPT_AGG_ARGMIN:
	case SPT_AGG_ARGMAX:
		return g->in;
	default:
		return SPT_FLOAT64;
	}
}

static const struct spt_agg_op *
find_op(const struct spt_agg *g)
{
	switch (g->kind) {
	case SPT_AGG_COUNT:
	case SPT_AGG_SUM:
	case SPT_AGG_AVG:
		return spt_agg_sum_op(g->kind, g->in);
	case SPT_AGG_MIN:
	case SPT_AGG_MAX:
	case SPT_AGG_FIRST:
	case SPT_AGG_LAST:
		return spt_agg_pick_op(g->kind, g->in);
	case SPT_AGG_VAR:
	case SPT_AGG_STDDEV:
	case SPT_AGG_VAR_POP:
	case SPT_AGG_STDDEV_POP:
		return spt_agg_var_op(g->in);
	case SPT_AGG_QUANTILE:
		return spt_agg_quantile_op(g->in);
	case SPT_AGG_UNIQ:
		return spt_agg_uniq_op(g->in);
	case SPT_AGG_TOP:
		return spt_agg_top_op(g->in);
	case SPT_AGG_LIST:
		return spt_agg_list_op(g->in);
	case SPT_AGG_ARGMIN:
	case SPT_AGG_ARGMAX:
		return spt_agg_arg_op(g->in);
	}
	return NULL;
}

static bool
same_state(const struct spt_agg *g, const struct spt_agg *h)
{
	return g->op == h->op && (g->op->common || g->kind == h->kind) &&
	       g->col == h->col && g->by == h->by && g->k == h->k;
}

int
spt_aggs_lay_out(struct spt_aggs *a, struct spt_err *e)
{
	a->stride = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct spt_agg *g = &a->v[i];

		g->out = result_type(g);
		if (g->kind == SPT_AGG_QUANTILE)
			spt_ddscale_set(&g->scale, g->accuracy);
		g->op = find_op(g);
		if (g->op == NULL)
			return spt_fail(e, SPT_EUSAGE,
			    "%s needs numbers, but column \"%s\" is %s",
			    g->function, g->column, spt_type_name(g->in));
		g->shared = false;
		for (size_t j = 0; j < i && !g->shared; j++)
			if (same_state(&a->v[j], g)) {
				g->shared = true;
				g->at = a->v[j].at;
			}
		if (g->shared)
			continue;
		g->at = a->stride;
		a->stride += g->op->size;
	}
	return 0;
}

static int
find_column(const char *name, const struct spt_schema *s, int *col,
    enum spt_type *type, struct spt_err *e)
{
	*col = -1;
	*type = 0;
	if (name == NULL)
		return 0;
	*col = spt_schema_need(s, name, e);
	if (*col < 0)
		return -1;
	*type = s->fields[*col].type;
	return 0;
}

int
spt_aggs_bind(struct spt_aggs *a, const struct spt_schema *s, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		struct spt_agg *g = &a->v[i];

		g->accuracy = a->accuracy;
		if (find_column(g->column, s, &g->col, &g->in, e) < 0 ||
		    find_column(g->by_name, s, &g->by, &g->by_type, e) < 0)
			return -1;
	}
	return spt_aggs_lay_out(a, e);
}

int
spt_agg_describe(
    const struct spt_agg *g, struct spt_buf *out, struct spt_err *e)
{
	char accuracy[SPT_NUMBER_TEXT];

	if (spt_buf_puts(out, g->in != 0 ? spt_type_name(g->in) : "-", e) < 0)
		return -1;
	if (g->by_name != NULL &&
	    spt_buf_printf(out, e, ",%s", spt_type_name(g->by_type)) < 0)
		return -1;
	if (g->kind == SPT_AGG_QUANTILE) {
		spt_float_print(accuracy, g->accuracy);
		if (spt_buf_printf(out, e, "/%s", accuracy) < 0)
			return -1;
	}
	if (spt_buf_printf(out, e, " %s", g->function) < 0)
		return -1;
	if (g->column != NULL && spt_buf_printf(out, e, ":%s", g->column) < 0)
		return -1;
	if (g->by_name != NULL)
		return spt_buf_printf(out, e, ":%s", g->by_name);
	if (g->k != 0)
		return spt_buf_printf(out, e, ":%lld", (long long)g->k);
	return 0;
}

/* ---- states ------------------------------------------------------------ */

int
spt_aggs_update(const struct spt_aggs *a, const struct spt_batch *b,
    uint8_t *const *states, const uint32_t *rows, size_t n, struct spt_err *e)
{
	struct spt_agg_rows in = { a->io, b, states, rows, n, a->seq };

	for (size_t i = 0; i < a->n; i++)
		if (!a->v[i].shared && a->v[i].op->update(&a->v[i], &in, e) < 0)
			return -1;
	return 0;
}

int
spt_aggs_merge(const struct spt_aggs *a, uint8_t *into, const uint8_t *from,
    struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (!g->shared &&
		    g->op->merge(g, a->io, into + g->at, from + g->at, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_aggs_merge_states(const struct spt_aggs *a, uint8_t *const *into,
    const uint8_t *from, size_t n, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (g->shared)
			continue;
		if (g->op->merge_states != NULL) {
			g->op->merge_states(g, into, from, a->stride, n);
			continue;
		}
		for (size_t k = 0; k < n; k++)
			if (g->op->merge(g, a->io, into[k] + g->at,
				from + k * a->stride + g->at, e) < 0)
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
spt_aggs_emit_many(const struct spt_aggs *a, uint8_t *const *states, size_t n,
    struct spt_builder *b, size_t col, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++, col++) {
		const struct spt_agg *g = &a->v[i];

		if (g->op->emit_states != NULL) {
			if (g->op->emit_states(g, states, n, b, col, e) < 0)
				return -1;
			continue;
		}
		for (size_t k = 0; k < n; k++)
			if (g->op->emit(g, states[k] + g->at, b, col, e) < 0)
				return -1;
	}
	return 0;
}

int
spt_aggs_save(const struct spt_aggs *a, const uint8_t *state,
    struct spt_buf *out, struct spt_err *e)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (!g->shared && g->op->save(g, state + g->at, out, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_aggs_load(const struct spt_aggs *a, uint8_t *state, const uint8_t *p,
    size_t n, struct spt_err *e)
{
	const uint8_t *end = p + n;

	spt_aggs_fini_state(a, state);
	memset(state, 0, a->stride);
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (!g->shared &&
		    g->op->load(g, state + g->at, a->io, &p, end, e) < 0)
			return e->kind != SPT_OK ? -1 : 0;
	}
	return p == end;
}

void
spt_aggs_fini_state(const struct spt_aggs *a, uint8_t *state)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (!g->shared && g->op->fini != NULL)
			g->op->fini(state + g->at, a->io);
	}
}

bool
spt_aggs_hold(const struct spt_aggs *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].op->fini != NULL)
			return true;
	return false;
}

size_t
spt_aggs_bytes(const struct spt_aggs *a, const uint8_t *state)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct spt_agg *g = &a->v[i];

		if (!g->shared && g->op->bytes != NULL)
			n += g->op->bytes(state + g->at);
	}
	return n;
}
