/*
 * fuzz_access - lines of access logs: cells lie in the line, in order and
 * apart; clf finds what combined finds.
 */
#include "fuzzlines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t
count_columns(const struct spt_format *f)
{
	size_t n = 0;

	while (f->columns[n].name != NULL)
		n++;
	HOLDS(n <= FUZZ_COLUMNS);
	return n;
}

static void
check_order(const struct spt_cells *c, const char *p, size_t n)
{
	const char *from = p;

	for (size_t i = 0; i < c->n; i++) {
		const struct spt_cell *cell = &c->v[i];

		if (cell->kind == SPT_CELL_NULL)
			continue;
		HOLDS(cell->kind == SPT_CELL_TEXT);
		HOLDS(fuzz_within(cell, p, n) && cell->p >= from);
		from = cell->p + cell->n;
	}
}

static void
one(void *ctx, const char *p, size_t n)
{
	struct spt_cell a[FUZZ_COLUMNS], b[FUZZ_COLUMNS];
	struct spt_cells all = { .v = a,
		.n = count_columns(&spt_format_combined) };
	struct spt_cells some = { .v = b, .n = count_columns(&spt_format_clf) };
	int rc = fuzz_line(&spt_format_combined, NULL, p, n, &all);

	(void)ctx;
	if (rc > 0)
		check_order(&all, p, n);
	if (fuzz_line(&spt_format_clf, NULL, p, n, &some) > 0)
		check_order(&some, p, n);
	else
		HOLDS(rc < 0);
	for (size_t i = 0; i < some.n && rc > 0; i++)
		HOLDS(a[i].kind == b[i].kind && a[i].p == b[i].p &&
		      a[i].n == b[i].n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_lines(data, size, one, NULL);
	return 0;
}
