/*
 * exprparse - the parser's own.  Private to exprparse.c and exprterm.c.
 *
 * The functions return NULL where the program is none of ours (p->why) or
 * memory ran out (p->failed).
 */
#ifndef SPT_EXPRPARSE_H
#define SPT_EXPRPARSE_H

#include "expr/exprlex.h"
#include "expr/exprtree.h"

#define SPT_PARSE_DEPTH 200
#define SPT_PARSE_VARS 64

struct spt_parser {
	struct spt_lex lex;
	struct spt_arena *arena;
	struct spt_err *e;
	char *why;
	bool failed; /* *e says why */
	int depth;
	const char *vars[SPT_PARSE_VARS]; /* that can be seen here */
	int n_vars;
};

/* Not ours; the first reason stays. */
struct spt_tree *spt_parse_alien(struct spt_parser *p, const char *what);
/* Not ours, because of the word at hand. */
struct spt_tree *spt_parse_alien_word(struct spt_parser *p);
struct spt_tree *spt_parse_make(struct spt_parser *p, enum spt_tree_kind kind,
    struct spt_tree *a, struct spt_tree *b);
struct spt_tree *spt_parse_make_text(struct spt_parser *p,
    enum spt_tree_kind kind, struct spt_tree *a, const char *text, size_t n);
/* Passes the word if it is that one. */
bool spt_parse_sign(struct spt_parser *p, const char *text);
bool spt_parse_keyword(struct spt_parser *p, const char *text);

/* A term, with what is hung on it. */
struct spt_tree *spt_parse_term(struct spt_parser *p);
/* Behind if. */
struct spt_tree *spt_parse_if(struct spt_parser *p);
/* Anything. */
struct spt_tree *spt_parse_pipe(struct spt_parser *p);

#endif
