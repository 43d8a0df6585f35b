/*
 * window_open - what can be refused before the first row is, by name and with
 * the flag that helps.
 */
#include <string.h>

#include "window/eventtime.h"
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

static int
find_keys(struct spt_window *w, const struct spt_schema *in, struct spt_err *e)
{
	size_t n = w->key_names.n;

	w->keys.cols = spt_alloc_zero(w->io, n * sizeof *w->keys.cols, e);
	if (w->keys.cols == NULL)
		return -1;
	for (w->keys.n = 0; w->keys.n < n; w->keys.n++) {
		struct spt_keycol *k = &w->keys.cols[w->keys.n];

		k->col = spt_schema_need(in, w->key_names.v[w->keys.n], e);
		if (k->col < 0)
			return spt_err_where(e, "-k");
		k->type = in->fields[k->col].type;
		k->name = in->fields[k->col].name;
	}
	return 0;
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

	if (w->mode != SPT_APPEND || w->closes || bounded)
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

/* ---- the output ---------------------------------------------------------- */

static int
add(struct spt_schema *s, const char *name, enum spt_type type, bool key,
    struct spt_err *e)
{
	if (spt_schema_find(s, name) >= 0)
		return spt_fail(e, SPT_EUSAGE,
		    "two columns of the result would be named \"%s\" "
		    "(NAME=sum:COLUMN names an aggregate)",
		    name);
	if (spt_schema_add(s, name, type, e) < 0)
		return -1;
	if (!key)
		return 0;
	return spt_meta_set(&s->fields[s->n - 1].meta, SPT_KEY_GROUP, "1", e);
}

/* The last column of s is the event time of results: only results that are
 * never taken back have one. */
static int
mark_time(const struct spt_window *w, struct spt_schema *s,
    const struct spt_field *time, struct spt_err *e)
{
	const char *delay = spt_meta_get(&time->meta, SPT_KEY_EVENT_TIME);

	if (delay == NULL || w->mode != SPT_APPEND)
		return 0;
	return spt_meta_set(
	    &s->fields[s->n - 1].meta, SPT_KEY_EVENT_TIME, delay, e);
}

static int
add_window(const struct spt_window *w, struct spt_schema *s,
    const struct spt_schema *in, struct spt_err *e)
{
	if (add(s, "window_start", SPT_TIMESTAMP, true, e) < 0 ||
	    spt_meta_set(&s->fields[0].meta, SPT_KEY_WINDOW, "start", e) < 0 ||
	    add(s, "window_end", SPT_TIMESTAMP, true, e) < 0 ||
	    spt_meta_set(&s->fields[1].meta, SPT_KEY_WINDOW, "end", e) < 0)
		return -1;
	return mark_time(w, s, &in->fields[w->time_col], e);
}

static int
add_key(const struct spt_window *w, struct spt_schema *s,
    const struct spt_field *from, bool time, struct spt_err *e)
{
	const char *window = spt_meta_get(&from->meta, SPT_KEY_WINDOW);

	if (add(s, from->name, from->type, true, e) < 0)
		return -1;
	if (window != NULL && spt_meta_set(&s->fields[s->n - 1].meta,
				  SPT_KEY_WINDOW, window, e) < 0)
		return -1;
	return time ? mark_time(w, s, from, e) : 0;
}

static int
declare(const struct spt_window *w, const struct spt_schema *in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_schema s;
	int rc = 0;

	spt_schema_init(&s, w->io);
	if (w->spec.kind != SPT_WINDOW_NONE)
		rc = add_window(w, &s, in, e);
	for (size_t j = 0; j < w->keys.n && rc == 0; j++)
		rc = add_key(w, &s, &in->fields[w->keys.cols[j].col],
		    (int)j == w->event_key, e);
	for (size_t i = 0; i < w->aggs.n && rc == 0; i++)
		rc = add(&s, w->aggs.v[i].name, w->aggs.v[i].out, false, e);
	if (rc == 0)
		rc = spt_emit_schema(out, SPT_STREAM, &s, e);
	spt_schema_fini(&s);
	return rc;
}

int
spt_window_open(struct spt_window *w, const struct spt_schema *in,
    struct spt_emit *out, struct spt_err *e)
{
	int mark = spt_schema_event_time(in, NULL);

	if (find_keys(w, in, e) < 0 || find_time(w, in, mark, e) < 0 ||
	    spt_aggs_bind(&w->aggs, in, e) < 0 ||
	    check_mode(w, in, mark, e) < 0)
		return -1;
	return declare(w, in, out, e);
}
