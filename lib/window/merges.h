/*
 * merges - slices merged ahead, so that overlapping windows share the work.
 *
 * A window of many slices is made from a few nodes of a binary tree over time:
 * the node of level l holds the merged groups of 2^l units that begin at a
 * multiple of 2^l.  A node is made when a window asks for it first, from its
 * two halves, and is kept until a row comes into it or no window can ask for
 * it again.  So a window costs merges in the logarithm of its slices, each
 * slice is merged upwards once a level, and what is kept is in the worst case
 * the slices of one window once a level, but about those slices once more where
 * the same keys come again.  (Two stacks of running merges need fewer merges,
 * but hold the groups of all slices together once a slice: a day each second
 * would be 86400 times all groups.)
 */
#ifndef SPT_MERGES_H
#define SPT_MERGES_H

#include "window/pane.h"

#define SPT_MERGES_LEVELS 18 /* 2^17 units are more than a window has */
/* Pieces that any window consists of, at most. */
#define SPT_MERGES_PARTS (2 * SPT_MERGES_LEVELS + 1)

struct spt_merges {
	struct spt_panes nodes; /* span: first unit, and how many */
};

void spt_merges_init(struct spt_merges *m, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs);
/* A zeroed one is fine. */
void spt_merges_fini(struct spt_merges *m);
/* Rows came into a slice of the unit. */
void spt_merges_spoil(struct spt_merges *m, int64_t unit);
/* No window that begins before this unit will be asked for again. */
void spt_merges_forget(struct spt_merges *m, __int128 unit);
/* The slices v[0..n) of the units first .. first + units - 1, in the order of
 * time, as few parts: slices, or nodes; on loan until the next call of any
 * other function, none is empty. */
SPT_MUST int spt_merges_get(struct spt_merges *m, struct spt_pane *const *v,
    size_t n, __int128 first, int64_t units,
    struct spt_pane *parts[SPT_MERGES_PARTS], size_t *n_parts,
    struct spt_err *e);

#endif
