/*
 * spooldir - names and records of segments.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "ckpt/durable.h"
#include "ckpt/spooldir.h"

voidpf
spt_zip_alloc(voidpf io, uInt n, uInt size)
{
	const struct spt_io *to = io;

	return to->realloc(to, NULL, (size_t)n * size);
}

void
spt_zip_free(voidpf io, voidpf p)
{
	spt_free(io, p);
}

char *
spt_spool_path(const struct spt_spool *s, int64_t number, struct spt_err *e)
{
	struct spt_buf b;
	const char *text;
	char *path = NULL;

	spt_buf_init(&b, s->io);
	if (spt_buf_printf(&b, e, "%s/%s-%lld", s->folder, s->name,
		(long long)number) == 0 &&
	    (text = spt_buf_str(&b, e)) != NULL)
		path = spt_strdup(s->io, text, e);
	spt_buf_fini(&b);
	return path;
}

struct listing {
	struct spt_spool *s;
	struct spt_buf *stale; /* names of temporary files, each with its NUL */
	struct spt_err *e;
};

/* The temporary file of one of our segments, of a run that was killed? */
static bool
is_stale(const struct spt_spool *s, const char *file)
{
	size_t k = strlen(s->name), n = strlen(file);

	return n > k + 6 && file[0] == '.' &&
	       strncmp(file + 1, s->name, k) == 0 && file[k + 1] == '-' &&
	       strcmp(file + n - 4, ".tmp") == 0;
}

static int
look(void *ctx, const char *file)
{
	struct listing *l = ctx;
	struct spt_spool *s = l->s;
	size_t k = strlen(s->name), i;
	int64_t v;

	if (is_stale(s, file))
		return spt_buf_put(l->stale, file, strlen(file) + 1, l->e) < 0;
	if (strncmp(file, s->name, k) != 0 || file[k] != '-' ||
	    file[k + 1] == '0' || file[k + 1] == '\0' ||
	    strlen(file + k + 1) > 18 ||
	    file[k + 1 + strspn(file + k + 1, "0123456789")] != '\0')
		return 0;
	v = strtoll(file + k + 1, NULL, 10);
	if (spt_grow(s->io, &s->segment, &s->cap, s->n + 1, sizeof *s->segment,
		l->e) < 0)
		return 1;
	for (i = s->n++; i > 0 && s->segment[i - 1] > v; i--)
		s->segment[i] = s->segment[i - 1];
	s->segment[i] = v;
	return 0;
}

static int
remove_all(
    const struct spt_spool *s, const struct spt_buf *names, struct spt_err *e)
{
	struct spt_buf b;
	const char *name, *path;
	int rc = 0;

	spt_buf_init(&b, s->io);
	for (size_t at = 0; rc == 0 && at < names->len;
	     at += strlen(name) + 1) {
		name = (const char *)names->data + at;
		b.len = 0;
		rc = spt_buf_printf(&b, e, "%s/%s", s->folder, name);
		if (rc == 0)
			rc = (path = spt_buf_str(&b, e)) != NULL
				 ? spt_durable_remove(s->io, path, e)
				 : -1;
	}
	spt_buf_fini(&b);
	return rc;
}

int
spt_spool_list(struct spt_spool *s, struct spt_err *e)
{
	struct spt_buf stale;
	struct listing l = { s, &stale, e };
	int rc;

	s->n = 0;
	spt_buf_init(&stale, s->io);
	rc = s->io->list(s->io, s->folder, look, &l);
	if (rc < 0)
		spt_fail_errno(e, errno, "%s: cannot list", s->folder);
	else if (rc > 0)
		rc = -1;
	else
		rc = remove_all(s, &stale, e);
	spt_buf_fini(&stale);
	return rc;
}

/* ---- one segment --------------------------------------------------------- */

static bool
is_named(const char *s, const char *name, bool *rewritten)
{
	size_t n = strlen(name);

	if (strncmp(s, name, n) != 0)
		return false;
	*rewritten = strcmp(s + n, SPT_SPOOL_SEALED) == 0;
	return *rewritten || s[n] == '\0';
}

int
spt_segment_open(struct spt_segment *g, const struct spt_io *io, char *path,
    const char *uuid, const char *name, struct spt_err *e)
{
	struct spt_buf more;
	const char *s;
	int rc;

	memset(g, 0, sizeof *g);
	g->io = io;
	g->path = path;
	g->fd = -1;
	spt_buf_init(&g->plain, io);
	g->zip.zalloc = spt_zip_alloc;
	g->zip.zfree = spt_zip_free;
	g->zip.opaque = (voidpf)(uintptr_t)io;
	if (inflateInit(&g->zip) != Z_OK)
		return spt_fail(e, SPT_ESYSTEM, "%s: out of memory", path);
	g->zip_ready = true;
	g->fd = spt_durable_open(io, path, O_RDONLY, 0, e);
	if (g->fd < 0)
		return -1;
	spt_reader_init(&g->r, io, g->fd, path, 0, 0);
	spt_buf_init(&more, io);
	rc = spt_filehead_get(&g->r, "spool", uuid, &more, e);
	if (rc == 0 && (s = spt_buf_str(&more, e)) == NULL)
		rc = -1;
	if (rc == 0 && !is_named(s, name, &g->rewritten))
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is of another input (%.100s)", path, s);
	spt_buf_fini(&more);
	return rc;
}

static int
damaged(const struct spt_segment *g, const char *what, struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT, "%s: byte %llu: %s", g->path,
	    (unsigned long long)g->rec.at, what);
}

/* A record's payload: where its bytes begin, how many, deflated. */
static int
unpack(struct spt_segment *g, struct spt_err *e)
{
	struct spt_fields f = { g->rec.data, g->rec.n, false };
	int64_t start = spt_field_int(&f), n = spt_field_int(&f);
	z_stream *z = &g->zip;
	int rc;

	if (f.bad || start < 0 || (uint64_t)start != g->bytes || n <= 0 ||
	    n > (16 << 20))
		return damaged(g, "a record that is out of place", e);
	g->plain.len = 0;
	if (spt_buf_reserve(&g->plain, (size_t)n, e) < 0)
		return -1;
	inflateReset(z);
	z->next_in = (Bytef *)(uintptr_t)f.p;
	z->avail_in = (uInt)f.n;
	z->next_out = g->plain.data;
	z->avail_out = (uInt)n;
	rc = inflate(z, Z_FINISH);
	if (rc == Z_MEM_ERROR)
		return spt_fail(e, SPT_ESYSTEM, "%s: out of memory", g->path);
	if (rc != Z_STREAM_END || z->avail_out != 0 || z->avail_in != 0)
		return damaged(g, "does not inflate", e);
	g->plain.len = (size_t)n;
	g->bytes += (uint64_t)n;
	return 1;
}

int
spt_segment_next(struct spt_segment *g, struct spt_err *e)
{
	struct spt_fields f;
	int rc;

	if (g->sealed)
		return 0;
	rc = spt_reader_next(&g->r, &g->rec, e);
	if (rc <= 0)
		return rc;
	if (g->rec.type == SPT_REC_SPOOL)
		return unpack(g, e);
	f = (struct spt_fields){ g->rec.data, g->rec.n, false };
	if (g->rec.type != SPT_REC_END || spt_field_int(&f) < 0 || f.bad)
		return damaged(g, "a record that is out of place", e);
	f = (struct spt_fields){ g->rec.data, g->rec.n, false };
	if ((uint64_t)spt_field_int(&f) != g->bytes)
		return damaged(g, "an end that is out of place", e);
	g->sealed = true;
	return 0;
}

void
spt_segment_close(struct spt_segment *g)
{
	if (g->io == NULL)
		return;
	if (g->fd >= 0) {
		spt_reader_fini(&g->r);
		g->io->close(g->io, g->fd);
	}
	if (g->zip_ready)
		inflateEnd(&g->zip);
	spt_buf_fini(&g->plain);
	spt_free(g->io, g->path);
	memset(g, 0, sizeof *g);
}
