/*
 * spacesaving - the most frequent values, with bounded memory (Metwally,
 * Agrawal and El Abbadi, Efficient computation of frequent and top-k elements
 * in data streams, 2005; merging as in Agarwal and others, Mergeable
 * summaries, 2012).
 *
 * There are `max` counters.  While no more values than that have come, counts
 * are exact.  Then a new value takes the counter with the least count, of
 * equal ones that of the greatest value, and counts on from there: no count is
 * too small, and of N values in all none is more than N / max too great.
 *
 * In a merge, a value that only one side knows may have been in the other as
 * often as the greatest that was dropped there (its floor), which is added;
 * the max greatest counts stay, of equal ones those of the least values.  The
 * bound holds for any tree of merges.
 */
#ifndef SPT_SPACESAVING_H
#define SPT_SPACESAVING_H

#include "window/cellvalue.h"

struct spt_counter {
	uint64_t count, error; /* count - error .. count is the truth */
	union {
		uint8_t *text; /* n bytes on the heap, of a string */
		uint64_t word; /* else the 8 bytes of cellvalue.h */
	};
	uint32_t n;
	uint32_t next; /* of its chain: index + 1 */
	uint32_t at;   /* its place in the heap */
	uint32_t hash;
};

struct spt_spacesaving {
	struct spt_counter *v;
	uint32_t *chains; /* n_chains heads: index + 1 */
	uint32_t *heap;   /* indices, the least first; NULL before the first
			     value was dropped */
	uint32_t n, cap, n_chains;
	uint64_t floor; /* the greatest count that was dropped; 0: none */
	size_t text;    /* bytes of all texts */
};

void spt_spacesaving_fini(
    struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t);
/* v is as spt_value_get_same gives it. */
SPT_MUST int spt_spacesaving_add(struct spt_spacesaving *s,
    const struct spt_io *io, enum spt_type t, uint32_t max,
    const struct spt_value *v, struct spt_err *e);
SPT_MUST int spt_spacesaving_merge(struct spt_spacesaving *s,
    const struct spt_io *io, enum spt_type t, uint32_t max,
    const struct spt_spacesaving *from, struct spt_err *e);
size_t spt_spacesaving_bytes(const struct spt_spacesaving *s);

static inline const uint8_t *
spt_counter_value(const struct spt_counter *c, enum spt_type t)
{
	return t == SPT_UTF8 ? c->text : (const uint8_t *)&c->word;
}

/* The counters by falling count, then rising value: s->n pointers, to be freed
 * by the caller.  NULL: *e. */
SPT_MUST const struct spt_counter **spt_spacesaving_sorted(
    const struct spt_spacesaving *s, const struct spt_io *io, enum spt_type t,
    struct spt_err *e);

/*
 * Format, least byte first: the floor (8 bytes), how many counters (4), then
 * each: count (8), error (8), value as in cellvalue.h; by falling count, then
 * rising value.
 */
SPT_MUST int spt_spacesaving_save(const struct spt_spacesaving *s,
    enum spt_type t, struct spt_buf *out, struct spt_err *e);
/* s is all zero.  -1 without *e: malformed. */
SPT_MUST int spt_spacesaving_load(struct spt_spacesaving *s,
    const struct spt_io *io, enum spt_type t, uint32_t max, const uint8_t **p,
    const uint8_t *end, struct spt_err *e);

#endif
