/*
 * emission - the results that a barrier brings.
 *
 * append: windows that the barrier closes, each result once.
 * update: groups that a row of this epoch came into; then closed windows are
 * forgotten without a word.
 * complete: everything, at barriers of epochs that had rows; nothing closes.
 * The final barrier closes all windows.
 *
 * Results are ordered by window, then keys, which makes them independent of
 * hash seeds and of the order of rows.  Apart from the sorted indices of one
 * window nothing is held: rows leave as batches fill.
 */
#include "base/time.h"
#include "window/eventtime.h"
#include "window/swindow.h"

static bool
closed(const struct spt_window *w, spt_time end)
{
	if (w->final)
		return w->mode != SPT_COMPLETE;
	return w->closes && w->closing != SPT_TIME_MIN && end <= w->closing;
}

static bool
pane_closed(void *ctx, const struct spt_pane *pane)
{
	const struct spt_window *w = ctx;

	if (w->spec.kind == SPT_WINDOW_NONE)
		return w->final && w->mode != SPT_COMPLETE;
	return closed(w, pane->span.end);
}

/* Without windows, a group closes when its event time is reached. */
static bool
group_closed(void *ctx, const struct spt_groups *g, uint32_t i)
{
	const struct spt_window *w = ctx;
	spt_time t;

	if (!spt_keyset_time(
		&w->keys, spt_groups_key(g, i), (size_t)w->event_key, &t))
		return false;
	return closed(w, spt_eventtime_back(t, w->time_shift));
}

/* ---- rows out ------------------------------------------------------------ */

/* Which group a failure is about. */
static int
at_group(struct spt_window *w, const struct spt_pane *pane, uint32_t i,
    struct spt_err *e)
{
	char start[SPT_TIME_TEXT] = "", end[SPT_TIME_TEXT] = "";
	struct spt_err ignored = { 0 };
	bool windows = w->spec.kind != SPT_WINDOW_NONE;

	if (windows) {
		spt_time_print(start, pane->span.start, NULL);
		spt_time_print(end, pane->span.end, NULL);
	}
	w->text.len = 0;
	if (spt_keyset_print(&w->keys, spt_groups_key(&pane->groups, i),
		&w->text, &ignored) < 0)
		w->text.len = 0;
	if (w->text.len != 0)
		spt_err_where(e, "group %.*s", (int)w->text.len,
		    (const char *)w->text.data);
	return windows ? spt_err_where(e, "window %s to %s", start, end) : -1;
}

static int
emit_group(struct spt_window *w, const struct spt_pane *pane, uint32_t i,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_builder *b = spt_emit_builder(out, SPT_STREAM);
	const struct spt_groups *g = &pane->groups;
	size_t col = 0;

	if (w->spec.kind != SPT_WINDOW_NONE) {
		if (spt_builder_int(b, 0, pane->span.start, e) < 0 ||
		    spt_builder_int(b, 1, pane->span.end, e) < 0)
			return -1;
		col = 2;
	}
	if (spt_keyset_emit(&w->keys, spt_groups_key(g, i), b, col, e) < 0)
		return -1;
	if (spt_aggs_emit(
		&w->aggs, spt_groups_state(g, i), b, col + w->keys.n, e) < 0)
		return e->kind == SPT_EDATA ? at_group(w, pane, i, e) : -1;
	return spt_emit_row(out, SPT_STREAM, e);
}

/* The groups of which (NULL: all n) in order. */
static int
emit_groups(struct spt_window *w, const struct spt_pane *pane,
    const uint32_t *which, size_t n, struct spt_emit *out, struct spt_err *e)
{
	if (n == 0)
		return 0;
	if (spt_groups_sort(&pane->groups, which, n, &w->order, e) < 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		if (emit_group(w, pane, w->order.v[k], out, e) < 0)
			return -1;
	return 0;
}

/* w->chosen gets the groups that close one by one. */
static int
choose_closed(
    struct spt_window *w, const struct spt_pane *pane, struct spt_err *e)
{
	struct spt_marks *m = &w->chosen;

	m->n = 0;
	for (uint32_t i = 0; i < pane->groups.n; i++) {
		if (!group_closed(w, &pane->groups, i))
			continue;
		if (spt_grow(w->io, &m->v, &m->cap, m->n + 1, sizeof *m->v, e) <
		    0)
			return -1;
		m->v[m->n++] = i;
	}
	return 0;
}

static int
emit_pane(struct spt_window *w, struct spt_pane *pane, struct spt_emit *out,
    struct spt_err *e)
{
	const struct spt_groups *g = &pane->groups;

	if (w->mode == SPT_UPDATE)
		return emit_groups(w, pane, g->touched.v, g->touched.n, out, e);
	if (w->mode == SPT_COMPLETE || pane_closed(w, pane))
		return emit_groups(w, pane, NULL, g->n, out, e);
	if (w->event_key < 0)
		return 0;
	if (choose_closed(w, pane, e) < 0)
		return -1;
	return emit_groups(w, pane, w->chosen.v, w->chosen.n, out, e);
}

/* ---- forgetting ---------------------------------------------------------- */

static int
forget_groups(struct spt_window *w, struct spt_pane *pane, struct spt_err *e)
{
	if (choose_closed(w, pane, e) < 0)
		return -1;
	for (size_t k = 0; k < w->chosen.n; k++)
		if (spt_window_removed(w, pane, w->chosen.v[k], e) < 0)
			return -1;
	if (w->chosen.n == 0)
		return 0;
	return spt_groups_drop(&pane->groups, group_closed, w, e);
}

static int
forget(struct spt_window *w, struct spt_err *e)
{
	for (size_t p = 0; p < w->panes.n; p++) {
		struct spt_pane *pane = w->panes.v[p];

		if (pane_closed(w, pane)) {
			for (uint32_t i = 0; i < pane->groups.n; i++)
				if (spt_window_removed(w, pane, i, e) < 0)
					return -1;
		} else if (w->event_key >= 0 && w->closes &&
			   forget_groups(w, pane, e) < 0) {
			return -1;
		}
	}
	spt_panes_drop(&w->panes, pane_closed, w);
	return 0;
}

/* As in SQL, an aggregate over no rows at all has one result when there is
 * nothing to group by. */
static int
add_empty(struct spt_window *w, struct spt_err *e)
{
	static const struct spt_interval always = { 0, 0 };
	struct spt_pane *pane = spt_panes_get(&w->panes, &always, e);
	uint32_t i;

	if (pane == NULL)
		return -1;
	return spt_groups_at_key(
	    &pane->groups, (const uint8_t *)"", 0, w->seed, &i, e);
}

int
spt_window_emit(struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	bool now = w->mode == SPT_APPEND || w->rows != 0;

	if (w->final && w->mode == SPT_APPEND && w->panes.n == 0 &&
	    w->spec.kind == SPT_WINDOW_NONE && w->keys.n == 0 &&
	    add_empty(w, e) < 0)
		return -1;
	spt_panes_sort(&w->panes);
	for (size_t p = 0; p < w->panes.n; p++) {
		if (now && emit_pane(w, w->panes.v[p], out, e) < 0)
			return -1;
		spt_groups_untouch(&w->panes.v[p]->groups);
	}
	return forget(w, e);
}
