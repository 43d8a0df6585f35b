/*
 * exprterm - terms of jq 1.6's grammar: what stands between operators.
 */
#include <math.h>
#include <stdio.h>

#include "expr/exprname.h"
#include "expr/exprparse.h"

/* Not ours; the first reason stays. */
struct spt_tree *
spt_parse_alien(struct spt_parser *p, const char *what)
{
	if (p->why[0] == '\0')
		snprintf(p->why, SPT_EXPR_WHY, "%s", what);
	return NULL;
}

/* Not ours, because of the word at hand. */
struct spt_tree *
spt_parse_alien_word(struct spt_parser *p)
{
	const struct spt_lex *l = &p->lex;
	char text[64];

	if (l->word == SPT_WORD_END)
		return spt_parse_alien(p, "the end");
	snprintf(text, sizeof text, "\"%s%.*s\"",
	    l->word == SPT_WORD_FIELD ? "." : "", (int)(l->n < 40 ? l->n : 40),
	    l->text);
	return spt_parse_alien(p, text);
}

struct spt_tree *
spt_parse_make(struct spt_parser *p, enum spt_tree_kind kind,
    struct spt_tree *a, struct spt_tree *b)
{
	struct spt_tree *t = spt_arena_get(p->arena, sizeof *t, p->e);

	if (t == NULL) {
		p->failed = true;
		return NULL;
	}
	memset(t, 0, sizeof *t);
	t->kind = kind;
	t->a = a;
	t->b = b;
	return t;
}

static bool
set_text(struct spt_parser *p, struct spt_tree *t, const char *text, size_t n)
{
	char *copy;

	if (t == NULL)
		return false;
	copy = spt_arena_get(p->arena, n + 1, p->e);
	if (copy == NULL) {
		p->failed = true;
		return false;
	}
	if (n != 0)
		memcpy(copy, text, n);
	copy[n] = '\0';
	t->text = copy;
	t->n = n;
	return true;
}

struct spt_tree *
spt_parse_make_text(struct spt_parser *p, enum spt_tree_kind kind,
    struct spt_tree *a, const char *text, size_t n)
{
	struct spt_tree *t = spt_parse_make(p, kind, a, NULL);

	return set_text(p, t, text, n) ? t : NULL;
}

static bool
take(struct spt_parser *p, enum spt_word word, const char *text)
{
	if (!spt_lex_is(&p->lex, word, text))
		return false;
	spt_lex_next(&p->lex);
	return true;
}

bool
spt_parse_sign(struct spt_parser *p, const char *text)
{
	return take(p, SPT_WORD_SIGN, text);
}

bool
spt_parse_keyword(struct spt_parser *p, const char *text)
{
	return take(p, SPT_WORD_NAME, text);
}

/* ---- strings ------------------------------------------------------------- */

/* One piece of text as a node; *rc as of spt_lex_text. */
static struct spt_tree *
parse_piece(struct spt_parser *p, int *rc)
{
	struct spt_tree *t = NULL;
	struct spt_buf text;

	spt_buf_init(&text, p->arena->io);
	*rc = spt_lex_text(&p->lex, &text, p->e);
	if (*rc < 0)
		p->failed = true;
	else if (*rc == 0)
		spt_parse_alien(p, "a string");
	else
		t = spt_parse_make_text(
		    p, SPT_TREE_TEXT, NULL, (const char *)text.data, text.len);
	spt_buf_fini(&text);
	return t;
}

/* The quote is the word at hand.  "a\(x)b" is "a" + (x | tostring) + "b". */
static struct spt_tree *
parse_text(struct spt_parser *p)
{
	struct spt_tree *all, *x, *tail;
	int rc;

	all = parse_piece(p, &rc);
	while (all != NULL && rc == 2) {
		spt_lex_next(&p->lex);
		x = spt_parse_pipe(p);
		if (x == NULL)
			return NULL;
		if (!spt_lex_is(&p->lex, SPT_WORD_SIGN, ")"))
			return spt_parse_alien_word(p);
		tail =
		    spt_parse_make_text(p, SPT_TREE_CALL, NULL, "tostring", 8);
		x = spt_parse_make(p, SPT_TREE_PIPE, x, tail);
		all = spt_parse_make(p, SPT_TREE_BINARY, all, x);
		tail = parse_piece(p, &rc);
		if (all == NULL || tail == NULL)
			return NULL;
		all->op = SPT_OP_ADD;
		all = spt_parse_make(p, SPT_TREE_BINARY, all, tail);
		if (all == NULL)
			return NULL;
		all->op = SPT_OP_ADD;
	}
	if (all != NULL)
		spt_lex_next(&p->lex);
	return all;
}

/* A string without an expression in it. */
static struct spt_tree *
parse_plain_text(struct spt_parser *p)
{
	struct spt_tree *t = parse_text(p);

	if (t == NULL || t->kind == SPT_TREE_TEXT)
		return t;
	return spt_parse_alien(p, "a key that is computed");
}

/* ---- terms --------------------------------------------------------------- */

static bool
is_keyword(const struct spt_lex *l)
{
	static const char *const words[] = { "__loc__", "as", "def", "module",
		"import", "include", "if", "then", "else", "elif", "reduce",
		"foreach", "end", "and", "or", "try", "catch", "label" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (spt_lex_is(l, SPT_WORD_NAME, words[i]))
			return true;
	return false;
}

static struct spt_tree *
field_of(struct spt_parser *p, struct spt_tree *a, const struct spt_tree *name)
{
	if (name == NULL)
		return NULL;
	if (name->n == 0 || strlen(name->text) != name->n)
		return spt_parse_alien(p, "a key that cannot name a column");
	return spt_parse_make_text(p, SPT_TREE_FIELD, a, name->text, name->n);
}

static struct spt_tree *
parse_var(struct spt_parser *p)
{
	struct spt_tree *t =
	    spt_parse_make_text(p, SPT_TREE_VAR, NULL, p->lex.text, p->lex.n);

	if (t == NULL)
		return NULL;
	for (int i = p->n_vars; i-- > 0;)
		if (strcmp(p->vars[i], t->text) == 0) {
			spt_lex_next(&p->lex);
			return t;
		}
	return spt_parse_alien_word(p);
}

/* The value of an entry: terms, a minus in front of them, pipes of them. */
static struct spt_tree *
parse_value(struct spt_parser *p)
{
	struct spt_tree *t;

	if (++p->depth > SPT_PARSE_DEPTH)
		return spt_parse_alien(p, "deep nesting");
	if (spt_parse_sign(p, "-")) {
		t = parse_value(p);
		t = t == NULL ? NULL : spt_parse_make(p, SPT_TREE_NEG, t, NULL);
		/* -a | b would have to be taken apart again. */
		if (t != NULL && t->a->kind == SPT_TREE_PIPE)
			t = spt_parse_alien(p, "- before |");
	} else {
		t = spt_parse_term(p);
	}
	if (t != NULL && spt_parse_sign(p, "|")) {
		struct spt_tree *b = parse_value(p);

		t = b == NULL ? NULL : spt_parse_make(p, SPT_TREE_PIPE, t, b);
	}
	p->depth--;
	return t;
}

/* One entry, behind the opening brace or a comma. */
static struct spt_tree *
parse_entry(struct spt_parser *p)
{
	bool word = is_keyword(&p->lex);
	const struct spt_lex at = p->lex;
	struct spt_tree *key, *value, *dot;

	if (at.word == SPT_WORD_VAR) {
		value = parse_var(p);
		return value == NULL ? NULL
				     : spt_parse_make_text(p, SPT_TREE_ENTRY,
					   value, at.text, at.n);
	}
	if (at.word == SPT_WORD_NAME) {
		key =
		    spt_parse_make_text(p, SPT_TREE_TEXT, NULL, at.text, at.n);
		spt_lex_next(&p->lex);
	} else if (at.word == SPT_WORD_QUOTE) {
		key = parse_plain_text(p);
	} else {
		return spt_parse_alien_word(p);
	}
	dot = spt_parse_make(p, SPT_TREE_DOT, NULL, NULL);
	if (key == NULL || dot == NULL)
		return NULL;
	dot = field_of(p, dot, key);
	if (dot == NULL)
		return NULL;
	if (spt_parse_sign(p, ":"))
		value = parse_value(p);
	else
		value = word ? spt_parse_alien_word(p) : dot;
	return value == NULL ? NULL
			     : spt_parse_make_text(
				   p, SPT_TREE_ENTRY, value, key->text, key->n);
}

static struct spt_tree *
parse_object(struct spt_parser *p)
{
	struct spt_tree *t = spt_parse_make(p, SPT_TREE_OBJECT, NULL, NULL);
	struct spt_tree **end = t != NULL ? &t->a : NULL;

	if (t == NULL)
		return NULL;
	do {
		*end = parse_entry(p);
		if (*end == NULL)
			return NULL;
		end = &(*end)->next;
	} while (spt_parse_sign(p, ","));
	return spt_parse_sign(p, "}") ? t : spt_parse_alien_word(p);
}

/* A name that is no keyword, and its arguments. */
static struct spt_tree *
parse_call(struct spt_parser *p)
{
	struct spt_tree *t, **end;
	int n = 0;

	t = spt_parse_make_text(p, SPT_TREE_CALL, NULL, p->lex.text, p->lex.n);
	if (t == NULL)
		return NULL;
	spt_lex_next(&p->lex);
	if (spt_parse_sign(p, "(")) {
		end = &t->a;
		do {
			*end = spt_parse_pipe(p);
			if (*end == NULL)
				return NULL;
			end = &(*end)->next;
			n++;
		} while (spt_parse_sign(p, ";"));
		if (!spt_parse_sign(p, ")"))
			return spt_parse_alien_word(p);
	}
	if (spt_fn_find(t->text, n) == NULL) {
		char text[64];

		snprintf(text, sizeof text, "%.40s/%d", t->text, n);
		return spt_parse_alien(p, text);
	}
	return t;
}

struct spt_tree *
spt_parse_if(struct spt_parser *p)
{
	struct spt_tree *t = spt_parse_make(p, SPT_TREE_IF, NULL, NULL);

	if (t == NULL || (t->a = spt_parse_pipe(p)) == NULL)
		return NULL;
	if (!spt_parse_keyword(p, "then"))
		return spt_parse_alien_word(p);
	if ((t->b = spt_parse_pipe(p)) == NULL)
		return NULL;
	if (spt_parse_keyword(p, "elif")) {
		if (++p->depth > SPT_PARSE_DEPTH)
			return spt_parse_alien(p, "deep nesting");
		t->c = spt_parse_if(p);
		p->depth--;
		return t->c == NULL ? NULL : t;
	}
	if (!spt_parse_keyword(p, "else"))
		return spt_parse_alien_word(p);
	if ((t->c = spt_parse_pipe(p)) == NULL)
		return NULL;
	return spt_parse_keyword(p, "end") ? t : spt_parse_alien_word(p);
}

/* A term without what follows it. */
static struct spt_tree *
parse_head(struct spt_parser *p)
{
	struct spt_tree *t;

	switch (p->lex.word) {
	case SPT_WORD_NUMBER:
		t = spt_parse_make(p, SPT_TREE_NUMBER, NULL, NULL);
		if (t != NULL)
			t->number = p->lex.number;
		spt_lex_next(&p->lex);
		return t;
	case SPT_WORD_QUOTE:
		return parse_text(p);
	case SPT_WORD_VAR:
		return parse_var(p);
	case SPT_WORD_FIELD:
		/* parse_tail takes the word. */
		return spt_parse_make(p, SPT_TREE_DOT, NULL, NULL);
	case SPT_WORD_NAME:
		return is_keyword(&p->lex) ? spt_parse_alien_word(p)
					   : parse_call(p);
	default:
		break;
	}
	if (spt_parse_sign(p, "(")) {
		t = spt_parse_pipe(p);
		if (t != NULL && !spt_parse_sign(p, ")"))
			return spt_parse_alien_word(p);
		return t;
	}
	if (spt_parse_sign(p, "{"))
		return parse_object(p);
	if (!spt_parse_sign(p, "."))
		return spt_parse_alien_word(p);
	t = spt_parse_make(p, SPT_TREE_DOT, NULL, NULL);
	if (t != NULL && p->lex.word == SPT_WORD_QUOTE)
		t = field_of(p, t, parse_plain_text(p));
	return t;
}

/* Behind [ of t[...]. */
static struct spt_tree *
parse_index(struct spt_parser *p, struct spt_tree *t)
{
	struct spt_tree *at;

	if (p->lex.word == SPT_WORD_QUOTE) {
		t = field_of(p, t, parse_plain_text(p));
	} else if (p->lex.word == SPT_WORD_NUMBER && p->lex.number < 1e6 &&
		   p->lex.number == floor(p->lex.number)) {
		at = spt_parse_make(p, SPT_TREE_INDEX, t, NULL);
		if (at != NULL)
			at->number = p->lex.number;
		t = at;
		spt_lex_next(&p->lex);
	} else {
		return spt_parse_alien_word(p);
	}
	return t != NULL && !spt_parse_sign(p, "]") ? spt_parse_alien_word(p)
						    : t;
}

struct spt_tree *
spt_parse_term(struct spt_parser *p)
{
	struct spt_tree *t = parse_head(p);

	while (t != NULL) {
		if (p->lex.word == SPT_WORD_FIELD) {
			t = spt_parse_make_text(
			    p, SPT_TREE_FIELD, t, p->lex.text, p->lex.n);
			spt_lex_next(&p->lex);
		} else if (spt_parse_sign(p, "[")) {
			t = parse_index(p, t);
		} else if (spt_lex_is(&p->lex, SPT_WORD_SIGN, ".")) {
			return spt_parse_alien_word(p);
		} else {
			break;
		}
		/* A column cannot fail to be one. */
		if (t != NULL && t->kind == SPT_TREE_FIELD &&
		    t->a->kind == SPT_TREE_DOT)
			spt_parse_sign(p, "?");
	}
	return t;
}
