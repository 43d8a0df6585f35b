#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "score/badrows.h"

int
spt_badrows_schema(
    struct spt_emit *out, int side, const struct spt_io *io, struct spt_err *e)
{
	struct spt_schema s;
	int rc = -1;

	spt_schema_init(&s, io);
	if (spt_schema_add(&s, "epoch", SPT_INT64, e) == 0 &&
	    spt_schema_add(&s, "row", SPT_INT64, e) == 0 &&
	    spt_schema_add(&s, "column", SPT_UTF8, e) == 0 &&
	    spt_schema_add(&s, "reason", SPT_UTF8, e) == 0 &&
	    spt_schema_add(&s, "text", SPT_UTF8, e) == 0)
		rc = spt_emit_schema(out, side, &s, e);
	spt_schema_fini(&s);
	return rc;
}

static int
put_cell(
    struct spt_buf *b, const struct spt_col *c, int64_t i, struct spt_err *e)
{
	char text[SPT_TIME_TEXT];
	const char *p;
	size_t n;

	if (spt_col_null(c, i))
		return spt_buf_puts(b, "null", e);
	switch (c->type) {
	case SPT_BOOL:
		return spt_buf_puts(
		    b, spt_bit(c->bits, i) ? "true" : "false", e);
	case SPT_INT64:
		return spt_buf_printf(b, e, "%lld", (long long)c->ints[i]);
	case SPT_FLOAT64:
		return spt_json_put_float(b, c->floats[i], e);
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return spt_json_put_string(b, p, n, e);
	case SPT_TIMESTAMP:
		spt_time_print(text, c->ints[i], NULL);
		return spt_json_put_string(b, text, strlen(text), e);
	}
	return -1;
}

/* The row as an object of JSON. */
static int
put_row(struct spt_buf *text, const struct spt_schema *in,
    const struct spt_batch *b, int64_t i, struct spt_err *e)
{
	for (size_t k = 0; k < in->n; k++) {
		const char *name = in->fields[k].name;

		if (spt_buf_putc(text, k == 0 ? '{' : ',', e) < 0 ||
		    spt_json_put_string(text, name, strlen(name), e) < 0 ||
		    spt_buf_putc(text, ':', e) < 0 ||
		    put_cell(text, &b->cols[k], i, e) < 0)
			return -1;
	}
	return spt_buf_putc(text, '}', e);
}

static int
keep(const struct spt_schema *in, const struct spt_batch *b,
    const struct spt_score_bad *bad, int64_t row, struct spt_emit *out,
    int side, struct spt_err *e)
{
	struct spt_builder *to = spt_emit_builder(out, side);
	struct spt_buf text;
	int rc;

	spt_buf_init(&text, in->io);
	rc = put_row(&text, in, b, bad->row, e);
	if (rc == 0)
		rc = spt_builder_int(to, 0, spt_emit_epoch(out), e);
	if (rc == 0)
		rc = spt_builder_int(to, 1, row, e);
	if (rc == 0 && bad->column == NULL)
		rc = spt_builder_null(to, 2, e);
	else if (rc == 0)
		rc =
		    spt_builder_str(to, 2, bad->column, strlen(bad->column), e);
	if (rc == 0)
		rc =
		    spt_builder_str(to, 3, bad->reason, strlen(bad->reason), e);
	if (rc == 0)
		rc = spt_builder_str(
		    to, 4, (const char *)text.data, text.len, e);
	spt_buf_fini(&text);
	return rc < 0 ? -1 : spt_emit_row(out, side, e);
}

int
spt_badrows_tell(enum spt_bad_rows how, const struct spt_schema *in,
    const struct spt_batch *b, const struct spt_score_bad *bad, int64_t before,
    struct spt_emit *out, int side, struct spt_err *e)
{
	int64_t row = before + bad->row + 1;

	if (how == SPT_BAD_SKIP)
		return 0;
	if (how == SPT_BAD_KEEP)
		return keep(in, b, bad, row, out, side, e);
	return spt_fail(e, SPT_EDATA,
	    "epoch %lld, row %lld%s%s%s: %s (-b skip leaves such rows out, "
	    "-b FILE keeps them there)",
	    (long long)spt_emit_epoch(out), (long long)row,
	    bad->column != NULL ? ", column \"" : "",
	    bad->column != NULL ? bad->column : "",
	    bad->column != NULL ? "\"" : "", bad->reason);
}
