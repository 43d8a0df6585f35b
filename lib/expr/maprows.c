/*
 * maprows - a program that libjq runs row by row.
 *
 * Where neither -s nor --same says what the columns are, results are held
 * back, together with the rows that they came from, until enough have been
 * seen; then they go the way of all others.  Both limits count rows, results
 * and bytes of rows, never batches, so that the answer does not depend on how
 * the stream was cut.
 */
#include <string.h>

#include "expr/mapbad.h"
#include "expr/mapout.h"
#include "expr/maprows.h"

struct spt_held {
	struct spt_result r;
	int64_t row;       /* its row in held_rows */
	int64_t epoch_row; /* and what messages call it */
};

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

void
spt_map_drop_held(struct spt_map *m)
{
	for (size_t k = 0; k < m->n_held; k++)
		spt_result_free(m->held[k].r);
	m->n_held = 0;
	if (m->holding)
		spt_builder_fini(&m->held_rows);
	m->holding = false;
}

int
spt_map_declare(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	m->declared = true;
	return spt_emit_schema(out, SPT_STREAM, &m->spec.schema, e);
}

/* The columns are known: from here on by kernels, if there are some. */
int
spt_map_speed_up(struct spt_map *m, struct spt_err *e)
{
	int rc = spt_fast_fit(&m->fast, &m->spec, e);

	m->fast_on = rc > 0;
	return rc < 0 ? -1 : 0;
}

/* The columns are those of what was held; what was held goes out. */
int
spt_map_settle(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	struct spt_result *r = m->run.v;
	struct spt_batch b;
	int rc = 0;

	if (spt_guess_settle(&m->guess, &m->spec, e) < 0 ||
	    spt_map_declare(m, out, e) < 0)
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
			rc = spt_map_refuse(
			    m, &b, h->row, h->epoch_row, out, &why, e);
	}
	spt_map_drop_held(m);
	if (rc == 0 && m->fast.result != NULL)
		rc = spt_map_speed_up(m, e);
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
			return spt_map_refuse(
			    m, b, i, m->epoch_row, out, &why, e);
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
		return spt_map_settle(m, out, e);
	return 0;
}

/* ---- rows -------------------------------------------------------------- */

/* Starts libjq. */
int
spt_map_wake(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	if (!m->awake) {
		if (spt_rowrun_init(
			&m->run, m->io, m->conf.program, m->conf.nomem, e) < 0)
			return -1;
		m->awake = true;
	}
	if (m->run.in == NULL && spt_rowrun_open(&m->run, m->in, e) < 0)
		return -1;
	spt_jq_time(&m->run.jq, spt_emit_time(out));
	return 0;
}

int
spt_map_row(struct spt_map *m, const struct spt_batch *b, int64_t i,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_misfit why = { .col = -1 };
	int rc;

	m->epoch_row++;
	rc = spt_rowrun_row(&m->run, b, i, &why.why);
	if (rc == 0 && m->settled)
		rc = put_all(m, m->run.v, m->run.n, b, i, out, &why);
	if (rc < 0)
		rc = spt_map_refuse(m, b, i, m->epoch_row, out, &why, e);
	else if (!m->settled && m->run.n != 0)
		rc = hold(m, b, i, out, e);
	return rc;
}
