/*
 * window_why - what is open, why, and how much of it there may be.
 *
 * A window is open because the watermark has not reached its end; when it
 * stays open, somebody wants to know whether the watermark moves at all.  All
 * times here are spate:time of barriers.
 */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "window/swindow.h"

/* With -v, a window that is the oldest for so long is worth a line, and again
 * when that time has doubled. */
#define STUCK (10 * SPT_SECOND)

/* ---- how many ------------------------------------------------------------ */

static bool
older(const struct spt_interval *a, const struct spt_interval *b)
{
	return a->end < b->end || (a->end == b->end && a->start < b->start);
}

static size_t
count_panes(const struct spt_window *w, struct spt_interval *oldest)
{
	for (size_t i = 0; i < w->panes.n; i++)
		if (i == 0 || older(&w->panes.v[i]->span, oldest))
			*oldest = w->panes.v[i]->span;
	return w->panes.n;
}

static size_t
count_sessions(const struct spt_window *w, struct spt_interval *oldest)
{
	const struct spt_sessions *s = &w->sessions;
	bool any = false;

	for (size_t i = 0; i < s->n; i++) {
		struct spt_interval span = { s->v[i].start, s->v[i].end };

		if ((s->v[i].flags & SPT_SESSION_LIVE) == 0 ||
		    (any && !older(&span, oldest)))
			continue;
		*oldest = span;
		any = true;
	}
	return s->live;
}

size_t
spt_window_count(struct spt_window *w, struct spt_interval *oldest)
{
	switch (w->spec.kind) {
	case SPT_WINDOW_FIXED:
		return spt_window_count_slices(w, oldest);
	case SPT_WINDOW_SESSION:
		return count_sessions(w, oldest);
	case SPT_WINDOW_GIVEN:
		return count_panes(w, oldest);
	default:
		return 0;
	}
}

size_t
spt_window_groups(const struct spt_window *w)
{
	if (w->spec.kind == SPT_WINDOW_SESSION)
		return w->sessions.live;
	return spt_panes_groups(&w->panes);
}

/* ---- why ----------------------------------------------------------------- */

static void
print_why(const struct spt_window *w, char *text, size_t n)
{
	char mark[SPT_TIME_TEXT] = "none yet", delay[SPT_DURATION_TEXT],
	     still[SPT_DURATION_TEXT + 32] = "", since[SPT_DURATION_TEXT];

	if (w->mode == SPT_COMPLETE) {
		snprintf(text, n, "complete mode closes nothing");
		return;
	}
	if (!w->closes) {
		snprintf(
		    text, n, "no watermark, closes at the end of the input");
		return;
	}
	if (w->watermark != SPT_TIME_MIN)
		spt_time_print(mark, w->watermark, NULL);
	spt_duration_print(delay, w->delay);
	if (w->any && w->now > w->moved) {
		spt_duration_print(since, w->now - w->moved);
		snprintf(still, sizeof still, ", not moved for %s", since);
	}
	snprintf(text, n, "watermark %s, delay %s%s", mark, delay, still);
}

/* "3 windows open (the oldest 10:00 to 10:10: watermark ...), " */
static void
print_open(struct spt_window *w, char *text, size_t n)
{
	char start[SPT_TIME_TEXT], end[SPT_TIME_TEXT], why[256];
	struct spt_interval oldest;
	size_t open = spt_window_count(w, &oldest);

	text[0] = '\0';
	if (w->spec.kind == SPT_WINDOW_NONE)
		return;
	if (open == 0) {
		snprintf(text, n, "0 windows open, ");
		return;
	}
	spt_time_print(start, oldest.start, NULL);
	spt_time_print(end, oldest.end, NULL);
	print_why(w, why, sizeof why);
	snprintf(text, n, "%zu window%s open (the oldest %s to %s: %s), ", open,
	    open == 1 ? "" : "s", start, end, why);
}

void
spt_window_status(void *self, char *text, size_t n)
{
	struct spt_window *w = self;
	size_t groups = spt_window_groups(w);
	long long late = w->total_late + w->late;
	char open[512];

	print_open(w, open, sizeof open);
	snprintf(text, n, "%s%zu group%s, %lld row%s late", open, groups,
	    groups == 1 ? "" : "s", late, late == 1 ? "" : "s");
}

void
spt_window_watch(struct spt_window *w, spt_time now, struct spt_emit *out)
{
	struct spt_interval oldest;
	char text[512];

	if (!w->any)
		w->moved = w->stuck_since = now;
	w->any = true;
	w->now = now;
	if (!w->verbose || spt_window_count(w, &oldest) == 0) {
		w->stuck_next = 0;
		return;
	}
	if (w->stuck_next == 0 || oldest.start != w->stuck.start ||
	    oldest.end != w->stuck.end) {
		w->stuck = oldest;
		w->stuck_since = now;
		w->stuck_next = STUCK;
		return;
	}
	if (w->final || now - w->stuck_since < w->stuck_next)
		return;
	while (w->stuck_next <= now - w->stuck_since &&
	       w->stuck_next < INT64_MAX / 2)
		w->stuck_next *= 2;
	spt_window_status(w, text, sizeof text);
	spt_emit_say(out, text);
}

/* ---- how much ------------------------------------------------------------ */

static int
too_much(struct spt_window *w, const char *what, struct spt_err *e)
{
	char text[512];

	spt_window_status(w, text, sizeof text);
	return spt_fail(e, SPT_ESYSTEM, "%s: %s", what, text);
}

int
spt_window_check(struct spt_window *w, struct spt_err *e)
{
	char what[96];

	if (w->max_groups == 0 || spt_window_groups(w) <= (size_t)w->max_groups)
		return 0;
	snprintf(what, sizeof what, "more groups than --max-groups %lld",
	    (long long)w->max_groups);
	return too_much(w, what, e);
}

int
spt_window_failed(struct spt_window *w, struct spt_err *e)
{
	char what[128];

	if (!w->bound.hit)
		return -1;
	snprintf(what, sizeof what,
	    "more memory than --max-memory %zu (%zu bytes are in use)",
	    w->bound.limit, w->bound.used);
	spt_err_clear(e);
	/* Printing needs no memory. */
	return too_much(w, what, e);
}
