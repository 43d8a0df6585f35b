/*
 * window_slices - windows of a size, made from the slices that rows are in.
 *
 * Panes are sorted, so the slices of a window stand next to each other, and as
 * windows go on, both ends of that stretch go on.  A window of one slice is
 * that slice; another is merged into a table of its own for as long as its
 * results take (merges.h).
 */
#include "window/swindow.h"

/* The windows that are looked at one after the other. */
struct walk {
	size_t at;     /* the pane whose windows these are */
	size_t lo, hi; /* the panes of window n */
	__int128 n, next;
};

static void
start(struct walk *k, const struct spt_window *w)
{
	const struct spt_pane *oldest;

	*k = (struct walk){ 0 };
	if (w->panes.n == 0)
		return;
	oldest = w->panes.v[0];
	k->next = oldest->first;
	/* Older windows were emitted when they closed. */
	if (w->closes && w->watermark != SPT_TIME_MIN &&
	    spt_assign_after(&w->spec, w->watermark) > k->next)
		k->next = spt_assign_after(&w->spec, w->watermark);
}

/* Window k->n is the next one with rows, or (fresh) with new ones; false:
 * there is none. */
static bool
step(struct walk *k, const struct spt_window *w, bool fresh)
{
	struct spt_pane *const *v = w->panes.v;
	size_t n = w->panes.n;

	while (k->at < n &&
	       (v[k->at]->last < k->next || (fresh && !v[k->at]->fresh)))
		k->at++;
	if (k->at == n)
		return false;
	k->n = v[k->at]->first > k->next ? v[k->at]->first : k->next;
	k->next = k->n + 1;
	while (v[k->lo]->last < k->n)
		k->lo++;
	while (k->hi < n && v[k->hi]->first <= k->n)
		k->hi++;
	return true;
}

/* ---- one window ---------------------------------------------------------- */

/* The window as few parts, in the order of time. */
static int
divide(struct spt_window *w, const struct walk *k,
    struct spt_pane *parts[SPT_MERGES_PARTS], size_t *n, struct spt_err *e)
{
	struct spt_pane *const *v = w->panes.v + k->lo;
	size_t n_v = k->hi - k->lo;
	int64_t whole = w->spec.size / w->spec.slide;
	struct spt_pane *head = NULL;

	/* The end of the window cuts its last unit. */
	if (v[n_v - 1]->unit == k->n + whole)
		head = v[--n_v];
	if (spt_merges_get(&w->merges, v, n_v, k->n, whole, parts, n, e) < 0)
		return -1;
	if (head != NULL)
		parts[(*n)++] = head;
	return 0;
}

/* g gets the keys that rows of this epoch touched, with empty states. */
static int
add_touched(const struct spt_window *w, const struct walk *k,
    struct spt_groups *g, struct spt_err *e)
{
	for (size_t p = k->lo; p < k->hi; p++) {
		const struct spt_groups *from = &w->panes.v[p]->groups;

		for (size_t t = 0; t < from->touched.n; t++) {
			uint32_t i = from->touched.v[t], ignored;

			if (spt_groups_at_key(g, spt_groups_key(from, i),
				from->v[i].key_len, from->v[i].hash, &ignored,
				e) < 0)
				return -1;
		}
	}
	return 0;
}

/* Adds to the groups of g what the part has of them. */
static int
add_known(
    struct spt_groups *g, const struct spt_groups *part, struct spt_err *e)
{
	for (uint32_t i = 0; i < g->n; i++) {
		uint32_t k = spt_groups_find(
		    part, spt_groups_key(g, i), g->v[i].key_len, g->v[i].hash);

		if (k < part->n &&
		    spt_aggs_merge(g->aggs, spt_groups_state(g, i),
			spt_groups_state(part, k), e) < 0)
			return -1;
	}
	return 0;
}

static int
merge_parts(struct spt_window *w, const struct walk *k, struct spt_groups *g,
    struct spt_err *e)
{
	struct spt_pane *parts[SPT_MERGES_PARTS];
	size_t n;

	if (divide(w, k, parts, &n, e) < 0)
		return -1;
	if (w->mode == SPT_UPDATE && add_touched(w, k, g, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct spt_groups *part = &parts[i]->groups;

		if ((w->mode == SPT_UPDATE ? add_known(g, part, e)
					   : spt_groups_merge(g, part, e)) < 0)
			return -1;
	}
	return 0;
}

static int
emit_window(struct spt_window *w, const struct walk *k,
    const struct spt_interval *span, struct spt_emit *out, struct spt_err *e)
{
	struct spt_groups merged;
	int rc;

	if (k->hi - k->lo == 1) {
		const struct spt_groups *g = &w->panes.v[k->lo]->groups;

		if (w->mode == SPT_UPDATE)
			return spt_window_results(
			    w, span, g, g->touched.v, g->touched.n, out, e);
		return spt_window_results(w, span, g, NULL, g->n, out, e);
	}
	spt_groups_init(&merged, w->io, &w->keys, &w->aggs);
	rc = merge_parts(w, k, &merged, e);
	if (rc == 0)
		rc = spt_window_results(
		    w, span, &merged, NULL, merged.n, out, e);
	spt_groups_fini(&merged);
	return rc;
}

/* ---- all of them --------------------------------------------------------- */

int
spt_window_emit_slices(
    struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	struct walk k;

	for (size_t p = 0; p < w->panes.n; p++)
		if (w->panes.v[p]->fresh)
			spt_merges_spoil(&w->merges, w->panes.v[p]->unit);
	start(&k, w);
	while (step(&k, w, w->mode == SPT_UPDATE)) {
		struct spt_interval span = spt_assign_window(&w->spec, k.n);

		if (w->mode == SPT_APPEND && !spt_window_closed(w, span.end))
			return 0;
		if (emit_window(w, &k, &span, out, e) < 0)
			return -1;
	}
	return 0;
}

bool
spt_window_slice_closed(const struct spt_window *w, const struct spt_pane *pane)
{
	return spt_window_closed(
	    w, spt_assign_window(&w->spec, pane->last).end);
}

void
spt_window_forget_merges(struct spt_window *w)
{
	if (w->panes.n == 0 || w->mode == SPT_COMPLETE)
		spt_merges_forget(&w->merges, (__int128)1 << 100);
	else if (w->closes && w->closing != SPT_TIME_MIN)
		spt_merges_forget(
		    &w->merges, spt_assign_after(&w->spec, w->closing));
}

size_t
spt_window_count_slices(struct spt_window *w, struct spt_interval *oldest)
{
	__int128 n = 0;
	struct walk k;

	spt_panes_sort(&w->panes);
	start(&k, w);
	for (size_t p = 0; p < w->panes.n; p++) {
		const struct spt_pane *pane = w->panes.v[p];

		if (pane->last < k.next)
			continue;
		if (pane->first > k.next)
			k.next = pane->first;
		if (n == 0)
			*oldest = spt_assign_window(&w->spec, k.next);
		n += pane->last + 1 - k.next;
		k.next = pane->last + 1;
	}
	return (size_t)n;
}
