/*
 * twin - a decoder for pieces of what another one reads.
 *
 * Once a decoder is settled its columns do not change, so twins borrow them;
 * what a record leaves behind (arena, caches, counts, place) each has by
 * itself.  A twin counts lines from 1, because nobody knows how many there are
 * in pieces that are still being decoded.
 */
#include "decode/decoder.h"

static int
copy_array(const struct spt_io *io, size_t **to, const size_t *from, size_t n,
    struct spt_err *e)
{
	spt_free(io, *to);
	*to = spt_alloc(io, n * sizeof *from, e);
	if (*to == NULL)
		return -1;
	if (n != 0)
		memcpy(*to, from, n * sizeof *from);
	return 0;
}

static int
open_splitting(
    struct spt_decoder *t, const struct spt_decoder *d, struct spt_err *e)
{
	spt_records_init(
	    &t->records, t->io, d->records.delimiter, (int64_t)d->records.max);
	if (t->format == NULL)
		return spt_csv_init(
		    &t->csv, t->io, d->csv.delimiter, SPT_MAX_COLUMNS, e);
	if (t->format->open != NULL &&
	    t->format->open(&t->self, t->io, t->conf, e) < 0)
		return -1;
	return spt__decode_room(t, d->cells.n, e);
}

int
spt_decoder_twin(struct spt_decoder **out, const struct spt_decoder *d,
    const struct spt_decode_conf *conf, struct spt_err *e)
{
	struct spt_decoder *t = spt_alloc_zero(d->io, sizeof *t, e);

	if (t == NULL)
		return -1;
	t->io = d->io;
	t->conf = conf;
	t->format = d->format;
	t->columns = d->columns;
	/* Without an io table it has nothing to free. */
	t->columns.io = NULL;
	t->settled = true;
	spt_arena_init(&t->arena, t->io);
	spt_buf_init(&t->line, t->io);
	spt_buf_init(&t->header, t->io);
	spt_buf_init(&t->reason, t->io);
	spt_buf_init(&t->remedy, t->io);
	spt_convert_init(&t->convert, t->io);
	t->convert.tz = conf->tz;
	t->convert.year = conf->year;
	t->convert.check_text = d->convert.check_text;
	t->cells.arena = &t->arena;
	t->cells.find = spt__decode_find;
	t->cells.ctx = t;
	t->cells.fixed = true;
	if (open_splitting(t, d, e) < 0 ||
	    copy_array(t->io, &t->at, d->at, d->columns.n_out, e) < 0) {
		spt_decoder_close(t);
		return -1;
	}
	*out = t;
	return 0;
}

bool
spt_decoder_shares(const struct spt_decoder *d)
{
	return d->settled && d->records.begun && !d->records.skipping &&
	       (d->format != NULL || d->matched);
}

int
spt_decoder_lend(struct spt_decoder *t, const struct spt_decoder *d,
    uint64_t ahead, struct spt_err *e)
{
	bool csv = d->format == NULL;

	if (t->file == NULL || strcmp(t->file, d->file) != 0) {
		spt_free(t->io, t->file);
		t->file = spt_strdup(t->io, d->file, e);
		if (t->file == NULL)
			return -1;
	}
	if (csv &&
	    copy_array(t->io, &t->field_in, d->field_in, d->fields, e) < 0)
		return -1;
	memcpy(t->at, d->at, d->columns.n_out * sizeof *t->at);
	t->fields = d->fields;
	t->matched = d->matched;
	t->convert.mtime = d->convert.mtime;
	t->said_year = d->said_year;
	memset(&t->count, 0, sizeof t->count);
	t->convert.repaired = 0;
	spt_records_resume(&t->records, d->records.offset + ahead, 1);
	return 0;
}

bool
spt_decoder_whole(const struct spt_decoder *t)
{
	return spt_records_at_start(&t->records);
}

void
spt_decoder_take(struct spt_decoder *d, const struct spt_decoder *t)
{
	spt_records_resume(&d->records, t->records.offset,
	    d->records.line + t->records.line - 1);
	d->count.rows += t->count.rows;
	d->count.bad += t->count.bad;
	d->count.unmatched += t->count.unmatched;
	d->count.repaired += t->count.repaired;
}
