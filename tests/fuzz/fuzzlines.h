/*
 * fuzzlines - a fuzz input as lines for a format: made valid UTF-8, as the
 * decoder does, and cut at LF; each line in an allocation of its own size.
 */
#ifndef SPT_FUZZLINES_H
#define SPT_FUZZLINES_H

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "decode/format.h"

/* Not assert, so that no build of the test is without it. */
#define HOLDS(cond)              \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

#define FUZZ_COLUMNS 16

/* A line through f: what line() says, cells in v.  Checks what is true of
 * every format: the kind of failure, and that text is there and UTF-8. */
static inline int
fuzz_line(const struct spt_format *f, void *self, const char *p, size_t n,
    struct spt_cells *c)
{
	struct spt_err e = { .kind = SPT_OK };
	int rc;

	memset(c->v, 0, c->n * sizeof *c->v);
	rc = f->line(self, p, n, c, &e);
	HOLDS(rc >= -1 && rc <= 1);
	if (rc < 0)
		HOLDS(e.kind == SPT_EDATA && e.msg[0] != '\0');
	else
		HOLDS(e.kind == SPT_OK);
	for (size_t i = 0; i < c->n && rc > 0; i++)
		if (c->v[i].kind == SPT_CELL_TEXT)
			HOLDS(spt_utf8_valid(
			    (const uint8_t *)c->v[i].p, c->v[i].n));
	return rc;
}

static inline bool
fuzz_within(const struct spt_cell *c, const char *p, size_t n)
{
	return c->kind == SPT_CELL_NULL ||
	       (c->p >= p && c->n <= n && c->p + c->n <= p + n);
}

/* Calls one(ctx, line, n) for each line. */
static inline void
fuzz_lines(const uint8_t *data, size_t size,
    void (*one)(void *ctx, const char *p, size_t n), void *ctx)
{
	struct spt_err e = { .kind = SPT_OK };
	struct spt_buf text;
	size_t at = 0;

	spt_buf_init(&text, spt_io_system());
	HOLDS(spt_utf8_repair(&text, data, size, &e) >= 0);
	while (at < text.len) {
		const uint8_t *p = text.data + at;
		const uint8_t *lf = memchr(p, '\n', text.len - at);
		size_t n = lf == NULL ? text.len - at : (size_t)(lf - p);
		char *line = malloc(n == 0 ? 1 : n);

		HOLDS(line != NULL);
		memcpy(line, p, n);
		one(ctx, line, n);
		free(line);
		at += n + 1;
	}
	spt_buf_fini(&text);
}

#endif
