/*
 * ckptdir - makes, verifies and names the directory.
 *
 * Only sread makes one, and it makes the query last: a directory with a query
 * has everything else, so that a file that is missing later is a loss and not
 * a beginning.  Everybody verifies owner and mode before anything else is
 * touched, on an open descriptor that followed no link: a stream that names a
 * directory of somebody else, or one that others may write to, moves nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "ckpt/durable.h"
#include "ckpt/jsonline.h"
#include "ckpt/recordlog.h"

#define QUERY_MAX (64u << 20)

static const char *const ours[] = { "lock", "lock.source", "lock.sink", "run",
	"query", "epochs.log", "commits.log", "stages", "spool", "files",
	"progress.ndjson", "progress.ndjson.1", "sinks", NULL };

void
spt_ckpt_fini(struct spt_ckpt *c)
{
	if (c->io != NULL) {
		spt_free(c->io, c->path);
		spt_free(c->io, c->schema);
	}
	memset(c, 0, sizeof *c);
}

int
spt_ckpt_path(const struct spt_ckpt *c, struct spt_buf *out, const char *name,
    struct spt_err *e)
{
	return spt_buf_printf(out, e, "%s/%s", c->path, name);
}

static int
verify(const struct spt_io *io, const char *path, struct spt_err *e)
{
	struct stat st;
	int fd, rc;

	fd = spt_durable_open(io, path, O_RDONLY | O_DIRECTORY, 0, e);
	if (fd < 0 && (e->code == ENOTDIR || e->code == ENOENT)) {
		int code = e->code;

		spt_err_clear(e);
		return spt_fail(e, SPT_ECHECKPOINT,
		    code == ENOENT ? "%s: no such checkpoint"
				   : "%s: not a directory, or a link to one",
		    path);
	}
	if (fd < 0)
		return -1;
	rc = io->fstat(io, fd, &st);
	if (rc < 0)
		spt_fail_errno(e, errno, "%s: cannot look at", path);
	io->close(io, fd);
	if (rc < 0)
		return -1;
	if (st.st_uid != io->geteuid(io))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: belongs to user %lu, this program runs as user %lu",
		    path, (unsigned long)st.st_uid,
		    (unsigned long)io->geteuid(io));
	if ((st.st_mode & 0777) != 0700)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: its mode is %04o, expected 0700 (chmod 700 if it is "
		    "a checkpoint and nothing else, or name another directory)",
		    path, (unsigned)(st.st_mode & 0777));
	return 0;
}

/* c->path: absolute, links in the folders above resolved. */
static int
name_it(struct spt_ckpt *c, const char *path, struct spt_err *e)
{
	char *resolved = spt_alloc(c->io, PATH_MAX, e);

	if (resolved == NULL)
		return -1;
	if (c->io->realpath(c->io, path, resolved) < 0)
		spt_fail_errno(e, errno, "%s: cannot find its path", path);
	else
		c->path = spt_strdup(c->io, resolved, e);
	spt_free(c->io, resolved);
	return c->path != NULL ? 0 : -1;
}

static int
read_query(struct spt_ckpt *c, struct spt_err *e)
{
	struct spt_buf path, text;
	const char *name;
	int rc = -1;

	spt_buf_init(&path, c->io);
	spt_buf_init(&text, c->io);
	if (spt_ckpt_path(c, &path, "query", e) == 0 &&
	    (name = spt_buf_str(&path, e)) != NULL) {
		rc = spt_durable_read(c->io, name, QUERY_MAX, &text, e);
		if (rc > 0 && spt_buf_reserve(&text, 1, e) < 0)
			rc = -1;
		if (rc > 0)
			rc = spt_jsonline_get(c->io, (const char *)text.data,
			    text.len, name, c->uuid, &c->schema, &c->created,
			    e);
		else if (rc == 0)
			rc = 1;
		c->known = rc == 0;
	}
	spt_buf_fini(&path);
	spt_buf_fini(&text);
	return rc < 0 ? -1 : 0;
}

/* ---- a directory without a query ----------------------------------------- */

struct strangers {
	const struct spt_io *io;
	struct spt_err *e;
	const char *path;
};

static int
look_for_stranger(void *ctx, const char *name)
{
	struct strangers *s = ctx;
	size_t n = strlen(name);

	for (int i = 0; ours[i] != NULL; i++)
		if (strcmp(ours[i], name) == 0)
			return 0;
	/* A temporary file of one of them. */
	if (name[0] == '.' && n > 4 && strcmp(name + n - 4, ".tmp") == 0)
		return 0;
	spt_fail(s->e, SPT_ECHECKPOINT,
	    "%s: is not a checkpoint and is not empty (\"%s\" is in it)",
	    s->path, name);
	return 1;
}

/* Has this log an epoch?  A log that cannot be read may well have one. */
static int
look_for_epoch(const struct spt_ckpt *c, const char *name, struct spt_err *e)
{
	struct spt_reader r;
	struct spt_rec rec;
	struct spt_buf path;
	const char *s;
	int fd = -1, rc = -1;

	spt_buf_init(&path, c->io);
	if (spt_ckpt_path(c, &path, name, e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL) {
		fd = spt_durable_open(c->io, s, O_RDONLY, 0, e);
		if (fd < 0 && e->code == ENOENT) {
			spt_err_clear(e);
			rc = 0;
		}
	}
	if (fd >= 0) {
		spt_reader_init(&r, c->io, fd, s, 0, 0);
		rc = spt_filehead_get(&r, name, NULL, NULL, e);
		if (rc == 0)
			rc = spt_reader_next(&r, &rec, e);
		spt_reader_fini(&r);
		c->io->close(c->io, fd);
	}
	spt_buf_fini(&path);
	if (rc > 0)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s/query: missing, though %s has epochs (bring it back "
		    "from a copy, or begin anew with another directory)",
		    c->path, name);
	return rc;
}

static int
verify_new(const struct spt_ckpt *c, struct spt_err *e)
{
	struct strangers s = { c->io, e, c->path };
	int rc = c->io->list(c->io, c->path, look_for_stranger, &s);

	if (rc < 0)
		return spt_fail_errno(e, errno, "%s: cannot list", c->path);
	if (rc > 0 || look_for_epoch(c, "epochs.log", e) < 0)
		return -1;
	return look_for_epoch(c, "commits.log", e);
}

/* ---- open, make, write --------------------------------------------------- */

/* The path without the '/' behind it, which would follow a link. */
static char *
strip(const struct spt_io *io, const char *path, struct spt_err *e)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return spt_strndup(io, path, n, e);
}

static int
enter(struct spt_ckpt *c, const struct spt_io *io, const char *path, bool make,
    struct spt_err *e)
{
	char *plain = strip(io, path, e);
	struct stat st;
	int rc = 0;

	memset(c, 0, sizeof *c);
	c->io = io;
	if (plain == NULL)
		return -1;
	if (make && io->lstat(io, plain, &st) < 0) {
		if (errno == ENOENT)
			rc = spt_durable_mkdir(io, plain, 0700, NULL, e);
		else
			rc = spt_fail_errno(
			    e, errno, "%s: cannot look at", plain);
	}
	if (rc == 0 && (verify(io, plain, e) < 0 || name_it(c, plain, e) < 0 ||
			   read_query(c, e) < 0))
		rc = -1;
	spt_free(io, plain);
	return rc;
}

int
spt_ckpt_open(struct spt_ckpt *c, const struct spt_io *io, const char *path,
    const char *uuid, struct spt_err *e)
{
	if (enter(c, io, path, false, e) < 0)
		return -1;
	if (!c->known)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is not a checkpoint: it has no query", c->path);
	if (uuid != NULL && strcmp(uuid, c->uuid) != 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: holds query %s, the stream is of query %s", c->path,
		    c->uuid, uuid);
	return 0;
}

int
spt_ckpt_make(struct spt_ckpt *c, const struct spt_io *io, const char *path,
    struct spt_err *e)
{
	if (enter(c, io, path, true, e) < 0)
		return -1;
	if (c->known)
		return 0;
	if (verify_new(c, e) < 0)
		return -1;
	/* Its name may not be durable yet. */
	return spt_durable_mkdir(io, c->path, 0700, NULL, e);
}

static int
make_uuid(struct spt_ckpt *c, struct spt_err *e)
{
	uint8_t b[16];
	char *p = c->uuid;

	if (c->io->random(c->io, b, sizeof b) < 0)
		return spt_fail_errno(e, errno, "no random numbers");
	/* RFC 9562: version 4, variant 10. */
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++)
		p += sprintf(p,
		    i == 4 || i == 6 || i == 8 || i == 10 ? "-%02x" : "%02x",
		    b[i]);
	return 0;
}

static int
make_folder(const struct spt_ckpt *c, const char *name, struct spt_err *e)
{
	struct spt_buf path;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, c->io);
	if (spt_ckpt_path(c, &path, name, e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc = spt_durable_mkdir(c->io, s, 0700, NULL, e);
	spt_buf_fini(&path);
	return rc;
}

int
spt_query_write(struct spt_ckpt *c, const char *schema, struct spt_err *e)
{
	struct spt_buf text;
	int rc = -1;

	c->created = c->io->now(c->io);
	c->schema = spt_strdup(c->io, schema, e);
	spt_buf_init(&text, c->io);
	if (c->schema != NULL && make_uuid(c, e) == 0 &&
	    make_folder(c, "stages", e) == 0 &&
	    make_folder(c, "spool", e) == 0 &&
	    make_folder(c, "files", e) == 0 &&
	    spt_log_create(c, "epochs.log", e) == 0 &&
	    spt_log_create(c, "commits.log", e) == 0 &&
	    spt_jsonline_put(&text, c->uuid, schema, c->created, e) == 0)
		rc = spt_durable_write(
		    c->io, c->path, "query", 0600, text.data, text.len, e);
	spt_buf_fini(&text);
	c->known = rc == 0;
	return rc;
}

int
spt_query_change(struct spt_ckpt *c, const char *schema, struct spt_err *e)
{
	char *copy = spt_strdup(c->io, schema, e);
	struct spt_buf text;
	int rc = -1;

	if (copy == NULL)
		return -1;
	spt_buf_init(&text, c->io);
	if (spt_jsonline_put(&text, c->uuid, schema, c->created, e) == 0)
		rc = spt_durable_write(
		    c->io, c->path, "query", 0600, text.data, text.len, e);
	spt_buf_fini(&text);
	if (rc < 0) {
		spt_free(c->io, copy);
		return -1;
	}
	spt_free(c->io, c->schema);
	c->schema = copy;
	return 0;
}
