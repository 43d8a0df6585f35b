/*
 * recent - rows in a builder, newest last.
 *
 * A row that replaces another one is appended and the old one is marked dead;
 * an index by the hash of the key finds it.  So the order of the builder is
 * the order of change and nothing is ever moved, until the builder is full:
 * then the newest living rows go to a new one.
 */
#include "base/hash.h"
#include "encode/recent.h"

/* ---- keys -------------------------------------------------------------------
 */

static uint64_t
hash_key(const struct spt_recent *r, const struct spt_batch *b, int64_t i)
{
	uint64_t h = r->seed;

	for (size_t k = 0; k < r->n_keys; k++) {
		const struct spt_col *c = &b->cols[r->keys[k]];
		const char *p;
		size_t n;

		if (spt_col_null(c, i)) {
			h = spt_hash_int(h, 0);
		} else if (c->type == SPT_UTF8) {
			p = spt_col_str(c, i, &n);
			h = spt_hash(h, p, n);
		} else if (c->type == SPT_BOOL) {
			h = spt_hash_int(h, spt_bit(c->bits, i));
		} else {
			h = spt_hash_int(h, (uint64_t)c->ints[i]);
		}
	}
	return h;
}

static bool
same_cell(
    const struct spt_col *a, int64_t i, const struct spt_col *b, int64_t j)
{
	const char *p, *q;
	size_t n, m;

	if (spt_col_null(a, i) || spt_col_null(b, j))
		return spt_col_null(a, i) && spt_col_null(b, j);
	switch (a->type) {
	case SPT_BOOL:
		return spt_bit(a->bits, i) == spt_bit(b->bits, j);
	case SPT_UTF8:
		p = spt_col_str(a, i, &n);
		q = spt_col_str(b, j, &m);
		return n == m && (n == 0 || memcmp(p, q, n) == 0);
	default:
		/* Floats by their bits: a group is one NaN, one zero. */
		return a->ints[i] == b->ints[j];
	}
}

static bool
same_key(const struct spt_recent *r, const struct spt_batch *a, int64_t i,
    const struct spt_batch *b, int64_t j)
{
	for (size_t k = 0; k < r->n_keys; k++) {
		size_t c = r->keys[k];

		if (!same_cell(&a->cols[c], i, &b->cols[c], j))
			return false;
	}
	return true;
}

/* The place in the index of the kept row with the key of row i of b, or the
 * empty place where it belongs.  mine NULL: there is none with that key. */
static uint32_t *
find(struct spt_recent *r, const struct spt_batch *mine,
    const struct spt_batch *b, int64_t i)
{
	size_t mask = r->index_size - 1, at = hash_key(r, b, i) & mask;

	while (r->index[at] != 0 &&
	       (mine == NULL || !same_key(r, mine, r->index[at] - 1, b, i)))
		at = (at + 1) & mask;
	return &r->index[at];
}

/* ---- rows -------------------------------------------------------------------
 */

void
spt_recent_batch(struct spt_recent *r, struct spt_batch *b)
{
	/* Not spt_builder_batch: that looks at every row for the ranges. */
	for (size_t k = 0; k < r->rows.n; k++) {
		const struct spt_colb *from = &r->rows.cols[k];
		struct spt_col *c = &r->cols[k];

		c->type = from->type;
		c->null_count = from->nulls;
		c->validity = from->nulls != 0 ? from->validity.data : NULL;
		c->bits = from->values.data;
		c->bytes = (const char *)from->bytes.data;
	}
	b->rows = r->rows.rows;
	b->n = r->rows.n;
	b->cols = r->cols;
	b->ranges = NULL;
}

static int
add(struct spt_recent *r, const struct spt_batch *b, int64_t i,
    struct spt_err *e)
{
	size_t n = (size_t)r->rows.rows;

	if (spt_grow(r->io, &r->dead, &r->dead_cap, n + 1, sizeof *r->dead, e) <
		0 ||
	    spt_builder_rows(&r->rows, b, i, 1, e) < 0)
		return -1;
	r->dead[n] = false;
	r->living++;
	return 0;
}

/* The first row that may stay when half of the room is to become free. */
static int64_t
find_first(const struct spt_recent *r)
{
	double bytes = (double)spt_builder_bytes(&r->rows), share = 1.0;
	int64_t i = r->rows.rows, kept = 0, most;

	/* By the mean size: rows of one stream are much alike. */
	if (bytes > SPT_RECENT_BYTES / 2)
		share = SPT_RECENT_BYTES / 2 / bytes;
	most = (int64_t)((double)r->rows.rows * share);
	if (most > SPT_RECENT_ROWS)
		most = SPT_RECENT_ROWS;
	while (i > 0 && kept < most)
		kept += !r->dead[--i];
	return i;
}

/* Moves the newest living rows to a new builder. */
static int
compact(struct spt_recent *r, struct spt_err *e)
{
	struct spt_builder old = r->rows;
	int64_t first = find_first(r);
	struct spt_batch b;
	int rc = -1;

	spt_builder_batch(&old, &b);
	if (spt_builder_init(&r->rows, r->io, r->schema, e) < 0) {
		r->rows = old;
		return -1;
	}
	memset(r->index, 0, r->index_size * sizeof *r->index);
	r->dropped += r->living;
	r->living = 0;
	for (int64_t i = first; i < b.rows; i++) {
		/* add writes at or before i, which has been read. */
		if (r->dead[i])
			continue;
		if (add(r, &b, i, e) < 0)
			goto done;
		*find(r, NULL, &b, i) = (uint32_t)r->rows.rows;
	}
	r->dropped -= r->living;
	rc = 0;
done:
	spt_builder_fini(&old);
	return rc;
}

static bool
full(const struct spt_recent *r, int64_t rows)
{
	return r->rows.rows >= rows ||
	       spt_builder_bytes(&r->rows) >= SPT_RECENT_BYTES;
}

int
spt_recent_append(struct spt_recent *r, const struct spt_batch *b, int64_t i,
    struct spt_err *e)
{
	if (!full(r, SPT_RECENT_ROWS))
		return add(r, b, i, e);
	r->dropped++;
	return 0;
}

int
spt_recent_upsert(struct spt_recent *r, const struct spt_batch *b, int64_t i,
    struct spt_err *e)
{
	struct spt_batch mine;
	uint32_t *place;

	if (full(r, 2 * SPT_RECENT_ROWS) && compact(r, e) < 0)
		return -1;
	spt_recent_batch(r, &mine);
	place = find(r, &mine, b, i);
	if (add(r, b, i, e) < 0)
		return -1;
	if (*place != 0) {
		r->dead[*place - 1] = true;
		r->living--;
	}
	*place = (uint32_t)r->rows.rows;
	return 0;
}

void
spt_recent_clear(struct spt_recent *r)
{
	spt_builder_reset(&r->rows);
	memset(r->index, 0, r->index_size * sizeof *r->index);
	r->living = r->dropped = 0;
}

/* ---- life -------------------------------------------------------------------
 */

int
spt_recent_init(struct spt_recent *r, const struct spt_io *io,
    const struct spt_schema *s, struct spt_err *e)
{
	memset(r, 0, sizeof *r);
	r->io = io;
	r->schema = s;
	r->seed = spt_hash_seed();
	/* The builder holds up to 2 * SPT_RECENT_ROWS keys. */
	for (r->index_size = 1; r->index_size < 4 * SPT_RECENT_ROWS;)
		r->index_size *= 2;
	r->index = spt_alloc_zero(io, r->index_size * sizeof *r->index, e);
	r->keys = spt_alloc(io, s->n * sizeof *r->keys, e);
	r->cols = spt_alloc_zero(io, s->n * sizeof *r->cols, e);
	if (r->index == NULL || r->keys == NULL || r->cols == NULL ||
	    spt_builder_init(&r->rows, io, s, e) < 0) {
		spt_recent_fini(r);
		return -1;
	}
	for (size_t k = 0; k < s->n; k++)
		if (spt_meta_get(&s->fields[k].meta, SPT_KEY_GROUP) != NULL)
			r->keys[r->n_keys++] = k;
	return 0;
}

void
spt_recent_fini(struct spt_recent *r)
{
	if (r->io == NULL)
		return;
	spt_builder_fini(&r->rows);
	spt_free(r->io, r->index);
	spt_free(r->io, r->keys);
	spt_free(r->io, r->cols);
	spt_free(r->io, r->dead);
	memset(r, 0, sizeof *r);
}
