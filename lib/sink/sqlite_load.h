/*
 * sqlite_load - SQLite, found at run time: only who writes a database pays
 * for it.  Not installed.
 */
#ifndef SPT_SQLITE_LOAD_H
#define SPT_SQLITE_LOAD_H

#include <sqlite3.h>

#include "base/err.h"

/* The functions in use, under their names without "sqlite3_". */
#define SPT_SQLITE_FUNCTIONS(X)  \
	X(bind_double)           \
	X(bind_int64)            \
	X(bind_null)             \
	X(bind_text)             \
	X(busy_timeout)          \
	X(changes)               \
	X(close)                 \
	X(column_int64)          \
	X(column_text)           \
	X(errmsg)                \
	X(exec)                  \
	X(extended_result_codes) \
	X(finalize)              \
	X(open_v2)               \
	X(prepare_v2)            \
	X(reset)                 \
	X(step)                  \
	X(system_errno)

#define SPT_SQLITE_POINTER(f) __typeof__(sqlite3_##f) *f;

struct spt_sqlite {
	void *library;
	SPT_SQLITE_FUNCTIONS(SPT_SQLITE_POINTER)
};

/* 0; -1 with SPT_ESYSTEM when the library, or something in it, is missing. */
SPT_MUST int spt__sqlite_load(struct spt_sqlite *t, struct spt_err *e);
/* A zeroed table is fine.  Nothing that the functions made may be left. */
void spt__sqlite_unload(struct spt_sqlite *t);

#endif
