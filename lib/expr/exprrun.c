/*
 * exprrun - the order of work.  An operand that is needed for some rows only
 * (the sides of if, and, or, //) is computed for those rows, as jq does, so
 * that its errors count where they must.  A node that was computed for all
 * rows that are left is not computed again in this batch.
 */
#include "expr/exprrun.h"

void
spt_exprrun_init(struct spt_exprrun *r, const struct spt_bind *b)
{
	memset(r, 0, sizeof *r);
	r->io = b->arena->io;
	r->nodes = b->nodes;
	r->n_nodes = b->n_nodes;
	r->steps = b->steps;
}

void
spt_exprrun_fini(struct spt_exprrun *r)
{
	if (r->io == NULL)
		return;
	for (size_t k = 0; k < r->n_nodes; k++) {
		struct spt_node *n = r->nodes[k];

		spt_free(r->io, n->own);
		spt_free(r->io, n->own_valid);
		spt_free(r->io, n->own_at);
		spt_buf_fini(&n->bytes);
	}
	spt_free(r->io, r->hard);
	spt_free(r->io, r->at);
	memset(r, 0, sizeof *r);
}

static bool
chooses(const struct spt_node *n)
{
	return n->op == SPT_NODE_IF || n->op == SPT_NODE_AND ||
	       n->op == SPT_NODE_OR || n->op == SPT_NODE_ALT;
}

/* Room for the values of n at so many rows. */
static int
make_room(
    struct spt_exprrun *r, struct spt_node *n, int64_t rows, struct spt_err *e)
{
	size_t each = spt_node_kind(n) == SPT_KIND_BOOL ? 1 : 8;

	if (n->op == SPT_NODE_CONST || n->op == SPT_NODE_NOW)
		rows = 1;
	if (rows <= n->room)
		return 0;
	n->room = 0;
	spt_free(r->io, n->own);
	spt_free(r->io, n->own_valid);
	spt_free(r->io, n->own_at);
	n->own = n->own_valid = NULL;
	n->own_at = NULL;
	n->own = spt_alloc(r->io, (size_t)rows * each, e);
	if (n->own == NULL)
		return -1;
	if (spt_node_nulls(n)) {
		n->own_valid = spt_alloc(r->io, (size_t)rows, e);
		if (n->own_valid == NULL)
			return -1;
	}
	if (chooses(n)) {
		n->own_at = spt_alloc(r->io, (size_t)rows * 8, e);
		if (n->own_at == NULL)
			return -1;
	}
	n->room = rows;
	return 0;
}

int
spt_exprrun_begin(
    struct spt_exprrun *r, const struct spt_batch *b, struct spt_err *e)
{
	int64_t rows = b->rows > 64 ? b->rows : 64;

	r->b = b;
	if (rows > r->room) {
		spt_free(r->io, r->hard);
		spt_free(r->io, r->at);
		r->room = 0;
		r->at = NULL;
		r->hard = spt_alloc(r->io, (size_t)rows, e);
		if (r->hard != NULL)
			r->at = spt_alloc(r->io, (size_t)rows * 4, e);
		if (r->at == NULL)
			return -1;
		r->room = rows;
	}
	memset(r->hard, 0, (size_t)b->rows);
	r->any_hard = false;
	for (size_t k = 0; k < r->n_nodes; k++) {
		r->nodes[k]->done = false;
		r->nodes[k]->bytes.len = 0;
		/* A column of the input may never be asked for. */
		if (r->nodes[k]->op != SPT_NODE_COL &&
		    make_room(r, r->nodes[k], rows, e) < 0)
			return -1;
	}
	return 0;
}

/* The rows for which x is true, and the others. */
static void
part(const struct spt_node *x, const struct spt_rows *rows, int32_t *at,
    int64_t room, struct spt_rows *yes, struct spt_rows *no)
{
	int32_t *other = at + room;

	yes->at = at;
	no->at = other;
	yes->n = no->n = 0;
	SPT_EACH(rows, i, const bool truth = spt_node_true(x, i);
		 at[yes->n] = (int32_t)i; yes->n += truth;
		 other[no->n] = (int32_t)i; no->n += !truth);
}

static int
run_if(struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows,
    struct spt_err *e)
{
	struct spt_rows yes, no;

	part(n->a, rows, n->own_at, n->room, &yes, &no);
	if (spt_exprrun_node(r, n->b, &yes, false, e) < 0 ||
	    spt_exprrun_node(r, n->c, &no, false, e) < 0 ||
	    spt_kernel_take(r, n, n->b, &yes, e) < 0)
		return -1;
	return spt_kernel_take(r, n, n->c, &no, e);
}

static int
run_alt(struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows,
    struct spt_err *e)
{
	struct spt_rows yes, no;

	part(n->a, rows, n->own_at, n->room, &yes, &no);
	if (spt_exprrun_node(r, n->b, &no, false, e) < 0 ||
	    spt_kernel_take(r, n, n->a, &yes, e) < 0)
		return -1;
	return spt_kernel_take(r, n, n->b, &no, e);
}

static int
run_logic(struct spt_exprrun *r, struct spt_node *n,
    const struct spt_rows *rows, struct spt_err *e)
{
	bool is_and = n->op == SPT_NODE_AND;
	struct spt_rows yes, no, *open;
	uint8_t *to = n->v.bit;

	part(n->a, rows, n->own_at, n->room, &yes, &no);
	open = is_and ? &yes : &no;
	if (spt_exprrun_node(r, n->b, open, false, e) < 0)
		return -1;
	SPT_EACH(rows, i, to[i] = !is_and);
	SPT_EACH(open, i, to[i] = spt_node_true(n->b, i));
	return 0;
}

/* Operands are computed, but those that only some rows need. */
static int
run_op(struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows,
    struct spt_err *e)
{
	n->v.valid = n->own_valid;
	switch (n->op) {
	case SPT_NODE_ARITH:
		spt_kernel_arith(r, n, rows);
		return 0;
	case SPT_NODE_NEG:
	case SPT_NODE_MATH:
		spt_kernel_unary(r, n, rows);
		return 0;
	case SPT_NODE_COMPARE:
		spt_kernel_compare(r, n, rows);
		return 0;
	case SPT_NODE_AND:
	case SPT_NODE_OR:
		n->v.bit = n->own;
		return run_logic(r, n, rows, e);
	case SPT_NODE_NOT:
		n->v.bit = n->own;
		SPT_EACH(rows, i, n->v.bit[i] = !spt_node_true(n->a, i));
		return 0;
	case SPT_NODE_IF:
	case SPT_NODE_ALT:
		n->v.num = n->own;
		if (spt_node_kind(n) == SPT_KIND_TEXT)
			n->v.end = n->v.start + n->room;
		return n->op == SPT_NODE_IF ? run_if(r, n, rows, e)
					    : run_alt(r, n, rows, e);
	case SPT_NODE_SEQ:
		n->v = n->b->v;
		return 0;
	case SPT_NODE_FAIL:
		SPT_EACH(rows, i, spt_row_hard(r, i));
		return 0;
	case SPT_NODE_CONCAT:
	case SPT_NODE_CASE:
	case SPT_NODE_TOSTRING:
		return spt_kernel_text(r, n, rows, e);
	default:
		spt_kernel_search(r, n, rows);
		return 0;
	}
}

int
spt_exprrun_node(struct spt_exprrun *r, struct spt_node *n,
    const struct spt_rows *rows, bool all, struct spt_err *e)
{
	if (n->done || rows->n == 0)
		return 0;
	if (n->op == SPT_NODE_COL) {
		if (make_room(r, n, r->b->rows, e) < 0)
			return -1;
		spt_kernel_col(r, n);
		return 0;
	}
	if (n->op == SPT_NODE_CONST || n->op == SPT_NODE_NOW) {
		spt_kernel_const(n, r->now);
		return 0;
	}
	if (n->a != NULL && spt_exprrun_node(r, n->a, rows, all, e) < 0)
		return -1;
	if (n->b != NULL && !chooses(n) &&
	    spt_exprrun_node(r, n->b, rows, all, e) < 0)
		return -1;
	if (run_op(r, n, rows, e) < 0)
		return -1;
	n->done = all;
	return 0;
}

/* Keeps the rows for which the node is true and that are not hard. */
static void
filter(struct spt_exprrun *r, const struct spt_node *n, struct spt_rows *left)
{
	int64_t kept = 0;

	SPT_EACH(left, i, r->at[kept] = (int32_t)i;
		 kept += spt_node_true(n, i) && r->hard[i] == 0);
	if (kept != left->n)
		left->at = r->at;
	left->n = kept;
}

int
spt_exprrun_steps(
    struct spt_exprrun *r, struct spt_rows *left, struct spt_err *e)
{
	for (const struct spt_step *s = r->steps; s != NULL; s = s->next) {
		if (spt_exprrun_node(r, s->node, left, true, e) < 0)
			return -1;
		if (s->filter)
			filter(r, s->node, left);
	}
	return 0;
}
