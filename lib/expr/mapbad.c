/*
 * mapbad - rows that are none: where the run stops, what it says, and what is
 * kept of them.
 */
#include <string.h>

#include "base/utf8.h"
#include "expr/map.h"
#include "expr/mapbad.h"

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

/* One row of the side output. */
static int
keep(const struct spt_map_bad *bad, struct spt_emit *out, struct spt_err *e)
{
	struct spt_builder *to = spt_emit_builder(out, SPT_MAP_BAD);
	struct spt_buf reason;
	int rc = -1;

	/* A long message may end inside a character. */
	spt_buf_init(&reason, to->io);
	if (spt_utf8_repair(&reason, (const uint8_t *)bad->reason,
		strlen(bad->reason), e) >= 0 &&
	    spt_builder_int(to, 0, bad->epoch, e) == 0 &&
	    spt_builder_int(to, 1, bad->row, e) == 0 &&
	    spt_builder_str(to, 2, (const char *)reason.data, reason.len, e) ==
		0 &&
	    spt_builder_str(to, 3, bad->json, bad->n, e) == 0)
		rc = spt_emit_row(out, SPT_MAP_BAD, e);
	spt_buf_fini(&reason);
	return rc;
}

int
spt_map_refuse(struct spt_map *m, const struct spt_batch *b, int64_t i,
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
	if (m->conf.bad == NULL && !spt_emit_wanted(out, SPT_MAP_BAD))
		return stop(m, epoch_row, bad.epoch, why, e);
	m->text.len = 0;
	if (spt_row_put_json(&m->text, m->in, b, i, e) < 0)
		return -1;
	bad.row = epoch_row;
	bad.reason = why->why.msg;
	bad.json = (const char *)m->text.data;
	bad.n = m->text.len;
	return m->conf.bad != NULL ? m->conf.bad(m->conf.ctx, &bad, e)
				   : keep(&bad, out, e);
}

int
spt_map_declare_bad(struct spt_map *m, struct spt_emit *out, struct spt_err *e)
{
	struct spt_schema s;
	int rc = -1;

	if (!spt_emit_wanted(out, SPT_MAP_BAD))
		return 0;
	spt_schema_init(&s, m->io);
	if (spt_schema_add(&s, "epoch", SPT_INT64, e) == 0 &&
	    spt_schema_add(&s, "row", SPT_INT64, e) == 0 &&
	    spt_schema_add(&s, "reason", SPT_UTF8, e) == 0 &&
	    spt_schema_add(&s, "text", SPT_UTF8, e) == 0)
		rc = spt_emit_schema(out, SPT_MAP_BAD, &s, e);
	spt_schema_fini(&s);
	return rc;
}
