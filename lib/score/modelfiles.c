/*
 * modelfiles - the names below a directory are collected first, each with its
 * path from the top, and sorted as bytes; so the order does not depend on the
 * file system.
 *
 * A directory is kept as files/<fingerprint>.model/, file by file, each durable
 * before the next; the state names it only when it is whole, so what a crash
 * leaves unfinished is finished by the next run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckpt/durable.h"
#include "score/modelfiles.h"

#define FILES_MAX 100000
#define DEPTH_MAX 8
#define CHUNK (256u << 10)
#define KEPT_SUFFIX ".model"

struct names {
	const struct spt_io *io;
	struct spt_err *e;
	char **v; /* n paths from the top, of files */
	size_t n, cap;
	/* The folder that is listed: its names, with NULs between. */
	struct spt_buf found;
};

static int
note(void *ctx, const char *name)
{
	struct names *l = ctx;

	if (name[0] == '.')
		return 0;
	return spt_buf_put(&l->found, name, strlen(name) + 1, l->e);
}

static char *
joined(const struct spt_io *io, const char *a, const char *b, struct spt_err *e)
{
	struct spt_buf text;
	char *s = NULL;

	spt_buf_init(&text, io);
	if (spt_buf_printf(&text, e, "%s%s%s", a,
		a[0] != '\0' && b[0] != '\0' ? "/" : "", b) == 0)
		s = spt_strndup(io, (const char *)text.data, text.len, e);
	spt_buf_fini(&text);
	return s;
}

static int collect(
    struct names *l, const char *top, const char *below, int depth);

static int
collect_one(struct names *l, const char *top, const char *at, int depth)
{
	char *path = joined(l->io, top, at, l->e);
	struct stat st;
	int rc = -1;

	if (path == NULL)
		return -1;
	if (l->io->stat(l->io, path, &st) < 0) {
		spt_fail_errno(l->e, errno, "%s", path);
	} else if (S_ISDIR(st.st_mode)) {
		rc = collect(l, top, at, depth + 1);
	} else if (!S_ISREG(st.st_mode)) {
		spt_fail(
		    l->e, SPT_EDATA, "%s: is no file and no directory", path);
	} else if (l->n >= FILES_MAX) {
		spt_fail(l->e, SPT_EDATA, "%s: more than %d files: not a model",
		    top, FILES_MAX);
	} else if (spt_grow(l->io, &l->v, &l->cap, l->n + 1, sizeof *l->v,
		       l->e) == 0) {
		l->v[l->n] = spt_strdup(l->io, at, l->e);
		rc = l->v[l->n] == NULL ? -1 : 0;
		l->n += rc == 0;
	}
	spt_free(l->io, path);
	return rc;
}

static int
collect(struct names *l, const char *top, const char *below, int depth)
{
	char *path = joined(l->io, top, below, l->e);
	struct spt_buf names;
	int rc;

	if (path == NULL)
		return -1;
	l->found.len = 0;
	if (depth > DEPTH_MAX)
		rc = spt_fail(l->e, SPT_EDATA,
		    "%s: folders are deeper than a model's", path);
	else
		rc = l->io->list(l->io, path, note, l);
	if (rc < 0 && l->e->kind == SPT_OK)
		spt_fail_errno(l->e, errno, "%s", path);
	spt_free(l->io, path);
	/* A folder below would use found again. */
	names = l->found;
	spt_buf_init(&l->found, l->io);
	for (size_t at = 0; rc == 0 && at < names.len;
	     at += strlen((char *)names.data + at) + 1) {
		char *name =
		    joined(l->io, below, (char *)names.data + at, l->e);

		rc = name == NULL ? -1 : collect_one(l, top, name, depth);
		spt_free(l->io, name);
	}
	spt_buf_fini(&names);
	return rc;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
names_fini(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		spt_free(l->io, l->v[i]);
	spt_free(l->io, l->v);
	spt_buf_fini(&l->found);
}

/* Of a file the one name is "". */
static int
names_init(struct names *l, const struct spt_io *io, const char *path,
    bool *folder, struct spt_err *e)
{
	struct stat st;
	int rc;

	memset(l, 0, sizeof *l);
	l->io = io;
	l->e = e;
	spt_buf_init(&l->found, io);
	if (io->stat(io, path, &st) < 0)
		return spt_fail_errno(e, errno, "%s", path);
	*folder = S_ISDIR(st.st_mode);
	rc = *folder ? collect(l, path, "", 0) : collect_one(l, path, "", 0);
	if (rc < 0)
		names_fini(l);
	else if (l->n != 0)
		qsort(l->v, l->n, sizeof *l->v, compare);
	return rc;
}

/* Reads a file to its end into the digest, and into to if that is not NULL. */
static int
read_file(const struct spt_io *io, const char *path, struct spt_digest *d,
    struct spt_newfile *to, struct spt_err *e)
{
	uint8_t *p = spt_alloc(io, CHUNK, e);
	uint64_t length = 0;
	size_t got;
	int fd, rc = -1;

	if (p == NULL)
		return -1;
	fd = io->open(io, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0) {
		spt_fail_errno(e, errno, "%s", path);
		goto done;
	}
	while ((rc = spt_io_read(io, fd, p, CHUNK, &got, path, e)) > 0) {
		length += got;
		if (d != NULL)
			spt_digest_put(d, p, got);
		if (to != NULL && spt_newfile_put(to, p, got, e) < 0) {
			rc = -1;
			break;
		}
	}
	io->close(io, fd);
	if (d != NULL)
		spt_digest_put(d, &length, sizeof length);
done:
	spt_free(io, p);
	return rc;
}

static char *
full(const struct names *l, const char *top, size_t i, struct spt_err *e)
{
	if (l->v[i][0] == '\0')
		return spt_strdup(l->io, top, e);
	return joined(l->io, top, l->v[i], e);
}

static int
fingerprint(
    struct names *l, const char *path, char id[SPT_MODEL_ID], struct spt_err *e)
{
	char text[SPT_DIGEST_SIZE];
	struct spt_digest d;
	int rc = 0;

	spt_digest_init(&d);
	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		char *file = full(l, path, i, e);

		rc = file == NULL ? -1 : read_file(l->io, file, &d, NULL, e);
		spt_free(l->io, file);
	}
	spt_digest_text(&d, text);
	snprintf(id, SPT_MODEL_ID, "%.16s", text);
	return rc;
}

int
spt_modelfiles_id(const struct spt_io *io, const char *path,
    char id[SPT_MODEL_ID], struct spt_err *e)
{
	struct names l;
	bool folder;
	int rc;

	if (names_init(&l, io, path, &folder, e) < 0)
		return -1;
	rc = fingerprint(&l, path, id, e);
	names_fini(&l);
	return rc;
}

/* ---- copies in a checkpoint ---------------------------------------------- */

static int
copy_file(const struct spt_io *io, const char *from, const char *to,
    struct spt_err *e)
{
	const char *slash = strrchr(to, '/');
	char *folder = spt_strndup(io, to, (size_t)(slash - to), e);
	struct spt_newfile f = { 0 };
	int rc = -1;

	if (folder == NULL)
		return -1;
	if (spt_newfile_open(&f, io, folder, slash + 1, 0400, e) == 0) {
		rc = read_file(io, from, NULL, &f, e);
		if (rc == 0)
			rc = spt_newfile_commit(&f, NULL, e);
		else
			spt_newfile_abandon(&f);
	}
	spt_free(io, folder);
	return rc;
}

/* The folders on the way to to[0..] below its first `at` bytes. */
static int
make_folders(const struct spt_io *io, char *to, size_t at, struct spt_err *e)
{
	for (char *p = to + at; (p = strchr(p, '/')) != NULL; p++) {
		int rc;

		*p = '\0';
		rc = spt_durable_mkdir(io, to, 0700, NULL, e);
		*p = '/';
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int
copy_all(const struct names *l, const char *path, const char *kept,
    struct spt_err *e)
{
	int rc = spt_durable_mkdir(l->io, kept, 0700, NULL, e);

	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		char *from = full(l, path, i, e);
		char *to = joined(l->io, kept, l->v[i], e);

		rc = from == NULL || to == NULL ? -1 : 0;
		if (rc == 0)
			rc = make_folders(l->io, to, strlen(kept) + 1, e);
		if (rc == 0)
			rc = copy_file(l->io, from, to, e);
		spt_free(l->io, from);
		spt_free(l->io, to);
	}
	return rc;
}

/* files/<name> in the checkpoint. */
static char *
place(const struct spt_ckpt *c, const char *name, struct spt_err *e)
{
	char *files = joined(c->io, c->path, "files", e), *path;

	if (files == NULL)
		return NULL;
	path = joined(c->io, files, name, e);
	spt_free(c->io, files);
	return path;
}

/* Is the folder at path whole?  1 yes, 0 no. */
static int
is_whole(const struct spt_ckpt *c, const char *path, const char *id)
{
	struct spt_err ignored = { 0 };
	char is[SPT_MODEL_ID];
	struct stat st;

	if (c->io->lstat(c->io, path, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    spt_modelfiles_id(c->io, path, is, &ignored) < 0)
		return 0;
	return strncmp(is, id, SPT_MODEL_ID - 1) == 0;
}

static int
keep_folder(const struct spt_ckpt *c, struct names *l, const char *path,
    char **name, char **kept, struct spt_err *e)
{
	char id[SPT_MODEL_ID], text[SPT_MODEL_ID + sizeof KEPT_SUFFIX];

	if (fingerprint(l, path, id, e) < 0)
		return -1;
	snprintf(text, sizeof text, "%s" KEPT_SUFFIX, id);
	*kept = place(c, text, e);
	*name = spt_strdup(c->io, text, e);
	if (*kept == NULL || *name == NULL)
		return -1;
	if (is_whole(c, *kept, id))
		return 0;
	if (copy_all(l, path, *kept, e) < 0)
		return -1;
	if (is_whole(c, *kept, id))
		return 0;
	return spt_fail(e, SPT_EDATA,
	    "%s: was changed while it was copied; try again", path);
}

int
spt_modelfiles_keep(const struct spt_ckpt *c, const char *path, char **name,
    char **kept, struct spt_err *e)
{
	char hash[SPT_DIGEST_SIZE];
	struct names l;
	bool folder;
	int rc;

	*name = *kept = NULL;
	if (names_init(&l, c->io, path, &folder, e) < 0)
		return -1;
	if (folder) {
		rc = keep_folder(c, &l, path, name, kept, e);
	} else {
		rc = spt_keep_file(c, path, hash, kept, e);
		if (rc == 0) {
			*name = spt_strdup(c->io, hash, e);
			rc = *name == NULL ? -1 : 0;
		}
	}
	names_fini(&l);
	if (rc < 0) {
		spt_free(c->io, *name);
		spt_free(c->io, *kept);
		*name = *kept = NULL;
	}
	return rc;
}

int
spt_modelfiles_find(
    const struct spt_ckpt *c, const char *name, char **kept, struct spt_err *e)
{
	size_t n = strlen(name);

	if (strchr(name, '/') != NULL || name[0] == '.')
		return spt_fail(e, SPT_ECHECKPOINT,
		    "\"%s\": no name of a kept model", name);
	if (n != SPT_MODEL_ID - 1 + strlen(KEPT_SUFFIX))
		return spt_keep_find(c, name, kept, e);
	*kept = place(c, name, e);
	if (*kept == NULL)
		return -1;
	if (is_whole(c, *kept, name))
		return 0;
	spt_fail(e, SPT_ECHECKPOINT,
	    "%s: the model that the checkpoint uses is gone or damaged", *kept);
	spt_free(c->io, *kept);
	*kept = NULL;
	return -1;
}
