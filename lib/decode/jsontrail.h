/*
 * jsontrail - the members that the objects before this one had, and which of
 * them came behind which.  Not installed.
 *
 * A producer writes the same keys in the same order with the same blanks, so
 * that all between two values is mostly the very text that stood there in the
 * record before.  A step is such a text, from behind one value to the next
 * (`,"key":`), and what its key means; to compare it is all there is to do.
 */
#ifndef SPT_JSONTRAIL_H
#define SPT_JSONTRAIL_H

#include <string.h>

#include "base/digits.h"
#include "base/io.h"

#define SPT__TRAIL_TEXT 48 /* bytes of a step; longer ones are not kept */
#define SPT__TRAIL_LEAST 4 /* `{"":` */
#define SPT__TRAIL_MAX 4096
#define SPT__TRAIL_AHEAD 4 /* steps that a record may leave out at once */

#define SPT__TRAIL_HEAD 16 /* bytes of a step that are looked at first */

struct spt__trail_step {
	/* The start of the text as numbers, and which of their bits count. */
	uint64_t head[2], mask[2];
	char text[SPT__TRAIL_TEXT];
	uint16_t n;
	uint16_t next; /* the step behind it; 0: none */
	int column;    /* of the key; -1: none */
	const void *below;
};

/* Step 0 stands for the start of the object and has no text. */
struct spt__trail {
	const struct spt_io *io;
	struct spt__trail_step *v;
	size_t n, cap;
};

void spt__trail_init(struct spt__trail *t, const struct spt_io *io);
void spt__trail_fini(struct spt__trail *t);

/* Remembers that the n bytes at p came behind step `at`; the new step, or `at`
 * when it is not worth keeping.  -1: no memory. */
SPT_MUST int spt__trail_add(struct spt__trail *t, int at, const char *p,
    size_t n, int column, const void *below, struct spt_err *e);

/* Are the n bytes, at least SPT__TRAIL_LEAST, the same?  The last load overlaps
 * the one before, so that nothing behind them is read. */
static inline bool
spt__trail_same(const char *a, const char *b, size_t n)
{
	uint64_t x, y;
	uint32_t s, t;

	if (n >= sizeof x) {
		for (size_t i = 0; i + sizeof x < n; i += sizeof x) {
			memcpy(&x, a + i, sizeof x);
			memcpy(&y, b + i, sizeof y);
			if (x != y)
				return false;
		}
		memcpy(&x, a + n - sizeof x, sizeof x);
		memcpy(&y, b + n - sizeof y, sizeof y);
		return x == y;
	}
	memcpy(&s, a, sizeof s);
	memcpy(&t, b, sizeof t);
	if (s != t)
		return false;
	memcpy(&s, a + n - sizeof s, sizeof s);
	memcpy(&t, b + n - sizeof t, sizeof t);
	return s == t;
}

/* Is the text of the step at p, where SPT__TRAIL_HEAD bytes can be read, if
 * need be beyond end? */
static inline bool
spt__trail_here(const struct spt__trail_step *s, const char *p, const char *end)
{
	if ((((spt__eight_bytes(p) ^ s->head[0]) & s->mask[0]) |
		((spt__eight_bytes(p + 8) ^ s->head[1]) & s->mask[1])) != 0)
		return false;
	return s->n <= SPT__TRAIL_HEAD ||
	       ((size_t)(end - p) >= s->n && spt__trail_same(p, s->text, s->n));
}

/* The step behind `at`, or one that soon follows, whose text starts at p; 0:
 * none of them.  The texts of first steps begin with the object's brace, and
 * are in the same list: behind a value they must not be found. */
static inline int
spt__trail_follow(const struct spt__trail *t, int at, bool first, const char *p,
    const char *end)
{
	if (t->n == 0 || p == end || (*p == '{') != first)
		return 0;
	for (int i = 0; i < SPT__TRAIL_AHEAD; i++) {
		const struct spt__trail_step *s;

		at = t->v[at].next;
		if (at == 0)
			break;
		s = &t->v[at];
		if ((size_t)(end - p) >= s->n &&
		    spt__trail_same(p, s->text, s->n))
			return at;
	}
	return 0;
}

#endif
