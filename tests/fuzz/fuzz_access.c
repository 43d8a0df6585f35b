/*
 * fuzz_access - lines of access logs: cells lie in the line, in order and
 * apart; clf finds what combined finds; and what is found in many lines at a
 * time is what is found in each.
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

/* Line i of the map: if it can be had with others, it is what it is alone. */
static void
check_line(const struct spt_format *f, const struct spt_linemap *m, size_t i)
{
	struct spt_place places[FUZZ_COLUMNS] = { { 0 } };
	struct spt_cell v[FUZZ_COLUMNS];
	struct spt_cells cells = { .v = v, .n = count_columns(f) };
	const char *p = m->p + (uint32_t)(m->ends[(ptrdiff_t)i - 1] + 1);
	size_t n = (size_t)(m->p + m->ends[i] - p);

	if (n != 0 && p[n - 1] == '\r')
		n--;
	if (f->lines(NULL, m, i, i + 1, places, cells.n) == 0)
		return;
	HOLDS(fuzz_line(f, NULL, p, n, &cells) == 1);
	for (size_t k = 0; k < cells.n; k++) {
		HOLDS(v[k].kind == places[k].kind);
		HOLDS(v[k].kind == SPT_CELL_NULL ||
		      (v[k].p == m->p + places[k].at && v[k].n == places[k].n));
	}
}

/* The text in memory of its own size, made valid. */
static void
check_lines(const uint8_t *data, size_t size, const struct spt_format *f)
{
	struct spt_err e = { .kind = SPT_OK };
	struct spt_linemap m;
	struct spt_buf text;
	char *p;

	spt_buf_init(&text, spt_io_system());
	HOLDS(spt_utf8_repair(&text, data, size, &e) >= 0);
	p = malloc(text.len != 0 ? text.len : 1);
	HOLDS(p != NULL);
	if (text.len != 0)
		memcpy(p, text.data, text.len);
	HOLDS(spt_linemap_init(&m, spt_io_system(), f->words, &e) == 0);
	for (m.way = SPT_WAY_PORTABLE; m.way <= SPT_WAY_AVX2; m.way++) {
		if (!spt_way_runs(m.way))
			continue;
		spt_linemap_make(&m, p, text.len);
		for (size_t i = 0; i < m.n_lines; i++)
			check_line(f, &m, i);
	}
	spt_linemap_fini(&m);
	free(p);
	spt_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_lines(data, size, one, NULL);
	check_lines(data, size, &spt_format_combined);
	check_lines(data, size, &spt_format_clf);
	return 0;
}
