#include <string.h>

#include "window/groups.h"

#define FIRST 2 /* groups that get memory with the first of them */
#define MIN_LOG 3
#define EACH 4      /* slots a group that are worth one for each key */
#define TOGETHER 64 /* rows that there is room for, whatever their keys are */

void
spt_groups_init(struct spt_groups *g, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs)
{
	memset(g, 0, sizeof *g);
	g->io = io;
	g->keys = keys;
	g->aggs = aggs;
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
}

static void
end_states(struct spt_groups *g)
{
	if (spt_aggs_hold(g->aggs))
		for (size_t i = 0; i < g->n; i++)
			spt_aggs_fini_state(
			    g->aggs, spt_groups_state(g, (uint32_t)i));
}

void
spt_groups_fini(struct spt_groups *g)
{
	if (g->io == NULL)
		return;
	end_states(g);
	free_table(g);
	memset(g, 0, sizeof *g);
}

void
spt_groups_reset(struct spt_groups *g)
{
	end_states(g);
	g->n = g->touched.n = g->dirty.n = 0;
	g->way = SPT_GROUPS_SAME;
}

/* ---- memory -------------------------------------------------------------- */

int
spt_groups_reserve(struct spt_groups *g, size_t n, struct spt_err *e)
{
	/* There is more to a state than to a group. */
	size_t spare = n < TOGETHER ? 0 : TOGETHER + 1;

	if (n < FIRST)
		n = FIRST;
	if (g->cap == 0) {
		g->v = spt_alloc(g->io, (n + spare) * sizeof *g->v, e);
		if (g->v == NULL)
			return -1;
		g->cap = n + spare;
	}
	if (g->cap_states == 0) {
		g->states = spt_alloc(g->io, n * g->aggs->stride, e);
		if (g->states == NULL)
			return -1;
		g->cap_states = n;
	}
	return 0;
}

/* Room for one more; more than the first comes from spt_grow. */
static int
make_room(struct spt_groups *g, struct spt_err *e)
{
	if (g->n < g->cap && g->n < g->cap_states)
		return 0;
	if (g->n >= UINT32_MAX / 2)
		return spt_fail(
		    e, SPT_ESYSTEM, "more than 2 billion groups in a window");
	if (spt_groups_reserve(g, FIRST, e) < 0 ||
	    spt_grow(g->io, &g->v, &g->cap, g->n + 1, sizeof *g->v, e) < 0)
		return -1;
	return spt_grow(
	    g->io, &g->states, &g->cap_states, g->n + 1, g->aggs->stride, e);
}

/* ---- slots --------------------------------------------------------------- */

/* Numbers are given out in turn, and who chooses keys could choose bad ones:
 * a random odd factor spreads them. */
static inline size_t
slot_of(const struct spt_groups *g, uint32_t key)
{
	return (size_t)((key + UINT64_C(1)) * (g->keys->seed | 1) >> g->shift);
}

static void
place(struct spt_groups *g, uint32_t i)
{
	size_t at = g->v[i].key;

	if (g->way == SPT_GROUPS_OPEN) {
		at = slot_of(g, g->v[i].key);
		while (g->slots[at] != 0)
			at = (at + 1) & (g->n_slots - 1);
	}
	g->slots[at] = i + 1;
}

static int
power(size_t n)
{
	int log = MIN_LOG;

	while (((size_t)1 << log) < n)
		log++;
	return log;
}

/* New slots for the groups, n of them expected: open ones are at most three
 * quarters full. */
static int
make_slots(struct spt_groups *g, size_t n, struct spt_err *e)
{
	int each = power(g->keys->n), log = power(n + n / 3 + 1);
	bool all;
	uint32_t *slots;

	all = (size_t)1 << each <= EACH * (n > g->cap ? n : g->cap);
	if (all)
		log = each;
	slots = spt_alloc_zero(g->io, sizeof *slots << log, e);
	if (slots == NULL)
		return -1;
	spt_free(g->io, g->slots);
	g->slots = slots;
	g->n_slots = (size_t)1 << log;
	g->shift = 64 - log;
	g->way = all ? SPT_GROUPS_EACH : SPT_GROUPS_OPEN;
	for (size_t i = 0; i < g->n; i++)
		place(g, (uint32_t)i);
	return 0;
}

int
spt_groups_index(struct spt_groups *g, struct spt_err *e)
{
	return g->way == SPT_GROUPS_NONE ? make_slots(g, g->n + 1, e) : 0;
}

/* States of groups from i on that have none yet. */
static inline void
make_states(struct spt_groups *g, size_t i)
{
	size_t n = (g->n - i) * g->aggs->stride;

	if (n != 0)
		memset(spt_groups_state(g, (uint32_t)i), 0, n);
}

/* A group without a state, which is in no slot. */
static inline int
append(struct spt_groups *g, uint32_t key, uint32_t *i, struct spt_err *e)
{
	if (make_room(g, e) < 0)
		return -1;
	*i = (uint32_t)g->n++;
	g->v[*i] = (struct spt_group){ key, 0 };
	return 0;
}

static inline uint32_t
find(const struct spt_groups *g, uint32_t key)
{
	uint32_t none = (uint32_t)g->n;

	if (g->way == SPT_GROUPS_SAME)
		return key < g->n ? key : none;
	if (g->way == SPT_GROUPS_EACH)
		return key < g->n_slots && g->slots[key] != 0
			   ? g->slots[key] - 1
			   : none;
	for (size_t at = slot_of(g, key); g->slots[at] != 0;
	     at = (at + 1) & (g->n_slots - 1))
		if (g->v[g->slots[at] - 1].key == key)
			return g->slots[at] - 1;
	return none;
}

uint32_t
spt_groups_find(const struct spt_groups *g, uint32_t key)
{
	return find(g, key);
}

/* Is there a slot for one more? */
static bool
has_slot(const struct spt_groups *g, uint32_t key)
{
	switch (g->way) {
	case SPT_GROUPS_EACH:
		return key < g->n_slots;
	case SPT_GROUPS_OPEN:
		return (g->n + 1) * 4 <= g->n_slots * 3;
	default:
		return false;
	}
}

/* The group of a key that has none, without a state. */
static inline int
add(struct spt_groups *g, uint32_t key, uint32_t *i, struct spt_err *e)
{
	if (g->way == SPT_GROUPS_SAME && key == g->n)
		return append(g, key, i, e);
	if ((!has_slot(g, key) && make_slots(g, g->n + 1, e) < 0) ||
	    append(g, key, i, e) < 0)
		return -1;
	place(g, *i);
	return 0;
}

int
spt_groups_at(
    struct spt_groups *g, uint32_t key, uint32_t *i, struct spt_err *e)
{
	if (spt_groups_index(g, e) < 0)
		return -1;
	*i = find(g, key);
	if (*i < g->n)
		return 0;
	if (add(g, key, i, e) < 0)
		return -1;
	make_states(g, *i);
	return 0;
}

int
spt_groups_append(
    struct spt_groups *g, uint32_t key, uint32_t *i, struct spt_err *e)
{
	if (append(g, key, i, e) < 0)
		return -1;
	make_states(g, *i);
	return 0;
}

/* At most TOGETHER rows, where there is a slot for each key.  Whether a row is
 * the first of its group is not decided by a branch: where groups are small, it
 * would be guessed wrong for every other row. */
static int
at_slots(struct spt_groups *g, const uint32_t *key, size_t n, uint32_t *at,
    struct spt_err *e)
{
	size_t had = g->n, next = had;
	uint32_t *slots = g->slots;
	struct spt_group *v;

	if (spt_grow(g->io, &g->v, &g->cap, had + n + 1, sizeof *g->v, e) < 0)
		return -1;
	v = g->v;
	for (size_t i = 0; i < n; i++) {
		uint32_t slot = slots[key[i]], none = slot == 0;

		slot |= -none & ((uint32_t)next + 1);
		v[next] = (struct spt_group){ key[i], 0 };
		slots[key[i]] = slot;
		next += none;
		at[i] = slot - 1;
	}
	if (spt_grow(g->io, &g->states, &g->cap_states, next, g->aggs->stride,
		e) < 0)
		return -1;
	g->n = next;
	make_states(g, had);
	for (size_t i = 0; i < n && g->tracked != 0; i++)
		if (spt_groups_touch(g, at[i], e) < 0)
			return -1;
	return 0;
}

int
spt_groups_at_rows(struct spt_groups *g, const uint32_t *key, size_t n,
    uint32_t *at, struct spt_err *e)
{
	size_t m, had = g->n;
	int rc = spt_groups_index(g, e);

	for (size_t i = 0; i < n && rc == 0; i += m) {
		m = n - i < TOGETHER ? n - i : TOGETHER;
		if (g->way == SPT_GROUPS_EACH && g->keys->n <= g->n_slots) {
			make_states(g, had);
			rc = at_slots(g, key + i, m, at + i, e);
			had = g->n;
			continue;
		}
		m = 1;
		at[i] = find(g, key[i]);
		if (at[i] == g->n)
			rc = add(g, key[i], &at[i], e);
		if (rc == 0 && g->tracked != 0)
			rc = spt_groups_touch(g, at[i], e);
	}
	make_states(g, had);
	return rc;
}

/* ---- all of them --------------------------------------------------------- */

/* One group of from, its state included, to the end of to. */
static int
move(struct spt_groups *to, const struct spt_groups *from, uint32_t i,
    struct spt_err *e)
{
	const struct spt_group *v = &from->v[i];
	uint32_t k;

	if (append(to, v->key, &k, e) < 0)
		return -1;
	memcpy(spt_groups_state(to, k), spt_groups_state(from, i),
	    to->aggs->stride);
	to->v[k].flags = v->flags & SPT_GROUP_SAVED;
	return spt_groups_mark(
	    to, k, v->flags & (SPT_GROUP_TOUCHED | SPT_GROUP_DIRTY), e);
}

int
spt_groups_drop(struct spt_groups *g,
    bool (*drop)(void *ctx, const struct spt_groups *g, uint32_t i), void *ctx,
    struct spt_err *e)
{
	struct spt_groups kept;

	spt_groups_init(&kept, g->io, g->keys, g->aggs);
	kept.tracked = g->tracked;
	kept.way = SPT_GROUPS_NONE;
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

int
spt_groups_renumber(
    struct spt_groups *g, const uint32_t *moved, struct spt_err *e)
{
	bool same = true;

	for (uint32_t i = 0; i < g->n; i++) {
		g->v[i].key = moved[g->v[i].key];
		same = same && g->v[i].key == i;
	}
	if (same) {
		spt_free(g->io, g->slots);
		g->slots = NULL;
		g->n_slots = 0;
		g->way = SPT_GROUPS_SAME;
		return 0;
	}
	return g->way == SPT_GROUPS_NONE ? 0 : make_slots(g, g->n + 1, e);
}
