/*
 * frame_get - one message of a stream, opened: its header and its pairs.
 */
#ifndef SPT_FRAME_GET_H
#define SPT_FRAME_GET_H

#include "batch/type.h"
#include "wire/flatbuf_get.h"

struct spt__message {
	struct spt__fb fb;
	struct spt__table root, header;
	int type;     /* SPT__ARROW_SCHEMA, ... (frame_put.h), or unknown */
	int64_t body; /* 0 .. SPT_IN_MAX_BODY, a multiple of 8 */
};

/* The flatbuffer of a message: n bytes at p, 8-aligned, on loan as long as m
 * is used.  -1: it is not one, or not of the version that is understood. */
SPT_MUST int spt__message_open(
    struct spt__message *m, const uint8_t *p, size_t n, struct spt_err *e);

/* Id of the pairs in the tables that have them. */
enum { SPT__MESSAGE_PAIRS = 4, SPT__SCHEMA_PAIRS = 2, SPT__FIELD_PAIRS = 6 };

/* Appends the pairs of a table to meta.  Left out are pairs that are not text
 * (a NUL, not UTF-8), and the format's own ("ARROW:..."), which describe a
 * type that the column no longer has.  *budget: bytes that the pairs of this
 * message may still take. */
SPT_MUST int spt__pairs_get(struct spt__fb *fb, const struct spt__table *t,
    unsigned id, struct spt_meta *meta, size_t *budget, struct spt_err *e);
/* The value of one pair, on loan as the message is; NULL: none, or bad. */
const char *spt__pairs_find(struct spt__fb *fb, const struct spt__table *t,
    unsigned id, const char *key);

/* The failure that m->fb.bad stands for.  Returns -1. */
int spt__message_bad(const struct spt__fb *fb, struct spt_err *e);

#endif
