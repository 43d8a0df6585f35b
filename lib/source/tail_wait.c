/*
 * tail_wait - which compressed files wait for others.
 *
 * A compressed file that is new may hold what a plain one holds that is still
 * to be read.  That one comes first, since only what has been read can be
 * known again; any other file keeps the order in which they were found.  The
 * first bytes tell: of a file that was compressed they are all the same.
 */
#include <string.h>

#include "source/tail_look.h"

/* The first bytes of a file, and the hash of every beginning of them. */
struct start {
	struct spt_prefix is;
	uint64_t head[SPT_HEAD_BYTES + 1];
	uint8_t bytes[SPT_HEAD_BYTES];
	bool gzip, whole;
};

static int
read_start(struct start *s, const struct spt_io *io, const char *path,
    struct spt_err *e)
{
	struct spt_source *f;
	int rc = 1;

	memset(s, 0, sizeof *s);
	if (spt_source_open(&f, io, path, e) < 0)
		return -1;
	spt_source_grows(f, true);
	while (rc > 0 && s->is.at < SPT_HEAD_BYTES) {
		size_t got;

		rc = spt_source_read(
		    f, s->bytes, (size_t)(SPT_HEAD_BYTES - s->is.at), &got, e);
		for (size_t i = 0; i < got; i++) {
			spt_prefix_add(&s->is, s->bytes + i, 1);
			s->head[s->is.at] = s->is.head;
		}
	}
	s->gzip = spt_source_gzip(f);
	s->whole = spt_source_whole(f);
	spt_source_close(f);
	return rc < 0 ? -1 : 0;
}

/* What is known of the beginning of a plain file, by what was read of it or by
 * a look; NULL: it is empty, compressed, or cannot be read, which is for who
 * reads it to say. */
static const struct spt_prefix *
beginning(const struct spt_tail *l, struct spt_track *t, struct start *s)
{
	struct spt_err ignored = { 0 };

	if (t->pos.done.at != 0)
		return &t->pos.done;
	if (t->start.at == 0 && !t->packed &&
	    read_start(s, l->io, t->pos.path, &ignored) == 0) {
		t->packed = s->gzip;
		t->start = s->is;
	}
	spt_err_clear(&ignored);
	return t->packed || t->start.at == 0 ? NULL : &t->start;
}

/* Can the file begin like that? */
static bool
may_begin(const struct start *s, const struct spt_prefix *p)
{
	uint64_t n = p->at < SPT_HEAD_BYTES ? p->at : SPT_HEAD_BYTES;

	return n <= s->is.at ? s->head[n] == p->head : !s->whole;
}

int
spt__tail_waits(struct spt_tail *l, struct spt_track *t, struct spt_err *e)
{
	/* Of the file itself, and of another one. */
	struct start *s = spt_alloc_zero(l->io, 2 * sizeof *s, e);
	bool read = false;
	int rc = 0;

	if (s == NULL)
		return -1;
	for (size_t i = l->at; i < l->n && rc == 0; i++) {
		const struct spt_prefix *p = NULL;

		if (l->queue[i] != t)
			p = beginning(l, l->queue[i], s + 1);
		if (p == NULL)
			continue;
		if (!read)
			rc = read_start(s, l->io, t->pos.path, e);
		read = true;
		if (rc == 0)
			rc = may_begin(s, p);
	}
	spt_free(l->io, s);
	return rc;
}
