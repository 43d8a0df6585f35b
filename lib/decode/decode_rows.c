/*
 * decode_rows - records to rows of a builder, and the report of those that are
 * none.  Good CSV, and lines of formats that can, go by many rows at once; else
 * a row is put cell by cell, and when one does not fit, the row is undone.
 */
#include <inttypes.h>

#include "decode/csv_rows.h"
#include "decode/linerows.h"

/* Bytes between two looks at how full the builder is. */
#define STRIDE 16384

static int
report(struct spt_decoder *d, const struct spt_record *r, const char *column,
    const char *reason, const char *remedy, struct spt_err *e)
{
	struct spt_bad_record b = {
		.file = d->file,
		.line = r->line,
		.offset = r->offset,
		.column = column,
		.reason = reason,
		.remedy = remedy,
		.bytes = (const uint8_t *)r->p,
		.n = r->n,
	};

	d->count.bad++;
	if (d->conf->bad != NULL)
		return d->conf->bad(d->conf->ctx, &b, e);
	if (column == NULL)
		return spt_fail(e, SPT_EDATA, "%s: line %" PRId64 ": %s",
		    d->file, r->line, reason);
	return spt_fail(e, SPT_EDATA, "%s: line %" PRId64 ": column \"%s\": %s",
	    d->file, r->line, column, reason);
}

/* The cell does not fit its column. */
static int
misfit(struct spt_decoder *d, const struct spt_record *r,
    const struct spt_in_column *in, const struct spt_cell *c, struct spt_err *e)
{
	d->reason.len = d->remedy.len = 0;
	if (spt_convert_explain(
		&in->type, c, in->name, &d->reason, &d->remedy, e) < 0)
		return -1;
	return report(d, r, in->name, (const char *)d->reason.data,
	    (const char *)d->remedy.data, e);
}

static void
say_year(struct spt_decoder *d)
{
	struct spt_err ignored = { 0 };

	d->said_year = true;
	d->reason.len = 0;
	if (d->conf->say == NULL ||
	    spt_buf_printf(&d->reason, &ignored,
		"%s: times have no year, taking %d (--year Y)", d->file,
		spt_convert_file_year(&d->convert)) < 0 ||
	    spt_buf_str(&d->reason, &ignored) == NULL)
		return;
	d->conf->say(d->conf->ctx, (const char *)d->reason.data);
}

static int
put_row(struct spt_decoder *d, const struct spt_record *r,
    const struct spt_cell *v, struct spt_builder *out, struct spt_err *e)
{
	for (size_t k = 0; k < d->columns.n_out; k++) {
		const struct spt_in_column *in = d->columns.out[k].in;
		const struct spt_cell *c = &v[d->at[k]];
		int rc = spt_convert_put(&d->convert, &in->type, c, out, k, e);

		if (rc == 1)
			continue;
		spt_builder_undo_row(out);
		return rc < 0 ? -1 : misfit(d, r, in, c, e);
	}
	spt_builder_end_row(out);
	d->count.rows++;
	if (d->convert.year_assumed && !d->said_year)
		say_year(d);
	return 0;
}

static int
put_record(struct spt_decoder *d, const struct spt_record *r,
    struct spt_builder *out, struct spt__bad *bad, struct spt_err *e)
{
	const struct spt_cell *v;

	switch (spt__decode_cells(d, r, &v, bad, e)) {
	case 0:
		return 0;
	case 1:
		return put_row(d, r, v, out, e);
	case 2:
		return report(d, r, bad->column, bad->why.msg, NULL, e);
	default:
		return -1;
	}
}

/* The next record.  As spt_decode; *used: its bytes. */
static int
next_record(struct spt_decoder *d, const char *p, size_t n, bool last,
    size_t *used, struct spt_builder *out, struct spt_err *e)
{
	struct spt__bad bad;
	struct spt_record r;
	int rc = spt_records_next(&d->records, p, n, last, used, &r, e);

	if (rc == 1 && put_record(d, &r, out, &bad, e) < 0)
		return -1;
	return rc;
}

/* Times without a year are said once there are rows, so each row counts. */
static bool
goes_by_runs(const struct spt_decoder *d)
{
	if (d->format != NULL && d->format->lines == NULL)
		return false;
	for (size_t k = 0; k < d->columns.n_out; k++) {
		const struct spt_coltype *t = &d->columns.out[k].in->type;

		if (t->type == SPT_TIMESTAMP && t->form == SPT_FORM_SYSLOG)
			return false;
	}
	return true;
}

/* The bytes of one call of spt_decode, many records at a time. */
struct runs {
	bool any;
	struct spt__csv_run csv;
	struct spt__line_run lines;
};

/* As spt__csv_rows and spt__line_rows. */
static int
next_rows(struct spt_decoder *d, struct runs *r, size_t at, size_t stop,
    int64_t max, size_t *used, struct spt_builder *out, struct spt_err *e)
{
	*used = 0;
	if (!r->any)
		return 0;
	if (d->format == NULL)
		return spt__csv_rows(d, &r->csv, at, stop, max, used, out, e);
	return spt__line_rows(d, &r->lines, at, stop, max, used, out, e);
}

static void
pass(const struct spt_decoder *d, struct runs *r, size_t at, size_t n)
{
	spt__csv_rows_pass(d, &r->csv, at, n);
	spt__line_rows_pass(d, &r->lines, at, n);
}

static int
decode(struct spt_decoder *d, const char *p, size_t n, bool last, int64_t most,
    size_t *used, struct spt_builder *out, struct spt_err *e)
{
	struct runs runs = { .any = goes_by_runs(d),
		.csv = { .p = p, .n = n },
		.lines = { .p = p, .n = n } };
	size_t next_look = 0, step;

	while (out->rows < most) {
		int rc;

		if (*used >= next_look) {
			if (spt_builder_full(out))
				return 1;
			next_look = *used + STRIDE;
		}
		if (next_rows(d, &runs, *used, next_look, most - out->rows,
			&step, out, e) < 0)
			return -1;
		*used += step;
		if (step != 0)
			continue;
		rc = next_record(d, p + *used, n - *used, last, &step, out, e);
		pass(d, &runs, *used, step);
		*used += step;
		if (rc != 1)
			return rc;
	}
	return 1;
}

int
spt_decode(struct spt_decoder *d, const uint8_t *p, size_t n, bool last,
    int64_t max_rows, size_t *used, struct spt_builder *out, struct spt_err *e)
{
	int64_t most = max_rows < SPT_BATCH_ROWS ? max_rows : SPT_BATCH_ROWS;
	int rc;

	*used = 0;
	rc = decode(
	    d, p != NULL ? (const char *)p : "", n, last, most, used, out, e);
	d->count.repaired += d->convert.repaired;
	d->convert.repaired = 0;
	return rc;
}
