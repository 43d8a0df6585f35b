/*
 * groupmerge - groups of one table added to those of another.
 *
 * Both know keys by number, so no key is hashed or compared; where the group
 * of a key is stands in an array by number, for as long as the merging takes.
 */
#include <string.h>

#include "window/groups.h"

#define TOGETHER 256 /* groups at a time */

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

/* Groups for the keys of v[0..n); at[j] is that of v[j].  What is in spare for
 * a key that has no group is some other group, or none (Briggs and Torczon, An
 * Efficient Representation for Sparse Sets, ACM LOPLAS 2, 1993). */
static int
place(struct spt_groups *g, const struct spt_group *v, size_t n,
    uint32_t *spare, uint32_t *at, struct spt_err *e)
{
	size_t had = g->n, next = had, stride = g->aggs->stride;
	struct spt_group *to;

	if (spt_grow(g->io, &g->v, &g->cap, had + n, sizeof *g->v, e) < 0)
		return -1;
	to = g->v;
	for (size_t j = 0; j < n; j++) {
		uint32_t key = v[j].key, i = spare[key];

		if (i >= next || to[i].key != key) {
			i = spare[key] = (uint32_t)next++;
			to[i] = (struct spt_group){ key, 0 };
		}
		at[j] = i;
	}
	if (spt_grow(g->io, &g->states, &g->cap_states, next, stride, e) < 0)
		return -1;
	memset(g->states + had * stride, 0, (next - had) * stride);
	g->n = next;
	return 0;
}

int
spt_groups_merge(
    struct spt_groups *g, const struct spt_groups *from, struct spt_err *e)
{
	uint32_t *spare, at[TOGETHER];
	uint8_t *into[TOGETHER];

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

		if (place(g, from->v + k, n, spare, at, e) < 0)
			return -1;
		for (size_t j = 0; j < n; j++)
			into[j] = spt_groups_state(g, at[j]);
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
