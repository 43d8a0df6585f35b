/*
 * map - row by row through libjq.
 *
 * Where neither -s nor --same says what the columns are, results are held
 * back, together with the rows that they came from, until enough have been
 * seen; then they go the way of all others.  Both limits count rows, results
 * and bytes of rows, never batches, so that the answer does not depend on how
 * the stream was cut.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "expr/map.h"
#include "expr/mapout.h"
#include "expr/mapstate.h"

struct spt_held {
	struct spt_result r;
	int64_t row;       /* its row in held_rows */
	int64_t epoch_row; /* and what messages call it */
};

/* ---- bad records ------------------------------------------------------- */

/* Stops the run: says where, and what to do. */
static int
stop(struct spt_map *m, int64_t epoch_row, int64_t epoch,
    const struct spt_misfit *why, struct spt_err *e)
{
	struct spt_buf remedy;
	int rc = 0;

	spt_buf_init(&remedy, m->io);
	if (why->col >= 0) {
		rc = spt_buf_puts(&remedy, "-s '", e);
		if (rc == 0)
			rc = spt_mapspec_print(
			    &m->spec, why->col, why->type, &remedy, e);
		if (rc == 0)
			rc = spt_buf_puts(&remedy, "' takes it; ", e);
	}
	if (rc == 0)
		spt_fail(e, SPT_EDATA,
		    "row %lld (epoch %lld): %s (%.*s-b skip goes on without "
		    "such rows)",
		    (long long)epoch_row, (long long)epoch, why->why.msg,
		    (int)remedy.len, (const char *)remedy.data);
	spt_buf_fini(&remedy);
	return -1;
}

/* Row i of b is bad. */
static int
refuse(struct spt_map *m, const struct spt_batch *b, int64_t i,
    int64_t epoch_row, struct spt_emit *out, const struct spt_misfit *why,
    struct spt_err *e)
{
	struct spt_map_bad bad = { 0 };

	if (why->why.kind != SPT_EDATA) {
		*e = why->why;
		return -1;
	}
	m->bad++;
	m->epoch_bad++;
	bad.epoch = spt_emit_epoch(out);
	if (m->conf.bad == NULL)
		return stop(m, epoch_row, bad.epoch, why, e);
	m->text.len = 0;
	if (spt_row_put_json(&m->text, m->in, b, i, e) < 0)
		return -1;
	bad.row = epoch_row;
	bad.reason = why->why.msg;
	bad.json = (const char *)m->text.data;
	bad.n = m->text.len;
	return m->conf.bad(m->conf.ctx, &bad, e);
}

/* ---- results out ------------------------------------------------------- */

static int
put(struct spt_map *m, struct spt_result r, const struct spt_batch *b,
    int64_t i, struct spt_emit *out, struct spt_misfit *why)
{
	struct spt_builder *to = spt_emit_builder(out, SPT_STREAM);

	if (spt_mapout_put(&m->spec, r, b, i, to, &m->text, why) < 0) {
		spt_builder_undo_row(to);
		return -1;
	}
	return spt_emit_row(out, SPT_STREAM, &why->why);
}

/* All results of row i of b, or none. */
static int
put_all(struct spt_map *m, const struct spt_result *r, size_t n,
    const struct spt_batch *b, int64_t i, struct spt_emit *out,
    struct spt_misfit *why)
{
	if (n > 1)
		for (size_t k = 0; k < n; k++)
			if (spt_mapout_put(
				&m->spec, r[k], b, i, NULL, &m->text, why) < 0)
				return -1;
	for (size_t k = 0; k < n; k++)
		if (put(m, r[k], b, i, out, why) < 0)
			return -1;
	return 0;
}

/* ---- learning ---------------------------------------------------------- */

static void
drop_held(struct spt_map *m)
{
	for (size_t k = 0; k < m->n_held; k++)
		spt_result_free(m->held[k].r);
	m->n_held = 0;
	if (m->holding)
		spt_builder_fini(&m->held_rows);
	m->holding = false;
}

static int
declare(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	m->declared = true;
	return spt_emit_schema(out, SPT_STREAM, &m->spec.schema, e);
}

/* The columns are those of what was held; what was held goes out. */
static int
settle(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	struct spt_result *r = m->run.v;
	struct spt_batch b;
	int rc = 0;

	if (spt_guess_settle(&m->guess, &m->spec, e) < 0 ||
	    declare(m, out, e) < 0)
		return -1;
	m->settled = true;
	if (m->holding)
		spt_builder_batch(&m->held_rows, &b);
	for (size_t k = 0, n; rc == 0 && k < m->n_held; k += n) {
		struct spt_misfit why = { .col = -1 };
		const struct spt_held *h = &m->held[k];

		/* m->run.v had room for them before. */
		for (n = 0; k + n < m->n_held && h[n].row == h->row; n++)
			r[n] = h[n].r;
		if (put_all(m, r, n, &b, h->row, out, &why) < 0)
			rc = refuse(m, &b, h->row, h->epoch_row, out, &why, e);
	}
	drop_held(m);
	return rc;
}

/* Takes the results of the row at hand. */
static int
hold(struct spt_map *m, const struct spt_batch *b, int64_t i,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_misfit why = { .col = -1 };

	for (size_t k = 0; k < m->run.n; k++)
		if (spt_guess_add(&m->guess, m->run.v[k], b, i, &why.why) < 0)
			return refuse(m, b, i, m->epoch_row, out, &why, e);
	if (!m->holding && spt_builder_init(&m->held_rows, m->io, m->in, e) < 0)
		return -1;
	m->holding = true;
	if (spt_grow(m->io, &m->held, &m->cap_held, m->n_held + m->run.n,
		sizeof *m->held, e) < 0 ||
	    spt_builder_rows(&m->held_rows, b, i, 1, e) < 0)
		return -1;
	for (size_t k = 0; k < m->run.n; k++) {
		struct spt_held *h = &m->held[m->n_held++];

		h->r = m->run.v[k];
		h->row = m->held_rows.rows - 1;
		h->epoch_row = m->epoch_row;
	}
	m->run.n = 0;
	if (m->n_held >= SPT_MAP_LEARN ||
	    spt_builder_bytes(&m->held_rows) >= SPT_MAP_LEARN_BYTES)
		return settle(m, out, e);
	return 0;
}

/* ---- rows -------------------------------------------------------------- */

static int
map_row(struct spt_map *m, const struct spt_batch *b, int64_t i,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_misfit why = { .col = -1 };
	int rc;

	m->epoch_row++;
	rc = spt_rowrun_row(&m->run, b, i, &why.why);
	if (rc == 0 && m->settled)
		rc = put_all(m, m->run.v, m->run.n, b, i, out, &why);
	if (rc < 0)
		rc = refuse(m, b, i, m->epoch_row, out, &why, e);
	else if (!m->settled && m->run.n != 0)
		rc = hold(m, b, i, out, e);
	return rc;
}

/* ---- the stage --------------------------------------------------------- */

static int
map_open(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;
	bool foreign = spt_meta_get(&in[0]->meta, SPT_KEY_PROFILE) == NULL;

	(void)n_in;
	m->in = in[0];
	if (spt_rowrun_open(&m->run, m->in, e) < 0)
		return -1;
	spt_guess_init(&m->guess, m->io, m->in);
	if (m->conf.same && spt_mapspec_add_input(&m->spec, m->in, e) < 0)
		return -1;
	if (m->conf.same || m->conf.schema != NULL) {
		if (spt_mapspec_bind(&m->spec, m->in, NULL, e) < 0)
			return -1;
		m->settled = true;
		return declare(m, out, e);
	}
	/* A stream of somebody else is one epoch, which ends. */
	if (!foreign && !spt_schema_bounded(m->in))
		return spt_fail(e, SPT_EUSAGE,
		    "the input does not end by itself, so the columns of the "
		    "results must be told: -s 'name type, ...', or --same if "
		    "they are the input's");
	return 0;
}

static int
map_begin(void *self, struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;

	m->epoch_row = m->epoch_bad = 0;
	spt_jq_time(&m->run.jq, spt_emit_time(out));
	return m->settled && !m->declared ? declare(m, out, e) : 0;
}

static int
map_batch(void *self, int input, const struct spt_batch *b,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;

	(void)input;
	spt_rowrun_batch(&m->run, b);
	for (int64_t i = 0; i < b->rows; i++)
		if (map_row(m, b, i, out, e) < 0)
			return -1;
	return 0;
}

static int
map_barrier(
    void *self, struct spt_control *c, struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;

	(void)c;
	if (!m->settled && settle(m, out, e) < 0)
		return -1;
	return spt_emit_figure(out, "bad", m->epoch_bad, e);
}

static int
map_save(void *self, struct spt_state_out *w, bool delta, struct spt_err *e)
{
	struct spt_map *m = self;
	bool told = m->conf.same || m->conf.schema != NULL;

	if (told || !m->settled || (delta && m->saved))
		return 0;
	m->saved = true;
	return spt_mapstate_save(&m->spec, w, e);
}

static int
map_load(void *self, struct spt_state_in *r, struct spt_err *e)
{
	struct spt_map *m = self;
	int rc;

	if (m->conf.same || m->conf.schema != NULL)
		return 0;
	rc = spt_mapstate_load(&m->spec, m->in, r, e);
	if (rc <= 0)
		return rc;
	m->settled = m->saved = true;
	return 0;
}

static void
map_close(void *self)
{
	spt_map_fini(self);
}

static void
map_status(void *self, char *text, size_t n)
{
	const struct spt_map *m = self;

	snprintf(text, n, "%lld bad%s", (long long)m->bad,
	    m->settled ? "" : ", columns still to be learnt");
}

const struct spt_stage spt_map_stage = {
	.name = "smap",
	.min_inputs = 1,
	.max_inputs = 1,
	.open = map_open,
	.begin = map_begin,
	.batch = map_batch,
	.barrier = map_barrier,
	.save = map_save,
	.load = map_load,
	.close = map_close,
	.status = map_status,
};

int
spt_map_init(struct spt_map *m, const struct spt_io *io,
    const struct spt_map_conf *conf, struct spt_err *e)
{
	memset(m, 0, sizeof *m);
	m->io = io;
	m->conf = *conf;
	spt_mapspec_init(&m->spec, io);
	spt_buf_init(&m->text, io);
	if (conf->same && conf->schema != NULL) {
		spt_fail(e, SPT_EUSAGE,
		    "-s and --same both say what the columns are: use one");
		goto fail;
	}
	if ((conf->schema != NULL &&
		spt_mapspec_parse(&m->spec, conf->schema, e) < 0) ||
	    spt_rowrun_init(&m->run, io, conf->program, conf->nomem, e) < 0)
		goto fail;
	return 0;
fail:
	spt_map_fini(m);
	return -1;
}

void
spt_map_fini(struct spt_map *m)
{
	if (m->io == NULL)
		return;
	drop_held(m);
	spt_free(m->io, m->held);
	spt_buf_fini(&m->text);
	spt_guess_fini(&m->guess);
	spt_mapspec_fini(&m->spec);
	spt_rowrun_fini(&m->run);
	m->io = NULL;
}
