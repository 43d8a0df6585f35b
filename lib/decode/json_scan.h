/*
 * json_scan - moves over JSON text, strictly by RFC 8259.  Nothing is built:
 * the caller gets places in the text.  Not installed.
 */
#ifndef SPT_JSON_SCAN_H
#define SPT_JSON_SCAN_H

#include "base/arena.h"
#include "decode/jsonplain.h"

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

/* The first byte of [p, end) that is not plain (jsonplain.h), or end. */
static inline const char *
spt__json_plain_end(const struct spt__json *j, const char *p)
{
#ifdef SPT__JSON_SSE2
	unsigned hit;

	for (int i = 0; i < 4 && j->end - p >= 16; i++, p += 16) {
		hit = spt__json_ends(p);
		if (hit != 0)
			return p + __builtin_ctz(hit);
	}
	/* Near the end: the last 16 bytes, without those before p. */
	if (j->end - p < 16 && j->end - j->start >= 16) {
		hit = spt__json_ends(j->end - 16) >> (16 - (j->end - p));
		return hit != 0 ? p + __builtin_ctz(hit) : j->end;
	}
#endif
	return spt__json_plain(p, j->end);
}

/* Moves over the string, number or value that starts at p.  False: *why, and p
 * is the byte that it did not like. */
bool spt__json_string_slow(struct spt__json *j, struct spt__json_text *t);
bool spt__json_number_slow(struct spt__json *j);

static inline bool
spt__json_string(struct spt__json *j, struct spt__json_text *t)
{
	const char *end;

	if (spt__json_peek(j) != '"')
		return spt__json_fail(j, "expected a string");
	end = spt__json_plain_end(j, j->p + 1);
	if (end == j->end || *end != '"')
		return spt__json_string_slow(j, t);
	t->p = j->p + 1;
	t->n = (size_t)(end - t->p);
	t->escaped = false;
	j->p = end + 1;
	return true;
}

/* Without vectors, and for what is long, has an exponent or is wrong, the slow
 * way; the lengths of the others come without a branch that would have to be
 * foretold. */
static inline bool
spt__json_number(struct spt__json *j)
{
#ifdef SPT__JSON_SSE2
	const char *p = j->p;
	ptrdiff_t left = j->end - p;
	unsigned digits, n;

	if (left >= 16)
		digits = spt__json_digits(p);
	else if (j->end - j->start >= 16 && left > 0)
		digits = spt__json_digits(j->end - 16) >> (16 - left);
	else
		return spt__json_number_slow(j);
	if (*p == '-') {
		digits >>= 1;
		p++;
	}
	n = (unsigned)__builtin_ctz(~digits);
	if (n == 0 || n > 14 || p + n >= j->end || (*p == '0' && n > 1))
		return spt__json_number_slow(j);
	p += n;
	if (*p == '.') {
		digits >>= n + 1;
		n = (unsigned)__builtin_ctz(~digits);
		p += 1 + n;
		if (n == 0 || p >= j->end || p - j->p >= 16)
			return spt__json_number_slow(j);
	}
	if ((*p | 0x20) == 'e' || p - j->p >= 16)
		return spt__json_number_slow(j);
	j->p = p;
	return true;
#else
	return spt__json_number_slow(j);
#endif
}

bool spt__json_word(struct spt__json *j, const char *word);
/* depth: of the value; an object in no other has depth 1. */
bool spt__json_skip(struct spt__json *j, int depth);

/* The number that has to be at p. */
static inline bool
spt__json_scalar(struct spt__json *j)
{
	char c = spt__json_peek(j);

	if (c == '-' || (c >= '0' && c <= '9'))
		return spt__json_number(j);
	return spt__json_fail(j, "expected a value");
}

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
