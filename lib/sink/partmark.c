#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "ckpt/durable.h"
#include "sink/partmark.h"

#define MARK ".spate"
#define MARK_TEXT 512

void
spt__part_name(
    char name[SPT_PART_NAME], int64_t first, int64_t last, const char *ending)
{
	snprintf(name, SPT_PART_NAME, "part-%010" PRId64 "-%010" PRId64 ".%s",
	    first, last, ending);
}

void
spt__part_hidden(char name[SPT_PART_NAME], int64_t first, const char *ending)
{
	snprintf(name, SPT_PART_NAME, ".part-%010" PRId64 ".%s", first, ending);
}

/* ---- what is there ----------------------------------------------------- */

/* Takes note of a name. */
static int
look(void *ctx, const char *name)
{
	struct spt_partlist *l = ctx;
	int64_t first, last;
	int end = -1;

	if (sscanf(name, "part-%10" SCNd64 "-%10" SCNd64 ".%n", &first, &last,
		&end) != 2 ||
	    end < 0 || first < 0 || last < first || last <= l->last ||
	    strlen(name) >= SPT_PART_NAME)
		return 0;
	l->last = last;
	strcpy(l->newest, name);
	return 0;
}

int
spt__partlist_read(struct spt_partlist *l, const struct spt_io *io,
    const char *dir, struct spt_err *e)
{
	l->last = -1;
	l->newest[0] = '\0';
	if (io->list(io, dir, look, l) < 0)
		return spt_fail_errno(e, errno, "%s: cannot read", dir);
	return 0;
}

struct cleaning {
	const struct spt_io *io;
	const char *dir, *keep;
	struct spt_err *e;
};

static int
drop(void *ctx, const char *name)
{
	struct cleaning *c = ctx;
	struct spt_buf path;
	const char *text = NULL;
	int rc = -1;

	if (strncmp(name, ".part-", 6) != 0 ||
	    (c->keep != NULL && strcmp(name, c->keep) == 0))
		return 0;
	spt_buf_init(&path, c->io);
	if (spt_buf_printf(&path, c->e, "%s/%s", c->dir, name) == 0)
		text = spt_buf_str(&path, c->e);
	if (text != NULL)
		rc = spt_durable_remove(c->io, text, c->e);
	spt_buf_fini(&path);
	/* What is not 0 ends the listing. */
	return rc < 0 ? 1 : 0;
}

int
spt__partlist_clean(const struct spt_io *io, const char *dir, const char *keep,
    struct spt_err *e)
{
	struct cleaning c = { io, dir, keep, e };
	int rc = io->list(io, dir, drop, &c);

	if (rc < 0)
		return spt_fail_errno(e, errno, "%s: cannot read", dir);
	return rc == 0 ? 0 : -1;
}

/* ---- the mark ---------------------------------------------------------- */

static int
put_text(struct spt_buf *b, const struct spt_partmark *m, struct spt_err *e)
{
	if (spt_buf_printf(b, e,
		"uuid %s epoch %" PRId64 " id %s first %" PRId64, m->uuid,
		m->epoch, m->id, m->first) < 0)
		return -1;
	return spt_buf_printf(
	    b, e, " crc %08" PRIx32 "\n", spt_crc32c(0, b->data, b->len));
}

/* Reads all of the file into text; its length. */
static int
read_text(int fd, char text[MARK_TEXT], size_t *n, const struct spt_io *io,
    const char *dir, struct spt_err *e)
{
	size_t got;
	int rc = 1;

	*n = 0;
	while (*n < MARK_TEXT && rc == 1) {
		rc = spt_io_read(
		    io, fd, text + *n, MARK_TEXT - *n, &got, dir, e);
		if (rc == 1)
			*n += got;
	}
	return rc;
}

static int
parse(struct spt_partmark *m, const char *text, size_t n,
    const struct spt_io *io, const char *dir, struct spt_err *e)
{
	struct spt_buf again;
	bool same;

	memset(m, 0, sizeof *m);
	spt_buf_init(&again, io);
	/* The text is right if the same comes out again, CRC included. */
	if (sscanf(text, "uuid %63s epoch %" SCNd64 " id %63s first %" SCNd64,
		m->uuid, &m->epoch, m->id, &m->first) == 4 &&
	    put_text(&again, m, e) < 0) {
		spt_buf_fini(&again);
		return -1;
	}
	same = again.len == n && n > 0 && memcmp(again.data, text, n) == 0;
	spt_buf_fini(&again);
	if (same)
		return 1;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s/" MARK ": is damaged: it does not say which epoch the newest "
	    "part belongs to",
	    dir);
}

int
spt__partmark_get(struct spt_partmark *m, const struct spt_io *io,
    const char *dir, struct spt_err *e)
{
	char text[MARK_TEXT + 1];
	struct spt_buf path;
	const char *name = NULL;
	size_t n;
	int rc = -1, fd;

	spt_buf_init(&path, io);
	if (spt_buf_printf(&path, e, "%s/" MARK, dir) == 0)
		name = spt_buf_str(&path, e);
	if (name == NULL)
		goto done;
	fd = spt__sink_open(io, name, O_RDONLY | O_NOFOLLOW, 0);
	if (fd < 0 && errno == ENOENT)
		rc = 0;
	else if (fd < 0)
		spt_fail_errno(e, errno, "%s: cannot open", name);
	if (fd < 0)
		goto done;
	rc = read_text(fd, text, &n, io, name, e);
	io->close(io, fd);
	if (rc >= 0) {
		text[n] = '\0';
		rc = parse(m, text, n, io, dir, e);
	}
done:
	spt_buf_fini(&path);
	return rc;
}

int
spt__partmark_put(const struct spt_partmark *m, const struct spt_io *io,
    const char *dir, struct spt_err *e)
{
	struct spt_buf b;
	int rc = -1;

	spt_buf_init(&b, io);
	if (put_text(&b, m, e) == 0)
		rc = spt_durable_write(io, dir, MARK, 0666, b.data, b.len, e);
	spt_buf_fini(&b);
	return rc;
}
