/*
 * spoolread - reads sealed segments as the one input that they are.
 *
 * All segments that the reader meets have their end, and their numbers follow
 * each other: what is missing is noticed, whatever is missing.
 */
#include "ckpt/spooldir.h"

struct spt_spool_reader {
	const struct spt_spool *s;
	const struct spt_io *io;
	int64_t last;           /* number of the last one to read */
	struct spt_spool_at at; /* of the next byte to give */
	bool opened;
	struct spt_segment g;
};

int
spt_spool_reader_open(struct spt_spool_reader **out, const struct spt_spool *s,
    struct spt_spool_at from, struct spt_err *e)
{
	struct spt_spool_reader *r = spt_alloc_zero(s->io, sizeof *r, e);

	if (r == NULL)
		return -1;
	r->s = s;
	r->io = s->io;
	r->at = from;
	/* All before the one that is being written must be there. */
	r->last = s->at.segment - 1;
	if (from.segment == 0)
		r->at.segment = s->n != 0 ? s->segment[0] : s->at.segment;
	*out = r;
	return 0;
}

static bool
has(const struct spt_spool *s, int64_t number)
{
	for (size_t k = 0; k < s->n; k++)
		if (s->segment[k] == number)
			return true;
	return false;
}

static int
open_segment(struct spt_spool_reader *r, struct spt_err *e)
{
	char *path = spt_spool_path(r->s, r->at.segment, e);

	if (path == NULL)
		return -1;
	if (!has(r->s, r->at.segment)) {
		spt_fail(e, SPT_ECHECKPOINT,
		    "%s: missing (bring it back from a copy)", path);
		spt_free(r->io, path);
		return -1;
	}
	r->opened = true;
	return spt_segment_open(
	    &r->g, r->io, path, r->s->c->uuid, r->s->name, e);
}

/* The segment is read: has it its end, and was `from` inside? */
static int
close_segment(struct spt_spool_reader *r, struct spt_err *e)
{
	int rc = 0;

	if (!r->g.sealed)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: byte %llu: the segment has lost its end (bring it "
		    "back from a copy)",
		    r->g.path, (unsigned long long)r->g.r.at);
	else if (r->at.byte > r->g.bytes)
		rc = spt_fail(e, SPT_ECHECKPOINT,
		    "%s: holds %llu bytes of input, %llu were read from it",
		    r->g.path, (unsigned long long)r->g.bytes,
		    (unsigned long long)r->at.byte);
	spt_segment_close(&r->g);
	r->opened = false;
	r->at.segment++;
	r->at.byte = 0;
	return rc;
}

int
spt_spool_reader_next(struct spt_spool_reader *r, const void **p, size_t *n,
    struct spt_spool_at *at, struct spt_err *e)
{
	while (r->at.segment <= r->last) {
		uint64_t start;
		size_t skip;
		int rc;

		if (!r->opened && open_segment(r, e) < 0)
			return -1;
		start = r->g.bytes;
		rc = spt_segment_next(&r->g, e);
		if (rc < 0 || (rc == 0 && close_segment(r, e) < 0))
			return -1;
		if (rc == 0 || r->g.bytes <= r->at.byte)
			continue;
		skip = (size_t)(r->at.byte - start);
		*p = r->g.plain.data + skip;
		*n = r->g.plain.len - skip;
		*at = r->at;
		r->at.byte = r->g.bytes;
		return 1;
	}
	return 0;
}

void
spt_spool_reader_close(struct spt_spool_reader *r)
{
	if (r == NULL)
		return;
	spt_segment_close(&r->g);
	spt_free(r->io, r);
}
