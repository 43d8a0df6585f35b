/*
 * groupkey - the grouping columns of a row as one string of bytes.
 *
 * Bytes of a key, column after column: 0 for null; else 1 and the value: bool
 * one byte; int, float (its bits) and timestamp 8 bytes, least first; string
 * its length in 4 bytes, least first, then its bytes.  Floats are normalised
 * first: -0.0 is 0.0 and every NaN the same, so that they fall into one group.
 * Equal keys have equal bytes; the order of keys is spt_keyset_order.
 */
#ifndef SPT_GROUPKEY_H
#define SPT_GROUPKEY_H

#include "batch/builder.h"

struct spt_keycol {
	int col; /* in the batch */
	enum spt_type type;
	const char *name; /* on loan from the input's schema */
};

struct spt_keyset {
	size_t n;
	struct spt_keycol *cols;
};

/* hash[i] of row rows[i], for n rows; a column at a time. */
void spt_keyset_hash(const struct spt_keyset *k, const struct spt_batch *b,
    const uint32_t *rows, size_t n, uint64_t seed, uint64_t *hash);
/* The same hash of a key in bytes. */
uint64_t spt_keyset_hash_key(
    const struct spt_keyset *k, const uint8_t *key, uint64_t seed);
bool spt_keyset_equal(const struct spt_keyset *k, const struct spt_batch *b,
    int64_t row, const uint8_t *key);
/* Appends the key of a row. */
SPT_MUST int spt_keyset_put(const struct spt_keyset *k,
    const struct spt_batch *b, int64_t row, struct spt_buf *out,
    struct spt_err *e);
/* < 0, 0, > 0: column by column, nulls first, false before true, NaN last,
 * strings bytewise. */
int spt_keyset_order(
    const struct spt_keyset *k, const uint8_t *a, const uint8_t *b);
/* A number that never decreases as keys get greater: sorts most pairs.  The
 * first column of all of them may begin with the same skip bytes of text. */
uint64_t spt_keyset_prefix(
    const struct spt_keyset *k, const uint8_t *key, size_t skip);
/* How many bytes the key has. */
size_t spt_keyset_len(const struct spt_keyset *k, const uint8_t *key);
/* How long the text in the first column is; 0: null. */
size_t spt_keyset_start(const struct spt_keyset *k, const uint8_t *key);
/* Puts the columns of the key into columns col.. of the builder. */
SPT_MUST int spt_keyset_emit(const struct spt_keyset *k, const uint8_t *key,
    struct spt_builder *b, size_t col, struct spt_err *e);
/* The same for n keys, or the rest of them, from at[i] on, which moves to what
 * follows; SPT_SHORT bytes (shorttext.h) can be read from anywhere in them.
 * 1.  0: some columns were put, but with the next there would be more than
 * most bytes of text. */
SPT_MUST int spt_keyset_emit_many(const struct spt_keyset *k,
    const uint8_t **at, size_t n, size_t most, struct spt_builder *b,
    size_t col, struct spt_err *e);
/* The timestamp in the which-th column of the key; false: null. */
bool spt_keyset_time(
    const struct spt_keyset *k, const uint8_t *key, size_t which, spt_time *t);
/* Are these n bytes one key? */
bool spt_keyset_valid(const struct spt_keyset *k, const uint8_t *key, size_t n);
/* Appends "status=200, host=example" for messages. */
SPT_MUST int spt_keyset_print(const struct spt_keyset *k, const uint8_t *key,
    struct spt_buf *out, struct spt_err *e);

#endif
