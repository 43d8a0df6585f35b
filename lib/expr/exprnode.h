/*
 * exprnode - a compiled program: what is computed, as nodes over the columns
 * of the input, and in which order.  Not installed.
 *
 * A node has one kind of value besides null, known before any row comes: that
 * is what makes it a column.  What a node cannot compute exactly as libjq
 * would, an error included, makes the row hard: libjq does such a row.  So a
 * node never needs to be right about everything, only to know when it is not.
 */
#ifndef SPT_EXPRNODE_H
#define SPT_EXPRNODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "batch/batch.h"
#include "expr/exprtree.h"

enum {
	SPT_KIND_NULL = 1,
	SPT_KIND_BOOL = 2,
	SPT_KIND_NUMBER = 4,
	SPT_KIND_TEXT = 8,
};

enum spt_node_op {
	SPT_NODE_COL,   /* column col */
	SPT_NODE_CONST, /* number, truth, text or null */
	SPT_NODE_NOW,   /* the time of the epoch */
	SPT_NODE_ARITH, /* a arith b: + - * / % of numbers */
	SPT_NODE_CONCAT,
	SPT_NODE_NEG,
	SPT_NODE_MATH,    /* math(a) */
	SPT_NODE_COMPARE, /* a arith b: == ... */
	SPT_NODE_AND,
	SPT_NODE_OR,
	SPT_NODE_NOT,
	SPT_NODE_ALT, /* a // b */
	SPT_NODE_IF,  /* a ? b : c */
	SPT_NODE_SEQ, /* a for its errors, then b */
	SPT_NODE_FAIL,
	SPT_NODE_LENGTH,
	SPT_NODE_CASE, /* truth: up */
	SPT_NODE_STARTS,
	SPT_NODE_ENDS,
	SPT_NODE_CONTAINS, /* text; truth: as test() */
	SPT_NODE_LTRIM,    /* text */
	SPT_NODE_RTRIM,
	SPT_NODE_SPLIT, /* piece number of a, cut at text */
	SPT_NODE_TOSTRING,
	SPT_NODE_TONUMBER,
	SPT_NODE_TYPE,
};

/* The values of a node at the rows that were asked for; others are not
 * defined. */
struct spt_vec {
	union {
		double *num;
		uint8_t *bit; /* 0 or 1 */
		struct {
			int32_t *start, *end; /* in bytes */
		};
	};
	const uint8_t *valid; /* 0: null; NULL: none is */
	size_t mask;          /* row & mask is its place: 0 for constants */
};

struct spt_node {
	enum spt_node_op op;
	enum spt_expr_op arith;
	unsigned kinds; /* SPT_KIND_NULL and at most one other */
	bool fails;     /* it may make a row hard */
	bool ints;      /* an integer beyond 2^53 may pass through it */
	unsigned cost;
	struct spt_node *a, *b, *c;
	int col;
	double number;
	bool truth;
	const char *text;
	size_t n;
	double (*math)(double);
	const char *name; /* of the kernel, for people */
	/* while it runs */
	struct spt_vec v;
	void *own; /* memory of v, for room rows */
	uint8_t *own_valid;
	int32_t *own_at; /* 2 lists of rows: IF, AND, OR, ALT */
	int64_t room;
	struct spt_buf bytes; /* text that it makes */
	bool done;            /* for this batch */
};

static inline unsigned
spt_node_kind(const struct spt_node *n)
{
	return n->kinds & ~(unsigned)SPT_KIND_NULL;
}

static inline bool
spt_node_nulls(const struct spt_node *n)
{
	return (n->kinds & SPT_KIND_NULL) != 0;
}

/* One step: rows for which the node is not true go no further; or the node is
 * computed now, for its errors. */
struct spt_step {
	struct spt_node *node;
	bool filter;
	struct spt_step *next;
};

struct spt_name {
	const char *name;
	struct spt_node *node;
};

/* A value that the program has at some place. */
struct spt_sym {
	struct spt_node *scalar; /* NULL: an object */
	struct spt_name *names;
	size_t n;
};

struct spt_bind {
	struct spt_arena *arena;
	const struct spt_schema *in;
	struct spt_node **cols; /* in->n, made when asked for */
	struct spt_step *steps, **end;
	struct spt_node **nodes; /* all, so that they can be freed */
	size_t n_nodes, cap_nodes;
	char why[SPT_EXPR_WHY];
	bool failed;
	struct spt_err *e;
};

/* Compiles for rows of b->in.  The result, or NULL: b->failed with *e, else
 * b->why says what has no kernel. */
const struct spt_sym *spt_bind_program(
    struct spt_bind *b, const struct spt_tree *tree);

/* ---- for the files that make nodes -----------------------------------------
 */

#define SPT_BIND_COST 20000 /* nodes that one value is computed from */

struct spt_var {
	const char *name;
	const struct spt_sym *value;
	const struct spt_var *next;
};

struct spt_env {
	const struct spt_sym *dot;
	const struct spt_var *vars;
	bool spine; /* rows may be dropped here */
	bool sure;  /* every row that got here computes this */
};

const struct spt_sym *spt_bind_any(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v);
/* The same, of which no row may be dropped, and no object. */
struct spt_node *spt_bind_scalar(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v);
const struct spt_sym *spt_bind_call(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v);
/* NULL, and why. */
void *spt_bind_refuse(struct spt_bind *b, const char *what);
struct spt_node *spt_bind_node(struct spt_bind *b, enum spt_node_op op,
    unsigned kinds, struct spt_node *x, struct spt_node *y);
const struct spt_sym *spt_bind_sym(struct spt_bind *b, struct spt_node *n);
bool spt_bind_step(struct spt_bind *b, struct spt_node *n, bool filter);
/* exprop.c: of a tree, or of nodes of which none can be an error. */
const struct spt_sym *spt_bind_operator(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v);
struct spt_node *spt_bind_compare(struct spt_bind *b, enum spt_expr_op op,
    struct spt_node *x, struct spt_node *y);
struct spt_node *spt_bind_arith(struct spt_bind *b, enum spt_expr_op op,
    struct spt_node *x, struct spt_node *y);
struct spt_node *spt_bind_alt(
    struct spt_bind *b, struct spt_node *x, struct spt_node *y);
const struct spt_sym *spt_bind_if(
    struct spt_bind *b, const struct spt_tree *t, const struct spt_env *v);
const struct spt_sym *spt_bind_without(
    struct spt_bind *b, const struct spt_sym *s, const char *name);
struct spt_node *spt_bind_const(struct spt_bind *b, unsigned kind);

/* Objects.  The name, or NULL. */
const struct spt_name *spt_bind_find(const struct spt_sym *s, const char *name);
/* With room for more names; set gives one its node. */
struct spt_sym *spt_bind_copy(
    struct spt_bind *b, const struct spt_sym *s, size_t more);
void spt_bind_set(struct spt_sym *s, const char *name, struct spt_node *n);

/* s, after x was computed too. */
const struct spt_sym *spt_bind_after(
    struct spt_bind *b, struct spt_node *x, const struct spt_sym *s);
/* `left` is computed, then `body` with v. */
const struct spt_sym *spt_bind_then(struct spt_bind *b,
    const struct spt_sym *left, const struct spt_tree *body,
    const struct spt_env *v);

#endif
