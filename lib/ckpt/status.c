/*
 * status - what a checkpoint holds, for people and for programs.  What the
 * logs and files say comes from the summary, the figures of epochs from
 * progress.ndjson; both as they are at this moment, while others work.
 */
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "ckpt/check.h"
#include "ckpt/progress.h"

struct status {
	struct spt_summary summary;
	struct spt_progress progress;
	spt_time now;
	struct spt_buf *out;
};

static const char *
none_if_empty(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "nobody";
}

/* "2026-..Z, 5s ago", cut to what people want to know. */
static int
put_instant(struct status *t, spt_time at, struct spt_err *e)
{
	char when[SPT_TIME_TEXT], ago[SPT_DURATION_TEXT];
	int64_t us = t->now - at;

	spt_time_print(
	    when, at - ((at % SPT_SECOND) + SPT_SECOND) % SPT_SECOND, NULL);
	if (us < 0)
		return spt_buf_puts(t->out, when, e);
	spt_duration_print(ago, us - us % SPT_SECOND);
	return spt_buf_printf(t->out, e, "%s, %s ago", when, ago);
}

static int
put_epochs(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->summary;
	int64_t behind = s->logged.epoch - s->committed.epoch;

	if (s->committed.epoch < 0) {
		if (spt_buf_puts(t->out, "committed  nothing yet", e) < 0)
			return -1;
	} else if (spt_buf_printf(t->out, e, "committed  epoch %lld%s, ",
		       (long long)s->committed.epoch,
		       s->committed.final ? " (final)" : "") < 0 ||
		   put_instant(t, s->committed.time, e) < 0) {
		return -1;
	}
	if (spt_buf_puts(t->out, "\nlag        ", e) < 0)
		return -1;
	if (behind <= 0)
		return spt_buf_puts(t->out, "none\n", e);
	return spt_buf_printf(t->out, e,
	    "%lld epoch%s read and not committed\n", (long long)behind,
	    behind == 1 ? "" : "s");
}

static int
put_figures(struct status *t, struct spt_err *e)
{
	const struct spt_progress *p = &t->progress;
	double per_second = spt_progress_rate(p);
	struct spt_figures sum;
	int rc;

	if (!p->any)
		return 0;
	spt_progress_left_out(p, &sum);
	if (spt_buf_printf(t->out, e, "rows       %lld in epoch %lld",
		(long long)(p->n != 0 ? p->v[0].rows_in : 0),
		(long long)p->epoch) < 0 ||
	    (per_second >= 0 &&
		spt_buf_printf(t->out, e, ", %.1f a second", per_second) < 0) ||
	    spt_buf_puts(t->out, "\nwatermark  ", e) < 0)
		return -1;
	rc = p->watermark == SPT_TIME_MIN
		 ? spt_buf_puts(
		       t->out, t->summary.committed.final ? "end" : "none", e)
		 : put_instant(t, p->watermark, e);
	if (rc < 0)
		return -1;
	return spt_buf_printf(t->out, e,
	    "\nleft out   %lld late, %lld bad, %lld without a time\n",
	    (long long)sum.late, (long long)sum.bad, (long long)sum.null_time);
}

static int
put_stages(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->summary;
	char size[SPT_NUMBER_TEXT];

	for (size_t i = 0; i < s->n; i++) {
		const struct spt_summary_stage *g = &s->v[i];
		const struct spt_figures *f =
		    spt_progress_of(&t->progress, g->id);

		spt_size_print(size, (int64_t)g->bytes);
		if (spt_buf_printf(t->out, e, "stage      %s: %s of state",
			g->id, size) < 0)
			return -1;
		if (f != NULL &&
		    spt_buf_printf(t->out, e, ", %lld rows in, %lld out",
			(long long)f->rows_in, (long long)f->rows_out) < 0)
			return -1;
		if (g->holders[0] != '\0' &&
		    spt_buf_printf(t->out, e, ", %s", g->holders) < 0)
			return -1;
		if (spt_buf_putc(t->out, '\n', e) < 0)
			return -1;
	}
	spt_size_print(size, (int64_t)s->spool_bytes);
	if (s->spool_bytes != 0 &&
	    spt_buf_printf(t->out, e, "spool      %s\n", size) < 0)
		return -1;
	spt_size_print(size, (int64_t)s->files_bytes);
	if (s->files_bytes != 0 &&
	    spt_buf_printf(t->out, e, "files      %s\n", size) < 0)
		return -1;
	return 0;
}

static int
put_text(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->summary;

	if (spt_buf_printf(t->out, e, "query      %s, since ", s->ckpt.uuid) <
		0 ||
	    put_instant(t, s->ckpt.created, e) < 0)
		return -1;
	if (s->source[0] != '\0') {
		if (spt_buf_printf(t->out, e,
			"\nrunning    run %lld: %s; sink: %s\n",
			(long long)s->run, s->source,
			none_if_empty(s->sink)) < 0)
			return -1;
	} else if (spt_buf_printf(t->out, e, "\nrunning    no (%lld run%s)\n",
		       (long long)s->run, s->run == 1 ? "" : "s") < 0) {
		return -1;
	}
	if (put_epochs(t, e) < 0 || put_figures(t, e) < 0)
		return -1;
	return put_stages(t, e);
}

/* ---- as JSON ------------------------------------------------------------- */

static int
put_key(struct spt_buf *b, const char *key, const char *text, struct spt_err *e)
{
	if (spt_buf_printf(b, e, ",\"%s\":", key) < 0)
		return -1;
	if (text == NULL || text[0] == '\0')
		return spt_buf_puts(b, "null", e);
	return spt_json_put_string(b, text, strlen(text), e);
}

static int
put_time(struct spt_buf *b, const char *key, spt_time at, struct spt_err *e)
{
	char text[SPT_TIME_TEXT] = "";

	if (at != SPT_TIME_MIN)
		spt_time_print(text, at, NULL);
	return put_key(b, key, text, e);
}

static int
put_json_stages(struct status *t, struct spt_err *e)
{
	struct spt_buf *b = t->out;

	if (spt_buf_puts(b, ",\"stages\":[", e) < 0)
		return -1;
	for (size_t i = 0; i < t->summary.n; i++) {
		const struct spt_summary_stage *g = &t->summary.v[i];
		const struct spt_figures *f =
		    spt_progress_of(&t->progress, g->id);

		if (spt_buf_puts(b, i != 0 ? ",{\"id\":" : "{\"id\":", e) < 0 ||
		    spt_json_put_string(b, g->id, strlen(g->id), e) < 0 ||
		    spt_buf_printf(b, e, ",\"state_bytes\":%llu",
			(unsigned long long)g->bytes) < 0 ||
		    put_key(b, "head", g->what, e) < 0 ||
		    put_key(b, "holder", g->holders, e) < 0)
			return -1;
		if (f != NULL &&
		    spt_buf_printf(b, e,
			",\"rows_in\":%lld,\"rows_out\":%lld,\"late\":%lld",
			(long long)f->rows_in, (long long)f->rows_out,
			(long long)f->late) < 0)
			return -1;
		if (spt_buf_putc(b, '}', e) < 0)
			return -1;
	}
	return spt_buf_putc(b, ']', e);
}

static int
put_json(struct status *t, struct spt_err *e)
{
	const struct spt_summary *s = &t->summary;
	struct spt_buf *b = t->out;
	double per_second = spt_progress_rate(&t->progress);
	struct spt_figures sum;

	spt_progress_left_out(&t->progress, &sum);
	if (spt_buf_puts(b, "{\"query\":", e) < 0 ||
	    spt_json_put_string(b, s->ckpt.uuid, strlen(s->ckpt.uuid), e) < 0 ||
	    put_time(b, "created", s->ckpt.created, e) < 0 ||
	    spt_buf_printf(b, e, ",\"run\":%lld", (long long)s->run) < 0 ||
	    put_key(b, "source", s->source, e) < 0 ||
	    put_key(b, "sink", s->sink, e) < 0 ||
	    spt_buf_printf(b, e,
		",\"logged\":%lld,\"committed\":%lld,\"final\":%s",
		(long long)s->logged.epoch, (long long)s->committed.epoch,
		s->committed.final ? "true" : "false") < 0 ||
	    put_time(b, "committed_at",
		s->committed.epoch < 0 ? SPT_TIME_MIN : s->committed.time,
		e) < 0 ||
	    put_time(b, "watermark",
		t->progress.any ? t->progress.watermark : SPT_TIME_MIN,
		e) < 0 ||
	    spt_buf_printf(b, e, ",\"rows\":%lld,\"rows_per_second\":",
		(long long)(t->progress.n != 0 ? t->progress.v[0].rows_in
					       : 0)) < 0 ||
	    (per_second < 0 ? spt_buf_puts(b, "null", e) < 0
			    : spt_buf_printf(b, e, "%.1f", per_second) < 0) ||
	    spt_buf_printf(b, e,
		",\"late\":%lld,\"bad\":%lld,\"null_time\":%lld"
		",\"spool_bytes\":%llu,\"files_bytes\":%llu",
		(long long)sum.late, (long long)sum.bad,
		(long long)sum.null_time, (unsigned long long)s->spool_bytes,
		(unsigned long long)s->files_bytes) < 0 ||
	    put_json_stages(t, e) < 0)
		return -1;
	return spt_buf_puts(b, "}\n", e);
}

int
spt_ckpt_status(struct spt_buf *out, const struct spt_io *io, const char *path,
    bool json, struct spt_err *e)
{
	struct status t = { .now = io->now(io), .out = out };
	int rc;

	if (spt_summary_get(&t.summary, io, path, e) < 0)
		return -1;
	rc = spt_progress_read(&t.progress, &t.summary.ckpt, e);
	if (rc == 0)
		rc = json ? put_json(&t, e) : put_text(&t, e);
	spt_summary_fini(&t.summary);
	return rc;
}
