/*
 * window - rows into windows and groups: the stage, and its life.
 *
 * Rows find their groups in window_rows.c.  A window is late when it ended at
 * or before the watermark of the previous barrier; at a barrier, those that
 * end at or before its watermark are closed (emission.c).  Complete mode knows
 * neither.
 */
#include <string.h>

#include "base/hash.h"
#include "window/aggpartial.h"
#include "window/swindow.h"

static void
close_stage(void *self)
{
	struct spt_window *w = self;

	spt_panes_fini(&w->panes);
	spt_merges_fini(&w->merges);
	spt_groups_fini(&w->merged);
	spt_sessions_fini(&w->sessions);
	spt_keydict_fini(&w->dict);
	spt_windowspec_fini(&w->spec);
	spt_list_fini(&w->key_names);
	spt_aggs_fini(&w->aggs);
	spt_buf_fini(&w->removed);
	spt_buf_fini(&w->text);
	spt_free(w->io, w->time_name);
	spt_free(w->io, w->keys.cols);
	spt_free(w->io, w->hits.row);
	spt_free(w->io, w->hits.span);
	spt_free(w->io, w->hits.hash);
	spt_free(w->io, w->hits.key);
	spt_free(w->io, w->hits.group);
	spt_free(w->io, w->hits.state);
	spt_free(w->io, w->chosen.v);
	spt_free(w->io, w->order.v);
	spt_free(w->outer, w);
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

/* What --merge reads has its windows, keys and accuracy in it. */
static int
check_merge(const struct spt_window_conf *conf, struct spt_err *e)
{
	const char *said = conf->window != NULL     ? "-w"
			   : conf->offset != 0      ? "--offset"
			   : conf->keys != NULL     ? "-k"
			   : conf->time != NULL     ? "-t"
			   : conf->accuracy != NULL ? "--accuracy"
						    : NULL;

	if (!conf->merge || said == NULL)
		return 0;
	return spt_fail(e, SPT_EUSAGE,
	    "--merge takes windows and keys from the partial results: %s "
	    "belongs to the swindow --partial that made them",
	    said);
}

static int
check(const struct spt_window *w, const struct spt_window_conf *conf,
    struct spt_err *e)
{
	if (conf->time != NULL && conf->window == NULL)
		return spt_fail(e, SPT_EUSAGE,
		    "-t names the time of windows: say their size with -w");
	if (w->spec.kind == SPT_WINDOW_SESSION && w->mode == SPT_UPDATE)
		return spt_fail(e, SPT_EUSAGE,
		    "sessions cannot be updated: a row may join two that were "
		    "written already; say -m append (each session once it is "
		    "over) or -m complete");
	if (w->partial && w->mode != SPT_APPEND)
		return spt_fail(e, SPT_EUSAGE,
		    "--partial needs -m append: of a state that is written "
		    "twice the rows would count twice; the swindow --merge "
		    "behind it may say -m update or -m complete");
	return 0;
}

static int
set(struct spt_window *w, const struct spt_window_conf *conf, struct spt_err *e)
{
	w->partial = conf->partial;
	w->merge = conf->merge;
	w->verbose = conf->verbose;
	w->max_groups = conf->max_groups;
	if (conf->time != NULL) {
		w->time_name = spt_strdup(w->io, conf->time, e);
		if (w->time_name == NULL)
			return -1;
	}
	if (check_merge(conf, e) < 0 || set_mode(w, conf->mode, e) < 0 ||
	    spt_windowspec_parse(
		&w->spec, w->io, conf->window, conf->offset, e) < 0 ||
	    check(w, conf, e) < 0)
		return -1;
	if (spt_list_parse(&w->key_names, w->io, conf->keys, e) < 0)
		return spt_err_where(e, "-k");
	if (w->merge && conf->n_aggs == 0)
		spt_aggs_init(&w->aggs, w->io);
	else if (spt_aggs_parse(&w->aggs, w->io, conf->aggs, conf->n_aggs, e) <
		 0)
		return -1;
	if (conf->accuracy != NULL &&
	    spt_aggs_set_accuracy(&w->aggs, conf->accuracy, e) < 0)
		return spt_err_where(e, "--accuracy");
	return 0;
}

int
spt_window_new(struct spt_window **out, const struct spt_io *io,
    const struct spt_window_conf *conf, struct spt_err *e)
{
	struct spt_window *w = spt_alloc_zero(io, sizeof *w, e);

	if (w == NULL)
		return -1;
	w->outer = w->io = io;
	if (conf->max_memory != 0) {
		spt_bound_init(&w->bound, io, (size_t)conf->max_memory);
		w->io = &w->bound.io;
	}
	w->watermark = SPT_TIME_MIN;
	spt_buf_init(&w->removed, w->io);
	spt_buf_init(&w->text, w->io);
	if (set(w, conf, e) < 0) {
		spt_window_failed(w, e);
		close_stage(w);
		return -1;
	}
	*out = w;
	return 0;
}

static int
open_tables(struct spt_window *w, struct spt_err *e)
{
	struct spt_hits *h = &w->hits;

	h->row = spt_alloc(w->io, SPT_HITS * sizeof *h->row, e);
	h->span = spt_alloc(w->io, SPT_HITS * sizeof *h->span, e);
	h->hash = spt_alloc(w->io, SPT_HITS * sizeof *h->hash, e);
	h->key = spt_alloc(w->io, SPT_HITS * sizeof *h->key, e);
	h->group = spt_alloc(w->io, SPT_HITS * sizeof *h->group, e);
	h->state = spt_alloc(w->io, SPT_HITS * sizeof *h->state, e);
	return h->row == NULL || h->span == NULL || h->hash == NULL ||
		       h->key == NULL || h->group == NULL || h->state == NULL
		   ? -1
		   : 0;
}

static int
open_stage(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_window *w = self;

	(void)n_in;
	if (open_tables(w, e) < 0 || spt_window_open(w, in[0], out, e) < 0)
		return spt_window_failed(w, e);
	spt_keydict_init(&w->dict, w->io, &w->keys, spt_hash_seed());
	spt_panes_init(&w->panes, w->io, &w->dict, &w->aggs);
	spt_merges_init(&w->merges, w->io, &w->dict, &w->aggs);
	spt_groups_init(&w->merged, w->io, &w->dict, &w->aggs);
	spt_sessions_init(&w->sessions, w->io, &w->dict, &w->aggs);
	w->sessions.changes = spt_window_session_changes;
	w->sessions.ctx = w;
	if (w->mode == SPT_UPDATE)
		spt_panes_track(&w->panes, SPT_GROUP_TOUCHED);
	return 0;
}

static int
batch(void *self, int input, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_window *w = self;

	(void)input;
	if (spt_window_take(w, b, out, e) < 0)
		return spt_window_failed(w, e);
	return 0;
}

/* ---- epochs -------------------------------------------------------------- */

static int
say_figures(struct spt_window *w, struct spt_emit *out, struct spt_err *e)
{
	struct spt_interval oldest;
	const struct {
		const char *name;
		int64_t value;
	} figures[] = {
		{ "counted", w->rows - w->late - w->null_time - w->no_gap },
		{ "late", w->late },
		{ "null_time", w->null_time },
		{ "windows", (int64_t)spt_window_count(w, &oldest) },
		{ "groups", (int64_t)spt_window_groups(w) },
		{ "no_gap", w->no_gap },
	};
	size_t n = sizeof figures / sizeof figures[0] - (w->gap_col < 0);

	for (size_t i = 0; i < n; i++)
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
	if (spt_window_emit(w, out, e) < 0)
		return spt_window_failed(w, e);
	if (c->watermark > w->watermark) {
		w->watermark = c->watermark;
		w->moved = c->time;
	}
	if (say_figures(w, out, e) < 0)
		return -1;
	spt_window_watch(w, c->time, out);
	w->current = w->other = NULL;
	w->total_late += w->late;
	w->rows = w->late = w->null_time = w->no_gap = 0;
	return 0;
}

static const char *const sides[] = { "late", NULL };

/* A state says of which windows, keys and aggregates it is, but not of these.
 */
static const char *const fixed[] = { "mode", "time", "partial", "merge", NULL };

const struct spt_stage spt_window_stage = {
	.name = "swindow",
	.min_inputs = 1,
	.max_inputs = 1,
	.sides = sides,
	.open = open_stage,
	.batch = batch,
	.barrier = barrier,
	.save = spt_window_save,
	.load = spt_window_load,
	.fixed = fixed,
	.close = close_stage,
	.status = spt_window_status,
};
