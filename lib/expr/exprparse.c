/*
 * exprparse - recursive descent along the precedence of jq 1.6's grammar:
 * from the weakest, | (to the right), comma, // (to the right), assignments
 * (do not chain), or, and, comparisons (do not chain), + -, * / %.  A minus
 * in front takes a product.  `TERM as $x | BODY` is an operand whose body
 * reaches as far as it can.
 *
 * The rule of the parser is that it never guesses: what it does not know for
 * certain to be a right program is left to libjq, which has the messages.
 * Names of functions and variables are therefore looked up here.
 */
#include <math.h>

#include "base/utf8.h"
#include "expr/exprparse.h"

#define PROGRAM_MAX 8192 /* bytes; a longer one could be a deep tree */

static struct spt_tree *parse_mul(struct spt_parser *p);

/* Behind `a as`. */
static struct spt_tree *
parse_as(struct spt_parser *p, struct spt_tree *a)
{
	struct spt_tree *t;

	if (p->lex.word != SPT_WORD_VAR || p->n_vars == SPT_PARSE_VARS)
		return spt_parse_alien_word(p);
	t = spt_parse_make_text(p, SPT_TREE_AS, a, p->lex.text, p->lex.n);
	if (t == NULL)
		return NULL;
	if (strcmp(t->text, "__loc__") == 0)
		return spt_parse_alien_word(p);
	spt_lex_next(&p->lex);
	if (!spt_parse_sign(p, "|"))
		return spt_parse_alien_word(p);
	p->vars[p->n_vars++] = t->text;
	t->b = spt_parse_pipe(p);
	p->n_vars--;
	return t->b == NULL ? NULL : t;
}

static struct spt_tree *
parse_operand(struct spt_parser *p)
{
	struct spt_tree *t;

	if (++p->depth > SPT_PARSE_DEPTH)
		return spt_parse_alien(p, "deep nesting");
	if (spt_parse_sign(p, "-")) {
		t = parse_mul(p);
		t = t == NULL ? NULL : spt_parse_make(p, SPT_TREE_NEG, t, NULL);
	} else if (spt_parse_keyword(p, "if")) {
		t = spt_parse_if(p);
	} else {
		t = spt_parse_term(p);
		if (t != NULL && spt_parse_keyword(p, "as"))
			t = parse_as(p, t);
	}
	p->depth--;
	return t;
}

static enum spt_expr_op
operator(
    struct spt_parser *p, const char *const *texts, enum spt_expr_op first) {
	for (int i = 0; texts[i] != NULL;
	     i++) if (spt_parse_sign(p,
			  texts[i])) return (enum spt_expr_op)((int)first + i);
	return SPT_OP_NONE;
}

/* libjq computes these when it compiles. */
static struct spt_tree *
fold(struct spt_parser *p, struct spt_tree *t)
{
	double a, b;

	if (t == NULL || t->a->kind != SPT_TREE_NUMBER ||
	    t->b->kind != SPT_TREE_NUMBER)
		return t;
	a = t->a->number;
	b = t->b->number;
	switch (t->op) {
	case SPT_OP_ADD:
		t->number = a + b;
		break;
	case SPT_OP_SUB:
		t->number = a - b;
		break;
	case SPT_OP_MUL:
		t->number = a * b;
		break;
	case SPT_OP_DIV:
		t->number = a / b;
		break;
	case SPT_OP_MOD:
		return spt_parse_alien(p, "% of two numbers");
	default:
		return t;
	}
	if (!isfinite(t->number))
		return spt_parse_alien(p, "a number without end");
	t->kind = SPT_TREE_NUMBER;
	return t;
}

static struct spt_tree *
join(struct spt_parser *p, enum spt_expr_op op, struct spt_tree *a,
    struct spt_tree *b)
{
	struct spt_tree *t;

	if (b == NULL || (t = spt_parse_make(p, SPT_TREE_BINARY, a, b)) == NULL)
		return NULL;
	t->op = op;
	return fold(p, t);
}

static struct spt_tree *
parse_mul(struct spt_parser *p)
{
	static const char *const texts[] = { "*", "/", "%", NULL };
	struct spt_tree *t = parse_operand(p);
	enum spt_expr_op op;

	while (t != NULL && (op = operator(p, texts, SPT_OP_MUL)) != 0)
		t = join(p, op, t, parse_operand(p));
	return t;
}

static struct spt_tree *
parse_add(struct spt_parser *p)
{
	static const char *const texts[] = { "+", "-", NULL };
	struct spt_tree *t = parse_mul(p);
	enum spt_expr_op op;

	while (t != NULL && (op = operator(p, texts, SPT_OP_ADD)) != 0)
		t = join(p, op, t, parse_mul(p));
	return t;
}

static struct spt_tree *
parse_compare(struct spt_parser *p)
{
	static const char *const texts[] = { "==", "!=", "<", "<=", ">",
		">=", NULL };
	struct spt_tree *t = parse_add(p);
	enum spt_expr_op op;

	if (t == NULL || (op = operator(p, texts, SPT_OP_EQ)) == 0)
		return t;
	t = join(p, op, t, parse_add(p));
	if (t != NULL && operator(p, texts, SPT_OP_EQ) != 0)
		return spt_parse_alien(p, "comparisons in a row");
	return t;
}

static struct spt_tree *
parse_and(struct spt_parser *p)
{
	struct spt_tree *t = parse_compare(p), *b;

	while (t != NULL && spt_parse_keyword(p, "and")) {
		b = parse_compare(p);
		t = b == NULL ? NULL : spt_parse_make(p, SPT_TREE_AND, t, b);
	}
	return t;
}

static struct spt_tree *
parse_or(struct spt_parser *p)
{
	struct spt_tree *t = parse_and(p), *b;

	while (t != NULL && spt_parse_keyword(p, "or")) {
		b = parse_and(p);
		t = b == NULL ? NULL : spt_parse_make(p, SPT_TREE_OR, t, b);
	}
	return t;
}

static struct spt_tree *
parse_set(struct spt_parser *p)
{
	static const char *const texts[] = { "=", "|=", "//=", NULL };
	static const char *const sums[] = {
		"+=", "-=", "*=", "/=", "%=", NULL
	};
	struct spt_tree *t = parse_or(p), *b;
	enum spt_expr_op op;

	if (t == NULL)
		return NULL;
	op = operator(p, texts, SPT_OP_SET);
	if (op == SPT_OP_NONE)
		op = operator(p, sums, SPT_OP_ADD);
	if (op == SPT_OP_NONE)
		return t;
	if (t->kind != SPT_TREE_FIELD || t->a->kind != SPT_TREE_DOT)
		return spt_parse_alien(p,
		    "an assignment to something else than a "
		    "column");
	b = parse_or(p);
	if (b == NULL)
		return NULL;
	if (spt_lex_is(&p->lex, SPT_WORD_SIGN, "=") ||
	    (p->lex.word == SPT_WORD_SIGN && p->lex.n > 1 &&
		p->lex.text[p->lex.n - 1] == '='))
		return spt_parse_alien_word(p);
	t->kind = SPT_TREE_SET;
	t->op = op;
	t->b = b;
	return t;
}

static struct spt_tree *
parse_alt(struct spt_parser *p)
{
	struct spt_tree *t = parse_set(p), *b;

	if (t == NULL || !spt_parse_sign(p, "//"))
		return t;
	if (++p->depth > SPT_PARSE_DEPTH)
		return spt_parse_alien(p, "deep nesting");
	b = parse_alt(p);
	p->depth--;
	return b == NULL ? NULL : spt_parse_make(p, SPT_TREE_ALT, t, b);
}

static struct spt_tree *
parse_comma(struct spt_parser *p)
{
	struct spt_tree *t = parse_alt(p), *b;

	while (t != NULL && spt_parse_sign(p, ",")) {
		b = parse_alt(p);
		t = b == NULL ? NULL : spt_parse_make(p, SPT_TREE_COMMA, t, b);
	}
	return t;
}

struct spt_tree *
spt_parse_pipe(struct spt_parser *p)
{
	struct spt_tree *t, *b;

	if (++p->depth > SPT_PARSE_DEPTH)
		return spt_parse_alien(p, "deep nesting");
	t = parse_comma(p);
	if (t != NULL && spt_parse_sign(p, "|")) {
		b = spt_parse_pipe(p);
		t = b == NULL ? NULL : spt_parse_make(p, SPT_TREE_PIPE, t, b);
	}
	p->depth--;
	return t;
}

int
spt_tree_parse(struct spt_tree **tree, struct spt_arena *arena,
    const char *program, char why[SPT_EXPR_WHY], struct spt_err *e)
{
	struct spt_parser p = { .arena = arena, .e = e, .why = why };

	why[0] = '\0';
	*tree = NULL;
	if (strlen(program) > PROGRAM_MAX)
		spt_parse_alien(&p, "more than 8 KiB of program");
	else if (!spt_utf8_valid((const uint8_t *)program, strlen(program)))
		spt_parse_alien(&p, "bytes that are not UTF-8");
	if (why[0] != '\0')
		return 0;
	spt_lex_init(&p.lex, program);
	spt_lex_next(&p.lex);
	*tree = spt_parse_pipe(&p);
	if (*tree != NULL && p.lex.word != SPT_WORD_END)
		*tree = spt_parse_alien_word(&p);
	if (p.failed)
		return -1;
	return *tree != NULL;
}
