/*
 * snappy_load - a table of functions filled by dlsym.
 */
#include <dlfcn.h>
#include <string.h>

#include "score/snappy_load.h"

#define LIBRARY "libsnappy.so.1"

static int
look_up(void *library, const char *symbol, void *pointer, struct spt_err *e)
{
	void *p = dlsym(library, symbol);

	if (p == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    LIBRARY " has no %s: it is too old", symbol);
	/* ISO C does not convert void * to a function pointer. */
	memcpy(pointer, &p, sizeof p);
	return 0;
}

int
spt__snappy_load(struct spt_snappy *t, struct spt_err *e)
{
	if (t->library != NULL)
		return 0;
	t->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (t->library == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    "Parquet files compressed with Snappy need libsnappy "
		    "(Debian: libsnappy1v5): %s",
		    dlerror());
	if (look_up(t->library, "snappy_uncompress", &t->uncompress, e) == 0 &&
	    look_up(t->library, "snappy_uncompressed_length",
		&t->uncompressed_length, e) == 0)
		return 0;
	spt__snappy_unload(t);
	return -1;
}

void
spt__snappy_unload(struct spt_snappy *t)
{
	if (t->library != NULL)
		dlclose(t->library);
	memset(t, 0, sizeof *t);
}
