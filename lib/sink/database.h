/*
 * database - an SQLite database and the table in it that rows go to.  Not
 * installed.
 */
#ifndef SPT_DATABASE_H
#define SPT_DATABASE_H

#include "base/buf.h"
#include "batch/batch.h"
#include "sink/sqlite_load.h"

struct spt_database {
	const struct spt_io *io;
	const char *name; /* for messages */
	struct spt_sqlite lib;
	sqlite3 *db;
};

/* Opens; make: creates the file if it is missing.  wait_ms: for the locks of
 * others.  A zeroed struct is fine for close, which rolls back. */
SPT_MUST int spt__database_open(struct spt_database *d, const struct spt_io *io,
    const char *file, bool make, int wait_ms, struct spt_err *e);
void spt__database_close(struct spt_database *d);
/* -1 with what SQLite says of the result rc: bad rows are SPT_EDATA, all else
 * SPT_ESYSTEM. */
int spt__database_fail(
    struct spt_database *d, int rc, const char *what, struct spt_err *e);
/* Statements without an answer. */
SPT_MUST int spt__database_run(
    struct spt_database *d, const char *sql, struct spt_err *e);
SPT_MUST int spt__database_prepare(struct spt_database *d, const char *sql,
    sqlite3_stmt **st, struct spt_err *e);

/* A name in SQL: "a ""b""". */
SPT_MUST int spt__sql_name(
    struct spt_buf *out, const char *name, struct spt_err *e);

/* ---- the table ------------------------------------------------------------
 */

struct spt_table {
	struct spt_database *d;
	const char *name;
	const struct spt_schema *schema;
	sqlite3_stmt *insert, *update; /* update NULL: only insert */
	struct spt_buf sql;
};

/* Makes the table if it is missing (with an index on the key columns if upsert)
 * or checks that it has all columns.  t is zeroed. */
SPT_MUST int spt__table_open(struct spt_table *t, struct spt_database *d,
    const char *name, const struct spt_schema *s, bool upsert,
    struct spt_err *e);
void spt__table_close(struct spt_table *t);
SPT_MUST int spt__table_empty(struct spt_table *t, struct spt_err *e);
SPT_MUST int spt__table_rows(
    struct spt_table *t, const struct spt_batch *b, struct spt_err *e);

#endif
