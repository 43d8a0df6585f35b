/*
 * ingest_arrow - saved Arrow streams, ours or others', as sources.  Their
 * epochs are not ours: control batches are passed over, and a mark of event
 * time is taken off, so that the stream is new.
 */
#include <string.h>

#include "base/list.h"
#include "ingest/ingest_run.h"
#include "wire/in.h"

struct arrow {
	struct spt_ingest *g;
	struct spt_schema schema; /* what goes out */
	struct spt_col *cols;     /* schema.n, in its order */
	size_t *from;             /* column of the file for each of them */
	bool declared;
};

static int
read_source(void *ctx, void *p, size_t n, size_t *got, struct spt_err *e)
{
	struct spt_ingest *g = ((struct arrow *)ctx)->g;
	size_t held = g->text.len - g->at;

	/* What was read to guess the format comes first. */
	if (held == 0)
		return spt_source_read(g->source, p, n, got, e);
	*got = held < n ? held : n;
	memcpy(p, g->text.data + g->at, *got);
	g->at += *got;
	return 1;
}

/* The first file's columns, those of -c in its order. */
static int
choose_columns(struct arrow *a, const struct spt_schema *in, struct spt_err *e)
{
	struct spt_list list;
	int rc = 0;

	if (spt_list_parse(&list, a->g->io, a->g->conf->decode.columns, e) < 0)
		return spt_err_where(e, "-c");
	for (size_t i = 0; i < list.n && rc == 0; i++) {
		int at = spt_schema_need(in, list.v[i], e);

		rc = at < 0
			 ? -1
			 : spt_schema_add_copy(&a->schema, &in->fields[at], e);
	}
	for (size_t i = 0; i < in->n && list.n == 0 && rc == 0; i++)
		rc = spt_schema_add_copy(&a->schema, &in->fields[i], e);
	for (size_t i = 0; i < a->schema.n; i++)
		spt_meta_remove(&a->schema.fields[i].meta, SPT_KEY_EVENT_TIME);
	spt_list_fini(&list);
	if (rc < 0)
		return -1;
	a->cols = spt_alloc(a->g->io, a->schema.n * sizeof *a->cols, e);
	a->from = spt_alloc(a->g->io, a->schema.n * sizeof *a->from, e);
	return a->cols == NULL || a->from == NULL ? -1 : 0;
}

static int
match_columns(struct arrow *a, const struct spt_schema *in, struct spt_err *e)
{
	for (size_t i = 0; i < a->schema.n; i++) {
		const struct spt_field *f = &a->schema.fields[i];
		int at = spt_schema_find(in, f->name);

		if (at < 0)
			return spt_fail(e, SPT_EDATA,
			    "%s: has no column \"%s\", which the first file "
			    "has",
			    spt_source_name(a->g->source), f->name);
		if (in->fields[at].type != f->type)
			return spt_fail(e, SPT_EDATA,
			    "%s: column \"%s\" is %s, in the first file it "
			    "is %s",
			    spt_source_name(a->g->source), f->name,
			    spt_type_name(in->fields[at].type),
			    spt_type_name(f->type));
		a->from[i] = (size_t)at;
	}
	return 0;
}

static int
start_file(struct arrow *a, const struct spt_schema *in, struct spt_err *e)
{
	if (!a->declared) {
		if (choose_columns(a, in, e) < 0 ||
		    spt_emit_schema(&a->g->emit, SPT_STREAM, &a->schema, e) < 0)
			return -1;
		a->declared = true;
	}
	return match_columns(a, in, e);
}

/* A batch, cut where epochs end. */
static int
put_batch(struct arrow *a, const struct spt_batch *in, struct spt_err *e)
{
	struct spt_ingest *g = a->g;
	struct spt_batch b = {
		.rows = in->rows, .n = a->schema.n, .cols = a->cols
	};
	int64_t bytes;

	for (size_t i = 0; i < a->schema.n; i++)
		a->cols[i] = in->cols[a->from[i]];
	bytes = (int64_t)spt_batch_bytes(&b);
	for (int64_t at = 0; at < b.rows;) {
		int64_t room = spt_cutter_room(&g->cutter);
		int64_t left = spt_ingest_rows_left(g), n = b.rows - at;
		int rc;

		if (left == 0)
			return 0;
		n = n < room ? n : room;
		n = n < left ? n : left;
		g->cutter.bytes += bytes * n / b.rows;
		if (spt_cutter_rows(&g->cutter, n, e) < 0)
			return -1;
		if (n == b.rows)
			rc = spt_emit_batch(&g->emit, SPT_STREAM, &b, e);
		else
			rc = spt_builder_rows(
			    spt_emit_builder(&g->emit, SPT_STREAM), &b, at, n,
			    e);
		if (rc < 0)
			return -1;
		at += n;
		g->rows += n;
		if (spt_cutter_full(&g->cutter) &&
		    spt_cutter_close(&g->cutter, false, NULL, e) < 0)
			return -1;
	}
	return 0;
}

/* More bytes for in: 1, 0 the end or asked to stop, -1. */
static int
fill(struct arrow *a, struct spt_in *in, struct spt_err *e)
{
	struct spt_ingest *g = a->g;
	int rc = g->at < g->text.len ? 1 : spt_ingest_wait(g, e);

	if (rc <= 0)
		return rc;
	spt_ingest_meter(g);
	rc = spt_in_fill(in, e);
	return rc != 0 ? rc : spt_in_cut(in, e);
}

/* 1 the file is done, 0 enough of everything, -1. */
static int
read_items(struct arrow *a, struct spt_in *in, struct spt_err *e)
{
	const struct spt_schema *schema;
	const struct spt_item *item;
	int rc;

	while ((rc = spt_in_schema(in, &schema, e)) == 0)
		if ((rc = fill(a, in, e)) <= 0)
			return rc;
	if (rc < 0 || start_file(a, schema, e) < 0)
		return -1;
	for (;;) {
		rc = spt_in_next(in, &item, e);
		if (rc < 0)
			return -1;
		if (rc == 0 && spt_in_ended(in))
			return 1;
		if (rc == 0) {
			if ((rc = fill(a, in, e)) <= 0)
				return rc;
		} else if (item->kind == SPT_ITEM_BATCH) {
			if (put_batch(a, &item->batch, e) < 0)
				return -1;
			if (spt_ingest_rows_left(a->g) == 0)
				return 0;
		}
	}
}

static int
read_file(struct arrow *a, size_t k, struct spt_err *e)
{
	struct spt_ingest *g = a->g;
	struct spt_in *in;
	int rc;

	if (g->source == NULL && spt_ingest_open(g, k, e) < 0)
		return -1;
	if (spt_in_open_bytes(&in, g->io,
		(struct spt_bytes_in){ .read = read_source, .ctx = a },
		spt_source_name(g->source), e) < 0)
		return -1;
	rc = read_items(a, in, e);
	spt_in_close(in);
	if (rc <= 0)
		return rc;
	spt_ingest_close_source(g);
	g->cutter.files++;
	if (spt_cutter_full(&g->cutter))
		rc = spt_cutter_close(&g->cutter, false, NULL, e) < 0 ? -1 : 1;
	return rc;
}

int
spt_ingest_arrow(struct spt_ingest *g, struct spt_err *e)
{
	struct arrow a = { .g = g };
	int rc = 1;

	if (g->conf->decode.schema != NULL)
		return spt_fail(
		    e, SPT_EUSAGE, "-s: an Arrow stream has its schema in it");
	spt_schema_init(&a.schema, g->io);
	for (size_t k = 0; k < g->paths.n && rc == 1; k++)
		rc = read_file(&a, k, e);
	spt_ingest_close_source(g);
	if (rc == 0 && !a.declared)
		rc = spt_fail(
		    e, SPT_EDATA, "stopped before the stream's schema came");
	spt_schema_fini(&a.schema);
	spt_free(g->io, a.cols);
	spt_free(g->io, a.from);
	return rc < 0 ? -1 : 0;
}
