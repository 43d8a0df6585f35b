/*
 * watermark - keeps the greatest event time and says, at each barrier, up to
 * where the stream is complete: max - delay.  It never goes back and never
 * moves inside an epoch.  Rows pass untouched; where the batch carries the
 * range of its columns, their values are not even read.
 *
 * An input that has been silent for long (--idle) is taken to be a place where
 * time goes by and nothing happens: the watermark goes on by the time of the
 * silence.  All clocks are spate:time, so a run that is repeated says the same.
 *
 * One row with a time far in the future would make all that follow late.
 * Nobody can tell such a row from an honest one but by the clock (--max-ahead).
 *
 * State, 8 bytes each, least first: "max", none before any row; and with --idle
 * "said", the last watermark, and "heard", the spate:time of the last row.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "window/eventtime.h"
#include "window/watermark.h"

/* Without --max-ahead, on input without end, this far deserves a word. */
#define FAR SPT_DAY

struct spt_watermark {
	const struct spt_io *io;
	char *column;
	int64_t delay, idle, ahead, shift;
	bool skip;
	int col;
	bool live;                  /* the input has no end */
	bool warned;                /* of a time that is far ahead */
	bool any;                   /* max is meaningful */
	bool changed;               /* ... and greater than at the last save */
	spt_time max;               /* greatest event time so far */
	spt_time said;              /* the watermark of the last barrier */
	bool clock;                 /* heard is meaningful */
	spt_time heard;             /* spate:time of the last epoch with rows */
	int64_t rows, untimed, bad; /* of this epoch */
};

int
spt_watermark_new(struct spt_watermark **out, const struct spt_io *io,
    const struct spt_watermark_conf *conf, struct spt_err *e)
{
	struct spt_watermark *w = spt_alloc_zero(io, sizeof *w, e);

	if (w == NULL)
		return -1;
	w->io = io;
	w->delay = conf->delay;
	w->idle = conf->idle;
	w->ahead = conf->ahead;
	w->skip = conf->skip;
	w->said = SPT_TIME_MIN;
	w->column = spt_strdup(io, conf->column, e);
	if (w->column == NULL) {
		spt_free(io, w);
		return -1;
	}
	*out = w;
	return 0;
}

static void
close_stage(void *self)
{
	struct spt_watermark *w = self;

	spt_free(w->io, w->column);
	spt_free(w->io, w);
}

static int
check(const struct spt_watermark *w, const struct spt_schema *in,
    struct spt_err *e)
{
	const struct spt_field *f = &in->fields[w->col];
	int marked = spt_schema_event_time(in, NULL);

	if (marked >= 0)
		return spt_fail(e, SPT_EUSAGE,
		    "column \"%s\" is event time already: one swatermark in "
		    "a pipe",
		    in->fields[marked].name);
	if (f->type != SPT_TIMESTAMP)
		return spt_fail(e, SPT_EUSAGE,
		    "column \"%s\" is %s, not timestamp: type it where it is "
		    "read, as in sread -s '%s timestamp'",
		    f->name, spt_type_name(f->type), f->name);
	return 0;
}

static int
open_stage(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_watermark *w = self;
	struct spt_schema s;
	char delay[24];
	int rc = -1;

	(void)n_in;
	w->col = spt_schema_need(in[0], w->column, e);
	if (w->col < 0 || check(w, in[0], e) < 0)
		return -1;
	w->shift = spt_eventtime_shift(&in[0]->fields[w->col]);
	w->live = !spt_schema_bounded(in[0]);
	snprintf(delay, sizeof delay, "%lld", (long long)w->delay);
	spt_schema_init(&s, w->io);
	if (spt_schema_copy(&s, in[0], e) == 0 &&
	    spt_meta_set(
		&s.fields[w->col].meta, SPT_KEY_EVENT_TIME, delay, e) == 0)
		rc = spt_emit_schema(out, SPT_STREAM, &s, e);
	spt_schema_fini(&s);
	return rc;
}

/* ---- times far ahead ----------------------------------------------------- */

/* A column value that is as far ahead of spate:time as it may be. */
static spt_time
limit(const struct spt_watermark *w, const struct spt_emit *out, int64_t ahead)
{
	spt_time t = spt_eventtime_back(spt_emit_time(out), -ahead);

	return spt_eventtime_back(t, -w->shift);
}

/* "column "time" says 2099-01-01T00:00:00Z, which is more than 1h ahead of
 * spate:time 2026-11-22T10:00:00Z" */
static void
print_far(const struct spt_watermark *w, const struct spt_emit *out, spt_time t,
    int64_t ahead, char *text, size_t n)
{
	char time[SPT_TIME_TEXT], now[SPT_TIME_TEXT], far[SPT_DURATION_TEXT];

	spt_time_print(time, t, NULL);
	spt_time_print(now, spt_emit_time(out), NULL);
	spt_duration_print(far, ahead);
	snprintf(text, n,
	    "column \"%s\" says %s, which is more than %s ahead of the "
	    "clock, %s",
	    w->column, time, far, now);
}

static void
warn(struct spt_watermark *w, struct spt_emit *out, spt_time t, int64_t ahead,
    const char *what)
{
	char far[256], text[512];

	if (w->warned)
		return;
	w->warned = true;
	print_far(w, out, t, ahead, far, sizeof far);
	snprintf(text, sizeof text, "%s%s", far, what);
	spt_emit_say(out, text);
}

static int
refuse(const struct spt_watermark *w, const struct spt_emit *out, spt_time t,
    struct spt_err *e)
{
	char text[256];

	print_far(w, out, t, w->ahead, text, sizeof text);
	return spt_fail(e, SPT_EDATA,
	    "%s (--max-ahead; -b skip leaves such rows out and goes on)", text);
}

/* Passes on the rows that are not behind the last time; *max is the greatest
 * of those, if there is any. */
static int
sift(struct spt_watermark *w, const struct spt_batch *b, spt_time last,
    struct spt_range *r, struct spt_emit *out, struct spt_err *e)
{
	const struct spt_col *c = &b->cols[w->col];
	struct spt_builder *to = spt_emit_builder(out, SPT_STREAM);

	r->any = false;
	for (int64_t i = 0; i < b->rows; i++) {
		bool null = spt_col_null(c, i);

		if (!null && c->ints[i] > last) {
			if (!w->skip)
				return refuse(w, out, c->ints[i], e);
			w->bad++;
			warn(w, out, c->ints[i], w->ahead,
			    ": left out, like all that follow");
			continue;
		}
		if (!null && (!r->any || c->ints[i] > r->max)) {
			r->any = true;
			r->max = c->ints[i];
		}
		for (size_t k = 0; k < b->n; k++)
			if (spt_builder_cell(to, k, &b->cols[k], i, e) < 0)
				return -1;
		if (spt_emit_row(out, SPT_STREAM, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- rows ---------------------------------------------------------------- */

static void
see(struct spt_watermark *w, const struct spt_range *r)
{
	if (!r->any || (w->any && r->max <= w->max))
		return;
	w->max = r->max;
	w->any = w->changed = true;
}

/* Is there a row in it that is too far ahead? */
static bool
too_far(const struct spt_watermark *w, const struct spt_range *r,
    const struct spt_emit *out)
{
	return w->ahead >= 0 && r->any && r->max > limit(w, out, w->ahead);
}

/* Rows that go on as they are. */
static void
take(struct spt_watermark *w, const struct spt_batch *b,
    const struct spt_range *r, struct spt_emit *out)
{
	w->rows += b->rows;
	w->untimed += b->cols[w->col].null_count;
	if (w->live && w->ahead < 0 && r->any && r->max > limit(w, out, FAR))
		warn(w, out, r->max, FAR,
		    ": rows behind it may be late (--max-ahead refuses such "
		    "rows)");
	see(w, r);
}

static int
peek(void *self, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_watermark *w = self;
	const struct spt_range *r = &b->ranges[w->col];

	(void)e;
	if (too_far(w, r, out))
		return 0;
	take(w, b, r, out);
	return 1;
}

static int
batch(void *self, int input, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_watermark *w = self;
	struct spt_range r = spt_batch_range(b, (size_t)w->col);

	(void)input;
	if (too_far(w, &r, out)) {
		w->rows += b->rows;
		w->untimed += b->cols[w->col].null_count;
		if (sift(w, b, limit(w, out, w->ahead), &r, out, e) < 0)
			return -1;
		see(w, &r);
		return 0;
	}
	take(w, b, &r, out);
	return spt_emit_batch(out, SPT_STREAM, b, e);
}

/* ---- barriers ------------------------------------------------------------ */

/* SPT_TIME_MAX is said at the end only, whatever a row claims. */
static spt_time
current(const struct spt_watermark *w, int64_t silent)
{
	spt_time t;

	if (!w->any)
		return SPT_TIME_MIN;
	t = spt_eventtime_back(spt_eventtime_back(w->max, w->shift), w->delay);
	t = spt_eventtime_back(t, -silent);
	return t == SPT_TIME_MAX ? SPT_TIME_MAX - 1 : t;
}

/* How long the input has been silent, if that is long; else 0. */
static int64_t
listen(struct spt_watermark *w, spt_time now)
{
	int64_t silent;

	if (w->rows != 0 || !w->clock) {
		w->heard = now;
		w->clock = true;
		return 0;
	}
	silent = now - w->heard;
	return w->idle >= 0 && silent >= w->idle ? silent : 0;
}

static int
barrier(
    void *self, struct spt_control *c, struct spt_emit *out, struct spt_err *e)
{
	struct spt_watermark *w = self;
	int64_t silent = listen(w, c->time);
	spt_time t = c->final ? SPT_TIME_MAX : current(w, silent);

	if (t > w->said)
		w->said = t;
	c->watermark = w->said;
	if (spt_emit_figure(out, "untimed", w->untimed, e) < 0 ||
	    (w->ahead >= 0 && spt_emit_figure(out, "bad", w->bad, e) < 0))
		return -1;
	w->rows = w->untimed = w->bad = 0;
	return 0;
}

/* ---- state --------------------------------------------------------------- */

static int
put(struct spt_state_out *out, const char *key, int64_t v, struct spt_err *e)
{
	uint64_t word = htole64((uint64_t)v);

	return out->put(out->ctx, key, strlen(key), &word, 8, e);
}

static int
save(void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	struct spt_watermark *w = self;

	if (w->any && (!delta || w->changed) && put(out, "max", w->max, e) < 0)
		return -1;
	w->changed = false;
	if (w->idle < 0)
		return 0;
	if (w->clock && put(out, "heard", w->heard, e) < 0)
		return -1;
	return put(out, "said", w->said, e);
}

static bool
is(const void *key, size_t n, const char *name)
{
	return n == strlen(name) && memcmp(key, name, n) == 0;
}

static int
foreign(struct spt_err *e)
{
	return spt_fail(
	    e, SPT_ECHECKPOINT, "the state is not one of swatermark");
}

static int
load(void *self, struct spt_state_in *in, struct spt_err *e)
{
	struct spt_watermark *w = self;
	const void *key, *val;
	size_t n_key, n_val;
	uint64_t word;
	int rc;

	while ((rc = in->next(in->ctx, &key, &n_key, &val, &n_val, e)) > 0) {
		if (n_val != 8)
			return foreign(e);
		memcpy(&word, val, 8);
		word = le64toh(word);
		if (is(key, n_key, "max")) {
			w->max = (spt_time)word;
			w->any = true;
		} else if (is(key, n_key, "said")) {
			w->said = (spt_time)word;
		} else if (is(key, n_key, "heard")) {
			w->heard = (spt_time)word;
			w->clock = true;
		} else {
			return foreign(e);
		}
	}
	if (rc == 0 && current(w, 0) > w->said)
		w->said = current(w, 0);
	return rc;
}

static void
status(void *self, char *text, size_t n)
{
	const struct spt_watermark *w = self;
	char max[SPT_TIME_TEXT] = "none", delay[SPT_DURATION_TEXT];

	if (w->any)
		spt_time_print(max, w->max, NULL);
	spt_duration_print(delay, w->delay);
	snprintf(text, n, "newest %s %s, delay %s", w->column, max, delay);
}

/* A state is of one column.  Another delay only moves the next watermark. */
static const char *const fixed[] = { "column", NULL };

const struct spt_stage spt_watermark_stage = {
	.name = "swatermark",
	.min_inputs = 1,
	.max_inputs = 1,
	.open = open_stage,
	.batch = batch,
	.peek = peek,
	.barrier = barrier,
	.save = save,
	.load = load,
	.fixed = fixed,
	.close = close_stage,
	.status = status,
};
