/*
 * csvtext - rows as CSV or TSV.
 *
 * A string is quoted when a reader would otherwise not give back the same
 * bytes: delimiter, quote, CR or LF in it, a blank at either end (some readers
 * trim), nothing in it (that is the null).  One pass looks for those bytes in
 * a table and copies at the same time; only a string that has one is gone
 * over again.  A time that the row before had is not made twice: results come
 * window by window.
 */
#include "encode/celltext.h"
#include "encode/encoder.h"

#define BOM "\xef\xbb\xbf"

/* The last time that a column had, and its text. */
struct last {
	spt_time t;
	size_t n; /* 0: none yet */
	char text[SPT_CELL_TEXT];
};

struct csv {
	struct spt_encoder encoder;
	const struct spt_io *io;
	const struct spt_schema *schema;
	const struct spt_tz *tz;
	char delimiter;
	bool special[256]; /* bytes that ask for quotes */
	struct last *last; /* of each column */
};

/* out has room for 2 n + 2 bytes; how many were written. */
static size_t
quote(char *out, const char *p, size_t n)
{
	char *o = out;

	*o++ = '"';
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			*o++ = '"';
		*o++ = p[i];
	}
	*o++ = '"';
	return (size_t)(o - out);
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The same bounds as quote. */
static size_t
put_string(const struct csv *c, char *out, const char *p, size_t n)
{
	size_t i;

	if (n == 0 || blank(p[0]) || blank(p[n - 1]))
		return quote(out, p, n);
	for (i = 0; i < n && !c->special[(unsigned char)p[i]]; i++)
		out[i] = p[i];
	return i == n ? n : quote(out, p, n);
}

static int
header(struct spt_encoder *enc, struct spt_buf *out, struct spt_err *e)
{
	struct csv *c = (struct csv *)enc;

	for (size_t k = 0; k < c->schema->n; k++) {
		const char *name = c->schema->fields[k].name;
		size_t n = strlen(name);
		char *at;

		if (spt_buf_reserve(out, 2 * n + 4, e) < 0)
			return -1;
		if (k > 0)
			out->data[out->len++] = (uint8_t)c->delimiter;
		at = (char *)out->data + out->len;
		/* At the start of a file it would be taken for a mark. */
		if (strncmp(name, BOM, 3) == 0)
			out->len += quote(at, name, n);
		else
			out->len += put_string(c, at, name, n);
	}
	return spt_buf_putc(out, '\n', e);
}

/* out has room for SPT_CELL_TEXT bytes. */
static inline size_t
put_time(const struct csv *c, char *out, size_t k, const struct spt_col *col,
    int64_t i)
{
	struct last *l = &c->last[k];

	if (l->n == 0 || l->t != col->ints[i]) {
		l->t = col->ints[i];
		l->n = spt_celltext(l->text, col, i, c->tz);
	}
	memcpy(out, l->text, SPT_CELL_TEXT);
	return l->n;
}

static int
put_row(struct csv *c, const struct spt_batch *b, int64_t i,
    struct spt_buf *out, struct spt_err *e)
{
	for (size_t k = 0; k < b->n; k++) {
		const struct spt_col *col = &b->cols[k];
		const char *p = NULL;
		size_t n = SPT_CELL_TEXT;
		char *at;

		if (k > 0 && spt_buf_putc(out, c->delimiter, e) < 0)
			return -1;
		if (spt_col_null(col, i))
			continue;
		if (col->type == SPT_UTF8)
			p = spt_col_str(col, i, &n);
		if (spt_buf_reserve(out, 2 * n + 2, e) < 0)
			return -1;
		at = (char *)out->data + out->len;
		if (p != NULL)
			out->len += put_string(c, at, p, n);
		else if (col->type == SPT_TIMESTAMP)
			out->len += put_time(c, at, k, col, i);
		else
			out->len += spt_celltext(at, col, i, c->tz);
	}
	return spt_buf_putc(out, '\n', e);
}

static int
rows(struct spt_encoder *enc, const struct spt_batch *b, int64_t first,
    int64_t n, struct spt_buf *out, struct spt_err *e)
{
	for (int64_t i = first; i < first + n; i++)
		if (put_row((struct csv *)enc, b, i, out, e) < 0)
			return -1;
	return 0;
}

static void
close_(struct spt_encoder *enc)
{
	struct csv *c = (struct csv *)enc;

	spt_free(c->io, c->last);
	spt_free(c->io, c);
}

static const struct spt_encoder_ops ops = {
	.header = header,
	.rows = rows,
	.close = close_,
};

int
spt_csv_encoder(struct spt_encoder **enc, const struct spt_io *io,
    char delimiter, const struct spt_schema *s,
    const struct spt_encoder_conf *conf, struct spt_err *e)
{
	struct csv *c = spt_alloc_zero(io, sizeof *c, e);

	if (c == NULL)
		return -1;
	c->last = spt_alloc_zero(io, s->n * sizeof *c->last, e);
	if (c->last == NULL) {
		spt_free(io, c);
		return -1;
	}
	c->encoder.ops = &ops;
	c->io = io;
	c->schema = s;
	c->tz = conf->tz;
	c->delimiter = delimiter;
	c->special[(unsigned char)delimiter] = true;
	c->special['"'] = c->special['\n'] = c->special['\r'] = true;
	*enc = &c->encoder;
	return 0;
}
