/*
 * gunzip - gzip members (RFC 1952), any number of them, as a stream of bytes.
 * Zero bytes behind the last member (tape padding) are passed over; anything
 * else there, a cut member, or a wrong CRC, is an error with the byte.
 */
#ifndef SPT_GUNZIP_H
#define SPT_GUNZIP_H

#include "base/io.h"

struct spt_gunzip;

SPT_MUST int spt_gunzip_open(struct spt_gunzip **g, const struct spt_io *io,
    const char *name, struct spt_err *e);
void spt_gunzip_close(struct spt_gunzip *g);

/* Takes *n_in bytes at in, puts at most *n_out at out; both become what is
 * used and made.  1: made something or wants more input, 0: nothing is owed
 * (between members), -1. */
SPT_MUST int spt_gunzip(struct spt_gunzip *g, const uint8_t *in, size_t *n_in,
    uint8_t *out, size_t *n_out, struct spt_err *e);
/* The input is over: 0 fine, -1 it was cut. */
SPT_MUST int spt_gunzip_finish(struct spt_gunzip *g, struct spt_err *e);

#endif
