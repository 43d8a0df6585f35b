/*
 * groupmarks - which groups a row came into, in this epoch and since the last
 * save: a flag says that a group is in the list already.
 */
#include "window/groups.h"

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
spt_groups_mark(
    struct spt_groups *g, uint32_t i, uint32_t flags, struct spt_err *e)
{
	if ((flags & SPT_GROUP_TOUCHED) != 0 &&
	    mark(g, &g->touched, i, SPT_GROUP_TOUCHED, e) < 0)
		return -1;
	if ((flags & SPT_GROUP_DIRTY) == 0)
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
