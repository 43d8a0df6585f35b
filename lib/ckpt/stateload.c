/*
 * stateload - a snapshot and the deltas that follow it, as one state.
 *
 * The deltas are read first, into a table of what became of each key that they
 * touched; they are never larger than the snapshot (member.c).  Then the
 * snapshot streams by: what the table knows better is left out, and the table
 * comes last.  So a large state is read once, in order, and never kept.
 *
 * A head says how many bytes of a file count and what the mark of the last
 * record there is.  Bytes behind were written later and are not looked at; if
 * the mark is right, everything before is what was written.
 */
#include <endian.h>
#include <fcntl.h>

#include "base/arena.h"
#include "base/hash.h"
#include "ckpt/durable.h"
#include "ckpt/statefile.h"

/* ---- one file up to a head ----------------------------------------------- */

struct file {
	const struct spt_state_place *at;
	struct spt_head head;
	char *path;
	int fd;
	struct spt_reader r;
	struct spt_rec rec;
	size_t used;   /* of rec */
	int64_t count; /* entries since the last end */
	bool ended;    /* the last record was an end */
	int64_t saves; /* ends so far */
};

struct entry {
	bool put;
	const uint8_t *key, *val;
	size_t n_key, n_val;
};

static void
leave(struct file *f)
{
	if (f->fd >= 0) {
		spt_reader_fini(&f->r);
		f->at->io->close(f->at->io, f->fd);
	}
	spt_free(f->at->io, f->path);
	f->fd = -1;
	f->path = NULL;
}

/* more (NULL: not wanted) is initialised. */
static int
enter(struct file *f, const struct spt_state_place *at,
    const struct spt_head *head, struct spt_buf *more, struct spt_err *e)
{
	struct spt_buf b;
	const char *s;

	memset(f, 0, sizeof *f);
	f->at = at;
	f->head = *head;
	f->fd = -1;
	spt_buf_init(&b, at->io);
	if (spt_buf_printf(&b, e, "%s/%s", at->folder, head->file) == 0 &&
	    (s = spt_buf_str(&b, e)) != NULL)
		f->path = spt_strdup(at->io, s, e);
	spt_buf_fini(&b);
	if (f->path == NULL)
		return -1;
	f->fd = spt_durable_open(at->io, f->path, O_RDONLY, 0, e);
	if (f->fd < 0) {
		leave(f);
		return -1;
	}
	spt_reader_init(&f->r, at->io, f->fd, f->path, 0, 0);
	if (spt_filehead_get(&f->r, head->file[0] == 's' ? "snapshot" : "delta",
		at->uuid, more, e) < 0) {
		leave(f);
		return -1;
	}
	return 0;
}

static int
broken(const struct file *f, uint64_t at, const char *what, struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT, "%s: byte %llu: %s", f->path,
	    (unsigned long long)at, what);
}

/* At the head: is it the one that was meant? */
static int
compare(const struct file *f, struct spt_err *e)
{
	if (!f->ended)
		return broken(f, f->r.at, "the state is not complete", e);
	if (f->r.at != f->head.length || f->r.mark != f->head.mark)
		return broken(f, f->r.at,
		    "not the state that was committed: its mark is another", e);
	return 0;
}

/* The next record with entries.  1, 0 the head is reached, -1. */
static int
next_record(struct file *f, struct spt_err *e)
{
	int rc;

	for (;;) {
		struct spt_fields end;

		if (f->r.at >= f->head.length)
			return compare(f, e);
		rc = spt_reader_next(&f->r, &f->rec, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			return broken(f, f->r.at,
			    "the file is shorter than what was committed", e);
		f->used = 0;
		f->ended = f->rec.type == SPT_REC_END;
		if (f->rec.type == SPT_REC_STATE)
			return 1;
		end = (struct spt_fields){ f->rec.data, f->rec.n, false };
		if (!f->ended || spt_field_int(&end) != f->count || end.bad)
			return broken(
			    f, f->rec.at, "a record that is out of place", e);
		f->count = 0;
		f->saves++;
	}
}

/* 1 *x, on loan until the next call; 0; -1. */
static int
next_entry(struct file *f, struct entry *x, struct spt_err *e)
{
	const uint8_t *p;
	uint32_t n[2];
	size_t left;
	int rc;

	if (f->used == f->rec.n || f->rec.type != SPT_REC_STATE) {
		rc = next_record(f, e);
		if (rc <= 0)
			return rc;
	}
	p = f->rec.data + f->used;
	left = f->rec.n - f->used;
	if (left < 9 || (p[0] != 1 && p[0] != 2))
		return broken(f, f->rec.at, "not an entry of a state", e);
	memcpy(n, p + 1, sizeof n);
	x->put = p[0] == 1;
	x->n_key = le32toh(n[0]);
	x->n_val = le32toh(n[1]);
	left -= 9;
	if (x->n_key > left || x->n_val > left - x->n_key)
		return broken(f, f->rec.at, "not an entry of a state", e);
	x->key = p + 9;
	x->val = x->key + x->n_key;
	f->used += 9 + x->n_key + x->n_val;
	f->count++;
	return 1;
}

/* ---- what the deltas say ------------------------------------------------- */

struct table {
	const struct spt_io *io;
	struct spt_arena arena;
	struct entry *v;
	size_t n, cap;
	uint32_t *slot; /* index + 1, or 0 */
	size_t slots;
	uint64_t seed;
};

static void
table_init(struct table *t, const struct spt_io *io)
{
	memset(t, 0, sizeof *t);
	t->io = io;
	t->seed = spt_hash_seed();
	spt_arena_init(&t->arena, io);
}

static void
table_fini(struct table *t)
{
	spt_arena_fini(&t->arena);
	spt_free(t->io, t->v);
	spt_free(t->io, t->slot);
}

/* Where the key is or would go. */
static size_t
find(const struct table *t, const uint8_t *key, size_t n)
{
	size_t i = spt_hash(t->seed, key, n) & (t->slots - 1);

	for (; t->slot[i] != 0; i = (i + 1) & (t->slots - 1)) {
		const struct entry *x = &t->v[t->slot[i] - 1];

		if (x->n_key == n && memcmp(x->key, key, n) == 0)
			break;
	}
	return i;
}

static int
widen(struct table *t, struct spt_err *e)
{
	size_t slots = t->slots != 0 ? t->slots * 2 : 1024;
	uint32_t *slot = spt_alloc_zero(t->io, slots * sizeof *slot, e);

	if (slot == NULL)
		return -1;
	spt_free(t->io, t->slot);
	t->slot = slot;
	t->slots = slots;
	for (size_t k = 0; k < t->n; k++)
		t->slot[find(t, t->v[k].key, t->v[k].n_key)] = (uint32_t)k + 1;
	return 0;
}

static int
learn(struct table *t, const struct entry *x, struct spt_err *e)
{
	struct entry *to;
	size_t i;

	if (t->n >= UINT32_MAX / 4)
		return spt_fail(e, SPT_ESYSTEM, "too many entries in a delta");
	if (t->slots < 2 * (t->n + 1) && widen(t, e) < 0)
		return -1;
	i = find(t, x->key, x->n_key);
	if (t->slot[i] == 0) {
		if (spt_grow(t->io, &t->v, &t->cap, t->n + 1, sizeof *t->v, e) <
		    0)
			return -1;
		to = &t->v[t->n];
		to->n_key = x->n_key;
		to->key = spt_arena_copy(&t->arena, x->key, x->n_key, e);
		if (to->key == NULL)
			return -1;
		t->slot[i] = (uint32_t)++t->n;
	}
	to = &t->v[t->slot[i] - 1];
	to->put = x->put;
	to->n_val = x->n_val;
	to->val = spt_arena_copy(&t->arena, x->val, x->n_val, e);
	return to->val != NULL ? 0 : -1;
}

/* ---- both together ------------------------------------------------------- */

struct both {
	struct file snapshot;
	struct table table;
	bool streamed; /* the snapshot is over */
	size_t next;   /* of the table */
};

static int
next(void *ctx, const void **key, size_t *n_key, const void **val,
    size_t *n_val, struct spt_err *e)
{
	struct both *b = ctx;
	struct table *t = &b->table;
	struct entry x;
	int rc;

	while (!b->streamed) {
		rc = next_entry(&b->snapshot, &x, e);
		if (rc < 0)
			return -1;
		if (rc == 0)
			b->streamed = true;
		else if (x.put &&
			 (t->n == 0 || t->slot[find(t, x.key, x.n_key)] == 0))
			goto found;
	}
	while (b->next < t->n && !t->v[b->next].put)
		b->next++;
	if (b->next == t->n)
		return 0;
	x = t->v[b->next++];
found:
	*key = x.key;
	*n_key = x.n_key;
	*val = x.val;
	*n_val = x.n_val;
	return 1;
}

/* What `more` says: the id, and the head that a delta follows. */
static int
get_base(const struct spt_state_place *at, struct spt_buf *more,
    const char *name, struct spt_head *base, struct spt_err *e)
{
	const char *s = spt_buf_str(more, e);
	size_t n = strlen(at->id);

	if (s == NULL)
		return -1;
	if (strncmp(s, at->id, n) != 0 || s[n] != (base != NULL ? ' ' : '\0'))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s/%s: is the state of another stage (%.100s)", at->folder,
		    name, s);
	if (base == NULL)
		return 0;
	if (spt_head_parse(base, s + n + 1, e) == 0 &&
	    strncmp(base->file, "snapshot-", 9) == 0)
		return 0;
	spt_err_clear(e);
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s/%s: byte 0: follows \"%.100s\", which is no snapshot",
	    at->folder, name, s + n + 1);
}

/* Reads the delta file into the table; *base is what it follows, *saves how
 * many there are. */
static int
read_deltas(const struct spt_state_place *at, const struct spt_head *head,
    struct table *t, struct spt_head *base, int64_t *saves, struct spt_err *e)
{
	struct spt_buf more;
	struct entry x;
	struct file f;
	int rc;

	spt_buf_init(&more, at->io);
	rc = enter(&f, at, head, &more, e);
	if (rc == 0)
		rc = get_base(at, &more, head->file, base, e);
	spt_buf_fini(&more);
	/* Without a table only the base is wanted. */
	while (rc == 0 && t != NULL && (rc = next_entry(&f, &x, e)) > 0)
		rc = learn(t, &x, e);
	*saves = f.saves;
	if (f.path != NULL)
		leave(&f);
	return rc;
}

static int
read_both(struct both *b,
    int (*load)(void *self, struct spt_state_in *in, struct spt_err *e),
    void *self, struct spt_err *e)
{
	struct spt_state_in in = { next, b };
	const void *key, *val;
	size_t n_key, n_val;
	int rc = 1;

	if (load != NULL && load(self, &in, e) < 0)
		return -1;
	while (rc > 0)
		rc = next(b, &key, &n_key, &val, &n_val, e);
	return rc;
}

int
spt_state_base(const struct spt_state_place *at, const char *delta,
    struct spt_head *base, struct spt_err *e)
{
	struct spt_head head = { 0 };
	int64_t none;

	strncpy(head.file, delta, sizeof head.file - 1);
	return read_deltas(at, &head, NULL, base, &none, e);
}

int
spt_state_load(const struct spt_state_place *at, const struct spt_head *head,
    int (*load)(void *self, struct spt_state_in *in, struct spt_err *e),
    void *self, struct spt_state_parts *parts, struct spt_err *e)
{
	struct spt_state_parts all = { .base = *head };
	struct spt_buf more;
	struct both b;
	int rc = 0;

	memset(&b, 0, sizeof b);
	table_init(&b.table, at->io);
	if (head->file[0] == 'd')
		rc = read_deltas(at, head, &b.table, &all.base, &all.deltas, e);
	if (parts != NULL)
		*parts = all;
	spt_buf_init(&more, at->io);
	if (rc == 0)
		rc = enter(&b.snapshot, at, &all.base, &more, e);
	if (rc == 0) {
		rc = get_base(at, &more, all.base.file, NULL, e);
		if (rc == 0)
			rc = read_both(&b, load, self, e);
		leave(&b.snapshot);
	}
	spt_buf_fini(&more);
	table_fini(&b.table);
	return rc;
}
