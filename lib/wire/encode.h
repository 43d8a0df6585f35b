/*
 * encode - Arrow IPC messages from schemas, batches and controls: the profile
 * of spate-stream(5).  Appends to a buffer; knows nothing of files.
 */
#ifndef SPT_WIRE_ENCODE_H
#define SPT_WIRE_ENCODE_H

#include "wire/item.h"

/* The schema message. */
SPT_MUST int spt_wire_put_schema(
    struct spt_buf *out, const struct spt_schema *s, struct spt_err *e);
/* The head (framing and metadata) of a record batch message, spate:range
 * included, and *body: the length of the body that must follow it. */
SPT_MUST int spt_wire_put_batch_head(struct spt_buf *out,
    const struct spt_schema *s, const struct spt_batch *b, int64_t *body,
    struct spt_err *e);
/* The body as pieces for writev: *v (capacity *cap, grown through io) gets *n
 * pieces which point into the batch and into constant padding.  Offsets that
 * do not start at 0 (a foreign slice) are rebased into scratch. */
SPT_MUST int spt_wire_body(const struct spt_io *io, const struct spt_batch *b,
    struct iovec **v, size_t *cap, size_t *n, struct spt_buf *scratch,
    struct spt_err *e);
/* A zero-row record batch that carries the control. */
SPT_MUST int spt_wire_put_control(struct spt_buf *out,
    const struct spt_schema *s, const struct spt_control *c, struct spt_err *e);
/* The end-of-stream mark, 8 bytes. */
SPT_MUST int spt_wire_put_eos(struct spt_buf *out, struct spt_err *e);

#endif
