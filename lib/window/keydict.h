/*
 * keydict - every grouping key once, with a number.
 *
 * Tables of groups (groups.h) know keys by number only: the bytes of a key are
 * hashed, compared and stored once, however many windows it is in, and what
 * merges or orders groups works on numbers.  Numbers count up from 0 and stay
 * until spt_keydict_keep.
 *
 * Open addressing: a slot holds the high half of the hash and where the key
 * is.  Those same bits, from the top, choose its place, so that the slots alone
 * are enough to grow, and growing goes through old and new slots from one end
 * to the other.  In front of a key is its number, so that what is not in the
 * cache is waited for twice a key, and not three times.
 */
#ifndef SPT_KEYDICT_H
#define SPT_KEYDICT_H

#include "window/groupkey.h"

#define SPT_KEYDICT_UNIT sizeof(uint32_t)
#define SPT_KEYDICT_AHEAD 32

struct spt_keydict {
	const struct spt_io *io;
	const struct spt_keyset *set;
	uint64_t seed;
	uint64_t *slots; /* high half of the hash, unit + 1; 0: free */
	size_t n_slots;  /* a power of two, or 0 */
	int shift;       /* 64 - its logarithm */
	uint32_t *at;    /* the unit where the number of the key is */
	size_t n, cap;
	/* Number and key, filled up to units; SPT_SHORT bytes more can be
	 * read. */
	struct spt_buf bytes;
	/* The first n_ranked keys in order, and the place of each in it; all
	 * of them, or none counts. */
	uint32_t *order, *rank;
	size_t n_ranked;
	uint32_t *spare; /* see spt_keydict_spare */
	size_t n_spare;
};

/* A key to be sorted; at is for the caller. */
struct spt_sortkey {
	uint64_t prefix;
	uint32_t key, at;
};

/* set is on loan until fini. */
void spt_keydict_init(struct spt_keydict *d, const struct spt_io *io,
    const struct spt_keyset *set, uint64_t seed);
/* A zeroed one is fine. */
void spt_keydict_fini(struct spt_keydict *d);

/* id[i]: the number of the key of row rows[i], whose hash, with the seed of
 * the dictionary, is hash[i]; made if it is not there. */
SPT_MUST int spt_keydict_rows(struct spt_keydict *d, const struct spt_batch *b,
    const uint32_t *rows, const uint64_t *hash, size_t n, uint32_t *id,
    struct spt_err *e);
/* The same for one key in bytes. */
SPT_MUST int spt_keydict_put(struct spt_keydict *d, const uint8_t *key,
    size_t n, uint32_t *id, struct spt_err *e);

/* Many keys in bytes: the hashes of a few, at most SPT_KEYDICT_AHEAD; then
 * fetch, so that their memory is asked for together; then put_hashed for each
 * in turn. */
uint64_t spt_keydict_hash(const struct spt_keydict *d, const uint8_t *key);
void spt_keydict_fetch(
    const struct spt_keydict *d, const uint64_t *hash, size_t n);
SPT_MUST int spt_keydict_put_hashed(struct spt_keydict *d, const uint8_t *key,
    size_t n, uint64_t hash, uint32_t *id, struct spt_err *e);

/* How many bytes the key has. */
size_t spt_keydict_len(const struct spt_keydict *d, uint32_t id);

/* Drops the keys for which keep[number] is 0; the others get new numbers, in
 * the same order: moved[number]. */
SPT_MUST int spt_keydict_keep(struct spt_keydict *d, const uint8_t *keep,
    uint32_t *moved, struct spt_err *e);

/* Room for a number a key, with any content, until the next call here. */
SPT_MUST uint32_t *spt_keydict_spare(struct spt_keydict *d, struct spt_err *e);

static inline const uint8_t *
spt_keydict_key(const struct spt_keydict *d, uint32_t id)
{
	return d->bytes.data + (d->at[id] + (size_t)1) * SPT_KEYDICT_UNIT;
}

/* ---- keyorder.c -------------------------------------------------------- */

/* Sorts by key; fills in the prefixes itself. */
void spt_keydict_sort(
    const struct spt_keydict *d, struct spt_sortkey *v, size_t n);
/* Makes order and rank of all keys. */
SPT_MUST int spt_keydict_rank(struct spt_keydict *d, struct spt_err *e);

static inline bool
spt_keydict_ranked(const struct spt_keydict *d)
{
	return d->n_ranked == d->n;
}

#endif
