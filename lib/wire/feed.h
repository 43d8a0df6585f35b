/*
 * feed - the bytes of a stream, of which one piece at a time is worked on.
 *
 *	0          pos                end           cap
 *	| consumed | piece, partly    | free        |
 */
#ifndef SPT_FEED_H
#define SPT_FEED_H

#include "wire/in.h"

struct spt__feed {
	const struct spt_io *io;
	int fd;
	struct spt_bytes_in from; /* when fd is -1 */
	const char *name;
	uint8_t *buf;
	size_t pos, end, cap;
	size_t need;      /* bytes behind pos that the next step wants */
	uint64_t dropped; /* bytes of the stream before buf[0] */
};

/* One read: 1 more bytes, 0 end of file, -1.  Moves the bytes: what pointed
 * into them does not any more. */
SPT_MUST int spt__feed_fill(struct spt__feed *f, struct spt_err *e);

static inline const uint8_t *
spt__feed_at(const struct spt__feed *f)
{
	return f->buf + f->pos;
}

static inline size_t
spt__feed_held(const struct spt__feed *f)
{
	return f->end - f->pos;
}

/* Where pos is in the stream. */
static inline uint64_t
spt__feed_position(const struct spt__feed *f)
{
	return f->dropped + f->pos;
}

/* The next step wants n bytes: are they there? */
static inline bool
spt__feed_need(struct spt__feed *f, size_t n)
{
	f->need = n;
	return spt__feed_held(f) >= n;
}

/* Done with n bytes, which stay where they are until the next fill. */
static inline void
spt__feed_pass(struct spt__feed *f, size_t n, size_t then_need)
{
	f->pos += n;
	f->need = then_need;
}

/* Done with all that is held, and with n bytes behind it that somebody else
 * took from the descriptor. */
static inline void
spt__feed_skip(struct spt__feed *f, size_t n, size_t then_need)
{
	f->dropped += f->end + n;
	f->pos = f->end = 0;
	f->need = then_need;
}

#endif
