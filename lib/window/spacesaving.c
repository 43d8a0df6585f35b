/*
 * spacesaving - counters in an array; chains of a hash table find the counter
 * of a value, a heap the one to take.  The heap is made when a value is first
 * dropped: most groups never have so many.
 */
#include <endian.h>
#include <stdlib.h>

#include "base/hash.h"
#include "window/spacesaving.h"

#define COUNT_MAX (INT64_MAX / 8)

static void
free_counters(
    struct spt_counter *v, uint32_t n, const struct spt_io *io, enum spt_type t)
{
	for (uint32_t i = 0; i < n && t == SPT_UTF8; i++)
		spt_free(io, v[i].text);
	spt_free(io, v);
}

void
spt_spacesaving_fini(
    struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t)
{
	free_counters(s->v, s->n, io, t);
	spt_free(io, s->chains);
	spt_free(io, s->heap);
	memset(s, 0, sizeof *s);
}

static inline int
order_values(
    enum spt_type t, const struct spt_counter *a, const struct spt_counter *b)
{
	return spt_value_order(
	    t, spt_counter_value(a, t), a->n, spt_counter_value(b, t), b->n);
}

/* ---- the heap ---------------------------------------------------------- */

/* Is a to be taken before b? */
static bool
weaker(
    enum spt_type t, const struct spt_counter *a, const struct spt_counter *b)
{
	if (a->count != b->count)
		return a->count < b->count;
	return order_values(t, a, b) > 0;
}

static void
sift_down(struct spt_spacesaving *s, enum spt_type t, uint32_t at)
{
	uint32_t i = s->heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= s->n)
			break;
		if (child + 1 < s->n &&
		    weaker(t, &s->v[s->heap[child + 1]], &s->v[s->heap[child]]))
			child++;
		if (!weaker(t, &s->v[s->heap[child]], &s->v[i]))
			break;
		s->heap[at] = s->heap[child];
		s->v[s->heap[at]].at = at;
		at = child;
	}
	s->heap[at] = i;
	s->v[i].at = at;
}

static int
make_heap(struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t,
    struct spt_err *e)
{
	s->heap = spt_alloc(io, s->n * sizeof *s->heap, e);
	if (s->heap == NULL)
		return -1;
	for (uint32_t i = 0; i < s->n; i++)
		s->heap[i] = s->v[i].at = i;
	for (uint32_t i = s->n / 2; i-- > 0;)
		sift_down(s, t, i);
	return 0;
}

/* ---- the table --------------------------------------------------------- */

static inline uint32_t
hash_of(const uint8_t *p, size_t n)
{
	return (uint32_t)spt_hash(0, p, n);
}

static void
link_counter(struct spt_spacesaving *s, uint32_t i)
{
	uint32_t *head = &s->chains[s->v[i].hash & (s->n_chains - 1)];

	s->v[i].next = *head;
	*head = i + 1;
}

static void
unlink_counter(struct spt_spacesaving *s, uint32_t i)
{
	uint32_t *p = &s->chains[s->v[i].hash & (s->n_chains - 1)];

	while (*p != i + 1)
		p = &s->v[*p - 1].next;
	*p = s->v[i].next;
}

static struct spt_counter *
find(const struct spt_spacesaving *s, enum spt_type t, const uint8_t *p,
    size_t n, uint32_t hash)
{
	uint32_t i = 0;

	if (s->n_chains != 0)
		i = s->chains[hash & (s->n_chains - 1)];
	for (; i != 0; i = s->v[i - 1].next) {
		struct spt_counter *c = &s->v[i - 1];

		if (c->hash == hash && c->n == n &&
		    (n == 0 || memcmp(spt_counter_value(c, t), p, n) == 0))
			return c;
	}
	return NULL;
}

/* Chains for twice as many counters, or for want if that is more. */
static int
make_chains(struct spt_spacesaving *s, const struct spt_io *io, uint32_t want,
    struct spt_err *e)
{
	uint32_t n = s->n_chains != 0 ? 2 * s->n_chains : 8, *chains;

	while (n < want)
		n *= 2;
	chains = spt_alloc_zero(io, n * sizeof *chains, e);
	if (chains == NULL)
		return -1;
	spt_free(io, s->chains);
	s->chains = chains;
	s->n_chains = n;
	for (uint32_t i = 0; i < s->n; i++)
		link_counter(s, i);
	return 0;
}

/* ---- counters ---------------------------------------------------------- */

/* c, which has no text, gets the value. */
static int
set_value(struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t,
    struct spt_counter *c, const uint8_t *p, size_t n, struct spt_err *e)
{
	if (t == SPT_UTF8) {
		c->text = spt_alloc(io, n, e);
		if (c->text == NULL)
			return -1;
		if (n != 0)
			memcpy(c->text, p, n);
		s->text += n;
	} else {
		memcpy(&c->word, p, 8);
	}
	c->n = (uint32_t)n;
	c->hash = hash_of(p, n);
	return 0;
}

/* A new counter of a value that is not there. */
static int
append(struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t,
    const uint8_t *p, size_t n, uint64_t count, uint64_t error,
    struct spt_err *e)
{
	size_t cap = s->cap;
	struct spt_counter *c;

	if (spt_grow(io, &s->v, &cap, s->n + 1, sizeof *s->v, e) < 0)
		return -1;
	s->cap = (uint32_t)cap;
	c = &s->v[s->n];
	memset(c, 0, sizeof *c);
	c->count = count;
	c->error = error;
	if ((s->n + 1 > s->n_chains && make_chains(s, io, 0, e) < 0) ||
	    set_value(s, io, t, c, p, n, e) < 0)
		return -1;
	link_counter(s, s->n++);
	return 0;
}

/* The value takes the weakest counter. */
static int
replace(struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t,
    const struct spt_value *v, struct spt_err *e)
{
	struct spt_counter *c, old;

	if (s->heap == NULL && make_heap(s, io, t, e) < 0)
		return -1;
	c = &s->v[s->heap[0]];
	unlink_counter(s, s->heap[0]);
	old = *c;
	if (set_value(s, io, t, c, v->p, v->n, e) < 0) {
		*c = old;
		link_counter(s, s->heap[0]);
		return -1;
	}
	if (t == SPT_UTF8) {
		s->text -= old.n;
		spt_free(io, old.text);
	}
	s->floor = old.count;
	c->error = old.count;
	c->count = old.count + 1;
	link_counter(s, s->heap[0]);
	sift_down(s, t, 0);
	return 0;
}

int
spt_spacesaving_add(struct spt_spacesaving *s, const struct spt_io *io,
    enum spt_type t, uint32_t max, const struct spt_value *v, struct spt_err *e)
{
	struct spt_counter *c = find(s, t, v->p, v->n, hash_of(v->p, v->n));

	if (c == NULL)
		return s->n < max ? append(s, io, t, v->p, v->n, 1, 0, e)
				  : replace(s, io, t, v, e);
	c->count++;
	if (s->heap != NULL)
		sift_down(s, t, c->at);
	return 0;
}

/* ---- order ------------------------------------------------------------- */

static int
compare(const void *a, const void *b, void *type)
{
	const struct spt_counter *x = *(const struct spt_counter *const *)a;
	const struct spt_counter *y = *(const struct spt_counter *const *)b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return order_values(*(const enum spt_type *)type, x, y);
}

const struct spt_counter **
spt_spacesaving_sorted(const struct spt_spacesaving *s, const struct spt_io *io,
    enum spt_type t, struct spt_err *e)
{
	const struct spt_counter **v = spt_alloc(io, s->n * sizeof *v, e);

	if (v == NULL)
		return NULL;
	for (uint32_t i = 0; i < s->n; i++)
		v[i] = &s->v[i];
	if (s->n != 0)
		qsort_r(v, s->n, sizeof *v, compare, &t);
	return v;
}

size_t
spt_spacesaving_bytes(const struct spt_spacesaving *s)
{
	return s->cap * sizeof *s->v + s->n_chains * sizeof *s->chains +
	       (s->heap != NULL ? s->n * sizeof *s->heap : 0) + s->text;
}

/* ---- merged ------------------------------------------------------------ */

/* The counters of both, without bound. */
static int
unite(struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t,
    const struct spt_spacesaving *from, struct spt_err *e)
{
	uint32_t own = s->n;
	uint64_t floor = s->floor;

	for (uint32_t i = 0; i < own; i++) {
		s->v[i].count += from->floor;
		s->v[i].error += from->floor;
	}
	for (uint32_t i = 0; i < from->n; i++) {
		const struct spt_counter *f = &from->v[i];
		const uint8_t *p = spt_counter_value(f, t);
		struct spt_counter *c = find(s, t, p, f->n, f->hash);

		if (c != NULL) {
			c->count += f->count - from->floor;
			c->error += f->error - from->floor;
		} else if (append(s, io, t, p, f->n, f->count + floor,
			       f->error + floor, e) < 0) {
			return -1;
		}
	}
	s->floor += from->floor;
	return 0;
}

/* Drops all but the max strongest. */
static int
shrink(struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t,
    uint32_t max, struct spt_err *e)
{
	const struct spt_counter **order;
	struct spt_counter *kept;

	order = spt_spacesaving_sorted(s, io, t, e);
	kept = spt_alloc(io, max * sizeof *kept, e);
	if (order == NULL || kept == NULL) {
		spt_free(io, order);
		spt_free(io, kept);
		return -1;
	}
	if (order[max]->count > s->floor)
		s->floor = order[max]->count;
	for (uint32_t i = 0; i < max; i++)
		kept[i] = *order[i];
	for (uint32_t i = max; i < s->n && t == SPT_UTF8; i++) {
		s->text -= order[i]->n;
		spt_free(io, order[i]->text);
	}
	spt_free(io, order);
	spt_free(io, s->v);
	s->v = kept;
	s->n = s->cap = max;
	memset(s->chains, 0, s->n_chains * sizeof *s->chains);
	for (uint32_t i = 0; i < max; i++)
		link_counter(s, i);
	return 0;
}

int
spt_spacesaving_merge(struct spt_spacesaving *s, const struct spt_io *io,
    enum spt_type t, uint32_t max, const struct spt_spacesaving *from,
    struct spt_err *e)
{
	spt_free(io, s->heap);
	s->heap = NULL;
	if (unite(s, io, t, from, e) < 0)
		return -1;
	return s->n > max ? shrink(s, io, t, max, e) : 0;
}

/* ---- saved ------------------------------------------------------------- */

static int
put_word(struct spt_buf *out, uint64_t v, struct spt_err *e)
{
	v = htole64(v);
	return spt_buf_put(out, &v, 8, e);
}

static int
save_counter(const struct spt_counter *c, enum spt_type t, struct spt_buf *out,
    struct spt_err *e)
{
	if (put_word(out, c->count, e) < 0 || put_word(out, c->error, e) < 0)
		return -1;
	return spt_value_save(out, t, spt_counter_value(c, t), c->n, e);
}

int
spt_spacesaving_save(const struct spt_spacesaving *s, enum spt_type t,
    struct spt_buf *out, struct spt_err *e)
{
	const struct spt_counter **order;
	uint32_t n = htole32(s->n);
	int rc = 0;

	if (put_word(out, s->floor, e) < 0 || spt_buf_put(out, &n, 4, e) < 0)
		return -1;
	order = spt_spacesaving_sorted(s, out->io, t, e);
	if (order == NULL)
		return -1;
	for (uint32_t i = 0; i < s->n && rc == 0; i++)
		rc = save_counter(order[i], t, out, e);
	spt_free(out->io, order);
	return rc;
}

static uint64_t
take_word(const uint8_t **p)
{
	uint64_t word;

	memcpy(&word, *p, 8);
	*p += 8;
	return le64toh(word);
}

/* The next counter, weaker than the one before it. */
static int
load_counter(struct spt_spacesaving *s, const struct spt_io *io,
    enum spt_type t, const uint8_t **p, const uint8_t *end, struct spt_err *e)
{
	const uint8_t *value;
	uint64_t count, error;
	size_t n;

	if (end - *p < 16)
		return -1;
	count = take_word(p);
	error = take_word(p);
	if (spt_value_load(t, p, end, &value, &n) < 0 || count > COUNT_MAX ||
	    error >= count || count < s->floor ||
	    find(s, t, value, n, hash_of(value, n)) != NULL)
		return -1;
	if (append(s, io, t, value, n, count, error, e) < 0)
		return -1;
	if (s->n == 1)
		return 0;
	return weaker(t, &s->v[s->n - 1], &s->v[s->n - 2]) ? 0 : -1;
}

int
spt_spacesaving_load(struct spt_spacesaving *s, const struct spt_io *io,
    enum spt_type t, uint32_t max, const uint8_t **p, const uint8_t *end,
    struct spt_err *e)
{
	uint32_t n;

	if (end - *p < 12)
		return -1;
	s->floor = take_word(p);
	memcpy(&n, *p, 4);
	n = le32toh(n);
	*p += 4;
	if (n > max || (s->floor != 0 && n < max) ||
	    (size_t)(end - *p) / 16 < n)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (load_counter(s, io, t, p, end, e) < 0)
			return -1;
	return 0;
}
