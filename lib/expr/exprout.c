/*
 * exprout - the conversions of mapout, by columns.
 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "base/time.h"
#include "expr/exact.h"
#include "expr/exprout.h"
#include "expr/mapout.h"

/* ---- computing ----------------------------------------------------------- */

static int
make_room(struct spt_exprout *o, struct spt_exprrun *r, struct spt_err *e)
{
	if (r->room <= o->room)
		return 0;
	o->room = 0;
	spt_free(r->io, o->ints);
	o->ints = spt_alloc(r->io, (size_t)r->room * sizeof *o->ints, e);
	if (o->ints == NULL)
		return -1;
	o->room = r->room;
	return 0;
}

static void
to_int(struct spt_exprout *o, struct spt_exprrun *r, int64_t i)
{
	double v = o->node->v.num[(size_t)i & o->node->v.mask];

	o->ints[i] = 0;
	if (spt_vec_null(&o->node->v, i))
		return;
	if (v == trunc(v) && fabs(v) <= (double)SPT_SAFE_INT)
		o->ints[i] = (int64_t)v;
	else
		spt_row_hard(r, i);
}

static void
to_time(struct spt_exprout *o, struct spt_exprrun *r, int64_t i)
{
	const struct spt_node *n = o->node;
	const char *p;
	size_t len;
	bool ok;

	o->ints[i] = 0;
	if (spt_vec_null(&n->v, i))
		return;
	if (o->how == SPT_OUT_TIME) {
		ok = spt_seconds_to_time(
		    n->v.num[(size_t)i & n->v.mask], &o->ints[i]);
	} else {
		p = spt_node_text(r, n, i, &len);
		ok = spt_time_parse(p, len, NULL, &o->ints[i]) == 1;
	}
	if (!ok)
		spt_row_hard(r, i);
}

int
spt_exprout_run(struct spt_exprout *o, struct spt_exprrun *r,
    const struct spt_rows *rows, struct spt_err *e)
{
	bool time = o->how == SPT_OUT_TIME || o->how == SPT_OUT_TIME_TEXT;

	if (o->node == NULL)
		return 0;
	if (spt_exprrun_node(r, o->node, rows, true, e) < 0)
		return -1;
	if (!time && o->how != SPT_OUT_INT)
		return 0;
	if (make_room(o, r, e) < 0)
		return -1;
	if (time)
		SPT_EACH(rows, i, to_time(o, r, i));
	else
		SPT_EACH(rows, i, to_int(o, r, i));
	return 0;
}

/* ---- one value ----------------------------------------------------------- */

/* Row i of what becomes text: a number, a bool, or an int of the input. */
static int
put_print(const struct spt_exprout *o, const struct spt_exprrun *r, int64_t i,
    struct spt_builder *to, size_t k, struct spt_buf *text, struct spt_err *e)
{
	const struct spt_node *n = o->node;
	char digits[SPT_NUMBER_TEXT];
	int rc;

	text->len = 0;
	if (n == NULL)
		rc = spt_buf_put(text, digits,
		    spt_int_print(digits, r->b->cols[o->col].ints[i]), e);
	else if (spt_node_kind(n) == SPT_KIND_BOOL)
		rc = spt_buf_puts(text,
		    n->v.bit[(size_t)i & n->v.mask] ? "true" : "false", e);
	else
		rc = spt_number_put(text, n->v.num[(size_t)i & n->v.mask], e);
	return rc < 0 ? -1
		      : spt_builder_str(
			    to, k, (const char *)text->data, text->len, e);
}

static int
put_one(const struct spt_exprout *o, const struct spt_exprrun *r, int64_t i,
    struct spt_builder *to, size_t k, struct spt_buf *text, struct spt_err *e)
{
	const struct spt_node *n = o->node;
	const char *p;
	size_t len;

	if (o->how == SPT_OUT_PASS)
		return spt_builder_cell(to, k, &r->b->cols[o->col], i, e);
	if (o->how == SPT_OUT_NULL ||
	    (n != NULL ? spt_vec_null(&n->v, i)
		       : spt_col_null(&r->b->cols[o->col], i)))
		return spt_builder_null(to, k, e);
	switch (o->how) {
	case SPT_OUT_FLOAT:
		return spt_builder_float(
		    to, k, n->v.num[(size_t)i & n->v.mask], e);
	case SPT_OUT_BOOL:
		return spt_builder_bool(
		    to, k, n->v.bit[(size_t)i & n->v.mask] != 0, e);
	case SPT_OUT_TEXT:
		p = spt_node_text(r, n, i, &len);
		return spt_builder_str(to, k, p, len, e);
	case SPT_OUT_PRINT:
		return put_print(o, r, i, to, k, text, e);
	default:
		return spt_builder_int(to, k, o->ints[i], e);
	}
}

/* ---- many values --------------------------------------------------------- */

/* 8-byte values without nulls. */
static int
put_words(const void *from, size_t mask, const struct spt_rows *rows,
    struct spt_colb *to, struct spt_err *e)
{
	const uint64_t *v = from;
	uint64_t *d;

	if (spt_buf_reserve(&to->values, (size_t)rows->n * 8, e) < 0)
		return -1;
	d = (uint64_t *)(void *)(to->values.data + to->values.len);
	if (rows->at == NULL)
		for (int64_t i = 0; i < rows->n; i++)
			d[i] = v[(size_t)i & mask];
	else
		for (int64_t i = 0; i < rows->n; i++)
			d[i] = v[(size_t)rows->at[i] & mask];
	to->values.len += (size_t)rows->n * 8;
	to->n += rows->n;
	return 0;
}

/* Texts of a column of the input, without nulls. */
static int
put_texts(const struct spt_col *c, const struct spt_rows *rows,
    struct spt_colb *to, struct spt_err *e)
{
	size_t total = 0;
	int32_t *d;

	SPT_EACH(rows, i, total += (size_t)(c->offsets[i + 1] - c->offsets[i]));
	if (total > INT32_MAX - to->bytes.len)
		return spt_fail(e, SPT_EDATA,
		    "more than 2 GiB of text in one column of a batch");
	if (spt_buf_reserve(&to->values, (size_t)rows->n * 4, e) < 0 ||
	    spt_buf_reserve(&to->bytes, total + 1, e) < 0)
		return -1;
	d = (int32_t *)(void *)(to->values.data + to->values.len);
	SPT_EACH(
	    rows, i,
	    const size_t n = (size_t)(c->offsets[i + 1] - c->offsets[i]);
	    memcpy(to->bytes.data + to->bytes.len, c->bytes + c->offsets[i], n);
	    to->bytes.len += n; *d++ = (int32_t)to->bytes.len);
	to->values.len += (size_t)rows->n * 4;
	to->n += rows->n;
	return 0;
}

const void *
spt_exprout_lend(const struct spt_exprout *o, const uint8_t **valid)
{
	const struct spt_node *n = o->node;

	if (n == NULL || n->v.mask == 0)
		return NULL;
	*valid = n->v.valid;
	switch (o->how) {
	case SPT_OUT_FLOAT:
		return n->v.num;
	case SPT_OUT_INT:
	case SPT_OUT_TIME:
	case SPT_OUT_TIME_TEXT:
		return o->ints;
	default:
		return NULL;
	}
}

int
spt_exprout_put(const struct spt_exprout *o, const struct spt_exprrun *r,
    const struct spt_rows *rows, struct spt_builder *to, size_t k,
    struct spt_buf *text, struct spt_err *e)
{
	struct spt_colb *d = &to->cols[k];
	const struct spt_col *c =
	    o->how == SPT_OUT_PASS ? &r->b->cols[o->col] : NULL;
	const uint8_t *valid = NULL;
	const void *words = NULL;
	int rc = 0;

	if (d->nulls == 0 && c != NULL && c->null_count == 0) {
		if (c->type == SPT_UTF8)
			return put_texts(c, rows, d, e);
		if (c->type != SPT_BOOL)
			return put_words(c->ints, SIZE_MAX, rows, d, e);
	}
	if (d->nulls == 0 && c == NULL)
		words = spt_exprout_lend(o, &valid);
	if (words != NULL && valid == NULL)
		return put_words(words, SIZE_MAX, rows, d, e);
	for (int64_t j = 0; rc == 0 && j < rows->n; j++)
		rc = put_one(
		    o, r, rows->at != NULL ? rows->at[j] : j, to, k, text, e);
	return rc;
}
