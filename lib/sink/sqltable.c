/*
 * sqltable - rows into a table of SQLite.
 *
 * int is INTEGER, bool INTEGER 0 and 1, float REAL, string TEXT, timestamp
 * TEXT as RFC 3339 in UTC, always with six digits of fraction, so that the
 * order of the text is that of time and SQLite's own functions read it.  NaN
 * is NULL, since SQLite has none.
 *
 * A row that replaces is an UPDATE of what has its keys, and an INSERT if
 * there was nothing: REPLACE and ON CONFLICT need a unique index, in which
 * nulls are never equal.
 */
#include <string.h>
#include <strings.h>

#include "base/time.h"
#include "sink/database.h"

static const char *
type_of(enum spt_type t)
{
	switch (t) {
	case SPT_BOOL:
	case SPT_INT64:
		return "INTEGER";
	case SPT_FLOAT64:
		return "REAL";
	default:
		return "TEXT";
	}
}

static bool
is_key(const struct spt_field *f)
{
	return spt_meta_get(&f->meta, SPT_KEY_GROUP) != NULL;
}

/* ---- statements -------------------------------------------------------- */

/* Appends text in which % is the name of the table. */
static int
put(struct spt_table *t, const char *text, struct spt_err *e)
{
	for (; *text != '\0'; text++) {
		if (*text == '%' ? spt__sql_name(&t->sql, t->name, e) < 0
				 : spt_buf_putc(&t->sql, *text, e) < 0)
			return -1;
	}
	return 0;
}

/* Appends the columns, or only those that are keys (or not), with between in
 * between; each as "name" and what follow says: "# is its number. */
static int
put_columns(struct spt_table *t, int keys, const char *between,
    const char *follow, struct spt_err *e)
{
	const struct spt_schema *s = t->schema;
	bool any = false;

	for (size_t i = 0; i < s->n; i++) {
		const struct spt_field *f = &s->fields[i];

		if (keys >= 0 && is_key(f) != (keys == 1))
			continue;
		if ((any && spt_buf_puts(&t->sql, between, e) < 0) ||
		    spt__sql_name(&t->sql, f->name, e) < 0)
			return -1;
		any = true;
		if (follow != NULL &&
		    spt_buf_printf(&t->sql, e, "%s?%zu", follow, i + 1) < 0)
			return -1;
	}
	return 0;
}

static int
run(struct spt_table *t, struct spt_err *e)
{
	const char *sql = spt_buf_str(&t->sql, e);

	return sql != NULL ? spt__database_run(t->d, sql, e) : -1;
}

static int
prepare(struct spt_table *t, sqlite3_stmt **st, struct spt_err *e)
{
	const char *sql = spt_buf_str(&t->sql, e);

	return sql != NULL ? spt__database_prepare(t->d, sql, st, e) : -1;
}

static int
make_table(struct spt_table *t, bool index, struct spt_err *e)
{
	const struct spt_schema *s = t->schema;

	t->sql.len = 0;
	if (put(t, "CREATE TABLE % (", e) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		const struct spt_field *f = &s->fields[i];

		if ((i > 0 && put(t, ", ", e) < 0) ||
		    spt__sql_name(&t->sql, f->name, e) < 0 ||
		    spt_buf_printf(&t->sql, e, " %s", type_of(f->type)) < 0)
			return -1;
	}
	if (put(t, ")", e) < 0 || run(t, e) < 0)
		return -1;
	if (!index)
		return 0;
	t->sql.len = 0;
	if (spt_buf_puts(&t->sql, "CREATE INDEX ", e) < 0)
		return -1;
	/* Its own name: that of the table and "_key". */
	if (spt__sql_name(&t->sql, t->name, e) < 0)
		return -1;
	t->sql.len--;
	if (put(t, "_key\" ON % (", e) < 0 ||
	    put_columns(t, 1, ", ", NULL, e) < 0 || put(t, ")", e) < 0)
		return -1;
	return run(t, e);
}

static int
prepare_insert(struct spt_table *t, struct spt_err *e)
{
	t->sql.len = 0;
	if (put(t, "INSERT INTO % (", e) < 0 ||
	    put_columns(t, -1, ", ", NULL, e) < 0 ||
	    put(t, ") VALUES (", e) < 0)
		return -1;
	for (size_t i = 0; i < t->schema->n; i++)
		if (spt_buf_printf(
			&t->sql, e, "%s?%zu", i > 0 ? ", " : "", i + 1) < 0)
			return -1;
	if (put(t, ")", e) < 0)
		return -1;
	return prepare(t, &t->insert, e);
}

static int
prepare_update(struct spt_table *t, bool values, struct spt_err *e)
{
	t->sql.len = 0;
	if (put(t, "UPDATE % SET ", e) < 0 ||
	    put_columns(t, values ? 0 : 1, ", ", " = ", e) < 0 ||
	    put(t, " WHERE ", e) < 0 ||
	    put_columns(t, 1, " AND ", " IS ", e) < 0)
		return -1;
	return prepare(t, &t->update, e);
}

/* ---- the table --------------------------------------------------------- */

/* Reads the names of the columns of the table into names, each with a NUL.
 * *n: how many; 0: there is no table. */
static int
read_columns(
    struct spt_table *t, struct spt_buf *names, size_t *n, struct spt_err *e)
{
	struct spt_sqlite *lib = &t->d->lib;
	sqlite3_stmt *st;
	int rc;

	*n = 0;
	t->sql.len = 0;
	if (put(t, "PRAGMA table_info(%)", e) < 0 || prepare(t, &st, e) < 0)
		return -1;
	while ((rc = lib->step(st)) == SQLITE_ROW) {
		const char *name = (const char *)lib->column_text(st, 1);

		++*n;
		if (spt_buf_puts(names, name != NULL ? name : "", e) < 0 ||
		    spt_buf_putc(names, '\0', e) < 0)
			break;
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		spt__database_fail(t->d, rc, "cannot read", e);
	lib->finalize(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

static bool
has(const struct spt_buf *names, const char *name)
{
	const char *p = (const char *)names->data, *end = p + names->len;

	for (; p < end; p += strlen(p) + 1)
		if (strcasecmp(p, name) == 0)
			return true;
	return false;
}

static int
check_columns(struct spt_table *t, struct spt_buf *names, struct spt_err *e)
{
	for (size_t i = 0; i < t->schema->n; i++) {
		const char *name = t->schema->fields[i].name;

		if (has(names, name))
			continue;
		for (size_t k = 0; k + 1 < names->len; k++)
			if (names->data[k] == '\0')
				names->data[k] = ',';
		return spt_fail(e, SPT_EDATA,
		    "%s: table %s has no column \"%s\" (columns: %s)",
		    t->d->name, t->name, name, (const char *)names->data);
	}
	return 0;
}

int
spt__table_open(struct spt_table *t, struct spt_database *d, const char *name,
    const struct spt_schema *s, bool upsert, struct spt_err *e)
{
	size_t n, keys = 0;
	struct spt_buf names;
	int rc;

	t->d = d;
	t->name = name;
	t->schema = s;
	spt_buf_init(&t->sql, d->io);
	for (size_t i = 0; i < s->n; i++)
		keys += is_key(&s->fields[i]);
	upsert = upsert && keys > 0;
	spt_buf_init(&names, d->io);
	rc = spt__database_run(d, "BEGIN IMMEDIATE", e);
	if (rc == 0)
		rc = read_columns(t, &names, &n, e);
	if (rc == 0)
		rc = n == 0 ? make_table(t, upsert, e)
			    : check_columns(t, &names, e);
	if (rc == 0)
		rc = spt__database_run(d, "COMMIT", e);
	spt_buf_fini(&names);
	if (rc < 0 || prepare_insert(t, e) < 0)
		return -1;
	return upsert ? prepare_update(t, keys < s->n, e) : 0;
}

void
spt__table_close(struct spt_table *t)
{
	if (t->d == NULL)
		return;
	if (t->insert != NULL)
		t->d->lib.finalize(t->insert);
	if (t->update != NULL)
		t->d->lib.finalize(t->update);
	spt_buf_fini(&t->sql);
	memset(t, 0, sizeof *t);
}

int
spt__table_empty(struct spt_table *t, struct spt_err *e)
{
	t->sql.len = 0;
	return put(t, "DELETE FROM %", e) < 0 ? -1 : run(t, e);
}

/* ---- rows -------------------------------------------------------------- */

/* 2015-05-17T10:05:03.000000Z */
static size_t
time_text(char out[SPT_TIME_TEXT], spt_time v)
{
	size_t n = spt_time_print(out, v, NULL);
	const char *dot = memchr(out, '.', n);
	size_t digits = dot != NULL ? n - 2 - (size_t)(dot - out) : 0;

	n--;
	if (dot == NULL)
		out[n++] = '.';
	for (; digits < 6; digits++)
		out[n++] = '0';
	out[n++] = 'Z';
	return n;
}

static int
bind_cell(const struct spt_sqlite *lib, sqlite3_stmt *st, int at,
    const struct spt_col *c, int64_t i)
{
	char text[SPT_TIME_TEXT + 8];
	const char *p;
	size_t n;

	if (spt_col_null(c, i))
		return lib->bind_null(st, at);
	switch (c->type) {
	case SPT_BOOL:
		return lib->bind_int64(st, at, spt_bit(c->bits, i));
	case SPT_INT64:
		return lib->bind_int64(st, at, c->ints[i]);
	case SPT_FLOAT64:
		return lib->bind_double(st, at, c->floats[i]);
	case SPT_UTF8:
		p = spt_col_str(c, i, &n);
		return lib->bind_text(st, at, p, (int)n, SQLITE_STATIC);
	case SPT_TIMESTAMP:
		n = time_text(text, c->ints[i]);
		return lib->bind_text(st, at, text, (int)n, SQLITE_TRANSIENT);
	}
	return SQLITE_MISMATCH;
}

/* Runs st with the values of row i; how many rows it touched, or -1. */
static int
step(struct spt_table *t, sqlite3_stmt *st, const struct spt_batch *b,
    int64_t i, struct spt_err *e)
{
	const struct spt_sqlite *lib = &t->d->lib;
	int rc = SQLITE_OK;

	for (size_t k = 0; k < b->n && rc == SQLITE_OK; k++)
		rc = bind_cell(lib, st, (int)k + 1, &b->cols[k], i);
	if (rc == SQLITE_OK) {
		rc = lib->step(st);
		lib->reset(st);
	}
	if (rc != SQLITE_DONE)
		return spt__database_fail(t->d, rc, "cannot write", e);
	return lib->changes(t->d->db);
}

int
spt__table_rows(
    struct spt_table *t, const struct spt_batch *b, struct spt_err *e)
{
	for (int64_t i = 0; i < b->rows; i++) {
		int done = 0;

		if (t->update != NULL)
			done = step(t, t->update, b, i, e);
		if (done == 0)
			done = step(t, t->insert, b, i, e);
		if (done < 0)
			return -1;
	}
	return 0;
}
