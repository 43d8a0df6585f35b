/*
 * cells - a line through a format, and its cells as one text to compare with:
 * "a|~|c", where ~ is null.  Named formats print "name=value|name=~" in the
 * order in which the names came.  A line that is no row is "not a row", a bad
 * one "bad: REASON".
 */
#ifndef SPT_CELLS_H
#define SPT_CELLS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/format.h"

#define CELLS_MAX 64
#define CELLS_TEXT (1 << 17)

struct cells_run {
	const struct spt_format *format;
	void *self;
	struct spt_arena arena;
	struct spt_cell v[CELLS_MAX];
	char names[CELLS_MAX][64];
	size_t n;
	char unwanted[64]; /* a name that nobody wants */
	char text[CELLS_TEXT];
	struct spt_err err;
};

static inline int
cells_find(struct spt_cells *c, const char *name, size_t n, struct spt_err *e)
{
	struct cells_run *r = c->ctx;
	size_t i;

	if (strlen(r->unwanted) == n && memcmp(r->unwanted, name, n) == 0)
		return -1;
	for (i = 0; i < r->n; i++)
		if (strlen(r->names[i]) == n &&
		    memcmp(r->names[i], name, n) == 0)
			return (int)i;
	if (r->n == CELLS_MAX || n >= sizeof r->names[0]) {
		spt_fail(e, SPT_EDATA, "too many columns");
		return -2;
	}
	memcpy(r->names[i], name, n);
	r->names[i][n] = '\0';
	r->n++;
	return (int)i;
}

/* 0, or -1 with r->err. */
static inline int
cells_open(struct cells_run *r, const struct spt_format *f,
    const struct spt_decode_conf *conf)
{
	static const struct spt_decode_conf plain;

	memset(r, 0, sizeof *r);
	r->format = f;
	spt_arena_init(&r->arena, spt_io_system());
	if (f->open != NULL && f->open(&r->self, spt_io_system(),
				   conf != NULL ? conf : &plain, &r->err) < 0)
		return -1;
	if (f->columns != NULL)
		while (f->columns[r->n].name != NULL)
			r->n++;
	else if (f->n_columns != NULL)
		r->n = f->n_columns(r->self);
	return 0;
}

static inline void
cells_close(struct cells_run *r)
{
	if (r->format->close != NULL)
		r->format->close(r->self);
	spt_arena_fini(&r->arena);
}

static inline void
cells_print(struct cells_run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct spt_cell *c = &r->v[i];

		n += (size_t)snprintf(r->text + n, sizeof r->text - n, "%s%s%s",
		    i == 0 ? "" : "|", r->format->named ? r->names[i] : "",
		    r->format->named ? "=" : "");
		if (c->kind == SPT_CELL_TRUE)
			n += (size_t)snprintf(
			    r->text + n, sizeof r->text - n, "(true)");
		else if (c->kind == SPT_CELL_NULL)
			r->text[n++] = '~';
		else if (n + c->n < sizeof r->text - 100) {
			memcpy(r->text + n, c->p, c->n);
			n += c->n;
		}
	}
	r->text[n] = '\0';
}

/* The line is copied to a block of its exact size, so that a sanitizer sees a
 * format that looks behind its end.  On loan until the next call. */
static inline const char *
cells_line_n(struct cells_run *r, const char *line, size_t n)
{
	struct spt_cells c = { .v = r->v, .arena = &r->arena, .ctx = r };
	char *copy = malloc(n == 0 ? 1 : n);
	int rc;

	if (copy == NULL)
		abort();
	memcpy(copy, line, n);
	if (r->format->named) {
		r->n = 0;
		c.find = cells_find;
	}
	c.n = r->n;
	memset(r->v, 0, sizeof r->v);
	spt_arena_reset(&r->arena);
	spt_err_clear(&r->err);
	rc = r->format->line(r->self, copy, n, &c, &r->err);
	if (rc > 0)
		cells_print(r);
	else if (rc == 0)
		strcpy(r->text, "not a row");
	else
		snprintf(r->text, sizeof r->text, "bad: %s", r->err.msg);
	free(copy);
	return r->text;
}

static inline const char *
cells_line(struct cells_run *r, const char *line)
{
	return cells_line_n(r, line, strlen(line));
}

#endif
