/*
 * watermark - keeps the greatest event time and says, at each barrier, up to
 * where the stream is complete: max - delay.  It never goes back and never
 * moves inside an epoch.  Rows pass untouched; where the batch carries the
 * range of its columns, their values are not even read.
 *
 * State: one entry, "max", 8 bytes, least first; none before any row.
 */
#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "window/eventtime.h"
#include "window/watermark.h"

struct spt_watermark {
	const struct spt_io *io;
	char *column;
	int64_t delay, shift;
	int col;
	bool any;          /* max is meaningful */
	bool changed;      /* ... and greater than at the last save */
	spt_time max;      /* greatest event time so far */
	spt_time said;     /* the watermark of the last barrier */
	int64_t null_time; /* rows of this epoch */
};

int
spt_watermark_new(struct spt_watermark **out, const struct spt_io *io,
    const char *column, int64_t delay, struct spt_err *e)
{
	struct spt_watermark *w = spt_alloc_zero(io, sizeof *w, e);

	if (w == NULL)
		return -1;
	w->io = io;
	w->delay = delay;
	w->said = SPT_TIME_MIN;
	w->column = spt_strdup(io, column, e);
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
	snprintf(delay, sizeof delay, "%lld", (long long)w->delay);
	spt_schema_init(&s, w->io);
	if (spt_schema_copy(&s, in[0], e) == 0 &&
	    spt_meta_set(
		&s.fields[w->col].meta, SPT_KEY_EVENT_TIME, delay, e) == 0)
		rc = spt_emit_schema(out, SPT_STREAM, &s, e);
	spt_schema_fini(&s);
	return rc;
}

static int
batch(void *self, int input, const struct spt_batch *b, struct spt_emit *out,
    struct spt_err *e)
{
	struct spt_watermark *w = self;
	struct spt_range r = spt_batch_range(b, (size_t)w->col);

	(void)input;
	if (r.any && (!w->any || r.max > w->max)) {
		w->max = r.max;
		w->any = w->changed = true;
	}
	w->null_time += b->cols[w->col].null_count;
	return spt_emit_batch(out, SPT_STREAM, b, e);
}

/* SPT_TIME_MAX is said at the end only, whatever a row claims. */
static spt_time
current(const struct spt_watermark *w)
{
	spt_time t;

	if (!w->any)
		return SPT_TIME_MIN;
	t = spt_eventtime_back(spt_eventtime_back(w->max, w->shift), w->delay);
	return t == SPT_TIME_MAX ? SPT_TIME_MAX - 1 : t;
}

static int
barrier(
    void *self, struct spt_control *c, struct spt_emit *out, struct spt_err *e)
{
	struct spt_watermark *w = self;
	spt_time t = c->final ? SPT_TIME_MAX : current(w);

	if (t > w->said)
		w->said = t;
	c->watermark = w->said;
	if (spt_emit_figure(out, "null_time", w->null_time, e) < 0)
		return -1;
	w->null_time = 0;
	return 0;
}

static int
save(void *self, struct spt_state_out *out, bool delta, struct spt_err *e)
{
	struct spt_watermark *w = self;
	uint64_t max = htole64((uint64_t)w->max);

	if (!w->any || (delta && !w->changed))
		return 0;
	w->changed = false;
	return out->put(out->ctx, "max", 3, &max, 8, e);
}

static int
load(void *self, struct spt_state_in *in, struct spt_err *e)
{
	struct spt_watermark *w = self;
	const void *key, *val;
	size_t n_key, n_val;
	uint64_t max;
	int rc;

	while ((rc = in->next(in->ctx, &key, &n_key, &val, &n_val, e)) > 0) {
		if (n_key != 3 || memcmp(key, "max", 3) != 0 || n_val != 8)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "the state is not one of swatermark");
		memcpy(&max, val, 8);
		w->max = (spt_time)le64toh(max);
		w->any = true;
	}
	if (rc == 0)
		w->said = current(w);
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

const struct spt_stage spt_watermark_stage = {
	.name = "swatermark",
	.min_inputs = 1,
	.max_inputs = 1,
	.open = open_stage,
	.batch = batch,
	.barrier = barrier,
	.save = save,
	.load = load,
	.close = close_stage,
	.status = status,
};
