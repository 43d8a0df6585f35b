/*
 * json_scan - moves over JSON text, strictly by RFC 8259.  Nothing is built:
 * the caller gets places in the text.  Not installed.
 */
#ifndef SPT_JSON_SCAN_H
#define SPT_JSON_SCAN_H

#include "base/arena.h"

#define SPT_JSON_DEPTH 256

struct spt__json {
	const char *start, *p, *end;
	const char *why; /* what was expected, when a function said false */
};

/* A string as it stands in the text, without its quotes. */
struct spt__json_text {
	const char *p;
	size_t n;
	bool escaped;
};

static inline void
spt__json_blanks(struct spt__json *j)
{
	while (j->p < j->end && (*j->p == ' ' || *j->p == '\t' ||
				    *j->p == '\r' || *j->p == '\n'))
		j->p++;
}

/* The next byte, or NUL at the end (a NUL is no part of JSON anyway). */
static inline char
spt__json_peek(const struct spt__json *j)
{
	return j->p < j->end ? *j->p : '\0';
}

static inline bool
spt__json_fail(struct spt__json *j, const char *why)
{
	if (j->why == NULL)
		j->why = why;
	return false;
}

/* Moves over the string, number or value that starts at p.  False: *why, and p
 * is the byte that it did not like. */
bool spt__json_string(struct spt__json *j, struct spt__json_text *t);
bool spt__json_number(struct spt__json *j);
bool spt__json_word(struct spt__json *j, const char *word);
/* depth: of the value; an object in no other has depth 1. */
bool spt__json_skip(struct spt__json *j, int depth);

/* The key of a member and its colon; p is then at the value. */
bool spt__json_key(struct spt__json *j, struct spt__json_text *key);
/* Behind a member or element: 1: another one follows (p is at it); 0: close
 * was there; -1: *why. */
int spt__json_more(struct spt__json *j, char close);

/* The text with its escapes resolved, in the arena if it has any; surrogates
 * that are no pair become U+FFFD.  0 or -1. */
SPT_MUST int spt__json_unescape(
    struct spt__json_text *t, struct spt_arena *arena, struct spt_err *e);

#endif
