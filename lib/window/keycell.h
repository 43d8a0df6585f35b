/*
 * keycell - one column of a key in bytes (groupkey.h).  Private to the room.
 */
#ifndef SPT_KEYCELL_H
#define SPT_KEYCELL_H

#include <endian.h>
#include <string.h>

#include "batch/type.h"

struct spt_keycell {
	bool null;
	uint64_t word; /* all types but string */
	const char *text;
	size_t n_text;
};

/* The column at p; returns what follows it. */
static inline const uint8_t *
spt_keycell_take(const uint8_t *p, enum spt_type type, struct spt_keycell *c)
{
	uint32_t n;

	c->null = *p++ == 0;
	if (c->null)
		return p;
	if (type == SPT_BOOL) {
		c->word = *p;
		return p + 1;
	}
	if (type != SPT_UTF8) {
		memcpy(&c->word, p, 8);
		c->word = le64toh(c->word);
		return p + 8;
	}
	memcpy(&n, p, 4);
	c->n_text = le32toh(n);
	c->text = (const char *)p + 4;
	return p + 4 + c->n_text;
}

static inline double
spt_keycell_float(const struct spt_keycell *c)
{
	double v;

	memcpy(&v, &c->word, 8);
	return v;
}

#endif
