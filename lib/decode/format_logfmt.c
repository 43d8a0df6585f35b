/*
 * format_logfmt - key=value pairs, as Go programs and many services log them.
 *
 *   level=info msg="took \"long\"" ms=12.5 user= cached
 *
 * Anything up to a blank or control character is a word.  What stands in front
 * of the word's first '=' is the key.  Its value is null when nothing follows,
 * and may be quoted, with the escapes of JSON; another backslash stays.  A word
 * without '=', or without a key in front of it, is a key that is true.  Of a
 * key that comes twice the last value counts.
 *
 * That alone would take any text for a row of flags, so a line must have at
 * least one pair.  This is found out before the first cell is put, since a new
 * name makes a column.
 */
#include "decode/linecell.h"

struct word {
	const char *key, *value, *end; /* value: NULL if there is no '=' */
	size_t n_key;
	bool quoted, escaped;
};

static bool
is_space(char c)
{
	return (unsigned char)c <= ' ';
}

/* The closing quote of the text at p; NULL: there is none. */
static const char *
close_quote(const char *p, const char *end, bool *escaped)
{
	*escaped = false;
	for (; p < end && *p != '"'; p++) {
		if (*p != '\\')
			continue;
		*escaped = true;
		if (++p == end)
			return NULL;
	}
	return p < end ? p : NULL;
}

/* The next word at *p.  1; 0: the line ends; -1: w->value is a quoted text
 * without its end. */
static int
next_word(const char **p, const char *end, struct word *w)
{
	const char *q = *p;

	while (q < end && is_space(*q))
		q++;
	if (q == end)
		return 0;
	memset(w, 0, sizeof *w);
	w->key = q;
	while (q < end && !is_space(*q) && *q != '=')
		q++;
	w->n_key = (size_t)(q - w->key);
	if (q == end || *q != '=' || w->n_key == 0) {
		while (q < end && !is_space(*q))
			q++;
		w->n_key = (size_t)(q - w->key);
		*p = q;
		return 1;
	}
	w->value = ++q;
	if (q < end && *q == '"') {
		w->quoted = true;
		w->value = ++q;
		q = close_quote(q, end, &w->escaped);
		if (q == NULL)
			return -1;
		w->end = q++;
	} else {
		while (q < end && !is_space(*q))
			q++;
		w->end = q;
	}
	*p = q;
	return 1;
}

/* Four hexadecimal digits at p, or -1. */
static long
read_hex(const char *p, const char *end)
{
	long v = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v * 16 + (c - 'A' + 10);
		else
			return -1;
	}
	return v;
}

static size_t
put_utf8(char *out, long v)
{
	if (v < 0x80) {
		out[0] = (char)v;
		return 1;
	}
	if (v < 0x800) {
		out[0] = (char)(0xc0 | v >> 6);
		out[1] = (char)(0x80 | (v & 0x3f));
		return 2;
	}
	if (v < 0x10000) {
		out[0] = (char)(0xe0 | v >> 12);
		out[1] = (char)(0x80 | (v >> 6 & 0x3f));
		out[2] = (char)(0x80 | (v & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | v >> 18);
	out[1] = (char)(0x80 | (v >> 12 & 0x3f));
	out[2] = (char)(0x80 | (v >> 6 & 0x3f));
	out[3] = (char)(0x80 | (v & 0x3f));
	return 4;
}

/* The character of the \uXXXX whose digits are at *p, with its second half if
 * it is a surrogate; a half alone is U+FFFD.  -1: no digits. */
static long
read_unicode(const char **p, const char *end)
{
	long v = read_hex(*p, end), low;

	if (v < 0)
		return -1;
	*p += 4;
	if (v < 0xd800 || v > 0xdfff)
		return v;
	if (v >= 0xdc00 || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
		return 0xfffd;
	low = read_hex(*p + 2, end);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((v - 0xd800) << 10) + (low - 0xdc00);
}

/* The character that a backslash and c stand for, or NUL. */
static char
escaped_char(char c)
{
	static const char from[] = "\"\\/nrtbf", to[] = "\"\\/\n\r\t\b\f";
	const char *at = c == '\0' ? NULL : strchr(from, c);

	return at == NULL ? '\0' : to[at - from];
}

/* The quoted text [p, end) into out, which has room for as much: no escape is
 * shorter than what it stands for.  The length. */
static size_t
unescape(char *out, const char *p, const char *end)
{
	size_t n = 0;

	while (p < end) {
		const char *q = p + 2;
		char c;
		long v;

		if (*p != '\\' || end - p < 2) {
			out[n++] = *p++;
			continue;
		}
		c = escaped_char(p[1]);
		if (c != '\0') {
			out[n++] = c;
			p = q;
		} else if (p[1] == 'u' && (v = read_unicode(&q, end)) >= 0) {
			n += put_utf8(out + n, v);
			p = q;
		} else {
			out[n++] = *p++;
		}
	}
	return n;
}

/* Fills the cell, which may hold the value of an earlier word.  0 or -1. */
static int
put_word(struct spt_cell *cell, const struct word *w, struct spt_arena *arena,
    struct spt_err *e)
{
	char *text;

	memset(cell, 0, sizeof *cell);
	if (w->value == NULL) {
		cell->kind = SPT_CELL_TRUE;
		return 0;
	}
	cell->n = (size_t)(w->end - w->value);
	if (cell->n == 0 && !w->quoted)
		return 0;
	cell->kind = SPT_CELL_TEXT;
	cell->p = w->value;
	if (!w->escaped)
		return 0;
	text = spt_arena_get(arena, cell->n, e);
	if (text == NULL)
		return -1;
	cell->p = text;
	cell->n = unescape(text, w->value, w->end);
	return 0;
}

static int
unclosed(const char *line, const struct word *w, struct spt_err *why)
{
	return spt_fail(why, SPT_EDATA,
	    "the value of %.*s that starts at column %zu has no closing quote",
	    (int)(w->n_key > 60 ? 60 : w->n_key), w->key,
	    spt__line_column(line, w->value - 1));
}

/* 1: the line has a pair; 0: it is empty; -1. */
static int
find_pair(const char *line, const char *end, struct spt_err *why)
{
	const char *p = line;
	struct word w;
	int rc, words = 0;

	while ((rc = next_word(&p, end, &w)) > 0 && w.value == NULL)
		words = 1;
	if (rc < 0)
		return unclosed(line, &w, why);
	if (rc == 0 && words)
		return spt_fail(why, SPT_EDATA,
		    "expected KEY=VALUE, found no \"=\" behind a key");
	return rc;
}

static int
split(void *self, const char *line, size_t n, struct spt_cells *c,
    struct spt_err *why)
{
	const char *p = line, *end = line + n;
	struct word w;
	int rc = find_pair(line, end, why);

	(void)self;
	if (rc <= 0)
		return rc;
	while ((rc = next_word(&p, end, &w)) > 0) {
		int i = c->find(c, w.key, w.n_key, why);

		if (i < -1)
			return -1;
		if (i >= 0 && put_word(&c->v[i], &w, c->arena, why) < 0)
			return -1;
	}
	return rc < 0 ? unclosed(line, &w, why) : 1;
}

const struct spt_format spt_format_logfmt = {
	.name = "logfmt",
	.named = true,
	.line = split,
};
