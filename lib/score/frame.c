/*
 * What columns a frame has: names while the model is loaded, types when it is
 * bound to a stream.
 */
#include <string.h>

#include "score/frame.h"

void
spt_frame_init(
    struct spt_frame *f, const struct spt_io *io, struct spt_arena *arena)
{
	memset(f, 0, sizeof *f);
	f->io = io;
	f->arena = arena;
}

void
spt_frame_fini(struct spt_frame *f)
{
	if (f->io == NULL)
		return;
	for (size_t i = 0; i < f->n_buffers; i++)
		spt_free(f->io, f->buffers[i].p);
	spt_free(f->io, f->cols);
	spt_free(f->io, f->buffers);
	spt_free(f->io, f->fate);
	spt_free(f->io, f->bad);
	memset(f, 0, sizeof *f);
}

/* ---- while the model is loaded ----------------------------------------- */

int
spt_frame_room(struct spt_frame *f, size_t bytes, size_t *id, struct spt_err *e)
{
	if (spt_grow(f->io, &f->buffers, &f->buffers_cap, f->n_buffers + 1,
		sizeof *f->buffers, e) < 0)
		return -1;
	f->buffers[f->n_buffers] = (struct spt_frame_buffer){ .bytes = bytes };
	*id = f->n_buffers++;
	return 0;
}

static int
add_column(struct spt_frame *f, const char *name, size_t width, size_t *id,
    struct spt_err *e)
{
	struct spt_frame_col *c;

	if (width > SPT_FRAME_WIDTH)
		return spt_fail(e, SPT_EDATA,
		    "column \"%s\" has %zu elements, more than %u are not "
		    "supported",
		    name, width, SPT_FRAME_WIDTH);
	if (spt_grow(f->io, &f->cols, &f->cap, f->n + 1, sizeof *f->cols, e) <
	    0)
		return -1;
	c = &f->cols[f->n];
	*c = (struct spt_frame_col){
		.width = width,
		.origin = SPT_FRAME_NONE,
		.room = SPT_FRAME_NONE,
	};
	c->name = spt_arena_copy(f->arena, name, strlen(name) + 1, e);
	c->x = spt_arena_get(f->arena, (width + 1) * sizeof *c->x, e);
	c->bound = spt_arena_get(f->arena, (width + 1) * sizeof *c->bound, e);
	if (c->name == NULL || c->x == NULL || c->bound == NULL)
		return -1;
	*id = f->n++;
	return 0;
}

static size_t
find_column(const struct spt_frame *f, const char *name)
{
	for (size_t i = f->n; i-- > 0;)
		if (strcmp(f->cols[i].name, name) == 0)
			return i;
	return SPT_FRAME_NONE;
}

static int
add_external(struct spt_frame *f, const char *name, size_t width, size_t *id,
    struct spt_err *e)
{
	struct spt_frame_col *c;

	if (add_column(f, name, width == 0 ? 1 : width, id, e) < 0)
		return -1;
	c = &f->cols[*id];
	c->external = true;
	c->origin = *id;
	if (width != 0)
		c->type = SPT_FRAME_VECTOR;
	if (spt_frame_room(f, 1, &c->nulls, e) < 0)
		return -1;
	return spt_frame_room(f, c->width * sizeof(double), &c->room, e);
}

int
spt_frame_input(struct spt_frame *f, const char *name, size_t width, size_t *id,
    struct spt_err *e)
{
	struct spt_frame_col *c;

	*id = find_column(f, name);
	if (*id == SPT_FRAME_NONE)
		return add_external(f, name, width, id, e);
	c = &f->cols[*id];
	c->read = true;
	if (width == 0 && c->external && c->type == SPT_FRAME_VECTOR)
		return spt_fail(e, SPT_EDATA,
		    "column \"%s\" is used as a number and as a vector", name);
	if (width != 0 && c->type != SPT_FRAME_VECTOR)
		return spt_fail(e, SPT_EDATA,
		    "column \"%s\" is no vector, one of %zu elements is "
		    "needed",
		    name, width);
	if (width != 0 && width != c->width)
		return spt_fail(e, SPT_EDATA,
		    "column \"%s\" has %zu elements, %zu are needed", name,
		    c->width, width);
	return 0;
}

int
spt_frame_output(struct spt_frame *f, const char *name,
    enum spt_frame_type type, size_t width, bool shared, size_t *id,
    struct spt_err *e)
{
	if (find_column(f, name) != SPT_FRAME_NONE)
		return spt_fail(e, SPT_EDATA,
		    "the output column \"%s\" is there already", name);
	return spt_frame_replace(f, name, type, width, shared, id, e);
}

int
spt_frame_replace(struct spt_frame *f, const char *name,
    enum spt_frame_type type, size_t width, bool shared, size_t *id,
    struct spt_err *e)
{
	struct spt_frame_col *c;

	if (add_column(f, name, width, id, e) < 0)
		return -1;
	c = &f->cols[*id];
	c->type = type;
	c->there = true;
	if (shared)
		return 0;
	return spt_frame_room(f, width * sizeof(double), &c->room, e);
}

/* ---- binding ----------------------------------------------------------- */

static enum spt_frame_type
type_of(enum spt_type t)
{
	switch (t) {
	case SPT_BOOL:
		return SPT_FRAME_BOOL;
	case SPT_INT64:
		return SPT_FRAME_INT;
	case SPT_UTF8:
		return SPT_FRAME_TEXT;
	case SPT_TIMESTAMP:
		return SPT_FRAME_TIME;
	case SPT_FLOAT64:
	default:
		return SPT_FRAME_FLOAT;
	}
}

static const char *
type_name(enum spt_frame_type t)
{
	static const char *const names[] = { "float", "int", "bool", "string",
		"timestamp", "vector" };

	return names[t];
}

int
spt_frame_number(const struct spt_frame *f, size_t id, bool bools,
    const char *stage, struct spt_err *e)
{
	const struct spt_frame_col *c = &f->cols[id];

	if (c->type == SPT_FRAME_FLOAT || c->type == SPT_FRAME_INT ||
	    (bools && c->type == SPT_FRAME_BOOL))
		return 0;
	return spt_fail(e, SPT_EUSAGE,
	    "column \"%s\" is %s, the model's %s takes numbers%s", c->name,
	    type_name(c->type), stage, bools ? " and booleans" : "");
}

/* Binds a column to the stream's columns that names says. */
static int
bind_to(struct spt_frame_col *c, const struct spt_schema *in,
    const char *const *names, size_t n, struct spt_err *e)
{
	c->n_bound = 0;
	c->there = true;
	for (size_t i = 0; i < n; i++) {
		int at = spt_schema_need(in, names[i], e);
		enum spt_type type;

		if (at < 0)
			return -1;
		type = in->fields[at].type;
		c->bound[c->n_bound++] = (size_t)at;
		if (c->type != SPT_FRAME_VECTOR)
			c->type = type_of(type);
		else if (n == c->width && type != SPT_UTF8 &&
			 type != SPT_TIMESTAMP)
			continue;
		else if (n != 1 || type != SPT_UTF8)
			return spt_fail(e, SPT_EUSAGE,
			    "column \"%s\" is %s, the model takes %zu numbers",
			    names[i], spt_type_name(type), c->width);
	}
	return 0;
}

static int
bind_by_name(
    struct spt_frame_col *c, const struct spt_schema *in, struct spt_err *e)
{
	c->there = spt_schema_find(in, c->name) >= 0;
	if (!c->there && !c->needed)
		return 0;
	if (!c->there && c->type == SPT_FRAME_VECTOR)
		return spt_fail(e, SPT_EUSAGE,
		    "no column \"%s\": the model takes a vector of %zu "
		    "numbers (name the columns that it is made of, in order, "
		    "with -c)",
		    c->name, c->width);
	return bind_to(c, in, &c->name, 1, e);
}

/* Counts what -c must name: with all vectors spelled out, or as one each. */
static void
count_needed(const struct spt_frame *f, size_t *apart, size_t *whole)
{
	*apart = *whole = 0;
	for (size_t i = 0; i < f->n; i++)
		if (f->cols[i].external && f->cols[i].needed) {
			*apart += f->cols[i].width;
			++*whole;
		}
}

int
spt_frame_bind(struct spt_frame *f, const struct spt_schema *in,
    const struct spt_model_conf *conf, struct spt_err *e)
{
	size_t apart, whole, used = 0;

	count_needed(f, &apart, &whole);
	if (conf->n_columns != 0 && conf->n_columns != apart &&
	    conf->n_columns != whole)
		return spt_fail(e, SPT_EUSAGE,
		    "the model takes %zu columns, -c names %zu", apart,
		    conf->n_columns);
	for (size_t i = 0; i < f->n; i++) {
		struct spt_frame_col *c = &f->cols[i];
		size_t n = conf->n_columns == apart ? c->width : 1;

		if (!c->external)
			continue;
		if (conf->n_columns == 0 || !c->needed) {
			if (bind_by_name(c, in, e) < 0)
				return -1;
			continue;
		}
		if (bind_to(c, in, conf->columns + used, n, e) < 0)
			return -1;
		used += n;
	}
	return 0;
}
