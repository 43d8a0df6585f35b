/*
 * exprlex - the words of jq's language.  Not installed.
 */
#ifndef SPT_EXPRLEX_H
#define SPT_EXPRLEX_H

#include "base/buf.h"

enum spt_word {
	SPT_WORD_END,
	SPT_WORD_NAME,  /* a name or a keyword */
	SPT_WORD_FIELD, /* .name; text is the name */
	SPT_WORD_VAR,   /* $name; text is the name */
	SPT_WORD_NUMBER,
	SPT_WORD_QUOTE, /* the quote that opens a string */
	SPT_WORD_SIGN,  /* text: ( ) | == //= ... */
	SPT_WORD_ALIEN, /* no word that we know */
};

struct spt_lex {
	const char *p; /* behind the word */
	enum spt_word word;
	const char *text; /* of the word, in the program */
	size_t n;
	double number;
};

/* The program stays where it is until the last call. */
void spt_lex_init(struct spt_lex *l, const char *program);
/* The next word. */
void spt_lex_next(struct spt_lex *l);
bool spt_lex_is(const struct spt_lex *l, enum spt_word word, const char *text);

/* Behind an opening quote, or the parenthesis that closes \(...): appends the
 * text of the string up to its end or the next \(.  1: the string is over.
 * 2: an expression follows.  0: it is none that we take (an escape that is
 * wrong or a surrogate, bytes that are no UTF-8, no end).  -1. */
SPT_MUST int spt_lex_text(
    struct spt_lex *l, struct spt_buf *out, struct spt_err *e);

#endif
