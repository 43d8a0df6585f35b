/*
 * fuzz_csv - three things must agree: the decoder fed at once, in pieces, and
 * byte by byte, when no record is decoded by the index; the split for records
 * without quotes and libcsv; and, for text that libcsv takes as a whole, where
 * its records end.
 *
 * The first byte of the input chooses options and the sizes of pieces.
 */
#include <csv.h>

#include "decode/records.h"
#include "../unit/decode_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
	if (!good)
		abort();
}

/* ---- pieces ------------------------------------------------------------ */

static int
decode(uint8_t options, const char *p, size_t n, unsigned seed, size_t step,
    struct run *run, struct spt_err *e)
{
	static struct run_file files[2];
	size_t cut = (options & 4) != 0 ? n / 2 : n;

	files[0] = (struct run_file){ "a", p, cut, 0 };
	files[1] = (struct run_file){ "b", p + cut, n - cut, 0 };
	run_init(run, (options & 1) != 0 ? "tsv" : "csv", files,
	    (options & 4) != 0 ? 2 : 1);
	run->conf.no_header = (options & 2) != 0;
	run->conf.max_record = (options & 8) != 0 ? 16 : 0;
	run->seed = seed;
	run->step = step;
	run->max_rows = seed % 5;
	return run_all(run, e);
}

static bool
same(const struct spt_buf *a, const struct spt_buf *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static void
check_same(uint8_t options, const char *p, size_t n, unsigned seed, size_t step)
{
	struct spt_err e1 = { 0 }, e2 = { 0 };
	struct run whole, pieces;
	int rc = decode(options, p, n, 0, 0, &whole, &e1);

	must(rc == decode(options, p, n, seed, step, &pieces, &e2));
	must(e1.kind == e2.kind && strcmp(e1.msg, e2.msg) == 0);
	must(same(&whole.rows, &pieces.rows) && same(&whole.bad, &pieces.bad));
	must(whole.count.rows == pieces.count.rows &&
	     whole.count.bad == pieces.count.bad &&
	     whole.count.repaired == pieces.count.repaired);
	run_fini(&whole);
	run_fini(&pieces);
}

/* ---- libcsv ------------------------------------------------------------ */

static bool
same_cells(const struct spt_csv *a, const struct spt_csv *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n && i < a->cap; i++)
		if (a->v[i].kind != b->v[i].kind ||
		    (a->v[i].kind == SPT_CELL_TEXT &&
			(a->v[i].n != b->v[i].n ||
			    memcmp(a->v[i].p, b->v[i].p, a->v[i].n) != 0)))
			return false;
	return true;
}

/* A record without quotes comes out the same both ways. */
static void
check_plain(const char *p, size_t n)
{
	const struct spt_io *io = spt_io_system();
	struct spt_err e = { 0 }, why = { 0 };
	struct spt_arena arena;
	struct spt_csv a, b;

	spt_arena_init(&arena, io);
	must(spt_csv_init(&a, io, ',', 100, &e) == 0 &&
	     spt_csv_init(&b, io, ',', 100, &e) == 0);
	for (;;) {
		const char *lf = n != 0 ? memchr(p, '\n', n) : NULL;
		size_t len = lf != NULL ? (size_t)(lf - p) : n;

		if (len == 0 || memchr(p, '"', len) == NULL) {
			spt_csv_split_plain(&a, p, len);
			must(spt_csv_split_quoted(
				 &b, p, len, &arena, &why, &e) == 1);
			must(same_cells(&a, &b));
			spt_arena_reset(&arena);
		}
		if (lf == NULL)
			break;
		n -= len + 1;
		p = lf + 1;
	}
	spt_csv_fini(&a);
	spt_csv_fini(&b);
	spt_arena_fini(&arena);
}

/* Fields and ends of records, as text. */
struct heard {
	struct spt_buf text;
	size_t fields;
};

static void
put_field(struct heard *h, const void *p, size_t n)
{
	struct spt_err e = { 0 };

	run_must(spt_buf_printf(
	    &h->text, &e, p != NULL ? "%zu:" : "~", p != NULL ? n : 0));
	run_must(spt_buf_put(&h->text, p, p != NULL ? n : 0, &e));
	h->fields++;
}

static void
put_end(struct heard *h)
{
	struct spt_err e = { 0 };

	run_must(spt_buf_puts(&h->text, "\n", &e));
}

static void
on_field(void *p, size_t n, void *ctx)
{
	put_field(ctx, p, n);
}

static void
on_row(int c, void *ctx)
{
	(void)c;
	put_end(ctx);
}

static int
never(unsigned char c)
{
	(void)c;
	return 0;
}

static int
line_feed(unsigned char c)
{
	return c == '\n';
}

static bool
libcsv_hears(const char *p, size_t n, struct heard *h)
{
	struct csv_parser parser;
	bool good;

	must(csv_init(&parser,
		 CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) == 0);
	csv_set_space_func(&parser, never);
	csv_set_term_func(&parser, line_feed);
	good = csv_parse(&parser, p, n, on_field, on_row, h) == n &&
	       csv_fini(&parser, on_field, on_row, h) == 0;
	csv_free(&parser);
	return good;
}

static void
we_hear(const char *p, size_t n, struct heard *h)
{
	const struct spt_io *io = spt_io_system();
	struct spt_err e = { 0 }, why = { 0 };
	struct spt_records records;
	struct spt_record r;
	struct spt_arena arena;
	struct spt_csv csv;
	size_t used;

	spt_arena_init(&arena, io);
	spt_records_init(&records, io, ',', SPT_MAX_RECORD);
	must(spt_csv_init(&csv, io, ',', SPT_MAX_COLUMNS, &e) == 0);
	while (spt_records_next(&records, p, n, true, &used, &r, &e) == 1) {
		p += used;
		n -= used;
		if (r.n == 0)
			continue;
		must(spt_csv_split_quoted(&csv, r.p, r.n, &arena, &why, &e) ==
		     1);
		for (size_t i = 0; i < csv.n; i++)
			put_field(h,
			    csv.v[i].kind == SPT_CELL_NULL ? NULL : csv.v[i].p,
			    csv.v[i].n);
		put_end(h);
		spt_arena_reset(&arena);
	}
	spt_csv_fini(&csv);
	spt_arena_fini(&arena);
	spt_records_fini(&records);
}

/* A CR before LF is part of the line end to us, text to libcsv; a BOM is
 * nothing to us. */
static void
check_records(const char *p, size_t n)
{
	struct heard lib = { .fields = 0 }, us = { .fields = 0 };

	if (n == 0 || n > 5000 || memchr(p, '\r', n) != NULL || p[0] == '\xef')
		return;
	spt_buf_init(&lib.text, spt_io_system());
	spt_buf_init(&us.text, spt_io_system());
	if (libcsv_hears(p, n, &lib)) {
		we_hear(p, n, &us);
		must(lib.fields == us.fields && same(&lib.text, &us.text));
	}
	spt_buf_fini(&lib.text);
	spt_buf_fini(&us.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data + 1;

	if (size == 0 || size > 20000)
		return 0;
	check_plain(p, size - 1);
	check_records(p, size - 1);
	check_same(data[0], p, size - 1, 1 + (data[0] >> 4), 0);
	if (size < 4000)
		check_same(data[0], p, size - 1, 0, 1);
	return 0;
}
