#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "source/track.h"

#define SKIP_BYTES 65536

int
spt_track_new(struct spt_track **out, const struct spt_io *io, const char *path,
    struct spt_err *e)
{
	struct spt_track *t = spt_alloc_zero(io, sizeof *t, e);

	if (t == NULL)
		return -1;
	t->io = io;
	spt_buf_init(&t->rest, io);
	if (spt_position_init(&t->pos, io, path, e) < 0) {
		spt_track_free(t);
		return -1;
	}
	*out = t;
	return 0;
}

void
spt_track_free(struct spt_track *t)
{
	if (t == NULL)
		return;
	spt_track_close(t);
	spt_position_fini(&t->pos, t->io);
	spt_free(t->io, t);
}

int
spt_track_rename(struct spt_track *t, const char *path, struct spt_err *e)
{
	char *copy;

	if (strcmp(t->pos.path, path) == 0)
		return 0;
	copy = spt_strdup(t->io, path, e);
	if (copy == NULL)
		return -1;
	spt_free(t->io, t->pos.path);
	t->pos.path = copy;
	t->changed = true;
	return 0;
}

void
spt_track_close(struct spt_track *t)
{
	if (t->source != NULL)
		spt_source_close(t->source);
	t->source = NULL;
	spt_buf_fini(&t->rest);
	spt_buf_init(&t->rest, t->io);
	t->ahead = t->pos.done;
}

/* Reads up to `to` bytes from the start into *d.  1, 0: it ends before, -1. */
static int
fill_prefix(struct spt_source *s, const struct spt_io *io, struct spt_prefix *d,
    uint64_t to, struct spt_err *e)
{
	uint8_t *p = spt_alloc(io, SKIP_BYTES, e);
	int rc = p != NULL ? 1 : -1;

	while (rc > 0 && d->at < to) {
		uint64_t left = to - d->at;
		size_t got;

		rc = spt_source_read(s, p,
		    left < SKIP_BYTES ? (size_t)left : SKIP_BYTES, &got, e);
		if (rc > 0)
			spt_prefix_add(d, p, got);
	}
	spt_free(io, p);
	return rc;
}

/* The source gets to pos.done if its bytes up to there are those of pos. */
static int
find_place(struct spt_track *t, struct spt_source *s, const struct stat *st,
    struct spt_err *e)
{
	const struct spt_prefix *want = &t->pos.done;
	uint64_t head = want->at < SPT_HEAD_BYTES ? want->at : SPT_HEAD_BYTES;
	struct spt_prefix d = { 0 };
	int rc;

	if (want->at == 0)
		return 1;
	rc = fill_prefix(s, t->io, &d, head, e);
	if (rc <= 0)
		return rc;
	if (d.head != want->head)
		return 0;
	if (spt_source_gzip(s)) {
		rc = fill_prefix(s, t->io, &d, want->at, e);
		return rc > 0 ? d.crc == want->crc : rc;
	}
	if ((uint64_t)st->st_size < want->at)
		return 0;
	return spt_source_seek(s, want->at, e) < 0 ? -1 : 1;
}

int
spt_track_open(struct spt_track *t, bool grows, struct spt_err *e)
{
	struct spt_source *s;
	struct stat st;
	int rc;

	if (t->source != NULL) {
		spt_source_grows(t->source, grows);
		return 1;
	}
	if (t->io->stat(t->io, t->pos.path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (spt_source_open(&s, t->io, t->pos.path, e) < 0) {
		if (e->code != ENOENT)
			return -1;
		spt_err_clear(e);
		return 0;
	}
	spt_source_grows(s, true);
	rc = spt_source_stat(s, &st, e) < 0 ? -1 : 1;
	if (rc == 1 && !t->pos.gone &&
	    ((uint64_t)st.st_dev != t->pos.dev ||
		(uint64_t)st.st_ino != t->pos.ino))
		rc = 0;
	if (rc == 1)
		rc = find_place(t, s, &st, e);
	if (rc <= 0) {
		spt_source_close(s);
		return rc;
	}
	spt_source_grows(s, grows);
	spt_track_take(t, s);
	return 1;
}

void
spt_track_take(struct spt_track *t, struct spt_source *s)
{
	t->source = s;
	t->ahead = t->pos.done;
	t->read_at = t->pos.done.at;
	t->turn = UINT64_MAX;
	t->rest.len = 0;
}

int
spt_track_read(
    struct spt_track *t, void *p, size_t n, size_t *got, struct spt_err *e)
{
	int rc;

	*got = 0;
	if (t->cut || t->source == NULL)
		return 0;
	if (!spt_source_gzip(t->source)) {
		if (t->read_at >= t->turn)
			return 0;
		n = n < t->turn - t->read_at ? n
					     : (size_t)(t->turn - t->read_at);
	}
	rc = spt_source_read(t->source, p, n, got, e);
	t->read_at += *got;
	return rc;
}

int
spt_track_gzip(struct spt_track *t, struct spt_err *e)
{
	if (t->source == NULL)
		return 0;
	while (t->read_at < 2) {
		size_t got;
		int rc;

		if (spt_buf_reserve(&t->rest, SKIP_BYTES, e) < 0)
			return -1;
		rc = spt_track_read(
		    t, t->rest.data + t->rest.len, SKIP_BYTES, &got, e);
		t->rest.len += got;
		if (rc < 0)
			return -1;
		if (rc == 0)
			break;
	}
	return spt_source_gzip(t->source);
}

void
spt_track_used(struct spt_track *t, const void *p, size_t n, uint64_t border)
{
	const uint8_t *b = p;
	size_t whole;

	if (border >= t->ahead.at) {
		whole = border - t->ahead.at < n
			    ? (size_t)(border - t->ahead.at)
			    : n;
		spt_prefix_add(&t->ahead, b, whole);
		t->changed = t->changed || t->ahead.at != t->pos.done.at;
		t->pos.done = t->ahead;
		b += whole;
		n -= whole;
	}
	spt_prefix_add(&t->ahead, b, n);
}

int
spt_track_back(struct spt_track *t, const void *p, size_t n, struct spt_err *e)
{
	t->rest.len = 0;
	if (t->ahead.at == t->pos.done.at)
		return n != 0 ? spt_buf_put(&t->rest, p, n, e) : 0;
	/* In the middle of a record that is too long: from its start. */
	if (!t->cut)
		spt_track_close(t);
	return 0;
}

int
spt_track_check(struct spt_track *t, struct spt_err *e)
{
	uint64_t want =
	    t->pos.done.at < SPT_HEAD_BYTES ? t->pos.done.at : SPT_HEAD_BYTES;
	uint8_t head[SPT_HEAD_BYTES];
	struct spt_prefix d = { 0 };
	struct stat st;
	int fd;

	if (t->source == NULL || !spt_source_regular(t->source))
		return 1;
	if (spt_source_stat(t->source, &st, e) < 0)
		return -1;
	if (spt_source_gzip(t->source))
		return (uint64_t)st.st_size >= spt_source_raw(t->source);
	if ((uint64_t)st.st_size < t->read_at)
		return 0;
	t->turn = (uint64_t)st.st_size;
	if (want == 0)
		return 1;
	fd = spt_source_fd(t->source);
	if (t->io->lseek(t->io, fd, 0, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot seek", t->pos.path);
	while (d.at < want) {
		size_t got;
		int rc = spt_io_read(t->io, fd, head, (size_t)(want - d.at),
		    &got, t->pos.path, e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			return 0;
		spt_prefix_add(&d, head, got);
	}
	if (spt_source_seek(t->source, t->read_at, e) < 0)
		return -1;
	return d.head == t->pos.done.head;
}
