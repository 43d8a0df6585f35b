/* Windows of many slices, merged through the tree, against sums of slices;
 * with rows that come into old slices, and slices that are forgotten. */
#include <stdlib.h>

#include "unit.h"
#include "window/merges.h"

#define UNITS 600
#define GROUPS 5

struct world {
	struct spt_windowspec spec;
	struct spt_keycol col;
	struct spt_keyset keys;
	struct spt_keydict dict;
	struct spt_aggs aggs;
	struct spt_panes slices;
	struct spt_merges merges;
	int64_t base; /* unit of the first slice there may be */
	/* rows of unit, head and tail, by group */
	int64_t rows[UNITS][2][GROUPS];
};

static void
make(struct world *w, int64_t size, int64_t slide, int64_t base)
{
	static char *count[] = { (char *)"count" };
	const struct spt_io *io = spt_io_system();
	struct spt_schema none;
	struct spt_err e = { 0 };

	memset(w, 0, sizeof *w);
	w->spec = (struct spt_windowspec){
		.kind = SPT_WINDOW_FIXED, .size = size, .slide = slide
	};
	w->base = base;
	w->col = (struct spt_keycol){ 0, SPT_BOOL, "k" };
	w->keys = (struct spt_keyset){ 1, &w->col };
	spt_schema_init(&none, io);
	CHECK(spt_aggs_parse(&w->aggs, io, count, 1, &e) == 0);
	CHECK(spt_aggs_bind(&w->aggs, &none, &e) == 0);
	spt_schema_fini(&none);
	spt_keydict_init(&w->dict, io, &w->keys, 1);
	spt_panes_init(&w->slices, io, &w->dict, &w->aggs);
	spt_merges_init(&w->merges, io, &w->dict, &w->aggs);
}

static void
drop_world(struct world *w)
{
	spt_merges_fini(&w->merges);
	spt_panes_fini(&w->slices);
	spt_keydict_fini(&w->dict);
	spt_aggs_fini(&w->aggs);
}

static void
put(struct world *w, int64_t t, uint8_t group)
{
	uint8_t key[2] = { 1, group };
	struct spt_err e = { 0 };
	struct spt_pane *pane;
	struct spt_slice s;
	uint32_t id, i;

	spt_slice_get(&w->spec, t, &s);
	pane = spt_panes_get(&w->slices, &s.span, &e);
	CHECK(pane != NULL);
	pane->unit = s.unit;
	pane->first = s.first;
	pane->last = s.last;
	CHECK(spt_keydict_put(&w->dict, key, 2, &id, &e) == 0);
	CHECK(spt_groups_at(&pane->groups, id, &i, &e) == 0);
	++*(int64_t *)(void *)spt_groups_state(&pane->groups, i);
	w->rows[s.unit - w->base]
	       [s.first == s.last - w->spec.size / w->spec.slide + 1][group]++;
	spt_merges_spoil(&w->merges, s.unit);
}

/* The units of a window, without the head of the one behind them. */
static void
check(struct world *w, int64_t first, int64_t units)
{
	struct spt_pane *parts[SPT_MERGES_PARTS];
	int64_t got[GROUPS] = { 0 }, want[GROUPS] = { 0 };
	struct spt_err e = { 0 };
	size_t lo = 0, hi, n;

	spt_panes_sort(&w->slices);
	while (lo < w->slices.n && w->slices.v[lo]->unit < first)
		lo++;
	hi = lo;
	while (hi < w->slices.n && w->slices.v[hi]->unit < first + units)
		hi++;
	CHECK(spt_merges_get(&w->merges, w->slices.v + lo, hi - lo, first,
		  units, parts, &n, &e) == 0);
	CHECK(n <= SPT_MERGES_PARTS);
	for (size_t p = 0; p < n; p++)
		for (uint32_t i = 0; i < parts[p]->groups.n; i++)
			got[spt_groups_key(&parts[p]->groups, i)[1]] +=
			    *(int64_t *)(void *)spt_groups_state(
				&parts[p]->groups, i);
	for (int64_t u = first; u < first + units; u++)
		for (int k = 0; k < 2 * GROUPS; k++)
			if (u >= w->base && u < w->base + UNITS)
				want[k / 2] +=
				    w->rows[u - w->base][k % 2][k / 2];
	for (int k = 0; k < GROUPS; k++)
		CHECK_INT(got[k], want[k]);
	/* Far fewer parts than slices. */
	if (units == 512)
		CHECK(n <= 20);
}

static bool
is_before(void *ctx, const struct spt_pane *pane)
{
	return pane->unit < *(int64_t *)ctx;
}

static void
forget(struct world *w, int64_t unit)
{
	spt_panes_drop(&w->slices, is_before, &unit);
	spt_merges_forget(&w->merges, unit);
	for (int64_t u = w->base; u < unit; u++)
		memset(w->rows[u - w->base], 0, sizeof w->rows[0]);
	for (size_t i = 0; i < w->merges.nodes.n; i++)
		CHECK(w->merges.nodes.v[i]->span.start >= unit);
}

static void
run(int64_t size, int64_t slide, int64_t base)
{
	static struct world w;
	int64_t oldest = base;

	make(&w, size, slide, base);
	for (int i = 0; i < 1500; i++) {
		int64_t from = oldest + i / 5, unit = from + random() % 200;

		if (unit >= base + UNITS)
			break;
		put(&w, unit * slide + random() % slide,
		    (uint8_t)(random() % GROUPS));
		if (i % 11 == 0)
			check(&w, oldest + random() % 300, 1 + random() % 300);
		if (i % 97 == 0)
			check(&w, oldest, 512);
		if (i % 300 == 299)
			forget(&w, oldest += 20);
	}
	/* As windows go on, one after the other. */
	for (int64_t u = oldest; u < oldest + 300; u++)
		check(&w, u, size / slide);
	drop_world(&w);
}

int
main(void)
{
	srandom(11);
	run(60, 10, 0);
	run(64, 10, -250);
	run(3600, 10, 0);
	run(3607, 10, -1000);
	run(100, 1, INT64_MAX - 1000);
	run(107, 3, INT64_MIN / 3 + 1);
	return DONE;
}
