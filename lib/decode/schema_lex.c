/*
 * schema_lex - quoted strings have escapes because a CSV header may hold any
 * character, and --print-schema has one line for all of them.
 */
#include <string.h>

#include "decode/schema_lex.h"

#define SHOWN 32 /* bytes of the text that a message quotes */

void
spt__lex_blanks(const char **p)
{
	*p += strspn(*p, " \t\r\n");
}

int
spt__lex_fail(const char *p, struct spt_err *e, const char *what)
{
	size_t n = strlen(p);

	if (n == 0)
		return spt_fail(e, SPT_EUSAGE, "at the end: %s", what);
	if (n <= SHOWN)
		return spt_fail(e, SPT_EUSAGE, "at \"%s\": %s", p, what);
	/* A character is not cut in two. */
	n = SHOWN;
	while (n > 1 && ((unsigned char)p[n] & 0xc0) == 0x80)
		n--;
	return spt_fail(e, SPT_EUSAGE, "at \"%.*s...\": %s", (int)n, p, what);
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The character that the escape at *p (behind its backslash) means; moves
 * behind it.  '\0': it is none. */
static char
escape(const char **p)
{
	const char *s = (*p)++;

	switch (*s) {
	case '"':
	case '\\':
		return *s;
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'x':
		if (hex(s[1]) < 0 || hex(s[2]) < 0)
			return '\0';
		*p += 2;
		return (char)(hex(s[1]) * 16 + hex(s[2]));
	default:
		return '\0';
	}
}

int
spt__lex_quoted(
    const char **p, const struct spt_io *io, char **out, struct spt_err *e)
{
	const char *start = *p, *s = start + 1;
	size_t n = 0;
	char *text;

	/* What comes out is never longer than what stands there. */
	text = spt_alloc(io, strlen(s) + 1, e);
	if (text == NULL)
		return -1;
	while (*s != '"' && *s != '\0') {
		const char *at = s;
		char c = *s++;

		if (c == '\\') {
			c = escape(&s);
			if (c == '\0') {
				spt__lex_fail(at, e,
				    "no such escape "
				    "(\\\" \\\\ \\n \\r \\t \\xHH)");
				spt_free(io, text);
				return -1;
			}
		}
		text[n++] = c;
	}
	if (*s == '\0') {
		spt_free(io, text);
		return spt__lex_fail(start, e, "the quote is never closed");
	}
	text[n] = '\0';
	*p = s + 1;
	*out = text;
	return 0;
}

int
spt__lex_put_quoted(struct spt_buf *out, const char *s, struct spt_err *e)
{
	if (spt_buf_putc(out, '"', e) < 0)
		return -1;
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		int rc;

		if (c == '"' || c == '\\')
			rc = spt_buf_printf(out, e, "\\%c", c);
		else if (c == '\n' || c == '\r' || c == '\t')
			rc = spt_buf_printf(out, e, "\\%c",
			    c == '\n'   ? 'n'
			    : c == '\r' ? 'r'
					: 't');
		else if (c < 0x20 || c == 0x7f)
			rc = spt_buf_printf(out, e, "\\x%02x", c);
		else
			rc = spt_buf_putc(out, *s, e);
		if (rc < 0)
			return -1;
	}
	return spt_buf_putc(out, '"', e);
}
