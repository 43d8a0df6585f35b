/*
 * window - rows into windows and groups.
 *
 * A batch is worked on in chunks: keys are hashed a column at a time, each row
 * finds its windows and in each its group (a hit), and then each aggregate
 * runs over the hits, so that nothing is decided twice for a row.  Hits keep
 * the order of the rows, which first and last depend on.
 *
 * A window is late when it ended at or before the watermark of the previous
 * barrier; at a barrier, those that end at or before its watermark are closed
 * (emission.c).  Complete mode knows neither.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/time.h"
#include "window/eventtime.h"
#include "window/swindow.h"

/* ---- made and freed ------------------------------------------------------ */

static void
close_stage(void *self)
{
	struct spt_window *w = self;

	spt_panes_fini(&w->panes);
	spt_list_fini(&w->key_names);
	spt_aggs_fini(&w->aggs);
	spt_buf_fini(&w->removed);
	spt_buf_fini(&w->text);
	spt_free(w->io, w->time_name);
	spt_free(w->io, w->keys.cols);
	spt_free(w->io, w->hits);
	spt_free(w->io, w->states);
	spt_free(w->io, w->hit_rows);
	spt_free(w->io, w->hashes);
	spt_free(w->io, w->chosen.v);
	spt_free(w->io, w->order.v);
	spt_free(w->io, w);
}

static int
set_mode(struct spt_window *w, const char *mode, struct spt_err *e)
{
	if (mode == NULL || strcmp(mode, "append") == 0)
		w->mode = SPT_APPEND;
	else if (strcmp(mode, "update") == 0)
		w->mode = SPT_UPDATE;
	else if (strcmp(mode, "complete") == 0)
		w->mode = SPT_COMPLETE;
	else
		return spt_fail(e, SPT_EUSAGE,
		    "-m \"%s\": not one of append, update, complete", mode);
	return 0;
}

static int
set(struct spt_window *w, const struct spt_window_conf *conf, struct spt_err *e)
{
	if (conf->time != NULL && conf->window == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "-t names the time of windows: say their size with -w");
	if (conf->time != NULL) {
		w->time_name = spt_strdup(w->io, conf->time, e);
		if (w->time_name == NULL)
			return -1;
	}
	if (set_mode(w, conf->mode, e) < 0 ||
	    spt_windowspec_parse(
		&w->spec, w->io, conf->window, conf->offset, e) < 0)
		return -1;
	if (spt_list_parse(&w->key_names, w->io, conf->keys, e) < 0)
		return spt_err_where(e, "-k");
	return spt_aggs_parse(&w->aggs, w->io, conf->aggs, conf->n_aggs, e);
}

int
spt_window_new(struct spt_window **out, const struct spt_io *io,
    const struct spt_window_conf *conf, struct spt_err *e)
{
	struct spt_window *w = spt_alloc_zero(io, sizeof *w, e);

	if (w == NULL)
		return -1;
	w->io = io;
	w->watermark = SPT_TIME_MIN;
	w->seed = spt_hash_seed();
	spt_buf_init(&w->removed, io);
	spt_buf_init(&w->text, io);
	if (set(w, conf, e) < 0) {
		close_stage(w);
		return -1;
	}
	*out = w;
	return 0;
}

static int
open_stage(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_window *w = self;

	(void)n_in;
	w->hits = spt_alloc(w->io, SPT_HITS * sizeof *w->hits, e);
	w->states = spt_alloc(w->io, SPT_HITS * sizeof *w->states, e);
	w->hit_rows = spt_alloc(w->io, SPT_HITS * sizeof *w->hit_rows, e);
	w->hashes = spt_alloc(w->io, SPT_HITS * sizeof *w->hashes, e);
	if (w->hits == NULL || w->states == NULL || w->hit_rows == NULL ||
	    w->hashes == NULL || spt_window_open(w, in[0], out, e) < 0)
		return -1;
	spt_panes_init(&w->panes, w->io, &w->keys, &w->aggs, w->seed);
	if (w->mode == SPT_UPDATE)
		spt_panes_track(&w->panes, SPT_GROUP_TOUCHED);
	return 0;
}

/* ---- rows ---------------------------------------------------------------- */

/* Every hit has its group, so states do not move any more. */
static int
flush_hits(struct spt_window *w, const struct spt_batch *b, struct spt_err *e)
{
	size_t n = w->n_hits;

	for (size_t i = 0; i < n; i++) {
		const struct spt_hit *h = &w->hits[i];

		w->states[i] = spt_groups_state(&h->pane->groups, h->group);
		w->hit_rows[i] = h->row;
	}
	w->n_hits = 0;
	return spt_aggs_update(&w->aggs, b, w->states, w->hit_rows, n, e);
}

static int
hit(struct spt_window *w, struct spt_pane *pane, const struct spt_batch *b,
    int64_t row, uint64_t hash, struct spt_err *e)
{
	struct spt_hit *h = &w->hits[w->n_hits];

	h->pane = pane;
	h->row = (uint32_t)row;
	if (spt_groups_at_row(&pane->groups, b, row, hash, &h->group, e) < 0 ||
	    spt_groups_touch(&pane->groups, h->group, e) < 0)
		return -1;
	return ++w->n_hits == SPT_HITS ? flush_hits(w, b, e) : 0;
}

/* Is what ends at t beyond the watermark of the previous barrier? */
static inline bool
late(const struct spt_window *w, spt_time t)
{
	return w->closes && w->watermark != SPT_TIME_MIN && t <= w->watermark;
}

/* A row without windows; groups by event time close one by one. */
static int
take_plain(struct spt_window *w, const struct spt_batch *b, int64_t row,
    uint64_t hash, struct spt_err *e)
{
	static const struct spt_interval always = { 0, 0 };

	if (w->closes) {
		int at = w->keys.cols[w->event_key].col;
		const struct spt_col *c = &b->cols[at];

		if (!spt_col_null(c, row) &&
		    late(w, spt_eventtime_back(c->ints[row], w->time_shift))) {
			w->late++;
			return 0;
		}
	}
	if (w->current == NULL) {
		w->current = spt_panes_get(&w->panes, &always, e);
		if (w->current == NULL)
			return -1;
	}
	return hit(w, w->current, b, row, hash, e);
}

/* A row into each of its windows, oldest first. */
static int
take_windows(struct spt_window *w, const struct spt_batch *b, int64_t row,
    spt_time t, uint64_t hash, struct spt_err *e)
{
	bool was_late = false;

	for (int64_t i = spt_assign_count(&w->spec) - 1; i >= 0; i--) {
		struct spt_interval span;

		if (!spt_assign_get(&w->spec, t, i, &span))
			continue;
		if (late(w, span.end)) {
			was_late = true;
			continue;
		}
		w->current = spt_panes_get(&w->panes, &span, e);
		if (w->current == NULL ||
		    hit(w, w->current, b, row, hash, e) < 0)
			return -1;
	}
	w->late += was_late;
	return 0;
}

static int
take_row(struct spt_window *w, const struct spt_batch *b, int64_t row,
    uint64_t hash, struct spt_err *e)
{
	const struct spt_col *c;
	spt_time t;

	if (w->spec.kind == SPT_WINDOW_NONE)
		return take_plain(w, b, row, hash, e);
	c = &b->cols[w->time_col];
	if (spt_col_null(c, row)) {
		w->null_time++;
		return 0;
	}
	t = spt_eventtime_back(c->ints[row], w->time_shift);
	/* Mostly a row is where the one before it was. */
	if (w->spec.slide == w->spec.size && w->current != NULL &&
	    t >= w->current->span.start && t < w->current->span.end)
		return hit(w, w->current, b, row, hash, e);
	return take_windows(w, b, row, t, hash, e);
}

static int
batch(void *self, int input, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_window *w = self;

	(void)input;
	(void)out;
	w->rows += b->rows;
	for (int64_t first = 0; first < b->rows; first += SPT_HITS) {
		int64_t n = b->rows - first;

		if (n > SPT_HITS)
			n = SPT_HITS;
		spt_keyset_hash(&w->keys, b, first, n, w->seed, w->hashes);
		for (int64_t i = 0; i < n; i++)
			if (take_row(w, b, first + i, w->hashes[i], e) < 0)
				return -1;
	}
	return flush_hits(w, b, e);
}

/* ---- epochs -------------------------------------------------------------- */

static int
say_figures(struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	const struct {
		const char *name;
		int64_t value;
	} figures[] = {
		{ "counted", w->rows - w->late - w->null_time },
		{ "late", w->late },
		{ "null_time", w->null_time },
		{ "windows",
		    w->spec.kind == SPT_WINDOW_NONE ? 0 : (int64_t)w->panes.n },
		{ "groups", (int64_t)spt_panes_groups(&w->panes) },
	};

	for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
		if (spt_emit_figure(out, figures[i].name, figures[i].value, e) <
		    0)
			return -1;
	return 0;
}

static int
barrier(
    void *self, struct spt_control *c, struct spt_emit *out, struct spt_err *e)
{
	struct spt_window *w = self;

	w->closing = c->watermark;
	w->final = c->final;
	if (spt_window_emit(w, out, e) < 0 || say_figures(w, out, e) < 0)
		return -1;
	if (c->watermark > w->watermark)
		w->watermark = c->watermark;
	w->current = NULL;
	w->total_late += w->late;
	w->rows = w->late = w->null_time = 0;
	return 0;
}

static const struct spt_interval *
oldest(const struct spt_window *w)
{
	const struct spt_interval *first = NULL;

	for (size_t i = 0; i < w->panes.n; i++) {
		const struct spt_interval *s = &w->panes.v[i]->span;

		if (first == NULL || s->end < first->end ||
		    (s->end == first->end && s->start < first->start))
			first = s;
	}
	return first;
}

static void
status(void *self, char *text, size_t n)
{
	const struct spt_window *w = self;
	const struct spt_interval *first = oldest(w);
	char start[SPT_TIME_TEXT], end[SPT_TIME_TEXT], open[160] = "";
	size_t windows = w->panes.n, groups = spt_panes_groups(&w->panes);
	long long late_rows = w->total_late + w->late;

	if (w->spec.kind == SPT_WINDOW_FIXED && first == NULL) {
		snprintf(open, sizeof open, "0 windows open, ");
	} else if (w->spec.kind == SPT_WINDOW_FIXED) {
		spt_time_print(start, first->start, NULL);
		spt_time_print(end, first->end, NULL);
		snprintf(open, sizeof open,
		    "%zu window%s open (the oldest %s to %s), ", windows,
		    windows == 1 ? "" : "s", start, end);
	}
	snprintf(text, n, "%s%zu group%s, %lld row%s late", open, groups,
	    groups == 1 ? "" : "s", late_rows, late_rows == 1 ? "" : "s");
}

const struct spt_stage spt_window_stage = {
	.name = "swindow",
	.min_inputs = 1,
	.max_inputs = 1,
	.open = open_stage,
	.batch = batch,
	.barrier = barrier,
	.save = spt_window_save,
	.load = spt_window_load,
	.close = close_stage,
	.status = status,
};
