/*
 * coltype - types as words, and behind timestamp( ) either one of the known
 * forms or a format for strptime.
 *
 * A format is taken as it stands up to the parenthesis that closes, so that
 * nobody has to quote %d/%b/%Y; quotes are for the formats that have an odd
 * parenthesis or blanks at their ends, and printing uses them only then.
 */
#include <string.h>

#include "base/time.h"
#include "decode/coltype.h"
#include "decode/schema_lex.h"

#define TYPES                                                               \
	"bool int float string timestamp, timestamp(s|ms|us|ns|clf|syslog|" \
	"STRPTIME)"

static const enum spt_type types[] = {
	SPT_BOOL,
	SPT_INT64,
	SPT_FLOAT64,
	SPT_UTF8,
	SPT_TIMESTAMP,
};

static const struct form {
	const char *name;
	enum spt_time_form form;
	int64_t unit;
} forms[] = {
	{ "s", SPT_FORM_EPOCH, 1000000 },
	{ "ms", SPT_FORM_EPOCH, 1000 },
	{ "us", SPT_FORM_EPOCH, 1 },
	{ "ns", SPT_FORM_EPOCH, 0 },
	{ "clf", SPT_FORM_CLF, 0 },
	{ "syslog", SPT_FORM_SYSLOG, 0 },
};

#define N_FORMS (sizeof forms / sizeof *forms)

/* The parenthesis that closes the one before p; NULL: none.  A time format may
 * hold pairs of its own. */
static const char *
closing(const char *p)
{
	int open = 1;

	for (; *p != '\0'; p++) {
		if (*p == '(')
			open++;
		else if (*p == ')' && --open == 0)
			return p;
	}
	return NULL;
}

/* The text between the parentheses, blanks around it taken off; *quoted: it is
 * a format even if it looks like a form. */
static int
inside(const char **p, const struct spt_io *io, char **text, bool *quoted,
    struct spt_err *e)
{
	const char *start, *end;

	spt__lex_blanks(p);
	start = *p;
	*quoted = *start == '"';
	if (*quoted) {
		if (spt__lex_quoted(p, io, text, e) < 0)
			return -1;
		spt__lex_blanks(p);
		if (*(*p)++ == ')')
			return 0;
		(*p)--;
		spt_free(io, *text);
		return spt__lex_fail(*p, e, "expected ')'");
	}
	end = closing(start);
	if (end == NULL)
		return spt__lex_fail(start, e, "the '(' is never closed");
	*p = end + 1;
	while (end > start && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	*text = spt_strndup(io, start, (size_t)(end - start), e);
	return *text == NULL ? -1 : 0;
}

static int
scan_form(struct spt_coltype *t, const struct spt_io *io, const char **p,
    struct spt_err *e)
{
	const char *start = *p, *bad = NULL;
	char *text = NULL;
	bool quoted;

	if (inside(p, io, &text, &quoted, e) < 0)
		return -1;
	for (size_t i = 0; !quoted && i < N_FORMS; i++) {
		if (strcmp(forms[i].name, text) != 0)
			continue;
		t->form = forms[i].form;
		t->unit = forms[i].unit;
		spt_free(io, text);
		return 0;
	}
	t->form = SPT_FORM_STRPTIME;
	t->format = text;
	if (strchr(text, '%') == NULL)
		return spt__lex_fail(start, e,
		    "no such form of time (s ms us ns clf syslog, or a format "
		    "such as %Y-%m-%d)");
	if (spt_time_format_check(text, &bad) == 0)
		return spt__lex_fail(
		    bad != NULL ? bad : text, e, "no such conversion of time");
	return 0;
}

int
spt_coltype_scan(struct spt_coltype *t, const struct spt_io *io, const char **p,
    struct spt_err *e)
{
	size_t n = strcspn(*p, " \t\r\n,(\"");
	char *word;

	memset(t, 0, sizeof *t);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		const char *name = spt_type_name(types[i]);

		if (strlen(name) == n && memcmp(name, *p, n) == 0)
			t->type = types[i];
	}
	if (t->type == 0) {
		word = spt_strndup(io, *p, n, e);
		if (word == NULL)
			return -1;
		spt__lex_fail(n != 0 ? word : *p, e,
		    n != 0 ? "no such type (" TYPES ")"
			   : "expected a type (" TYPES ")");
		spt_free(io, word);
		return -1;
	}
	*p += n;
	if (t->type != SPT_TIMESTAMP || **p != '(')
		return 0;
	(*p)++;
	if (scan_form(t, io, p, e) < 0) {
		spt_coltype_fini(t, io);
		return -1;
	}
	return 0;
}

int
spt_coltype_parse(struct spt_coltype *t, const struct spt_io *io,
    const char *text, struct spt_err *e)
{
	if (spt_coltype_scan(t, io, &text, e) < 0)
		return -1;
	if (*text == '\0')
		return 0;
	spt_coltype_fini(t, io);
	return spt__lex_fail(text, e, "expected the end of the type");
}

/* Would the format be read as something else without quotes? */
static bool
needs_quotes(const char *format)
{
	size_t n = strlen(format);
	int open = 0;

	if (format[0] == '"' || strchr(" \t\r\n", format[0]) != NULL ||
	    strchr(" \t\r\n", format[n - 1]) != NULL)
		return true;
	for (const char *p = format; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return true;
		if (*p == '(')
			open++;
		else if (*p == ')' && open-- == 0)
			return true;
	}
	return open != 0;
}

int
spt_coltype_put(
    struct spt_buf *out, const struct spt_coltype *t, struct spt_err *e)
{
	if (spt_buf_puts(out, spt_type_name(t->type), e) < 0)
		return -1;
	if (t->type != SPT_TIMESTAMP || t->form == SPT_FORM_RFC3339)
		return 0;
	for (size_t i = 0; i < N_FORMS; i++)
		if (forms[i].form == t->form && forms[i].unit == t->unit)
			return spt_buf_printf(out, e, "(%s)", forms[i].name);
	if (!needs_quotes(t->format))
		return spt_buf_printf(out, e, "(%s)", t->format);
	if (spt_buf_putc(out, '(', e) < 0 ||
	    spt__lex_put_quoted(out, t->format, e) < 0)
		return -1;
	return spt_buf_putc(out, ')', e);
}

int
spt_coltype_copy(struct spt_coltype *dst, const struct spt_io *io,
    const struct spt_coltype *src, struct spt_err *e)
{
	*dst = *src;
	if (src->format == NULL)
		return 0;
	dst->format = spt_strdup(io, src->format, e);
	return dst->format == NULL ? -1 : 0;
}

void
spt_coltype_fini(struct spt_coltype *t, const struct spt_io *io)
{
	spt_free(io, t->format);
	t->format = NULL;
}
