/*
 * names - a hash table from names to small numbers.  The names are on loan.
 * Not installed.
 */
#ifndef SPT_NAMES_H
#define SPT_NAMES_H

#include "base/io.h"

struct spt__name {
	const char *p; /* NULL: free */
	size_t n;
	uint64_t hash;
	size_t value;
};

struct spt__names {
	const struct spt_io *io;
	uint64_t seed;
	struct spt__name *v; /* n_slots, a power of two, or none */
	size_t n, n_slots;
};

void spt__names_init(struct spt__names *t, const struct spt_io *io);
void spt__names_fini(struct spt__names *t);
/* The name is not there yet.  0 or -1. */
SPT_MUST int spt__names_add(struct spt__names *t, const char *p, size_t n,
    size_t value, struct spt_err *e);
/* The value, or -1. */
int64_t spt__names_find(const struct spt__names *t, const char *p, size_t n);
void spt__names_clear(struct spt__names *t);

#endif
