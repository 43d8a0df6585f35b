/*
 * map_harness - runs the stage of smap without a loop: rows as text in, rows
 * as JSON out.  Included by one .c of a test, because it takes the place of
 * the spt_emit functions of the loop.
 *
 * Rows are lines, cells have | between them, ~ is null, a timestamp is
 * microseconds.  In the list of columns a type with * behind it is the event
 * time, one with + a key.
 */
#ifndef SPT_MAP_HARNESS_H
#define SPT_MAP_HARNESS_H

#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "expr/map.h"

struct spt_emit {
	const struct spt_io *io;
	struct spt_schema schema;
	struct spt_builder builder;
	bool declared;
	struct spt_buf text; /* what came out since it was last asked for */
	int64_t shown;       /* rows of the builder that text has */
	int64_t epoch, bad;
	spt_time time;
};

struct mapping {
	struct spt_schema in;
	struct spt_builder rows;
	struct spt_map map;
	struct spt_emit out;
	int64_t batch_rows; /* rows a batch; 0: one batch an epoch */
	struct spt_buf text;
	struct spt_err e;
};

/* What everything is made with; NULL: the system. */
static const struct spt_io *mapping_io;

/* ---- what the stage calls ---------------------------------------------- */

int
spt_emit_schema(
    struct spt_emit *out, int k, const struct spt_schema *s, struct spt_err *e)
{
	if (k != SPT_STREAM || out->declared)
		abort();
	out->declared = true;
	for (size_t i = 0; i < s->n; i++) {
		const struct spt_meta *m = &s->fields[i].meta;

		if (spt_buf_printf(&out->text, e, "%s%s %s%s%s",
			i != 0 ? ", " : "[", s->fields[i].name,
			spt_type_name(s->fields[i].type),
			spt_meta_get(m, SPT_KEY_EVENT_TIME) ? "*" : "",
			spt_meta_get(m, SPT_KEY_GROUP) ? "+" : "") < 0)
			return -1;
	}
	if (spt_buf_puts(&out->text, "]", e) < 0 ||
	    spt_schema_copy(&out->schema, s, e) < 0)
		return -1;
	return spt_builder_init(&out->builder, out->io, s, e);
}

struct spt_builder *
spt_emit_builder(struct spt_emit *out, int k)
{
	if (k != SPT_STREAM || !out->declared)
		abort();
	return &out->builder;
}

/* Rows from..end-1. */
static int
show_rows(struct spt_emit *out, const struct spt_batch *b, int64_t from,
    struct spt_err *e)
{
	for (int64_t i = from; i < b->rows; i++)
		if (spt_buf_putc(&out->text, ' ', e) < 0 ||
		    spt_row_put_json(&out->text, &out->schema, b, i, e) < 0)
			return -1;
	return 0;
}

/* A stage may end many rows at once: all but the last by hand. */
int
spt_emit_row(struct spt_emit *out, int k, struct spt_err *e)
{
	struct spt_batch b;

	(void)k;
	spt_builder_end_row(&out->builder);
	spt_builder_batch(&out->builder, &b);
	for (size_t c = 0; c < b.n; c++)
		if (out->builder.cols[c].n != b.rows)
			abort();
	if (show_rows(out, &b, out->shown, e) < 0)
		return -1;
	out->shown = b.rows;
	if (spt_builder_full(&out->builder)) {
		spt_builder_reset(&out->builder);
		out->shown = 0;
	}
	return 0;
}

int
spt_emit_batch(
    struct spt_emit *out, int k, const struct spt_batch *b, struct spt_err *e)
{
	if (k != SPT_STREAM || !out->declared || b->n != out->schema.n)
		abort();
	for (size_t c = 0; c < b->n; c++) {
		int64_t nulls = 0;

		if (b->cols[c].type != out->schema.fields[c].type)
			abort();
		for (int64_t i = 0; i < b->rows; i++)
			nulls += spt_col_null(&b->cols[c], i);
		if (nulls != b->cols[c].null_count)
			abort();
	}
	return show_rows(out, b, 0, e);
}

bool
spt_emit_wanted(const struct spt_emit *out, int k)
{
	return k == SPT_STREAM && out != NULL;
}

int64_t
spt_emit_epoch(const struct spt_emit *out)
{
	return out->epoch;
}

spt_time
spt_emit_time(const struct spt_emit *out)
{
	return out->time;
}

int
spt_emit_figure(
    struct spt_emit *out, const char *name, int64_t value, struct spt_err *e)
{
	(void)e;
	if (strcmp(name, "bad") != 0)
		abort();
	out->bad = value;
	return 0;
}

/* ---- one mapping ------------------------------------------------------- */

static enum spt_type
type_named(const char *name, size_t n)
{
	for (int t = SPT_BOOL; t <= SPT_TIMESTAMP; t++)
		if (strncmp(spt_type_name((enum spt_type)t), name, n) == 0)
			return (enum spt_type)t;
	abort();
}

static int
add_columns(struct spt_schema *s, const char *columns, struct spt_err *e)
{
	char name[64], type[32];
	int used;

	while (sscanf(columns, " %63s %31[^, ]%n", name, type, &used) == 2) {
		size_t n = strcspn(type, "*+");
		struct spt_meta *m;

		if (spt_schema_add(s, name, type_named(type, n), e) < 0)
			return -1;
		m = &s->fields[s->n - 1].meta;
		if (strchr(type, '*') != NULL &&
		    spt_meta_set(m, SPT_KEY_EVENT_TIME, "600000000", e) < 0)
			return -1;
		if (strchr(type, '+') != NULL &&
		    spt_meta_set(m, SPT_KEY_GROUP, "1", e) < 0)
			return -1;
		columns += used;
		columns += *columns == ',';
	}
	return spt_meta_set(&s->meta, SPT_KEY_PROFILE, "1", e);
}

/* Makes the stage and opens it.  m->e says what failed. */
static int
mapping_open(struct mapping *m, const char *columns, bool bounded,
    const struct spt_map_conf *conf)
{
	const struct spt_schema *in[1] = { &m->in };
	const struct spt_io *io =
	    mapping_io != NULL ? mapping_io : spt_io_system();

	memset(m, 0, sizeof *m);
	m->out.io = io;
	spt_buf_init(&m->out.text, io);
	spt_buf_init(&m->text, io);
	spt_schema_init(&m->out.schema, io);
	spt_schema_init(&m->in, io);
	if (add_columns(&m->in, columns, &m->e) < 0 ||
	    (bounded &&
		spt_meta_set(&m->in.meta, SPT_KEY_BOUNDED, "1", &m->e) < 0) ||
	    spt_builder_init(&m->rows, io, &m->in, &m->e) < 0 ||
	    spt_map_init(&m->map, io, conf, &m->e) < 0)
		return -1;
	return spt_map_stage.open(&m->map, in, 1, &m->out, &m->e);
}

static void
mapping_close(struct mapping *m)
{
	spt_map_stage.close(&m->map);
	spt_builder_fini(&m->out.builder);
	spt_builder_fini(&m->rows);
	spt_schema_fini(&m->out.schema);
	spt_schema_fini(&m->in);
	spt_buf_fini(&m->out.text);
	spt_buf_fini(&m->text);
}

static int
put_text(struct mapping *m, size_t k, const char *p, size_t n)
{
	int64_t i = 0;
	double f = 0;

	if (n == 1 && *p == '~')
		return spt_builder_null(&m->rows, k, &m->e);
	switch (m->in.fields[k].type) {
	case SPT_BOOL:
		return spt_builder_bool(&m->rows, k, *p == 't', &m->e);
	case SPT_FLOAT64:
		if (spt_float_parse(p, n, &f) != 1)
			abort();
		return spt_builder_float(&m->rows, k, f, &m->e);
	case SPT_UTF8:
		return spt_builder_str(&m->rows, k, p, n, &m->e);
	default:
		if (spt_int_parse(p, n, &i) != 1)
			abort();
		return spt_builder_int(&m->rows, k, i, &m->e);
	}
}

static int
flush_rows(struct mapping *m)
{
	struct spt_batch b;
	int rc;

	if (m->rows.rows == 0)
		return 0;
	spt_builder_batch(&m->rows, &b);
	rc = spt_map_stage.batch(&m->map, 0, &b, &m->out, &m->e);
	spt_builder_reset(&m->rows);
	return rc;
}

static int
put_rows(struct mapping *m, const char *rows)
{
	while (*rows != '\0') {
		for (size_t k = 0; k < m->in.n; k++) {
			size_t n = strcspn(rows, "|\n");

			if (put_text(m, k, rows, n) < 0)
				return -1;
			rows += n + (rows[n] == '|');
		}
		rows += *rows == '\n';
		spt_builder_end_row(&m->rows);
		if (m->rows.rows == m->batch_rows && flush_rows(m) < 0)
			return -1;
	}
	return flush_rows(m);
}

/* What came out since the last call, or "failed: ...". */
static const char *
mapping_text(struct mapping *m, int rc)
{
	struct spt_err never = { 0 };

	if (mapping_io != NULL)
		return rc < 0 ? "failed" : "done";
	m->text.len = 0;
	if (rc < 0)
		rc = spt_buf_printf(&m->text, &never, "failed: %s", m->e.msg);
	else
		rc = spt_buf_put(
		    &m->text, m->out.text.data, m->out.text.len, &never);
	m->out.text.len = 0;
	return rc < 0 ? "no memory" : spt_buf_str(&m->text, &never);
}

/* One epoch with these rows: what came out, on loan until the next call. */
static const char *
mapping_epoch(struct mapping *m, const char *rows)
{
	struct spt_control c;
	int rc;

	spt_control_init(&c, m->out.io, SPT_ITEM_BARRIER);
	rc = spt_map_stage.begin(&m->map, &m->out, &m->e);
	if (rc == 0)
		rc = put_rows(m, rows);
	if (rc == 0)
		rc = spt_map_stage.barrier(&m->map, &c, &m->out, &m->e);
	m->out.epoch++;
	spt_control_fini(&c);
	return mapping_text(m, rc);
}

#endif
