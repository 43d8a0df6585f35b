/*
 * fuzz_csv_index - the index of a piece of CSV is the same by all ways to make
 * it, and is what libcsv says (tests/unit/csv_check.h).
 *
 * The first byte of the input chooses the delimiter.
 */
#include <stdlib.h>

#include "../unit/csv_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char delimiters[] = { ',', '\t', ';', ' ' };
	size_t rows;
	char *p;

	if (size == 0)
		return 0;
	/* Its own memory, so that a sanitizer sees a read behind its end. */
	p = malloc(size);
	if (p == NULL)
		return 0;
	memcpy(p, data + 1, size - 1);
	p = realloc(p, size - 1 != 0 ? size - 1 : 1);
	if (p == NULL ||
	    !csv_check(p, size - 1, delimiters[data[0] & 3], &rows))
		abort();
	free(p);
	return 0;
}
