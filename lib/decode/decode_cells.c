/*
 * decode_cells - a record to cells, by libcsv's rules or by a line format.
 */
#include "base/utf8.h"
#include "decode/decoder.h"

int
spt__decode_room(struct spt_decoder *d, size_t n, struct spt_err *e)
{
	size_t had = d->cells.n;

	if (spt_grow(d->io, &d->cells.v, &d->cap_cells, n, sizeof *d->cells.v,
		e) < 0)
		return -1;
	if (n > had)
		memset(d->cells.v + had, 0, (n - had) * sizeof *d->cells.v);
	d->cells.n = n;
	return 0;
}

/* Records mostly have the same names in the same order, so the column behind
 * the one before is tried first. */
int
spt__decode_find(
    struct spt_cells *c, const char *name, size_t n, struct spt_err *e)
{
	struct spt_decoder *d = c->ctx;
	int at;

	if (!d->settled) {
		at = spt_columns_turn_up(&d->columns, name, n, e);
		if (at >= 0 && (size_t)at >= c->n &&
		    spt__decode_room(d, (size_t)at + 1, e) < 0)
			at = -2;
		d->find_failed = at == -2;
		return at;
	}
	if (d->next < d->columns.n_out) {
		const struct spt_out_column *o = &d->columns.out[d->next];

		if (o->n_name == n && memcmp(o->in->name, name, n) == 0)
			return (int)d->next++;
	}
	at = spt_columns_find_out(&d->columns, name, n);
	if (at >= 0)
		d->next = (size_t)at + 1;
	return at;
}

static const char *
field_column(const struct spt_decoder *d, size_t field)
{
	if (field >= d->fields || d->field_in[field] == SPT__NO_COLUMN)
		return NULL;
	return d->columns.in[d->field_in[field]].name;
}

static int
csv_cells(struct spt_decoder *d, const struct spt_record *r,
    struct spt__bad *bad, struct spt_err *e)
{
	int rc;

	/* An empty line in a file of one column is a null. */
	if (r->n == 0 && d->fields != 1)
		return 0;
	if (!r->quotes) {
		spt_csv_split_plain(&d->csv, r->p, r->n);
	} else {
		rc = spt_csv_split_quoted(
		    &d->csv, r->p, r->n, &d->arena, &bad->why, e);
		if (rc < 0)
			return -1;
		if (rc == 0) {
			bad->column = field_column(d, d->csv.n);
			return 2;
		}
	}
	if (d->csv.n == d->fields)
		return 1;
	spt_fail(&bad->why, SPT_EDATA, "%zu field%s, expected %zu", d->csv.n,
	    d->csv.n == 1 ? "" : "s", d->fields);
	return 2;
}

/* The line as valid UTF-8. */
static int
repair(struct spt_decoder *d, const char **p, size_t *n, struct spt_err *e)
{
	int64_t repaired;

	if (spt_utf8_valid((const uint8_t *)*p, *n))
		return 0;
	d->line.len = 0;
	repaired = spt_utf8_repair(&d->line, (const uint8_t *)*p, *n, e);
	if (repaired < 0)
		return -1;
	if (d->settled)
		d->count.repaired += repaired;
	*p = (const char *)d->line.data;
	*n = d->line.len;
	return 0;
}

static int
line_cells(struct spt_decoder *d, const struct spt_record *r,
    struct spt__bad *bad, struct spt_err *e)
{
	const char *p = r->p;
	size_t n = r->n;
	int rc;

	if (repair(d, &p, &n, e) < 0)
		return -1;
	if (d->cells.n != 0)
		memset(d->cells.v, 0, d->cells.n * sizeof *d->cells.v);
	d->next = 0;
	rc = d->format->line(d->self, p, n, &d->cells, &bad->why);
	if (rc == 0 && !d->format->named && d->settled)
		d->count.unmatched++;
	if (rc >= 0)
		return rc;
	/* A line is bad by what is in it.  No memory, or more columns than may
	 * be learnt, is nothing that the next line could do better. */
	if (bad->why.kind == SPT_ESYSTEM || d->find_failed) {
		*e = bad->why;
		return -1;
	}
	return 2;
}

int
spt__decode_cells(struct spt_decoder *d, const struct spt_record *r,
    const struct spt_cell **v, struct spt__bad *bad, struct spt_err *e)
{
	int rc;

	bad->column = NULL;
	bad->why.kind = SPT_OK;
	spt_arena_reset(&d->arena);
	if (d->format == NULL && !d->matched) {
		rc = spt__csv_match(d, r, e);
		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	if (r->too_long) {
		if (r->unclosed)
			spt_fail(
			    &bad->why, SPT_EDATA, "a quote is never closed");
		else
			spt_fail(&bad->why, SPT_EDATA, "longer than %zu bytes",
			    d->records.max);
		return 2;
	}
	if (d->format != NULL) {
		*v = d->cells.v;
		return line_cells(d, r, bad, e);
	}
	*v = d->csv.v;
	return csv_cells(d, r, bad, e);
}
