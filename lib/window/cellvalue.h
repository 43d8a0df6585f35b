/*
 * cellvalue - one value of any type as bytes, as aggregates keep it: text as
 * it is, all else in 8 bytes, least first (false 0, true 1; float: its bits).
 */
#ifndef SPT_CELLVALUE_H
#define SPT_CELLVALUE_H

#include "batch/builder.h"

struct spt_value {
	const uint8_t *p; /* n bytes: on loan as the batch is, or word */
	size_t n;
	uint64_t word;
};

/* Row i of c, which is not null.  *v must not be moved. */
void spt_value_get(struct spt_value *v, const struct spt_col *c, int64_t i);
/* The same, but of floats all NaN are one value, and so are the zeros. */
void spt_value_get_same(
    struct spt_value *v, const struct spt_col *c, int64_t i);
/* Below, at or above zero.  NaN is the greatest float, -0.0 less than 0.0. */
int spt_value_order(enum spt_type t, const uint8_t *a, size_t n_a,
    const uint8_t *b, size_t n_b);
/* Are n bytes from outside a value of the type? */
bool spt_value_valid(enum spt_type t, const uint8_t *p, size_t n);
/* As JSON: times as text, NaN and infinities null. */
SPT_MUST int spt_value_json(struct spt_buf *out, enum spt_type t,
    const uint8_t *p, size_t n, struct spt_err *e);
SPT_MUST int spt_value_put(struct spt_builder *b, size_t col, enum spt_type t,
    const uint8_t *p, size_t n, struct spt_err *e);

/* Format of a saved value: its bytes, for text with its length in 4 bytes in
 * front. */
SPT_MUST int spt_value_save(struct spt_buf *out, enum spt_type t,
    const uint8_t *p, size_t n, struct spt_err *e);
/* *val, *n: the value, inside *p..end.  -1: malformed. */
SPT_MUST int spt_value_load(enum spt_type t, const uint8_t **p,
    const uint8_t *end, const uint8_t **val, size_t *n);

#endif
