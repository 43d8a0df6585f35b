/*
 * lanerows - text and Arrow messages.
 *
 * Text collects in the buffer and goes out in pieces of WRITE_BYTES, and
 * whenever the caller is about to wait.  Of an Arrow body small pieces are
 * collected too; large ones are written from where they are.
 */
#include "egress/lanerows.h"
#include "wire/encode.h"

#define WRITE_BYTES (256u << 10)
#define LARGE_PIECE (32u << 10)
#define SLICE_ROWS 512 /* encoded before the buffer is looked at */

int
spt__lane_write(struct spt_lane *l, struct spt_err *e)
{
	size_t n = l->text.len;

	l->text.len = 0;
	return n == 0 ? 0 : l->sink->ops->write(l->sink, l->text.data, n, e);
}

int
spt__lane_open_unit(struct spt_lane *l, struct spt_err *e)
{
	l->open = true;
	if (l->arrow)
		return spt_wire_put_schema(&l->text, l->schema, e);
	if (l->enc == NULL && spt_encoder_open(&l->enc, l->io, l->target.format,
				  l->schema, &l->ec, e) < 0)
		return -1;
	return l->enc->ops->header != NULL
		   ? l->enc->ops->header(l->enc, &l->text, e)
		   : 0;
}

static int
put_end(struct spt_lane *l, struct spt_err *e)
{
	struct spt_control c;
	int rc;

	spt_control_init(&c, l->io, SPT_ITEM_END);
	c.reason = l->final ? SPT_FINISHED : SPT_STOPPED;
	rc = spt_wire_put_control(&l->text, l->schema, &c, e);
	spt_control_fini(&c);
	return rc;
}

int
spt__lane_end_unit(struct spt_lane *l, struct spt_err *e)
{
	l->open = false;
	if (l->arrow)
		return l->sink->units && put_end(l, e) < 0
			   ? -1
			   : spt_wire_put_eos(&l->text, e);
	if (l->enc->ops->end != NULL &&
	    l->enc->ops->end(l->enc, &l->text, e) < 0)
		return -1;
	l->enc->ops->close(l->enc);
	l->enc = NULL;
	return 0;
}

static int
put_text(struct spt_lane *l, const struct spt_batch *b, struct spt_err *e)
{
	for (int64_t i = 0; i < b->rows; i += SLICE_ROWS) {
		int64_t m = b->rows - i < SLICE_ROWS ? b->rows - i : SLICE_ROWS;

		if (l->enc->ops->rows(l->enc, b, i, m, &l->text, e) < 0)
			return -1;
		if (l->text.len >= WRITE_BYTES && spt__lane_write(l, e) < 0)
			return -1;
	}
	return 0;
}

static int
put_arrow(struct spt_lane *l, const struct spt_batch *b, struct spt_err *e)
{
	int64_t body;
	size_t n;

	if (spt_wire_put_batch_head(&l->text, l->schema, b, &body, e) < 0 ||
	    spt_wire_body(l->io, b, &l->v, &l->cap, &n, &l->scratch, e) < 0)
		return spt_err_where(e, "%s", l->sink->name);
	for (size_t i = 0; i < n; i++) {
		const struct iovec *v = &l->v[i];

		if (v->iov_len < LARGE_PIECE) {
			if (spt_buf_put(&l->text, v->iov_base, v->iov_len, e) <
			    0)
				return -1;
			continue;
		}
		if (spt__lane_write(l, e) < 0 ||
		    l->sink->ops->write(l->sink, v->iov_base, v->iov_len, e) <
			0)
			return -1;
	}
	return l->text.len >= WRITE_BYTES ? spt__lane_write(l, e) : 0;
}

int
spt__lane_put(struct spt_lane *l, const struct spt_batch *b, struct spt_err *e)
{
	return l->arrow ? put_arrow(l, b, e) : put_text(l, b, e);
}

/* What is said of a checkpoint ends here: who reads what was written must not
 * take it for a part of that checkpoint. */
static int
strip(struct spt_control *to, const struct spt_control *c, struct spt_err *e)
{
	if (spt_control_copy(to, c, e) < 0)
		return -1;
	spt_meta_remove(&to->extra, SPT_KEY_ID);
	spt_meta_remove(&to->extra, SPT_KEY_HEADS);
	return 0;
}

int
spt__lane_put_control(
    struct spt_lane *l, const struct spt_control *c, struct spt_err *e)
{
	struct spt_control plain;
	int rc;

	if (spt_meta_get(&c->extra, SPT_KEY_ID) == NULL &&
	    spt_meta_get(&c->extra, SPT_KEY_HEADS) == NULL)
		return spt_wire_put_control(&l->text, l->schema, c, e);
	if (strip(&plain, c, e) < 0)
		return -1;
	rc = spt_wire_put_control(&l->text, l->schema, &plain, e);
	spt_control_fini(&plain);
	return rc;
}
