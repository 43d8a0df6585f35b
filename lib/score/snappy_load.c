/*
 * snappy_load - a table of functions filled by dlsym.
 */
#include <string.h>

#include "base/library.h"
#include "score/snappy_load.h"

#define LIBRARY "libsnappy.so.1"

int
spt__snappy_load(struct spt_snappy *t, struct spt_err *e)
{
	if (t->library != NULL)
		return 0;
	if (spt_library_open(&t->library, LIBRARY,
		"Parquet files compressed with Snappy need libsnappy "
		"(Debian: libsnappy1v5)",
		e) < 0)
		return -1;
	if (spt_library_find(t->library, LIBRARY, "snappy_uncompress",
		&t->uncompress, e) == 0 &&
	    spt_library_find(t->library, LIBRARY, "snappy_uncompressed_length",
		&t->uncompressed_length, e) == 0)
		return 0;
	spt__snappy_unload(t);
	return -1;
}

void
spt__snappy_unload(struct spt_snappy *t)
{
	spt_library_close(t->library);
	memset(t, 0, sizeof *t);
}
