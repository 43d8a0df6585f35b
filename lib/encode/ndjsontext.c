/*
 * ndjsontext - rows as JSON objects, one a line.  The names of the columns
 * are turned into JSON once; a row is those pieces with the values between.
 */
#include "base/json.h"
#include "encode/celltext.h"
#include "encode/encoder.h"

struct ndjson {
	struct spt_encoder encoder;
	const struct spt_io *io;
	const struct spt_tz *tz;
	struct spt_buf keys; /* {"a":,"b":  ... */
	size_t *ends;        /* where the piece of each column ends in keys */
};

static int
put_value(struct ndjson *j, const struct spt_col *c, int64_t i,
    struct spt_buf *out, struct spt_err *e)
{
	const char *p;
	size_t n;

	if (spt_col_null(c, i))
		return spt_buf_put(out, "null", 4, e);
	switch (c->type) {
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return spt_json_put_string(out, p, n, e);
	case SPT_FLOAT64:
		return spt_json_put_float(out, c->floats[i], e);
	default:
		break;
	}
	if (spt_buf_reserve(out, SPT_CELL_TEXT + 2, e) < 0)
		return -1;
	if (c->type == SPT_TIMESTAMP)
		out->data[out->len++] = '"';
	out->len += spt_celltext((char *)out->data + out->len, c, i, j->tz);
	if (c->type == SPT_TIMESTAMP)
		out->data[out->len++] = '"';
	return 0;
}

static int
put_row(struct ndjson *j, const struct spt_batch *b, int64_t i,
    struct spt_buf *out, struct spt_err *e)
{
	size_t at = 0;

	if (b->n == 0 && spt_buf_putc(out, '{', e) < 0)
		return -1;
	for (size_t k = 0; k < b->n; k++) {
		if (spt_buf_put(out, j->keys.data + at, j->ends[k] - at, e) < 0)
			return -1;
		at = j->ends[k];
		if (put_value(j, &b->cols[k], i, out, e) < 0)
			return -1;
	}
	return spt_buf_put(out, "}\n", 2, e);
}

static int
rows(struct spt_encoder *enc, const struct spt_batch *b, int64_t first,
    int64_t n, struct spt_buf *out, struct spt_err *e)
{
	for (int64_t i = first; i < first + n; i++)
		if (put_row((struct ndjson *)enc, b, i, out, e) < 0)
			return -1;
	return 0;
}

static void
close_(struct spt_encoder *enc)
{
	struct ndjson *j = (struct ndjson *)enc;

	spt_buf_fini(&j->keys);
	spt_free(j->io, j->ends);
	spt_free(j->io, j);
}

static const struct spt_encoder_ops ops = {
	.rows = rows,
	.close = close_,
};

int
spt_ndjson_encoder(struct spt_encoder **enc, const struct spt_io *io,
    const struct spt_schema *s, const struct spt_encoder_conf *conf,
    struct spt_err *e)
{
	struct ndjson *j = spt_alloc_zero(io, sizeof *j, e);

	if (j == NULL)
		return -1;
	j->encoder.ops = &ops;
	j->io = io;
	j->tz = conf->tz;
	spt_buf_init(&j->keys, io);
	j->ends = spt_alloc(io, s->n * sizeof *j->ends, e);
	if (j->ends == NULL)
		goto fail;
	for (size_t k = 0; k < s->n; k++) {
		const char *name = s->fields[k].name;

		if (spt_buf_putc(&j->keys, k == 0 ? '{' : ',', e) < 0 ||
		    spt_json_put_string(&j->keys, name, strlen(name), e) < 0 ||
		    spt_buf_putc(&j->keys, ':', e) < 0)
			goto fail;
		j->ends[k] = j->keys.len;
	}
	*enc = &j->encoder;
	return 0;
fail:
	close_(&j->encoder);
	return -1;
}
