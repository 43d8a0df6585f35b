/*
 * frame_put - the frame of one message: marker, size, flatbuffer, padding.
 */
#ifndef SPT_FRAME_PUT_H
#define SPT_FRAME_PUT_H

#include "batch/type.h"
#include "wire/flatbuf_put.h"

/* Numbers of the format (Message.fbs, Schema.fbs). */
enum {
	SPT__ARROW_V5 = 4,
	SPT__ARROW_SCHEMA = 1,
	SPT__ARROW_DICTIONARY = 2,
	SPT__ARROW_BATCH = 3,
};

struct spt__frame {
	struct spt__fbput fb;
	size_t start;    /* of the frame in the buffer */
	size_t header;   /* place for the offset of the header table */
	size_t metadata; /* place for the offset of the pairs, or 0 */
};

/* Begins a message at the end of out.  pairs (may be NULL) say whether there
 * will be metadata. */
SPT_MUST int spt__frame_begin(struct spt__frame *f, struct spt_buf *out,
    int header_type, int64_t body, const struct spt_meta *pairs,
    struct spt_err *e);
/* Puts the pairs, to which the offset at `from` will point. */
SPT_MUST int spt__frame_pairs(struct spt__fbput *fb, size_t from,
    const struct spt_meta *pairs, struct spt_err *e);
/* Pads, and fills in the size.  -1 also if the metadata is beyond the limit
 * of readers (SPT_EDATA). */
SPT_MUST int spt__frame_end(struct spt__frame *f, struct spt_err *e);

#endif
