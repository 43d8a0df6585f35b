/*
 * sessions - for each key its sessions, in the order of time.
 *
 * A session is [start, end), where end is the greatest (time + gap) of its
 * rows.  Two of a key that overlap or touch become one, so those of a key are
 * apart from each other, and their order by start is that by end.  They form a
 * list and a tree (a treap; Seidel and Aragon, Randomized search trees,
 * Algorithmica 16, 1996): a row that belongs to the newest session, or behind
 * it, is at its place at once, any other in the logarithm of the sessions of
 * its key.
 */
#ifndef SPT_SESSIONS_H
#define SPT_SESSIONS_H

#include "window/assign.h"
#include "window/groups.h"

/* Flags besides SPT_GROUP_DIRTY and SPT_GROUP_SAVED. */
#define SPT_SESSION_LIVE 8u /* the others are free */

struct spt_session {
	spt_time start, end;
	uint32_t key;         /* its number */
	uint32_t prev, next;  /* of the key: index + 1, or 0 */
	uint32_t left, right; /* of its tree: the same */
	uint32_t rank;        /* random, greatest at the root */
	uint32_t flags;
};

/* The sessions of a key: index + 1, or 0. */
struct spt_session_key {
	uint32_t root, newest;
};

struct spt_sessions {
	const struct spt_io *io;
	const struct spt_aggs *aggs;
	struct spt_keydict *keys;
	struct spt_session_key *heads; /* by number of the key */
	size_t n_heads, cap_heads;
	struct spt_session *v;
	size_t n, cap; /* live or free */
	uint8_t *states;
	size_t cap_states;
	size_t live;     /* sessions */
	size_t busy;     /* keys that have some */
	uint32_t unused; /* list of free ones by next */
	/* Called before the session i is given up for another or begins
	 * earlier: what waits for its state must be done now, and a save that
	 * has it must hear of it. */
	int (*changes)(void *ctx, uint32_t i, struct spt_err *e);
	void *ctx;
};

/* keys and aggs are on loan until fini; changes may be set then. */
void spt_sessions_init(struct spt_sessions *s, const struct spt_io *io,
    struct spt_keydict *keys, const struct spt_aggs *aggs);
/* A zeroed one is fine. */
void spt_sessions_fini(struct spt_sessions *s);
/* The session of the key that holds the span now: *i, made, lengthened, or
 * merged from several, whichever applies; dirty. */
SPT_MUST int spt_sessions_add(struct spt_sessions *s, uint32_t key,
    const struct spt_interval *span, uint32_t *i, struct spt_err *e);
/* Forgets session i. */
void spt_sessions_remove(struct spt_sessions *s, uint32_t i);
/* Forgets keys without sessions, when they are many; others get new numbers
 * then. */
SPT_MUST int spt_sessions_sweep(struct spt_sessions *s, struct spt_err *e);
/* order gets n live sessions, ordered by start, end, key: those that which
 * says, or all if it is NULL. */
SPT_MUST int spt_sessions_sort(const struct spt_sessions *s,
    bool (*which)(void *ctx, const struct spt_session *session), void *ctx,
    struct spt_marks *order, struct spt_err *e);

static inline uint8_t *
spt_sessions_state(const struct spt_sessions *s, uint32_t i)
{
	return s->states + s->aggs->stride * i;
}

#endif
