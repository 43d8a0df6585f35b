/*
 * mapspec - a column keeps the metadata of the input column of its name and
 * type.  The marks among it promise something about the values (the watermark
 * was made from the event time; the keys tell rows apart), so a marked column
 * is fixed: whoever changes it must name it otherwise, or mark it again.  Keys
 * tell rows apart only together: unless all of them are kept, none is.
 */
#include <string.h>

#include "expr/mapspec.h"

#define ENDS_NAME " \t\r\n,\""
#define BLANKS " \t\r\n"

void
spt_mapspec_init(struct spt_mapspec *s, const struct spt_io *io)
{
	memset(s, 0, sizeof *s);
	s->io = io;
	s->bare = -1;
	spt_schema_init(&s->schema, io);
}

void
spt_mapspec_fini(struct spt_mapspec *s)
{
	if (s->io == NULL)
		return;
	for (size_t k = 0; k < s->schema.n; k++)
		jv_free(s->cols[k].key);
	spt_free(s->io, s->cols);
	spt_schema_fini(&s->schema);
	memset(s, 0, sizeof *s);
}

int
spt_mapspec_add(struct spt_mapspec *s, const char *name, enum spt_type type,
    struct spt_err *e)
{
	struct spt_mapcol *c;

	if (spt_grow(s->io, &s->cols, &s->cap, s->schema.n + 1, sizeof *s->cols,
		e) < 0 ||
	    spt_schema_add(&s->schema, name, type, e) < 0)
		return -1;
	c = &s->cols[s->schema.n - 1];
	c->in = -1;
	c->kept = c->fixed = false;
	c->key = jv_string(name);
	return 0;
}

int
spt_mapspec_add_input(
    struct spt_mapspec *s, const struct spt_schema *in, struct spt_err *e)
{
	for (size_t k = 0; k < in->n; k++)
		if (spt_mapspec_add(
			s, in->fields[k].name, in->fields[k].type, e) < 0)
			return -1;
	return 0;
}

/* ---- binding to the input ---------------------------------------------- */

static bool
marked(const struct spt_meta *m, const char *mark)
{
	return spt_meta_get(m, mark) != NULL;
}

/* Are all grouping columns of the input among the columns that keep theirs? */
static bool
keeps_keys(const struct spt_mapspec *s, const struct spt_schema *in)
{
	for (size_t i = 0; i < in->n; i++) {
		int k;

		if (!marked(&in->fields[i].meta, SPT_KEY_GROUP))
			continue;
		k = spt_schema_find(&s->schema, in->fields[i].name);
		if (k < 0 || !marked(&s->schema.fields[k].meta, SPT_KEY_GROUP))
			return false;
	}
	return true;
}

int
spt_mapspec_bind(struct spt_mapspec *s, const struct spt_schema *in,
    const bool *keep, struct spt_err *e)
{
	for (size_t k = 0; k < s->schema.n; k++) {
		struct spt_field *f = &s->schema.fields[k];
		int at = spt_schema_find(in, f->name);

		s->cols[k].in = at;
		if (at < 0 || in->fields[at].type != f->type ||
		    (keep != NULL && !keep[k]))
			continue;
		if (spt_meta_copy(&f->meta, &in->fields[at].meta, e) < 0)
			return -1;
		s->cols[k].kept = true;
	}
	if (!keeps_keys(s, in))
		for (size_t k = 0; k < s->schema.n; k++)
			spt_meta_remove(
			    &s->schema.fields[k].meta, SPT_KEY_GROUP);
	for (size_t k = 0; k < s->schema.n; k++) {
		const struct spt_meta *m = &s->schema.fields[k].meta;

		s->cols[k].fixed =
		    marked(m, SPT_KEY_EVENT_TIME) || marked(m, SPT_KEY_GROUP);
	}
	return 0;
}

/* ---- the text of -s ---------------------------------------------------- */

static int
expected(const char *at, const char *what, struct spt_err *e)
{
	if (*at == '\0')
		return spt_fail(e, SPT_EUSAGE, "-s: at the end: %s", what);
	return spt_fail(e, SPT_EUSAGE, "-s: at \"%.32s\": %s", at, what);
}

/* Reads a name into out, without NUL, and moves behind it. */
static int
scan_name(const char **p, struct spt_buf *out, struct spt_err *e)
{
	const char *start = *p;

	if (*start != '"') {
		size_t n = strcspn(start, ENDS_NAME);

		*p += n;
		return n == 0
			   ? expected(start,
				 "expected a name (name type, name type, ...)",
				 e)
			   : spt_buf_put(out, start, n, e);
	}
	for (++*p; **p != '"'; ++*p) {
		if (**p == '\\' && ((*p)[1] == '"' || (*p)[1] == '\\'))
			++*p;
		if (**p == '\0')
			return expected(start, "the quote is never closed", e);
		if (spt_buf_putc(out, **p, e) < 0)
			return -1;
	}
	++*p;
	return 0;
}

static int
scan_type(const char **p, enum spt_type *type, struct spt_err *e)
{
	size_t n = strcspn(*p, ENDS_NAME);

	for (int t = SPT_BOOL; t <= SPT_TIMESTAMP; t++) {
		const char *name = spt_type_name((enum spt_type)t);

		if (strlen(name) != n || strncmp(*p, name, n) != 0)
			continue;
		*type = (enum spt_type)t;
		*p += n;
		return 0;
	}
	return expected(
	    *p, "expected a type: bool, int, float, string or timestamp", e);
}

static int
scan_column(struct spt_mapspec *s, const char **p, struct spt_buf *name,
    struct spt_err *e)
{
	enum spt_type type = SPT_UTF8;
	const char *text;

	name->len = 0;
	*p += strspn(*p, BLANKS);
	if (scan_name(p, name, e) < 0)
		return -1;
	*p += strspn(*p, BLANKS);
	if (scan_type(p, &type, e) < 0)
		return -1;
	*p += strspn(*p, BLANKS);
	if (**p != ',' && **p != '\0')
		return expected(*p, "expected a comma", e);
	text = spt_buf_str(name, e);
	return text == NULL ? -1 : spt_mapspec_add(s, text, type, e);
}

int
spt_mapspec_parse(struct spt_mapspec *s, const char *text, struct spt_err *e)
{
	struct spt_buf name;
	int rc;

	spt_buf_init(&name, s->io);
	while ((rc = scan_column(s, &text, &name, e)) == 0 && *text == ',')
		text++;
	spt_buf_fini(&name);
	if (rc < 0) {
		/* A doubled name is bad data elsewhere; here it was typed. */
		if (e->kind == SPT_EDATA) {
			e->kind = SPT_EUSAGE;
			spt_err_where(e, "-s");
		}
		return -1;
	}
	s->bare = spt_schema_find(&s->schema, "value");
	if (s->bare < 0 && s->schema.n == 1)
		s->bare = 0;
	return 0;
}

static int
put_name(struct spt_buf *out, const char *name, struct spt_err *e)
{
	if (strpbrk(name, ENDS_NAME) == NULL)
		return spt_buf_puts(out, name, e);
	if (spt_buf_putc(out, '"', e) < 0)
		return -1;
	for (; *name != '\0'; name++)
		if (((*name == '"' || *name == '\\') &&
			spt_buf_putc(out, '\\', e) < 0) ||
		    spt_buf_putc(out, *name, e) < 0)
			return -1;
	return spt_buf_putc(out, '"', e);
}

int
spt_mapspec_print(const struct spt_mapspec *s, int k, enum spt_type t,
    struct spt_buf *out, struct spt_err *e)
{
	for (size_t i = 0; i < s->schema.n; i++) {
		const struct spt_field *f = &s->schema.fields[i];

		if ((i != 0 && spt_buf_puts(out, ", ", e) < 0) ||
		    put_name(out, f->name, e) < 0 ||
		    spt_buf_printf(out, e, " %s",
			spt_type_name((int)i == k ? t : f->type)) < 0)
			return -1;
	}
	return 0;
}
