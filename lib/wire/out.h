/*
 * out - an Arrow IPC stream written to a descriptor.  Small messages collect
 * in a buffer, bodies go straight from the batch by writev; whoever is about
 * to wait for input calls spt_out_flush first.
 */
#ifndef SPT_WIRE_OUT_H
#define SPT_WIRE_OUT_H

#include "wire/encode.h"
#include "wire/in.h"

struct spt_out;

SPT_MUST int spt_out_open(struct spt_out **out, const struct spt_io *io, int fd,
    const char *name, struct spt_err *e);
/* Frees; does not close the descriptor, writes nothing. */
void spt_out_close(struct spt_out *out);

/* Once, before anything else; s is kept by pointer until close. */
SPT_MUST int spt_out_schema(
    struct spt_out *out, const struct spt_schema *s, struct spt_err *e);
/* All of b has been written or copied when this returns. */
SPT_MUST int spt_out_batch(
    struct spt_out *out, const struct spt_batch *b, struct spt_err *e);
/* The batch that spt_in_peek has shown goes on as it is. */
SPT_MUST int spt_out_pass(
    struct spt_out *out, struct spt_in *in, struct spt_err *e);
SPT_MUST int spt_out_control(
    struct spt_out *out, const struct spt_control *c, struct spt_err *e);
SPT_MUST int spt_out_flush(struct spt_out *out, struct spt_err *e);
/* The end-of-stream mark, and a flush. */
SPT_MUST int spt_out_end(struct spt_out *out, struct spt_err *e);

uint64_t spt_out_bytes(const struct spt_out *out); /* written or collected */

#endif
