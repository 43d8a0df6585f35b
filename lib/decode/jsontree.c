/*
 * jsontree - paths are few and short, so that the steps below a node are a list
 * that is searched from its start.
 */
#include <string.h>

#include "decode/jsontree.h"

void
spt__jsontree_init(struct spt__jsontree *t, const struct spt_io *io)
{
	memset(t, 0, sizeof *t);
	spt_arena_init(&t->arena, io);
}

void
spt__jsontree_fini(struct spt__jsontree *t)
{
	spt_arena_fini(&t->arena);
}

static bool
same_step(const struct spt_jsonstep *a, const struct spt_jsonstep *b)
{
	if (a->key == NULL || b->key == NULL)
		return a->key == b->key && a->index == b->index;
	return strcmp(a->key, b->key) == 0;
}

/* The node one step below, made if it is not there. */
static struct spt__jsonnode *
step_down(struct spt__jsontree *t, struct spt__jsonnode *at,
    const struct spt_jsonstep *step, struct spt_err *e)
{
	struct spt__jsonnode *n;

	for (n = at->below; n != NULL; n = n->next)
		if (same_step(n->step, step))
			return n;
	n = spt_arena_get(&t->arena, sizeof *n, e);
	if (n == NULL)
		return NULL;
	memset(n, 0, sizeof *n);
	n->step = step;
	n->next = at->below;
	at->below = n;
	return n;
}

int
spt__jsontree_add(struct spt__jsontree *t, const struct spt_jsonpath *path,
    const char *column, struct spt_err *e)
{
	struct spt__jsonnode *at = &t->root;
	struct spt__jsonleaf *leaf;

	for (size_t i = 0; i < path->n; i++) {
		at = step_down(t, at, &path->v[i], e);
		if (at == NULL)
			return -1;
	}
	leaf = spt_arena_get(&t->arena, sizeof *leaf, e);
	if (leaf == NULL)
		return -1;
	leaf->column = column;
	leaf->next = at->leaves;
	at->leaves = leaf;
	t->any = true;
	return 0;
}

const struct spt__jsonnode *
spt__jsontree_key(const struct spt__jsonnode *at, const char *key, size_t n)
{
	for (at = at->below; at != NULL; at = at->next)
		if (at->step->key != NULL && strlen(at->step->key) == n &&
		    memcmp(at->step->key, key, n) == 0)
			return at;
	return NULL;
}

const struct spt__jsonnode *
spt__jsontree_index(const struct spt__jsonnode *at, int64_t index)
{
	for (at = at->below; at != NULL; at = at->next)
		if (at->step->key == NULL && at->step->index == index)
			return at;
	return NULL;
}
