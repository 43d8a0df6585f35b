/*
 * MapValues: a table from the values of some fields to one value, kept as a
 * hash table with open addressing that is at most half full.
 */
#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "score/pmml.h"

#define KEYS_MAX 16
#define SEED 0x1ce4e5b9u

struct map {
	size_t keys, n, slots;
	double *key;    /* n x keys */
	double *value;  /* n */
	uint32_t *slot; /* entry + 1 */
	double missing, otherwise;
};

static size_t
slot_of(const struct map *t, const double *key)
{
	const size_t bytes = t->keys * sizeof *key;
	size_t at = spt_hash(SEED, key, bytes) & (t->slots - 1);

	while (t->slot[at] != 0 &&
	       memcmp(t->key + (t->slot[at] - 1) * t->keys, key, bytes) != 0)
		at = (at + 1) & (t->slots - 1);
	return at;
}

static void
run(struct spt_pmml *m, const struct spt_pmml_step *s, size_t n)
{
	const struct map *t = s->data;
	double *to = m->cols[s->out].x;

	for (size_t i = 0; i < n; i++) {
		double key[KEYS_MAX];
		bool missing = false;
		size_t at;

		for (size_t k = 0; k < t->keys; k++) {
			/* + 0 makes -0 the same as 0. */
			key[k] = m->cols[s->in[k]].x[i] + 0.0;
			missing = missing || isnan(key[k]);
		}
		to[i] = t->missing;
		if (missing)
			continue;
		at = slot_of(t, key);
		to[i] =
		    t->slot[at] != 0 ? t->value[t->slot[at] - 1] : t->otherwise;
	}
}

/* ---- loading ----------------------------------------------------------- */

/* Names of columns may have the prefix of their elements. */
static const char *
local(const char *name)
{
	const char *colon = strchr(name, ':');

	return colon == NULL ? name : colon + 1;
}

struct columns {
	const char *name[KEYS_MAX + 1]; /* the last one is the output */
	enum spt_pmml_data data[KEYS_MAX + 1];
};

/* 1: the row has all of its cells; 0: it lacks one, and never matches. */
static int
take_row(struct spt_pmml_load *l, const xmlNode *row, const struct columns *c,
    struct map *t)
{
	for (size_t k = 0; k <= t->keys; k++) {
		const size_t at = k == t->keys ? KEYS_MAX : k;
		const xmlNode *cell = spt_pmml_find(row, c->name[at]);
		double *to = k == t->keys ? &t->value[t->n]
					  : &t->key[t->n * t->keys + k];

		if (cell == NULL)
			return 0;
		if (spt_pmml_value(
			l, cell, spt_pmml_text(cell), c->data[at], to) < 0)
			return -1;
		*to += 0.0;
	}
	return 1;
}

static int
take_rows(struct spt_pmml_load *l, const xmlNode *table,
    const struct columns *c, struct map *t)
{
	for (const xmlNode *row = spt_pmml_child(table); row != NULL;
	     row = spt_pmml_next(row)) {
		const int rc = take_row(l, row, c, t);
		size_t at;

		if (rc < 0)
			return -1;
		if (rc == 0)
			continue;
		at = slot_of(t, t->key + t->n * t->keys);
		/* The first row that matches is the one. */
		if (t->slot[at] == 0)
			t->slot[at] = (uint32_t)++t->n;
	}
	return 0;
}

static int
take_pairs(struct spt_pmml_load *l, struct spt_pmml_scope *s, const xmlNode *x,
    struct columns *c, struct map *t, uint32_t *in)
{
	for (const xmlNode *p = spt_pmml_child(x); p != NULL;
	     p = spt_pmml_next(p)) {
		const char *name;

		if (!spt_pmml_is(p, "FieldColumnPair"))
			continue;
		if (t->keys == KEYS_MAX)
			return spt_pmml_fail(
			    l, p, "more than %d fields", KEYS_MAX);
		if (spt_pmml_need(l, p, "column", &name) < 0 ||
		    spt_pmml_field_of(l, s, p, "field", &in[t->keys]) < 0)
			return -1;
		c->name[t->keys] = local(name);
		c->data[t->keys] = l->m->cols[in[t->keys]].data;
		t->keys++;
	}
	return t->keys != 0
		   ? 0
		   : spt_pmml_fail(l, x, "there is no FieldColumnPair in it");
}

static int
optional(struct spt_pmml_load *l, const xmlNode *x, const char *name,
    enum spt_pmml_data data, double *v)
{
	const char *text = spt_pmml_attr(x, name);

	*v = NAN;
	return text == NULL ? 0 : spt_pmml_value(l, x, text, data, v);
}

static int
make_room(struct spt_pmml_load *l, const xmlNode *table, struct map *t)
{
	size_t n = 0;

	for (const xmlNode *r = spt_pmml_child(table); r != NULL;
	     r = spt_pmml_next(r))
		n++;
	for (t->slots = 16; t->slots < 2 * n + 2; t->slots *= 2)
		;
	t->key = spt_pmml_get(l, n * t->keys, sizeof *t->key);
	t->value = spt_pmml_get(l, n, sizeof *t->value);
	t->slot = spt_pmml_get(l, t->slots, sizeof *t->slot);
	return t->key == NULL || t->value == NULL || t->slot == NULL ? -1 : 0;
}

int
spt_pmml_map_values(struct spt_pmml_load *l, struct spt_pmml_scope *s,
    const xmlNode *x, uint32_t *col)
{
	const xmlNode *table = spt_pmml_find(x, "InlineTable");
	struct map *t = spt_pmml_get(l, 1, sizeof *t);
	enum spt_pmml_data as = SPT_PMML_STRING, *data;
	struct columns c = { 0 };
	uint32_t in[KEYS_MAX];
	const char *name;

	data = &c.data[KEYS_MAX];
	if (table == NULL)
		return spt_pmml_fail(l, x, "there is no InlineTable in it");
	/* Without a type of its own it has that of the field around it. */
	if (t == NULL || spt_pmml_type(l, x->parent, as, &as) < 0 ||
	    spt_pmml_type(l, x, as, data) < 0 ||
	    spt_pmml_need(l, x, "outputColumn", &name) < 0)
		return -1;
	c.name[KEYS_MAX] = local(name);
	if (take_pairs(l, s, x, &c, t, in) < 0 || make_room(l, table, t) < 0 ||
	    take_rows(l, table, &c, t) < 0 ||
	    optional(l, x, "mapMissingTo", *data, &t->missing) < 0 ||
	    optional(l, x, "defaultValue", *data, &t->otherwise) < 0)
		return -1;
	return spt_pmml_make(l, x, run, *data, in, t->keys, t, col);
}
