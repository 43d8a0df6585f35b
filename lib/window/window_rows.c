/*
 * window_rows - which groups a row goes into.
 *
 * A batch is worked on in chunks, a step at a time for all rows of the chunk:
 * rows find their slices, or are late, or have no time; keys of those that
 * count are hashed, and get their numbers; numbers find groups, slice by slice;
 * and then each aggregate runs over rows and states, so that nothing is decided
 * twice for a row.  A row is in one slice, however many windows it is in.
 */
#include "window/aggpartial.h"
#include "window/eventtime.h"
#include "window/gap.h"
#include "window/swindow.h"

/* ---- steps --------------------------------------------------------------- */

/* The rows of the chunk that wait for it go into their states, which do not
 * move now. */
static int
aggregate(struct spt_window *w, struct spt_err *e)
{
	struct spt_hits *h = &w->hits;
	size_t from = h->done, n = h->n - from;
	bool panes = w->spec.kind != SPT_WINDOW_SESSION;

	for (size_t i = from; i < h->n; i++) {
		h->state[i] =
		    panes ? spt_groups_state(&h->pane[i]->groups, h->group[i])
			  : spt_sessions_state(&w->sessions, h->group[i]);
		__builtin_prefetch(h->state[i], 1);
	}
	h->done = h->n;
	if (n == 0)
		return 0;
	if (w->merge)
		return spt_aggs_merge_rows(
		    &w->aggs, w->batch, h->state + from, h->row + from, n, e);
	return spt_aggs_update(
	    &w->aggs, w->batch, h->state + from, h->row + from, n, e);
}

static int
find_keys(struct spt_window *w, size_t n, struct spt_err *e)
{
	struct spt_hits *h = &w->hits;

	spt_keyset_hash(&w->keys, w->batch, h->row, n, w->dict.seed, h->hash);
	return spt_keydict_rows(
	    &w->dict, w->batch, h->row, h->hash, n, h->key, e);
}

/* Groups of n rows in panes, which mostly are one pane after the other. */
static int
find_groups(struct spt_window *w, size_t n, struct spt_err *e)
{
	struct spt_hits *h = &w->hits;
	size_t end;

	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && h->pane[end] == h->pane[i];)
			end++;
		if (spt_groups_at_rows(&h->pane[i]->groups, h->key + i, end - i,
			h->group + i, e) < 0)
			return -1;
	}
	h->n = n;
	return aggregate(w, e);
}

/* Sessions of n rows: each may change those that it meets. */
static int
find_sessions(struct spt_window *w, size_t n, struct spt_err *e)
{
	struct spt_hits *h = &w->hits;

	for (h->n = 0; h->n < n; h->n++)
		if (spt_sessions_add(&w->sessions, h->key[h->n], &h->span[h->n],
			&h->group[h->n], e) < 0)
			return -1;
	return aggregate(w, e);
}

static inline int
note(struct spt_window *w, int64_t row)
{
	struct spt_hits *h = &w->hits;

	h->row[h->n] = (uint32_t)row;
	h->pane[h->n++] = w->current;
	return 0;
}

static int
enter(struct spt_window *w, const struct spt_interval *span, struct spt_err *e)
{
	size_t usual = w->current != NULL ? w->current->groups.n : 0;

	/* The last one may have only begun. */
	if (w->other != NULL && w->other->groups.n > usual)
		usual = w->other->groups.n;
	w->other = w->current;
	w->other_late = w->current_late;
	w->current = spt_panes_get(&w->panes, span, e);
	if (w->current == NULL)
		return -1;
	w->current->fresh = true;
	/* Windows are much alike. */
	return spt_groups_reserve(&w->current->groups, usual + usual / 16, e);
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
take_plain(struct spt_window *w, int64_t row, struct spt_err *e)
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
	return note(w, row);
}

/* A row into its slice.  All rows of a slice are late for the same windows,
 * the oldest; they count in the others, which are still open. */
static int
take_slice(struct spt_window *w, int64_t row, spt_time t, struct spt_err *e)
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
	return note(w, row);
}

static inline bool
within(const struct spt_pane *pane, spt_time t)
{
	return pane != NULL && t >= pane->span.start && t < pane->span.end;
}

/* The pane of the row before that of the last ones is the current one. */
static void
go_back(struct spt_window *w)
{
	struct spt_pane *pane = w->current;
	bool late = w->current_late;

	w->current = w->other;
	w->current_late = w->other_late;
	w->other = pane;
	w->other_late = late;
	w->current->fresh = true;
}

static int
take_fixed(struct spt_window *w, int64_t row, struct spt_err *e)
{
	const struct spt_col *c = &w->batch->cols[w->time_col];
	spt_time t;

	if (spt_col_null(c, row)) {
		w->null_time++;
		return 0;
	}
	t = spt_eventtime_back(c->ints[row], w->time_shift);
	/* Mostly a row is where the one before it was, and where a slice ends
	 * rows are in this one and the next by turns. */
	if (!within(w->current, t)) {
		if (!within(w->other, t))
			return take_slice(w, row, t, e);
		go_back(w);
	}
	if (w->current_late && lose(w, row, e) < 0)
		return -1;
	return note(w, row);
}

#define UNROLL 8 /* rows that take one branch together */

/* Rows from first on that are simply where the one before them was: how
 * many. */
static int64_t
take_run(struct spt_window *w, int64_t first, int64_t n)
{
	const struct spt_col *c = &w->batch->cols[w->time_col];
	const int64_t *t = c->ints + first;
	uint32_t *row = w->hits.row + w->hits.n;
	struct spt_pane **pane = w->hits.pane + w->hits.n;
	struct spt_pane *current = w->current;
	struct spt_interval span;
	int64_t k = 0;

	if (current == NULL || w->current_late || c->validity != NULL ||
	    w->time_shift != 0)
		return 0;
	span = current->span;
	for (; k + UNROLL <= n; k += UNROLL) {
		bool in = true;

		for (int64_t i = k; i < k + UNROLL; i++)
			in &= (t[i] >= span.start) & (t[i] < span.end);
		if (!in)
			break;
		for (int64_t i = k; i < k + UNROLL; i++) {
			row[i] = (uint32_t)(first + i);
			pane[i] = current;
		}
	}
	for (; k < n && t[k] >= span.start && t[k] < span.end; k++) {
		row[k] = (uint32_t)(first + k);
		pane[k] = current;
	}
	w->hits.n += (size_t)k;
	return k;
}

static int
take_span(struct spt_window *w, int64_t row, const struct spt_interval *span,
    struct spt_err *e)
{
	struct spt_hits *h = &w->hits;

	if (spt_window_late(w, span->end))
		return lose(w, row, e);
	h->row[h->n] = (uint32_t)row;
	h->span[h->n++] = *span;
	return 0;
}

/* A row that is an event: it opens or prolongs a session. */
static int
take_event(struct spt_window *w, int64_t row, struct spt_err *e)
{
	const struct spt_col *c = &w->batch->cols[w->time_col];
	struct spt_interval span;
	int64_t gap = w->spec.gap;

	if (spt_col_null(c, row)) {
		w->null_time++;
		return 0;
	}
	span.start = spt_eventtime_back(c->ints[row], w->time_shift);
	if (w->gap_col >= 0) {
		int rc = spt_gap_get(&w->batch->cols[w->gap_col], row, &gap, e);

		if (rc < 0)
			return spt_err_where(
			    e, "-w gap:@%s", w->spec.gap_column);
		if (rc == 0) {
			w->no_gap++;
			return 0;
		}
	}
	span.end = spt_eventtime_back(span.start, -gap);
	return take_span(w, row, &span, e);
}

/* A row of partial results, which says its window. */
static int
take_given(struct spt_window *w, int64_t row, struct spt_err *e)
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
		return take_span(w, row, &span, e);
	if (spt_window_late(w, span.end))
		return lose(w, row, e);
	if ((w->current == NULL || w->current->span.start != span.start ||
		w->current->span.end != span.end) &&
	    enter(w, &span, e) < 0)
		return -1;
	return note(w, row);
}

/* Which of the rows count, and where. */
static int
choose(struct spt_window *w, int64_t first, int64_t n, struct spt_err *e)
{
	int (*take)(struct spt_window *, int64_t, struct spt_err *);
	int rc = 0;

	if (w->spec.kind == SPT_WINDOW_FIXED && !w->merge) {
		for (int64_t i = 0; i < n && rc == 0; i++) {
			i += take_run(w, first + i, n - i);
			if (i < n)
				rc = take_fixed(w, first + i, e);
		}
		return rc;
	}
	take = w->spec.kind == SPT_WINDOW_NONE ? take_plain
	       : w->merge                      ? take_given
					       : take_event;
	for (int64_t i = 0; i < n && rc == 0; i++)
		rc = take(w, first + i, e);
	return rc;
}

int
spt_window_session_changes(void *ctx, uint32_t i, struct spt_err *e)
{
	struct spt_window *w = ctx;

	if (aggregate(w, e) < 0)
		return -1;
	return spt_window_session_removed(w, i, e);
}

static int
take_chunk(struct spt_window *w, int64_t first, int64_t n, struct spt_err *e)
{
	w->hits.n = w->hits.done = 0;
	if (choose(w, first, n, e) < 0 || find_keys(w, w->hits.n, e) < 0)
		return -1;
	if ((w->spec.kind == SPT_WINDOW_SESSION
		    ? find_sessions(w, w->hits.n, e)
		    : find_groups(w, w->hits.n, e)) < 0)
		return -1;
	return spt_window_check(w, e);
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

		if (take_chunk(w, first, n < SPT_HITS ? n : SPT_HITS, e) < 0)
			return -1;
	}
	w->aggs.seq += b->rows;
	w->batch = NULL;
	w->out = NULL;
	return 0;
}
