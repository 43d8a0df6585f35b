/*
 * window_open - what can be refused before the first row is, by name and with
 * the flag that helps.
 */
#include <string.h>

#include "window/aggpartial.h"
#include "window/eventtime.h"
#include "window/gap.h"
#include "window/swindow.h"

/* ---- which column is time ------------------------------------------------ */

/* The only timestamp column. */
static int
guess_time(struct spt_window *w, const struct spt_schema *in, struct spt_err *e)
{
	struct spt_buf names;
	size_t n = 0;
	int rc = 0;

	spt_buf_init(&names, w->io);
	for (size_t i = 0; i < in->n && rc == 0; i++) {
		if (in->fields[i].type != SPT_TIMESTAMP)
			continue;
		w->time_col = (int)i;
		rc = spt_buf_printf(&names, e, "%s%s", n++ != 0 ? ", " : "",
		    in->fields[i].name);
	}
	if (rc == 0 && n == 0)
		rc = spt_fail(e, SPT_EUSAGE,
		    "no column is a timestamp, and windows need one: type it "
		    "where it is read, as in sread -s 'NAME timestamp'");
	else if (rc == 0 && n > 1)
		rc = spt_fail(e, SPT_EUSAGE,
		    "which column is the time (%.*s)? put \"swatermark "
		    "COLUMN\" in front, or say -t COLUMN",
		    (int)names.len, (const char *)names.data);
	spt_buf_fini(&names);
	return rc;
}

static int
named_time(struct spt_window *w, const struct spt_schema *in, struct spt_err *e)
{
	const struct spt_field *f;

	w->time_col = spt_schema_need(in, w->time_name, e);
	if (w->time_col < 0)
		return spt_err_where(e, "-t");
	f = &in->fields[w->time_col];
	if (f->type != SPT_TIMESTAMP)
		return spt_fail(e, SPT_EUSAGE,
		    "-t: column \"%s\" is %s, not timestamp: type it where "
		    "it is read, as in sread -s '%s timestamp'",
		    f->name, spt_type_name(f->type), f->name);
	return 0;
}

/* mark: the column of swatermark, or -1. */
static int
find_time(struct spt_window *w, const struct spt_schema *in, int mark,
    struct spt_err *e)
{
	w->time_col = w->event_key = -1;
	if (w->spec.kind == SPT_WINDOW_NONE) {
		for (size_t j = 0; j < w->keys.n; j++)
			if (w->keys.cols[j].col == mark)
				w->event_key = (int)j;
		if (w->event_key >= 0)
			w->time_col = mark;
	} else if (mark < 0) {
		if ((w->time_name != NULL ? named_time(w, in, e)
					  : guess_time(w, in, e)) < 0)
			return -1;
	} else {
		w->time_col = mark;
		if (w->time_name != NULL &&
		    strcmp(w->time_name, in->fields[mark].name) != 0)
			return spt_fail(e, SPT_EUSAGE,
			    "-t says \"%s\", but swatermark made \"%s\" the "
			    "event time: name one of them",
			    w->time_name, in->fields[mark].name);
	}
	if (w->time_col >= 0)
		w->time_shift = spt_eventtime_shift(&in->fields[w->time_col]);
	w->closes = w->mode != SPT_COMPLETE && mark >= 0 && w->time_col == mark;
	return 0;
}

/* ---- the other columns --------------------------------------------------- */

static void
add_key(struct spt_window *w, const struct spt_schema *in, int col)
{
	struct spt_keycol *k = &w->keys.cols[w->keys.n++];

	k->col = col;
	k->type = in->fields[col].type;
	k->name = in->fields[col].name;
}

static int
find_keys(struct spt_window *w, const struct spt_schema *in, struct spt_err *e)
{
	size_t n = w->key_names.n;

	w->keys.cols = spt_alloc_zero(w->io, n * sizeof *w->keys.cols, e);
	if (w->keys.cols == NULL)
		return -1;
	for (size_t j = 0; j < n; j++) {
		int col = spt_schema_need(in, w->key_names.v[j], e);

		if (col < 0)
			return spt_err_where(e, "-k");
		add_key(w, in, col);
	}
	return 0;
}

static int
find_gap(struct spt_window *w, const struct spt_schema *in, struct spt_err *e)
{
	const struct spt_field *f;

	w->gap_col = -1;
	if (w->spec.gap_column == NULL)
		return 0;
	w->gap_col = spt_schema_need(in, w->spec.gap_column, e);
	if (w->gap_col < 0)
		return spt_err_where(e, "-w gap:@%s", w->spec.gap_column);
	f = &in->fields[w->gap_col];
	if (!spt_gap_type(f->type))
		return spt_fail(e, SPT_EUSAGE,
		    "-w gap:@%s: column \"%s\" is %s: a gap is a number of "
		    "seconds, or a string like 5m",
		    f->name, f->name, spt_type_name(f->type));
	return 0;
}

/* ---- partial results ----------------------------------------------------- */

static bool
is_edge(const struct spt_schema *in, size_t col, const char *edge)
{
	const char *v =
	    col < in->n ? spt_meta_get(&in->fields[col].meta, SPT_KEY_WINDOW)
			: NULL;

	return v != NULL && strcmp(v, edge) == 0 &&
	       in->fields[col].type == SPT_TIMESTAMP;
}

/* Windows and keys are those of the swindow --partial that made the rows. */
static int
find_merge(struct spt_window *w, const struct spt_schema *in, int mark,
    struct spt_err *e)
{
	bool windows = is_edge(in, 0, "start") && is_edge(in, 1, "end");

	w->keys.cols = spt_alloc_zero(w->io, in->n * sizeof *w->keys.cols, e);
	if (w->keys.cols == NULL)
		return -1;
	for (size_t i = windows ? 2 : 0; i < in->n; i++)
		if (spt_meta_get(&in->fields[i].meta, SPT_KEY_GROUP) != NULL)
			add_key(w, in, (int)i);
	if (!windows)
		return find_time(w, in, mark, e);
	w->spec.kind = SPT_WINDOW_GIVEN;
	if (spt_meta_get(&in->fields[0].meta, SPT_KEY_SESSION) != NULL)
		w->spec.kind = SPT_WINDOW_SESSION;
	w->start_col = 0;
	w->time_col = 1;
	w->event_key = -1;
	w->closes = w->mode != SPT_COMPLETE && mark == w->time_col;
	if (w->spec.kind == SPT_WINDOW_SESSION && w->mode == SPT_UPDATE)
		return spt_fail(e, SPT_EUSAGE,
		    "sessions cannot be updated: say -m append or -m "
		    "complete");
	return 0;
}

/* ---- what cannot work ---------------------------------------------------- */

/* Rows that are written again when they change are not rows to add up. */
static int
check_input(const struct spt_schema *in, struct spt_err *e)
{
	const char *mode = spt_meta_get(&in->meta, SPT_KEY_MODE);

	if (mode == NULL)
		return 0;
	return spt_fail(e, SPT_EUSAGE,
	    "the rows are results of a swindow -m %s, which writes a result "
	    "again when it changes, so each would count several times: say -m "
	    "append there (only the last swindow of a pipe may say update or "
	    "complete)",
	    mode);
}

/* Appending means that a result is never taken back, so it waits until its
 * group cannot change.  On an input without end somebody must say when. */
static int
check_mode(const struct spt_window *w, const struct spt_schema *in, int mark,
    struct spt_err *e)
{
	/* A stream that no stage of ours wrote is one epoch and ends. */
	bool bounded = spt_schema_bounded(in) ||
		       spt_meta_get(&in->meta, SPT_KEY_PROFILE) == NULL;

	if (bounded)
		return 0;
	if (w->spec.kind == SPT_WINDOW_SESSION && w->keys.n == 0)
		return spt_fail(e, SPT_EUSAGE,
		    "sessions of all rows together on an input without end: "
		    "say -k COLUMN, whose sessions they are");
	if (w->mode != SPT_APPEND || w->closes)
		return 0;
	if (w->spec.kind == SPT_WINDOW_NONE && mark >= 0)
		return spt_fail(e, SPT_EUSAGE,
		    "append without windows on an input without end: a group "
		    "would never close; say -w SIZE, or group by \"%s\", or "
		    "-m update, or -m complete",
		    in->fields[mark].name);
	if (w->spec.kind == SPT_WINDOW_NONE)
		return spt_fail(e, SPT_EUSAGE,
		    "append without windows on an input without end: a group "
		    "would never close; say -w SIZE and put swatermark in "
		    "front, or -m update, or -m complete");
	return spt_fail(e, SPT_EUSAGE,
	    "append needs a watermark on an input without end: put "
	    "\"swatermark %s\" in front, or say -m update or -m complete",
	    in->fields[w->time_col].name);
}

int
spt_window_open(struct spt_window *w, const struct spt_schema *in,
    struct spt_emit *out, struct spt_err *e)
{
	int mark = spt_schema_event_time(in, &w->delay);

	if (find_gap(w, in, e) < 0)
		return -1;
	if (w->merge) {
		if (find_merge(w, in, mark, e) < 0 ||
		    spt_aggs_bind_partial(&w->aggs, in, e) < 0)
			return -1;
	} else if (find_keys(w, in, e) < 0 || find_time(w, in, mark, e) < 0 ||
		   spt_aggs_bind(&w->aggs, in, e) < 0) {
		return -1;
	}
	if (check_input(in, e) < 0 || check_mode(w, in, mark, e) < 0)
		return -1;
	return spt_window_declare(w, in, out, e);
}
