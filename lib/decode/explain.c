/*
 * explain - why a cell does not fit its column, and which -s would let it in.
 * Only bad records come here, so it may take its time.
 */
#include "base/digits.h"
#include "base/number.h"
#include "base/utf8.h"
#include "decode/convert.h"
#include "decode/schema_text.h"

#define SHOWN 60 /* bytes of the cell that the reason quotes */

static const char *
expected(const struct spt_coltype *t)
{
	switch (t->type) {
	case SPT_BOOL:
		return "a bool";
	case SPT_INT64:
		return "an int";
	case SPT_FLOAT64:
		return "a float";
	case SPT_TIMESTAMP:
		return "a timestamp";
	default:
		return "a string";
	}
}

/* A number where times are text: count of what?  Seconds, or milliseconds when
 * seconds would be a thousand years off. */
static const char *
epoch_form(const struct spt_coltype *t, const struct spt_cell *c)
{
	double v;

	if (t->type != SPT_TIMESTAMP || t->form == SPT_FORM_EPOCH ||
	    (c->kind != SPT_CELL_NUMBER && c->kind != SPT_CELL_TEXT) ||
	    spt_float_parse(c->p, c->n, &v) == 0)
		return NULL;
	if (v < 0)
		v = -v;
	return v < 3e10   ? "timestamp(s)"
	       : v < 3e13 ? "timestamp(ms)"
	       : v < 3e16 ? "timestamp(us)"
			  : "timestamp(ns)";
}

static const char *
remedy_type(const struct spt_coltype *t, const struct spt_cell *c)
{
	const char *form = epoch_form(t, c);
	double v;

	if (form != NULL)
		return form;
	if (t->type == SPT_INT64 &&
	    (c->kind == SPT_CELL_TEXT || c->kind == SPT_CELL_NUMBER) &&
	    spt_float_parse(c->p, c->n, &v) == 1)
		return "float";
	return "string";
}

/* The cell as the message shows it: in quotes, valid, not too long. */
static int
put_cell(struct spt_buf *out, const struct spt_cell *c, struct spt_err *e)
{
	const char *quote = c->kind == SPT_CELL_TEXT ? "\"" : "";
	const char *p = c->p;
	size_t n = c->n;

	if (c->kind == SPT_CELL_TRUE || c->kind == SPT_CELL_FALSE)
		return spt_buf_puts(
		    out, c->kind == SPT_CELL_TRUE ? "true" : "false", e);
	if (n > SHOWN) {
		n = SHOWN;
		while (n > SHOWN - 4 && ((uint8_t)p[n] & 0xc0) == 0x80)
			n--;
	}
	if (spt_buf_puts(out, quote, e) < 0 ||
	    spt_utf8_repair(out, (const uint8_t *)p, n, e) < 0 ||
	    spt_buf_puts(out, n < c->n ? "..." : "", e) < 0)
		return -1;
	return spt_buf_puts(out, quote, e);
}

/* Appends -s 'NAME TYPE' as a shell wants it. */
static int
put_remedy(struct spt_buf *out, const char *column, const char *type,
    const struct spt_io *io, struct spt_err *e)
{
	struct spt_buf spec;
	int rc = -1;

	spt_buf_init(&spec, io);
	if (spt_schema_text_put_name(&spec, column, e) < 0 ||
	    spt_buf_printf(&spec, e, " %s", type) < 0 ||
	    spt_buf_puts(out, "-s '", e) < 0)
		goto done;
	for (size_t i = 0; i < spec.len; i++) {
		char c = (char)spec.data[i];

		if ((c == '\'' ? spt_buf_puts(out, "'\\''", e)
			       : spt_buf_putc(out, c, e)) < 0)
			goto done;
	}
	rc = spt_buf_putc(out, '\'', e);
done:
	spt_buf_fini(&spec);
	return rc;
}

int
spt_convert_explain(const struct spt_coltype *t, const struct spt_cell *c,
    const char *column, struct spt_buf *reason, struct spt_buf *remedy,
    struct spt_err *e)
{
	int rc;

	if (epoch_form(t, c) != NULL)
		rc = spt_buf_puts(reason, "a number is no timestamp: ", e);
	else
		rc = spt_buf_printf(reason, e, "not %s: ", expected(t));
	if (rc < 0 || put_cell(reason, c, e) < 0 ||
	    spt_buf_str(reason, e) == NULL)
		return -1;
	/* NUL bytes of the cell would end the text too early. */
	for (size_t i = 0; i < reason->len; i++)
		if (reason->data[i] == '\0')
			reason->data[i] = ' ';
	if (put_remedy(remedy, column, remedy_type(t, c), remedy->io, e) < 0)
		return -1;
	return spt_buf_str(remedy, e) == NULL ? -1 : 0;
}
