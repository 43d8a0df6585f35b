/*
 * groups - a table from keys, by their numbers, to aggregate states.
 *
 * States lie in one flat array, so that the whole table goes away with a few
 * calls.  There may be as many tables as there are windows, so one with few
 * groups is small.
 *
 * A group keeps its index until groups are dropped.  While the keys come in
 * the order of their numbers, group i is that of key i and no more is needed.
 * Then there is a slot for each key, if a good part of them are in the table;
 * else open addressing over indices.  A table made by merging has neither until
 * somebody looks into it.
 */
#ifndef SPT_GROUPS_H
#define SPT_GROUPS_H

#include "window/agg.h"
#include "window/keydict.h"

#define SPT_GROUP_TOUCHED 1u /* a row came in this epoch */
#define SPT_GROUP_DIRTY 2u   /* ... since the last save */
#define SPT_GROUP_SAVED 4u   /* it is in some save: its end must be told */

struct spt_group {
	uint32_t key; /* its number */
	uint32_t flags;
};

/* Indices of groups. */
struct spt_marks {
	uint32_t *v;
	size_t n, cap;
};

/* How the group of a key is found. */
enum spt_groups_way {
	SPT_GROUPS_SAME,
	SPT_GROUPS_EACH, /* a slot for each key */
	SPT_GROUPS_OPEN, /* open addressing */
	SPT_GROUPS_NONE
};

struct spt_groups {
	const struct spt_io *io;
	struct spt_keydict *keys;
	const struct spt_aggs *aggs;
	enum spt_groups_way way;
	uint32_t *slots; /* index + 1; 0: free */
	size_t n_slots;  /* a power of two, or 0 */
	int shift;       /* of OPEN: 64 - its logarithm */
	struct spt_group *v;
	size_t n, cap;
	uint8_t *states; /* aggs->stride bytes a group */
	size_t cap_states;
	/* The groups with these flags, where anybody asks for them. */
	struct spt_marks touched, dirty;
	uint32_t tracked; /* which flags rows set */
};

/* keys and aggs are on loan until fini. */
void spt_groups_init(struct spt_groups *g, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs);
void spt_groups_fini(struct spt_groups *g);
/* Forgets the groups, keeps the memory. */
void spt_groups_reset(struct spt_groups *g);
/* A table without groups gets memory for so many. */
SPT_MUST int spt_groups_reserve(
    struct spt_groups *g, size_t n, struct spt_err *e);

/* The group of a key; made if it is not there.  0, *i. */
SPT_MUST int spt_groups_at(
    struct spt_groups *g, uint32_t key, uint32_t *i, struct spt_err *e);
/* The same for the keys of n rows, whose groups are touched. */
SPT_MUST int spt_groups_at_rows(struct spt_groups *g, const uint32_t *key,
    size_t n, uint32_t *i, struct spt_err *e);
/* A group for a key that has none, for who finds groups in another way. */
SPT_MUST int spt_groups_append(
    struct spt_groups *g, uint32_t key, uint32_t *i, struct spt_err *e);
/* The group of a key, or g->n; a table made by merging must have been
 * indexed. */
uint32_t spt_groups_find(const struct spt_groups *g, uint32_t key);
SPT_MUST int spt_groups_index(struct spt_groups *g, struct spt_err *e);

/* ---- groupmarks.c ------------------------------------------------------- */

/* Sets these of the flags TOUCHED and DIRTY. */
SPT_MUST int spt_groups_mark(
    struct spt_groups *g, uint32_t i, uint32_t flags, struct spt_err *e);
/* A row came: sets the flags that are tracked. */
SPT_MUST static inline int
spt_groups_touch(struct spt_groups *g, uint32_t i, struct spt_err *e)
{
	if ((g->v[i].flags & g->tracked) == g->tracked)
		return 0;
	return spt_groups_mark(g, i, g->tracked, e);
}
/* Takes the flag off all groups. */
void spt_groups_untouch(struct spt_groups *g);
void spt_groups_clean(struct spt_groups *g);

/* ------------------------------------------------------------------------- */

static inline const uint8_t *
spt_groups_key(const struct spt_groups *g, uint32_t i)
{
	return spt_keydict_key(g->keys, g->v[i].key);
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
/* Keys have new numbers: see spt_keydict_keep. */
SPT_MUST int spt_groups_renumber(
    struct spt_groups *g, const uint32_t *moved, struct spt_err *e);

/* ---- groupmerge.c ------------------------------------------------------- */

/* Adds the groups of from, which has the same keys and aggregates and stays
 * as it is; no marks are set.  Not for tables with marks. */
SPT_MUST int spt_groups_merge(
    struct spt_groups *g, const struct spt_groups *from, struct spt_err *e);
/* Adds to the groups of g what from has of them. */
SPT_MUST int spt_groups_merge_known(
    struct spt_groups *g, struct spt_groups *from, struct spt_err *e);

/* ---- groupsort.c -------------------------------------------------------- */

/* order gets n indices in the order of the keys: those of which, or all
 * groups if which is NULL. */
SPT_MUST int spt_groups_sort(const struct spt_groups *g, const uint32_t *which,
    size_t n, struct spt_marks *order, struct spt_err *e);

#endif
