/*
 * seen - a hash table by device and inode, and a list by id.
 *
 * A file that was compressed has all bytes of the file that it was, so its
 * first bytes have the hash that was remembered, and its bytes up to the
 * remembered offset the checksum.  The hash of every beginning of these first
 * bytes is computed once, so that all that is remembered can be held against
 * it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "source/seen.h"

#define READ_BYTES 65536

void
spt_seen_init(struct spt_seen *s, const struct spt_io *io)
{
	memset(s, 0, sizeof *s);
	s->io = io;
	s->next_id = 1;
}

void
spt_seen_fini(struct spt_seen *s)
{
	if (s->io == NULL)
		return;
	for (size_t i = 0; i < s->n; i++)
		spt_track_free(s->v[i]);
	spt_free(s->io, s->v);
	spt_free(s->io, s->slots);
	s->v = NULL;
	s->slots = NULL;
	s->n = s->cap = s->n_slots = 0;
}

/* ---- the table --------------------------------------------------------- */

/* The slot of the file, or the free one where it belongs. */
static uint32_t *
slot(const struct spt_seen *s, uint64_t dev, uint64_t ino)
{
	size_t i = (size_t)spt_hash_int(dev, ino);

	for (;; i++) {
		uint32_t *p = &s->slots[i & (s->n_slots - 1)];
		const struct spt_position *q;

		if (*p == 0)
			return p;
		q = &s->v[*p - 1]->pos;
		if (q->dev == dev && q->ino == ino)
			return p;
	}
}

/* The list has been changed other than at its end. */
static void
refill(struct spt_seen *s)
{
	memset(s->slots, 0, s->n_slots * sizeof *s->slots);
	for (size_t i = 0; i < s->n; i++)
		if (!s->v[i]->pos.gone)
			*slot(s, s->v[i]->pos.dev, s->v[i]->pos.ino) =
			    (uint32_t)i + 1;
}

/* Room for one more track, in a table that is at most half full. */
static int
make_room(struct spt_seen *s, struct spt_err *e)
{
	size_t n = s->n_slots != 0 ? s->n_slots * 2 : 64;
	uint32_t *slots;

	if (s->n >= UINT32_MAX / 4)
		return spt_fail(e, SPT_ESYSTEM, "too many files");
	if (spt_grow(s->io, &s->v, &s->cap, s->n + 1, sizeof *s->v, e) < 0)
		return -1;
	if (s->n_slots >= (s->n + 1) * 2)
		return 0;
	slots = spt_alloc(s->io, n * sizeof *slots, e);
	if (slots == NULL)
		return -1;
	spt_free(s->io, s->slots);
	s->slots = slots;
	s->n_slots = n;
	refill(s);
	return 0;
}

struct spt_track *
spt_seen_find(const struct spt_seen *s, uint64_t dev, uint64_t ino)
{
	uint32_t k = s->n_slots != 0 ? *slot(s, dev, ino) : 0;

	return k != 0 && !s->v[k - 1]->pos.gone ? s->v[k - 1] : NULL;
}

/* The index of the first track with this id or a greater one. */
static size_t
lower(const struct spt_seen *s, int64_t id)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->v[mid]->pos.id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct spt_track *
spt_seen_id(const struct spt_seen *s, int64_t id)
{
	size_t i = lower(s, id);

	return i < s->n && s->v[i]->pos.id == id ? s->v[i] : NULL;
}

struct spt_track *
spt_seen_path(const struct spt_seen *s, const char *path)
{
	for (size_t i = s->n; i-- > 0;)
		if (!s->v[i]->pos.over && strcmp(s->v[i]->pos.path, path) == 0)
			return s->v[i];
	return NULL;
}

/* Puts the track, which has the greatest id, into list and table. */
static int
put(struct spt_seen *s, struct spt_track *t, struct spt_err *e)
{
	uint32_t *k;

	if (make_room(s, e) < 0)
		return -1;
	s->v[s->n++] = t;
	if (t->pos.gone)
		return 0;
	k = slot(s, t->pos.dev, t->pos.ino);
	if (*k != 0) {
		s->v[*k - 1]->pos.gone = true;
		s->v[*k - 1]->changed = true;
	}
	*k = (uint32_t)s->n;
	return 0;
}

struct spt_track *
spt_seen_add(struct spt_seen *s, const char *path, uint64_t dev, uint64_t ino,
    struct spt_err *e)
{
	struct spt_track *t;

	if (spt_track_new(&t, s->io, path, e) < 0)
		return NULL;
	t->pos.id = s->next_id;
	t->pos.dev = dev;
	t->pos.ino = ino;
	if (put(s, t, e) < 0) {
		spt_track_free(t);
		return NULL;
	}
	s->next_id++;
	return t;
}

void
spt_seen_move(
    struct spt_seen *s, struct spt_track *t, uint64_t dev, uint64_t ino)
{
	struct spt_track *was = spt_seen_find(s, dev, ino);

	if (was != NULL && was != t)
		was->pos.gone = was->changed = true;
	t->pos.dev = dev;
	t->pos.ino = ino;
	t->pos.gone = false;
	t->changed = true;
	refill(s);
}

void
spt_seen_prune(struct spt_seen *s)
{
	size_t spent = 0, kept = 0, drop;

	for (size_t i = 0; i < s->n; i++)
		spent += s->v[i]->pos.gone && s->v[i]->source == NULL;
	drop = spent > SPT_SEEN_GONE ? spent - SPT_SEEN_GONE : 0;
	if (drop == 0)
		return;
	for (size_t i = 0; i < s->n; i++) {
		struct spt_track *t = s->v[i];

		if (drop != 0 && t->pos.gone && t->source == NULL) {
			drop--;
			spt_track_free(t);
		} else {
			s->v[kept++] = t;
		}
	}
	s->n = kept;
	refill(s);
}

/* ---- files that come back compressed ------------------------------------ */

/* A file being held against the tracks. */
struct match {
	const struct spt_seen *seen;
	struct spt_source *source;
	bool plain;
	struct spt_prefix now; /* what has been read of it */
	uint64_t head[SPT_HEAD_BYTES + 1];
	uint8_t bytes[READ_BYTES];
};

/* 1 got some, 0 the end, -1. */
static int
read_on(struct match *m, size_t most, size_t *got, struct spt_err *e)
{
	return spt_source_read(
	    m->source, m->bytes, most < READ_BYTES ? most : READ_BYTES, got, e);
}

/* The hashes of all beginnings of the first bytes.  0 or -1. */
static int
read_head(struct match *m, struct spt_err *e)
{
	while (m->now.at < SPT_HEAD_BYTES) {
		size_t got;
		int rc = read_on(m, SPT_HEAD_BYTES - m->now.at, &got, e);

		if (rc <= 0)
			return rc;
		for (size_t i = 0; i < got; i++) {
			spt_prefix_add(&m->now, m->bytes + i, 1);
			m->head[m->now.at] = m->now.head;
		}
	}
	return 0;
}

static bool
may_be(const struct match *m, const struct spt_track *t)
{
	uint64_t at = t->pos.done.at;
	uint64_t head = at < SPT_HEAD_BYTES ? at : SPT_HEAD_BYTES;

	return at != 0 && head <= m->now.at &&
	       t->pos.done.head == m->head[head];
}

static int
by_offset(const void *a_, const void *b_)
{
	const struct spt_track *const *a = a_, *const *b = b_;
	uint64_t x = (*a)->pos.done.at, y = (*b)->pos.done.at;

	return x < y ? -1 : x > y;
}

/* Reads on to where the track ends.  As spt_source_read. */
static int
read_to(struct match *m, uint64_t at, struct spt_err *e)
{
	int rc = 1;

	while (rc > 0 && m->now.at < at) {
		size_t got;

		rc = read_on(m, (size_t)(at - m->now.at), &got, e);
		spt_prefix_add(&m->now, m->bytes, got);
	}
	return rc;
}

/* The candidate with the most bytes that are all in the file. */
static int
choose(struct match *m, struct spt_track **v, size_t n, struct spt_track **twin,
    struct spt_err *e)
{
	qsort(v, n, sizeof *v, by_offset);
	*twin = NULL;
	/* The short ones end in the bytes that read_head has gone through. */
	for (size_t i = 0; i < n; i++)
		if (v[i]->pos.done.at <= SPT_HEAD_BYTES)
			*twin = v[i];
	for (size_t i = 0; i < n; i++) {
		const struct spt_prefix *want = &v[i]->pos.done;
		int rc;

		if (want->at <= SPT_HEAD_BYTES)
			continue;
		rc = read_to(m, want->at, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return spt_source_whole(m->source) ? *twin != NULL : 2;
		if (m->now.crc == want->crc)
			*twin = v[i];
	}
	return *twin != NULL;
}

static int
find_twin(struct match *m, struct spt_track **twin, struct spt_err *e)
{
	const struct spt_seen *s = m->seen;
	struct spt_track **v;
	size_t n = 0;
	int rc;

	if (read_head(m, e) < 0)
		return -1;
	if (!m->plain && !spt_source_gzip(m->source))
		return 0;
	v = spt_alloc(s->io, s->n * sizeof *v, e);
	if (v == NULL)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (may_be(m, s->v[i]))
			v[n++] = s->v[i];
	rc = n != 0 ? choose(m, v, n, twin, e) : 0;
	spt_free(s->io, v);
	if (rc == 0 && m->now.at < SPT_HEAD_BYTES &&
	    !spt_source_whole(m->source))
		rc = 2;
	return rc;
}

int
spt_seen_twin(const struct spt_seen *s, const char *path, bool plain,
    struct spt_track **twin, struct spt_err *e)
{
	struct match *m;
	int rc = 0;

	if (s->n == 0)
		return 0;
	m = spt_alloc_zero(s->io, sizeof *m, e);
	if (m == NULL)
		return -1;
	m->seen = s;
	rc = spt_source_open(&m->source, s->io, path, e);
	if (rc == 0) {
		spt_source_grows(m->source, true);
		m->plain = plain;
		rc = find_twin(m, twin, e);
		spt_source_close(m->source);
	}
	spt_free(s->io, m);
	return rc;
}

/* ---- as text ----------------------------------------------------------- */

int
spt_seen_put(
    struct spt_seen *s, struct spt_buf *out, bool all, struct spt_err *e)
{
	for (size_t i = 0; i < s->n; i++) {
		struct spt_track *t = s->v[i];

		if (t->pos.done.at == 0 || (!all && !t->changed))
			continue;
		if (spt_position_put(out, &t->pos, e) < 0)
			return -1;
		t->changed = false;
	}
	return 0;
}

/* A track with this position, whose id is not there yet. */
static int
insert(struct spt_seen *s, const struct spt_position *p, struct spt_err *e)
{
	size_t at = lower(s, p->id);
	struct spt_track *t;

	if (make_room(s, e) < 0)
		return -1;
	t = spt_alloc_zero(s->io, sizeof *t, e);
	if (t == NULL)
		return -1;
	/* What follows cannot fail: there is room. */
	t->io = s->io;
	t->pos = *p;
	t->ahead = p->done;
	spt_buf_init(&t->rest, s->io);
	if (p->id >= s->next_id)
		s->next_id = p->id + 1;
	if (at == s->n)
		return put(s, t, e);
	memmove(s->v + at + 1, s->v + at, (s->n - at) * sizeof *s->v);
	s->v[at] = t;
	s->n++;
	refill(s);
	return 0;
}

struct spt_track *
spt_seen_begin(
    struct spt_seen *s, const struct spt_position *as, struct spt_err *e)
{
	struct spt_position p;

	if (spt_position_init(&p, s->io, as->path, e) < 0)
		return NULL;
	p.id = as->id;
	p.dev = as->dev;
	p.ino = as->ino;
	p.gone = as->gone;
	if (insert(s, &p, e) < 0) {
		spt_position_fini(&p, s->io);
		return NULL;
	}
	return spt_seen_id(s, as->id);
}

void
spt_seen_refresh(struct spt_seen *s)
{
	bool moved = false;

	for (size_t i = 0; i < s->n; i++) {
		struct spt_position *p = &s->v[i]->pos;
		struct stat st;

		if (p->gone || p->dev == 0 ||
		    s->io->stat(s->io, p->path, &st) < 0 ||
		    (uint64_t)st.st_ino != p->ino ||
		    (uint64_t)st.st_dev == p->dev ||
		    spt_seen_find(s, (uint64_t)st.st_dev, p->ino) != NULL)
			continue;
		p->dev = (uint64_t)st.st_dev;
		moved = s->v[i]->changed = true;
	}
	if (moved)
		refill(s);
}

/* What is known of an id is replaced. */
static int
take(struct spt_seen *s, struct spt_position *p, struct spt_err *e)
{
	struct spt_track *t = spt_seen_id(s, p->id);

	if (p->id < 1 || p->id == INT64_MAX) {
		spt_fail(e, SPT_ECHECKPOINT, "a position has no number");
	} else if (t != NULL) {
		bool moved = t->pos.dev != p->dev || t->pos.ino != p->ino ||
			     t->pos.gone != p->gone;

		spt_position_fini(&t->pos, s->io);
		t->pos = *p;
		t->ahead = p->done;
		if (moved)
			refill(s);
		return 0;
	} else if (insert(s, p, e) == 0) {
		return 0;
	}
	spt_position_fini(p, s->io);
	return -1;
}

int
spt_seen_get(struct spt_seen *s, const char **text, struct spt_err *e)
{
	struct spt_position p;
	int rc;

	while ((rc = spt_position_get(&p, s->io, text, e)) > 0)
		if (take(s, &p, e) < 0)
			return -1;
	return rc;
}
