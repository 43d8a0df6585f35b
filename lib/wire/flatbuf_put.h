/*
 * flatbuf_put - a small flatbuffer builder that writes forwards.
 *
 * The usual builders work from the back, because offsets must point forwards.
 * Here the place of an offset is written first, as zero, and filled in when
 * its object is put: every call takes the place (from) that shall point at
 * the new object.  Places count from the beginning of the flatbuffer; place 0
 * is the root's.
 */
#ifndef SPT_FLATBUF_PUT_H
#define SPT_FLATBUF_PUT_H

#include "base/buf.h"

struct spt__fbput {
	struct spt_buf *out;
	size_t start; /* of the flatbuffer in out */
};

/* One field of a table. */
struct spt__slot {
	unsigned id;
	unsigned size; /* bytes: 1, 2, 4, 8 */
	int64_t value; /* 0 for offsets: they are filled in later */
	size_t at;     /* set by spt__fbput_table: the field's place */
};

SPT_MUST int spt__fbput_begin(
    struct spt__fbput *w, struct spt_buf *out, struct spt_err *e);
/* Slots in order of id; n may be 0. */
SPT_MUST int spt__fbput_table(struct spt__fbput *w, size_t from,
    struct spt__slot *slots, size_t n, struct spt_err *e);
/* count elements of size bytes, zeroed; *at: the place of the first. */
SPT_MUST int spt__fbput_vector(struct spt__fbput *w, size_t from, size_t count,
    size_t size, size_t *at, struct spt_err *e);
SPT_MUST int spt__fbput_string(struct spt__fbput *w, size_t from, const char *p,
    size_t n, struct spt_err *e);
/* Overwrites the 8 bytes at a place inside a vector. */
void spt__fbput_i64(struct spt__fbput *w, size_t at, int64_t v);
/* Pads the whole to a multiple of 8. */
SPT_MUST int spt__fbput_end(struct spt__fbput *w, struct spt_err *e);

#endif
