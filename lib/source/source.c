/*
 * source - a file is plain until its first two bytes say gzip.  They are
 * waited for only while they still can: a pipe whose first byte is not 0x1f is
 * plain at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "source/gunzip.h"
#include "source/source.h"

#define RAW_BYTES 65536

enum kind { UNKNOWN, PLAIN, GZIP };

struct spt_source {
	const struct spt_io *io;
	int fd;
	char *name;
	bool regular;
	bool eof;
	bool grows; /* its end is not for good */
	enum kind kind;
	struct spt_gunzip *gunzip;
	bool pending; /* the inflater may hold output still */
	uint8_t *raw; /* RAW_BYTES: compressed, or the first bytes */
	size_t at, n; /* raw[at..n) is unread */
	uint64_t total;
};

int
spt_source_open(struct spt_source **out, const struct spt_io *io,
    const char *path, struct spt_err *e)
{
	bool standard = strcmp(path, "-") == 0;
	struct spt_source *s = spt_alloc_zero(io, sizeof *s, e);
	struct stat st;

	if (s == NULL)
		return -1;
	s->io = io;
	s->fd = -1;
	s->name = spt_strdup(io, standard ? "standard input" : path, e);
	s->raw = spt_alloc(io, RAW_BYTES, e);
	if (s->name == NULL || s->raw == NULL)
		goto fail;
	s->fd = standard ? 0 : io->open(io, path, O_RDONLY | O_CLOEXEC, 0);
	if (s->fd < 0) {
		spt_fail_errno(e, errno, "%s: cannot open", path);
		goto fail;
	}
	if (io->fstat(io, s->fd, &st) < 0) {
		spt_fail_errno(e, errno, "%s: cannot look at", s->name);
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		spt_fail_errno(e, EISDIR, "%s: cannot read", s->name);
		goto fail;
	}
	s->regular = S_ISREG(st.st_mode);
	*out = s;
	return 0;
fail:
	spt_source_close(s);
	return -1;
}

void
spt_source_close(struct spt_source *s)
{
	if (s->gunzip != NULL)
		spt_gunzip_close(s->gunzip);
	if (s->fd > 0)
		s->io->close(s->io, s->fd);
	spt_free(s->io, s->raw);
	spt_free(s->io, s->name);
	spt_free(s->io, s);
}

static int
refill(struct spt_source *s, struct spt_err *e)
{
	size_t got;
	int rc;

	if (s->at == s->n)
		s->at = s->n = 0;
	rc = spt_io_read(
	    s->io, s->fd, s->raw + s->n, RAW_BYTES - s->n, &got, s->name, e);
	s->n += got;
	s->total += got;
	s->eof = rc == 0;
	return rc;
}

/* Settles the kind when the bytes at hand can. */
static int
recognise(struct spt_source *s, struct spt_err *e)
{
	size_t n = s->n - s->at;

	if (n >= 2 && s->raw[s->at] == 0x1f && s->raw[s->at + 1] == 0x8b) {
		s->kind = GZIP;
		return spt_gunzip_open(&s->gunzip, s->io, s->name, e);
	}
	if (n >= 2 || (s->eof && !s->grows) ||
	    (n == 1 && s->raw[s->at] != 0x1f))
		s->kind = PLAIN;
	return 0;
}

static int
read_plain(
    struct spt_source *s, void *p, size_t n, size_t *got, struct spt_err *e)
{
	int rc;

	if (s->at < s->n) {
		*got = s->n - s->at < n ? s->n - s->at : n;
		memcpy(p, s->raw + s->at, *got);
		s->at += *got;
		return 1;
	}
	if (s->eof)
		return 0;
	rc = spt_io_read(s->io, s->fd, p, n, got, s->name, e);
	s->total += *got;
	s->eof = rc == 0;
	return rc;
}

static int
read_gzip(
    struct spt_source *s, void *p, size_t n, size_t *got, struct spt_err *e)
{
	size_t in;

	if (!s->pending && s->at == s->n && !s->eof && refill(s, e) < 0)
		return -1;
	in = s->n - s->at;
	if (!s->pending && in == 0 && s->eof)
		return s->grows ? 0 : spt_gunzip_finish(s->gunzip, e);
	*got = n;
	if (spt_gunzip(s->gunzip, s->raw + s->at, &in, p, got, e) < 0)
		return -1;
	s->at += in;
	s->pending = *got == n;
	return 1;
}

int
spt_source_read(
    struct spt_source *s, void *p, size_t n, size_t *got, struct spt_err *e)
{
	*got = 0;
	if (s->kind == UNKNOWN) {
		if (refill(s, e) < 0 || recognise(s, e) < 0)
			return -1;
		if (s->kind == UNKNOWN)
			return s->eof ? 0 : 1;
	}
	if (s->kind == GZIP)
		return read_gzip(s, p, n, got, e);
	return read_plain(s, p, n, got, e);
}

void
spt_source_grows(struct spt_source *s, bool grows)
{
	s->grows = grows;
	s->eof = false;
}

bool
spt_source_whole(const struct spt_source *s)
{
	struct spt_err ignored = { 0 };

	return s->kind != GZIP || spt_gunzip_finish(s->gunzip, &ignored) == 0;
}

bool
spt_source_gzip(const struct spt_source *s)
{
	return s->kind == GZIP;
}

int
spt_source_stat(const struct spt_source *s, struct stat *st, struct spt_err *e)
{
	if (s->io->fstat(s->io, s->fd, st) < 0)
		return spt_fail_errno(e, errno, "%s: cannot look at", s->name);
	return 0;
}

int
spt_source_seek(struct spt_source *s, uint64_t at, struct spt_err *e)
{
	if (s->kind == GZIP || !s->regular)
		return spt_fail(e, SPT_ESYSTEM, "%s: cannot seek", s->name);
	if (s->io->lseek(s->io, s->fd, (off_t)at, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", s->name);
	s->at = s->n = 0;
	s->eof = false;
	return 0;
}

bool
spt_source_ready(const struct spt_source *s)
{
	return s->regular || s->eof || s->pending ||
	       (s->kind != UNKNOWN && s->at < s->n);
}

int
spt_source_fd(const struct spt_source *s)
{
	return s->fd;
}

const char *
spt_source_name(const struct spt_source *s)
{
	return s->name;
}

bool
spt_source_regular(const struct spt_source *s)
{
	return s->regular;
}

uint64_t
spt_source_raw(const struct spt_source *s)
{
	return s->total;
}
