/*
 * results - groups become rows.
 *
 * The groups of a window lie here and there in memory, in the order of their
 * keys.  So a few hundred are looked up together, for the loads of one do not
 * wait for those of another; then a column after the other is made from them.
 * What cannot be done so (much text, a result that does not fit its column) is
 * done again group by group, which says what is wrong where.
 */
#include "base/time.h"
#include "batch/bulk.h"
#include "window/aggpartial.h"
#include "window/swindow.h"

#define TOGETHER 512
#define TEXT_TOGETHER (SPT_BATCH_BYTES / 8)

/* ---- one ----------------------------------------------------------------- */

/* Which group a failure is about. */
static int
at_group(struct spt_window *w, const struct spt_interval *span,
    const uint8_t *key, struct spt_err *e)
{
	char start[SPT_TIME_TEXT], end[SPT_TIME_TEXT];
	struct spt_err ignored = { 0 };

	w->text.len = 0;
	if (spt_keyset_print(&w->keys, key, &w->text, &ignored) < 0)
		w->text.len = 0;
	if (w->text.len != 0)
		spt_err_where(e, "group %.*s", (int)w->text.len,
		    (const char *)w->text.data);
	if (span == NULL)
		return -1;
	spt_time_print(start, span->start, NULL);
	spt_time_print(end, span->end, NULL);
	return spt_err_where(e, "window %s to %s", start, end);
}

int
spt_window_result(struct spt_window *w, const struct spt_interval *span,
    const uint8_t *key, const uint8_t *state, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_builder *b = spt_emit_builder(out, SPT_STREAM);
	size_t col = 0;
	int rc;

	if (span != NULL) {
		if (spt_builder_int(b, 0, span->start, e) < 0 ||
		    spt_builder_int(b, 1, span->end, e) < 0)
			return -1;
		col = 2;
	}
	if (spt_keyset_emit(&w->keys, key, b, col, e) < 0)
		return -1;
	col += w->keys.n;
	rc = w->partial ? spt_aggs_partial_emit(&w->aggs, state, b, col, e)
			: spt_aggs_emit(&w->aggs, state, b, col, e);
	if (rc < 0)
		return e->kind == SPT_EDATA ? at_group(w, span, key, e) : -1;
	return spt_emit_row(out, SPT_STREAM, e);
}

/* ---- many ---------------------------------------------------------------- */

/* Texts of any length would go over what a batch is to hold. */
static bool
have_texts(const struct spt_window *w)
{
	for (size_t i = 0; i < w->aggs.n; i++)
		if (w->aggs.v[i].out == SPT_UTF8)
			return true;
	return w->partial;
}

static int
put_time(struct spt_colb *c, spt_time t, size_t n, struct spt_err *e)
{
	spt_time *v;

	if (spt_bulk_room(c, n, 0, e) < 0)
		return -1;
	v = spt_bulk_values(c);
	for (size_t i = 0; i < n; i++)
		v[i] = t;
	return spt_bulk_add(c, n, 0, e);
}

/* Columns of the groups order[0..n).  1: they are there, and are no rows yet.
 * 0: not this way. */
static int
put_columns(const struct spt_window *w, const struct spt_interval *span,
    const struct spt_groups *g, const uint32_t *order, size_t n,
    struct spt_builder *b, struct spt_err *e)
{
	const uint8_t *key[TOGETHER];
	uint8_t *state[TOGETHER];
	size_t col = 0;
	int rc;

	for (size_t i = 0; i < n; i++) {
		key[i] = spt_groups_key(g, order[i]);
		state[i] = spt_groups_state(g, order[i]);
		__builtin_prefetch(key[i]);
		__builtin_prefetch(state[i]);
	}
	if (span != NULL) {
		if (put_time(&b->cols[0], span->start, n, e) < 0 ||
		    put_time(&b->cols[1], span->end, n, e) < 0)
			return -1;
		col = 2;
	}
	rc = spt_keyset_emit_many(&w->keys, key, n, TEXT_TOGETHER, b, col, e);
	if (rc <= 0)
		return rc;
	col += w->keys.n;
	return spt_aggs_emit_many(&w->aggs, state, n, b, col, e) < 0 ? -1 : 1;
}

/* The same as rows of the output. */
static int
put_many(const struct spt_window *w, const struct spt_interval *span,
    const struct spt_groups *g, const uint32_t *order, size_t n,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_builder *b = spt_emit_builder(out, SPT_STREAM);
	int rc = put_columns(w, span, g, order, n, b, e);

	if (rc < 0 && e->kind == SPT_EDATA) {
		spt_err_clear(e);
		rc = 0;
	}
	if (rc <= 0) {
		spt_builder_undo_row(b);
		return rc;
	}
	for (size_t i = 1; i < n; i++)
		spt_builder_end_row(b);
	return spt_emit_row(out, SPT_STREAM, e) < 0 ? -1 : 1;
}

/* How many of n groups go out next. */
static size_t
fit(struct spt_emit *out, size_t n)
{
	const struct spt_builder *b = spt_emit_builder(out, SPT_STREAM);
	size_t room = SPT_BATCH_ROWS - (size_t)b->rows;

	if (n > TOGETHER)
		n = TOGETHER;
	return n < room ? n : room;
}

int
spt_window_results(struct spt_window *w, const struct spt_interval *span,
    const struct spt_groups *g, const uint32_t *which, size_t n,
    struct spt_emit *out, struct spt_err *e)
{
	bool single = have_texts(w);
	size_t m;

	if (n == 0)
		return 0;
	if (spt_groups_sort(g, which, n, &w->order, e) < 0)
		return -1;
	for (size_t k = 0; k < n; k += m) {
		const uint32_t *order = w->order.v + k;
		int rc = 0;

		m = fit(out, n - k);
		if (!single)
			rc = put_many(w, span, g, order, m, out, e);
		for (size_t i = 0; i < m && rc == 0; i++)
			rc = spt_window_result(w, span,
			    spt_groups_key(g, order[i]),
			    spt_groups_state(g, order[i]), out, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}
