/*
 * keep - a copy under a name that is made of its content.
 *
 * The name is known only after the file was read once, so it is read twice:
 * once to name it, once to copy it; if the two differ, somebody wrote to it
 * in between and there is no content to agree on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ckpt/durable.h"
#include "ckpt/keep.h"

#define CHUNK (256u << 10)

/* Reads fd to its end into the digest, and into f if that is not NULL. */
static int
read_all(const struct spt_io *io, int fd, const char *name,
    struct spt_newfile *f, char hash[SPT_DIGEST_SIZE], struct spt_err *e)
{
	uint8_t *p = spt_alloc(io, CHUNK, e);
	struct spt_digest d;
	size_t got;
	int rc = 1;

	if (p == NULL)
		return -1;
	spt_digest_init(&d);
	if (io->lseek(io, fd, 0, SEEK_SET) < 0)
		rc = spt_fail_errno(e, errno, "%s: cannot seek", name);
	while (rc > 0) {
		rc = spt_io_read(io, fd, p, CHUNK, &got, name, e);
		if (rc > 0) {
			spt_digest_put(&d, p, got);
			if (f != NULL && spt_newfile_put(f, p, got, e) < 0)
				rc = -1;
		}
	}
	spt_free(io, p);
	spt_digest_text(&d, hash);
	return rc;
}

/* The path files/<hash>, the caller's; NULL. */
static char *
place(const struct spt_ckpt *c, const char *hash, struct spt_err *e)
{
	struct spt_buf b;
	const char *s;
	char *path = NULL;

	spt_buf_init(&b, c->io);
	if (spt_buf_printf(&b, e, "%s/files/%s", c->path, hash) == 0 &&
	    (s = spt_buf_str(&b, e)) != NULL)
		path = spt_strdup(c->io, s, e);
	spt_buf_fini(&b);
	return path;
}

/* 1: the copy is there and whole; 0: it is not there; -1. */
static int
verify(const struct spt_ckpt *c, const char *path, const char *hash,
    struct spt_err *e)
{
	char found[SPT_DIGEST_SIZE];
	int fd = spt_durable_open(c->io, path, O_RDONLY, 0, e), rc;

	if (fd < 0 && e->code == ENOENT) {
		spt_err_clear(e);
		return 0;
	}
	if (fd < 0)
		return -1;
	rc = read_all(c->io, fd, path, NULL, found, e);
	c->io->close(c->io, fd);
	if (rc == 0 && strcmp(found, hash) != 0)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: damaged: its content is not that of its name (bring "
		    "it back from a copy)",
		    path);
	return rc < 0 ? -1 : 1;
}

/* The path of files/ itself. */
static char *
folder_of(const struct spt_ckpt *c, struct spt_err *e)
{
	char *folder = place(c, "", e);

	if (folder != NULL)
		folder[strlen(folder) - 1] = '\0';
	return folder;
}

static int
sync_folder(const struct spt_ckpt *c, struct spt_err *e)
{
	char *folder = folder_of(c, e);
	int rc = -1;

	if (folder != NULL)
		rc = spt_durable_sync_folder(c->io, folder, e);
	spt_free(c->io, folder);
	return rc;
}

static int
copy(const struct spt_ckpt *c, int fd, const char *name, const char *hash,
    struct spt_err *e)
{
	char again[SPT_DIGEST_SIZE], *folder = folder_of(c, e);
	struct spt_newfile f;
	int rc = -1;

	if (folder == NULL)
		return -1;
	if (spt_newfile_open(&f, c->io, folder, hash, 0400, e) == 0) {
		rc = read_all(c->io, fd, name, &f, again, e);
		if (rc == 0 && strcmp(hash, again) != 0)
			rc = spt_fail(e, SPT_EDATA,
			    "%s: changed while it was read", name);
		if (rc == 0)
			rc = spt_newfile_commit(&f, NULL, e);
		else
			spt_newfile_abandon(&f);
	}
	spt_free(c->io, folder);
	return rc;
}

static int
open_source(const struct spt_io *io, const char *path, struct spt_err *e)
{
	struct stat st;
	int fd;

	/* The user's own name for it: links are fine. */
	do
		fd = io->open(io, path, O_RDONLY | O_CLOEXEC, 0);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", path);
	if (io->fstat(io, fd, &st) < 0)
		spt_fail_errno(e, errno, "%s: cannot look at", path);
	else if (!S_ISREG(st.st_mode))
		spt_fail(e, SPT_EUSAGE,
		    "%s: not a regular file, which it must be under a "
		    "checkpoint",
		    path);
	else
		return fd;
	io->close(io, fd);
	return -1;
}

int
spt_keep_file(const struct spt_ckpt *c, const char *path,
    char hash[SPT_DIGEST_SIZE], char **kept, struct spt_err *e)
{
	int fd = open_source(c->io, path, e), rc;
	struct spt_err damage = { 0 };
	char *to = NULL;

	if (fd < 0)
		return -1;
	rc = read_all(c->io, fd, path, NULL, hash, e);
	if (rc == 0 && (to = place(c, hash, e)) == NULL)
		rc = -1;
	/* A damaged copy is replaced: the original is here.  The name of a
	 * whole one may not be durable yet. */
	if (rc == 0 && verify(c, to, hash, &damage) <= 0)
		rc = copy(c, fd, path, hash, e);
	else if (rc == 0)
		rc = sync_folder(c, e);
	c->io->close(c->io, fd);
	if (rc < 0) {
		spt_free(c->io, to);
		return -1;
	}
	*kept = to;
	return 0;
}

int
spt_keep_find(
    const struct spt_ckpt *c, const char *hash, char **kept, struct spt_err *e)
{
	char *path;
	int rc;

	if (strlen(hash) != SPT_DIGEST_SIZE - 1 ||
	    strspn(hash, "0123456789abcdef") != SPT_DIGEST_SIZE - 1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "\"%.100s\": not the name of a kept file", hash);
	path = place(c, hash, e);
	if (path == NULL)
		return -1;
	rc = verify(c, path, hash, e);
	if (rc == 0)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: missing (bring it back from a copy)", path);
	if (rc < 0) {
		spt_free(c->io, path);
		return -1;
	}
	*kept = path;
	return 0;
}
