/*
 * jv_cell - an object is made by copying one that has all the keys: libjq then
 * finds every slot in its place and never grows the object.
 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "expr/jv_cell.h"

/* ---- rows as objects --------------------------------------------------- */

int
spt_rowjv_init(struct spt_rowjv *r, const struct spt_io *io,
    const struct spt_schema *s, struct spt_err *e)
{
	memset(r, 0, sizeof *r);
	r->blank = jv_invalid();
	r->io = io;
	r->keys = spt_alloc(io, s->n * sizeof *r->keys, e);
	if (r->keys == NULL)
		return -1;
	r->blank = jv_object();
	for (; r->n < s->n; r->n++) {
		r->keys[r->n] = jv_string(s->fields[r->n].name);
		r->blank =
		    jv_object_set(r->blank, jv_copy(r->keys[r->n]), jv_null());
	}
	return 0;
}

void
spt_rowjv_fini(struct spt_rowjv *r)
{
	if (r->io == NULL)
		return;
	for (size_t k = 0; k < r->n; k++)
		jv_free(r->keys[k]);
	spt_free(r->io, r->keys);
	jv_free(r->blank);
	memset(r, 0, sizeof *r);
}

static jv
make_int(int64_t v, bool twin)
{
	char text[SPT_NUMBER_TEXT];

	if (!twin || !spt_int_big(v))
		return jv_number((double)v);
	return jv_string_sized(text, (int)spt_int_print(text, v));
}

/* The value of a cell that is not null. */
static jv
make_cell(const struct spt_col *c, int64_t i, bool twin)
{
	const char *p;
	size_t n;

	switch (c->type) {
	case SPT_BOOL:
		return jv_bool(spt_bit(c->bits, i));
	case SPT_INT64:
		return make_int(c->ints[i], twin);
	case SPT_FLOAT64:
		return jv_number(c->floats[i]);
	case SPT_TIMESTAMP:
		return jv_number((double)c->ints[i] / 1e6);
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return jv_string_sized(p, (int)n);
	}
	return jv_null();
}

jv
spt_rowjv_make(
    const struct spt_rowjv *r, const struct spt_batch *b, int64_t i, bool twin)
{
	jv row = jv_copy(r->blank);

	for (size_t k = 0; k < r->n; k++)
		if (!spt_col_null(&b->cols[k], i))
			row = jv_object_set(row, jv_copy(r->keys[k]),
			    make_cell(&b->cols[k], i, twin));
	return row;
}

static bool
same_text(const struct spt_col *c, int64_t i, jv v)
{
	size_t n;
	const char *p = spt_col_str(c, i, &n);

	return n == (size_t)jv_string_length_bytes(jv_copy(v)) &&
	       memcmp(p, jv_string_value(v), n) == 0;
}

static bool
same_number(double a, double b)
{
	return a == b || (isnan(a) && isnan(b));
}

bool
spt_cell_is(const struct spt_col *c, int64_t i, struct spt_result r)
{
	jv_kind kind = jv_get_kind(r.v);
	bool number = kind == JV_KIND_NUMBER;
	int64_t v;

	if (spt_col_null(c, i) || kind == JV_KIND_NULL)
		return spt_col_null(c, i) && kind == JV_KIND_NULL;
	switch (c->type) {
	case SPT_BOOL:
		return kind ==
		       (spt_bit(c->bits, i) ? JV_KIND_TRUE : JV_KIND_FALSE);
	case SPT_INT64:
		if (spt_int_big(c->ints[i]))
			return spt_exact_int(r.v, r.twin, &v) &&
			       v == c->ints[i];
		return number && (double)c->ints[i] == jv_number_value(r.v);
	case SPT_FLOAT64:
		return number &&
		       same_number(c->floats[i], jv_number_value(r.v));
	case SPT_TIMESTAMP:
		return number &&
		       (double)c->ints[i] / 1e6 == jv_number_value(r.v);
	case SPT_UTF8:
		return kind == JV_KIND_STRING && same_text(c, i, r.v);
	}
	return false;
}

/* ---- parts of results -------------------------------------------------- */

struct spt_result
spt_result_get(struct spt_result r, jv key)
{
	struct spt_result part = { .twin = jv_invalid() };

	part.v = jv_object_get(jv_copy(r.v), jv_copy(key));
	if (jv_get_kind(r.twin) == JV_KIND_OBJECT)
		part.twin = jv_object_get(jv_copy(r.twin), jv_copy(key));
	return part;
}

void
spt_result_free(struct spt_result r)
{
	jv_free(r.v);
	jv_free(r.twin);
}

/* ---- JSON text --------------------------------------------------------- */

static int
put_number(struct spt_buf *out, struct spt_result r, struct spt_err *e)
{
	char text[SPT_NUMBER_TEXT];
	int64_t i;

	if (spt_exact_int(r.v, r.twin, &i))
		return spt_buf_put(out, text, spt_int_print(text, i), e);
	return spt_number_put(out, jv_number_value(r.v), e);
}

static int
put_string(struct spt_buf *out, jv v, struct spt_err *e)
{
	return spt_json_put_string(out, jv_string_value(v),
	    (size_t)jv_string_length_bytes(jv_copy(v)), e);
}

static int put_any(
    struct spt_buf *out, struct spt_result r, int depth, struct spt_err *e);

static int
put_array(
    struct spt_buf *out, struct spt_result r, int depth, struct spt_err *e)
{
	int n = jv_array_length(jv_copy(r.v)), rc = spt_buf_putc(out, '[', e);

	for (int k = 0; rc == 0 && k < n; k++) {
		struct spt_result part = { .twin = jv_invalid() };

		if (k != 0)
			rc = spt_buf_putc(out, ',', e);
		part.v = jv_array_get(jv_copy(r.v), k);
		if (jv_get_kind(r.twin) == JV_KIND_ARRAY)
			part.twin = jv_array_get(jv_copy(r.twin), k);
		if (rc == 0)
			rc = put_any(out, part, depth, e);
		spt_result_free(part);
	}
	return rc < 0 ? -1 : spt_buf_putc(out, ']', e);
}

static int
put_object(
    struct spt_buf *out, struct spt_result r, int depth, struct spt_err *e)
{
	int rc = spt_buf_putc(out, '{', e);
	bool first = true;

	for (int it = jv_object_iter(r.v);
	     rc == 0 && jv_object_iter_valid(r.v, it);
	     it = jv_object_iter_next(r.v, it)) {
		jv key = jv_object_iter_key(r.v, it);
		struct spt_result part = spt_result_get(r, key);

		if (!first)
			rc = spt_buf_putc(out, ',', e);
		first = false;
		if (rc == 0 && put_string(out, key, e) == 0 &&
		    spt_buf_putc(out, ':', e) == 0)
			rc = put_any(out, part, depth, e);
		else
			rc = -1;
		jv_free(key);
		spt_result_free(part);
	}
	return rc < 0 ? -1 : spt_buf_putc(out, '}', e);
}

static int
put_any(struct spt_buf *out, struct spt_result r, int depth, struct spt_err *e)
{
	if (depth > SPT_JSON_DEPTH)
		return spt_fail(e, SPT_EDATA,
		    "a result is nested deeper than %d", SPT_JSON_DEPTH);
	switch (jv_get_kind(r.v)) {
	case JV_KIND_TRUE:
		return spt_buf_puts(out, "true", e);
	case JV_KIND_FALSE:
		return spt_buf_puts(out, "false", e);
	case JV_KIND_NUMBER:
		return put_number(out, r, e);
	case JV_KIND_STRING:
		return put_string(out, r.v, e);
	case JV_KIND_ARRAY:
		return put_array(out, r, depth + 1, e);
	case JV_KIND_OBJECT:
		return put_object(out, r, depth + 1, e);
	default:
		return spt_buf_puts(out, "null", e);
	}
}

int
spt_result_put_json(struct spt_buf *out, struct spt_result r, struct spt_err *e)
{
	return put_any(out, r, 0, e);
}

static int
put_cell(
    struct spt_buf *out, const struct spt_col *c, int64_t i, struct spt_err *e)
{
	char text[SPT_TIME_TEXT];
	const char *p;
	size_t n;

	if (spt_col_null(c, i))
		return spt_buf_puts(out, "null", e);
	switch (c->type) {
	case SPT_BOOL:
		return spt_buf_puts(
		    out, spt_bit(c->bits, i) ? "true" : "false", e);
	case SPT_FLOAT64:
		return spt_json_put_float(out, c->floats[i], e);
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return spt_json_put_string(out, p, n, e);
	case SPT_TIMESTAMP:
		n = spt_time_print(text, c->ints[i], NULL);
		return spt_json_put_string(out, text, n, e);
	case SPT_INT64:
		n = spt_int_print(text, c->ints[i]);
		return spt_buf_put(out, text, n, e);
	}
	return 0;
}

int
spt_row_put_json(struct spt_buf *out, const struct spt_schema *s,
    const struct spt_batch *b, int64_t i, struct spt_err *e)
{
	for (size_t k = 0; k < b->n; k++) {
		const char *name = s->fields[k].name;

		if (spt_buf_putc(out, k == 0 ? '{' : ',', e) < 0 ||
		    spt_json_put_string(out, name, strlen(name), e) < 0 ||
		    spt_buf_putc(out, ':', e) < 0 ||
		    put_cell(out, &b->cols[k], i, e) < 0)
			return -1;
	}
	return spt_buf_puts(out, b->n == 0 ? "{}" : "}", e);
}
