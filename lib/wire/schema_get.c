/*
 * schema_get - names, types and metadata of the columns, from a message that
 * somebody else may have written.  What has no place among the five types is
 * refused here, by the name of the column, with what to do about it.
 */
#include <string.h>

#include "wire/frame_put.h"
#include "wire/in.h"
#include "wire/schema_get.h"

/* The type union of Schema.fbs: its numbers, as far as they have a row of
 * their own below, and the words for those that are refused. */
enum {
	T_INT = 2,
	T_FLOAT = 3,
	T_UTF8 = 5,
	T_BOOL = 6,
	T_DATE = 8,
	T_TIMESTAMP = 10,
	T_LARGE_UTF8 = 20,
	T_UTF8_VIEW = 24,
};

static const char *const words[] = { "an unknown type", "null", "integer",
	"float", "binary", "string", "bool", "decimal", "date", "time",
	"timestamp", "interval", "list", "struct", "union", "fixed-size binary",
	"fixed-size list", "map", "duration", "large binary", "large string",
	"large list", "run-end encoding", "binary view", "string view",
	"list view", "large list view" };

struct column {
	const char *name;
	enum spt_type type;
	enum spt__form form;
};

static int
refuse(const struct column *c, const char *what, struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA,
	    "column \"%s\": %s is not supported (int, float, string, bool, "
	    "timestamp are; cast it above)",
	    c->name, what);
}

static int
get_int(struct column *c, struct spt__fb *fb, const struct spt__table *t,
    struct spt_err *e)
{
	int64_t bits = spt__fb_int(fb, t, 0, 4, 0);
	bool is_signed = spt__fb_int(fb, t, 1, 1, 0) != 0;

	c->type = SPT_INT64;
	switch (bits) {
	case 8:
		c->form = is_signed ? SPT__INT8 : SPT__UINT8;
		return 0;
	case 16:
		c->form = is_signed ? SPT__INT16 : SPT__UINT16;
		return 0;
	case 32:
		c->form = is_signed ? SPT__INT32 : SPT__UINT32;
		return 0;
	case 64:
		/* Half of its values have no place in int64. */
		return is_signed ? 0 : refuse(c, "uint64", e);
	default:
		return refuse(c, "an integer of that width", e);
	}
}

static int
get_float(struct column *c, struct spt__fb *fb, const struct spt__table *t,
    struct spt_err *e)
{
	c->type = SPT_FLOAT64;
	switch (spt__fb_int(fb, t, 0, 2, 0)) {
	case 1:
		c->form = SPT__FLOAT32;
		return 0;
	case 2:
		return 0;
	default:
		return refuse(c, "float16", e);
	}
}

static int
get_timestamp(struct column *c, struct spt__fb *fb, const struct spt__table *t,
    struct spt_err *e)
{
	c->type = SPT_TIMESTAMP;
	switch (spt__fb_int(fb, t, 0, 2, 0)) {
	case 0:
		c->form = SPT__SECONDS;
		return 0;
	case 1:
		c->form = SPT__MILLISECONDS;
		return 0;
	case 2:
		return 0;
	case 3:
		c->form = SPT__NANOSECONDS;
		return 0;
	default:
		return refuse(c, "a timestamp of that unit", e);
	}
}

static int
get_date(struct column *c, struct spt__fb *fb, const struct spt__table *t,
    struct spt_err *e)
{
	c->type = SPT_TIMESTAMP;
	c->form = SPT__DATE32;
	return spt__fb_int(fb, t, 0, 2, 1) == 0 ? 0 : refuse(c, "date64", e);
}

static int
get_type(struct column *c, struct spt__fb *fb, const struct spt__table *field,
    struct spt_err *e)
{
	int64_t number = spt__fb_int(fb, field, 2, 1, 0);
	struct spt__table t;

	if (!spt__fb_table(fb, field, 3, &t))
		return spt__message_bad(fb, e);
	switch (number) {
	case T_INT:
		return get_int(c, fb, &t, e);
	case T_FLOAT:
		return get_float(c, fb, &t, e);
	case T_BOOL:
		c->type = SPT_BOOL;
		return 0;
	case T_DATE:
		return get_date(c, fb, &t, e);
	case T_TIMESTAMP:
		return get_timestamp(c, fb, &t, e);
	case T_LARGE_UTF8:
		c->type = SPT_UTF8;
		c->form = SPT__LARGE_UTF8;
		return 0;
	case T_UTF8_VIEW:
		c->type = SPT_UTF8;
		c->form = SPT__UTF8_VIEW;
		return 0;
	case T_UTF8:
		c->type = SPT_UTF8;
		return 0;
	default:
		if (number < 0 ||
		    number >= (int64_t)(sizeof words / sizeof *words))
			number = 0;
		return refuse(c, words[number], e);
	}
}

static int
get_field(struct spt_schema *s, enum spt__form *form, struct spt__fb *fb,
    const struct spt__table *field, size_t *budget, struct spt_err *e)
{
	struct column c = { .form = SPT__AS_IS };
	struct spt__table dictionary;
	size_t n, children;

	c.name = spt__fb_string(fb, field, 0, &n);
	if (fb->bad != NULL)
		return spt__message_bad(fb, e);
	if (c.name == NULL || n == 0)
		return spt_fail(
		    e, SPT_EDATA, "column %zu has no name", s->n + 1);
	if (strlen(c.name) != n)
		return spt_fail(e, SPT_EDATA,
		    "the name of column %zu has a NUL in it", s->n + 1);
	if (spt__fb_table(fb, field, 4, &dictionary))
		return refuse(&c, "dictionary encoding", e);
	if (get_type(&c, fb, field, e) < 0)
		return -1;
	spt__fb_vector(fb, field, 5, 4, &children);
	if (fb->bad != NULL)
		return spt__message_bad(fb, e);
	if (children != 0)
		return spt_fail(e, SPT_EDATA,
		    "column \"%s\": a %s with columns inside", c.name,
		    spt_type_name(c.type));
	if (spt_schema_add(s, c.name, c.type, e) < 0)
		return -1;
	*form = c.form;
	s->fields[s->n - 1].nullable = spt__fb_int(fb, field, 1, 1, 0) != 0;
	return spt__pairs_get(
	    fb, field, SPT__FIELD_PAIRS, &s->fields[s->n - 1].meta, budget, e);
}

int
spt__schema_get(struct spt_schema *s, enum spt__form **forms,
    struct spt__message *m, struct spt_err *e)
{
	size_t n, first, budget = SPT_IN_MAX_META;
	struct spt__fb *fb = &m->fb;

	if (m->type != SPT__ARROW_SCHEMA || m->body != 0)
		return spt_fail(
		    e, SPT_EDATA, "the stream does not begin with a schema");
	if (spt__fb_int(fb, &m->header, 0, 2, 0) != 0)
		return spt_fail(e, SPT_EDATA, "big-endian data");
	first = spt__fb_vector(fb, &m->header, 1, 4, &n);
	if (fb->bad != NULL)
		return spt__message_bad(fb, e);
	if (n == 0 || n > SPT_MAX_COLUMNS)
		return spt_fail(
		    e, SPT_EDATA, "%zu columns (1 to %d)", n, SPT_MAX_COLUMNS);
	*forms = spt_alloc_zero(s->io, n * sizeof **forms, e);
	if (*forms == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct spt__table field;

		if (!spt__fb_element(fb, first, i, &field))
			return spt__message_bad(fb, e);
		if (get_field(s, *forms + i, fb, &field, &budget, e) < 0)
			return -1;
	}
	return spt__pairs_get(
	    fb, &m->header, SPT__SCHEMA_PAIRS, &s->meta, &budget, e);
}
