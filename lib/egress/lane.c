/*
 * lane - epochs and units.
 *
 * A sink without units (a file, standard output) is one unit from the start of
 * the run to its end; its controls are written as they come.  Where an epoch
 * may be a unit of its own, nothing is written for one that has no rows, so
 * begin waits for the first row.
 */
#include "base/time.h"
#include "egress/lanerows.h"

/* ---- epochs ------------------------------------------------------------ */

int
spt_lane_begin(
    struct spt_lane *l, const struct spt_control *c, struct spt_err *e)
{
	l->epoch = l->sink->epoch = c->epoch;
	l->skip = l->sink->held >= 0 && l->sink->held == c->epoch;
	if (!l->arrow)
		return 0;
	if (!l->sink->units)
		return spt__lane_put_control(l, c, e);
	if (l->any_begin)
		spt_control_fini(&l->begin);
	l->any_begin = l->begin_due = true;
	return spt_control_copy(&l->begin, c, e);
}

static int
put_begin(struct spt_lane *l, struct spt_err *e)
{
	if (!l->begin_due)
		return 0;
	l->begin_due = false;
	return spt__lane_put_control(l, &l->begin, e);
}

int
spt_lane_rows(struct spt_lane *l, const struct spt_batch *b, struct spt_err *e)
{
	if (l->skip)
		return 0;
	if (l->sink->ops->rows != NULL)
		return l->sink->ops->rows(l->sink, b, e);
	if (!l->open && spt__lane_open_unit(l, e) < 0)
		return -1;
	if (put_begin(l, e) < 0)
		return -1;
	return spt__lane_put(l, b, e);
}

/* # epoch 3 watermark 2015-05-17T10:05:00Z rows 12 final */
static int
put_line(struct spt_lane *l, const struct spt_control *c, int64_t rows,
    struct spt_err *e)
{
	char w[SPT_TIME_TEXT] = "none";

	if (c->watermark == SPT_TIME_MAX)
		strcpy(w, "end");
	else if (c->watermark != SPT_TIME_MIN)
		spt_time_print(w, c->watermark, l->conf->tz);
	return spt_buf_printf(&l->text, e,
	    "# epoch %lld watermark %s rows %lld%s\n", (long long)c->epoch, w,
	    (long long)rows, c->final ? " final" : "");
}

int
spt_lane_barrier(struct spt_lane *l, const struct spt_control *c, int64_t rows,
    struct spt_err *e)
{
	l->final = c->final;
	if (l->skip || l->sink->ops->rows != NULL || !l->open)
		return 0;
	if (l->arrow) {
		/* No rows: nothing of it, unless it is all there is. */
		if (l->begin_due && !l->sink->due)
			return 0;
		return put_begin(l, e) < 0 ? -1
					   : spt__lane_put_control(l, c, e);
	}
	if (l->enc->ops->epoch != NULL &&
	    l->enc->ops->epoch(l->enc, &l->text, e) < 0)
		return -1;
	return l->conf->barriers ? put_line(l, c, rows, e) : 0;
}

/* Is the unit complete? */
static bool
whole(const struct spt_lane *l)
{
	return l->sink->units && l->open &&
	       (l->final || l->target.kind != SPT_TARGET_DIR ||
		   l->sink->size + (int64_t)l->text.len >= l->conf->roll);
}

static int
commit(struct spt_lane *l, bool is_whole, struct spt_err *e)
{
	struct spt_sink_epoch ep = { l->epoch, l->id, is_whole };

	if (is_whole && spt__lane_end_unit(l, e) < 0)
		return -1;
	if (spt__lane_write(l, e) < 0)
		return -1;
	l->position.len = 0;
	if (spt__lane_put_format(l, e) < 0)
		return -1;
	return l->sink->ops->commit(l->sink, &ep, &l->position, e);
}

/* The sink has the epoch: is it the same one? */
static int
check_held(const struct spt_lane *l, struct spt_err *e)
{
	if (!l->skip || strcmp(l->sink->held_id, l->id) == 0)
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: holds epoch %lld, but another one (id %s, of the checkpoint: "
	    "%s)",
	    l->target.name, (long long)l->epoch, l->sink->held_id, l->id);
}

int
spt_lane_commit(struct spt_lane *l, const char *id, struct spt_err *e)
{
	size_t n = strlen(id);

	if (n >= sizeof l->id || strpbrk(id, " \t\r\n") != NULL)
		return spt_fail(
		    e, SPT_ECHECKPOINT, "\"%s\" is not the id of an epoch", id);
	memcpy(l->id, id, n + 1);
	if (l->sink->ops->commit == NULL)
		return 0;
	if (check_held(l, e) < 0 || commit(l, whole(l), e) < 0)
		return -1;
	l->skip = false;
	return 0;
}

int
spt_lane_control(
    struct spt_lane *l, const struct spt_control *c, struct spt_err *e)
{
	if (!l->arrow || l->skip)
		return 0;
	/* Units have an end each. */
	if (l->sink->units && (!l->open || c->kind == SPT_ITEM_END))
		return 0;
	return spt__lane_put_control(l, c, e);
}

int
spt_lane_flush(struct spt_lane *l, struct spt_err *e)
{
	if (l->sink == NULL || l->sink->units || l->sink->ops->rows != NULL)
		return 0;
	if (l->enc != NULL && l->enc->ops->flush != NULL &&
	    l->enc->ops->flush(l->enc, &l->text, e) < 0)
		return -1;
	return spt__lane_write(l, e);
}

int
spt_lane_end(struct spt_lane *l, struct spt_err *e)
{
	if (l->sink == NULL)
		return 0;
	if (l->sink->ops->rows != NULL || l->sink->units) {
		/* A part that is not full, or rows of an epoch that -n cut
		 * short. */
		if (((l->sink->units && l->open) ||
			(!l->sink->fresh && l->sc.uuid == NULL)) &&
		    commit(l, l->open, e) < 0)
			return -1;
	} else if (spt__lane_end_unit(l, e) < 0 || spt__lane_write(l, e) < 0) {
		return -1;
	}
	return l->sink->ops->end(l->sink, e);
}
