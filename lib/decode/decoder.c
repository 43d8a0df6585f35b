/*
 * decoder - opening, learning, settling.
 *
 * Learning sends the first records through the same splitting as decoding
 * does, but their cells go to inference instead of a builder.  Nothing of that
 * is counted or reported: the same bytes come again.
 */
#include <stdio.h>

#include "decode/decoder.h"

static const struct spt_format *const line_formats[] = {
	&spt_format_ndjson,
	&spt_format_clf,
	&spt_format_combined,
	&spt_format_logfmt,
	&spt_format_syslog,
	&spt_format_lines,
	&spt_format_regex,
};

#define N_FORMATS (sizeof line_formats / sizeof *line_formats)

const char *const spt_decode_formats[] = { "csv", "tsv", "ndjson", "clf",
	"combined", "logfmt", "syslog", "lines", "regex", NULL };

/* ---- opening ----------------------------------------------------------- */

static int
no_format(const char *name, struct spt_err *e)
{
	char list[256];
	size_t n = 0;

	for (size_t i = 0; spt_decode_formats[i] != NULL; i++)
		n += (size_t)snprintf(
		    list + n, sizeof list - n, " %s", spt_decode_formats[i]);
	return spt_fail(
	    e, SPT_EUSAGE, "no format \"%s\" (there are%s, arrow)", name, list);
}

static int
check_paths(const struct spt_decoder *d, struct spt_err *e)
{
	const struct spt_schema_text *text = &d->columns.text;

	for (size_t i = 0; i < text->n; i++)
		if (text->v[i].path.io != NULL &&
		    d->format != &spt_format_ndjson)
			return spt_fail(e, SPT_EUSAGE,
			    "-s: column \"%s\" has a path, which only ndjson "
			    "has a use for",
			    text->v[i].name);
	return 0;
}

static int
check_conf(const struct spt_decode_conf *conf, bool csv, struct spt_err *e)
{
	char c = conf->delimiter;

	if (c != '\0' && !csv)
		return spt_fail(e, SPT_EUSAGE,
		    "a delimiter is for csv and tsv, the format is %s",
		    conf->format);
	if (c == '"' || c == '\n' || c == '\r' || (unsigned char)c >= 0x80)
		return spt_fail(e, SPT_EUSAGE, "this cannot be a delimiter");
	if (conf->no_header && !csv)
		return spt_fail(e, SPT_EUSAGE,
		    "--no-header is for csv and tsv, the format is %s",
		    conf->format);
	if (conf->pattern != NULL && strcmp(conf->format, "regex") != 0)
		return spt_fail(e, SPT_EUSAGE,
		    "a pattern is for regex, the format is %s", conf->format);
	if (conf->max_record < 0)
		return spt_fail(e, SPT_EUSAGE, "no record is that short");
	return 0;
}

/* The columns that the format knows before it has seen anything. */
static int
known_columns(struct spt_decoder *d, struct spt_err *e)
{
	const struct spt_format *f = d->format;

	for (const struct spt_format_column *c = f->columns;
	     c != NULL && c->name != NULL; c++)
		if (spt_columns_add(&d->columns, c->name, c->type, e) < 0)
			return -1;
	for (size_t i = 0; f->n_columns != NULL && i < f->n_columns(d->self);
	     i++)
		if (spt_columns_add(
			&d->columns, f->column(d->self, i), NULL, e) < 0)
			return -1;
	if (f->named) {
		if (spt_columns_add_text(&d->columns, e) < 0)
			return -1;
	} else if (spt_columns_check_text(&d->columns, e) < 0) {
		return -1;
	}
	return spt__decode_room(d, d->columns.n, e);
}

static int
open_format(struct spt_decoder *d, struct spt_err *e)
{
	const char *name = d->conf->format;
	bool tsv = strcmp(name, "tsv") == 0;
	bool csv = tsv || strcmp(name, "csv") == 0;
	char delimiter = '\0';

	for (size_t i = 0; i < N_FORMATS; i++)
		if (strcmp(line_formats[i]->name, name) == 0)
			d->format = line_formats[i];
	if (d->format == NULL && !csv)
		return no_format(name, e);
	if (check_conf(d->conf, csv, e) < 0 || check_paths(d, e) < 0)
		return -1;
	if (csv)
		delimiter = d->conf->delimiter != '\0' ? d->conf->delimiter
			    : tsv                      ? '\t'
						       : ',';
	spt_records_init(&d->records, d->io, delimiter,
	    d->conf->max_record != 0 ? d->conf->max_record : SPT_MAX_RECORD);
	if (csv)
		return spt_csv_init(
		    &d->csv, d->io, delimiter, SPT_MAX_COLUMNS, e);
	if (d->format->open != NULL &&
	    d->format->open(&d->self, d->io, d->conf, e) < 0)
		return -1;
	return known_columns(d, e);
}

int
spt_decoder_open(struct spt_decoder **out, const struct spt_io *io,
    const struct spt_decode_conf *conf, struct spt_err *e)
{
	struct spt_decoder *d = spt_alloc_zero(io, sizeof *d, e);

	if (d == NULL)
		return -1;
	d->io = io;
	d->conf = conf;
	spt_arena_init(&d->arena, io);
	spt_buf_init(&d->line, io);
	spt_buf_init(&d->header, io);
	spt_buf_init(&d->reason, io);
	spt_buf_init(&d->remedy, io);
	spt_convert_init(&d->convert, io);
	d->convert.tz = conf->tz;
	d->convert.year = conf->year;
	d->cells.arena = &d->arena;
	d->cells.find = spt__decode_find;
	d->cells.ctx = d;
	if (spt_columns_init(&d->columns, io, conf->schema, conf->columns, e) <
		0 ||
	    open_format(d, e) < 0) {
		spt_decoder_close(d);
		return -1;
	}
	d->convert.check_text = d->format == NULL;
	*out = d;
	return 0;
}

void
spt_decoder_close(struct spt_decoder *d)
{
	if (d == NULL)
		return;
	if (d->self != NULL && d->format->close != NULL)
		d->format->close(d->self);
	spt_csv_fini(&d->csv);
	spt_records_fini(&d->records);
	spt_columns_fini(&d->columns);
	spt_convert_fini(&d->convert);
	spt_arena_fini(&d->arena);
	spt_buf_fini(&d->line);
	spt_buf_fini(&d->header);
	spt_buf_fini(&d->reason);
	spt_buf_fini(&d->remedy);
	spt_linemap_fini(&d->map);
	spt_free(d->io, d->places);
	spt_free(d->io, d->cells.v);
	spt_free(d->io, d->field_in);
	spt_free(d->io, d->at);
	spt_free(d->io, d->file);
	spt_free(d->io, d);
}

int
spt_decoder_file(
    struct spt_decoder *d, const char *name, spt_time mtime, struct spt_err *e)
{
	/* The years 1 to 9999; some file systems can say more. */
	const spt_time first = INT64_C(-62135596800) * 1000000;
	const spt_time end = INT64_C(253402300799) * 1000000;
	char *copy = spt_strdup(d->io, name, e);

	if (copy == NULL)
		return -1;
	spt_free(d->io, d->file);
	d->file = copy;
	d->convert.mtime = mtime < first ? first : mtime > end ? end : mtime;
	spt_records_rewind(&d->records);
	d->learn_at = 0;
	d->matched = false;
	d->fields = 0;
	d->header.len = 0;
	return 0;
}

void
spt_decoder_place(const struct spt_decoder *d, struct spt_decode_place *place)
{
	spt_records_place(
	    &d->records, &place->offset, &place->line, &place->inside);
}

void
spt_decoder_pass(struct spt_decoder *d, size_t n)
{
	d->records.offset += n;
	d->records.line++;
}

const char *
spt_decoder_header(const struct spt_decoder *d, size_t *n)
{
	*n = d->header.len;
	return (const char *)d->header.data;
}

int
spt_decoder_resume(struct spt_decoder *d, const char *name, spt_time mtime,
    const char *header, size_t n_header, uint64_t offset, int64_t line,
    struct spt_err *e)
{
	struct spt_record r = { .p = header, .n = n_header, .line = 1 };

	if (spt_decoder_file(d, name, mtime, e) < 0)
		return -1;
	if (offset != 0)
		spt_records_resume(&d->records, offset, line);
	if (d->format != NULL || n_header == 0)
		return 0;
	r.quotes = memchr(header, '"', n_header) != NULL;
	spt_arena_reset(&d->arena);
	return spt__csv_match(d, &r, e) < 0 ? -1 : 0;
}

/* ---- learning ---------------------------------------------------------- */

/* Nothing is left to be learnt.  Named formats may bring a new column at any
 * time, unless -c has said which ones matter. */
static bool
enough(const struct spt_decoder *d)
{
	const struct spt_columns *c = &d->columns;

	if (d->learnt >= SPT_LEARN_ROWS)
		return true;
	if (d->format != NULL && d->format->named)
		return spt_columns_keep_known(c);
	return c->n != 0 && spt_columns_known(c);
}

/* Columns that are not kept have no type to infer. */
static void
learn_row(struct spt_decoder *d, const struct spt_cell *v)
{
	bool typed = d->format == &spt_format_ndjson;
	size_t n = d->format != NULL ? d->columns.n : d->fields;

	for (size_t i = 0; i < n; i++) {
		size_t at = d->format != NULL ? i : d->field_in[i];
		struct spt_in_column *in = &d->columns.in[at];

		if (in->kept && in->type.type == 0)
			spt_infer_add(&in->infer, &v[i], typed);
	}
	d->learnt++;
}

static int
learn_record(struct spt_decoder *d, const struct spt_record *r,
    struct spt__bad *bad, struct spt_err *e)
{
	size_t n = d->columns.n, n_seen = d->columns.n_seen;
	const struct spt_cell *v;

	switch (spt__decode_cells(d, r, &v, bad, e)) {
	case -1:
		return -1;
	case 1:
		/* The cells may have moved to make room for new columns. */
		learn_row(d, d->format != NULL ? d->cells.v : v);
		return 0;
	default:
		/* Names that a bad line has brought are no columns. */
		if (d->format != NULL && d->format->named) {
			spt_columns_cut(&d->columns, n, n_seen);
			d->cells.n = d->columns.n;
		}
		return 0;
	}
}

int64_t
spt_decoder_learnt(const struct spt_decoder *d)
{
	return d->learnt;
}

int
spt_decoder_learn(struct spt_decoder *d, const uint8_t *p, size_t n, bool last,
    struct spt_err *e)
{
	struct spt_record r;
	struct spt__bad bad;
	size_t used;
	int rc;

	if (p == NULL)
		p = (const uint8_t *)"";
	d->looked = d->looked || n != 0;
	do {
		if (enough(d))
			return 1;
		rc =
		    spt_records_next(&d->records, (const char *)p + d->learn_at,
			n - d->learn_at, last, &used, &r, e);
		d->learn_at += used;
		if (rc == 1 && learn_record(d, &r, &bad, e) < 0)
			return -1;
	} while (rc == 1);
	return rc;
}

int
spt_decoder_settle(struct spt_decoder *d, struct spt_err *e)
{
	struct spt_columns *c = &d->columns;
	bool named = d->format != NULL && d->format->named;

	if (d->format == NULL && c->n == 0) {
		c->assumed = !d->conf->schema_is_all;
		if (spt_columns_add_text(c, e) < 0)
			return -1;
	}
	if (c->n == 0 && d->looked)
		return spt_fail(e, SPT_EDATA,
		    "no columns: the start of the input has no record of this "
		    "format, or none that is short enough (-f, --max-record; "
		    "-s 'name type, ...' says what to expect)");
	if (spt_columns_settle(c, e) < 0)
		return -1;
	d->at = spt_alloc_zero(d->io, c->n_out * sizeof *d->at, e);
	if (d->at == NULL)
		return -1;
	for (size_t k = 0; k < c->n_out; k++)
		d->at[k] = named ? k : c->out[k].at;
	if (named && spt__decode_room(d, c->n_out, e) < 0)
		return -1;
	d->settled = true;
	d->cells.fixed = true;
	return 0;
}

/* ---- what is known then ------------------------------------------------ */

const struct spt_schema *
spt_decoder_schema(const struct spt_decoder *d)
{
	return &d->columns.schema;
}

int
spt_decoder_print_schema(
    const struct spt_decoder *d, struct spt_buf *out, struct spt_err *e)
{
	struct spt_buf text;
	int rc = -1;

	spt_buf_init(&text, d->io);
	for (size_t k = 0; k < d->columns.n_out; k++) {
		const struct spt_in_column *in = d->columns.out[k].in;

		if (spt_schema_text_put(&text, in->name, &in->type,
			in->spec != NULL ? &in->spec->path : NULL, e) < 0)
			goto done;
	}
	rc = spt_buf_put(out, text.data, text.len, e);
done:
	spt_buf_fini(&text);
	return rc;
}

const struct spt_decode_count *
spt_decoder_count(const struct spt_decoder *d)
{
	return &d->count;
}
