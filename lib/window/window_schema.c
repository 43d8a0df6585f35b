/*
 * window_schema - the columns of results: windows, keys, aggregates; and those
 * of late rows, which are the columns that came in.
 */
#include "window/aggpartial.h"
#include "window/eventtime.h"
#include "window/swindow.h"

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
	if (w->partial && w->spec.kind == SPT_WINDOW_SESSION &&
	    spt_meta_set(&s->fields[0].meta, SPT_KEY_SESSION, "1", e) < 0)
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

int
spt_window_declare(const struct spt_window *w, const struct spt_schema *in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_schema s;
	int rc = 0;

	/* The output may live longer than what --max-memory counts. */
	spt_schema_init(&s, w->outer);
	if (w->spec.kind != SPT_WINDOW_NONE)
		rc = add_window(w, &s, in, e);
	for (size_t j = 0; j < w->keys.n && rc == 0; j++)
		rc = add_key(w, &s, &in->fields[w->keys.cols[j].col],
		    (int)j == w->event_key, e);
	if (rc == 0 && w->partial)
		rc = spt_aggs_partial_schema(&w->aggs, &s, e);
	for (size_t i = 0; i < w->aggs.n && rc == 0 && !w->partial; i++)
		rc = add(&s, w->aggs.v[i].name, w->aggs.v[i].out, false, e);
	if (rc == 0 && w->mode != SPT_APPEND)
		rc = spt_meta_set(&s.meta, SPT_KEY_MODE,
		    w->mode == SPT_UPDATE ? "update" : "complete", e);
	if (rc == 0)
		rc = spt_emit_schema(out, SPT_STREAM, &s, e);
	spt_schema_fini(&s);
	if (rc == 0 && spt_emit_wanted(out, SPT_WINDOW_LATE))
		rc = spt_emit_schema(out, SPT_WINDOW_LATE, in, e);
	return rc;
}
