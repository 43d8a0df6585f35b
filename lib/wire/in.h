/*
 * in - an Arrow IPC stream read from a descriptor or any other supply of
 * bytes.  Trusts nothing: every length meets a limit, and the bytes that back
 * it, before memory does.
 *
 * Two layers of use:
 *  - a loop over several inputs asks spt_in_next for what is complete, and
 *    calls spt_in_fill when poll says that there is something to read;
 *  - somebody with one input calls spt_in_get, which does both.
 */
#ifndef SPT_WIRE_IN_H
#define SPT_WIRE_IN_H

#include "wire/item.h"

#define SPT_IN_MAX_META (16u << 20) /* metadata of one message */
#define SPT_IN_MAX_BODY (1u << 30)  /* body of one message */

/* A supply of bytes: 1 *got > 0, 0 end, -1. */
struct spt_bytes_in {
	int (*read)(
	    void *ctx, void *p, size_t n, size_t *got, struct spt_err *e);
	void *ctx;
};

struct spt_in; /* hides the buffer and the widened columns */

/* name is for messages ("standard input"), kept until close. */
SPT_MUST int spt_in_open(struct spt_in **in, const struct spt_io *io, int fd,
    const char *name, struct spt_err *e);
SPT_MUST int spt_in_open_bytes(struct spt_in **in, const struct spt_io *io,
    struct spt_bytes_in from, const char *name, struct spt_err *e);
/* Does not close the descriptor. */
void spt_in_close(struct spt_in *in);
int spt_in_fd(const struct spt_in *in); /* -1 for a supply */

/* One read.  1: there is more to look at, 0: end of file, -1. */
SPT_MUST int spt_in_fill(struct spt_in *in, struct spt_err *e);

/* The schema once it is there: 1 *s is it (on loan until close), 0 not yet,
 * -1 refused.  Types of others are widened already (DESIGN: int8..32 and
 * uint8..32 -> int64, float32 -> float64, large_utf8, utf8_view -> utf8,
 * date32 and other units of timestamp -> timestamp[us]). */
SPT_MUST int spt_in_schema(
    struct spt_in *in, const struct spt_schema **s, struct spt_err *e);

/* 1: *item is the next one, on loan until the next call with this in.
 * 0: none complete: fill, unless spt_in_ended.  -1: *e.
 * Zero-row batches without metadata are passed over. */
SPT_MUST int spt_in_next(
    struct spt_in *in, const struct spt_item **item, struct spt_err *e);
/* After spt_in_next has returned 0.  1: a batch is on its way, and *b is what
 * it says of itself: rows, null counts, ranges, but no values and bitmaps (all
 * NULL); spt_out_pass can take it on as it is.  0: nothing of the kind. */
SPT_MUST int spt_in_peek(
    struct spt_in *in, struct spt_batch *b, struct spt_err *e);
/* Bytes without which there is nothing new to look at. */
size_t spt_in_wanting(const struct spt_in *in);
/* The end-of-stream mark has been read. */
bool spt_in_ended(const struct spt_in *in);

/* For spt_out_pass.  rest: what is there of the message that spt_in_peek has
 * shown, and what is yet to be read (from, from_name, n).  passed: the caller
 * is done with the former, and has read n bytes of the latter himself. */
void spt__in_rest(
    const struct spt_in *in, struct iovec *held, struct spt_io_move *rest);
void spt__in_passed(struct spt_in *in, size_t n);

/* Blocking: fill and next until there is an item (1), the mark (0), or a
 * failure (-1): end of file before the mark is SPT_EUPSTREAM "ended without
 * its end mark (byte N)". */
SPT_MUST int spt_in_get(
    struct spt_in *in, const struct spt_item **item, struct spt_err *e);
SPT_MUST int spt_in_get_schema(
    struct spt_in *in, const struct spt_schema **s, struct spt_err *e);

/* The failure that end of file means now: see spt_in_get.  Returns -1. */
int spt_in_cut(const struct spt_in *in, struct spt_err *e);
/* Any spate control batch seen so far? (none at all and the mark: a foreign
 * stream, one final epoch) */
bool spt_in_controlled(const struct spt_in *in);
uint64_t spt_in_bytes(const struct spt_in *in); /* consumed so far */

#endif
