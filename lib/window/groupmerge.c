/*
 * groupmerge - groups of one table added to those of another.
 *
 * Both know keys by number, so no key is hashed or compared; where the group
 * of a key is stands in an array by number, for as long as the merging takes.
 */
#include <string.h>

#include "window/groups.h"

#define TOGETHER 256 /* groups at a time */

/* In spare, what is there for a key that has no group is some other group, or
 * none (Briggs and Torczon, An Efficient Representation for Sparse Sets, ACM
 * LOPLAS 2, 1993). */
static inline bool
in_spare(const struct spt_groups *g, const uint32_t *spare, uint32_t key)
{
	return spare[key] < g->n && g->v[spare[key]].key == key;
}

static uint32_t *
make_spare(struct spt_groups *g, struct spt_err *e)
{
	uint32_t *spare = spt_keydict_spare(g->keys, e);

	if (spare == NULL)
		return NULL;
	for (size_t i = 0; i < g->n; i++)
		spare[g->v[i].key] = (uint32_t)i;
	return spare;
}

/* The first groups of a table as they are. */
static int
copy(struct spt_groups *g, const struct spt_groups *from, struct spt_err *e)
{
	if (spt_grow(g->io, &g->v, &g->cap, from->n, sizeof *g->v, e) < 0 ||
	    spt_grow(g->io, &g->states, &g->cap_states, from->n,
		g->aggs->stride, e) < 0)
		return -1;
	for (size_t i = 0; i < from->n; i++)
		g->v[i] = (struct spt_group){ from->v[i].key, 0 };
	memcpy(g->states, from->states, from->n * g->aggs->stride);
	g->n = from->n;
	return 0;
}

int
spt_groups_merge(
    struct spt_groups *g, const struct spt_groups *from, struct spt_err *e)
{
	uint8_t *into[TOGETHER];
	uint32_t *spare;

	g->way = SPT_GROUPS_NONE;
	if (from->n == 0)
		return 0;
	if (g->n == 0 && !spt_aggs_hold(g->aggs))
		return copy(g, from, e);
	spare = make_spare(g, e);
	if (spare == NULL)
		return -1;
	for (size_t k = 0; k < from->n; k += TOGETHER) {
		size_t n = from->n - k < TOGETHER ? from->n - k : TOGETHER;

		for (size_t j = k; j < k + n; j++) {
			uint32_t key = from->v[j].key;

			if (in_spare(g, spare, key))
				continue;
			if (spt_groups_append(g, key, &spare[key], e) < 0)
				return -1;
		}
		for (size_t j = 0; j < n; j++)
			into[j] =
			    spt_groups_state(g, spare[from->v[k + j].key]);
		if (spt_aggs_merge_states(g->aggs, into,
			spt_groups_state(from, (uint32_t)k), n, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_groups_merge_known(
    struct spt_groups *g, struct spt_groups *from, struct spt_err *e)
{
	if (spt_groups_index(from, e) < 0)
		return -1;
	for (uint32_t i = 0; i < g->n; i++) {
		uint32_t k = spt_groups_find(from, g->v[i].key);

		if (k < from->n &&
		    spt_aggs_merge(g->aggs, spt_groups_state(g, i),
			spt_groups_state(from, k), e) < 0)
			return -1;
	}
	return 0;
}
