/*
 * linerows - a run is as many lines in a row as the format knows at a glance.
 * Columns whose cells can be bad come first; where one is, the run ends, and
 * what other columns have behind it is taken back.  Text cannot be bad, and
 * comes last.  A run that was cut short makes the next ones short, and good
 * ones let them grow again: so bad lines cost their neighbours little.  When
 * one try after the other is in vain, they become rare.
 */
#include "base/utf8.h"
#include "decode/linecolumn.h"
#include "decode/linerows.h"

#define PLACES 8192 /* cells of a run */
#define AFTER_BAD 4 /* lines of a run behind one that was none of it */
#define VAIN_MAX 6  /* after so many tries in vain 2^6 lines are left alone */

static int
prepare(struct spt_decoder *d, struct spt_err *e)
{
	if (d->places == NULL) {
		d->places = spt_alloc(d->io, PLACES * sizeof *d->places, e);
		if (d->places == NULL)
			return -1;
	}
	if (d->map.io == NULL)
		return spt_linemap_init(&d->map, d->io, d->format->words, e);
	return 0;
}

/* The map of what lies at `at`.  1; 0: there is nothing to be had; -1. */
static int
look(struct spt_decoder *d, struct spt__line_run *run, size_t at,
    struct spt_err *e)
{
	struct spt_linemap *m = &d->map;
	const uint8_t *p = (const uint8_t *)run->p + at;

	if (run->mapped && run->line < m->n_lines)
		return 1;
	run->mapped = false;
	if (d->cells.n == 0 || d->cells.n > PLACES ||
	    !spt_records_at_start(&d->records))
		return 0;
	if (prepare(d, e) < 0)
		return -1;
	spt_linemap_make(m, run->p + at, run->n - at);
	if (m->n_lines == 0)
		return 0;
	run->doubtful = m->high && !spt_utf8_valid(p, m->ends[m->n_lines - 1]);
	run->mapped = true;
	run->from = at;
	run->line = 0;
	return 1;
}

/* Where line i begins, in the piece of the map. */
static uint32_t
start_of(const struct spt_linemap *m, size_t i)
{
	return m->ends[(ptrdiff_t)i - 1] + 1;
}

/* The number of lines that can make a run: at most max, which begin before
 * `stop`. */
static size_t
length(const struct spt_decoder *d, const struct spt__line_run *run, size_t max,
    size_t stop)
{
	const struct spt_linemap *m = &d->map;
	size_t i = run->line;

	if (max > m->n_lines - i)
		max = m->n_lines - i;
	if (max > PLACES / d->cells.n)
		max = PLACES / d->cells.n;
	for (; max != 0; max--, i++) {
		uint32_t start = start_of(m, i), n = m->ends[i] - start;

		if (start >= stop - run->from || n > d->records.max)
			break;
		if (run->doubtful &&
		    !spt_utf8_valid((const uint8_t *)m->p + start, n))
			break;
	}
	return i - run->line;
}

/* Columns that may fail, or the others, of n lines: how many are good. */
static int64_t
put_columns(struct spt_decoder *d, struct spt_line_span *s, bool may_fail,
    size_t n, struct spt_builder *out, struct spt_err *e)
{
	for (size_t k = 0; k < d->columns.n_out && n != 0; k++) {
		const struct spt_coltype *t = &d->columns.out[k].in->type;
		int64_t good;

		if (spt_line_column_may_fail(t) != may_fail)
			continue;
		s->cells = d->places + d->at[k];
		good = spt_line_column_put(&d->convert, t, s, n, out, k, e);
		if (good < 0)
			return -1;
		n = (size_t)good;
	}
	return (int64_t)n;
}

/* As many of the n lines as are good. */
static int64_t
put_run(struct spt_decoder *d, const struct spt__line_run *run, size_t n,
    struct spt_builder *out, struct spt_err *e)
{
	const struct spt_linemap *m = &d->map;
	struct spt_line_span s = {
		.p = m->p,
		.step = d->cells.n,
		.before = run->from,
		.arena = &d->arena,
	};
	int64_t good;

	memset(d->places, 0, n * d->cells.n * sizeof *d->places);
	n = d->format->lines(
	    d->self, m, run->line, run->line + n, d->places, d->cells.n);
	if (n == 0)
		return 0;
	s.most = m->ends[run->line + n - 1] - start_of(m, run->line);
	s.behind = m->readable - m->ends[run->line + n - 1];
	good = put_columns(d, &s, true, n, out, e);
	if (good > 0)
		good = put_columns(d, &s, false, (size_t)good, out, e);
	if (good > 0)
		out->rows += good;
	if (good != (int64_t)n)
		spt_builder_undo_row(out);
	return good;
}

/* Good of the n lines were put: how many to try then, and when. */
static void
adapt(struct spt__line_run *run, size_t good, size_t n, size_t wanted)
{
	run->at_once = good < n ? AFTER_BAD : 2 * wanted;
	if (run->at_once > PLACES)
		run->at_once = 0;
	if (good != 0) {
		run->vain = 0;
		return;
	}
	run->alone = (1u << run->vain) - 1;
	if (run->vain < VAIN_MAX)
		run->vain++;
}

int
spt__line_rows(struct spt_decoder *d, struct spt__line_run *run, size_t at,
    size_t stop, int64_t max, size_t *used, struct spt_builder *out,
    struct spt_err *e)
{
	size_t n, wanted = run->at_once != 0 ? run->at_once : PLACES;
	int64_t good;
	int rc;

	*used = 0;
	if (run->alone != 0) {
		run->alone--;
		return 0;
	}
	rc = look(d, run, at, e);
	if (rc <= 0)
		return rc;
	if ((int64_t)wanted > max)
		wanted = (size_t)max;
	n = length(d, run, wanted, stop);
	if (n == 0)
		return 0;
	good = put_run(d, run, n, out, e);
	if (good < 0)
		return -1;
	adapt(run, (size_t)good, n, wanted);
	if (good == 0)
		return 0;
	run->line += (size_t)good;
	*used = start_of(&d->map, run->line) - (at - run->from);
	spt_records_pass(&d->records, *used, good);
	d->count.rows += good;
	return 0;
}

void
spt__line_rows_pass(
    const struct spt_decoder *d, struct spt__line_run *run, size_t at, size_t n)
{
	if (!run->mapped || run->line >= d->map.n_lines)
		return;
	run->line++;
	run->mapped = run->from + start_of(&d->map, run->line) == at + n;
}
