/*
 * sorter - a merge sort of references to rows.
 *
 * The rows stay in the builders that they were copied into (chunks of the
 * size of a batch, since a string column of one builder is bounded).  Each
 * reference carries 64 bits that order as its first key does, so that most
 * comparisons touch no row: only when these are equal the cells are compared.
 *
 * When only the first n are wanted, the lot is sorted and cut to n whenever
 * it has grown to some multiple of that; what was cut could not have come
 * back, and sorting is stable, so the answer is that of one sort at the end.
 */
#include "base/list.h"
#include "egress/sorter.h"

#define SLACK 65536 /* rows beyond twice the limit before it is cut */

/* ---- order ------------------------------------------------------------------
 */

/* The order of doubles, as of unsigned integers: NaN last, -0 is 0. */
static uint64_t
float_order(double v)
{
	uint64_t bits;

	if (v != v)
		return UINT64_MAX;
	v += 0.0;
	memcpy(&bits, &v, 8);
	return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

/* The first bytes as a big-endian number. */
static uint64_t
string_order(const char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (i < n ? (unsigned char)p[i] : 0);
	return v;
}

/* 64 bits that order as the values do; different values may be equal in
 * them.  Null is the least. */
static uint64_t
order_of(const struct spt_col *c, int64_t i)
{
	const char *p;
	size_t n;

	if (spt_col_null(c, i))
		return 0;
	switch (c->type) {
	case SPT_BOOL:
		return 1u + spt_bit(c->bits, i);
	case SPT_FLOAT64:
		return float_order(c->floats[i]);
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return string_order(p, n);
	default:
		return (uint64_t)c->ints[i] ^ UINT64_C(1) << 63;
	}
}

static int
compare_strings(
    const struct spt_col *a, int64_t i, const struct spt_col *b, int64_t j)
{
	size_t n, m;
	const char *p = spt_col_str(a, i, &n), *q = spt_col_str(b, j, &m);
	size_t common = n < m ? n : m;
	int d = common != 0 ? memcmp(p, q, common) : 0;

	return d != 0 ? d : (n > m) - (n < m);
}

static int
compare_cells(
    const struct spt_col *a, int64_t i, const struct spt_col *b, int64_t j)
{
	bool x = spt_col_null(a, i), y = spt_col_null(b, j);
	uint64_t u, v;

	if (x || y)
		return (int)y - (int)x;
	if (a->type == SPT_UTF8)
		return compare_strings(a, i, b, j);
	u = order_of(a, i);
	v = order_of(b, j);
	return (u > v) - (u < v);
}

static int
compare(const struct spt_sorter *t, const struct spt_sorter_row *a,
    const struct spt_sorter_row *b)
{
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	for (size_t k = 0; k < t->n_keys; k++) {
		size_t col = t->keys[k].col;
		int d = compare_cells(&t->views[a->chunk].cols[col], a->at,
		    &t->views[b->chunk].cols[col], b->at);

		if (d != 0)
			return t->keys[k].down ? -d : d;
	}
	return 0;
}

/* Merges from[low..mid) and from[mid..high) into to. */
static void
merge(const struct spt_sorter *t, const struct spt_sorter_row *from,
    struct spt_sorter_row *to, size_t low, size_t mid, size_t high)
{
	size_t i = low, j = mid;

	for (size_t k = low; k < high; k++) {
		if (j == high ||
		    (i < mid && compare(t, &from[i], &from[j]) <= 0))
			to[k] = from[i++];
		else
			to[k] = from[j++];
	}
}

static int
sort(struct spt_sorter *t, struct spt_err *e)
{
	struct spt_sorter_row *from = t->rows, *to, *spare, *tmp;

	if (t->n < 2)
		return 0;
	spare = to = spt_alloc(t->io, t->n * sizeof *to, e);
	if (spare == NULL)
		return -1;
	for (size_t w = 1; w < t->n; w *= 2) {
		for (size_t i = 0; i < t->n; i += 2 * w) {
			size_t mid = i + w < t->n ? i + w : t->n;
			size_t end = mid + w < t->n ? mid + w : t->n;

			merge(t, from, to, i, mid, end);
		}
		tmp = from;
		from = to;
		to = tmp;
	}
	if (from != t->rows)
		memcpy(t->rows, from, t->n * sizeof *from);
	spt_free(t->io, spare);
	return 0;
}

/* ---- chunks ------------------------------------------------------------ */

static void
drop_chunks(struct spt_sorter *t)
{
	for (size_t i = 0; i < t->n_chunks; i++)
		spt_builder_fini(&t->chunks[i]);
	spt_free(t->io, t->chunks);
	spt_free(t->io, t->views);
	t->chunks = NULL;
	t->views = NULL;
	t->n_chunks = t->chunks_cap = t->views_cap = 0;
	t->n = 0;
}

/* The builder to put a row into. */
static struct spt_builder *
open_chunk(struct spt_sorter *t, struct spt_err *e)
{
	size_t n = t->n_chunks;

	if (n > 0 && !spt_builder_full(&t->chunks[n - 1]))
		return &t->chunks[n - 1];
	if (n == UINT32_MAX ||
	    spt_grow(t->io, &t->chunks, &t->chunks_cap, n + 1,
		sizeof *t->chunks, e) < 0 ||
	    spt_grow(t->io, &t->views, &t->views_cap, n + 1, sizeof *t->views,
		e) < 0 ||
	    spt_builder_init(&t->chunks[n], t->io, t->schema, e) < 0)
		return NULL;
	t->n_chunks++;
	return &t->chunks[n];
}

static int
add_row(struct spt_sorter *t, const struct spt_batch *b, int64_t i,
    struct spt_err *e)
{
	struct spt_builder *chunk = open_chunk(t, e);
	uint64_t first = order_of(&b->cols[t->keys[0].col], i);

	if (chunk == NULL ||
	    spt_grow(t->io, &t->rows, &t->cap, t->n + 1, sizeof *t->rows, e) <
		0 ||
	    spt_builder_rows(chunk, b, i, 1, e) < 0)
		return -1;
	t->rows[t->n++] = (struct spt_sorter_row){
		.first = t->keys[0].down ? ~first : first,
		.chunk = (uint32_t)(t->n_chunks - 1),
		.at = (uint32_t)(chunk->rows - 1),
	};
	return 0;
}

/* Sorts what there is and hands over the first n rows. */
static int
take(struct spt_sorter *t, size_t n,
    int (*put)(void *ctx, const struct spt_batch *b, struct spt_err *e),
    void *ctx, struct spt_err *e)
{
	struct spt_builder out = { 0 };
	struct spt_batch b;
	int rc = -1;

	for (size_t i = 0; i < t->n_chunks; i++)
		spt_builder_batch(&t->chunks[i], &t->views[i]);
	if (sort(t, e) < 0 || spt_builder_init(&out, t->io, t->schema, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct spt_sorter_row *r = &t->rows[i];

		if (spt_builder_rows(&out, &t->views[r->chunk], r->at, 1, e) <
		    0)
			goto done;
		if (i + 1 < n && !spt_builder_full(&out))
			continue;
		spt_builder_batch(&out, &b);
		if (put(ctx, &b, e) < 0)
			goto done;
		spt_builder_reset(&out);
	}
	rc = 0;
done:
	spt_builder_fini(&out);
	return rc;
}

static int
add_batch(void *ctx, const struct spt_batch *b, struct spt_err *e)
{
	struct spt_sorter *t = ctx;

	for (int64_t i = 0; i < b->rows; i++)
		if (add_row(t, b, i, e) < 0)
			return -1;
	return 0;
}

/* Keeps the first rows only, in chunks of their own. */
static int
cut(struct spt_sorter *t, struct spt_err *e)
{
	struct spt_sorter kept = *t;
	int rc;

	kept.chunks = NULL;
	kept.views = NULL;
	kept.rows = NULL;
	kept.n_chunks = kept.chunks_cap = kept.views_cap = kept.n = kept.cap =
	    0;
	rc = take(t, (size_t)t->limit, add_batch, &kept, e);
	drop_chunks(t);
	spt_free(t->io, t->rows);
	*t = kept;
	return rc;
}

int
spt_sorter_add(
    struct spt_sorter *t, const struct spt_batch *b, struct spt_err *e)
{
	if (add_batch(t, b, e) < 0)
		return -1;
	if (t->limit >= 0 && t->limit < INT32_MAX &&
	    t->n > 2 * (size_t)t->limit + SLACK)
		return cut(t, e);
	return 0;
}

int
spt_sorter_drain(struct spt_sorter *t,
    int (*put)(void *ctx, const struct spt_batch *b, struct spt_err *e),
    void *ctx, struct spt_err *e)
{
	size_t n = t->n;

	if (t->limit >= 0 && n > (uint64_t)t->limit)
		n = (size_t)t->limit;
	if (take(t, n, put, ctx, e) < 0)
		return -1;
	drop_chunks(t);
	return 0;
}

/* ---- life -------------------------------------------------------------- */

int
spt_sorter_init(struct spt_sorter *t, const struct spt_io *io,
    const struct spt_schema *s, const char *order, int64_t limit,
    struct spt_err *e)
{
	struct spt_list names;
	int rc = -1, col;

	memset(t, 0, sizeof *t);
	t->io = io;
	t->schema = s;
	t->limit = limit;
	if (spt_list_parse(&names, io, order, e) < 0) {
		spt_err_where(e, "--sort");
		goto done;
	}
	t->keys = spt_alloc(io, names.n * sizeof *t->keys, e);
	if (t->keys == NULL)
		goto done;
	if (names.n == 0) {
		spt_fail(e, SPT_EUSAGE, "--sort: no column");
		goto done;
	}
	for (size_t i = 0; i < names.n; i++) {
		bool down = names.v[i][0] == '-';

		col = spt_schema_need(s, names.v[i] + down, e);
		if (col < 0) {
			spt_err_where(e, "--sort");
			goto done;
		}
		t->keys[t->n_keys++] =
		    (struct spt_sorter_key){ (size_t)col, down };
	}
	rc = 0;
done:
	spt_list_fini(&names);
	if (rc < 0)
		spt_sorter_fini(t);
	return rc;
}

void
spt_sorter_fini(struct spt_sorter *t)
{
	if (t->io == NULL)
		return;
	drop_chunks(t);
	spt_free(t->io, t->rows);
	spt_free(t->io, t->keys);
	memset(t, 0, sizeof *t);
}
