#include "window/bound.h"

/* In front of each piece, as long as malloc aligns: its size. */
#define HEAD 16

static void *
lend(const struct spt_io *io, void *p, size_t n)
{
	struct spt_bound *b = io->ctx;
	size_t *head = p != NULL ? (void *)((char *)p - HEAD) : NULL;
	size_t old = head != NULL ? *head : 0;

	if (n > SIZE_MAX - HEAD)
		return NULL;
	n += HEAD;
	if (n > old && n - old > b->limit - b->used) {
		b->hit = true;
		return NULL;
	}
	head = b->under->realloc(b->under, head, n);
	if (head == NULL)
		return NULL;
	*head = n;
	b->used += n - old;
	return (char *)head + HEAD;
}

static void
take_back(const struct spt_io *io, void *p)
{
	struct spt_bound *b = io->ctx;
	size_t *head;

	if (p == NULL)
		return;
	head = (void *)((char *)p - HEAD);
	b->used -= *head;
	b->under->free(b->under, head);
}

void
spt_bound_init(struct spt_bound *b, const struct spt_io *under, size_t limit)
{
	b->io = *under;
	b->io.realloc = lend;
	b->io.free = take_back;
	b->io.ctx = b;
	b->under = under;
	b->used = 0;
	b->limit = limit;
	b->hit = false;
}
