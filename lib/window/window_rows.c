/*
 * window_rows - which groups a row goes into.
 *
 * A batch is worked on in chunks: keys are hashed a column at a time, each row
 * finds its slice (or session) and in it its group (a hit), and then each
 * aggregate runs over the hits, so that nothing is decided twice for a row.
 * A row has one hit, however many windows it is in.
 */
#include "window/aggpartial.h"
#include "window/eventtime.h"
#include "window/gap.h"
#include "window/swindow.h"

/* ---- hits ---------------------------------------------------------------- */

/* Every hit has its group, so states do not move any more. */
static int
flush_hits(struct spt_window *w, struct spt_err *e)
{
	size_t n = w->n_hits;

	if (n == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const struct spt_hit *h = &w->hits[i];

		w->states[i] =
		    h->pane != NULL
			? spt_groups_state(&h->pane->groups, h->group)
			: spt_sessions_state(&w->sessions, h->group);
		w->hit_rows[i] = h->row;
	}
	w->n_hits = 0;
	if (w->merge)
		return spt_aggs_merge_rows(
		    &w->aggs, w->batch, w->states, w->hit_rows, n, e);
	return spt_aggs_update(
	    &w->aggs, w->batch, w->states, w->hit_rows, n, e);
}

static int
note(struct spt_window *w, struct spt_pane *pane, int64_t row, uint32_t group,
    struct spt_err *e)
{
	w->hits[w->n_hits] = (struct spt_hit){ pane, (uint32_t)row, group };
	return ++w->n_hits == SPT_HITS ? flush_hits(w, e) : 0;
}

/* The row into its group of w->current. */
static int
hit(struct spt_window *w, int64_t row, uint64_t hash, struct spt_err *e)
{
	struct spt_pane *pane = w->current;
	uint32_t group;

	if (spt_groups_at_row(&pane->groups, w->batch, row, hash, &group, e) <
		0 ||
	    spt_groups_touch(&pane->groups, group, e) < 0)
		return -1;
	return note(w, pane, row, group, e);
}

static int
enter(struct spt_window *w, const struct spt_interval *span, struct spt_err *e)
{
	w->current = spt_panes_get(&w->panes, span, e);
	if (w->current == NULL)
		return -1;
	w->current->fresh = true;
	return 0;
}

/* Counts a late row, and keeps it for who wants such rows. */
static int
lose(struct spt_window *w, int64_t row, struct spt_err *e)
{
	struct spt_builder *b;

	w->late++;
	if (!spt_emit_wanted(w->out, SPT_WINDOW_LATE))
		return 0;
	b = spt_emit_builder(w->out, SPT_WINDOW_LATE);
	for (size_t i = 0; i < w->batch->n; i++)
		if (spt_builder_cell(b, i, &w->batch->cols[i], row, e) < 0)
			return -1;
	return spt_emit_row(w->out, SPT_WINDOW_LATE, e);
}

/* ---- kinds of windows ---------------------------------------------------- */

/* A row without windows; groups by event time close one by one. */
static int
take_plain(struct spt_window *w, int64_t row, uint64_t hash, struct spt_err *e)
{
	static const struct spt_interval always = { 0, 0 };

	if (w->closes) {
		int at = w->keys.cols[w->event_key].col;
		const struct spt_col *c = &w->batch->cols[at];

		if (!spt_col_null(c, row) &&
		    spt_window_late(
			w, spt_eventtime_back(c->ints[row], w->time_shift)))
			return lose(w, row, e);
	}
	if (w->current == NULL && enter(w, &always, e) < 0)
		return -1;
	return hit(w, row, hash, e);
}

/* A row into its slice.  All rows of a slice are late for the same windows,
 * the oldest; they count in the others, which are still open. */
static int
take_slice(struct spt_window *w, int64_t row, spt_time t, uint64_t hash,
    struct spt_err *e)
{
	struct spt_slice s;

	spt_slice_get(&w->spec, t, &s);
	if (spt_window_late(w, spt_assign_window(&w->spec, s.last).end))
		return lose(w, row, e);
	if (enter(w, &s.span, e) < 0)
		return -1;
	w->current->unit = s.unit;
	w->current->first = s.first;
	w->current->last = s.last;
	w->current_late =
	    spt_window_late(w, spt_assign_window(&w->spec, s.first).end);
	if (w->current_late && lose(w, row, e) < 0)
		return -1;
	return hit(w, row, hash, e);
}

static int
take_fixed(struct spt_window *w, int64_t row, spt_time t, uint64_t hash,
    struct spt_err *e)
{
	/* Mostly a row is where the one before it was. */
	if (w->current == NULL || t < w->current->span.start ||
	    t >= w->current->span.end)
		return take_slice(w, row, t, hash, e);
	if (w->current_late && lose(w, row, e) < 0)
		return -1;
	return hit(w, row, hash, e);
}

static int
take_session(struct spt_window *w, int64_t row, const struct spt_interval *span,
    uint64_t hash, struct spt_err *e)
{
	uint32_t key, i;

	if (spt_window_late(w, span->end))
		return lose(w, row, e);
	if (spt_groups_at_row(&w->sessions.keys, w->batch, row, hash, &key, e) <
		0 ||
	    spt_sessions_add(&w->sessions, key, span, &i, e) < 0)
		return -1;
	return note(w, NULL, row, i, e);
}

/* A row that is an event: it opens or prolongs a session. */
static int
take_event(struct spt_window *w, int64_t row, spt_time t, uint64_t hash,
    struct spt_err *e)
{
	struct spt_interval span = { t, t };
	int64_t gap = w->spec.gap;

	if (w->gap_col >= 0) {
		const struct spt_col *c = &w->batch->cols[w->gap_col];
		int rc = spt_gap_get(c, row, &gap, e);

		if (rc < 0)
			return spt_err_where(
			    e, "-w gap:@%s", w->spec.gap_column);
		if (rc == 0) {
			w->no_gap++;
			return 0;
		}
	}
	span.end = spt_eventtime_back(t, -gap);
	return take_session(w, row, &span, hash, e);
}

/* A row of partial results, which says its window. */
static int
take_given(struct spt_window *w, int64_t row, uint64_t hash, struct spt_err *e)
{
	const struct spt_col *start = &w->batch->cols[w->start_col];
	const struct spt_col *end = &w->batch->cols[w->time_col];
	struct spt_interval span;

	if (spt_col_null(start, row) || spt_col_null(end, row)) {
		w->null_time++;
		return 0;
	}
	span.start = start->ints[row];
	span.end = end->ints[row];
	if (w->spec.kind == SPT_WINDOW_SESSION)
		return take_session(w, row, &span, hash, e);
	if (spt_window_late(w, span.end))
		return lose(w, row, e);
	if ((w->current == NULL || w->current->span.start != span.start ||
		w->current->span.end != span.end) &&
	    enter(w, &span, e) < 0)
		return -1;
	return hit(w, row, hash, e);
}

static int
take_row(struct spt_window *w, int64_t row, uint64_t hash, struct spt_err *e)
{
	const struct spt_col *c;
	spt_time t;

	if (w->spec.kind == SPT_WINDOW_NONE)
		return take_plain(w, row, hash, e);
	if (w->merge)
		return take_given(w, row, hash, e);
	c = &w->batch->cols[w->time_col];
	if (spt_col_null(c, row)) {
		w->null_time++;
		return 0;
	}
	t = spt_eventtime_back(c->ints[row], w->time_shift);
	if (w->spec.kind == SPT_WINDOW_SESSION)
		return take_event(w, row, t, hash, e);
	return take_fixed(w, row, t, hash, e);
}

int
spt_window_session_changes(void *ctx, uint32_t i, struct spt_err *e)
{
	struct spt_window *w = ctx;

	if (flush_hits(w, e) < 0)
		return -1;
	return spt_window_session_removed(w, i, e);
}

int
spt_window_take(struct spt_window *w, const struct spt_batch *b,
    struct spt_emit *out, struct spt_err *e)
{
	w->batch = b;
	w->out = out;
	w->rows += b->rows;
	for (int64_t first = 0; first < b->rows; first += SPT_HITS) {
		int64_t n = b->rows - first;

		if (n > SPT_HITS)
			n = SPT_HITS;
		spt_keyset_hash(&w->keys, b, first, n, w->seed, w->hashes);
		for (int64_t i = 0; i < n; i++)
			if (take_row(w, first + i, w->hashes[i], e) < 0)
				return -1;
		if (spt_window_check(w, e) < 0)
			return -1;
	}
	if (flush_hits(w, e) < 0)
		return -1;
	w->aggs.seq += b->rows;
	w->batch = NULL;
	w->out = NULL;
	return 0;
}
