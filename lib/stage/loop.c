/*
 * loop - one stage, from its first byte to its last.
 *
 * Inputs are read one after the other, an epoch at a time: input 0 up to its
 * barrier, then input 1 up to its, then the stage sees one barrier whose
 * watermark is the least of them.  What waits, waits in the pipe, so memory is
 * bounded, and the order of rows never depends on who was faster.  (The
 * alternative, taking rows as they come, makes results depend on timing.)
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "stage/loop_run.h"

/* ---- epochs ------------------------------------------------------------ */

/* The first begin of a round opens the stage's epoch; those of other inputs
 * are swallowed. */
static int
begin(struct spt_loop_run *s, struct spt_feed *f, const struct spt_control *c,
    struct spt_err *e)
{
	f->began = true;
	if (s->begun)
		return 0;
	s->begun = true;
	s->emit.epoch = c->epoch;
	s->emit.time = c->time;
	if (spt_emit_control(&s->emit, c, e) < 0)
		return -1;
	if (s->l->stage->begin == NULL)
		return 0;
	return s->l->stage->begin(s->l->self, &s->emit, e);
}

/* A stream without control batches is one epoch: this is its begin. */
static int
begin_foreign(struct spt_loop_run *s, struct spt_feed *f, struct spt_err *e)
{
	struct spt_control c;
	int rc;

	spt_control_init(&c, s->io, SPT_ITEM_BEGIN);
	c.time = s->io->now(s->io);
	rc = begin(s, f, &c, e);
	spt_control_fini(&c);
	return rc;
}

/* The mark of input i has been read.  1: it closes an epoch (of a foreign
 * stream), 0: the input is over. */
static int
at_mark(struct spt_loop_run *s, int i, struct spt_err *e)
{
	struct spt_feed *f = &s->feed[i];

	if (f->over)
		return 0;
	if (spt_in_controlled(f->in))
		return spt_fail(e, SPT_EUPSTREAM,
		    "%s: the stream has an end mark but no end: "
		    "the stage above did not finish",
		    s->l->in[i].name);
	if (spt_meta_get(&f->schema->meta, SPT_KEY_CHECKPOINT) != NULL)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: the stream belongs to a checkpoint but has no "
		    "epochs: a program in the pipe dropped them",
		    s->l->in[i].name);
	if (!f->began && begin_foreign(s, f, e) < 0)
		return -1;
	f->barrier.epoch = s->emit.epoch;
	f->barrier.time = s->emit.time;
	f->barrier.watermark = SPT_TIME_MIN;
	f->barrier.final = true;
	f->has_barrier = f->over = true;
	f->began = false;
	return 1;
}

static int
misplaced(struct spt_loop_run *s, int i, const char *what, struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA, "%s: byte %llu: %s", s->l->in[i].name,
	    (unsigned long long)spt_in_bytes(s->feed[i].in), what);
}

/* 1: the epoch of input i goes on, 2: it is closed, 0: it is over, -1. */
static int
take(struct spt_loop_run *s, int i, const struct spt_item *item,
    struct spt_err *e)
{
	struct spt_feed *f = &s->feed[i];
	const struct spt_control *c = &item->control;

	if (f->over)
		return misplaced(s, i, "something follows the end", e);
	switch (item->kind) {
	case SPT_ITEM_BEGIN:
		if (f->began)
			return misplaced(s, i, "a begin inside an epoch", e);
		return begin(s, f, c, e) < 0 ? -1 : 1;
	case SPT_ITEM_BATCH:
		if (!f->began && spt_in_controlled(f->in))
			return misplaced(s, i, "rows outside an epoch", e);
		if (!f->began && begin_foreign(s, f, e) < 0)
			return -1;
		s->rows_in += item->batch.rows;
		s->total_in += item->batch.rows;
		return s->l->stage->batch(
			   s->l->self, i, &item->batch, &s->emit, e) < 0
			   ? -1
			   : 1;
	case SPT_ITEM_BARRIER:
		if (!f->began)
			return misplaced(s, i, "a barrier without begin", e);
		f->began = false;
		f->has_barrier = true;
		spt_control_fini(&f->barrier);
		return spt_control_copy(&f->barrier, c, e) < 0 ? -1 : 2;
	case SPT_ITEM_END:
		if (f->began)
			return misplaced(s, i, "an end inside an epoch", e);
		f->over = true;
		f->stopped = c->reason == SPT_STOPPED;
		return 1;
	case SPT_ITEM_OTHER:
		return spt_emit_control(&s->emit, c, e) < 0 ? -1 : 1;
	}
	return misplaced(s, i, "an unknown item", e);
}

/* Reads input i to its next barrier.  1: there was one, 0: none any more. */
static int
read_epoch(struct spt_loop_run *s, int i, struct spt_err *e)
{
	struct spt_feed *f = &s->feed[i];
	const struct spt_item *item;

	f->has_barrier = false;
	for (;;) {
		int rc = spt_loop_next(s, i, &item, e);

		if (rc == 0)
			return at_mark(s, i, e);
		if (rc > 0)
			rc = take(s, i, item, e);
		if (rc < 0)
			return -1;
		if (rc == 2)
			return 1;
		if (s->l->out[0] != NULL && s->l->out[0]->enough) {
			s->enough = true;
			return 0;
		}
	}
}

/* The barrier of all inputs: least watermark, final when all are. */
static int
align(struct spt_loop_run *s, struct spt_control *all, struct spt_err *e)
{
	bool first = true;

	for (int i = 0; i < s->l->n_in; i++) {
		const struct spt_feed *f = &s->feed[i];

		if (!f->has_barrier)
			continue;
		if (first) {
			spt_control_fini(all);
			if (spt_control_copy(all, &f->barrier, e) < 0)
				return -1;
			first = false;
			continue;
		}
		if (spt_loop_merge_heads(all, &f->barrier, e) < 0)
			return -1;
		if (f->barrier.watermark < all->watermark)
			all->watermark = f->barrier.watermark;
		all->final = all->final && f->barrier.final;
	}
	all->epoch = s->emit.epoch;
	all->time = s->emit.time;
	return 0;
}

static int
add_progress(struct spt_loop_run *s, struct spt_control *all, struct spt_err *e)
{
	struct spt_buf text;
	const char *str;
	int rc;

	spt_buf_init(&text, s->io);
	rc = spt_progress_add(&text,
	    spt_meta_get(&all->extra, SPT_KEY_PROGRESS), s->id, s->rows_in,
	    s->emit.out[0].rows, s->emit.figures, s->emit.n_figures, e);
	if (rc == 0) {
		str = spt_buf_str(&text, e);
		rc = str == NULL
			 ? -1
			 : spt_meta_set(&all->extra, SPT_KEY_PROGRESS, str, e);
	}
	spt_buf_fini(&text);
	return rc;
}

static int
close_epoch(struct spt_loop_run *s, struct spt_err *e)
{
	struct spt_control all;
	spt_time in;
	bool changed;
	int rc = -1;

	spt_control_init(&all, s->io, SPT_ITEM_BARRIER);
	for (size_t i = 0; i < s->emit.n_figures; i++) {
		s->emit.figures[i].value = 0;
		s->emit.figures[i].real = NAN;
	}
	if (align(s, &all, e) < 0)
		goto done;
	in = all.watermark;
	if (s->l->stage->barrier != NULL &&
	    s->l->stage->barrier(s->l->self, &all, &s->emit, e) < 0)
		goto done;
	if (spt_emit_rows_out(&s->emit, e) < 0)
		goto done;
	changed = s->rows_in != 0 || s->emit.out[0].rows != 0 || all.final ||
		  in != s->watermark_in || all.watermark != s->watermark;
	/* Side outputs first: where they stand is part of the state, and the
	 * state is durable before the barrier leaves. */
	if (add_progress(s, &all, e) < 0 ||
	    spt_emit_control_to(&s->emit, &all, 1, SPT_LOOP_MAX, e) < 0 ||
	    spt_loop_save(s, &all, changed, e) < 0 ||
	    spt_emit_control_to(&s->emit, &all, 0, 1, e) < 0 ||
	    (changed && spt_loop_settle(s, all.epoch, e) < 0))
		goto done;
	s->watermark_in = in;
	s->watermark = all.watermark;
	s->total_out += s->emit.out[0].rows;
	for (int k = 0; k < SPT_LOOP_MAX; k++)
		s->emit.out[k].rows = 0;
	s->rows_in = 0;
	s->begun = false;
	s->epochs++;
	rc = 0;
done:
	spt_control_fini(&all);
	return rc;
}

static int
finish(struct spt_loop_run *s, struct spt_err *e)
{
	struct spt_control c;
	int rc;

	/* Under a checkpoint a run may have had nothing new to read. */
	if (s->epochs == 0 &&
	    spt_meta_get(&s->feed[0].schema->meta, SPT_KEY_CHECKPOINT) == NULL)
		return misplaced(s, 0, "the stream has no epoch", e);
	spt_control_init(&c, s->io, SPT_ITEM_END);
	c.reason = SPT_FINISHED;
	for (int i = 0; i < s->l->n_in; i++)
		if (s->feed[i].stopped)
			c.reason = SPT_STOPPED;
	rc = spt_emit_control(&s->emit, &c, e);
	spt_control_fini(&c);
	if (rc < 0)
		return -1;
	return spt_emit_end(&s->emit, e);
}

/* ---- the life of a stage ----------------------------------------------- */

/* What output 0 says of the stream: all that the first input said, with this
 * stage added to the plan. */
static int
describe_stream(struct spt_loop_run *s, struct spt_err *e)
{
	const struct spt_meta *up = &s->feed[0].schema->meta;
	const char *plan = spt_meta_get(up, SPT_KEY_PLAN), *str;
	const char *program = s->l->stage->name;
	struct spt_buf text;
	int rc = -1;

	if (s->l->id != NULL)
		snprintf(s->id, sizeof s->id, "%s", s->l->id);
	else
		spt_plan_id(s->id, sizeof s->id, plan, program);
	spt_buf_init(&text, s->io);
	if (spt_plan_add(&text, plan, program, s->id, s->l->args, e) < 0)
		goto done;
	str = spt_buf_str(&text, e);
	if (str == NULL || spt_meta_copy(&s->emit.stream, up, e) < 0 ||
	    (spt_schema_bounded(s->feed[0].schema) &&
		spt_meta_set(&s->emit.stream, SPT_KEY_BOUNDED, "1", e) < 0) ||
	    spt_meta_set(&s->emit.stream, SPT_KEY_PROFILE, "1", e) < 0)
		goto done;
	rc = spt_meta_set(&s->emit.stream, SPT_KEY_PLAN, str, e);
done:
	spt_buf_fini(&text);
	return rc;
}

static int
run(struct spt_loop_run *s, struct spt_err *e)
{
	const struct spt_schema *in[SPT_LOOP_MAX];
	struct spt_loop *l = s->l;

	for (int i = 0; i < l->n_in; i++) {
		if (spt_loop_open(s, i, e) < 0)
			return -1;
		in[i] = s->feed[i].schema;
	}
	if (describe_stream(s, e) < 0 || spt_loop_join(s, e) < 0 ||
	    l->stage->open(l->self, in, l->n_in, &s->emit, e) < 0 ||
	    spt_loop_load(s, e) < 0)
		return -1;
	for (;;) {
		bool any = false;

		for (int i = 0; i < l->n_in; i++) {
			int rc = s->feed[i].over && !s->feed[i].has_barrier
				     ? 0
				     : read_epoch(s, i, e);

			if (rc < 0)
				return -1;
			any = any || rc > 0;
		}
		if (s->enough)
			return spt_emit_end(&s->emit, e);
		if (!any)
			break;
		if (close_epoch(s, e) < 0)
			return -1;
	}
	return finish(s, e);
}

int
spt_loop_run(struct spt_loop *l, struct spt_err *e)
{
	struct spt_loop_run *s = spt_alloc_zero(l->io, sizeof *s, e);
	int rc = -1;

	assert(
	    l->n_in >= l->stage->min_inputs && l->n_in <= l->stage->max_inputs);
	if (s == NULL) {
		for (int k = 0; k < SPT_LOOP_MAX; k++)
			if (l->out[k] != NULL)
				l->out[k]->ops->close(l->out[k]);
	} else {
		s->l = l;
		s->io = l->io;
		l->run = s;
		s->restore = -1;
		for (int k = 0; k < SPT_LOOP_MAX; k++)
			spt_buf_init(&s->side[k], l->io);
		s->watermark = s->watermark_in = SPT_TIME_MIN;
		spt_emit_init(&s->emit, l->io);
		s->emit.say = l->say;
		s->emit.say_ctx = l->say_ctx;
		for (int k = 0; k < SPT_LOOP_MAX; k++)
			s->emit.out[k].port = l->out[k];
		rc = run(s, e);
		if (rc == 0)
			spt_loop_say_losses(s);
	}
	if (l->stage->close != NULL)
		l->stage->close(l->self);
	if (s == NULL)
		return -1;
	spt_emit_fini(&s->emit);
	spt_member_leave(s->member);
	for (int k = 0; k < SPT_LOOP_MAX; k++)
		spt_buf_fini(&s->side[k]);
	l->run = NULL;
	for (int i = 0; i < l->n_in; i++) {
		if (s->feed[i].in != NULL)
			spt_in_close(s->feed[i].in);
		if (s->feed[i].barrier.kind != 0)
			spt_control_fini(&s->feed[i].barrier);
	}
	spt_free(l->io, s);
	return rc;
}
