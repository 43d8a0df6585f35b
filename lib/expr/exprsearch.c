/*
 * exprsearch - looks into texts: lengths, prefixes, pieces, numbers.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "expr/exprrun.h"

static double
length(const struct spt_exprrun *r, const struct spt_node *x, int64_t i)
{
	double count = 0;
	const char *p;
	size_t len;

	if (spt_node_kind(x) == 0 || spt_vec_null(&x->v, i))
		return 0;
	if (spt_node_kind(x) == SPT_KIND_NUMBER)
		return fabs(x->v.num[(size_t)i & x->v.mask]);
	p = spt_node_text(r, x, i, &len);
	for (size_t k = 0; k < len; k++)
		count += (p[k] & 0xc0) != 0x80;
	return count;
}

/* Numbers as JSON writes them; libjq takes more. */
static double
to_number(struct spt_exprrun *r, const struct spt_node *x, int64_t i)
{
	bool is_int;
	int64_t whole;
	double v = 0;
	size_t len;
	const char *p;

	if (spt_vec_null(&x->v, i)) {
		spt_row_hard(r, i);
		return 0;
	}
	if (spt_node_kind(x) == SPT_KIND_NUMBER)
		return x->v.num[(size_t)i & x->v.mask];
	p = spt_node_text(r, x, i, &len);
	if (spt_json_number_parse(p, len, &is_int, &whole, &v) != 1 ||
	    !isfinite(v)) {
		spt_row_hard(r, i);
		return 0;
	}
	return v;
}

/* strstr, as jq's contains has it, sees a text up to its first NUL. */
static bool
has(const struct spt_node *n, const char *p, size_t len)
{
	if (!n->truth)
		len = strnlen(p, len);
	return memmem(p, len, n->text, n->n) != NULL;
}

static bool
edge(struct spt_exprrun *r, const struct spt_node *n, int64_t i)
{
	size_t na, nb;
	const char *a = spt_node_text(r, n->a, i, &na);
	const char *b = spt_node_text(r, n->b, i, &nb);

	if (spt_vec_null(&n->a->v, i) || spt_vec_null(&n->b->v, i))
		spt_row_hard(r, i);
	if (nb > na)
		return false;
	return memcmp(n->op == SPT_NODE_ENDS ? a + na - nb : a, b, nb) == 0;
}

static void
trim(const struct spt_exprrun *r, struct spt_node *n, int64_t i)
{
	size_t at = (size_t)i & n->a->v.mask, len;
	const char *p = spt_node_text(r, n->a, i, &len);
	bool left = n->op == SPT_NODE_LTRIM;
	bool is = !spt_vec_null(&n->a->v, i);

	if (n->own_valid != NULL)
		n->own_valid[i] = is;
	n->v.start[i] = is ? n->a->v.start[at] : 0;
	n->v.end[i] = is ? n->a->v.end[at] : 0;
	if (len < n->n || memcmp(left ? p : p + len - n->n, n->text, n->n) != 0)
		return;
	if (left)
		n->v.start[i] += (int32_t)n->n;
	else
		n->v.end[i] -= (int32_t)n->n;
}

/* Piece number k of the text, counted from 0; "" has none. */
static void
split(struct spt_exprrun *r, struct spt_node *n, int64_t i)
{
	int32_t start = 0;
	size_t len;
	const char *p = spt_node_text(r, n->a, i, &len), *q, *end = p + len;
	const char *from = p;
	bool is = len != 0;

	if (spt_vec_null(&n->a->v, i))
		spt_row_hard(r, i);
	else
		start = n->a->v.start[(size_t)i & n->a->v.mask];
	for (double k = n->number; is && k > 0; k--) {
		q = memmem(from, (size_t)(end - from), n->text, n->n);
		is = q != NULL;
		from = is ? q + n->n : end;
	}
	q = is ? memmem(from, (size_t)(end - from), n->text, n->n) : from;
	n->own_valid[i] = is;
	n->v.start[i] = start + (int32_t)(from - p);
	n->v.end[i] = start + (int32_t)((q != NULL ? q : end) - p);
}

static void
name_type(struct spt_node *n, int64_t i)
{
	/* "null", then the name of the kind that is not. */
	bool null = spt_node_kind(n->a) == 0 || spt_vec_null(&n->a->v, i);

	n->v.start[i] = null ? 0 : 4;
	n->v.end[i] = null ? 4 : (int32_t)n->n;
}

static void
start_type(struct spt_node *n)
{
	switch (spt_node_kind(n->a)) {
	case SPT_KIND_NUMBER:
		n->text = "nullnumber";
		break;
	case SPT_KIND_BOOL:
		n->text = "nullboolean";
		break;
	default:
		n->text = "nullstring";
	}
	n->n = strlen(n->text);
}

void
spt_kernel_search(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows)
{
	const char *p;
	size_t len;

	n->v.num = n->own;
	n->v.valid = n->own_valid;
	if (spt_node_kind(n) == SPT_KIND_TEXT)
		n->v.end = n->v.start + n->room;
	switch (n->op) {
	case SPT_NODE_LENGTH:
		SPT_EACH(rows, i, n->v.num[i] = length(r, n->a, i));
		break;
	case SPT_NODE_TONUMBER:
		SPT_EACH(rows, i, n->v.num[i] = to_number(r, n->a, i));
		break;
	case SPT_NODE_CONTAINS:
		SPT_EACH(rows, i, p = spt_node_text(r, n->a, i, &len);
			 if (spt_vec_null(&n->a->v, i)) spt_row_hard(r, i);
			 n->v.bit[i] = has(n, p, len));
		break;
	case SPT_NODE_STARTS:
	case SPT_NODE_ENDS:
		SPT_EACH(rows, i, n->v.bit[i] = edge(r, n, i));
		break;
	case SPT_NODE_SPLIT:
		SPT_EACH(rows, i, split(r, n, i));
		break;
	case SPT_NODE_TYPE:
		start_type(n);
		SPT_EACH(rows, i, name_type(n, i));
		break;
	default:
		SPT_EACH(rows, i, trim(r, n, i));
	}
}
