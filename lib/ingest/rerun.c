/*
 * rerun - epochs that were logged and not committed, again: the same bytes of
 * the same files in the same order, with the same processing time.
 *
 * What is read is held against the log before its rows leave.  What was
 * spooled comes from the spool, where every record has its checksum.
 */
#include <string.h>

#include "ingest/ingest_run.h"
#include "source/locate.h"

#define READ_BYTES 262144

/* An epoch that is re-run. */
struct replay {
	struct spt_ingest *g;
	int64_t epoch;
	struct spt_seen after; /* positions behind it */
	/* NULL: files are read. */
	struct spt_spool *spool;
	struct spt_spool_reader *reader;
	const struct spt_inputlog *spooled; /* where */
	const uint8_t *p;                   /* of the reader, not used yet */
	size_t n;
};

static int
damaged(const struct replay *r, struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s/epochs.log: epoch %lld: its positions do not follow from those "
	    "before",
	    r->g->restart->ckpt.path, (long long)r->epoch);
}

static int
refuse(const struct replay *r, const struct spt_track *t,
    const struct spt_stretch *s, const char *why, struct spt_err *e)
{
	char name[32];

	if (r->reader != NULL) {
		spt_pipe_spool_name(name, r->spooled->run);
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s/spool/%s-%lld: does not hold what epoch %lld has read, "
		    "which is not committed: bytes %llu to %llu of %s %s "
		    "(bring it back from a copy)",
		    r->g->restart->ckpt.path, name,
		    (long long)r->spooled->to.segment, (long long)r->epoch,
		    (unsigned long long)s->from, (unsigned long long)s->to,
		    t->pos.path, why);
	}
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: bytes %llu to %llu were read by epoch %lld, which is not "
	    "committed, and %s (bring them back, or begin anew with another "
	    "checkpoint; --spool keeps what is read)",
	    t->pos.path, (unsigned long long)s->from, (unsigned long long)s->to,
	    (long long)r->epoch, why);
}

/* ---- where bytes come from ----------------------------------------------- */

/* 1 *got bytes, 0 there are no more, -1. */
static int
read_spool(struct replay *r, void *p, size_t n, size_t *got, struct spt_err *e)
{
	*got = 0;
	if (r->n == 0) {
		struct spt_spool_at at;
		const void *data;
		int rc = spt_spool_reader_next(r->reader, &data, &r->n, &at, e);

		if (rc <= 0)
			return rc;
		r->p = data;
	}
	*got = n < r->n ? n : r->n;
	memcpy(p, r->p, *got);
	r->p += *got;
	r->n -= *got;
	return 1;
}

static int
open_spool(struct replay *r, const struct spt_inputlog *l, struct spt_err *e)
{
	struct spt_restart *s = r->g->restart;
	uint64_t skip = l->skip;
	char name[32];

	r->spooled = l;
	spt_pipe_spool_name(name, l->run);
	if (spt_spool_open(&r->spool, &s->ckpt, name, l->to, e) < 0 ||
	    spt_spool_reader_open(&r->reader, r->spool, l->from, e) < 0)
		return -1;
	while (skip > 0) {
		uint8_t bytes[4096];
		size_t got;
		int rc = read_spool(r, bytes,
		    skip < sizeof bytes ? (size_t)skip : sizeof bytes, &got, e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			return damaged(r, e);
		skip -= got;
	}
	return 0;
}

/* Opens the file where the stretch begins, wherever it is now. */
static int
open_file(struct replay *r, struct spt_track *t, const struct spt_stretch *s,
    struct spt_err *e)
{
	struct spt_track *a = spt_seen_id(&r->after, s->id);
	struct stat st;
	int rc;

	/* It may be open further on: by the look at its first bytes that tells
	 * the format. */
	spt_track_close(t);
	/* All that was read of it then must be there. */
	rc = spt_track_open(a, true, e);
	if (rc == 0)
		rc = spt_locate(&r->after, a, e);
	spt_track_close(a);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return refuse(r, t, s,
		    t->io->stat(t->io, t->pos.path, &st) == 0
			? "are others now"
			: "are not there any more",
		    e);
	if (spt_track_rename(t, a->pos.path, e) < 0)
		return -1;
	if (t->pos.dev != a->pos.dev || t->pos.ino != a->pos.ino)
		spt_seen_move(&r->g->live->seen, t, a->pos.dev, a->pos.ino);
	rc = spt_track_open(t, true, e);
	if (rc < 0)
		return -1;
	return rc > 0 ? 0 : refuse(r, t, s, "are others now", e);
}

/* Reads the stretch once without using it.  0 or -1. */
static int
verify(struct replay *r, struct spt_track *t, const struct spt_stretch *s,
    struct spt_err *e)
{
	struct spt_prefix d = t->pos.done;
	uint8_t *p = spt_alloc(t->io, READ_BYTES, e);
	int rc = p != NULL ? 1 : -1;

	while (rc > 0 && d.at < s->to) {
		uint64_t left = s->to - d.at;
		size_t got;

		rc = spt_track_read(t, p,
		    left < READ_BYTES ? (size_t)left : READ_BYTES, &got, e);
		spt_prefix_add(&d, p, got);
	}
	spt_free(t->io, p);
	if (rc < 0)
		return -1;
	if (d.at != s->to || d.crc != s->crc)
		return refuse(r, t, s,
		    d.at != s->to ? "are not all there any more"
				  : "are others now",
		    e);
	spt_track_close(t);
	rc = spt_track_open(t, true, e);
	if (rc < 0)
		return -1;
	return rc > 0 ? 0 : refuse(r, t, s, "are not there any more", e);
}

/* ---- a stretch -------------------------------------------------------------
 */

/* Rows of the bytes between pos.done and the end of the stretch. */
static int
decode(struct replay *r, struct spt_track *t, const struct spt_stretch *s,
    struct spt_err *e)
{
	struct spt_ingest *g = r->g;
	uint64_t left = s->to - s->from;

	g->text.len = g->at = 0;
	g->eof = false;
	if (spt_decoder_resume(g->decoder, t->pos.path, t->mtime,
		(const char *)t->pos.header.data, t->pos.header.len,
		t->pos.done.at, t->pos.line, e) < 0)
		return -1;
	while (left > 0) {
		size_t got, n = left < READ_BYTES ? (size_t)left : READ_BYTES;
		uint8_t *p;
		int rc;

		spt_buf_drop(&g->text, g->at);
		g->at = 0;
		if (spt_buf_reserve(&g->text, READ_BYTES, e) < 0)
			return -1;
		p = g->text.data + g->text.len;
		rc = r->reader != NULL ? read_spool(r, p, n, &got, e)
				       : spt_track_read(t, p, n, &got, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return refuse(r, t, s, "are not all there any more", e);
		g->text.len += got;
		left -= got;
		g->eof = left == 0 && s->last;
		if (spt_ingest_decode(g, e) < 0)
			return -1;
	}
	if (g->at != g->text.len || t->pos.done.crc != s->crc)
		return refuse(r, t, s, "are others now", e);
	return 0;
}

/* The track whose content, up to that offset, the file of `as` has: it was read
 * under another name, and then compressed. */
static const struct spt_track *
find_twin(
    const struct spt_seen *seen, const struct spt_position *as, uint64_t from)
{
	for (size_t i = seen->n; i-- > 0;) {
		const struct spt_prefix *d = &seen->v[i]->pos.done;

		if (d->at == from &&
		    (from < SPT_HEAD_BYTES || d->head == as->done.head) &&
		    (from != as->done.at || d->crc == as->done.crc))
			return seen->v[i];
	}
	return NULL;
}

/* A file that the epoch has found, known up to that offset.  NULL: *e. */
static struct spt_track *
begin(struct replay *r, const struct spt_position *as, uint64_t from,
    struct spt_err *e)
{
	struct spt_seen *seen = &r->g->live->seen;
	const struct spt_track *twin = NULL;
	struct spt_track *t;

	if (from != 0 && (twin = find_twin(seen, as, from)) == NULL) {
		damaged(r, e);
		return NULL;
	}
	t = spt_seen_begin(seen, as, e);
	if (t == NULL || twin == NULL)
		return t;
	t->pos.done = t->ahead = twin->pos.done;
	t->pos.line = twin->pos.line;
	t->changed = true;
	if (spt_buf_put(&t->pos.header, twin->pos.header.data,
		twin->pos.header.len, e) < 0)
		return NULL;
	return t;
}

static int
replay_stretch(struct replay *r, const struct spt_stretch *s, struct spt_err *e)
{
	struct spt_live *live = r->g->live;
	struct spt_track *t = spt_seen_id(&live->seen, s->id);
	const struct spt_track *a = spt_seen_id(&r->after, s->id);

	if (a == NULL)
		return damaged(r, e);
	if (t == NULL && (t = begin(r, &a->pos, s->from, e)) == NULL)
		return -1;
	if (t->pos.done.at != s->from)
		return damaged(r, e);
	t->mtime = s->mtime;
	live->now = t;
	if (r->reader == NULL &&
	    (open_file(r, t, s, e) < 0 || verify(r, t, s, e) < 0))
		return -1;
	if (decode(r, t, s, e) < 0)
		return -1;
	live->now = NULL;
	return 0;
}

/* ---- an epoch -------------------------------------------------------------
 */

/* What else the log says of the files. */
static int
compare(struct replay *r, struct spt_err *e)
{
	struct spt_seen *seen = &r->g->live->seen;

	for (size_t i = 0; i < r->after.n; i++) {
		const struct spt_track *a = r->after.v[i];
		struct spt_track *t = spt_seen_id(seen, a->pos.id);

		/* All of it was known: nothing of it was read. */
		if (t == NULL &&
		    (t = begin(r, &a->pos, a->pos.done.at, e)) == NULL)
			return -1;
		if (t->pos.done.at != a->pos.done.at ||
		    t->pos.done.crc != a->pos.done.crc)
			return damaged(r, e);
		spt_track_close(t);
		t->pos.gone = a->pos.gone;
		t->pos.over = a->pos.over;
	}
	return 0;
}

static int
replay_text(struct replay *r, const char *text, const struct spt_epoch *ep,
    struct spt_err *e)
{
	struct spt_ingest *g = r->g;
	struct spt_stretch s;
	int rc;

	if (spt_seen_get(&r->after, &text, e) < 0)
		return -1;
	while ((rc = spt_stretch_get(&s, &text, e)) > 0)
		if (replay_stretch(r, &s, e) < 0)
			return -1;
	if (rc < 0)
		return -1;
	if (*text != '\0')
		return damaged(r, e);
	if (compare(r, e) < 0)
		return -1;
	return spt_cutter_close(
	    &g->cutter, ep->final, spt_decoder_count(g->decoder), e);
}

static int
replay_epoch(
    struct spt_ingest *g, int64_t epoch, bool *final, struct spt_err *e)
{
	struct spt_restart *s = g->restart;
	struct replay r = { .g = g, .epoch = epoch };
	struct spt_inputlog l;
	struct spt_epoch ep;
	struct spt_buf data;
	const char *text = spt_restart_epoch(g, epoch, &ep, &l, e);
	int rc = -1;

	spt_seen_init(&r.after, g->io);
	spt_buf_init(&data, g->io);
	if (text == NULL)
		goto done;
	memcpy(s->id, ep.id, sizeof s->id);
	g->cutter.next = epoch;
	g->cutter.time = ep.time;
	*final = ep.final;
	s->spool_run = l.run;
	s->from = l.from;
	s->to = l.to;
	if (spt_buf_puts(&data, text, e) < 0 ||
	    (text = spt_buf_str(&data, e)) == NULL ||
	    (l.run != 0 && open_spool(&r, &l, e) < 0))
		goto done;
	rc = replay_text(&r, text, &ep, e);
done:
	spt_spool_reader_close(r.reader);
	spt_spool_close(r.spool);
	spt_seen_fini(&r.after);
	spt_buf_fini(&data);
	spt_inputlog_fini(&l, g->io);
	return rc;
}

int
spt_replay(struct spt_ingest *g, struct spt_err *e)
{
	struct spt_restart *s = g->restart;
	struct spt_spool_at from = s->from, to = s->to;
	int64_t run = s->spool_run;
	bool final = false;
	int rc = 0;

	s->replaying = g->cutter.held = true;
	for (int64_t k = s->rec.committed + 1; k <= s->rec.logged && rc == 0;
	     k++)
		rc = spt_ingest_stopped(g) ? 1 : replay_epoch(g, k, &final, e);
	s->replaying = g->cutter.held = false;
	g->cutter.time = SPT_TIME_MIN;
	g->text.len = g->at = 0;
	g->eof = false;
	g->rows = 0;
	s->from = from;
	s->to = to;
	s->spool_run = run;
	return rc < 0 ? -1 : final;
}
