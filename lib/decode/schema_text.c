/*
 * schema_text - a parser that looks ahead one character and never back.  The
 * first word of a column is its name whatever it is, so that a column can be
 * called int; a word behind the type that starts with a dot is a path.
 *
 * What is printed is read back the same: fuzz_schema_text holds that.
 */
#include <string.h>

#include "base/utf8.h"
#include "batch/schema.h"
#include "decode/schema_lex.h"
#include "decode/schema_text.h"

#define ENDS_NAME " \t\r\n,\""

static void
fini_spec(struct spt_column_spec *c, const struct spt_io *io)
{
	spt_free(io, c->name);
	spt_coltype_fini(&c->type, io);
	spt_jsonpath_fini(&c->path);
}

void
spt_schema_text_fini(struct spt_schema_text *s)
{
	if (s->io == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		fini_spec(&s->v[i], s->io);
	spt_free(s->io, s->v);
	memset(s, 0, sizeof *s);
}

const struct spt_column_spec *
spt_schema_text_find(const struct spt_schema_text *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].name, name) == 0)
			return &s->v[i];
	return NULL;
}

static int
scan_name(const struct spt_schema_text *s, struct spt_column_spec *c,
    const char **p, struct spt_err *e)
{
	const char *start = *p;
	size_t n = strcspn(start, ENDS_NAME);

	if (*start == '"') {
		if (spt__lex_quoted(p, s->io, &c->name, e) < 0)
			return -1;
	} else {
		c->name = spt_strndup(s->io, start, n, e);
		if (c->name == NULL)
			return -1;
		*p += n;
	}
	if (c->name[0] == '\0')
		return spt__lex_fail(
		    start, e, "expected a name (name type, name type, ...)");
	if (!spt_utf8_valid((const uint8_t *)c->name, strlen(c->name)))
		return spt__lex_fail(start, e, "the name is not UTF-8");
	if (spt_schema_text_find(s, c->name) != NULL)
		return spt__lex_fail(start, e, "the name is there already");
	return 0;
}

/* name type [path], up to the comma or the end. */
static int
scan_spec(const struct spt_schema_text *s, struct spt_column_spec *c,
    const char **p, struct spt_err *e)
{
	spt__lex_blanks(p);
	if (scan_name(s, c, p, e) < 0)
		return -1;
	spt__lex_blanks(p);
	if (spt_coltype_scan(&c->type, s->io, p, e) < 0)
		return -1;
	spt__lex_blanks(p);
	if (**p == '.' && spt_jsonpath_scan(&c->path, s->io, p, e) < 0)
		return -1;
	spt__lex_blanks(p);
	if (**p != ',' && **p != '\0')
		return spt__lex_fail(*p, e, "expected a comma");
	return 0;
}

int
spt_schema_text_parse(struct spt_schema_text *s, const struct spt_io *io,
    const char *text, struct spt_err *e)
{
	memset(s, 0, sizeof *s);
	s->io = io;
	if (text == NULL)
		return 0;
	for (;; text++) {
		struct spt_column_spec c = { 0 };

		if (s->n >= SPT_MAX_COLUMNS) {
			spt_fail(e, SPT_EUSAGE, "more than %d columns",
			    SPT_MAX_COLUMNS);
			goto fail;
		}
		if (scan_spec(s, &c, &text, e) < 0 ||
		    spt_grow(io, &s->v, &s->cap, s->n + 1, sizeof *s->v, e) <
			0) {
			fini_spec(&c, io);
			goto fail;
		}
		s->v[s->n++] = c;
		if (*text == '\0')
			return 0;
	}
fail:
	spt_schema_text_fini(s);
	return -1;
}

/* (A name that is also a type is no trouble: the first word is the name.) */
static bool
bare(const char *name)
{
	if (name[0] == '\0' || name[0] == '.' ||
	    strpbrk(name, ENDS_NAME) != NULL || strpbrk(name, "\\(") != NULL)
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

int
spt_schema_text_put_name(
    struct spt_buf *out, const char *name, struct spt_err *e)
{
	return bare(name) ? spt_buf_puts(out, name, e)
			  : spt__lex_put_quoted(out, name, e);
}

int
spt_schema_text_put(struct spt_buf *out, const char *name,
    const struct spt_coltype *t, const struct spt_jsonpath *path,
    struct spt_err *e)
{
	if (out->len != 0 && spt_buf_puts(out, ", ", e) < 0)
		return -1;
	if (spt_schema_text_put_name(out, name, e) < 0 ||
	    spt_buf_putc(out, ' ', e) < 0 || spt_coltype_put(out, t, e) < 0)
		return -1;
	if (path == NULL || path->io == NULL)
		return 0;
	if (spt_buf_putc(out, ' ', e) < 0)
		return -1;
	return spt_jsonpath_put(out, path, e);
}
