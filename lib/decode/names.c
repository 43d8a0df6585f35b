/*
 * names - open addressing with linear probing, at most half full.  The hash is
 * keyed: in NDJSON the names are the input's to choose.
 */
#include <string.h>

#include "base/hash.h"
#include "decode/names.h"

void
spt__names_init(struct spt__names *t, const struct spt_io *io)
{
	memset(t, 0, sizeof *t);
	t->io = io;
	t->seed = spt_hash_seed();
}

void
spt__names_fini(struct spt__names *t)
{
	if (t->io != NULL)
		spt_free(t->io, t->v);
	memset(t, 0, sizeof *t);
}

void
spt__names_clear(struct spt__names *t)
{
	if (t->n_slots != 0)
		memset(t->v, 0, t->n_slots * sizeof *t->v);
	t->n = 0;
}

/* The slot of the name, or the free one where it belongs. */
static struct spt__name *
slot(const struct spt__names *t, const char *p, size_t n, uint64_t hash)
{
	for (size_t i = hash;; i++) {
		struct spt__name *s = &t->v[i & (t->n_slots - 1)];

		if (s->p == NULL ||
		    (s->hash == hash && s->n == n && memcmp(s->p, p, n) == 0))
			return s;
	}
}

/* Twice the slots; every name moves to its place among them. */
static int
enlarge(struct spt__names *t, struct spt_err *e)
{
	struct spt__names more = *t;

	more.n_slots = t->n_slots != 0 ? t->n_slots * 2 : 32;
	more.v = spt_alloc_zero(t->io, more.n_slots * sizeof *t->v, e);
	if (more.v == NULL)
		return -1;
	for (size_t i = 0; i < t->n_slots; i++)
		if (t->v[i].p != NULL)
			*slot(&more, t->v[i].p, t->v[i].n, t->v[i].hash) =
			    t->v[i];
	spt_free(t->io, t->v);
	*t = more;
	return 0;
}

int
spt__names_add(struct spt__names *t, const char *p, size_t n, size_t value,
    struct spt_err *e)
{
	uint64_t hash = spt_hash(t->seed, p, n);

	if ((t->n + 1) * 2 > t->n_slots && enlarge(t, e) < 0)
		return -1;
	*slot(t, p, n, hash) = (struct spt__name){ p, n, hash, value };
	t->n++;
	return 0;
}

int64_t
spt__names_find(const struct spt__names *t, const char *p, size_t n)
{
	const struct spt__name *s;

	if (t->n == 0)
		return -1;
	s = slot(t, p, n, spt_hash(t->seed, p, n));
	return s->p != NULL ? (int64_t)s->value : -1;
}
