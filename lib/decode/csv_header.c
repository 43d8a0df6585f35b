/*
 * csv_header - which field of a file is which column.  A header that cannot be
 * read, or does not fit, ends the run: without it the rows mean nothing.
 *
 * The first file makes the columns: from its header, or c1, c2, ... as many as
 * its first record has fields.  Every later file must have the same names, in
 * any order.  (When the input began with an empty file, -s alone has made the
 * columns, and a header may have more than these.)
 */
#include "base/digits.h"
#include "base/utf8.h"
#include "decode/decoder.h"

/* Puts file and line in front of the failure. */
static int
fail(struct spt_decoder *d, const struct spt_record *r, struct spt_err *e)
{
	return spt_err_where(e, "%s: line %lld", d->file, (long long)r->line);
}

/* The name of field i, in the arena. */
static const char *
field_name(struct spt_decoder *d, size_t i, struct spt_err *e)
{
	const struct spt_cell *c = &d->csv.v[i];
	const char *p = c->p;
	size_t n = c->kind == SPT_CELL_TEXT ? c->n : 0;
	char *name;

	spt__trim(&p, &n);
	d->line.len = 0;
	if (d->conf->no_header || n == 0) {
		if (spt_buf_printf(&d->line, e, "c%zu", i + 1) < 0)
			return NULL;
	} else if (spt_utf8_repair(&d->line, (const uint8_t *)p, n, e) < 0) {
		return NULL;
	}
	if (memchr(d->line.data, '\0', d->line.len) != NULL) {
		spt_fail(e, SPT_EDATA, "the name of column %zu has a NUL byte",
		    i + 1);
		return NULL;
	}
	name = spt_arena_get(&d->arena, d->line.len + 1, e);
	if (name == NULL)
		return NULL;
	memcpy(name, d->line.data, d->line.len);
	name[d->line.len] = '\0';
	return name;
}

/* All names of this file with the number of their field. */
static int
collect(struct spt_decoder *d, struct spt__names *names, const char **list,
    struct spt_err *e)
{
	for (size_t i = 0; i < d->fields; i++) {
		list[i] = field_name(d, i, e);
		if (list[i] == NULL)
			return -1;
		if (spt__names_find(names, list[i], strlen(list[i])) >= 0)
			return spt_fail(e, SPT_EDATA,
			    "two columns are named \"%s\" (rename one, or "
			    "--no-header takes c1, c2, ...)",
			    list[i]);
		if (spt__names_add(names, list[i], strlen(list[i]), i, e) < 0)
			return -1;
	}
	return 0;
}

static int
make_columns(struct spt_decoder *d, const char **list, struct spt_err *e)
{
	for (size_t i = 0; i < d->fields; i++) {
		if (spt_columns_add(&d->columns, list[i], NULL, e) < 0)
			return -1;
		d->field_in[i] = i;
	}
	return 0;
}

static int
find_columns(struct spt_decoder *d, const struct spt__names *names,
    const char **list, struct spt_err *e)
{
	const struct spt_columns *c = &d->columns;

	for (size_t i = 0; i < c->n; i++) {
		const char *name = c->in[i].name;
		int64_t at = spt__names_find(names, name, strlen(name));

		if (at < 0)
			return spt_fail(e, SPT_EDATA,
			    "the header has no column \"%s\", which %s", name,
			    c->assumed ? "-s names" : "the files before have");
		d->field_in[at] = i;
	}
	for (size_t i = 0; i < d->fields && !c->assumed; i++)
		if (d->field_in[i] == SPT__NO_COLUMN)
			return spt_fail(e, SPT_EDATA,
			    "the header has a column \"%s\", which the files "
			    "before do not have",
			    list[i]);
	return 0;
}

/* Finds the cell of each output column (there are none while learning). */
static void
find_cells(struct spt_decoder *d)
{
	for (size_t i = 0; i < d->fields; i++) {
		size_t in = d->field_in[i];

		if (in != SPT__NO_COLUMN && d->columns.in[in].out != 0)
			d->at[d->columns.in[in].out - 1] = i;
	}
}

static int
match(struct spt_decoder *d, struct spt_err *e)
{
	bool first = d->columns.n == 0;
	struct spt__names names;
	const char **list;
	int rc = -1;

	spt__names_init(&names, d->io);
	list = spt_arena_get(&d->arena, d->fields * sizeof *list, e);
	if (list == NULL || collect(d, &names, list, e) < 0)
		goto done;
	rc =
	    first ? make_columns(d, list, e) : find_columns(d, &names, list, e);
done:
	spt__names_fini(&names);
	return rc;
}

/* Without a header later files are as the first one; a record of theirs with
 * other fields is a bad record. */
static bool
as_before(struct spt_decoder *d)
{
	if (!d->conf->no_header || d->columns.n == 0 || d->columns.assumed)
		return false;
	d->fields = d->columns.n;
	for (size_t i = 0; i < d->fields; i++)
		d->field_in[i] = i;
	return true;
}

int
spt__csv_match(
    struct spt_decoder *d, const struct spt_record *r, struct spt_err *e)
{
	bool first = d->columns.n == 0;
	struct spt_err why = { 0 };
	int rc = 1;

	if (spt_grow(d->io, &d->field_in, &d->cap_field_in, SPT_MAX_COLUMNS,
		sizeof *d->field_in, e) < 0)
		return -1;
	if (as_before(d)) {
		find_cells(d);
		d->matched = true;
		return 0;
	}
	if (r->n == 0)
		return 1;
	if (r->too_long) {
		spt_fail(
		    &why, SPT_EDATA, "longer than %zu bytes", d->records.max);
		rc = 0;
	} else if (r->quotes) {
		rc = spt_csv_split_quoted(
		    &d->csv, r->p, r->n, &d->arena, &why, e);
	} else {
		spt_csv_split_plain(&d->csv, r->p, r->n);
	}
	if (rc < 0)
		return -1;
	if (rc == 0 && d->conf->no_header)
		return 0;
	if (rc == 0) {
		spt_fail(e, SPT_EDATA, "bad header: %s", why.msg);
		return fail(d, r, e);
	}
	if (d->csv.n > SPT_MAX_COLUMNS) {
		spt_fail(e, SPT_EDATA, "more than %d columns", SPT_MAX_COLUMNS);
		return fail(d, r, e);
	}
	d->fields = d->csv.n;
	for (size_t i = 0; i < d->fields; i++)
		d->field_in[i] = SPT__NO_COLUMN;
	if (match(d, e) < 0)
		return e->kind == SPT_EDATA ? fail(d, r, e) : -1;
	if (first && spt_columns_check_text(&d->columns, e) < 0)
		return -1;
	find_cells(d);
	d->header.len = 0;
	if (!d->conf->no_header && spt_buf_put(&d->header, r->p, r->n, e) < 0)
		return -1;
	d->matched = true;
	return !d->conf->no_header;
}
