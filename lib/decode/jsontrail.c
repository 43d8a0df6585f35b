/*
 * jsontrail - steps are a list with the newest ones put in where they came, so
 * that a member which not every record has is found in its place, and those
 * around it, too.  When records have so little in common that the table is
 * full, it begins anew.
 */
#include "decode/jsontrail.h"

void
spt__trail_init(struct spt__trail *t, const struct spt_io *io)
{
	memset(t, 0, sizeof *t);
	t->io = io;
}

void
spt__trail_fini(struct spt__trail *t)
{
	if (t->io != NULL)
		spt_free(t->io, t->v);
}

static void
set_head(struct spt__trail_step *s)
{
	for (size_t i = 0; i < 2; i++) {
		size_t n = s->n > 8 * i ? s->n - 8 * i : 0;

		s->head[i] = spt__eight_bytes(s->text + 8 * i);
		s->mask[i] = n < 8 ? (UINT64_C(1) << 8 * n) - 1 : UINT64_MAX;
	}
}

int
spt__trail_add(struct spt__trail *t, int at, const char *p, size_t n,
    int column, const void *below, struct spt_err *e)
{
	struct spt__trail_step *s;

	if (n < SPT__TRAIL_LEAST || n > SPT__TRAIL_TEXT)
		return at;
	if (t->n == 0 || t->n == SPT__TRAIL_MAX) {
		if (spt_grow(t->io, &t->v, &t->cap, 1, sizeof *t->v, e) < 0)
			return -1;
		memset(&t->v[0], 0, sizeof t->v[0]);
		t->n = 1;
		at = 0;
	}
	if (spt_grow(t->io, &t->v, &t->cap, t->n + 1, sizeof *t->v, e) < 0)
		return -1;
	s = &t->v[t->n];
	memset(s->text, 0, sizeof s->text);
	memcpy(s->text, p, n);
	s->n = (uint16_t)n;
	set_head(s);
	s->column = column;
	s->below = below;
	s->next = t->v[at].next;
	t->v[at].next = (uint16_t)t->n;
	return (int)t->n++;
}
