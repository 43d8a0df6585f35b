/*
 * json_scan - recursive descent over the text, without tokens: a value that
 * nobody wants costs the bytes it has and nothing else.  Strings are the bulk
 * of JSON, and most have no escape, so they are passed over by the vector; the
 * ways for that and for short numbers stand in the header, what is here comes
 * behind them and says what is wrong.
 *
 * Nesting is limited, because the stack is.  Whether bytes are UTF-8 is the
 * decoder's business, which has repaired the line before.
 */
#include <string.h>

#include "decode/json_scan.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Moves over an escape; p is at its backslash. */
static bool
escape(struct spt__json *j)
{
	char c = j->end - j->p > 1 ? j->p[1] : '\0';

	if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
		return spt__json_fail(j, "no such escape in a string");
	j->p += 2;
	if (c != 'u')
		return true;
	for (int i = 0; i < 4; i++) {
		if (j->p >= j->end || hex_digit(*j->p) < 0)
			return spt__json_fail(j, "expected 4 hex digits");
		j->p++;
	}
	return true;
}

bool
spt__json_string_slow(struct spt__json *j, struct spt__json_text *t)
{
	t->p = ++j->p;
	t->escaped = false;
	for (;;) {
		j->p = spt__json_plain_end(j, j->p);
		if (j->p >= j->end)
			return spt__json_fail(j, "a string is never closed");
		if (*j->p == '"')
			break;
		if (*j->p != '\\')
			return spt__json_fail(
			    j, "a control character in a string");
		t->escaped = true;
		if (!escape(j))
			return false;
	}
	t->n = (size_t)(j->p - t->p);
	j->p++;
	return true;
}

static bool
digits(struct spt__json *j)
{
	const char *start = j->p;

	while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
		j->p++;
	return j->p != start || spt__json_fail(j, "expected a digit");
}

bool
spt__json_number_slow(struct spt__json *j)
{
	if (spt__json_peek(j) == '-')
		j->p++;
	if (spt__json_peek(j) == '0')
		j->p++;
	else if (!digits(j))
		return false;
	if (spt__json_peek(j) == '.') {
		j->p++;
		if (!digits(j))
			return false;
	}
	if (spt__json_peek(j) == 'e' || spt__json_peek(j) == 'E') {
		j->p++;
		if (spt__json_peek(j) == '+' || spt__json_peek(j) == '-')
			j->p++;
		return digits(j);
	}
	return true;
}

bool
spt__json_word(struct spt__json *j, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return spt__json_fail(j, "expected a value");
	j->p += n;
	return true;
}

bool
spt__json_key(struct spt__json *j, struct spt__json_text *key)
{
	if (spt__json_peek(j) != '"')
		return spt__json_fail(j, "expected a key");
	if (!spt__json_string(j, key))
		return false;
	spt__json_blanks(j);
	if (spt__json_peek(j) != ':')
		return spt__json_fail(j, "expected ':'");
	j->p++;
	spt__json_blanks(j);
	return true;
}

int
spt__json_more(struct spt__json *j, char close)
{
	char c;

	spt__json_blanks(j);
	c = spt__json_peek(j);
	if (c == close) {
		j->p++;
		return 0;
	}
	if (c != ',') {
		spt__json_fail(j, close == '}' ? "expected ',' or '}'"
					       : "expected ',' or ']'");
		return -1;
	}
	j->p++;
	spt__json_blanks(j);
	return 1;
}

/* The members of an object, or the elements of an array, up to close. */
static bool
skip_members(struct spt__json *j, char close, int depth)
{
	int rc = 1;

	if (depth > SPT_JSON_DEPTH)
		return spt__json_fail(j, "nested too deeply");
	j->p++;
	spt__json_blanks(j);
	if (spt__json_peek(j) == close) {
		j->p++;
		return true;
	}
	while (rc == 1) {
		struct spt__json_text key;

		if ((close == '}' && !spt__json_key(j, &key)) ||
		    !spt__json_skip(j, depth + 1))
			return false;
		rc = spt__json_more(j, close);
	}
	return rc == 0;
}

bool
spt__json_skip(struct spt__json *j, int depth)
{
	struct spt__json_text t;

	switch (spt__json_peek(j)) {
	case '"':
		return spt__json_string(j, &t);
	case '{':
		return skip_members(j, '}', depth);
	case '[':
		return skip_members(j, ']', depth);
	case 't':
		return spt__json_word(j, "true");
	case 'f':
		return spt__json_word(j, "false");
	case 'n':
		return spt__json_word(j, "null");
	case '-':
		return spt__json_number(j);
	default:
		if (spt__json_peek(j) >= '0' && spt__json_peek(j) <= '9')
			return spt__json_number(j);
		return spt__json_fail(j, "expected a value");
	}
}

/* ---- escapes ----------------------------------------------------------- */

/* The scan has checked all escapes; from here on they are just read. */
static uint32_t
four_hex(const char *p)
{
	uint32_t c = 0;

	for (int i = 0; i < 4; i++)
		c = c << 4 | (uint32_t)hex_digit(p[i]);
	return c;
}

/* Appends the character and returns the place behind it. */
static char *
put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* The character of \uXXXX at p (behind the u), and of the low surrogate that
 * has to follow a high one; moves behind all of it. */
static uint32_t
unicode(const char **p, const char *end)
{
	uint32_t c = four_hex(*p), low;

	*p += 4;
	if (c < 0xd800 || c > 0xdfff)
		return c;
	if (c >= 0xdc00 || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return 0xfffd;
	low = four_hex(*p + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
}

static char
simple(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

int
spt__json_unescape(
    struct spt__json_text *t, struct spt_arena *arena, struct spt_err *e)
{
	const char *p = t->p, *end = p + t->n;
	char *text, *out;

	if (!t->escaped)
		return 0;
	/* No escape is shorter than what it stands for. */
	text = out = spt_arena_get(arena, t->n, e);
	if (text == NULL)
		return -1;
	while (p < end) {
		const char *slash = memchr(p, '\\', (size_t)(end - p));
		size_t n = (size_t)((slash != NULL ? slash : end) - p);

		memcpy(out, p, n);
		out += n;
		p += n;
		if (slash == NULL)
			break;
		p += 2;
		if (slash[1] == 'u')
			out = put_utf8(out, unicode(&p, end));
		else
			*out++ = simple(slash[1]);
	}
	t->p = text;
	t->n = (size_t)(out - text);
	t->escaped = false;
	return 0;
}
