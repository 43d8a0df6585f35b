/*
 * csv_check - holds the index of a piece of CSV against the other ways to make
 * it, and against libcsv: the same records, with the same cells, and none left
 * out that is good.
 */
#ifndef SPT_CSV_CHECK_H
#define SPT_CSV_CHECK_H

#include <stdlib.h>

#include "decode/records.h"

struct csv_check {
	struct spt_csv_index index;
	struct spt_records records;
	struct spt_csv csv;
	struct spt_arena arena;
	struct spt_buf text;
};

static bool
same_index(const struct spt_csv_index *a, const struct spt_csv_index *b)
{
	size_t ends = a->n_rows != 0 ? a->rows[a->n_rows - 1] : 0;

	if (a->n_rows != b->n_rows || a->quotes != b->quotes ||
	    a->escapes != b->escapes || a->newlines != b->newlines ||
	    a->high != b->high)
		return false;
	return memcmp(a->rows, b->rows, a->n_rows * sizeof *a->rows) == 0 &&
	       memcmp(a->ends, b->ends, ends * sizeof *a->ends) == 0;
}

/* Cell i of the index is the cell of libcsv. */
static bool
same_cell(struct csv_check *k, const char *p, size_t i, bool last,
    const struct spt_cell *want)
{
	const uint32_t *end = k->index.ends + i;
	const char *c = p + (uint32_t)(end[-1] + 1);
	size_t n = end[0] - (uint32_t)(end[-1] + 1);
	struct spt_err e = { 0 };

	if (last && n != 0 && c[n - 1] == '\r')
		n--;
	if (n == 0)
		return want->kind == SPT_CELL_NULL;
	k->text.len = 0;
	if (*c != '"')
		return want->kind == SPT_CELL_TEXT && want->n == n &&
		       memcmp(want->p, c, n) == 0;
	for (size_t j = 1; j + 1 < n; j++) {
		if (spt_buf_putc(&k->text, c[j], &e) < 0)
			abort();
		j += c[j] == '"';
	}
	return want->kind == SPT_CELL_TEXT && want->n == k->text.len &&
	       (want->n == 0 || memcmp(want->p, k->text.data, want->n) == 0);
}

/* The record of libcsv that begins at *at is the index's record `row`. */
static bool
same_record(
    struct csv_check *k, const char *p, size_t n, size_t row, size_t *at)
{
	struct spt_err e = { 0 }, why = { 0 };
	size_t from = row == 0 ? 0 : k->index.rows[row - 1];
	size_t to = k->index.rows[row], used;
	struct spt_record r;

	if (spt_records_next(
		&k->records, p + *at, n - *at, false, &used, &r, &e) != 1)
		return false;
	*at += used;
	if (k->index.ends[to - 1] + 1 != *at)
		return false;
	spt_arena_reset(&k->arena);
	if (spt_csv_split_quoted(&k->csv, r.p, r.n, &k->arena, &why, &e) != 1)
		return false;
	if (k->csv.n != to - from)
		return false;
	for (size_t i = from; i < to; i++)
		if (!same_cell(k, p, i, i + 1 == to, &k->csv.v[i - from]))
			return false;
	return true;
}

/* What the index left: nothing, a record that is not whole, or a bad one. */
static bool
rightly_left(struct csv_check *k, const char *p, size_t n, size_t at)
{
	struct spt_err e = { 0 }, why = { 0 };
	struct spt_record r;
	size_t used;

	if (n > SPT_CSV_BLOCK)
		n = SPT_CSV_BLOCK;
	if (spt_records_next(
		&k->records, p + at, n - at, false, &used, &r, &e) != 1)
		return true;
	spt_arena_reset(&k->arena);
	return spt_csv_split_quoted(&k->csv, r.p, r.n, &k->arena, &why, &e) ==
	       0;
}

static bool
check_index(struct csv_check *k, const char *p, size_t n, char delimiter)
{
	struct spt_err e = { 0 };
	struct spt_csv_index other;
	bool same = true;
	size_t at = 0;

	spt_csv_index_make(&k->index, p, n);
	if (spt_csv_index_init(&other, spt_io_system(), delimiter, &e) < 0)
		abort();
	for (other.way = SPT_WAY_PORTABLE; other.way <= SPT_WAY_AVX2;
	     other.way++) {
		if (!spt_way_runs(other.way))
			continue;
		spt_csv_index_make(&other, p, n);
		same = same && same_index(&k->index, &other);
	}
	spt_csv_index_fini(&other);
	for (size_t i = 0; same && i < k->index.n_rows; i++)
		same = same_record(k, p, n, i, &at);
	return same && rightly_left(k, p, n, at);
}

/* True: all of that holds for p[0..n).  *rows: the records that the index
 * has. */
static bool
csv_check(const char *p, size_t n, char delimiter, size_t *rows)
{
	const struct spt_io *io = spt_io_system();
	struct spt_err e = { 0 };
	struct csv_check k;
	bool good;

	spt_arena_init(&k.arena, io);
	spt_buf_init(&k.text, io);
	spt_records_init(&k.records, io, delimiter, SPT_MAX_RECORD);
	spt_records_resume(&k.records, 1, 2);
	if (spt_csv_init(&k.csv, io, delimiter, SPT_CSV_BLOCK, &e) < 0 ||
	    spt_csv_index_init(&k.index, io, delimiter, &e) < 0)
		abort();
	good = check_index(&k, p, n, delimiter);
	*rows = k.index.n_rows;
	spt_csv_index_fini(&k.index);
	spt_csv_fini(&k.csv);
	spt_records_fini(&k.records);
	spt_buf_fini(&k.text);
	spt_arena_fini(&k.arena);
	return good;
}

#endif
