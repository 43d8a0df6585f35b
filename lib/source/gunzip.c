#include <limits.h>
#include <string.h>
#include <zlib.h>

#include "source/gunzip.h"

enum place { IN_MEMBER, BETWEEN, IN_PADDING };

struct spt_gunzip {
	const struct spt_io *io;
	const char *name;
	z_stream z;
	enum place place;
	uint64_t at; /* compressed bytes used */
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

int
spt_gunzip_open(struct spt_gunzip **out, const struct spt_io *io,
    const char *name, struct spt_err *e)
{
	struct spt_gunzip *g = spt_alloc_zero(io, sizeof *g, e);

	if (g == NULL)
		return -1;
	g->io = io;
	g->name = name;
	g->z.zalloc = allocate;
	g->z.zfree = release;
	g->z.opaque = (voidpf)(uintptr_t)io;
	if (inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK) {
		spt_free(io, g);
		return spt_fail(e, SPT_ESYSTEM, "%s: out of memory", name);
	}
	*out = g;
	return 0;
}

void
spt_gunzip_close(struct spt_gunzip *g)
{
	inflateEnd(&g->z);
	spt_free(g->io, g);
}

static int
corrupt(struct spt_gunzip *g, const char *why, struct spt_err *e)
{
	return spt_fail(e, SPT_EDATA, "%s: byte %llu: bad gzip data (%s)",
	    g->name, (unsigned long long)g->at, why);
}

/* The first byte behind a member: another one, or padding? */
static int
look_behind(struct spt_gunzip *g, uint8_t c, struct spt_err *e)
{
	if (c == 0x1f && g->place == BETWEEN) {
		inflateReset(&g->z);
		g->place = IN_MEMBER;
	} else if (c == 0) {
		g->place = IN_PADDING;
	} else {
		return corrupt(g, "something follows the last member", e);
	}
	return 0;
}

int
spt_gunzip(struct spt_gunzip *g, const uint8_t *in, size_t *n_in, uint8_t *out,
    size_t *n_out, struct spt_err *e)
{
	size_t used = 0, made;
	int rc;

	while (g->place != IN_MEMBER && used < *n_in) {
		if (look_behind(g, in[used], e) < 0)
			return -1;
		if (g->place == IN_PADDING) {
			used++;
			g->at++;
		}
	}
	if (g->place != IN_MEMBER) {
		*n_in = used;
		*n_out = 0;
		return 0;
	}
	g->z.next_in = (Bytef *)(uintptr_t)(in + used);
	g->z.avail_in =
	    *n_in - used < UINT_MAX ? (uInt)(*n_in - used) : UINT_MAX;
	g->z.next_out = out;
	g->z.avail_out = *n_out < UINT_MAX ? (uInt)*n_out : UINT_MAX;
	rc = inflate(&g->z, Z_NO_FLUSH);
	made = (size_t)(g->z.next_out - out);
	g->at += (size_t)(g->z.next_in - (in + used));
	*n_in = (size_t)(g->z.next_in - in);
	*n_out = made;
	if (rc == Z_STREAM_END)
		g->place = BETWEEN;
	else if (rc == Z_MEM_ERROR)
		return spt_fail(e, SPT_ESYSTEM, "%s: out of memory", g->name);
	else if (rc != Z_OK && rc != Z_BUF_ERROR)
		return corrupt(
		    g, g->z.msg != NULL ? g->z.msg : "cannot inflate", e);
	return 1;
}

int
spt_gunzip_finish(struct spt_gunzip *g, struct spt_err *e)
{
	if (g->place == IN_MEMBER)
		return corrupt(g, "the file ends in the middle", e);
	return 0;
}
