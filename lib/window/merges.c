#include <string.h>

#include "window/merges.h"

void
spt_merges_init(struct spt_merges *m, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs)
{
	spt_panes_init(&m->nodes, io, keys, aggs);
}

void
spt_merges_fini(struct spt_merges *m)
{
	spt_panes_fini(&m->nodes);
}

void
spt_merges_spoil(struct spt_merges *m, int64_t unit)
{
	for (int level = 0; level < SPT_MERGES_LEVELS; level++) {
		int64_t units = INT64_C(1) << level;
		struct spt_interval span = { unit & -units, units };
		struct spt_pane *node = spt_panes_find(&m->nodes, &span);

		if (node != NULL)
			node->fresh = true;
	}
}

static bool
begins_before(void *ctx, const struct spt_pane *node)
{
	const __int128 *unit = ctx;

	return node->span.start < *unit;
}

void
spt_merges_forget(struct spt_merges *m, __int128 unit)
{
	spt_panes_drop(&m->nodes, begins_before, &unit);
}

/* How many of v[0..n) are in units before this one. */
static size_t
count_before(struct spt_pane *const *v, size_t n, __int128 unit)
{
	size_t lo = 0;

	while (lo < n) {
		size_t mid = lo + (n - lo) / 2;

		if (v[mid]->unit < unit)
			lo = mid + 1;
		else
			n = mid;
	}
	return lo;
}

static int
fill(struct spt_pane *node, const struct spt_pane *a, const struct spt_pane *b,
    struct spt_err *e)
{
	struct spt_groups *g = &node->groups;
	size_t n = a->groups.n > b->groups.n ? a->groups.n : b->groups.n;

	spt_groups_reset(g);
	if (spt_groups_reserve(g, n + n / 8, e) < 0 ||
	    spt_groups_merge(g, &a->groups, e) < 0 ||
	    spt_groups_merge(g, &b->groups, e) < 0)
		return -1;
	node->fresh = false;
	return 0;
}

/* *out: the slices v[0..n), all those of 2^level units from unit on; NULL if
 * there are none. */
static int
find(struct spt_merges *m, struct spt_pane *const *v, size_t n, int64_t unit,
    int level, struct spt_pane **out, struct spt_err *e)
{
	int64_t units = INT64_C(1) << level;
	struct spt_interval span = { unit, units };
	struct spt_pane *a, *b;
	size_t half;

	*out = n != 0 ? v[0] : NULL;
	if (n < 2)
		return 0;
	*out = spt_panes_find(&m->nodes, &span);
	if (*out != NULL && !(*out)->fresh)
		return 0;
	if (level == 0) {
		a = v[0];
		b = v[1];
	} else {
		half = count_before(v, n, (__int128)unit + units / 2);
		if (find(m, v, half, unit, level - 1, &a, e) < 0 ||
		    find(m, v + half, n - half, unit + units / 2, level - 1, &b,
			e) < 0)
			return -1;
	}
	if (a == NULL || b == NULL) {
		*out = a != NULL ? a : b;
		return 0;
	}
	*out = spt_panes_get(&m->nodes, &span, e);
	if (*out == NULL)
		return -1;
	(*out)->fresh = true;
	return fill(*out, a, b, e);
}

/* The largest node that begins at a unit and has at most this many. */
static int
fit(__int128 unit, __int128 units)
{
	int level = 0;

	while (level + 1 < SPT_MERGES_LEVELS &&
	       (unit & ((INT64_C(2) << level) - 1)) == 0 &&
	       INT64_C(2) << level <= units)
		level++;
	return level;
}

int
spt_merges_get(struct spt_merges *m, struct spt_pane *const *v, size_t n,
    __int128 first, int64_t units, struct spt_pane *parts[SPT_MERGES_PARTS],
    size_t *n_parts, struct spt_err *e)
{
	__int128 end = first + units;

	*n_parts = 0;
	if (first < INT64_MIN)
		first = INT64_MIN;
	while (n != 0 && first < end) {
		int level = fit(first, end - first);
		size_t k;

		/* A lone slice is found without the way down to it. */
		k = count_before(v, n, first + (INT64_C(1) << level));
		if (find(m, v, k, (int64_t)first, level, &parts[*n_parts], e) <
		    0)
			return -1;
		*n_parts += k != 0;
		v += k;
		n -= k;
		first += INT64_C(1) << level;
	}
	return 0;
}
