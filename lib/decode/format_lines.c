/*
 * format_lines - every line is a row, its text the only column.
 */
#include "decode/format.h"

static const struct spt_format_column columns[] = {
	{ "line", "string" },
	{ NULL, NULL },
};

static int
line(void *self, const char *p, size_t n, struct spt_cells *c,
    struct spt_err *why)
{
	(void)self;
	(void)why;
	c->v[0].kind = SPT_CELL_TEXT;
	c->v[0].p = p;
	c->v[0].n = n;
	return 1;
}

const struct spt_format spt_format_lines = {
	.name = "lines",
	.columns = columns,
	.line = line,
};
