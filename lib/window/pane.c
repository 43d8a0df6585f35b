#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "window/pane.h"

#define MIN_SLOTS 16

void
spt_panes_init(struct spt_panes *p, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs)
{
	memset(p, 0, sizeof *p);
	p->io = io;
	p->keys = keys;
	p->aggs = aggs;
}

void
spt_panes_track(struct spt_panes *p, uint32_t flags)
{
	if ((p->tracked & flags) == flags)
		return;
	p->tracked |= flags;
	for (size_t i = 0; i < p->n; i++)
		p->v[i]->groups.tracked |= flags;
}

static void
free_pane(struct spt_panes *p, struct spt_pane *pane)
{
	spt_groups_fini(&pane->groups);
	spt_free(p->io, pane);
}

void
spt_panes_fini(struct spt_panes *p)
{
	if (p->io == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free_pane(p, p->v[i]);
	spt_free(p->io, p->v);
	spt_free(p->io, p->slots);
	memset(p, 0, sizeof *p);
}

static size_t
slot_of(const struct spt_panes *p, const struct spt_interval *span)
{
	uint64_t h = spt_hash_int(p->keys->seed, (uint64_t)span->start);

	return spt_hash_int(h, (uint64_t)span->end) & (p->n_slots - 1);
}

static void
place(struct spt_panes *p, uint32_t i)
{
	size_t at = slot_of(p, &p->v[i]->span);

	while (p->slots[at] != 0)
		at = (at + 1) & (p->n_slots - 1);
	p->slots[at] = i + 1;
}

static void
place_all(struct spt_panes *p)
{
	if (p->n_slots != 0)
		memset(p->slots, 0, p->n_slots * sizeof *p->slots);
	for (size_t i = 0; i < p->n; i++)
		place(p, (uint32_t)i);
}

static int
make_room(struct spt_panes *p, struct spt_err *e)
{
	size_t n = p->n_slots == 0 ? MIN_SLOTS : p->n_slots * 2;
	uint32_t *slots;

	if (spt_grow(p->io, &p->v, &p->cap, p->n + 1, sizeof *p->v, e) < 0)
		return -1;
	if ((p->n + 1) * 2 <= p->n_slots)
		return 0;
	if (p->n >= UINT32_MAX / 2)
		return spt_fail(
		    e, SPT_ESYSTEM, "more than 2 billion open windows");
	slots = spt_alloc(p->io, n * sizeof *slots, e);
	if (slots == NULL)
		return -1;
	spt_free(p->io, p->slots);
	p->slots = slots;
	p->n_slots = n;
	place_all(p);
	return 0;
}

struct spt_pane *
spt_panes_find(const struct spt_panes *p, const struct spt_interval *span)
{
	if (p->n_slots == 0)
		return NULL;
	for (size_t at = slot_of(p, span); p->slots[at] != 0;
	     at = (at + 1) & (p->n_slots - 1)) {
		struct spt_pane *pane = p->v[p->slots[at] - 1];

		if (pane->span.start == span->start &&
		    pane->span.end == span->end)
			return pane;
	}
	return NULL;
}

struct spt_pane *
spt_panes_get(
    struct spt_panes *p, const struct spt_interval *span, struct spt_err *e)
{
	struct spt_pane *pane = spt_panes_find(p, span);

	if (pane != NULL)
		return pane;
	if (make_room(p, e) < 0)
		return NULL;
	pane = spt_alloc_zero(p->io, sizeof *pane, e);
	if (pane == NULL)
		return NULL;
	pane->span = *span;
	spt_groups_init(&pane->groups, p->io, p->keys, p->aggs);
	pane->groups.tracked = p->tracked;
	p->v[p->n] = pane;
	place(p, (uint32_t)p->n++);
	return pane;
}

static int
compare(const void *a, const void *b)
{
	const struct spt_interval *x = &(*(struct spt_pane *const *)a)->span;
	const struct spt_interval *y = &(*(struct spt_pane *const *)b)->span;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

void
spt_panes_sort(struct spt_panes *p)
{
	bool sorted = true;

	for (size_t i = 1; i < p->n && sorted; i++)
		sorted = compare(&p->v[i - 1], &p->v[i]) <= 0;
	if (sorted)
		return;
	qsort(p->v, p->n, sizeof(struct spt_pane *), compare);
	place_all(p);
}

void
spt_panes_drop(struct spt_panes *p,
    bool (*drop)(void *ctx, const struct spt_pane *pane), void *ctx)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (drop(ctx, p->v[i]))
			free_pane(p, p->v[i]);
		else
			p->v[kept++] = p->v[i];
	}
	if (kept == p->n)
		return;
	p->n = kept;
	place_all(p);
}

size_t
spt_panes_groups(const struct spt_panes *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->v[i]->groups.n;
	return n;
}

int
spt_panes_renumber(
    struct spt_panes *p, const uint32_t *moved, struct spt_err *e)
{
	for (size_t i = 0; i < p->n; i++)
		if (spt_groups_renumber(&p->v[i]->groups, moved, e) < 0)
			return -1;
	return 0;
}

void
spt_panes_keep(const struct spt_panes *p, uint8_t *keep)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct spt_groups *g = &p->v[i]->groups;

		for (size_t k = 0; k < g->n; k++)
			keep[g->v[k].key] = 1;
	}
}
