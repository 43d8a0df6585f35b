/*
 * exprrun - computes the nodes of a compiled program for batches of rows.
 * Not installed.
 */
#ifndef SPT_EXPRRUN_H
#define SPT_EXPRRUN_H

#include "expr/exprnode.h"

#define SPT_EXPR_ROWS SPT_BATCH_ROWS /* the most at a time */

/* Rows of the batch at hand, in their order. */
struct spt_rows {
	const int32_t *at; /* n numbers of rows; NULL: the rows 0..n-1 */
	int64_t n;
};

struct spt_exprrun {
	const struct spt_io *io;
	struct spt_node **nodes;
	size_t n_nodes;
	const struct spt_step *steps;
	const struct spt_batch *b;
	double now;    /* seconds */
	uint8_t *hard; /* by row: libjq must do it */
	bool any_hard;
	int32_t *at; /* the rows that are left, where not all are */
	int64_t room;
};

void spt_exprrun_init(struct spt_exprrun *r, const struct spt_bind *b);
void spt_exprrun_fini(struct spt_exprrun *r);

/* Starts a batch (on loan until the next), of at most SPT_EXPR_ROWS rows. */
SPT_MUST int spt_exprrun_begin(
    struct spt_exprrun *r, const struct spt_batch *b, struct spt_err *e);
/* The steps.  *left are the rows to begin with (all, or a list in r->at), then
 * those that passed all filters; hard ones may still be among them. */
SPT_MUST int spt_exprrun_steps(
    struct spt_exprrun *r, struct spt_rows *left, struct spt_err *e);
/* Computes n for these rows; all: they are all that are left, so that no other
 * row will be asked for in this batch. */
SPT_MUST int spt_exprrun_node(struct spt_exprrun *r, struct spt_node *n,
    const struct spt_rows *rows, bool all, struct spt_err *e);

/* The text of a node at the row; null rows have none. */
const char *spt_node_text(const struct spt_exprrun *r, const struct spt_node *n,
    int64_t i, size_t *len);

/* ---- kernels: operands are computed ---------------------------------------
 */

/* exprcol.c */
void spt_kernel_col(struct spt_exprrun *r, struct spt_node *n);
void spt_kernel_const(struct spt_node *n, double now);
/* exprnum.c */
void spt_kernel_arith(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows);
void spt_kernel_unary(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows);
/* exprcompare.c */
void spt_kernel_compare(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows);
/* exprtext.c: -1 no memory */
SPT_MUST int spt_kernel_text(struct spt_exprrun *r, struct spt_node *n,
    const struct spt_rows *rows, struct spt_err *e);
/* exprsearch.c */
void spt_kernel_search(
    struct spt_exprrun *r, struct spt_node *n, const struct spt_rows *rows);
/* exprchoose.c: a value of x at row i becomes that of n. */
SPT_MUST int spt_kernel_take(struct spt_exprrun *r, struct spt_node *n,
    const struct spt_node *x, const struct spt_rows *rows, struct spt_err *e);

static inline bool
spt_vec_null(const struct spt_vec *v, int64_t i)
{
	return v->valid != NULL && v->valid[(size_t)i & v->mask] == 0;
}

static inline void
spt_row_hard(struct spt_exprrun *r, int64_t i)
{
	r->hard[i] = 1;
	r->any_hard = true;
}

/* Is the value true: neither null nor false? */
static inline bool
spt_node_true(const struct spt_node *n, int64_t i)
{
	if (spt_node_kind(n) == 0 || spt_vec_null(&n->v, i))
		return false;
	return spt_node_kind(n) != SPT_KIND_BOOL ||
	       n->v.bit[(size_t)i & n->v.mask] != 0;
}

/* For every row i of rows: body, with loops that can be vectorised. */
#define SPT_EACH(rows, i, body)                                      \
	do {                                                         \
		if ((rows)->at == NULL) {                            \
			for (int64_t i = 0; i < (rows)->n; i++) {    \
				body;                                \
			}                                            \
		} else {                                             \
			for (int64_t k_ = 0; k_ < (rows)->n; k_++) { \
				int64_t i = (rows)->at[k_];          \
				body;                                \
			}                                            \
		}                                                    \
	} while (0)

#endif
