/*
 * map - a program that has kernels (mapfast.h) is run batch by batch, and only
 * its hard rows are done by libjq; any other runs in libjq row by row.  libjq
 * is not started before it is needed: its start costs more than a million rows
 * of kernels.
 *
 * Compiled programs know their columns when the stream opens.  One thing only
 * rows can tell: whether a number under a new name is an integer beyond 2^53.
 * Where that may be, the first rows of a bounded input are looked at; if there
 * is none the columns are what they are known to be, else libjq learns them.
 */
#include <stdio.h>
#include <string.h>

#include "expr/map.h"
#include "expr/mapbad.h"
#include "expr/maprows.h"
#include "expr/mapstate.h"

/* ---- by kernels ---------------------------------------------------------- */

struct hard {
	struct spt_map *m;
	int64_t before;  /* rows of the epoch before the batch */
	int64_t scanned; /* offset of the part that rowrun knows */
};

static int
hard_row(void *ctx, const struct spt_batch *b, int64_t i, int64_t offset,
    struct spt_emit *out, struct spt_err *e)
{
	struct hard *h = ctx;

	if (spt_map_wake(h->m, out, e) < 0)
		return -1;
	if (h->scanned != offset)
		spt_rowrun_batch(&h->m->run, b);
	h->scanned = offset;
	h->m->epoch_row = h->before + offset + i;
	return spt_map_row(h->m, b, i, out, e);
}

/* Rows first.. of b. */
static int
map_fast(struct spt_map *m, const struct spt_batch *b, int64_t first,
    struct spt_emit *out, struct spt_err *e)
{
	struct hard h = { m, m->epoch_row - first, -1 };
	const struct spt_fast_hard hard = { hard_row, &h };

	if (spt_fast_batch(&m->fast, b, first, &hard, out, e) < 0)
		return -1;
	m->epoch_row = h.before + b->rows;
	return 0;
}

static int
map_slow(struct spt_map *m, const struct spt_batch *b, int64_t first,
    struct spt_emit *out, struct spt_err *e)
{
	if (spt_map_wake(m, out, e) < 0)
		return -1;
	spt_rowrun_batch(&m->run, b);
	for (int64_t i = first; i < b->rows; i++) {
		/* The columns may have been learnt. */
		if (m->fast_on)
			return map_fast(m, b, i, out, e);
		if (spt_map_row(m, b, i, out, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- the first rows of a compiled program -------------------------------- */

static bool
has_big(const struct spt_batch *b)
{
	for (size_t k = 0; k < b->n; k++) {
		const struct spt_col *c = &b->cols[k];

		for (int64_t i = 0; c->type == SPT_INT64 && i < b->rows; i++)
			if (spt_int_big(c->ints[i]) && !spt_col_null(c, i))
				return true;
	}
	return false;
}

/* What is known without rows is right. */
static int
take_derived(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	bool unsure;

	if (spt_fast_derive(&m->fast, &m->spec, &unsure, e) < 0 ||
	    spt_map_speed_up(m, e) < 0)
		return -1;
	m->settled = true;
	return spt_map_declare(m, out, e);
}

/* All early rows are there. */
static int
judge(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	struct spt_batch b;
	int rc = 0;

	m->judging = false;
	spt_builder_batch(&m->early, &b);
	if (!has_big(&b))
		rc = take_derived(m, out, e);
	if (rc == 0 && b.rows != 0)
		rc = m->fast_on ? map_fast(m, &b, 0, out, e)
				: map_slow(m, &b, 0, out, e);
	spt_builder_fini(&m->early);
	return rc;
}

/* Takes the next early rows of b; *n of them. */
static int
take_early(struct spt_map *m, const struct spt_batch *b, int64_t *n,
    struct spt_emit *out, struct spt_err *e)
{
	for (*n = 0; *n < b->rows && m->judging;) {
		if (spt_builder_rows(&m->early, b, (*n)++, 1, e) < 0)
			return -1;
		if ((m->early.rows >= SPT_MAP_LEARN ||
			spt_builder_bytes(&m->early) >= SPT_MAP_LEARN_BYTES) &&
		    judge(m, out, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- the stage --------------------------------------------------------- */

/* Nobody said what the columns are.  1: the kernels know, or will. */
static int
derive(struct spt_map *m, bool ends, struct spt_emit *out, struct spt_err *e)
{
	struct spt_mapspec trial;
	bool unsure = false;
	int rc;

	if (m->fast.result == NULL)
		return 0;
	spt_mapspec_init(&trial, m->io);
	rc = spt_fast_derive(&m->fast, &trial, &unsure, e);
	spt_mapspec_fini(&trial);
	if (rc <= 0) {
		m->fast.result = NULL;
		return rc;
	}
	if (unsure && ends) {
		m->judging = true;
		return spt_builder_init(&m->early, m->io, m->in, e) < 0 ? -1
									: 1;
	}
	m->derived = true;
	return take_derived(m, out, e) < 0 ? -1 : 1;
}

static int
open_columns(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	/* A stream of somebody else is one epoch, which ends. */
	bool ends = spt_schema_bounded(m->in) ||
		    spt_meta_get(&m->in->meta, SPT_KEY_PROFILE) == NULL;
	int rc;

	if (m->conf.same && spt_mapspec_add_input(&m->spec, m->in, e) < 0)
		return -1;
	if (m->conf.same || m->conf.schema != NULL) {
		if (spt_mapspec_bind(&m->spec, m->in, NULL, e) < 0 ||
		    (m->fast.result != NULL && spt_map_speed_up(m, e) < 0))
			return -1;
		m->settled = true;
		return spt_map_declare(m, out, e);
	}
	rc = derive(m, ends, out, e);
	if (rc == 0 && !ends)
		return spt_fail(e, SPT_EUSAGE,
		    "the input does not end by itself, so the columns of the "
		    "results must be told: -s 'name type, ...', or --same if "
		    "they are the input's");
	return rc < 0 ? -1 : 0;
}

static int
map_open(void *self, const struct spt_schema *const in[], int n_in,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;

	(void)n_in;
	m->in = in[0];
	if (spt_map_declare_bad(m, out, e) < 0)
		return -1;
	spt_guess_init(&m->guess, m->io, m->in);
	if (m->fast.tree != NULL && spt_fast_open(&m->fast, m->in, e) < 0)
		return -1;
	if (open_columns(m, out, e) < 0)
		return -1;
	/* What libjq says of the program comes before any row. */
	return m->fast_on || m->judging ? 0 : spt_map_wake(m, out, e);
}

static int
map_begin(void *self, struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;

	m->epoch_row = m->epoch_bad = 0;
	if (m->awake)
		spt_jq_time(&m->run.jq, spt_emit_time(out));
	return m->settled && !m->declared ? spt_map_declare(m, out, e) : 0;
}

static int
map_batch(void *self, int input, const struct spt_batch *b,
    struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;
	int64_t first = 0;

	(void)input;
	if (m->judging && take_early(m, b, &first, out, e) < 0)
		return -1;
	if (m->judging || first == b->rows)
		return 0;
	return m->fast_on ? map_fast(m, b, first, out, e)
			  : map_slow(m, b, first, out, e);
}

static int
map_barrier(
    void *self, struct spt_control *c, struct spt_emit *out, struct spt_err *e)
{
	struct spt_map *m = self;

	(void)c;
	if (m->judging && judge(m, out, e) < 0)
		return -1;
	if (!m->settled && spt_map_settle(m, out, e) < 0)
		return -1;
	return spt_emit_figure(out, "bad", m->epoch_bad, e);
}

/* Columns that are known without rows are no state. */
static bool
is_told(const struct spt_map *m)
{
	return m->conf.same || m->conf.schema != NULL || m->derived;
}

static int
map_save(void *self, struct spt_state_out *w, bool delta, struct spt_err *e)
{
	struct spt_map *m = self;

	if (is_told(m) || !m->settled || (delta && m->saved))
		return 0;
	m->saved = true;
	return spt_mapstate_save(&m->spec, w, e);
}

static int
map_load(void *self, struct spt_state_in *r, struct spt_err *e)
{
	struct spt_map *m = self;
	int rc;

	if (is_told(m))
		return 0;
	rc = spt_mapstate_load(&m->spec, m->in, r, e);
	if (rc <= 0)
		return rc;
	if (m->judging)
		spt_builder_fini(&m->early);
	m->judging = false;
	m->settled = m->saved = true;
	return m->fast.result != NULL ? spt_map_speed_up(m, e) : 0;
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

static const char *const sides[] = { "bad", NULL };

const struct spt_stage spt_map_stage = {
	.name = "smap",
	.min_inputs = 1,
	.max_inputs = 1,
	.sides = sides,
	.open = map_open,
	.begin = map_begin,
	.batch = map_batch,
	.barrier = map_barrier,
	.save = map_save,
	.load = map_load,
	.finds_again = true,
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
	    spt_fast_init(&m->fast, io, conf->program, e) < 0)
		goto fail;
	if (conf->by_rows)
		m->fast.tree = NULL;
	if (m->fast.tree == NULL) {
		if (spt_rowrun_init(
			&m->run, io, conf->program, conf->nomem, e) < 0)
			goto fail;
		m->awake = true;
	}
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
	spt_map_drop_held(m);
	spt_free(m->io, m->held);
	if (m->judging)
		spt_builder_fini(&m->early);
	spt_buf_fini(&m->text);
	spt_guess_fini(&m->guess);
	spt_mapspec_fini(&m->spec);
	spt_fast_fini(&m->fast);
	spt_rowrun_fini(&m->run);
	m->io = NULL;
}
