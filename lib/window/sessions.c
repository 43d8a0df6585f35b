#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "window/sessions.h"

#define SWEEP_MIN 64 /* idle keys that are not worth a sweep */

void
spt_sessions_init(struct spt_sessions *s, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs)
{
	memset(s, 0, sizeof *s);
	s->io = io;
	s->aggs = aggs;
	s->keys = keys;
}

void
spt_sessions_fini(struct spt_sessions *s)
{
	if (s->io == NULL)
		return;
	if (spt_aggs_hold(s->aggs))
		for (uint32_t i = 0; i < s->n; i++)
			if ((s->v[i].flags & SPT_SESSION_LIVE) != 0)
				spt_aggs_fini_state(
				    s->aggs, spt_sessions_state(s, i));
	spt_free(s->io, s->heads);
	spt_free(s->io, s->v);
	spt_free(s->io, s->states);
	memset(s, 0, sizeof *s);
}

/* ---- the tree of a key --------------------------------------------------- */

/* A tree with what is before start and one with the rest. */
static void
split(struct spt_sessions *s, uint32_t root, spt_time start, uint32_t *before,
    uint32_t *rest)
{
	while (root != 0) {
		struct spt_session *r = &s->v[root - 1];

		if (r->start < start) {
			*before = root;
			before = &r->right;
			root = r->right;
		} else {
			*rest = root;
			rest = &r->left;
			root = r->left;
		}
	}
	*before = *rest = 0;
}

static void
plant(struct spt_sessions *s, uint32_t *root, uint32_t i)
{
	struct spt_session *v = &s->v[i];

	while (*root != 0 && s->v[*root - 1].rank >= v->rank) {
		struct spt_session *r = &s->v[*root - 1];

		root = r->start < v->start ? &r->right : &r->left;
	}
	split(s, *root, v->start, &v->left, &v->right);
	*root = i + 1;
}

static void
pull(struct spt_sessions *s, uint32_t *root, uint32_t i)
{
	const struct spt_session *v = &s->v[i];
	uint32_t a = v->left, b = v->right;

	while (*root != i + 1) {
		struct spt_session *r = &s->v[*root - 1];

		root = r->start < v->start ? &r->right : &r->left;
	}
	while (a != 0 && b != 0) {
		if (s->v[a - 1].rank >= s->v[b - 1].rank) {
			*root = a;
			root = &s->v[a - 1].right;
			a = *root;
		} else {
			*root = b;
			root = &s->v[b - 1].left;
			b = *root;
		}
	}
	*root = a != 0 ? a : b;
}

/* The last session that begins at or before t: index + 1, or 0. */
static uint32_t
last_before(
    const struct spt_sessions *s, const struct spt_session_key *k, spt_time t)
{
	uint32_t at = k->root, found = 0;

	if (k->newest != 0 && s->v[k->newest - 1].start <= t)
		return k->newest;
	while (at != 0) {
		const struct spt_session *v = &s->v[at - 1];

		if (v->start <= t)
			found = at;
		at = v->start <= t ? v->right : v->left;
	}
	return found;
}

/* Index + 1, or 0. */
static uint32_t
oldest(const struct spt_sessions *s, const struct spt_session_key *k)
{
	uint32_t at = k->root;

	while (at != 0 && s->v[at - 1].left != 0)
		at = s->v[at - 1].left;
	return at;
}

/* ---- made and forgotten -------------------------------------------------- */

/* A free place, its state all zero: *i. */
static int
place(struct spt_sessions *s, uint32_t *i, struct spt_err *e)
{
	if (s->unused != 0) {
		*i = s->unused - 1;
		s->unused = s->v[*i].next;
	} else {
		if (s->n >= UINT32_MAX - 1)
			return spt_fail(
			    e, SPT_ESYSTEM, "more than 4 billion sessions");
		if (spt_grow(s->io, &s->v, &s->cap, s->n + 1, sizeof *s->v, e) <
			0 ||
		    spt_grow(s->io, &s->states, &s->cap_states, s->n + 1,
			s->aggs->stride, e) < 0)
			return -1;
		*i = (uint32_t)s->n++;
	}
	memset(&s->v[*i], 0, sizeof *s->v);
	memset(spt_sessions_state(s, *i), 0, s->aggs->stride);
	s->v[*i].flags = SPT_SESSION_LIVE;
	s->live++;
	return 0;
}

/* A session behind prev (index + 1, or 0: the first one of its key). */
static int
insert(struct spt_sessions *s, uint32_t key, const struct spt_interval *span,
    uint32_t prev, uint32_t *i, struct spt_err *e)
{
	struct spt_session_key *k = &s->heads[key];
	struct spt_session *v;
	uint32_t next = 0;

	if (place(s, i, e) < 0)
		return -1;
	s->busy += k->root == 0;
	v = &s->v[*i];
	v->start = span->start;
	v->end = span->end;
	v->key = key;
	v->rank = (uint32_t)spt_hash_int(s->keys->seed, *i);
	v->prev = prev;
	if (prev != 0) {
		next = s->v[prev - 1].next;
		s->v[prev - 1].next = *i + 1;
	} else {
		next = oldest(s, k);
	}
	v->next = next;
	if (next != 0)
		s->v[next - 1].prev = *i + 1;
	else
		k->newest = *i + 1;
	plant(s, &k->root, *i);
	return 0;
}

void
spt_sessions_remove(struct spt_sessions *s, uint32_t i)
{
	struct spt_session *v = &s->v[i];
	struct spt_session_key *k = &s->heads[v->key];

	pull(s, &k->root, i);
	if (v->prev != 0)
		s->v[v->prev - 1].next = v->next;
	if (v->next != 0)
		s->v[v->next - 1].prev = v->prev;
	else
		k->newest = v->prev;
	s->busy -= k->root == 0;
	spt_aggs_fini_state(s->aggs, spt_sessions_state(s, i));
	v->flags = 0;
	v->next = s->unused;
	s->unused = i + 1;
	s->live--;
}

/* ---- rows ---------------------------------------------------------------- */

/* What follows session i and now overlaps or touches it becomes part of it. */
static int
absorb(struct spt_sessions *s, uint32_t i, struct spt_err *e)
{
	while (s->v[i].next != 0) {
		uint32_t next = s->v[i].next - 1;
		struct spt_session *v = &s->v[i], *n = &s->v[next];

		if (n->start > v->end)
			return 0;
		if (s->changes(s->ctx, next, e) < 0 ||
		    spt_aggs_merge(s->aggs, spt_sessions_state(s, i),
			spt_sessions_state(s, next), e) < 0)
			return -1;
		if (n->end > v->end)
			v->end = n->end;
		spt_sessions_remove(s, next);
	}
	return 0;
}

/* Session i begins earlier now, but behind the one before it, so its place in
 * list and tree stays. */
static int
begin_at(struct spt_sessions *s, uint32_t i, spt_time start, struct spt_err *e)
{
	if (s->changes(s->ctx, i, e) < 0)
		return -1;
	s->v[i].flags &= ~SPT_GROUP_SAVED;
	s->v[i].start = start;
	return 0;
}

static int
make_heads(struct spt_sessions *s, uint32_t key, struct spt_err *e)
{
	size_t n = (size_t)key + 1;

	if (spt_grow(s->io, &s->heads, &s->cap_heads, n, sizeof *s->heads, e) <
	    0)
		return -1;
	memset(s->heads + s->n_heads, 0, (n - s->n_heads) * sizeof *s->heads);
	s->n_heads = n;
	return 0;
}

int
spt_sessions_add(struct spt_sessions *s, uint32_t key,
    const struct spt_interval *span, uint32_t *i, struct spt_err *e)
{
	const struct spt_session_key *k;
	uint32_t prev, next;
	struct spt_session *v;

	if (key >= s->n_heads && make_heads(s, key, e) < 0)
		return -1;
	k = &s->heads[key];
	prev = last_before(s, k, span->start);
	if (prev != 0 && s->v[prev - 1].end >= span->start) {
		*i = prev - 1;
	} else {
		next = prev != 0 ? s->v[prev - 1].next : oldest(s, k);
		if (next != 0 && s->v[next - 1].start <= span->end) {
			*i = next - 1;
			if (begin_at(s, *i, span->start, e) < 0)
				return -1;
		} else if (insert(s, key, span, prev, i, e) < 0) {
			return -1;
		}
	}
	v = &s->v[*i];
	v->flags |= SPT_GROUP_DIRTY;
	if (span->end <= v->end)
		return 0;
	v->end = span->end;
	return absorb(s, *i, e);
}

/* ---- keys ---------------------------------------------------------------- */

/* The heads of the keys that are kept, at their new places. */
static void
move_heads(struct spt_sessions *s, const uint8_t *keep, const uint32_t *moved)
{
	for (uint32_t k = 0; k < s->n_heads; k++) {
		if (!keep[k])
			continue;
		s->heads[moved[k]] = s->heads[k];
		for (uint32_t at = s->heads[k].newest; at != 0;
		     at = s->v[at - 1].prev)
			s->v[at - 1].key = moved[k];
	}
	s->n_heads = s->keys->n;
}

int
spt_sessions_sweep(struct spt_sessions *s, struct spt_err *e)
{
	size_t n = s->keys->n, idle = n - s->busy;
	uint32_t *moved;
	uint8_t *keep;
	int rc = -1;

	if (idle < SWEEP_MIN || idle < n / 2)
		return 0;
	keep = spt_alloc_zero(s->io, n, e);
	moved = spt_alloc(s->io, n * sizeof *moved, e);
	if (keep != NULL && moved != NULL) {
		for (size_t k = 0; k < s->n_heads; k++)
			keep[k] = s->heads[k].root != 0;
		rc = spt_keydict_keep(s->keys, keep, moved, e);
	}
	if (rc == 0)
		move_heads(s, keep, moved);
	spt_free(s->io, keep);
	spt_free(s->io, moved);
	return rc;
}

/* ---- order --------------------------------------------------------------- */

static int
compare(const void *a, const void *b, void *sessions)
{
	const struct spt_sessions *s = sessions;
	const struct spt_session *x = &s->v[*(const uint32_t *)a];
	const struct spt_session *y = &s->v[*(const uint32_t *)b];

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	return spt_keyset_order(s->keys->set, spt_keydict_key(s->keys, x->key),
	    spt_keydict_key(s->keys, y->key));
}

int
spt_sessions_sort(const struct spt_sessions *s,
    bool (*which)(void *ctx, const struct spt_session *session), void *ctx,
    struct spt_marks *order, struct spt_err *e)
{
	order->n = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		const struct spt_session *v = &s->v[i];

		if ((v->flags & SPT_SESSION_LIVE) == 0 ||
		    (which != NULL && !which(ctx, v)))
			continue;
		if (spt_grow(s->io, &order->v, &order->cap, order->n + 1,
			sizeof *order->v, e) < 0)
			return -1;
		order->v[order->n++] = i;
	}
	if (order->n != 0)
		qsort_r(order->v, order->n, sizeof *order->v, compare,
		    (void *)(uintptr_t)s);
	return 0;
}
