/*
 * flatbuf_get - flatbuffers from strangers.  Every access is checked against
 * the bytes that are there, in 64-bit arithmetic.
 *
 * The first thing that is wrong is remembered in `bad` and everything after
 * it answers "absent", so that a decoder asks for what it wants and looks at
 * `bad` once, before it believes the answers.  Nothing here recurses, and
 * nothing is visited that the caller does not ask for: what a caller loops
 * over, the caller bounds.
 */
#ifndef SPT_FLATBUF_GET_H
#define SPT_FLATBUF_GET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spt__fb {
	const uint8_t *p; /* 8-aligned */
	size_t n;
	const char *bad; /* what is wrong with it; NULL: nothing so far */
};

struct spt__table {
	size_t at, bytes;    /* of the table; at 0: there is none */
	size_t vt, vt_bytes; /* of its vtable */
};

/* What follows is a place in the flatbuffer, or 0 for absent (and for bad):
 * no object can be at 0, because the root offset is. */

/* The root table; false: bad. */
bool spt__fb_root(struct spt__fb *fb, struct spt__table *t);

/* Scalars of 1, 2, 4 or 8 bytes, signed; absent: the default. */
int64_t spt__fb_int(struct spt__fb *fb, const struct spt__table *t, unsigned id,
    size_t size, int64_t absent);
/* A table that a field points at; false: absent or bad. */
bool spt__fb_table(struct spt__fb *fb, const struct spt__table *t, unsigned id,
    struct spt__table *out);
/* A vector of *n elements of size bytes (aligned to 8 if they are of 8 or 16,
 * else to 4 at most); the place of the first.  Absent: 0, *n 0. */
size_t spt__fb_vector(struct spt__fb *fb, const struct spt__table *t,
    unsigned id, size_t size, size_t *n);
/* Element i of a vector of tables that begins at `first`. */
bool spt__fb_element(
    struct spt__fb *fb, size_t first, size_t i, struct spt__table *out);
/* A string, *n bytes and a NUL that is there; NULL: absent or bad. */
const char *spt__fb_string(
    struct spt__fb *fb, const struct spt__table *t, unsigned id, size_t *n);
/* The 8 bytes at a place inside a vector that has been found. */
int64_t spt__fb_i64(const struct spt__fb *fb, size_t at);

#endif
