#include <limits.h>
#include <string.h>

#include "ingest/cutter.h"

void
spt_cutter_init(struct spt_cutter *c, const struct spt_ingest_conf *conf,
    const struct spt_io *io, struct spt_emit *emit, const char *id)
{
	memset(c, 0, sizeof *c);
	c->conf = conf;
	c->io = io;
	c->emit = emit;
	c->id = id;
	c->time = SPT_TIME_MIN;
	c->due = io->mono(io) + conf->every * 1000;
	c->tick_due = io->mono(io) + conf->tick * 1000;
}

static int
begin(struct spt_cutter *c, struct spt_err *e)
{
	struct spt_control b;
	int rc;

	spt_control_init(&b, c->io, SPT_ITEM_BEGIN);
	b.epoch = c->emit->epoch = c->next++;
	b.time = c->emit->time =
	    c->time != SPT_TIME_MIN ? c->time : c->io->now(c->io);
	rc = spt_emit_control(c->emit, &b, e);
	spt_control_fini(&b);
	c->open = true;
	return rc;
}

int
spt_cutter_rows(struct spt_cutter *c, int64_t rows, struct spt_err *e)
{
	if (!c->open && begin(c, e) < 0)
		return -1;
	c->rows += rows;
	return 0;
}

int64_t
spt_cutter_room(const struct spt_cutter *c)
{
	return c->conf->epoch_rows == 0 || c->held
		   ? INT64_MAX
		   : c->conf->epoch_rows - c->rows;
}

bool
spt_cutter_full(const struct spt_cutter *c)
{
	const struct spt_ingest_conf *k = c->conf;

	if (c->held)
		return false;
	return (k->epoch_rows != 0 && c->rows >= k->epoch_rows) ||
	       (k->epoch_size != 0 && c->bytes >= k->epoch_size) ||
	       (k->epoch_files != 0 && c->files >= k->epoch_files);
}

/* What the decoder counted since the last barrier. */
static int
add_figures(
    struct spt_cutter *c, const struct spt_decode_count *now, struct spt_err *e)
{
	struct spt_decode_count *was = &c->said;

	if (now == NULL)
		return 0;
	if (spt_emit_figure(c->emit, "bad", now->bad - was->bad, e) < 0 ||
	    spt_emit_figure(
		c->emit, "unmatched", now->unmatched - was->unmatched, e) < 0 ||
	    spt_emit_figure(
		c->emit, "repaired", now->repaired - was->repaired, e) < 0 ||
	    spt_emit_figure(c->emit, "bytes", c->bytes, e) < 0)
		return -1;
	*was = *now;
	return 0;
}

int
spt_cutter_close(struct spt_cutter *c, bool final,
    const struct spt_decode_count *count, struct spt_err *e)
{
	struct spt_control b;
	struct spt_buf text;
	const char *str;
	int rc = -1;

	if (!c->open && begin(c, e) < 0)
		return -1;
	spt_control_init(&b, c->io, SPT_ITEM_BARRIER);
	spt_buf_init(&text, c->io);
	b.epoch = c->emit->epoch;
	b.time = c->emit->time;
	b.watermark = SPT_TIME_MIN;
	b.final = final;
	if (add_figures(c, count, e) < 0 || spt_emit_rows_out(c->emit, e) < 0 ||
	    spt_progress_add(&text, NULL, c->id, c->rows, c->rows,
		c->emit->figures, c->emit->n_figures, e) < 0)
		goto done;
	str = spt_buf_str(&text, e);
	if (str == NULL ||
	    spt_meta_set(&b.extra, SPT_KEY_PROGRESS, str, e) < 0 ||
	    (c->barrier != NULL && c->barrier(c->ctx, &b, e) < 0) ||
	    spt_emit_control(c->emit, &b, e) < 0)
		goto done;
	c->open = false;
	c->rows = c->bytes = c->files = 0;
	c->due = c->io->mono(c->io) + c->conf->every * 1000;
	c->tick_due = c->io->mono(c->io) + c->conf->tick * 1000;
	rc = 0;
done:
	spt_buf_fini(&text);
	spt_control_fini(&b);
	return rc;
}

int
spt_cutter_wait(const struct spt_cutter *c)
{
	int64_t left, ms;

	if (c->conf->every == 0 || c->held ||
	    (c->rows == 0 && c->conf->tick == 0))
		return -1;
	left = (c->rows != 0 ? c->due : c->tick_due) - c->io->mono(c->io);
	ms = (left + 999999) / 1000000;
	return ms < 0 ? 0 : ms > INT_MAX ? INT_MAX : (int)ms;
}

int
spt_cutter_clock(struct spt_cutter *c, const struct spt_decode_count *count,
    struct spt_err *e)
{
	if (spt_cutter_wait(c) != 0)
		return 0;
	return spt_cutter_close(c, false, count, e);
}
