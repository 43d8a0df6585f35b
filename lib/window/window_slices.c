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
	size_t done;  /* the panes before it were released */
	size_t nodes; /* merged ahead, when they were last forgotten */
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

			if (spt_groups_at(g, from->v[i].key, &ignored, e) < 0)
				return -1;
		}
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
		struct spt_groups *part = &parts[i]->groups;

		if ((w->mode == SPT_UPDATE ? spt_groups_merge_known(g, part, e)
					   : spt_groups_merge(g, part, e)) < 0)
			return -1;
	}
	return 0;
}

static int
emit_window(struct spt_window *w, const struct walk *k,
    const struct spt_interval *span, struct spt_emit *out, struct spt_err *e)
{
	if (k->hi - k->lo == 1) {
		const struct spt_groups *g = &w->panes.v[k->lo]->groups;

		if (w->mode == SPT_UPDATE)
			return spt_window_results(
			    w, span, g, g->touched.v, g->touched.n, out, e);
		return spt_window_results(w, span, g, NULL, g->n, out, e);
	}
	spt_groups_reset(&w->merged);
	if (merge_parts(w, k, &w->merged, e) < 0)
		return -1;
	return spt_window_results(
	    w, span, &w->merged, NULL, w->merged.n, out, e);
}

/* What no window behind this one needs goes before the next is made, so that
 * a barrier that closes all windows needs no memory for all of them. */
static int
release(struct spt_window *w, struct walk *k, struct spt_err *e)
{
	struct spt_pane *const *v = w->panes.v;

	for (; k->done < w->panes.n && v[k->done]->last <= k->n; k->done++)
		if (spt_window_release(w, v[k->done], e) < 0)
			return -1;
	/* Going through the nodes each time would take long. */
	if (w->merges.nodes.n < k->nodes * 2 + 16)
		return 0;
	spt_merges_forget(&w->merges, k->next);
	k->nodes = w->merges.nodes.n;
	return 0;
}

/* ---- all of them --------------------------------------------------------- */

/* Where many results are to be in order, all keys are ordered once. */
static int
rank(struct spt_window *w, struct spt_err *e)
{
	size_t n = 0;

	for (size_t p = 0; p < w->panes.n && n < w->dict.n; p++) {
		const struct spt_pane *pane = w->panes.v[p];

		if (w->mode == SPT_COMPLETE ||
		    spt_window_closed(
			w, spt_assign_window(&w->spec, pane->first).end))
			n += pane->groups.n;
	}
	return n >= w->dict.n ? spt_keydict_rank(&w->dict, e) : 0;
}

int
spt_window_emit_slices(
    struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	struct walk k;

	for (size_t p = 0; p < w->panes.n; p++)
		if (w->panes.v[p]->fresh)
			spt_merges_spoil(&w->merges, w->panes.v[p]->unit);
	if (w->mode != SPT_UPDATE && rank(w, e) < 0)
		return -1;
	start(&k, w);
	while (step(&k, w, w->mode == SPT_UPDATE)) {
		struct spt_interval span = spt_assign_window(&w->spec, k.n);

		if (w->mode == SPT_APPEND && !spt_window_closed(w, span.end))
			return 0;
		if (emit_window(w, &k, &span, out, e) < 0 ||
		    (w->mode == SPT_APPEND && release(w, &k, e) < 0))
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
