/*
 * jsontree - the paths of -s, joined where they begin with the same steps.  Not
 * installed.
 */
#ifndef SPT_JSONTREE_H
#define SPT_JSONTREE_H

#include "base/arena.h"
#include "decode/jsonpath.h"

/* A column whose path ends at the node. */
struct spt__jsonleaf {
	const char *column;
	struct spt__jsonleaf *next;
};

struct spt__jsonnode {
	const struct spt_jsonstep *step; /* from the node above; root: NULL */
	struct spt__jsonnode *below, *next;
	struct spt__jsonleaf *leaves;
};

struct spt__jsontree {
	struct spt_arena arena; /* nodes and leaves */
	struct spt__jsonnode root;
	bool any; /* has paths at all, "." included */
};

void spt__jsontree_init(struct spt__jsontree *t, const struct spt_io *io);
void spt__jsontree_fini(struct spt__jsontree *t);
/* path and column are kept, not copied. */
SPT_MUST int spt__jsontree_add(struct spt__jsontree *t,
    const struct spt_jsonpath *path, const char *column, struct spt_err *e);

/* The node that the step leads to, or NULL. */
const struct spt__jsonnode *spt__jsontree_key(
    const struct spt__jsonnode *at, const char *key, size_t n);
const struct spt__jsonnode *spt__jsontree_index(
    const struct spt__jsonnode *at, int64_t index);

#endif
