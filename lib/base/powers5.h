/*
 * powers5 - powers of five for reading decimal numbers.  Not installed.
 */
#ifndef SPT_POWERS5_H
#define SPT_POWERS5_H

#include <stdint.h>

#define SPT__POWERS5 60 /* exponents from minus this to this */

struct spt__power5 {
	uint64_t high, low;
};

/* 5^q is entry q + SPT__POWERS5. */
extern const struct spt__power5 spt__powers5[2 * SPT__POWERS5 + 1];

#endif
