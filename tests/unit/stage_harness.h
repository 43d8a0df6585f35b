/*
 * stage_harness - runs stages in a row without a loop, a wire or a file: rows
 * as text in, rows as text out.  Included by one .c of a test, because it
 * takes the place of the spt_emit functions of the loop.
 *
 * A row is its values with commas between them: null, true, 12, 1.5, text;
 * times are seconds ("10", "1.5") or 12:05 and 19:39:27.  Rows are divided by
 * blanks.  Times come out as seconds, or as 12:05 where clock is set.
 */
#ifndef SPT_STAGE_HARNESS_H
#define SPT_STAGE_HARNESS_H

#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/time.h"
#include "stage/stage.h"

#define LINKS_MAX 4
#define STATE_MAX 4096

struct link;

struct spt_emit {
	struct link *next; /* NULL: rows become text */
	struct spt_schema schema;
	struct spt_builder builder;
	bool declared;
	struct spt_buf text;
	bool clock; /* times come out as 12:05 */
	spt_time time;
	int64_t epoch;
	struct {
		char name[32];
		int64_t value;
	} figures[16];
	int n_figures;
	struct {
		char name[32];
		double value;
	} measures[4];
	int n_measures;
	struct spt_buf said; /* lines for the user, with newlines */
	bool keep_side;      /* side output 1 is wanted ... */
	struct spt_builder side;
	struct spt_buf side_text; /* ... as text */
};

struct link {
	const struct spt_stage *stage;
	void *self;
	struct spt_emit out;
};

struct harness {
	const struct spt_io *io;
	struct spt_schema in;
	struct spt_builder rows;
	struct link links[LINKS_MAX];
	int n;
	int64_t epoch;
	int64_t batch_rows; /* rows a batch; 0: all of an epoch in one */
	spt_time time;      /* spate:time of the epoch */
	bool keep_side;     /* of stages that are added */
	spt_time watermark; /* of the last barrier, as it left */
	struct spt_buf text;
	struct spt_err e;
};

/* ---- the outputs of a stage ---------------------------------------------- */

int
spt_emit_schema(
    struct spt_emit *out, int k, const struct spt_schema *s, struct spt_err *e)
{
	if (k != SPT_STREAM)
		return spt_builder_init(&out->side, s->io, s, e);
	out->declared = true;
	if (spt_schema_copy(&out->schema, s, e) < 0)
		return -1;
	return spt_builder_init(&out->builder, s->io, s, e);
}

bool
spt_emit_wanted(const struct spt_emit *out, int k)
{
	return k == SPT_STREAM || (k == 1 && out->keep_side);
}

void
spt_emit_say(struct spt_emit *out, const char *line)
{
	struct spt_err e = { 0 };

	if (spt_buf_printf(&out->said, &e, "%s\n", line) < 0)
		abort();
}

static int
print_cell(struct spt_emit *out, struct spt_buf *t, const struct spt_col *c,
    int64_t i, struct spt_err *e)
{
	char text[SPT_NUMBER_TEXT];
	const char *p;
	size_t n;

	if (spt_col_null(c, i))
		return spt_buf_puts(t, "null", e);
	switch (c->type) {
	case SPT_BOOL:
		return spt_buf_puts(
		    t, spt_bit(c->bits, i) ? "true" : "false", e);
	case SPT_INT64:
		return spt_buf_printf(t, e, "%lld", (long long)c->ints[i]);
	case SPT_FLOAT64:
		spt_float_print(text, c->floats[i]);
		return spt_buf_puts(t, text, e);
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return spt_buf_put(t, p, n, e);
	case SPT_TIMESTAMP:
		if (out->clock)
			return spt_buf_printf(t, e, "%02d:%02d",
			    (int)(c->ints[i] / SPT_SECOND / 3600),
			    (int)(c->ints[i] / SPT_SECOND / 60 % 60));
		if (c->ints[i] % SPT_SECOND == 0)
			return spt_buf_printf(
			    t, e, "%lld", (long long)(c->ints[i] / SPT_SECOND));
		return spt_buf_printf(
		    t, e, "%.6f", (double)c->ints[i] / SPT_SECOND);
	}
	return -1;
}

static int
print_batch(struct spt_emit *out, struct spt_buf *t, const struct spt_batch *b,
    struct spt_err *e)
{
	for (int64_t i = 0; i < b->rows; i++) {
		if (t->len != 0 && spt_buf_putc(t, ' ', e) < 0)
			return -1;
		for (size_t c = 0; c < b->n; c++) {
			if (c != 0 && spt_buf_putc(t, ',', e) < 0)
				return -1;
			if (print_cell(out, t, &b->cols[c], i, e) < 0)
				return -1;
		}
	}
	return 0;
}

int
spt_emit_batch(
    struct spt_emit *out, int k, const struct spt_batch *b, struct spt_err *e)
{
	(void)k;
	if (out->next == NULL)
		return print_batch(out, &out->text, b, e);
	return out->next->stage->batch(
	    out->next->self, 0, b, &out->next->out, e);
}

struct spt_builder *
spt_emit_builder(struct spt_emit *out, int k)
{
	return k == SPT_STREAM ? &out->builder : &out->side;
}

static int
rows_out(struct spt_emit *out, struct spt_err *e)
{
	struct spt_batch b;
	int rc;

	if (out->builder.rows == 0)
		return 0;
	spt_builder_batch(&out->builder, &b);
	rc = spt_emit_batch(out, SPT_STREAM, &b, e);
	spt_builder_reset(&out->builder);
	return rc;
}

int
spt_emit_row(struct spt_emit *out, int k, struct spt_err *e)
{
	struct spt_batch b;
	int rc;

	if (k != SPT_STREAM) {
		spt_builder_end_row(&out->side);
		spt_builder_batch(&out->side, &b);
		rc = print_batch(out, &out->side_text, &b, e);
		spt_builder_reset(&out->side);
		return rc;
	}
	spt_builder_end_row(&out->builder);
	return spt_builder_full(&out->builder) ? rows_out(out, e) : 0;
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
	int i = 0;

	while (i < out->n_figures && strcmp(out->figures[i].name, name) != 0)
		i++;
	if (i == 16)
		return spt_fail(e, SPT_ESYSTEM, "too many figures");
	if (i == out->n_figures)
		out->n_figures++;
	snprintf(out->figures[i].name, sizeof out->figures[i].name, "%s", name);
	out->figures[i].value = value;
	return 0;
}

int
spt_emit_measure(
    struct spt_emit *out, const char *name, double value, struct spt_err *e)
{
	int i = 0;

	while (i < out->n_measures && strcmp(out->measures[i].name, name) != 0)
		i++;
	if (i == 4)
		return spt_fail(e, SPT_ESYSTEM, "too many measures");
	if (i == out->n_measures)
		out->n_measures++;
	snprintf(
	    out->measures[i].name, sizeof out->measures[i].name, "%s", name);
	out->measures[i].value = value;
	return 0;
}

/* ---- a row of stages ----------------------------------------------------- */

/* columns: "time timestamp, word string"; an empty harness without stages. */
static inline int
harness_init(struct harness *h, const char *columns)
{
	static const enum spt_type types[] = { SPT_BOOL, SPT_INT64, SPT_FLOAT64,
		SPT_UTF8, SPT_TIMESTAMP };
	char name[64], type[32];
	int used;

	memset(h, 0, sizeof *h);
	h->io = spt_io_system();
	h->watermark = SPT_TIME_MIN;
	spt_buf_init(&h->text, h->io);
	spt_schema_init(&h->in, h->io);
	while (sscanf(columns, " %63s %31[a-z] %n", name, type, &used) == 2) {
		enum spt_type t = 0;

		for (size_t i = 0; i < 5; i++)
			if (strcmp(spt_type_name(types[i]), type) == 0)
				t = types[i];
		if (spt_schema_add(&h->in, name, t, &h->e) < 0)
			return -1;
		columns += used;
		columns += *columns == ',';
	}
	if (spt_meta_set(&h->in.meta, SPT_KEY_PROFILE, "1", &h->e) < 0)
		return -1;
	return spt_builder_init(&h->rows, h->io, &h->in, &h->e);
}

static inline int
harness_bounded(struct harness *h)
{
	return spt_meta_set(&h->in.meta, SPT_KEY_BOUNDED, "1", &h->e);
}

/* Takes self over, and opens the stage on what the one before declared. */
static inline int
harness_add(struct harness *h, const struct spt_stage *stage, void *self)
{
	struct link *l = &h->links[h->n++];
	const struct spt_schema *in[1] = { &h->in };

	memset(l, 0, sizeof *l);
	l->stage = stage;
	l->self = self;
	spt_schema_init(&l->out.schema, h->io);
	spt_buf_init(&l->out.text, h->io);
	spt_buf_init(&l->out.said, h->io);
	spt_buf_init(&l->out.side_text, h->io);
	l->out.keep_side = h->keep_side;
	if (h->n > 1) {
		in[0] = &h->links[h->n - 2].out.schema;
		h->links[h->n - 2].out.next = l;
	}
	if (stage->open(self, in, 1, &l->out, &h->e) < 0)
		return -1;
	return spt_meta_copy(&l->out.schema.meta, &h->in.meta, &h->e);
}

static inline void
harness_fini(struct harness *h)
{
	for (int i = 0; i < h->n; i++) {
		struct link *l = &h->links[i];

		l->stage->close(l->self);
		spt_builder_fini(&l->out.builder);
		spt_schema_fini(&l->out.schema);
		spt_buf_fini(&l->out.text);
		spt_buf_fini(&l->out.said);
		spt_buf_fini(&l->out.side_text);
		spt_builder_fini(&l->out.side);
	}
	spt_builder_fini(&h->rows);
	spt_schema_fini(&h->in);
	spt_buf_fini(&h->text);
}

static inline int64_t
harness_time(const char *p)
{
	int hour, minute, second = 0;

	if (strchr(p, ':') == NULL)
		return (int64_t)(strtold(p, NULL) * SPT_SECOND);
	if (sscanf(p, "%d:%d:%d", &hour, &minute, &second) < 2)
		abort();
	return ((hour * 60 + minute) * 60 + second) * SPT_SECOND;
}

static inline int
harness_cell(struct harness *h, size_t col, const char *p)
{
	if (strcmp(p, "null") == 0)
		return spt_builder_null(&h->rows, col, &h->e);
	switch (h->in.fields[col].type) {
	case SPT_BOOL:
		return spt_builder_bool(&h->rows, col, *p == 't', &h->e);
	case SPT_INT64:
		return spt_builder_int(
		    &h->rows, col, strtoll(p, NULL, 10), &h->e);
	case SPT_FLOAT64:
		return spt_builder_float(&h->rows, col, strtod(p, NULL), &h->e);
	case SPT_UTF8:
		return spt_builder_str(&h->rows, col, p, strlen(p), &h->e);
	case SPT_TIMESTAMP:
		return spt_builder_int(&h->rows, col, harness_time(p), &h->e);
	}
	return -1;
}

static inline int
harness_flush(struct harness *h)
{
	struct spt_batch b;
	int rc = 0;

	if (h->rows.rows == 0)
		return 0;
	spt_builder_batch(&h->rows, &b);
	rc = h->links[0].stage->batch(
	    h->links[0].self, 0, &b, &h->links[0].out, &h->e);
	spt_builder_reset(&h->rows);
	return rc;
}

static inline int
harness_rows(struct harness *h, const char *rows)
{
	char cell[256];

	for (int i = 0; i < h->n; i++)
		h->links[i].out.time = h->time;

	while (*rows != '\0') {
		size_t n = strcspn(rows, " "), used = 0;

		if (n == 0) {
			rows++;
			continue;
		}
		for (size_t c = 0; c < h->in.n; c++) {
			size_t len = strcspn(rows + used, ", ");

			snprintf(
			    cell, sizeof cell, "%.*s", (int)len, rows + used);
			if (harness_cell(h, c, cell) < 0)
				return -1;
			used += len + (rows[used + len] == ',');
		}
		spt_builder_end_row(&h->rows);
		if (h->rows.rows == h->batch_rows && harness_flush(h) < 0)
			return -1;
		rows += n;
	}
	return harness_flush(h);
}

/* The text of the rows that came out since the last call; "failed: ..." when
 * something did. */
static inline const char *
harness_text(struct harness *h, int rc)
{
	struct spt_buf *t = &h->links[h->n - 1].out.text;

	h->text.len = 0;
	if (rc < 0)
		rc = spt_buf_printf(&h->text, &h->e, "failed: %s", h->e.msg);
	else
		rc = spt_buf_put(&h->text, t->data, t->len, &h->e);
	t->len = 0;
	return rc < 0 ? "no memory" : spt_buf_str(&h->text, &h->e);
}

static inline int
harness_barrier(struct harness *h, bool final)
{
	struct spt_control c;
	int rc = 0;

	spt_control_init(&c, h->io, SPT_ITEM_BARRIER);
	c.epoch = h->epoch++;
	c.time = h->time;
	c.watermark = SPT_TIME_MIN;
	c.final = final;
	for (int i = 0; i < h->n && rc == 0; i++) {
		struct link *l = &h->links[i];

		rc = l->stage->barrier(l->self, &c, &l->out, &h->e);
		if (rc == 0)
			rc = rows_out(&l->out, &h->e);
	}
	h->watermark = c.watermark;
	spt_control_fini(&c);
	return rc;
}

/* One epoch with these rows.  What came out, on loan until the next. */
static inline const char *
harness_epoch(struct harness *h, const char *rows)
{
	int rc = harness_rows(h, rows);

	return harness_text(h, rc == 0 ? harness_barrier(h, false) : rc);
}

static inline const char *
harness_final(struct harness *h, const char *rows)
{
	int rc = harness_rows(h, rows);

	return harness_text(h, rc == 0 ? harness_barrier(h, true) : rc);
}

/* What stage i said to the user since the last call. */
static inline const char *
harness_said(struct harness *h, int i)
{
	struct spt_buf *t = &h->links[i].out.said;

	h->text.len = 0;
	if (spt_buf_put(&h->text, t->data, t->len, &h->e) < 0)
		return "no memory";
	t->len = 0;
	return spt_buf_str(&h->text, &h->e);
}

/* Rows of its side output since the last call. */
static inline const char *
harness_side(struct harness *h, int i)
{
	struct spt_buf *t = &h->links[i].out.side_text;

	h->text.len = 0;
	if (spt_buf_put(&h->text, t->data, t->len, &h->e) < 0)
		return "no memory";
	t->len = 0;
	return spt_buf_str(&h->text, &h->e);
}

/* A figure of stage i's last barrier, or -1. */
static inline int64_t
harness_figure(const struct harness *h, int i, const char *name)
{
	const struct spt_emit *o = &h->links[i].out;

	for (int k = 0; k < o->n_figures; k++)
		if (strcmp(o->figures[k].name, name) == 0)
			return o->figures[k].value;
	return -1;
}

/* ---- state kept in memory ------------------------------------------------ */

struct kept {
	struct {
		char *key, *val;
		size_t n_key, n_val;
	} v[STATE_MAX];
	size_t n, next;
	size_t puts, removes; /* since they were last zeroed */
};

static inline size_t
kept_find(const struct kept *k, const void *key, size_t n)
{
	size_t i = 0;

	while (i < k->n &&
	       (k->v[i].n_key != n || memcmp(k->v[i].key, key, n) != 0))
		i++;
	return i;
}

static inline int
kept_remove(void *ctx, const void *key, size_t n, struct spt_err *e)
{
	struct kept *k = ctx;
	size_t i = kept_find(k, key, n);

	k->removes++;
	if (i == k->n)
		return spt_fail(e, SPT_ESYSTEM, "removed what was not there");
	free(k->v[i].key);
	free(k->v[i].val);
	k->v[i] = k->v[--k->n];
	return 0;
}

static inline int
kept_put(void *ctx, const void *key, size_t n_key, const void *val,
    size_t n_val, struct spt_err *e)
{
	struct kept *k = ctx;
	size_t i = kept_find(k, key, n_key);

	k->puts++;
	if (i == STATE_MAX)
		return spt_fail(e, SPT_ESYSTEM, "too many entries");
	if (i < k->n) {
		free(k->v[i].key);
		free(k->v[i].val);
	} else {
		k->n++;
	}
	k->v[i].key = malloc(n_key + 1);
	k->v[i].val = malloc(n_val + 1);
	memcpy(k->v[i].key, key, n_key);
	memcpy(k->v[i].val, val, n_val);
	k->v[i].n_key = n_key;
	k->v[i].n_val = n_val;
	return 0;
}

static inline int
kept_next(void *ctx, const void **key, size_t *n_key, const void **val,
    size_t *n_val, struct spt_err *e)
{
	struct kept *k = ctx;

	(void)e;
	if (k->next == k->n)
		return 0;
	*key = k->v[k->next].key;
	*n_key = k->v[k->next].n_key;
	*val = k->v[k->next].val;
	*n_val = k->v[k->next++].n_val;
	return 1;
}

static inline void
kept_fini(struct kept *k)
{
	for (size_t i = 0; i < k->n; i++) {
		free(k->v[i].key);
		free(k->v[i].val);
	}
	k->n = 0;
}

static inline int
harness_save(struct harness *h, int i, struct kept *k, bool delta)
{
	struct spt_state_out out = { kept_put, kept_remove, k };

	if (!delta)
		kept_fini(k);
	k->puts = k->removes = 0;
	return h->links[i].stage->save(h->links[i].self, &out, delta, &h->e);
}

static inline int
harness_load(struct harness *h, int i, struct kept *k)
{
	struct spt_state_in in = { kept_next, k };

	k->next = 0;
	return h->links[i].stage->load(h->links[i].self, &in, &h->e);
}

#endif
