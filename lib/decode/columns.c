/*
 * columns - while learning, columns are numbered as they come, and a number
 * stays with its column, because the cells of the formats go by it.  What order
 * the output has is decided once, at the end.
 */
#include <string.h>

#include "decode/columns.h"

int
spt_columns_init(struct spt_columns *c, const struct spt_io *io,
    const char *schema, const char *keep, struct spt_err *e)
{
	memset(c, 0, sizeof *c);
	c->io = io;
	spt__names_init(&c->names, io);
	spt_schema_init(&c->schema, io);
	if (spt_schema_text_parse(&c->text, io, schema, e) < 0) {
		spt_columns_fini(c);
		return spt_err_where(e, "-s");
	}
	if (spt_list_parse(&c->keep, io, keep, e) < 0) {
		spt_columns_fini(c);
		return spt_err_where(e, "-c");
	}
	return 0;
}

void
spt_columns_fini(struct spt_columns *c)
{
	if (c->io == NULL)
		return;
	spt_columns_cut(c, 0, 0);
	spt_free(c->io, c->in);
	spt_free(c->io, c->seen);
	spt_free(c->io, c->out);
	spt__names_fini(&c->names);
	spt_schema_fini(&c->schema);
	spt_list_fini(&c->keep);
	spt_schema_text_fini(&c->text);
	memset(c, 0, sizeof *c);
}

void
spt_columns_cut(struct spt_columns *c, size_t n, size_t n_seen)
{
	for (size_t i = n_seen; i < c->n_seen; i++)
		c->in[c->seen[i]].seen = false;
	if (c->n_seen > n_seen)
		c->n_seen = n_seen;
	if (c->n <= n)
		return;
	for (size_t i = n; i < c->n; i++) {
		spt_free(c->io, c->in[i].name);
		spt_coltype_fini(&c->in[i].type, c->io);
	}
	c->n = n;
	/* What was added can be added again: there is room for it. */
	spt__names_clear(&c->names);
	for (size_t i = 0; i < n; i++) {
		struct spt_err never = { 0 };

		if (spt__names_add(&c->names, c->in[i].name,
			strlen(c->in[i].name), i, &never) < 0)
			return;
	}
}

/* A new column, with what -s and -c say of it. */
static int
fill(struct spt_columns *c, struct spt_in_column *in, const char *name,
    size_t n, const char *type, struct spt_err *e)
{
	in->name = spt_strndup(c->io, name, n, e);
	if (in->name == NULL)
		return -1;
	in->spec = spt_schema_text_find(&c->text, in->name);
	in->kept = c->keep.n == 0 || spt_list_has(&c->keep, in->name);
	if (in->spec != NULL)
		return spt_coltype_copy(&in->type, c->io, &in->spec->type, e);
	return type != NULL ? spt_coltype_parse(&in->type, c->io, type, e) : 0;
}

static int
add(struct spt_columns *c, const char *name, size_t n, const char *type,
    struct spt_err *e)
{
	struct spt_in_column in = { 0 };

	if (c->n >= SPT_MAX_COLUMNS)
		return spt_fail(
		    e, SPT_EDATA, "more than %d columns", SPT_MAX_COLUMNS);
	if (spt_grow(c->io, &c->in, &c->cap, c->n + 1, sizeof *c->in, e) < 0 ||
	    fill(c, &in, name, n, type, e) < 0 ||
	    spt__names_add(&c->names, in.name, n, c->n, e) < 0) {
		spt_free(c->io, in.name);
		spt_coltype_fini(&in.type, c->io);
		return -1;
	}
	c->in[c->n++] = in;
	return 0;
}

int
spt_columns_add(struct spt_columns *c, const char *name, const char *type,
    struct spt_err *e)
{
	size_t n = strlen(name);

	if (spt__names_find(&c->names, name, n) >= 0)
		return spt_fail(
		    e, SPT_EDATA, "two columns are named \"%s\"", name);
	return add(c, name, n, type, e);
}

int
spt_columns_add_text(struct spt_columns *c, struct spt_err *e)
{
	for (size_t i = 0; i < c->text.n; i++) {
		const char *name = c->text.v[i].name;

		if (spt__names_find(&c->names, name, strlen(name)) < 0 &&
		    add(c, name, strlen(name), NULL, e) < 0)
			return -1;
	}
	return 0;
}

/* Fails with the names of all columns. */
static int
no_column(const struct spt_columns *c, const char *option, const char *name,
    struct spt_err *e)
{
	struct spt_buf list;

	spt_buf_init(&list, c->io);
	for (size_t i = 0; i < c->n; i++)
		if (spt_buf_printf(&list, e, "%s%s", i != 0 ? ", " : "",
			c->in[i].name) < 0)
			goto done;
	spt_fail(e, SPT_EUSAGE, "%s: no column \"%s\" (columns: %.*s)", option,
	    name, list.len < 1000 ? (int)list.len : 1000,
	    list.len != 0 ? (const char *)list.data : "");
done:
	spt_buf_fini(&list);
	return -1;
}

int
spt_columns_check_text(const struct spt_columns *c, struct spt_err *e)
{
	for (size_t i = 0; i < c->text.n; i++) {
		const char *name = c->text.v[i].name;

		if (spt__names_find(&c->names, name, strlen(name)) < 0)
			return no_column(c, "-s", name, e);
	}
	return 0;
}

int
spt_columns_turn_up(
    struct spt_columns *c, const char *name, size_t n, struct spt_err *e)
{
	int64_t at = spt__names_find(&c->names, name, n);

	if (at < 0) {
		/* With -c it does not matter what else there is. */
		if (c->n >= SPT_MAX_COLUMNS && c->keep.n != 0)
			return -1;
		if (n == 0 || memchr(name, '\0', n) != NULL)
			return -1;
		if (add(c, name, n, NULL, e) < 0)
			return -2;
		at = (int64_t)c->n - 1;
	}
	/* Columns of -s are there from the start; their place in the output is
	 * still where they turn up. */
	if (!c->in[at].seen) {
		if (spt_grow(c->io, &c->seen, &c->cap_seen, c->n_seen + 1,
			sizeof *c->seen, e) < 0)
			return -2;
		c->seen[c->n_seen++] = (size_t)at;
		c->in[at].seen = true;
	}
	return (int)at;
}

bool
spt_columns_known(const struct spt_columns *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->in[i].kept && c->in[i].type.type == 0)
			return false;
	return true;
}

bool
spt_columns_keep_known(const struct spt_columns *c)
{
	for (size_t i = 0; i < c->keep.n; i++)
		if (spt_schema_text_find(&c->text, c->keep.v[i]) == NULL)
			return false;
	return c->keep.n != 0;
}

/* ---- settling ---------------------------------------------------------- */

static int
put_out(struct spt_columns *c, size_t at, struct spt_err *e)
{
	struct spt_in_column *in = &c->in[at];

	if (in->type.type == 0)
		in->type.type = spt_infer_type(&in->infer);
	if (spt_schema_add(&c->schema, in->name, in->type.type, e) < 0)
		return -1;
	c->out[c->n_out].in = in;
	c->out[c->n_out].n_name = strlen(in->name);
	c->out[c->n_out++].at = at;
	in->out = c->n_out;
	return 0;
}

/* Those that turned up come in that order, the others (of -s) behind; a column
 * with a path belongs to the others, wherever its value was found. */
static int
put_all(struct spt_columns *c, struct spt_err *e)
{
	for (size_t k = 0; k < c->n_seen; k++) {
		const struct spt_in_column *in = &c->in[c->seen[k]];

		if ((in->spec == NULL || in->spec->path.io == NULL) &&
		    put_out(c, c->seen[k], e) < 0)
			return -1;
	}
	for (size_t i = 0; i < c->n; i++) {
		const struct spt_in_column *in = &c->in[i];
		bool path = in->spec != NULL && in->spec->path.io != NULL;

		if ((path || !in->seen) && put_out(c, i, e) < 0)
			return -1;
	}
	return 0;
}

static int
put_kept(struct spt_columns *c, struct spt_err *e)
{
	for (size_t i = 0; i < c->keep.n; i++) {
		const char *name = c->keep.v[i];
		int64_t at = spt__names_find(&c->names, name, strlen(name));

		if (at < 0)
			return no_column(c, "-c", name, e);
		if (put_out(c, (size_t)at, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_columns_settle(struct spt_columns *c, struct spt_err *e)
{
	if (c->n == 0)
		return spt_fail(e, SPT_EDATA,
		    "no columns: the input is empty (-s 'name type, ...' says "
		    "what to expect)");
	c->out = spt_alloc_zero(c->io, c->n * sizeof *c->out, e);
	if (c->out == NULL)
		return -1;
	if ((c->keep.n != 0 ? put_kept(c, e) : put_all(c, e)) < 0)
		return -1;
	/* From here on names are looked up to find out where cells go. */
	spt__names_clear(&c->names);
	for (size_t i = 0; i < c->n_out; i++)
		if (spt__names_add(&c->names, c->out[i].in->name,
			strlen(c->out[i].in->name), i, e) < 0)
			return -1;
	return 0;
}

int
spt_columns_find_out(const struct spt_columns *c, const char *name, size_t n)
{
	return (int)spt__names_find(&c->names, name, n);
}
