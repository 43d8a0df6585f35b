#include <dlfcn.h>
#include <string.h>

#include "sink/sqlite_load.h"

#define LIBRARY "libsqlite3.so.0"

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
spt__sqlite_load(struct spt_sqlite *t, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	t->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (t->library == NULL)
		return spt_fail(e, SPT_ESYSTEM,
		    "a database needs SQLite (Debian: libsqlite3-0): %s",
		    dlerror());

#define LOOK_UP(f)                                              \
	if (look_up(t->library, "sqlite3_" #f, &t->f, e) < 0) { \
		spt__sqlite_unload(t);                          \
		return -1;                                      \
	}
	SPT_SQLITE_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
	return 0;
}

void
spt__sqlite_unload(struct spt_sqlite *t)
{
	if (t->library != NULL)
		dlclose(t->library);
	memset(t, 0, sizeof *t);
}
