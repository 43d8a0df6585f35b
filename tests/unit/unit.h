/*
 * unit - the few lines that a unit test needs: CHECK counts, prints the place
 * of a failure, and goes on; DONE is what main returns.
 */
#ifndef SPT_UNIT_H
#define SPT_UNIT_H

#include <stdio.h>
#include <string.h>

static int unit_failed, unit_checked;

#define CHECK(cond)                                                            \
	do {                                                                   \
		unit_checked++;                                                \
		if (!(cond)) {                                                 \
			unit_failed++;                                         \
			printf(                                                \
			    "%s:%d: failed: %s\n", __FILE__, __LINE__, #cond); \
		}                                                              \
	} while (0)

#define CHECK_STR(got, want)                                           \
	do {                                                           \
		const char *unit_g = (got), *unit_w = (want);          \
		unit_checked++;                                        \
		if (strcmp(unit_g, unit_w) != 0) {                     \
			unit_failed++;                                 \
			printf("%s:%d: got \"%s\", expected \"%s\"\n", \
			    __FILE__, __LINE__, unit_g, unit_w);       \
		}                                                      \
	} while (0)

#define CHECK_INT(got, want)                                                   \
	do {                                                                   \
		long long unit_g = (got), unit_w = (want);                     \
		unit_checked++;                                                \
		if (unit_g != unit_w) {                                        \
			unit_failed++;                                         \
			printf("%s:%d: %s is %lld, expected %lld\n", __FILE__, \
			    __LINE__, #got, unit_g, unit_w);                   \
		}                                                              \
	} while (0)

#define DONE                                                          \
	(printf("%d checks, %d failed\n", unit_checked, unit_failed), \
	    unit_failed != 0 || unit_checked == 0)

#endif
