/*
 * decode_rows - records to rows of a builder, and the report of those that are
 * none.  A row is put cell by cell; when one does not fit, the row is undone.
 */
#include <inttypes.h>

#include "decode/decoder.h"

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

int
spt_decode(struct spt_decoder *d, const uint8_t *p, size_t n, bool last,
    int64_t max_rows, size_t *used, struct spt_builder *out, struct spt_err *e)
{
	size_t at = 0, next_look = 0;
	struct spt__bad bad;
	int rc = 1;

	if (p == NULL)
		p = (const uint8_t *)"";
	while (out->rows < max_rows && out->rows < SPT_BATCH_ROWS) {
		struct spt_record r;
		size_t step;

		if (at >= next_look) {
			if (spt_builder_full(out))
				break;
			next_look = at + STRIDE;
		}
		rc = spt_records_next(&d->records, (const char *)p + at, n - at,
		    last, &step, &r, e);
		at += step;
		if (rc == 1 && put_record(d, &r, out, &bad, e) < 0)
			rc = -1;
		if (rc != 1)
			break;
	}
	*used = at;
	d->count.repaired += d->convert.repaired;
	d->convert.repaired = 0;
	return rc;
}
