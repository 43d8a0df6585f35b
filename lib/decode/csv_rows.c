/*
 * csv_rows - a run is as many records in a row as have the right number of
 * cells.  Columns whose cells can be bad come first; where one is, the run
 * ends, and what other columns have behind it is taken back.  Text cannot be
 * bad, and comes last, so that it is never taken back (nor U+FFFD counted
 * twice).  A run that was cut short makes the next ones short, and good ones
 * let them grow again: so bad records cost their neighbours little.
 */
#include "decode/csv_column.h"
#include "decode/csv_rows.h"

#define AFTER_BAD 8 /* rows of a run behind a bad one */

/* The index of what lies at `at`.  False: there is nothing to be had. */
static bool
look(struct spt_decoder *d, struct spt__csv_run *run, size_t at)
{
	struct spt_csv_index *x = &d->csv.index;

	if (run->indexed && run->row < x->n_rows)
		return true;
	run->indexed = false;
	if (!d->matched || !spt_records_at_start(&d->records))
		return false;
	spt_csv_index_make(x, run->p + at, run->n - at);
	run->indexed = true;
	run->from = at;
	run->row = 0;
	return x->n_rows != 0;
}

/* Where record i begins, in the piece of the index. */
static uint32_t
start_of(const struct spt_csv_index *x, size_t i)
{
	return i == 0 ? 0 : x->ends[x->rows[i - 1] - 1] + 1;
}

/* The number of records from `first` on that make a run: at most max, which
 * begin before `stop`. */
static size_t
length(const struct spt_decoder *d, size_t first, size_t max, size_t stop)
{
	const struct spt_csv_index *x = &d->csv.index;
	uint32_t start = start_of(x, first);
	uint32_t before = first == 0 ? 0 : x->rows[first - 1];
	size_t i = first;

	if (max > x->n_rows - first)
		max = x->n_rows - first;
	for (; i - first < max && start < stop; i++) {
		uint32_t end = x->ends[x->rows[i] - 1];

		if (x->rows[i] - before != d->fields ||
		    end - start > d->records.max)
			break;
		before = x->rows[i];
		start = end + 1;
	}
	return i - first;
}

/* Columns that may fail, or the others, of n records: how many are good. */
static int64_t
put_columns(struct spt_decoder *d, struct spt_csv_span *s, size_t first,
    bool may_fail, size_t n, struct spt_builder *out, struct spt_err *e)
{
	const struct spt_csv_index *x = &d->csv.index;
	const uint32_t *ends = x->ends + (first == 0 ? 0 : x->rows[first - 1]);

	for (size_t k = 0; k < d->columns.n_out && n != 0; k++) {
		const struct spt_coltype *t = &d->columns.out[k].in->type;
		int64_t good;

		if (spt_csv_column_may_fail(t) != may_fail)
			continue;
		s->ends = ends + d->at[k];
		s->last = d->at[k] + 1 == d->fields;
		good = spt_csv_column_put(&d->convert, t, s, n, out, k, e);
		if (good < 0)
			return -1;
		n = (size_t)good;
	}
	return (int64_t)n;
}

/* As many of the n records from `first` on as are good. */
static int64_t
put_run(struct spt_decoder *d, const struct spt__csv_run *run, size_t first,
    size_t n, struct spt_builder *out, struct spt_err *e)
{
	const struct spt_csv_index *x = &d->csv.index;
	struct spt_csv_span s = {
		.p = run->p + run->from,
		.step = d->fields,
		.quotes = x->quotes,
		.escapes = x->escapes,
		.high = x->high,
		.low = run->p,
		.high_end = run->p + run->n,
		.scratch = &d->line,
	};
	int64_t good = put_columns(d, &s, first, true, n, out, e);

	if (good > 0)
		good = put_columns(d, &s, first, false, (size_t)good, out, e);
	if (good > 0)
		out->rows += good;
	if (good != (int64_t)n)
		spt_builder_undo_row(out);
	return good;
}

static int64_t
lines(const struct spt_csv_index *x, const char *p, size_t n, size_t rows)
{
	int64_t found = (int64_t)rows;

	if (!x->newlines)
		return found;
	found = 0;
	for (size_t i = 0; i < n; i++)
		found += p[i] == '\n';
	return found;
}

int
spt__csv_rows(struct spt_decoder *d, struct spt__csv_run *run, size_t at,
    size_t stop, int64_t max, size_t *used, struct spt_builder *out,
    struct spt_err *e)
{
	const struct spt_csv_index *x = &d->csv.index;
	size_t n, wanted = run->at_once != 0 ? run->at_once : SPT_BATCH_ROWS;
	int64_t good;

	*used = 0;
	if (!look(d, run, at))
		return 0;
	if ((int64_t)wanted > max)
		wanted = (size_t)max;
	n = length(d, run->row, wanted, stop - run->from);
	if (n == 0)
		return 0;
	good = put_run(d, run, run->row, n, out, e);
	if (good < 0)
		return -1;
	run->at_once = (size_t)good < n ? AFTER_BAD : 2 * wanted;
	if (run->at_once > SPT_BATCH_ROWS)
		run->at_once = 0;
	if (good == 0)
		return 0;
	run->row += (size_t)good;
	*used = start_of(x, run->row) - (at - run->from);
	spt_records_pass(
	    &d->records, *used, lines(x, run->p + at, *used, (size_t)good));
	d->count.rows += good;
	return 0;
}

void
spt__csv_rows_pass(
    const struct spt_decoder *d, struct spt__csv_run *run, size_t at, size_t n)
{
	const struct spt_csv_index *x = &d->csv.index;

	if (!run->indexed || run->row >= x->n_rows)
		return;
	run->row++;
	run->indexed = run->from + start_of(x, run->row) == at + n;
}
