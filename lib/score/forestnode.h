/*
 * forestnode - how a forest is laid out, for forest.c, which takes trees, and
 * forestrows.c, which evaluates them.  Not installed.
 */
#ifndef SPT_FORESTNODE_H
#define SPT_FORESTNODE_H

#include "score/forest.h"

#define SPT_FOREST_LANES 8            /* rows that go down abreast */
#define SPT_FOREST_IN_SET 0x80000000u /* in child: threshold is a set */

struct spt_forest_node {
	double threshold;
	uint32_t x; /* where its view starts in the tile */
	uint32_t child;
};

/* In the place of the threshold of a test for membership. */
struct spt_forest_set {
	uint32_t first; /* in sets */
	uint32_t words : 30;
	uint32_t truncate : 1;
	uint32_t with_nan : 1;
};

struct spt_forest_tree {
	uint32_t root, levels;
	uint32_t output;
	bool sets;
};

struct spt_forest_view {
	uint32_t feature;
	uint8_t absent; /* enum spt_tree_missing */
	bool minus;
};

#endif
