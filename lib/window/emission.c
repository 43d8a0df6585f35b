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
 * window, and its groups where it is made of several slices, nothing is held:
 * rows leave as batches fill.
 *
 * Here are windows that are panes, and groups without windows; windows of
 * slices are in window_slices.c, sessions in window_sessions.c.
 */
#include "window/eventtime.h"
#include "window/swindow.h"

#define SWEEP_MIN 256 /* keys that are not worth a sweep */

bool
spt_window_closed(const struct spt_window *w, spt_time end)
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
	if (w->spec.kind == SPT_WINDOW_FIXED)
		return spt_window_slice_closed(w, pane);
	return spt_window_closed(w, pane->span.end);
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
	return spt_window_closed(w, spt_eventtime_back(t, w->time_shift));
}

/* ---- results ---------------------------------------------------------- */

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

/* A pane that is a window, or all there is without windows. */
static int
emit_pane(struct spt_window *w, struct spt_pane *pane, struct spt_emit *out,
    struct spt_err *e)
{
	const struct spt_groups *g = &pane->groups;
	const struct spt_interval *span =
	    w->spec.kind == SPT_WINDOW_NONE ? NULL : &pane->span;

	if (w->mode == SPT_UPDATE)
		return spt_window_results(
		    w, span, g, g->touched.v, g->touched.n, out, e);
	if (w->mode == SPT_COMPLETE || pane_closed(w, pane))
		return spt_window_results(w, span, g, NULL, g->n, out, e);
	if (w->event_key < 0)
		return 0;
	if (choose_closed(w, pane, e) < 0)
		return -1;
	return spt_window_results(w, span, g, w->chosen.v, w->chosen.n, out, e);
}

static int
emit_panes(struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	for (size_t p = 0; p < w->panes.n; p++)
		if (emit_pane(w, w->panes.v[p], out, e) < 0)
			return -1;
	return 0;
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

int
spt_window_release(
    struct spt_window *w, struct spt_pane *pane, struct spt_err *e)
{
	struct spt_groups *g = &pane->groups;

	for (uint32_t i = 0; i < g->n; i++)
		if (spt_window_removed(w, pane, i, e) < 0)
			return -1;
	spt_groups_fini(g);
	spt_groups_init(g, w->io, &w->dict, &w->aggs);
	return 0;
}

static int
keep_keys(
    struct spt_window *w, uint8_t *keep, uint32_t *moved, struct spt_err *e)
{
	spt_panes_keep(&w->panes, keep);
	spt_panes_keep(&w->merges.nodes, keep);
	if (spt_keydict_keep(&w->dict, keep, moved, e) < 0 ||
	    spt_panes_renumber(&w->panes, moved, e) < 0)
		return -1;
	return spt_panes_renumber(&w->merges.nodes, moved, e);
}

/* Forgets keys that are in no group, when they may be many. */
static int
sweep(struct spt_window *w, struct spt_err *e)
{
	size_t n = w->dict.n;
	uint32_t *moved;
	uint8_t *keep;
	int rc = -1;

	if (n < SWEEP_MIN || n / 2 < spt_panes_groups(&w->panes))
		return 0;
	keep = spt_alloc_zero(w->io, n, e);
	moved = spt_alloc(w->io, n * sizeof *moved, e);
	if (keep != NULL && moved != NULL)
		rc = keep_keys(w, keep, moved, e);
	spt_free(w->io, keep);
	spt_free(w->io, moved);
	return rc;
}

static int
forget(struct spt_window *w, struct spt_err *e)
{
	for (size_t p = 0; p < w->panes.n; p++) {
		struct spt_pane *pane = w->panes.v[p];

		spt_groups_untouch(&pane->groups);
		pane->fresh = false;
		if (pane_closed(w, pane)) {
			if (spt_window_release(w, pane, e) < 0)
				return -1;
		} else if (w->event_key >= 0 && w->closes &&
			   forget_groups(w, pane, e) < 0) {
			return -1;
		}
	}
	spt_panes_drop(&w->panes, pane_closed, w);
	if (w->spec.kind == SPT_WINDOW_FIXED)
		spt_window_forget_merges(w);
	return sweep(w, e);
}

/* As in SQL, an aggregate over no rows at all has one result when there is
 * nothing to group by.  (Partial results of nothing are nothing.) */
static int
add_empty(struct spt_window *w, struct spt_err *e)
{
	static const struct spt_interval always = { 0, 0 };
	struct spt_pane *pane;
	uint32_t id, i;

	if (!w->final || w->mode != SPT_APPEND || w->partial ||
	    w->panes.n != 0 || w->spec.kind != SPT_WINDOW_NONE ||
	    w->keys.n != 0)
		return 0;
	pane = spt_panes_get(&w->panes, &always, e);
	if (pane == NULL)
		return -1;
	if (spt_keydict_put(&w->dict, (const uint8_t *)"", 0, &id, e) < 0)
		return -1;
	return spt_groups_at(&pane->groups, id, &i, e);
}

int
spt_window_emit(struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	bool now = w->mode == SPT_APPEND || w->rows != 0;
	int rc = 0;

	if (w->spec.kind == SPT_WINDOW_SESSION)
		return spt_window_emit_sessions(w, out, e);
	if (add_empty(w, e) < 0)
		return -1;
	spt_panes_sort(&w->panes);
	if (now && w->spec.kind == SPT_WINDOW_FIXED)
		rc = spt_window_emit_slices(w, out, e);
	else if (now)
		rc = emit_panes(w, out, e);
	return rc < 0 ? -1 : forget(w, e);
}
