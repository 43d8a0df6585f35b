/*
 * groupsort - groups in the order of their keys.
 *
 * Where the dictionary knows the rank of every key, the ranks of many groups
 * are ordered by setting a bit for each and reading the bits from one end to
 * the other, those of few by comparing.  Else the keys are sorted.
 */
#include <stdlib.h>
#include <string.h>

#include "window/groups.h"

#define DENSE 16 /* keys a group for which bits are still worth it */

static inline uint32_t
group_of(const uint32_t *which, size_t k)
{
	return which != NULL ? which[k] : (uint32_t)k;
}

/* Keys, and with them groups, that are not ranked. */
static int
sort_keys(const struct spt_groups *g, const uint32_t *which, size_t n,
    uint32_t *order, struct spt_err *e)
{
	struct spt_sortkey *v = spt_alloc(g->io, n * sizeof *v, e);

	if (v == NULL)
		return -1;
	for (size_t k = 0; k < n; k++) {
		v[k].at = group_of(which, k);
		v[k].key = g->v[v[k].at].key;
	}
	spt_keydict_sort(g->keys, v, n);
	for (size_t k = 0; k < n; k++)
		order[k] = v[k].at;
	spt_free(g->io, v);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int
sort_ranks(const struct spt_groups *g, const uint32_t *which, size_t n,
    uint32_t *order, struct spt_err *e)
{
	uint64_t *v = spt_alloc(g->io, n * sizeof *v, e);

	if (v == NULL)
		return -1;
	for (size_t k = 0; k < n; k++) {
		uint32_t i = group_of(which, k);

		v[k] = (uint64_t)g->keys->rank[g->v[i].key] << 32 | i;
	}
	qsort(v, n, sizeof *v, compare);
	for (size_t k = 0; k < n; k++)
		order[k] = (uint32_t)v[k];
	spt_free(g->io, v);
	return 0;
}

static int
read_bits(const struct spt_groups *g, const uint32_t *which, size_t n,
    uint32_t *order, struct spt_err *e)
{
	const struct spt_keydict *d = g->keys;
	size_t words = d->n / 64 + 1, at = 0;
	uint64_t *bits = spt_alloc_zero(g->io, words * sizeof *bits, e);
	uint32_t *spare = spt_keydict_spare(g->keys, e);

	if (bits == NULL || spare == NULL) {
		spt_free(g->io, bits);
		return -1;
	}
	for (size_t k = 0; k < n; k++) {
		uint32_t i = group_of(which, k), rank = d->rank[g->v[i].key];

		bits[rank / 64] |= UINT64_C(1) << rank % 64;
		spare[rank] = i;
	}
	for (size_t k = 0; k < words; k++)
		for (uint64_t word = bits[k]; word != 0; word &= word - 1)
			order[at++] =
			    spare[k * 64 + (size_t)__builtin_ctzll(word)];
	spt_free(g->io, bits);
	return 0;
}

int
spt_groups_sort(const struct spt_groups *g, const uint32_t *which, size_t n,
    struct spt_marks *order, struct spt_err *e)
{
	order->n = 0;
	if (n == 0)
		return 0;
	if (spt_grow(g->io, &order->v, &order->cap, n, sizeof *order->v, e) < 0)
		return -1;
	order->n = n;
	if (!spt_keydict_ranked(g->keys))
		return sort_keys(g, which, n, order->v, e);
	if (g->keys->n / DENSE > n)
		return sort_ranks(g, which, n, order->v, e);
	return read_bits(g, which, n, order->v, e);
}
