/*
 * loop_input - the inputs of a stage, item by item; what a stage need not see
 * goes on from here.
 */
#include "stage/loop_run.h"

#define PASS_LEAST (32u << 10) /* bytes that are worth not to be copied */

/* A batch of input i that is on its way goes on unseen: 1; it does not: 0. */
static int
pass(struct spt_loop_run *s, int i, struct spt_err *e)
{
	struct spt_feed *f = &s->feed[i];
	const struct spt_port *out = s->l->out[0];
	struct spt_batch b;
	int rc;

	if (s->l->stage->peek == NULL || out == NULL ||
	    out->ops->pass == NULL || !f->began || f->over ||
	    spt_in_wanting(f->in) < PASS_LEAST)
		return 0;
	rc = spt_in_peek(f->in, &b, e);
	if (rc > 0)
		rc = s->l->stage->peek(s->l->self, &b, &s->emit, e);
	if (rc <= 0)
		return rc;
	s->rows_in += b.rows;
	s->total_in += b.rows;
	return spt_emit_pass(&s->emit, f->in, b.rows, e) < 0 ? -1 : 1;
}

int
spt_loop_next(struct spt_loop_run *s, int i, const struct spt_item **item,
    struct spt_err *e)
{
	struct spt_loop *l = s->l;
	struct spt_feed *f = &s->feed[i];

	for (;;) {
		int rc = spt_in_next(f->in, item, e);
		int fd = spt_in_fd(f->in);
		bool ready = false;

		if (rc != 0)
			return rc;
		if (spt_in_ended(f->in))
			return 0;
		rc = pass(s, i, e);
		if (rc < 0)
			return -1;
		if (rc > 0)
			continue;
		if (spt_emit_flush(&s->emit, e) < 0)
			return -1;
		while (!ready) {
			if (l->signals != NULL && l->signals->status) {
				l->signals->status = 0;
				spt_loop_say_status(s);
			}
			if (spt_wait(s->io, &fd, 1, &ready,
				l->out[0] != NULL ? l->out[0]->fd : -1,
				l->signals, -1, e) < 0)
				return -1;
		}
		rc = spt_in_fill(f->in, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return spt_in_cut(f->in, e);
	}
}

int
spt_loop_open(struct spt_loop_run *s, int i, struct spt_err *e)
{
	struct spt_feed *f = &s->feed[i];
	const struct spt_input *in = &s->l->in[i];
	int rc;

	spt_control_init(&f->barrier, s->io, SPT_ITEM_BARRIER);
	if (spt_in_open(&f->in, s->io, in->fd, in->name, e) < 0)
		return -1;
	while ((rc = spt_in_schema(f->in, &f->schema, e)) == 0) {
		int fd = in->fd;
		bool ready;

		rc = spt_wait(s->io, &fd, 1, &ready,
		    s->l->out[0] != NULL ? s->l->out[0]->fd : -1, s->l->signals,
		    -1, e);
		if (rc < 0)
			return -1;
		if (!ready)
			continue;
		rc = spt_in_fill(f->in, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return spt_in_cut(f->in, e);
	}
	return rc < 0 ? -1 : 0;
}
