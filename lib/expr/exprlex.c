/*
 * exprlex - only what jq 1.6 reads the same way is a word; the rest is alien,
 * and whoever meets it leaves the program to libjq.
 */
#include <ctype.h>
#include <math.h>

#include "base/number.h"
#include "base/utf8.h"
#include "expr/exprlex.h"

void
spt_lex_init(struct spt_lex *l, const char *program)
{
	memset(l, 0, sizeof *l);
	l->p = l->text = program;
}

static bool
starts_name(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static size_t
name_length(const char *p)
{
	size_t n = 0;

	if (!starts_name(*p))
		return 0;
	while (isalnum((unsigned char)p[n]) || p[n] == '_')
		n++;
	return n;
}

/* ([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)? */
static size_t
number_length(const char *p)
{
	size_t n = 0, x;

	while (isdigit((unsigned char)p[n]))
		n++;
	if (p[n] == '.' && (n != 0 || isdigit((unsigned char)p[1])))
		for (n++; isdigit((unsigned char)p[n]);)
			n++;
	if (n == 0 || (p[n] != 'e' && p[n] != 'E'))
		return n;
	x = n + 1;
	x += p[x] == '+' || p[x] == '-';
	if (!isdigit((unsigned char)p[x]))
		return n;
	while (isdigit((unsigned char)p[x]))
		x++;
	return x;
}

/* Longest first. */
static const char *const signs[] = { "//=", "==", "!=", "<=", ">=", "//",
	"|=", "+=", "-=", "*=", "/=", "%=", "(", ")", "[", "]", "{", "}", "|",
	",", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", ".", "?" };

static size_t
sign_length(const char *p)
{
	/* These begin with a sign that we have, and are others. */
	if (strncmp(p, "?//", 3) == 0 || strncmp(p, "..", 2) == 0)
		return 0;
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (strncmp(p, signs[i], strlen(signs[i])) == 0)
			return strlen(signs[i]);
	return 0;
}

static void
skip_blanks(struct spt_lex *l)
{
	for (;;) {
		l->p += strspn(l->p, " \t\r\n");
		if (*l->p != '#')
			return;
		l->p += strcspn(l->p, "\n");
	}
}

static void
set(struct spt_lex *l, enum spt_word word, size_t skip, size_t n)
{
	l->word = word;
	l->text = l->p + skip;
	l->n = n;
	l->p += skip + n;
}

static void
scan_number(struct spt_lex *l, size_t n)
{
	set(l, SPT_WORD_NUMBER, 0, n);
	if (spt_float_parse(l->text, n, &l->number) != 1 ||
	    !isfinite(l->number))
		l->word = SPT_WORD_ALIEN;
}

void
spt_lex_next(struct spt_lex *l)
{
	size_t n;

	skip_blanks(l);
	if (*l->p == '\0')
		set(l, SPT_WORD_END, 0, 0);
	else if (*l->p == '"')
		set(l, SPT_WORD_QUOTE, 0, 1);
	else if (*l->p == '.' && (n = name_length(l->p + 1)) != 0)
		set(l, SPT_WORD_FIELD, 1, n);
	else if (*l->p == '$' && (n = name_length(l->p + 1)) != 0)
		set(l, SPT_WORD_VAR, 1, n);
	else if ((n = number_length(l->p)) != 0)
		scan_number(l, n);
	else if ((n = name_length(l->p)) != 0)
		set(l, SPT_WORD_NAME, 0, n);
	else if ((n = sign_length(l->p)) != 0)
		set(l, SPT_WORD_SIGN, 0, n);
	else
		set(l, SPT_WORD_ALIEN, 0, 1);
	/* A name of a module. */
	if (l->word == SPT_WORD_NAME && l->p[0] == ':' && l->p[1] == ':')
		l->word = SPT_WORD_ALIEN;
}

bool
spt_lex_is(const struct spt_lex *l, enum spt_word word, const char *text)
{
	return l->word == word && strlen(text) == l->n &&
	       memcmp(l->text, text, l->n) == 0;
}

/* ---- strings ------------------------------------------------------------- */

static int
put_unicode(struct spt_buf *out, unsigned c, struct spt_err *e)
{
	char u[3];
	size_t n = 0;

	if (c < 0x80) {
		u[n++] = (char)c;
	} else if (c < 0x800) {
		u[n++] = (char)(0xc0 | c >> 6);
		u[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		u[n++] = (char)(0xe0 | c >> 12);
		u[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		u[n++] = (char)(0x80 | (c & 0x3f));
	}
	return spt_buf_put(out, u, n, e);
}

static bool
read_hex(const char *p, unsigned *c)
{
	*c = 0;
	for (int i = 0; i < 4; i++) {
		unsigned char d = (unsigned char)p[i];

		if (!isxdigit(d))
			return false;
		*c = *c << 4 |
		     (unsigned)(isdigit(d) ? d - '0' : tolower(d) - 'a' + 10);
	}
	return *c < 0xd800 || *c > 0xdfff;
}

/* One escape but \(; l->p is behind the backslash.  1 or 0 or -1. */
static int
scan_escape(struct spt_lex *l, struct spt_buf *out, struct spt_err *e)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	unsigned c;

	if (*l->p == 'u' && read_hex(l->p + 1, &c)) {
		l->p += 5;
		return put_unicode(out, c, e) < 0 ? -1 : 1;
	}
	at = *l->p != '\0' ? strchr(from, *l->p) : NULL;
	if (at == NULL)
		return 0;
	l->p++;
	return spt_buf_putc(out, to[at - from], e) < 0 ? -1 : 1;
}

int
spt_lex_text(struct spt_lex *l, struct spt_buf *out, struct spt_err *e)
{
	for (;;) {
		size_t n = strcspn(l->p, "\"\\");
		int rc;

		if (!spt_utf8_valid((const uint8_t *)l->p, n))
			return 0;
		if (spt_buf_put(out, l->p, n, e) < 0)
			return -1;
		l->p += n;
		if (*l->p == '\0')
			return 0;
		if (*l->p++ == '"')
			return 1;
		if (*l->p == '(') {
			l->p++;
			return 2;
		}
		rc = scan_escape(l, out, e);
		if (rc <= 0)
			return rc;
	}
}
