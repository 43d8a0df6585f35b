/*
 * gzipsink - a sink in front of another that compresses what passes.
 *
 * A commit ends a member, so that the committed length of a file is a place
 * where it can be cut, and what follows it (an end mark) is a member of its
 * own.  The level is that of gzip(1), and the header has no time and no name:
 * the same rows are the same bytes.
 */
#include <zlib.h>

#include "base/buf.h"
#include "sink/sink.h"

#define PIECE (64u << 10)
#define GZIP_WINDOW (16 + MAX_WBITS)

struct gzip {
	struct spt_sink sink;
	const struct spt_io *io;
	struct spt_sink *inner;
	z_stream z;
	bool open; /* a member */
	uint8_t out[PIECE];
};

static voidpf
allocate(voidpf ctx, uInt n, uInt size)
{
	const struct spt_io *io = ctx;

	return io->realloc(io, NULL, (size_t)n * size);
}

static void
release(voidpf ctx, voidpf p)
{
	spt_free(ctx, p);
}

/* What the sink in front says of itself is what the inner one says. */
static void
mirror(struct gzip *g)
{
	const struct spt_sink *in = g->inner;
	struct spt_sink *s = &g->sink;

	s->fd = in->fd;
	s->regular = in->regular;
	s->fresh = in->fresh && !g->open;
	s->due = in->due;
	s->units = in->units;
	s->exact = in->exact;
	s->size = in->size;
	s->held = in->held;
	memcpy(s->held_id, in->held_id, sizeof s->held_id);
}

/* Compresses what z has, with what it kept back if flush is Z_FINISH. */
static int
deflate_all(struct gzip *g, int flush, struct spt_err *e)
{
	size_t n;

	g->inner->epoch = g->sink.epoch;
	do {
		g->z.next_out = g->out;
		g->z.avail_out = PIECE;
		if (deflate(&g->z, flush) == Z_STREAM_ERROR)
			return spt_fail(e, SPT_ESYSTEM, "%s: cannot compress",
			    g->sink.name);
		n = PIECE - g->z.avail_out;
		if (n != 0 && g->inner->ops->write(g->inner, g->out, n, e) < 0)
			return -1;
	} while (g->z.avail_out == 0);
	return 0;
}

static int
write_(struct spt_sink *sink, const void *p, size_t n, struct spt_err *e)
{
	struct gzip *g = (struct gzip *)sink;
	const uint8_t *at = p;

	while (n > 0) {
		uInt part = n < (1u << 30) ? (uInt)n : 1u << 30;

		g->open = true;
		g->z.next_in = (z_const Bytef *)(uintptr_t)at;
		g->z.avail_in = part;
		if (deflate_all(g, Z_NO_FLUSH, e) < 0)
			return -1;
		at += part;
		n -= part;
	}
	mirror(g);
	return 0;
}

static int
end_member(struct gzip *g, struct spt_err *e)
{
	if (!g->open)
		return 0;
	g->open = false;
	if (deflate_all(g, Z_FINISH, e) < 0)
		return -1;
	deflateReset(&g->z);
	return 0;
}

static int
recover(
    struct spt_sink *sink, const struct spt_sink_point *at, struct spt_err *e)
{
	struct gzip *g = (struct gzip *)sink;
	int rc = g->inner->ops->recover(g->inner, at, e);

	mirror(g);
	return rc;
}

static int
record(struct spt_sink *sink, struct spt_buf *position, struct spt_err *e)
{
	struct gzip *g = (struct gzip *)sink;

	return g->inner->ops->record(g->inner, position, e);
}

static int
commit(struct spt_sink *sink, const struct spt_sink_epoch *ep,
    struct spt_buf *position, struct spt_err *e)
{
	struct gzip *g = (struct gzip *)sink;
	int rc = end_member(g, e);

	g->inner->epoch = sink->epoch;
	if (rc == 0)
		rc = g->inner->ops->commit(g->inner, ep, position, e);
	mirror(g);
	return rc;
}

static int
end(struct spt_sink *sink, struct spt_err *e)
{
	struct gzip *g = (struct gzip *)sink;

	/* A file without a member would be no gzip file. */
	if (!g->inner->units && g->inner->fresh)
		g->open = true;
	if (end_member(g, e) < 0)
		return -1;
	return g->inner->ops->end(g->inner, e);
}

static void
close_(struct spt_sink *sink)
{
	struct gzip *g = (struct gzip *)sink;

	deflateEnd(&g->z);
	g->inner->ops->close(g->inner);
	spt_free(g->io, g);
}

/* A sink that cannot commit has no such operations in front of it either. */
static const struct spt_sink_ops plain = {
	.write = write_,
	.end = end,
	.close = close_,
};
static const struct spt_sink_ops committing = {
	.write = write_,
	.recover = recover,
	.record = record,
	.commit = commit,
	.end = end,
	.close = close_,
};

int
spt_sink_gzip(struct spt_sink **sink, const struct spt_io *io,
    struct spt_sink *inner, struct spt_err *e)
{
	struct gzip *g = spt_alloc_zero(io, sizeof *g, e);

	if (g == NULL)
		goto fail;
	g->sink.ops = inner->ops->commit != NULL ? &committing : &plain;
	g->sink.name = inner->name;
	g->io = io;
	g->inner = inner;
	g->z.zalloc = allocate;
	g->z.zfree = release;
	g->z.opaque = (voidpf)(uintptr_t)io;
	if (deflateInit2(&g->z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
		8, Z_DEFAULT_STRATEGY) != Z_OK) {
		spt_fail(e, SPT_ESYSTEM, "%s: out of memory", inner->name);
		goto fail;
	}
	mirror(g);
	*sink = &g->sink;
	return 0;

fail:
	spt_free(io, g);
	inner->ops->close(inner);
	return -1;
}
