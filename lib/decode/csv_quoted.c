/*
 * csv_quoted - a record through libcsv.  Its buffer grows with malloc to the
 * size of the longest field, which is never more than the record that the
 * decoder lets in.
 */
#include <csv.h>

#include "decode/csv.h"

#define OPTIONS (CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL)

struct spt_csv_lib {
	struct csv_parser parser;
	/* of the call under way */
	struct spt_csv *csv;
	struct spt_arena *arena;
	struct spt_err *e;
	bool failed;
};

static int
never(unsigned char c)
{
	(void)c;
	return 0;
}

static int
start_parser(struct spt_csv *c, struct spt_err *e)
{
	struct csv_parser *parser = &c->lib->parser;

	if (csv_init(parser, OPTIONS) != 0)
		return spt_fail(e, SPT_ESYSTEM, "libcsv does not start");
	csv_set_delim(parser, (unsigned char)c->delimiter);
	/* Blanks are part of a field.  The records come without their line
	 * ends, so that every CR and LF in them is text. */
	csv_set_space_func(parser, never);
	csv_set_term_func(parser, never);
	return 0;
}

int
spt_csv_init(struct spt_csv *c, const struct spt_io *io, char delimiter,
    size_t max, struct spt_err *e)
{
	memset(c, 0, sizeof *c);
	c->io = io;
	c->delimiter = delimiter;
	c->v = spt_alloc(io, max * sizeof *c->v, e);
	c->lib = spt_alloc_zero(io, sizeof *c->lib, e);
	if (c->v == NULL || c->lib == NULL || start_parser(c, e) < 0 ||
	    spt_csv_index_init(&c->index, io, delimiter, e) < 0) {
		spt_free(io, c->v);
		spt_free(io, c->lib);
		memset(c, 0, sizeof *c);
		return -1;
	}
	c->cap = max;
	c->lib->csv = c;
	return 0;
}

void
spt_csv_fini(struct spt_csv *c)
{
	if (c->io == NULL)
		return;
	csv_free(&c->lib->parser);
	spt_csv_index_fini(&c->index);
	spt_free(c->io, c->lib);
	spt_free(c->io, c->v);
	memset(c, 0, sizeof *c);
}

static void
on_field(void *p, size_t n, void *ctx)
{
	struct spt_csv_lib *lib = ctx;
	struct spt_csv *c = lib->csv;
	struct spt_cell *cell;

	if (lib->failed || c->n++ >= c->cap)
		return;
	cell = &c->v[c->n - 1];
	memset(cell, 0, sizeof *cell);
	if (p == NULL)
		return;
	cell->kind = SPT_CELL_TEXT;
	cell->n = n;
	cell->p = spt_arena_copy(lib->arena, p, n, lib->e);
	lib->failed = cell->p == NULL;
}

static void
on_row(int c, void *ctx)
{
	(void)c;
	(void)ctx;
}

/* Describes the place where libcsv stopped: p[at] is the byte that it did not
 * like, at == n: the end. */
static void
describe(const char *p, size_t n, size_t at, struct spt_err *why)
{
	const char *what = "text after a closing quote";
	int line = 1;

	if (at >= n)
		what = "a quote is never closed";
	else if (p[at] == '"')
		what = "a quote inside of a field without quotes";
	for (size_t i = 0; i < at && i < n; i++)
		line += p[i] == '\n';
	if (line > 1 && at < n)
		spt_fail(
		    why, SPT_EDATA, "%s, in line %d of the record", what, line);
	else
		spt_fail(why, SPT_EDATA, "%s", what);
}

int
spt_csv_split_quoted(struct spt_csv *c, const char *p, size_t n,
    struct spt_arena *arena, struct spt_err *why, struct spt_err *e)
{
	struct spt_csv_lib *lib = c->lib;
	size_t got;
	bool good;
	int error;

	lib->arena = arena;
	lib->e = e;
	lib->failed = false;
	c->n = 0;
	/* libcsv sees no record at all in an empty line. */
	if (n == 0) {
		spt_csv_split_plain(c, p, n);
		return 1;
	}
	got = csv_parse(&lib->parser, p, n, on_field, on_row, lib);
	good = got == n && csv_fini(&lib->parser, on_field, on_row, lib) == 0;
	if (lib->failed)
		return -1;
	if (good)
		return 1;
	error = csv_error(&lib->parser);
	csv_free(&lib->parser);
	if (start_parser(c, e) < 0)
		return -1;
	if (error != CSV_EPARSE)
		return spt_fail(
		    e, SPT_ESYSTEM, "libcsv: %s", csv_strerror(error));
	describe(p, n, got, why);
	return 0;
}
