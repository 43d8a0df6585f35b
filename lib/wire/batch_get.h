/*
 * batch_get - record batch messages as batches: views into the message where
 * the form allows it, widened copies where not.
 */
#ifndef SPT_BATCH_GET_H
#define SPT_BATCH_GET_H

#include "wire/widen.h"

struct spt__batch_get {
	const struct spt_io *io;
	const struct spt_schema *schema;
	const enum spt__form *forms;
	bool own_times; /* no timestamp column is widened */
	bool verbatim;  /* no column is */
	struct spt_col *cols;
	struct spt_range *ranges;
	struct spt_buf *wide;    /* two a column: values, text */
	struct spt__span *spans; /* of the views of one column */
	size_t nspans;
};

/* schema and forms are kept by pointer until fini. */
SPT_MUST int spt__batch_get_init(struct spt__batch_get *g,
    const struct spt_io *io, const struct spt_schema *schema,
    const enum spt__form *forms, struct spt_err *e);
void spt__batch_get_fini(struct spt__batch_get *g);

/* The batch of message m, whose body of m->body bytes (8-aligned) follows.  On
 * loan until the body goes or the next call.  0 or -1. */
SPT_MUST int spt__batch_get(struct spt__batch_get *g, struct spt__message *m,
    const uint8_t *body, struct spt_batch *b, struct spt_err *e);

/* What the metadata of m say without the body: the rows, null counts and
 * ranges; there are no values and bitmaps in *b.  1 *b is filled, 0: they do
 * not say all of it, or the batch could not be passed on as it is; -1. */
SPT_MUST int spt__batch_peek(struct spt__batch_get *g, struct spt__message *m,
    struct spt_batch *b, struct spt_err *e);

#endif
