#include <string.h>

#include "base/library.h"
#include "sink/sqlite_load.h"

#define LIBRARY "libsqlite3.so.0"

int
spt__sqlite_load(struct spt_sqlite *t, struct spt_err *e)
{
	memset(t, 0, sizeof *t);
	if (spt_library_open(&t->library, LIBRARY,
		"a database needs SQLite (Debian: libsqlite3-0)", e) < 0)
		return -1;

#define LOOK_UP(f)                                                           \
	if (spt_library_find(t->library, LIBRARY, "sqlite3_" #f, &t->f, e) < \
	    0) {                                                             \
		spt__sqlite_unload(t);                                       \
		return -1;                                                   \
	}
	SPT_SQLITE_FUNCTIONS(LOOK_UP)
#undef LOOK_UP
	return 0;
}

void
spt__sqlite_unload(struct spt_sqlite *t)
{
	spt_library_close(t->library);
	memset(t, 0, sizeof *t);
}
