/*
 * Scopes: what a name stands for.  A field becomes a column when it is first
 * asked for, and the steps that fill it are then behind all that it needs; a
 * field that is asked for while it is being made needs itself.
 */
#include <string.h>

#include "base/hash.h"
#include "score/pmml.h"

#define DEPTH_MAX 500 /* fields that need fields that need fields ... */
#define SEED 0x2545f4914f6cdd1du

struct entry {
	const char *name;
	const xmlNode *at;
	enum spt_pmml_entry kind;
	bool busy;
	uint32_t col;
};

/* A table with open addressing, in the arena; it is at most half full. */
struct spt_pmml_scope {
	struct spt_pmml_scope *up;
	struct entry *v;
	size_t n, slots;
};

struct spt_pmml_scope *
spt_pmml_scope(struct spt_pmml_load *l, struct spt_pmml_scope *up)
{
	struct spt_pmml_scope *s = spt_pmml_get(l, 1, sizeof *s);

	if (s != NULL)
		s->up = up;
	return s;
}

static struct entry *
find(const struct spt_pmml_scope *s, const char *name)
{
	size_t at;

	if (s->slots == 0)
		return NULL;
	at = spt_hash(SEED, name, strlen(name)) & (s->slots - 1);
	while (s->v[at].name != NULL && strcmp(s->v[at].name, name) != 0)
		at = (at + 1) & (s->slots - 1);
	return &s->v[at];
}

static int
widen(struct spt_pmml_load *l, struct spt_pmml_scope *s)
{
	struct spt_pmml_scope old = *s;

	s->slots = old.slots == 0 ? 16 : 2 * old.slots;
	s->v = spt_pmml_get(l, s->slots, sizeof *s->v);
	if (s->v == NULL)
		return -1;
	for (size_t k = 0; k < old.slots; k++)
		if (old.v[k].name != NULL)
			*find(s, old.v[k].name) = old.v[k];
	return 0;
}

int
spt_pmml_enter(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *at, const char *name, enum spt_pmml_entry kind, uint32_t col)
{
	struct entry *x;

	if (2 * s->n >= s->slots && widen(l, s) < 0)
		return -1;
	x = find(s, name);
	if (x->name != NULL)
		return spt_pmml_fail(
		    l, at, "the name \"%.60s\" is there already", name);
	*x = (struct entry){ .name = name, .at = at, .kind = kind, .col = col };
	s->n++;
	return 0;
}

const xmlNode *
spt_pmml_element(const struct spt_pmml_scope *s, const char *name)
{
	const struct entry *x = find(s, name);

	return x == NULL || x->name == NULL ? NULL : x->at;
}

/* A DerivedField: its expression, as its type. */
static int
derive(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *at,
    uint32_t *col)
{
	const xmlNode *x = spt_pmml_child(at);
	enum spt_pmml_data data;

	while (x != NULL &&
	       (spt_pmml_is(x, "Value") || spt_pmml_is(x, "Interval")))
		x = spt_pmml_next(x);
	if (x == NULL)
		return spt_pmml_fail(l, at, "there is no expression in it");
	if (spt_pmml_expr(l, s, x, col) < 0)
		return -1;
	if (spt_pmml_type(l, at, l->m->cols[*col].data, &data) < 0)
		return -1;
	return spt_pmml_cast(l, at, data, col);
}

static int
make(struct spt_pmml_load *l, struct spt_pmml_scope *s, const char *name,
    uint32_t *col)
{
	struct entry *x = find(s, name);
	const xmlNode *at = x->at;
	int rc;

	if (x->busy)
		return spt_pmml_fail(l, at, "\"%.60s\" needs itself", name);
	if (l->depth >= DEPTH_MAX)
		return spt_pmml_fail(l, at,
		    "\"%.60s\" is the %d-th of fields that need each other",
		    name, DEPTH_MAX);
	x->busy = true;
	l->depth++;
	rc = x->kind == SPT_PMML_MINED
		 ? spt_pmml_mined(l, s->up, at, x->col, col)
		 : derive(l, s, at, col);
	l->depth--;
	if (rc < 0)
		return -1;
	/* The scope may have grown meanwhile. */
	x = find(s, name);
	x->busy = false;
	x->kind = SPT_PMML_COLUMN;
	x->col = *col;
	return 0;
}

int
spt_pmml_field(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *at, const char *name, uint32_t *col)
{
	for (; s != NULL; s = s->up) {
		const struct entry *x = find(s, name);

		if (x == NULL || x->name == NULL)
			continue;
		if (x->kind != SPT_PMML_COLUMN)
			return make(l, s, name, col);
		*col = x->col;
		return 0;
	}
	return spt_pmml_fail(l, at, "there is no field \"%.60s\" here", name);
}

int
spt_pmml_field_of(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *at, const char *attribute, uint32_t *col)
{
	const char *name;

	if (spt_pmml_need(l, at, attribute, &name) < 0)
		return -1;
	return spt_pmml_field(l, s, at, name, col);
}
