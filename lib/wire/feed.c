/*
 * feed - the free part is filled by one read; when it is short, the partial
 * piece is moved to the front, and when that does not help the buffer is
 * doubled: what is allocated follows the bytes that arrived, never what a
 * length in them claims.
 */
#include <assert.h>

#include "wire/feed.h"

#define CHUNK (64u << 10)  /* the least room for a read */
#define FIRST (256u << 10) /* first size of the buffer */

static int
make_room(struct spt__feed *f, struct spt_err *e)
{
	size_t held = spt__feed_held(f), want;
	uint8_t *p;

	if (f->cap - f->end >= CHUNK)
		return 0;
	/* A piece is moved at most once, for it is then at the front. */
	if (f->pos != 0) {
		if (held != 0)
			memmove(f->buf, f->buf + f->pos, held);
		f->dropped += f->pos;
		f->pos = 0;
		f->end = held;
		if (f->cap - f->end >= CHUNK)
			return 0;
	}
	want = f->cap != 0 ? 2 * f->cap : FIRST;
	if (f->need > held && want > FIRST && want > f->need + CHUNK)
		want = f->need + CHUNK;
	p = f->io->realloc(f->io, f->buf, want);
	if (p == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    "%s: out of memory (%zu bytes wanted for one message)",
		    f->name, want);
	f->buf = p;
	f->cap = want;
	return 0;
}

int
spt__feed_fill(struct spt__feed *f, struct spt_err *e)
{
	size_t room, wanted = CHUNK, got = 0;
	int rc;

	if (make_room(f, e) < 0)
		return -1;
	/* Not much beyond the piece: what is read ahead may have to move. */
	if (f->need > spt__feed_held(f))
		wanted += f->need - spt__feed_held(f);
	room = f->cap - f->end;
	if (room > wanted)
		room = wanted;
	if (f->fd >= 0)
		rc = spt_io_read(
		    f->io, f->fd, f->buf + f->end, room, &got, f->name, e);
	else
		rc = f->from.read(f->from.ctx, f->buf + f->end, room, &got, e);
	if (rc > 0) {
		assert(got != 0 && got <= room);
		f->end += got;
	}
	return rc;
}
