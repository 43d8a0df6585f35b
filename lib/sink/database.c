#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "sink/database.h"

int
spt__database_fail(
    struct spt_database *d, int rc, const char *what, struct spt_err *e)
{
	enum spt_kind kind = SPT_ESYSTEM;
	int code = 0;

	switch (rc & 0xff) {
	case SQLITE_ERROR:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		kind = SPT_EDATA;
		break;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_FULL:
		code = d->db != NULL ? d->lib.system_errno(d->db) : 0;
		break;
	default:
		break;
	}
	if (d->db == NULL)
		return spt_fail(
		    e, SPT_ESYSTEM, "%s: %s: out of memory", d->name, what);
	if (code != 0)
		return spt_fail_errno(
		    e, code, "%s: %s: %s", d->name, what, d->lib.errmsg(d->db));
	return spt_fail(
	    e, kind, "%s: %s: %s", d->name, what, d->lib.errmsg(d->db));
}

int
spt__database_run(struct spt_database *d, const char *sql, struct spt_err *e)
{
	int rc = d->lib.exec(d->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0
			       : spt__database_fail(d, rc, "cannot write", e);
}

int
spt__database_prepare(struct spt_database *d, const char *sql,
    sqlite3_stmt **st, struct spt_err *e)
{
	int rc = d->lib.prepare_v2(d->db, sql, -1, st, NULL);

	return rc == SQLITE_OK ? 0
			       : spt__database_fail(d, rc, "cannot prepare", e);
}

int
spt__sql_name(struct spt_buf *out, const char *name, struct spt_err *e)
{
	if (spt_buf_putc(out, '"', e) < 0)
		return -1;
	for (; *name != '\0'; name++)
		if ((*name == '"' && spt_buf_putc(out, '"', e) < 0) ||
		    spt_buf_putc(out, *name, e) < 0)
			return -1;
	return spt_buf_putc(out, '"', e);
}

/* SQLite tries a file that it may not make once more without making it, and
 * then says that there is none. */
static int
fail_open(struct spt_database *d, const struct spt_io *io, const char *file,
    bool make, int rc, struct spt_err *e)
{
	int fd =
	    make ? io->open(io, file, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;

	if (make && fd < 0 && errno != ENOENT)
		return spt_fail_errno(e, errno, "%s: cannot open", d->name);
	if (fd >= 0)
		io->close(io, fd);
	return spt__database_fail(d, rc, "cannot open", e);
}

int
spt__database_open(struct spt_database *d, const struct spt_io *io,
    const char *file, bool make, int wait_ms, struct spt_err *e)
{
	int flags = SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0);
	struct spt_buf path;
	const char *text = NULL;
	int rc;

	d->io = io;
	if (spt__sqlite_load(&d->lib, e) < 0)
		return -1;
	/* SQLite takes ":memory:" and "file:..." for something else. */
	spt_buf_init(&path, io);
	if (spt_buf_printf(
		&path, e, "%s%s", file[0] == '/' ? "" : "./", file) == 0)
		text = spt_buf_str(&path, e);
	if (text == NULL) {
		spt_buf_fini(&path);
		return -1;
	}
	rc = d->lib.open_v2(text, &d->db, flags, NULL);
	spt_buf_fini(&path);
	if (rc != SQLITE_OK)
		return fail_open(d, io, file, make, rc, e);
	d->lib.extended_result_codes(d->db, 1);
	d->lib.busy_timeout(d->db, wait_ms);
	return 0;
}

void
spt__database_close(struct spt_database *d)
{
	if (d->db != NULL)
		d->lib.close(d->db);
	d->db = NULL;
	spt__sqlite_unload(&d->lib);
}
