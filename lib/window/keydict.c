#include <endian.h>
#include <string.h>

#include "base/shorttext.h"
#include "window/keydict.h"

#define MIN_LOG 5 /* of the first slots */
#define AHEAD SPT_KEYDICT_AHEAD
#define IN_CACHE 4096 /* keys that need not be asked for */

void
spt_keydict_init(struct spt_keydict *d, const struct spt_io *io,
    const struct spt_keyset *set, uint64_t seed)
{
	memset(d, 0, sizeof *d);
	d->io = io;
	d->set = set;
	d->seed = seed;
	spt_buf_init(&d->bytes, io);
}

void
spt_keydict_fini(struct spt_keydict *d)
{
	if (d->io == NULL)
		return;
	spt_free(d->io, d->slots);
	spt_free(d->io, d->at);
	spt_free(d->io, d->order);
	spt_free(d->io, d->rank);
	spt_free(d->io, d->spare);
	spt_buf_fini(&d->bytes);
	memset(d, 0, sizeof *d);
}

/* ---- slots --------------------------------------------------------------- */

#define HIGH UINT64_C(0xffffffff00000000)

static void
place(uint64_t *slots, int shift, size_t mask, uint64_t slot)
{
	size_t at = slot >> shift;

	while (slots[at] != 0)
		at = (at + 1) & mask;
	slots[at] = slot;
}

/* One more key included.  Where memory is no matter, most keys are in the slot
 * that is looked at first. */
static bool
has_slot(const struct spt_keydict *d)
{
	size_t n = d->n + 1;

	return n <= IN_CACHE ? n * 4 <= d->n_slots : n * 3 <= d->n_slots * 2;
}

static int
make_slots(struct spt_keydict *d, struct spt_err *e)
{
	size_t n = d->n_slots;
	uint64_t *slots;

	if (has_slot(d))
		return 0;
	if (d->n >= UINT32_MAX / 2)
		return spt_fail(e, SPT_ESYSTEM, "more than 2 billion keys");
	n = n == 0 ? (size_t)1 << MIN_LOG : n * 2;
	slots = spt_alloc_zero(d->io, n * sizeof *slots, e);
	if (slots == NULL)
		return -1;
	d->shift = d->n_slots == 0 ? 64 - MIN_LOG : d->shift - 1;
	for (size_t i = 0; i < d->n_slots; i++)
		if (d->slots[i] != 0)
			place(slots, d->shift, n - 1, d->slots[i]);
	spt_free(d->io, d->slots);
	d->slots = slots;
	d->n_slots = n;
	return 0;
}

/* Begins a key behind the others. */
static int
begin(struct spt_keydict *d, struct spt_err *e)
{
	uint32_t id = (uint32_t)d->n;

	return spt_buf_put(&d->bytes, &id, sizeof id, e);
}

/* What was put behind the number at start is a key that was not there. */
static int
append(struct spt_keydict *d, size_t start, uint64_t hash, uint32_t *id,
    struct spt_err *e)
{
	static const uint8_t fill[SPT_KEYDICT_UNIT];
	size_t unit = start / SPT_KEYDICT_UNIT, n = d->bytes.len - start;

	if (n > UINT32_MAX)
		return spt_fail(e, SPT_EDATA, "a key of more than 4 GiB");
	if (unit >= UINT32_MAX)
		return spt_fail(e, SPT_ESYSTEM, "more than 16 GiB of keys");
	if (make_slots(d, e) < 0 ||
	    spt_buf_put(&d->bytes, fill, -n % SPT_KEYDICT_UNIT, e) < 0 ||
	    spt_buf_reserve(&d->bytes, SPT_SHORT, e) < 0 ||
	    spt_grow(d->io, &d->at, &d->cap, d->n + 1, sizeof *d->at, e) < 0)
		return -1;
	*id = (uint32_t)d->n++;
	d->at[*id] = (uint32_t)unit;
	place(d->slots, d->shift, d->n_slots - 1, (hash & HIGH) | (unit + 1));
	return 0;
}

/* The number and the key that a slot says. */
static inline const uint8_t *
follow(const struct spt_keydict *d, uint64_t slot, uint32_t *id)
{
	const uint8_t *p =
	    d->bytes.data + ((slot & ~HIGH) - 1) * SPT_KEYDICT_UNIT;

	memcpy(id, p, sizeof *id);
	return p + sizeof *id;
}

/* ---- rows ---------------------------------------------------------------- */

/* Rows of a batch on their way to numbers.  Mostly the key is one string. */
struct lookup {
	const struct spt_batch *batch;
	const struct spt_col *text; /* the one string column, or NULL */
	bool simple;                /* ... without nulls */
	size_t end;                 /* of its text */
};

static inline bool
is(const struct spt_keydict *d, const struct lookup *l, uint32_t row,
    const uint8_t *key)
{
	const struct spt_col *c = l->text;
	uint32_t len;
	size_t at, n;

	if (c == NULL)
		return spt_keyset_equal(d->set, l->batch, row, key);
	if (spt_col_null(c, row) || *key == 0)
		return spt_col_null(c, row) && *key == 0;
	at = (size_t)c->offsets[row];
	n = (size_t)c->offsets[row + 1] - at;
	memcpy(&len, key + 1, 4);
	if (le32toh(len) != n)
		return false;
	/* Behind the last key, too, there are bytes to read. */
	if (n <= SPT_SHORT && at + SPT_SHORT <= l->end)
		return spt_short_same(key + 5, c->bytes + at, n);
	return n == 0 || memcmp(key + 5, c->bytes + at, n) == 0;
}

/* Is the text of this row the key in the slot that it belongs into?  Mostly it
 * is, and no branch is taken that another row would not take. */
static inline bool
meet(const struct spt_keydict *d, const struct lookup *l, uint32_t row,
    uint64_t hash, uint32_t *id)
{
	const int32_t *offset = l->text->offsets + row;
	size_t at = (size_t)offset[0], n = (size_t)offset[1] - at;
	uint64_t slot = d->slots[hash >> d->shift];
	const uint8_t *key;
	uint32_t len;

	if (slot == 0 || ((slot ^ hash) & HIGH) != 0 || n > SPT_SHORT ||
	    at + SPT_SHORT > l->end)
		return false;
	key = follow(d, slot, id);
	memcpy(&len, key + 1, 4);
	return *key == 1 && le32toh(len) == n &&
	       spt_short_same(key + 5, l->text->bytes + at, n);
}

static inline int
find_row(struct spt_keydict *d, const struct lookup *l, uint32_t row,
    uint64_t hash, uint32_t *id, struct spt_err *e)
{
	size_t mask = d->n_slots - 1, start = d->bytes.len;

	if (d->n_slots != 0)
		for (size_t at = hash >> d->shift; d->slots[at] != 0;
		     at = (at + 1) & mask) {
			uint64_t slot = d->slots[at];

			if (((slot ^ hash) & HIGH) == 0 &&
			    is(d, l, row, follow(d, slot, id)))
				return 0;
		}
	if (begin(d, e) < 0 ||
	    spt_keyset_put(d->set, l->batch, row, &d->bytes, e) < 0)
		return -1;
	return append(d, start, hash, id, e);
}

/* Memory that is not in the cache is asked for ahead: the slots of a block of
 * rows, then, a block later, the keys that they say. */
static void
fetch_slots(
    const struct spt_keydict *d, const uint64_t *hash, size_t first, size_t n)
{
	for (size_t i = first; i < n && i < first + AHEAD; i++)
		__builtin_prefetch(&d->slots[hash[i] >> d->shift]);
}

static void
fetch_keys(
    const struct spt_keydict *d, const uint64_t *hash, size_t first, size_t n)
{
	for (size_t i = first; i < n && i < first + AHEAD; i++) {
		size_t at = hash[i] >> d->shift;
		uint64_t slot = d->slots[at];

		while (slot != 0 && ((slot ^ hash[i]) & HIGH) != 0)
			slot = d->slots[++at & (d->n_slots - 1)];
		/* A free slot asks for what is not needed, which does no
		 * harm. */
		__builtin_prefetch(
		    (const void *)((uintptr_t)d->bytes.data +
				   ((slot & ~HIGH) - 1) * SPT_KEYDICT_UNIT));
	}
}

int
spt_keydict_rows(struct spt_keydict *d, const struct spt_batch *b,
    const uint32_t *rows, const uint64_t *hash, size_t n, uint32_t *id,
    struct spt_err *e)
{
	struct lookup l = { b, NULL, false, 0 };
	bool far = d->n > IN_CACHE;

	if (n != 0 && d->set->n == 1 && d->set->cols[0].type == SPT_UTF8) {
		l.text = &b->cols[d->set->cols[0].col];
		l.simple = l.text->validity == NULL;
		l.end = (size_t)l.text->offsets[b->rows];
	}
	if (far) {
		fetch_slots(d, hash, 0, n);
		fetch_slots(d, hash, AHEAD, n);
	}
	for (size_t first = 0; first < n; first += AHEAD) {
		if (far) {
			fetch_slots(d, hash, first + 2 * AHEAD, n);
			fetch_keys(d, hash, first + AHEAD, n);
		}
		for (size_t i = first; i < n && i < first + AHEAD; i++) {
			if (l.simple && d->n_slots != 0 &&
			    meet(d, &l, rows[i], hash[i], &id[i]))
				continue;
			if (find_row(d, &l, rows[i], hash[i], &id[i], e) < 0)
				return -1;
		}
	}
	return 0;
}

uint64_t
spt_keydict_hash(const struct spt_keydict *d, const uint8_t *key)
{
	return spt_keyset_hash_key(d->set, key, d->seed);
}

void
spt_keydict_fetch(const struct spt_keydict *d, const uint64_t *hash, size_t n)
{
	if (d->n <= IN_CACHE)
		return;
	fetch_slots(d, hash, 0, n);
	fetch_keys(d, hash, 0, n);
}

int
spt_keydict_put(struct spt_keydict *d, const uint8_t *key, size_t n,
    uint32_t *id, struct spt_err *e)
{
	return spt_keydict_put_hashed(
	    d, key, n, spt_keydict_hash(d, key), id, e);
}

int
spt_keydict_put_hashed(struct spt_keydict *d, const uint8_t *key, size_t n,
    uint64_t hash, uint32_t *id, struct spt_err *e)
{
	size_t start = d->bytes.len;

	if (d->n_slots != 0)
		for (size_t at = hash >> d->shift; d->slots[at] != 0;
		     at = (at + 1) & (d->n_slots - 1)) {
			uint64_t slot = d->slots[at];
			const uint8_t *p;

			if (((slot ^ hash) & HIGH) != 0)
				continue;
			p = follow(d, slot, id);
			if (n == 0 || (spt_keydict_len(d, *id) == n &&
					  memcmp(p, key, n) == 0))
				return 0;
		}
	if (begin(d, e) < 0 || spt_buf_put(&d->bytes, key, n, e) < 0)
		return -1;
	return append(d, start, hash, id, e);
}

size_t
spt_keydict_len(const struct spt_keydict *d, uint32_t id)
{
	return spt_keyset_len(d->set, spt_keydict_key(d, id));
}

/* ---- fewer --------------------------------------------------------------- */

int
spt_keydict_keep(struct spt_keydict *d, const uint8_t *keep, uint32_t *moved,
    struct spt_err *e)
{
	struct spt_keydict kept;

	spt_keydict_init(&kept, d->io, d->set, d->seed);
	for (uint32_t id = 0; id < d->n; id++)
		if (keep[id] &&
		    spt_keydict_put(&kept, spt_keydict_key(d, id),
			spt_keydict_len(d, id), &moved[id], e) < 0) {
			spt_keydict_fini(&kept);
			return -1;
		}
	spt_keydict_fini(d);
	*d = kept;
	return 0;
}

uint32_t *
spt_keydict_spare(struct spt_keydict *d, struct spt_err *e)
{
	if (d->n_spare >= d->n && d->spare != NULL)
		return d->spare;
	spt_free(d->io, d->spare);
	d->n_spare = d->n;
	d->spare = spt_alloc_zero(d->io, d->n_spare * sizeof *d->spare, e);
	return d->spare;
}
