/*
 * arena - many small allocations that die together.
 */
#ifndef SPT_ARENA_H
#define SPT_ARENA_H

#include "base/io.h"

struct spt_arena {
	const struct spt_io *io;
	struct spt_arena_block *blocks;
	size_t used;  /* of the newest block */
	size_t total; /* bytes held, all blocks */
};

void spt_arena_init(struct spt_arena *a, const struct spt_io *io);
void spt_arena_fini(struct spt_arena *a);
/* n bytes, aligned to 8, until the arena is reset or ends.  NULL: no memory. */
SPT_MUST void *spt_arena_get(struct spt_arena *a, size_t n, struct spt_err *e);
SPT_MUST void *spt_arena_copy(
    struct spt_arena *a, const void *p, size_t n, struct spt_err *e);
/* Forgets all, keeps one block. */
void spt_arena_reset(struct spt_arena *a);

#endif
