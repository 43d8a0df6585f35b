#include <stdlib.h>
#include <string.h>

#include "window/groups.h"

#define FIRST 2 /* groups that get memory with the first of them */
#define FEW 8   /* groups that are found by looking at each */
#define MIN_SLOTS 32

void
spt_groups_init(struct spt_groups *g, const struct spt_io *io,
    const struct spt_keyset *keys, const struct spt_aggs *aggs)
{
	memset(g, 0, sizeof *g);
	g->io = io;
	g->keys = keys;
	g->aggs = aggs;
	spt_buf_init(&g->key_bytes, io);
}

/* Frees the table but not what the states hold. */
static void
free_table(struct spt_groups *g)
{
	spt_free(g->io, g->slots);
	spt_free(g->io, g->v);
	spt_free(g->io, g->states);
	spt_free(g->io, g->touched.v);
	spt_free(g->io, g->dirty.v);
	spt_buf_fini(&g->key_bytes);
}

void
spt_groups_fini(struct spt_groups *g)
{
	if (g->io == NULL)
		return;
	if (spt_aggs_hold(g->aggs))
		for (size_t i = 0; i < g->n; i++)
			spt_aggs_fini_state(
			    g->aggs, spt_groups_state(g, (uint32_t)i));
	free_table(g);
	memset(g, 0, sizeof *g);
}

/* ---- slots --------------------------------------------------------------- */

/* The low bits choose the slot, the high half is compared before the key. */
static inline uint64_t
slot_of(uint64_t hash, uint32_t i)
{
	return (hash & 0xffffffff00000000u) | (i + 1u);
}

static void
place(uint64_t *slots, size_t mask, uint64_t hash, uint32_t i)
{
	size_t at = hash & mask;

	while (slots[at] != 0)
		at = (at + 1) & mask;
	slots[at] = slot_of(hash, i);
}

/* Keeps the slots at most two thirds full, one more group included. */
static int
make_slots(struct spt_groups *g, struct spt_err *e)
{
	size_t n = g->n_slots;
	uint64_t *slots;

	if (g->n < FEW || (g->n + 1) * 3 <= n * 2)
		return 0;
	if (g->n >= UINT32_MAX - 1)
		return spt_fail(
		    e, SPT_ESYSTEM, "more than 4 billion groups in a window");
	n = n == 0 ? MIN_SLOTS : n * 2;
	slots = spt_alloc_zero(g->io, n * sizeof *slots, e);
	if (slots == NULL)
		return -1;
	for (size_t i = 0; i < g->n; i++)
		place(slots, n - 1, g->v[i].hash, (uint32_t)i);
	spt_free(g->io, g->slots);
	g->slots = slots;
	g->n_slots = n;
	return 0;
}

/* The first memory of a table; more comes from spt_grow. */
static int
make_first(struct spt_groups *g, struct spt_err *e)
{
	if (g->cap == 0) {
		g->v = spt_alloc(g->io, FIRST * sizeof *g->v, e);
		if (g->v == NULL)
			return -1;
		g->cap = FIRST;
	}
	if (g->cap_states == 0) {
		g->states = spt_alloc(g->io, FIRST * g->aggs->stride, e);
		if (g->states == NULL)
			return -1;
		g->cap_states = FIRST;
	}
	return 0;
}

/* A group with an empty state for the key that was put behind the others, at
 * key_at. */
static int
append(struct spt_groups *g, size_t key_at, uint64_t hash, struct spt_err *e)
{
	struct spt_group *v;

	if (g->key_bytes.len - key_at > UINT32_MAX)
		return spt_fail(e, SPT_EDATA, "a key of more than 4 GiB");
	if (make_slots(g, e) < 0 || make_first(g, e) < 0 ||
	    spt_grow(g->io, &g->v, &g->cap, g->n + 1, sizeof *g->v, e) < 0 ||
	    spt_grow(g->io, &g->states, &g->cap_states, g->n + 1,
		g->aggs->stride, e) < 0)
		return -1;
	v = &g->v[g->n];
	v->hash = hash;
	v->key_at = key_at;
	v->key_len = (uint32_t)(g->key_bytes.len - key_at);
	v->flags = 0;
	memset(spt_groups_state(g, (uint32_t)g->n), 0, g->aggs->stride);
	if (g->n_slots != 0)
		place(g->slots, g->n_slots - 1, hash, (uint32_t)g->n);
	g->n++;
	return 0;
}

/* What is looked for: a key in bytes, or else that of a row. */
struct wanted {
	uint64_t hash;
	const uint8_t *key;
	size_t n_key;
	const struct spt_batch *batch;
	int64_t row;
};

static inline bool
is(const struct spt_groups *g, uint32_t i, const struct wanted *w)
{
	if (w->key == NULL)
		return spt_keyset_equal(
		    g->keys, w->batch, w->row, spt_groups_key(g, i));
	return g->v[i].key_len == w->n_key &&
	       (w->n_key == 0 ||
		   memcmp(spt_groups_key(g, i), w->key, w->n_key) == 0);
}

/* The index of a group, or g->n. */
static inline uint32_t
find(const struct spt_groups *g, const struct wanted *w)
{
	size_t mask = g->n_slots - 1;

	if (g->n_slots == 0) {
		for (uint32_t i = 0; i < g->n; i++)
			if (g->v[i].hash == w->hash && is(g, i, w))
				return i;
		return (uint32_t)g->n;
	}
	for (size_t at = w->hash & mask; g->slots[at] != 0;
	     at = (at + 1) & mask) {
		uint32_t i = (uint32_t)g->slots[at] - 1;

		if (g->slots[at] == slot_of(w->hash, i) && is(g, i, w))
			return i;
	}
	return (uint32_t)g->n;
}

uint32_t
spt_groups_find(
    const struct spt_groups *g, const uint8_t *key, size_t n, uint64_t hash)
{
	/* The key of no columns has no bytes, maybe not even an address. */
	const uint8_t *p = n != 0 ? key : (const uint8_t *)"";
	struct wanted w = { hash, p, n, NULL, 0 };

	return find(g, &w);
}

int
spt_groups_at_row(struct spt_groups *g, const struct spt_batch *b, int64_t row,
    uint64_t hash, uint32_t *i, struct spt_err *e)
{
	struct wanted w = { hash, NULL, 0, b, row };
	size_t key_at = g->key_bytes.len;

	*i = find(g, &w);
	if (*i < g->n)
		return 0;
	if (spt_keyset_put(g->keys, b, row, &g->key_bytes, e) < 0)
		return -1;
	return append(g, key_at, hash, e);
}

int
spt_groups_at_key(struct spt_groups *g, const uint8_t *key, size_t n,
    uint64_t hash, uint32_t *i, struct spt_err *e)
{
	size_t key_at = g->key_bytes.len;

	*i = spt_groups_find(g, key, n, hash);
	if (*i < g->n)
		return 0;
	if (n != 0 && spt_buf_put(&g->key_bytes, key, n, e) < 0)
		return -1;
	return append(g, key_at, hash, e);
}

int
spt_groups_merge(
    struct spt_groups *g, const struct spt_groups *from, struct spt_err *e)
{
	for (uint32_t k = 0; k < from->n; k++) {
		const struct spt_group *v = &from->v[k];
		uint32_t i;

		if (spt_groups_at_key(g, spt_groups_key(from, k), v->key_len,
			v->hash, &i, e) < 0 ||
		    spt_aggs_merge(g->aggs, spt_groups_state(g, i),
			spt_groups_state(from, k), e) < 0)
			return -1;
	}
	return 0;
}

/* ---- marks --------------------------------------------------------------- */

static int
mark(const struct spt_groups *g, struct spt_marks *m, uint32_t i, uint32_t flag,
    struct spt_err *e)
{
	if (g->v[i].flags & flag)
		return 0;
	if (spt_grow(g->io, &m->v, &m->cap, m->n + 1, sizeof *m->v, e) < 0)
		return -1;
	m->v[m->n++] = i;
	g->v[i].flags |= flag;
	return 0;
}

static void
unmark(struct spt_groups *g, struct spt_marks *m, uint32_t flag)
{
	for (size_t i = 0; i < m->n; i++)
		g->v[m->v[i]].flags &= ~flag;
	m->n = 0;
}

int
spt_groups_touch_slow(struct spt_groups *g, uint32_t i, struct spt_err *e)
{
	if ((g->tracked & SPT_GROUP_TOUCHED) != 0 &&
	    mark(g, &g->touched, i, SPT_GROUP_TOUCHED, e) < 0)
		return -1;
	if ((g->tracked & SPT_GROUP_DIRTY) == 0)
		return 0;
	return mark(g, &g->dirty, i, SPT_GROUP_DIRTY, e);
}

void
spt_groups_untouch(struct spt_groups *g)
{
	unmark(g, &g->touched, SPT_GROUP_TOUCHED);
}

void
spt_groups_clean(struct spt_groups *g)
{
	unmark(g, &g->dirty, SPT_GROUP_DIRTY);
}

/* ---- all of them --------------------------------------------------------- */

/* One group of from, its state included, to the end of to. */
static int
move(struct spt_groups *to, const struct spt_groups *from, uint32_t i,
    struct spt_err *e)
{
	const struct spt_group *v = &from->v[i];
	size_t key_at = to->key_bytes.len;
	uint32_t k = (uint32_t)to->n;

	if (spt_buf_reserve(&to->key_bytes, v->key_len + (size_t)1, e) < 0 ||
	    spt_buf_put(
		&to->key_bytes, spt_groups_key(from, i), v->key_len, e) < 0 ||
	    append(to, key_at, v->hash, e) < 0)
		return -1;
	memcpy(spt_groups_state(to, k), spt_groups_state(from, i),
	    to->aggs->stride);
	to->v[k].flags = v->flags & SPT_GROUP_SAVED;
	if ((v->flags & SPT_GROUP_TOUCHED) != 0 &&
	    mark(to, &to->touched, k, SPT_GROUP_TOUCHED, e) < 0)
		return -1;
	if ((v->flags & SPT_GROUP_DIRTY) != 0)
		return mark(to, &to->dirty, k, SPT_GROUP_DIRTY, e);
	return 0;
}

int
spt_groups_drop(struct spt_groups *g,
    bool (*drop)(void *ctx, const struct spt_groups *g, uint32_t i), void *ctx,
    struct spt_err *e)
{
	struct spt_groups kept;

	spt_groups_init(&kept, g->io, g->keys, g->aggs);
	kept.tracked = g->tracked;
	for (uint32_t i = 0; i < g->n; i++)
		if (!drop(ctx, g, i) && move(&kept, g, i, e) < 0) {
			/* The states still belong to g. */
			free_table(&kept);
			return -1;
		}
	for (uint32_t i = 0; i < g->n; i++)
		if (drop(ctx, g, i))
			spt_aggs_fini_state(g->aggs, spt_groups_state(g, i));
	free_table(g);
	*g = kept;
	return 0;
}

/* ---- order --------------------------------------------------------------- */

struct sorted {
	uint64_t prefix;
	uint32_t i;
};

static int
compare(const void *a, const void *b, void *groups)
{
	const struct sorted *x = a, *y = b;
	const struct spt_groups *g = groups;

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return spt_keyset_order(
	    g->keys, spt_groups_key(g, x->i), spt_groups_key(g, y->i));
}

int
spt_groups_sort(const struct spt_groups *g, const uint32_t *which, size_t n,
    struct spt_marks *order, struct spt_err *e)
{
	struct sorted *s = spt_alloc(g->io, n * sizeof *s, e);

	if (s == NULL || spt_grow(g->io, &order->v, &order->cap, n,
			     sizeof *order->v, e) < 0) {
		spt_free(g->io, s);
		return -1;
	}
	for (size_t k = 0; k < n; k++) {
		s[k].i = which != NULL ? which[k] : (uint32_t)k;
		s[k].prefix =
		    spt_keyset_prefix(g->keys, spt_groups_key(g, s[k].i));
	}
	qsort_r(s, n, sizeof *s, compare, (void *)(uintptr_t)g);
	for (size_t k = 0; k < n; k++)
		order->v[k] = s[k].i;
	order->n = n;
	spt_free(g->io, s);
	return 0;
}
