/*
 * Elements, attributes and values of PMML.
 *
 * Entities cannot be declared here, so the value of an attribute is one piece
 * of text, which is used where it is.  Names are compared without prefixes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "score/pmml.h"

#define ARRAY_MAX (1u << 24)

int
spt_pmml_fail(struct spt_pmml_load *l, const xmlNode *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	spt_fail_v(l->e, SPT_EDATA, fmt, ap);
	va_end(ap);
	return spt_err_where(l->e, "%s: line %ld: %.60s", l->m->file,
	    l->xml.GetLineNo(at), (const char *)at->name);
}

int
spt_pmml_refuse(struct spt_pmml_load *l, const xmlNode *at)
{
	return spt_pmml_fail(l, at, "such an element is not supported here");
}

void *
spt_pmml_get(struct spt_pmml_load *l, size_t n, size_t size)
{
	void *p = spt_arena_get(&l->m->arena, (n + 1) * size, l->e);

	if (p != NULL)
		memset(p, 0, (n + 1) * size);
	return p;
}

/* ---- walking ----------------------------------------------------------- */

bool
spt_pmml_is(const xmlNode *x, const char *name)
{
	return strcmp((const char *)x->name, name) == 0;
}

static const xmlNode *
element(const xmlNode *x)
{
	while (x != NULL &&
	       (x->type != XML_ELEMENT_NODE || spt_pmml_is(x, "Extension")))
		x = x->next;
	return x;
}

const xmlNode *
spt_pmml_child(const xmlNode *x)
{
	return element(x->children);
}

const xmlNode *
spt_pmml_next(const xmlNode *x)
{
	return element(x->next);
}

const xmlNode *
spt_pmml_find(const xmlNode *x, const char *name)
{
	const xmlNode *c = spt_pmml_child(x);

	while (c != NULL && !spt_pmml_is(c, name))
		c = spt_pmml_next(c);
	return c;
}

size_t
spt_pmml_count(const xmlNode *x, const char *name)
{
	size_t n = 0;

	for (x = spt_pmml_child(x); x != NULL; x = spt_pmml_next(x))
		n += spt_pmml_is(x, name);
	return n;
}

/* ---- attributes -------------------------------------------------------- */

const char *
spt_pmml_attr(const xmlNode *x, const char *name)
{
	for (const xmlAttr *a = x->properties; a != NULL; a = a->next) {
		if (strcmp((const char *)a->name, name) != 0)
			continue;
		if (a->children == NULL || a->children->content == NULL)
			return "";
		return (const char *)a->children->content;
	}
	return NULL;
}

const char *
spt_pmml_text(const xmlNode *x)
{
	x = x->children;
	while (x != NULL && x->type != XML_TEXT_NODE)
		x = x->next;
	return x == NULL || x->content == NULL ? "" : (const char *)x->content;
}

int
spt_pmml_need(struct spt_pmml_load *l, const xmlNode *x, const char *name,
    const char **value)
{
	*value = spt_pmml_attr(x, name);
	if (*value == NULL)
		return spt_pmml_fail(
		    l, x, "there is no attribute \"%s\"", name);
	return 0;
}

static int
parse(struct spt_pmml_load *l, const xmlNode *x, const char *text, double *v)
{
	if (spt_float_parse(text, strlen(text), v) == 1)
		return 0;
	return spt_pmml_fail(l, x, "\"%.40s\" is not a number", text);
}

int
spt_pmml_number(struct spt_pmml_load *l, const xmlNode *x, const char *name,
    double otherwise, double *v)
{
	const char *text = spt_pmml_attr(x, name);

	*v = otherwise;
	if (text == NULL && isnan(otherwise))
		return spt_pmml_need(l, x, name, &text);
	if (text == NULL)
		return 0;
	if (parse(l, x, text, v) < 0)
		return spt_err_where(l->e, "%s", name);
	if (isnan(*v))
		return spt_pmml_fail(l, x, "%s is not a number", name);
	return 0;
}

int
spt_pmml_choice(struct spt_pmml_load *l, const xmlNode *x, const char *name,
    const char *const *list, size_t *at)
{
	const char *text = spt_pmml_attr(x, name);

	*at = 0;
	if (text == NULL)
		return 0;
	for (; list[*at] != NULL; (*at)++)
		if (strcmp(text, list[*at]) == 0)
			return 0;
	return spt_pmml_fail(l, x, "%s=\"%.60s\" is not supported", name, text);
}

/* ---- values ------------------------------------------------------------ */

int
spt_pmml_type(struct spt_pmml_load *l, const xmlNode *x,
    enum spt_pmml_data otherwise, enum spt_pmml_data *data)
{
	static const char *const names[] = { "string", "integer", "float",
		"double", "boolean", NULL };
	size_t at;

	*data = otherwise;
	if (spt_pmml_attr(x, "dataType") == NULL)
		return 0;
	if (spt_pmml_choice(l, x, "dataType", names, &at) < 0)
		return -1;
	*data = (enum spt_pmml_data)at;
	return 0;
}

int
spt_pmml_value(struct spt_pmml_load *l, const xmlNode *x, const char *text,
    enum spt_pmml_data data, double *v)
{
	bool truth;

	switch (data) {
	case SPT_PMML_STRING:
		return spt_pmml_word(l->m, text, strlen(text), v, l->e);
	case SPT_PMML_BOOLEAN:
		if (spt_bool_parse(text, strlen(text), &truth) != 1)
			break;
		*v = truth;
		return 0;
	case SPT_PMML_FLOAT:
		if (parse(l, x, text, v) < 0)
			return -1;
		*v = (double)(float)*v;
		return 0;
	default:
		return parse(l, x, text, v);
	}
	if (parse(l, x, text, v) < 0)
		return -1;
	return *v == 0 || *v == 1 ? 0
				  : spt_pmml_fail(l, x, "%g is no boolean", *v);
}

/* ---- arrays ------------------------------------------------------------ */

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next item of an array: plain, or in quotes with \" inside.  It is
 * unquoted into word, which has room.  1, or 0 at the end. */
static int
next_item(const char **text, char *word)
{
	const char *p = *text;

	while (blank(*p))
		p++;
	if (*p == '\0')
		return 0;
	if (*p == '"') {
		for (p++; *p != '\0' && *p != '"'; p++) {
			if (p[0] == '\\' && (p[1] == '"' || p[1] == '\\'))
				p++;
			*word++ = *p;
		}
		p += *p == '"';
	} else {
		while (*p != '\0' && !blank(*p))
			*word++ = *p++;
	}
	*word = '\0';
	*text = p;
	return 1;
}

static int
take_items(struct spt_pmml_load *l, const xmlNode *x, enum spt_pmml_data data,
    char *word, double **v, size_t *n)
{
	const char *text = spt_pmml_text(x);
	size_t cap = 0;

	*n = 0;
	while (next_item(&text, word)) {
		if (*n == cap) {
			double *more;

			cap = cap == 0 ? 8 : cap * 2;
			if (cap > ARRAY_MAX)
				return spt_pmml_fail(l, x, "too long");
			more = spt_pmml_get(l, cap, sizeof *more);
			if (more == NULL)
				return -1;
			if (*n != 0)
				memcpy(more, *v, *n * sizeof *more);
			*v = more;
		}
		if (spt_pmml_value(l, x, word, data, &(*v)[(*n)++]) < 0)
			return -1;
	}
	return 0;
}

int
spt_pmml_array(struct spt_pmml_load *l, const xmlNode *x,
    enum spt_pmml_data data, double **v, size_t *n)
{
	char *word;
	double said;
	int rc;

	*v = NULL;
	*n = 0;
	if (!spt_pmml_is(x, "Array"))
		return spt_pmml_refuse(l, x);
	if (spt_pmml_number(l, x, "n", -1, &said) < 0)
		return -1;
	word = spt_alloc(l->m->io, strlen(spt_pmml_text(x)) + 1, l->e);
	if (word == NULL)
		return -1;
	rc = take_items(l, x, data, word, v, n);
	spt_free(l->m->io, word);
	if (rc == 0 && said >= 0 && said != (double)*n)
		return spt_pmml_fail(
		    l, x, "%zu values, and n is %.17g", *n, said);
	return rc;
}
