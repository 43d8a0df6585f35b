/*
 * aggpartial - states as columns: what swindow --partial writes and swindow
 * --merge reads.
 *
 * An aggregate has one utf8 column of its own name.  The field's metadata
 * "spate:partial" say what it is, as spt_agg_describe does:
 *
 *	TYPE[,TYPE][/ACCURACY] FUNCTION[:COLUMN[:ARGUMENT]]
 *
 * with the type of COLUMN ("-" where there is none) and for argmin and argmax
 * that of BY; quantiles say their accuracy, top and list their K always.
 *
 * Format.  A value is base64 of: version (1 byte, 1); the number of the
 * aggregate (1 byte, enum spt_agg_kind; avg says sum's, all variances and
 * deviations var's); the types of COLUMN and BY (1 byte each: 0 none, 1 bool,
 * 2 int, 3 float, 4 string, 5 timestamp); the saved state, whose layout is in
 * agg_sum.c, agg_pick.c, agg_var.c, ddsketch.h, hyperloglog.h, spacesaving.h,
 * agg_list.c or agg_arg.c.  It is never null.
 */
#ifndef SPT_AGGPARTIAL_H
#define SPT_AGGPARTIAL_H

#include "window/agg.h"

#define SPT_KEY_PARTIAL "spate:partial"

/* Appends the column of one aggregate, or of all.  SPT_EUSAGE: two columns
 * would have the same name. */
SPT_MUST int spt_agg_partial_field(
    const struct spt_agg *g, struct spt_schema *s, struct spt_err *e);
SPT_MUST int spt_aggs_partial_schema(
    const struct spt_aggs *a, struct spt_schema *s, struct spt_err *e);
/* Puts the states of a group into columns col, col + 1 ... */
SPT_MUST int spt_aggs_partial_emit(const struct spt_aggs *a,
    const uint8_t *state, struct spt_builder *b, size_t col, struct spt_err *e);

/* Binds to a stream of partial states, instead of spt_aggs_bind.  With a->n 0
 * (spt_aggs_init alone) the aggregates are those of the stream, by name; else
 * each that was asked for must have a column that can tell it: p50 also that
 * of p99, avg that of sum, stddev that of var.  Accuracies are those of the
 * stream.  SPT_EUSAGE: there is none, or no column has states at all;
 * SPT_EDATA: metadata that no swindow writes. */
SPT_MUST int spt_aggs_bind_partial(
    struct spt_aggs *a, const struct spt_schema *s, struct spt_err *e);
/* In the place of spt_aggs_update: adds the states that the rows hold.
 * SPT_EDATA: one is malformed; the message names the column and the row of the
 * stream (a->seq). */
SPT_MUST int spt_aggs_merge_rows(const struct spt_aggs *a,
    const struct spt_batch *b, uint8_t *const *states, const uint32_t *rows,
    size_t n, struct spt_err *e);

#endif
