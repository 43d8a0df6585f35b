/*
 * emit - rows out of a stage.
 *
 * Order is the rule: rows that wait in a builder go out before a batch that is
 * passed on, before a control, and before the loop sleeps.  A stage may learn
 * its output schema from its rows; until it declares it, controls are held and
 * nothing is written.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "stage/emit.h"

void
spt_emit_init(struct spt_emit *m, const struct spt_io *io)
{
	memset(m, 0, sizeof *m);
	m->io = io;
	spt_meta_init(&m->stream, io);
	for (int k = 0; k < SPT_LOOP_MAX; k++)
		spt_schema_init(&m->out[k].schema, io);
}

void
spt_emit_fini(struct spt_emit *m)
{
	for (int k = 0; k < SPT_LOOP_MAX; k++) {
		struct spt_output *o = &m->out[k];

		if (o->port != NULL)
			o->port->ops->close(o->port);
		spt_builder_fini(&o->builder);
		spt_schema_fini(&o->schema);
		for (size_t i = 0; i < o->n_held; i++)
			spt_control_fini(&o->held[i]);
		spt_free(m->io, o->held);
	}
	spt_meta_fini(&m->stream);
}

bool
spt_emit_wanted(const struct spt_emit *m, int k)
{
	return m->out[k].port != NULL;
}

int
spt_emit_schema(
    struct spt_emit *m, int k, const struct spt_schema *s, struct spt_err *e)
{
	struct spt_output *o = &m->out[k];

	assert(!o->declared);
	if (spt_schema_copy(&o->schema, s, e) < 0 ||
	    spt_meta_copy(&o->schema.meta, &m->stream, e) < 0 ||
	    spt_builder_init(&o->builder, m->io, s, e) < 0)
		return -1;
	o->declared = true;
	if (o->port == NULL)
		return 0;
	if (o->port->ops->schema(o->port, &o->schema, e) < 0)
		return -1;
	for (size_t i = 0; i < o->n_held; i++)
		if (o->port->ops->control(o->port, &o->held[i], e) < 0)
			return -1;
	return 0;
}

/* Rows that wait in the builder of one output. */
static int
rows_out(struct spt_output *o, struct spt_err *e)
{
	struct spt_batch b;
	int rc = 0;

	if (!o->declared || o->builder.rows == 0)
		return 0;
	spt_builder_batch(&o->builder, &b);
	o->rows += b.rows;
	if (o->port != NULL)
		rc = o->port->ops->batch(o->port, &b, e);
	spt_builder_reset(&o->builder);
	return rc;
}

int
spt_emit_batch(
    struct spt_emit *m, int k, const struct spt_batch *b, struct spt_err *e)
{
	struct spt_output *o = &m->out[k];

	assert(o->declared);
	if (o->port == NULL || b->rows == 0)
		return 0;
	if (rows_out(o, e) < 0)
		return -1;
	o->rows += b->rows;
	return o->port->ops->batch(o->port, b, e);
}

int
spt_emit_pass(
    struct spt_emit *m, struct spt_in *in, int64_t rows, struct spt_err *e)
{
	struct spt_output *o = &m->out[SPT_STREAM];

	assert(o->declared);
	if (rows_out(o, e) < 0)
		return -1;
	o->rows += rows;
	return o->port->ops->pass(o->port, in, e);
}

struct spt_builder *
spt_emit_builder(struct spt_emit *m, int k)
{
	assert(m->out[k].declared);
	return &m->out[k].builder;
}

int
spt_emit_row(struct spt_emit *m, int k, struct spt_err *e)
{
	struct spt_output *o = &m->out[k];

	spt_builder_end_row(&o->builder);
	return spt_builder_full(&o->builder) ? rows_out(o, e) : 0;
}

int64_t
spt_emit_epoch(const struct spt_emit *m)
{
	return m->epoch;
}

spt_time
spt_emit_time(const struct spt_emit *m)
{
	return m->time;
}

void
spt_emit_say(struct spt_emit *m, const char *line)
{
	if (m->say != NULL)
		m->say(m->say_ctx, line);
}

/* The figure of that name, new or not; NULL: there are too many. */
static struct spt_figure *
figure(struct spt_emit *m, const char *name, struct spt_err *e)
{
	struct spt_figure *f = m->figures;

	while (f < m->figures + m->n_figures && strcmp(f->name, name) != 0)
		f++;
	if (f == m->figures + SPT_FIGURES_MAX) {
		spt_fail(e, SPT_ESYSTEM, "too many figures");
		return NULL;
	}
	if (f == m->figures + m->n_figures) {
		memset(f, 0, sizeof *f);
		snprintf(f->name, sizeof f->name, "%s", name);
		m->n_figures++;
	}
	return f;
}

int
spt_emit_figure(
    struct spt_emit *m, const char *name, int64_t value, struct spt_err *e)
{
	struct spt_figure *f = figure(m, name, e);

	if (f == NULL)
		return -1;
	f->value = value;
	f->total += value;
	return 0;
}

int
spt_emit_measure(
    struct spt_emit *m, const char *name, double value, struct spt_err *e)
{
	struct spt_figure *f = figure(m, name, e);

	if (f == NULL)
		return -1;
	f->measured = true;
	f->real = value;
	return 0;
}

int
spt_emit_rows_out(struct spt_emit *m, struct spt_err *e)
{
	for (int k = 0; k < SPT_LOOP_MAX; k++)
		if (rows_out(&m->out[k], e) < 0)
			return -1;
	return 0;
}

int
spt_emit_flush(struct spt_emit *m, struct spt_err *e)
{
	if (spt_emit_rows_out(m, e) < 0)
		return -1;
	for (int k = 0; k < SPT_LOOP_MAX; k++) {
		struct spt_port *p = m->out[k].port;

		if (p != NULL && m->out[k].declared && p->ops->flush(p, e) < 0)
			return -1;
	}
	return 0;
}

static int
hold(struct spt_emit *m, struct spt_output *o, const struct spt_control *c,
    struct spt_err *e)
{
	struct spt_control *h;

	if (spt_grow(m->io, &o->held, &o->cap_held, o->n_held + 1,
		sizeof *o->held, e) < 0)
		return -1;
	h = &o->held[o->n_held++];
	spt_control_init(h, m->io, c->kind);
	return spt_control_copy(h, c, e);
}

int
spt_emit_control_to(struct spt_emit *m, const struct spt_control *c, int first,
    int end, struct spt_err *e)
{
	for (int k = first; k < end; k++) {
		struct spt_output *o = &m->out[k];
		int rc;

		if (o->port == NULL)
			continue;
		if (o->declared) {
			/* Rows that wait when an epoch begins are its own. */
			rc = c->kind == SPT_ITEM_BEGIN ? 0 : rows_out(o, e);
			if (rc == 0)
				rc = o->port->ops->control(o->port, c, e);
		} else {
			rc = hold(m, o, c, e);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
spt_emit_control(
    struct spt_emit *m, const struct spt_control *c, struct spt_err *e)
{
	return spt_emit_control_to(m, c, 0, SPT_LOOP_MAX, e);
}

int
spt_emit_end(struct spt_emit *m, struct spt_err *e)
{
	for (int k = 0; k < SPT_LOOP_MAX; k++) {
		struct spt_port *p = m->out[k].port;

		if (p != NULL && p->ops->end(p, e) < 0)
			return -1;
	}
	return 0;
}
