/*
 * exprtext - text from text and from numbers.
 *
 * Pieces of a text (ltrimstr, split) are places in the bytes of the operand;
 * what is new is appended to the bytes of the node.  A text that is too long
 * for them makes its row hard.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "expr/exprrun.h"

#define TEXT_MAX (1u << 30) /* bytes that a node makes for one batch */

const char *
spt_node_text(const struct spt_exprrun *r, const struct spt_node *n, int64_t i,
    size_t *len)
{
	size_t at = (size_t)i & n->v.mask;
	const struct spt_node *x = n;
	const char *bytes;

	*len = 0;
	if (spt_vec_null(&n->v, i))
		return "";
	while (x->op == SPT_NODE_LTRIM || x->op == SPT_NODE_RTRIM ||
	       x->op == SPT_NODE_SPLIT || x->op == SPT_NODE_SEQ)
		x = x->op == SPT_NODE_SEQ ? x->b : x->a;
	if (x->op == SPT_NODE_COL)
		bytes = r->b->cols[x->col].bytes;
	else if (x->op == SPT_NODE_CONST || x->op == SPT_NODE_TYPE)
		bytes = x->text;
	else
		bytes = (const char *)x->bytes.data;
	*len = (size_t)(n->v.end[at] - n->v.start[at]);
	return *len == 0 ? "" : bytes + n->v.start[at];
}

/* Row i gets n bytes, which the caller writes: NULL with *hard, or no memory.
 */
static char *
make(struct spt_exprrun *r, struct spt_node *n, int64_t i, size_t len,
    struct spt_err *e)
{
	size_t at = n->bytes.len;

	n->v.start[i] = n->v.end[i] = (int32_t)at;
	if (len > TEXT_MAX - at) {
		spt_row_hard(r, i);
		len = 0;
	}
	/* One more, so that there is an address even for nothing. */
	if (spt_buf_reserve(&n->bytes, len + 1, e) < 0)
		return NULL;
	n->bytes.len += len;
	n->v.end[i] = (int32_t)n->bytes.len;
	return (char *)n->bytes.data + at;
}

static int
put(struct spt_exprrun *r, struct spt_node *n, int64_t i, const char *p,
    size_t len, struct spt_err *e)
{
	char *to = make(r, n, i, len, e);

	if (to == NULL)
		return -1;
	if (n->v.end[i] != n->v.start[i])
		memcpy(to, p, len);
	return 0;
}

static int
concat(struct spt_exprrun *r, struct spt_node *n, int64_t i, struct spt_err *e)
{
	bool no_a = spt_vec_null(&n->a->v, i), no_b = spt_vec_null(&n->b->v, i);
	size_t na, nb;
	const char *a = spt_node_text(r, n->a, i, &na);
	const char *b = spt_node_text(r, n->b, i, &nb);
	char *to = make(r, n, i, na + nb, e);

	if (to == NULL)
		return -1;
	if (n->v.end[i] != n->v.start[i]) {
		memcpy(to, a, na);
		memcpy(to + na, b, nb);
	}
	if (n->own_valid != NULL)
		n->own_valid[i] = !(no_a && no_b);
	return 0;
}

static int
change_case(
    struct spt_exprrun *r, struct spt_node *n, int64_t i, struct spt_err *e)
{
	const char first = n->truth ? 'a' : 'A';
	size_t len;
	const char *p = spt_node_text(r, n->a, i, &len);
	char *to;

	if (spt_vec_null(&n->a->v, i))
		spt_row_hard(r, i);
	to = make(r, n, i, len, e);
	if (to == NULL)
		return -1;
	len = (size_t)(n->v.end[i] - n->v.start[i]);
	for (size_t k = 0; k < len; k++)
		to[k] =
		    (unsigned)(p[k] - first) < 26 ? (char)(p[k] ^ 0x20) : p[k];
	return 0;
}

/* Whole numbers below 10^15 and what has no exponent: there libjq and we
 * write the same digits. */
static int
print_number(struct spt_exprrun *r, struct spt_node *n, int64_t i, double v,
    struct spt_err *e)
{
	char text[SPT_NUMBER_TEXT];
	double size = fabs(v);
	size_t len = 0;

	if (size < 1e15 && v == floor(v) && !(v == 0 && signbit(v)))
		len = spt_int_print(text, (int64_t)v);
	else if (size < 1e15 && size >= 1e-3)
		len = spt_float_print(text, v);
	else
		spt_row_hard(r, i);
	return put(r, n, i, text, len, e);
}

static int
print(struct spt_exprrun *r, struct spt_node *n, int64_t i, struct spt_err *e)
{
	size_t at = (size_t)i & n->a->v.mask, len;
	const char *p;
	bool truth;

	if (spt_node_kind(n->a) == 0 || spt_vec_null(&n->a->v, i))
		return put(r, n, i, "null", 4, e);
	switch (spt_node_kind(n->a)) {
	case SPT_KIND_NUMBER:
		return print_number(r, n, i, n->a->v.num[at], e);
	case SPT_KIND_BOOL:
		truth = n->a->v.bit[at] != 0;
		return put(r, n, i, truth ? "true" : "false", truth ? 4 : 5, e);
	default:
		p = spt_node_text(r, n->a, i, &len);
		return put(r, n, i, p, len, e);
	}
}

int
spt_kernel_text(struct spt_exprrun *r, struct spt_node *n,
    const struct spt_rows *rows, struct spt_err *e)
{
	int rc = 0;

	n->v.start = n->own;
	n->v.end = n->v.start + n->room;
	n->v.valid = n->own_valid;
	for (int64_t k = 0; rc == 0 && k < rows->n; k++) {
		int64_t i = rows->at != NULL ? rows->at[k] : k;

		if (n->op == SPT_NODE_CONCAT)
			rc = concat(r, n, i, e);
		else if (n->op == SPT_NODE_CASE)
			rc = change_case(r, n, i, e);
		else
			rc = print(r, n, i, e);
	}
	return rc;
}

int
spt_kernel_take(struct spt_exprrun *r, struct spt_node *n,
    const struct spt_node *x, const struct spt_rows *rows, struct spt_err *e)
{
	const size_t m = x->v.mask;
	const char *p;
	size_t len;
	int rc = 0;

	if (n->own_valid != NULL)
		SPT_EACH(rows, i,
		    n->own_valid[i] =
			spt_node_kind(x) != 0 && !spt_vec_null(&x->v, i));
	if (spt_node_kind(x) == 0 || rows->n == 0)
		return 0;
	switch (spt_node_kind(n)) {
	case SPT_KIND_NUMBER:
		SPT_EACH(rows, i, n->v.num[i] = x->v.num[(size_t)i & m]);
		break;
	case SPT_KIND_BOOL:
		SPT_EACH(rows, i, n->v.bit[i] = x->v.bit[(size_t)i & m]);
		break;
	case SPT_KIND_TEXT:
		SPT_EACH(rows, i, p = spt_node_text(r, x, i, &len);
			 if (rc == 0) rc = put(r, n, i, p, len, e));
		break;
	}
	return rc;
}
