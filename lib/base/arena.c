/*
 * arena - blocks that grow with the arena, so that there are few of them.  A
 * piece too large for the rest of the newest block gets a block of its own
 * behind it, so that the rest is not lost.
 */
#include <string.h>

#include "base/arena.h"

#define MIN_BLOCK ((size_t)4096)
#define MAX_BLOCK ((size_t)1 << 20)

struct spt_arena_block {
	struct spt_arena_block *next;
	size_t size;
	uint64_t data[];
};

void
spt_arena_init(struct spt_arena *a, const struct spt_io *io)
{
	memset(a, 0, sizeof *a);
	a->io = io;
}

static void
free_blocks(struct spt_arena *a, struct spt_arena_block *b)
{
	while (b != NULL) {
		struct spt_arena_block *next = b->next;

		a->total -= b->size;
		spt_free(a->io, b);
		b = next;
	}
}

void
spt_arena_fini(struct spt_arena *a)
{
	free_blocks(a, a->blocks);
	a->blocks = NULL;
	a->used = 0;
}

static struct spt_arena_block *
new_block(struct spt_arena *a, size_t size, struct spt_err *e)
{
	struct spt_arena_block *b = spt_alloc(a->io, sizeof *b + size, e);

	if (b != NULL) {
		b->size = size;
		a->total += size;
	}
	return b;
}

static void *
get_slowly(struct spt_arena *a, size_t n, struct spt_err *e)
{
	size_t size = a->total;
	struct spt_arena_block *b;

	if (size < MIN_BLOCK)
		size = MIN_BLOCK;
	if (size > MAX_BLOCK)
		size = MAX_BLOCK;
	if (a->blocks != NULL && n > size / 4) {
		b = new_block(a, n, e);
		if (b == NULL)
			return NULL;
		b->next = a->blocks->next;
		a->blocks->next = b;
		return b->data;
	}
	b = new_block(a, n > size ? n : size, e);
	if (b == NULL)
		return NULL;
	b->next = a->blocks;
	a->blocks = b;
	a->used = n;
	return b->data;
}

void *
spt_arena_get(struct spt_arena *a, size_t n, struct spt_err *e)
{
	void *p;

	if (n > SIZE_MAX / 2) {
		spt_fail(e, SPT_ESYSTEM, "out of memory (%zu bytes wanted)", n);
		return NULL;
	}
	n = (n + 7) & ~(size_t)7;
	if (a->blocks == NULL || n > a->blocks->size - a->used)
		return get_slowly(a, n, e);
	p = (char *)a->blocks->data + a->used;
	a->used += n;
	return p;
}

void *
spt_arena_copy(struct spt_arena *a, const void *p, size_t n, struct spt_err *e)
{
	void *copy = spt_arena_get(a, n, e);

	if (copy != NULL && n != 0)
		memcpy(copy, p, n);
	return copy;
}

void
spt_arena_reset(struct spt_arena *a)
{
	if (a->blocks == NULL)
		return;
	free_blocks(a, a->blocks->next);
	a->blocks->next = NULL;
	a->used = 0;
}
