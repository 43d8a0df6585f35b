/*
 * sqlitesink - a table of an SQLite database, one transaction an epoch.
 *
 * The row of this query and table in spate_epochs changes in the same
 * transaction as the rows, so the database itself knows its last epoch: equal
 * to the last one that was logged, or one ahead if a crash came between.  Then
 * the row is written once more and synced: the commit that is seen may only
 * be in the system's memory, or its journal not yet gone for good.
 *
 * Under a checkpoint the journal is the rollback journal, synchronous=EXTRA
 * (which syncs the directory when the journal goes), with one connection.
 * Without one, SQLite's own defaults hold: what is at stake is the user's
 * database, not only our rows.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "sink/database.h"
#include "sink/sink.h"

#define WAIT_MS 10000 /* for the locks of others */

struct sqlite_sink {
	struct spt_sink sink;
	const struct spt_io *io;
	const struct spt_sink_conf *conf;
	const char *file, *table;
	struct spt_database d;
	struct spt_table t;
	sqlite3_stmt *mark; /* writes the row of the epoch */
	bool begun;         /* a transaction is open */
	bool emptied;       /* replace: the rows before are gone */
};

/* ---- epochs ------------------------------------------------------------ */

static int
begin(struct sqlite_sink *q, struct spt_err *e)
{
	if (q->begun)
		return 0;
	q->begun = true;
	q->emptied = false;
	return spt__database_run(&q->d, "BEGIN IMMEDIATE", e);
}

static int
rows(struct spt_sink *sink, const struct spt_batch *b, struct spt_err *e)
{
	struct sqlite_sink *q = (struct sqlite_sink *)sink;

	if (begin(q, e) < 0)
		return -1;
	if (q->conf->replace && !q->emptied && spt__table_empty(&q->t, e) < 0)
		return -1;
	q->emptied = true;
	sink->fresh = false;
	return spt__table_rows(&q->t, b, e);
}

static int
put_mark(
    struct sqlite_sink *q, const struct spt_sink_epoch *ep, struct spt_err *e)
{
	const struct spt_sqlite *lib = &q->d.lib;
	int rc;

	rc = lib->bind_text(q->mark, 1, q->conf->uuid, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = lib->bind_text(q->mark, 2, q->table, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = lib->bind_int64(q->mark, 3, ep->epoch);
	if (rc == SQLITE_OK)
		rc = lib->bind_text(q->mark, 4, ep->id, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK) {
		rc = lib->step(q->mark);
		lib->reset(q->mark);
	}
	return rc == SQLITE_DONE
		   ? 0
		   : spt__database_fail(&q->d, rc, "cannot write", e);
}

static int
commit(struct spt_sink *sink, const struct spt_sink_epoch *ep,
    struct spt_buf *position, struct spt_err *e)
{
	struct sqlite_sink *q = (struct sqlite_sink *)sink;

	if (spt_buf_puts(position, "sqlite", e) < 0)
		return -1;
	if (ep->epoch == sink->held) {
		sink->held = -1;
		return 0;
	}
	if (q->conf->uuid != NULL &&
	    (begin(q, e) < 0 || put_mark(q, ep, e) < 0))
		return -1;
	if (!q->begun)
		return 0;
	if (spt__database_run(&q->d, "COMMIT", e) < 0)
		return -1;
	q->begun = false;
	sink->fresh = true;
	return 0;
}

/* ---- opening ----------------------------------------------------------- */

/* A write-ahead log syncs at other moments than epochs do. */
static int
check_journal(struct sqlite_sink *q, struct spt_err *e)
{
	const struct spt_sqlite *lib = &q->d.lib;
	const char *mode;
	sqlite3_stmt *st;
	int rc;

	if (spt__database_prepare(&q->d, "PRAGMA journal_mode", &st, e) < 0)
		return -1;
	rc = lib->step(st);
	mode = rc == SQLITE_ROW ? (const char *)lib->column_text(st, 0) : NULL;
	if (mode == NULL)
		rc = spt__database_fail(&q->d, rc, "cannot read", e);
	else if (strcmp(mode, "delete") != 0)
		rc = spt_fail(e, SPT_EUSAGE,
		    "%s: its journal mode is %s, and a checkpoint needs a "
		    "rollback journal: run \"PRAGMA journal_mode = DELETE\" "
		    "on it",
		    q->sink.name, mode);
	lib->finalize(st);
	return rc == SQLITE_ROW ? 0 : -1;
}

/* Opens the database and the table. */
static int
open_(struct sqlite_sink *q, bool make, struct spt_err *e)
{
	if (spt__database_open(&q->d, q->io, q->file, make, WAIT_MS, e) < 0)
		return -1;
	if (q->conf->uuid != NULL &&
	    (check_journal(q, e) < 0 ||
		spt__database_run(&q->d, "PRAGMA synchronous = EXTRA", e) < 0))
		return -1;
	return spt__table_open(
	    &q->t, &q->d, q->table, q->conf->schema, q->conf->upsert, e);
}

/* The epoch that the database holds, -1: none. */
static int
read_mark(struct sqlite_sink *q, int64_t *epoch, char id[SPT_SINK_ID],
    struct spt_err *e)
{
	const struct spt_sqlite *lib = &q->d.lib;
	const char *text;
	sqlite3_stmt *st;
	int rc;

	*epoch = -1;
	id[0] = '\0';
	if (spt__database_prepare(&q->d,
		"SELECT epoch, id FROM spate_epochs WHERE uuid = ? AND "
		"sink = ?",
		&st, e) < 0)
		return -1;
	rc = lib->bind_text(st, 1, q->conf->uuid, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = lib->bind_text(st, 2, q->table, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = lib->step(st);
	if (rc == SQLITE_ROW) {
		*epoch = lib->column_int64(st, 0);
		text = (const char *)lib->column_text(st, 1);
		snprintf(id, SPT_SINK_ID, "%s", text != NULL ? text : "");
	} else if (rc != SQLITE_DONE) {
		spt__database_fail(&q->d, rc, "cannot read", e);
	}
	lib->finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

static int
prepare_marks(struct sqlite_sink *q, struct spt_err *e)
{
	if (spt__database_run(&q->d,
		"CREATE TABLE IF NOT EXISTS spate_epochs (uuid TEXT, "
		"sink TEXT, epoch INTEGER, id TEXT, seen INTEGER DEFAULT 0, "
		"PRIMARY KEY (uuid, sink))",
		e) < 0)
		return -1;
	return spt__database_prepare(&q->d,
	    "INSERT OR REPLACE INTO spate_epochs (uuid, sink, epoch, id) "
	    "VALUES (?, ?, ?, ?)",
	    &q->mark, e);
}

static int
recover(
    struct spt_sink *sink, const struct spt_sink_point *at, struct spt_err *e)
{
	struct sqlite_sink *q = (struct sqlite_sink *)sink;
	char id[SPT_SINK_ID];
	struct stat st;
	int64_t epoch;

	if (at->epoch >= 0 && q->io->stat(q->io, q->file, &st) < 0 &&
	    errno == ENOENT)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is gone; epoch %lld was committed to it", sink->name,
		    (long long)at->epoch);
	if (open_(q, at->epoch < 0, e) < 0 || prepare_marks(q, e) < 0 ||
	    read_mark(q, &epoch, id, e) < 0)
		return -1;
	if (epoch == at->epoch)
		return 0;
	if (epoch > at->epoch + 1)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is at epoch %lld, further ahead than the checkpoint "
		    "(%lld): commits.log has lost what followed (bring "
		    "it back from a copy), or another one has written here",
		    sink->name, (long long)epoch, (long long)at->epoch);
	if (epoch < at->epoch)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is at epoch %lld, but %lld was committed to it: it "
		    "is another database, or an older copy",
		    sink->name, (long long)epoch, (long long)at->epoch);
	sink->held = epoch;
	strcpy(sink->held_id, id);
	return spt__database_run(
	    &q->d, "UPDATE spate_epochs SET seen = seen + 1", e);
}

static int
record(struct spt_sink *sink, struct spt_buf *position, struct spt_err *e)
{
	(void)sink;
	return spt_buf_puts(position, "sqlite", e);
}

/* ---- life -------------------------------------------------------------- */

static int
end(struct spt_sink *sink, struct spt_err *e)
{
	(void)sink;
	(void)e;
	return 0;
}

static void
close_(struct spt_sink *sink)
{
	struct sqlite_sink *q = (struct sqlite_sink *)sink;

	if (q->mark != NULL)
		q->d.lib.finalize(q->mark);
	spt__table_close(&q->t);
	spt__database_close(&q->d);
	spt_free(q->io, q);
}

static const struct spt_sink_ops ops = {
	.rows = rows,
	.recover = recover,
	.record = record,
	.commit = commit,
	.end = end,
	.close = close_,
};

int
spt_sink_sqlite(struct spt_sink **sink, const struct spt_io *io,
    const char *file, const char *table, const struct spt_sink_conf *conf,
    struct spt_err *e)
{
	struct sqlite_sink *q = spt_alloc_zero(io, sizeof *q, e);

	if (q == NULL)
		return -1;
	q->sink.ops = &ops;
	q->sink.name = q->d.name = file;
	q->sink.fd = -1;
	q->sink.held = -1;
	q->sink.regular = q->sink.fresh = q->sink.exact = true;
	q->io = io;
	q->conf = conf;
	q->file = file;
	q->table = table;
	if (conf->uuid == NULL && open_(q, true, e) < 0) {
		close_(&q->sink);
		return -1;
	}
	*sink = &q->sink;
	return 0;
}
