#include <string.h>

#include "batch/type.h"

const char *
spt_type_name(enum spt_type t)
{
	switch (t) {
	case SPT_BOOL:
		return "bool";
	case SPT_INT64:
		return "int";
	case SPT_FLOAT64:
		return "float";
	case SPT_UTF8:
		return "string";
	case SPT_TIMESTAMP:
		return "timestamp";
	}
	return "?";
}

void
spt_meta_init(struct spt_meta *m, const struct spt_io *io)
{
	memset(m, 0, sizeof *m);
	m->io = io;
}

void
spt_meta_clear(struct spt_meta *m)
{
	for (size_t i = 0; i < m->n; i++) {
		spt_free(m->io, m->v[i].key);
		spt_free(m->io, m->v[i].value);
	}
	m->n = 0;
}

void
spt_meta_fini(struct spt_meta *m)
{
	if (m->io == NULL)
		return;
	spt_meta_clear(m);
	spt_free(m->io, m->v);
	m->v = NULL;
	m->cap = 0;
}

static struct spt_pair *
find(const struct spt_meta *m, const char *key)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].key, key) == 0)
			return &m->v[i];
	return NULL;
}

const char *
spt_meta_get(const struct spt_meta *m, const char *key)
{
	const struct spt_pair *p = find(m, key);

	return p != NULL ? p->value : NULL;
}

int
spt_meta_set(
    struct spt_meta *m, const char *key, const char *value, struct spt_err *e)
{
	struct spt_pair *p = find(m, key);
	char *v = spt_strdup(m->io, value, e), *k;

	if (v == NULL)
		return -1;
	if (p != NULL) {
		spt_free(m->io, p->value);
		p->value = v;
		return 0;
	}
	k = spt_strdup(m->io, key, e);
	if (k == NULL ||
	    spt_grow(m->io, &m->v, &m->cap, m->n + 1, sizeof *m->v, e) < 0) {
		spt_free(m->io, k);
		spt_free(m->io, v);
		return -1;
	}
	m->v[m->n].key = k;
	m->v[m->n++].value = v;
	return 0;
}

void
spt_meta_remove(struct spt_meta *m, const char *key)
{
	struct spt_pair *p = find(m, key);

	if (p == NULL)
		return;
	spt_free(m->io, p->key);
	spt_free(m->io, p->value);
	m->n--;
	memmove(p, p + 1, (size_t)(m->v + m->n - p) * sizeof *p);
}

int
spt_meta_copy(
    struct spt_meta *dst, const struct spt_meta *src, struct spt_err *e)
{
	for (size_t i = 0; i < src->n; i++)
		if (spt_meta_set(dst, src->v[i].key, src->v[i].value, e) < 0)
			return -1;
	return 0;
}
