/*
 * groups - a hash table from keys to aggregate states.
 *
 * Open addressing over indices; a group keeps its index until groups are
 * dropped.  Keys lie in one buffer, states in one flat array, so that the
 * whole table goes away with a few calls.  There may be as many tables as
 * there are windows, so one with few groups is small, and has no slots.
 */
#ifndef SPT_GROUPS_H
#define SPT_GROUPS_H

#include "window/agg.h"
#include "window/groupkey.h"

#define SPT_GROUP_TOUCHED 1u /* a row came in this epoch */
#define SPT_GROUP_DIRTY 2u   /* ... since the last save */
#define SPT_GROUP_SAVED 4u   /* it is in some save: its end must be told */

struct spt_group {
	uint64_t hash;
	size_t key_at;
	uint32_t key_len;
	uint32_t flags;
};

/* Indices of groups. */
struct spt_marks {
	uint32_t *v;
	size_t n, cap;
};

struct spt_groups {
	const struct spt_io *io;
	const struct spt_keyset *keys;
	const struct spt_aggs *aggs;
	uint64_t *slots; /* high half of the hash, index + 1; 0: free */
	size_t n_slots;  /* a power of two, or 0 */
	struct spt_group *v;
	size_t n, cap;
	uint8_t *states; /* aggs->stride bytes a group */
	size_t cap_states;
	struct spt_buf key_bytes;
	/* The groups with these flags, where anybody asks for them. */
	struct spt_marks touched, dirty;
	uint32_t tracked; /* which flags rows set */
};

/* keys and aggs are on loan until fini. */
void spt_groups_init(struct spt_groups *g, const struct spt_io *io,
    const struct spt_keyset *keys, const struct spt_aggs *aggs);
void spt_groups_fini(struct spt_groups *g);

/* The group of a row, whose hash is known; made if it is not there.  0, *i. */
SPT_MUST int spt_groups_at_row(struct spt_groups *g, const struct spt_batch *b,
    int64_t row, uint64_t hash, uint32_t *i, struct spt_err *e);
/* The same for a key in bytes. */
SPT_MUST int spt_groups_at_key(struct spt_groups *g, const uint8_t *key,
    size_t n, uint64_t hash, uint32_t *i, struct spt_err *e);
/* The group of a key, or g->n. */
uint32_t spt_groups_find(
    const struct spt_groups *g, const uint8_t *key, size_t n, uint64_t hash);
/* Adds the groups of from, which has the same keys and aggregates and stays
 * as it is; no marks are set. */
SPT_MUST int spt_groups_merge(
    struct spt_groups *g, const struct spt_groups *from, struct spt_err *e);
/* A row came: sets the flags that are tracked. */
SPT_MUST int spt_groups_touch_slow(
    struct spt_groups *g, uint32_t i, struct spt_err *e);
SPT_MUST static inline int
spt_groups_touch(struct spt_groups *g, uint32_t i, struct spt_err *e)
{
	if ((g->v[i].flags & g->tracked) == g->tracked)
		return 0;
	return spt_groups_touch_slow(g, i, e);
}
/* Takes the flag off all groups. */
void spt_groups_untouch(struct spt_groups *g);
void spt_groups_clean(struct spt_groups *g);

static inline const uint8_t *
spt_groups_key(const struct spt_groups *g, uint32_t i)
{
	return g->key_bytes.data + g->v[i].key_at;
}

static inline uint8_t *
spt_groups_state(const struct spt_groups *g, uint32_t i)
{
	return g->states + g->aggs->stride * i;
}

/* Drops every group for which drop says so; the others get new indices, in
 * the same order. */
SPT_MUST int spt_groups_drop(struct spt_groups *g,
    bool (*drop)(void *ctx, const struct spt_groups *g, uint32_t i), void *ctx,
    struct spt_err *e);

/* order gets n indices in the order of the keys: those of which, or all
 * groups if which is NULL. */
SPT_MUST int spt_groups_sort(const struct spt_groups *g, const uint32_t *which,
    size_t n, struct spt_marks *order, struct spt_err *e);

#endif
