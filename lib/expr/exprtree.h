/*
 * exprtree - the part of jq's language that is compiled, as a tree.
 * Not installed.
 */
#ifndef SPT_EXPRTREE_H
#define SPT_EXPRTREE_H

#include "base/arena.h"

enum spt_tree_kind {
	SPT_TREE_DOT,    /* . */
	SPT_TREE_FIELD,  /* a . text */
	SPT_TREE_NUMBER, /* number */
	SPT_TREE_TEXT,   /* text */
	SPT_TREE_VAR,    /* $text */
	SPT_TREE_CALL,   /* text(a; a->next; ...) */
	SPT_TREE_PIPE,   /* a | b */
	SPT_TREE_COMMA,  /* a , b */
	SPT_TREE_ALT,    /* a // b */
	SPT_TREE_AND,    /* a and b */
	SPT_TREE_OR,     /* a or b */
	SPT_TREE_BINARY, /* a op b: arithmetic, comparisons */
	SPT_TREE_NEG,    /* - a */
	SPT_TREE_IF,     /* if a then b else c end */
	SPT_TREE_OBJECT, /* { a, a->next, ... }, each an entry */
	SPT_TREE_ENTRY,  /* text: a */
	SPT_TREE_AS,     /* a as $text | b */
	SPT_TREE_SET,    /* .text op= b */
	SPT_TREE_INDEX,  /* a[number], an integer */
};

enum spt_expr_op {
	SPT_OP_NONE,
	SPT_OP_ADD,
	SPT_OP_SUB,
	SPT_OP_MUL,
	SPT_OP_DIV,
	SPT_OP_MOD,
	SPT_OP_EQ,
	SPT_OP_NE,
	SPT_OP_LT,
	SPT_OP_LE,
	SPT_OP_GT,
	SPT_OP_GE,
	/* of SPT_TREE_SET only */
	SPT_OP_SET,
	SPT_OP_UPDATE,
	SPT_OP_ALT,
};

struct spt_tree {
	enum spt_tree_kind kind;
	enum spt_expr_op op;
	const char *text; /* with a NUL behind it */
	size_t n;
	double number;
	struct spt_tree *a, *b, *c, *next;
};

#define SPT_EXPR_WHY 160

/* Parses the program.  1: *tree is it, in the arena, and libjq takes the
 * program too, with the same meaning.  0: it is none of ours, or wrong: why
 * says what was met, for people.  -1: no memory. */
SPT_MUST int spt_tree_parse(struct spt_tree **tree, struct spt_arena *arena,
    const char *program, char why[SPT_EXPR_WHY], struct spt_err *e);

#endif
