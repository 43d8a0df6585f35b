/*
 * bound - an io table that lends no more memory than it was told.
 *
 * What windows keep lies in many tables, states and sketches; rather than
 * adding up what each of them might hold, everything is asked for here, and
 * the piece that would pass the limit fails as if there were no memory.
 */
#ifndef SPT_BOUND_H
#define SPT_BOUND_H

#include "base/io.h"

struct spt_bound {
	struct spt_io io; /* use this one; its address must not change */
	const struct spt_io *under;
	size_t used, limit; /* bytes */
	bool hit;           /* something was refused */
};

void spt_bound_init(
    struct spt_bound *b, const struct spt_io *under, size_t limit);

#endif
