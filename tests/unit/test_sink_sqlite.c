/* A table of SQLite: types, keys, transactions, and what a crash leaves. */
#include <math.h>
#include <sys/stat.h>

#include "batch/builder.h"
#include "sink/database.h"
#include "sink_harness.h"

static struct spt_schema s;
static struct spt_builder r;
static struct spt_sink_conf plain = { .schema = &s };
static struct spt_sink_conf exact = { .schema = &s, .uuid = "u-1" };

/* What sqlite says to a query, cells between |, rows ended by ;. */
static const char *
ask(const char *sql)
{
	static char text[8192];
	struct spt_database d = { .name = "db" };
	struct spt_err bad = { 0 };
	sqlite3_stmt *st;
	size_t n = 0;

	text[0] = '\0';
	if (spt__database_open(&d, io, "db", false, 0, &bad) < 0 ||
	    spt__database_prepare(&d, sql, &st, &bad) < 0) {
		snprintf(text, sizeof text, "%s", bad.msg);
		spt__database_close(&d);
		return text;
	}
	while (d.lib.step(st) == SQLITE_ROW)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s;",
		    (const char *)d.lib.column_text(st, 0));
	d.lib.finalize(st);
	spt__database_close(&d);
	return text;
}

static void
tell(const char *sql)
{
	struct spt_database d = { .name = "db" };

	CHECK(spt__database_open(&d, io, "db", true, 0, &e) == 0);
	CHECK(spt__database_run(&d, sql, &e) == 0);
	spt__database_close(&d);
}

static int
open_table(const struct spt_sink_conf *conf)
{
	memset(&e, 0, sizeof e);
	return spt_sink_sqlite(&sink, io, "db", "t", conf, &e);
}

/* A row: key (NULL: null) and number. */
static void
add(const char *k, int64_t n)
{
	CHECK((k != NULL ? spt_builder_str(&r, 0, k, strlen(k), &e)
			 : spt_builder_null(&r, 0, &e)) == 0);
	CHECK(spt_builder_int(&r, 1, n, &e) == 0);
	spt_builder_end_row(&r);
}

static int
send(void)
{
	struct spt_batch b;
	int rc;

	spt_builder_batch(&r, &b);
	rc = sink->ops->rows(sink, &b, &e);
	spt_builder_reset(&r);
	return rc;
}

static void
two_columns(void)
{
	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "k", SPT_UTF8, &e) == 0);
	CHECK(spt_schema_add(&s, "n", SPT_INT64, &e) == 0);
	CHECK(spt_meta_set(&s.fields[0].meta, SPT_KEY_GROUP, "1", &e) == 0);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
}

static void
forget(void)
{
	spt_builder_fini(&r);
	spt_schema_fini(&s);
	unlink("db");
}

#define ROWS "SELECT quote(k) || '=' || quote(n) FROM t ORDER BY rowid"

static void
inserts(void)
{
	two_columns();
	CHECK(open_table(&plain) == 0);
	CHECK_STR(ask("SELECT sql FROM sqlite_schema"),
	    "CREATE TABLE \"t\" (\"k\" TEXT, \"n\" INTEGER);");
	add("a", 1);
	add(NULL, 2);
	CHECK(send() == 0);
	add("it's", 3);
	CHECK(send() == 0);
	/* Nobody sees part of an epoch. */
	CHECK_STR(ask(ROWS), "");
	CHECK(commit(0, "", false) == 0);
	CHECK_STR(ask(ROWS), "'a'=1;NULL=2;'it''s'=3;");
	CHECK(commit(1, "", false) == 0);
	add("b", 4);
	CHECK(send() == 0);
	leave();
	CHECK_STR(ask(ROWS), "'a'=1;NULL=2;'it''s'=3;");
	CHECK(open_table(&plain) == 0);
	add("c", 5);
	CHECK(send() == 0 && commit(0, "", false) == 0);
	finish();
	CHECK_STR(ask(ROWS), "'a'=1;NULL=2;'it''s'=3;'c'=5;");
	CHECK_STR(ask("SELECT count(*) FROM sqlite_schema"), "1;");
	forget();
}

static void
types(void)
{
	static const double x[] = { 1.0, NAN, -INFINITY, 0.1 };
	static const int64_t t[] = { 0, 1500000, -1, 1431857103000001 };

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "a \"b\"", SPT_UTF8, &e) == 0);
	CHECK(spt_schema_add(&s, "x", SPT_FLOAT64, &e) == 0);
	CHECK(spt_schema_add(&s, "select", SPT_BOOL, &e) == 0);
	CHECK(spt_schema_add(&s, "t", SPT_TIMESTAMP, &e) == 0);
	CHECK(spt_schema_add(&s, "i", SPT_INT64, &e) == 0);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
	CHECK(open_table(&plain) == 0);
	for (int i = 0; i < 4; i++) {
		CHECK(spt_builder_str(&r, 0, "x\0y", i == 1 ? 3 : 0, &e) == 0);
		CHECK(spt_builder_float(&r, 1, x[i], &e) == 0);
		CHECK(spt_builder_bool(&r, 2, i == 1, &e) == 0);
		CHECK(spt_builder_int(&r, 3, t[i], &e) == 0);
		CHECK(spt_builder_int(&r, 4, i == 2 ? INT64_MIN : i, &e) == 0);
		spt_builder_end_row(&r);
	}
	CHECK(send() == 0 && commit(0, "", false) == 0);
	finish();
	CHECK_STR(ask("SELECT sql FROM sqlite_schema"),
	    "CREATE TABLE \"t\" (\"a \"\"b\"\"\" TEXT, \"x\" REAL, \"select\" "
	    "INTEGER, \"t\" TEXT, \"i\" INTEGER);");
	CHECK_STR(ask("SELECT hex(\"a \"\"b\"\"\") || typeof(\"a \"\"b\"\"\") "
		      "FROM t"),
	    "text;780079text;text;text;");
	CHECK_STR(ask("SELECT quote(x) FROM t"), "1.0;NULL;-Inf;0.1;");
	CHECK_STR(ask("SELECT quote(\"select\") FROM t"), "0;1;0;0;");
	CHECK_STR(ask("SELECT t FROM t ORDER BY t"),
	    "1969-12-31T23:59:59.999999Z;1970-01-01T00:00:00.000000Z;"
	    "1970-01-01T00:00:01.500000Z;2015-05-17T10:05:03.000001Z;");
	CHECK_STR(
	    ask("SELECT strftime('%s', t) FROM t WHERE i = 3"), "1431857103;");
	CHECK_STR(ask("SELECT min(i) FROM t"), "-9223372036854775808;");
	forget();
}

static void
upserts(void)
{
	struct spt_sink_conf conf = { .schema = &s, .upsert = true };

	two_columns();
	CHECK(open_table(&conf) == 0);
	add("a", 1);
	add(NULL, 2);
	add("a", 3);
	CHECK(send() == 0 && commit(0, "", false) == 0);
	CHECK_STR(ask(ROWS), "'a'=3;NULL=2;");
	add(NULL, 4);
	add("b", 5);
	CHECK(send() == 0 && commit(1, "", false) == 0);
	finish();
	CHECK_STR(ask(ROWS), "'a'=3;NULL=4;'b'=5;");
	CHECK_STR(ask("SELECT sql FROM sqlite_schema WHERE type = 'index'"),
	    "CREATE INDEX \"t_key\" ON \"t\" (\"k\");");
	/* A column that is not ours stays. */
	tell("ALTER TABLE t ADD COLUMN note TEXT DEFAULT 'x'");
	tell("UPDATE t SET note = 'mine' WHERE k = 'a'");
	CHECK(open_table(&conf) == 0);
	add("a", 6);
	add("c", 7);
	CHECK(send() == 0 && commit(0, "", false) == 0);
	finish();
	CHECK_STR(ask("SELECT k || n || note FROM t WHERE k IN ('a', 'c')"),
	    "a6mine;c7x;");
	forget();

	/* All columns are keys. */
	two_columns();
	CHECK(spt_meta_set(&s.fields[1].meta, SPT_KEY_GROUP, "1", &e) == 0);
	CHECK(open_table(&conf) == 0);
	add("a", 1);
	add("a", 1);
	add("a", 2);
	CHECK(send() == 0 && commit(0, "", false) == 0);
	finish();
	CHECK_STR(ask(ROWS), "'a'=1;'a'=2;");
	forget();
}

static void
replaces(void)
{
	struct spt_sink_conf conf = { .schema = &s, .replace = true };

	two_columns();
	CHECK(open_table(&conf) == 0);
	add("a", 1);
	CHECK(send() == 0);
	add("b", 2);
	CHECK(send() == 0 && commit(0, "", false) == 0);
	CHECK_STR(ask(ROWS), "'a'=1;'b'=2;");
	CHECK(commit(1, "", false) == 0);
	CHECK_STR(ask(ROWS), "'a'=1;'b'=2;");
	add("c", 3);
	CHECK(send() == 0);
	CHECK_STR(ask(ROWS), "'a'=1;'b'=2;");
	CHECK(commit(2, "", false) == 0);
	finish();
	CHECK_STR(ask(ROWS), "'c'=3;");
	forget();
}

static void
refused(void)
{
	struct spt_schema other;

	two_columns();
	tell("CREATE TABLE t (K TEXT, x)");
	CHECK_REFUSED(open_table(&plain), SPT_EDATA,
	    "db: table t has no column \"n\" (columns: K,x)");
	tell("ALTER TABLE t ADD COLUMN n INTEGER CHECK (n < 5)");
	CHECK(open_table(&plain) == 0);
	add("a", 4);
	add("a", 5);
	CHECK_REFUSED(send(), SPT_EDATA, "db: cannot write: CHECK constraint");
	leave();
	CHECK_STR(ask("SELECT count(*) FROM t"), "0;");
	unlink("db");

	put_file("db", "this is not a database, it only has its name, and "
		       "much text so that it is longer than a header of one "
		       "hundred bytes");
	CHECK_REFUSED(
	    open_table(&plain), SPT_ESYSTEM, "db: cannot write: file is not");
	unlink("db");
	CHECK_REFUSED(spt_sink_sqlite(&sink, io, "no/db", "t", &plain, &e),
	    SPT_ESYSTEM, "no/db: cannot open: unable to open database file");
	/* Names that SQLite takes for something else are files here. */
	CHECK(spt_sink_sqlite(&sink, io, ":memory:", "t", &plain, &e) == 0);
	finish();
	CHECK_STR(names(":memory:"), ":memory: ");

	spt_schema_init(&other, io);
	CHECK(spt_schema_add(&other, "a", SPT_UTF8, &e) == 0 &&
	      spt_schema_add(&other, "A", SPT_UTF8, &e) == 0);
	plain.schema = &other;
	CHECK_REFUSED(
	    open_table(&plain), SPT_EDATA, "duplicate column name: A");
	plain.schema = &s;
	spt_schema_fini(&other);
	forget();
}

/* ---- under a checkpoint ---------------------------------------------------
 */

static void
one_epoch(int64_t n, const char *id)
{
	add("k", n);
	CHECK(send() == 0);
	CHECK(commit(n, id, false) == 0);
}

#define MARK                                                              \
	"SELECT uuid || ' ' || sink || ' ' || epoch || ' ' || id || ' ' " \
	"|| seen FROM spate_epochs"

static void
comes_back(void)
{
	two_columns();
	CHECK(open_table(&exact) == 0);
	CHECK(recover(-1, true) == 0 && record() == 0);
	CHECK_INT(sink->held, -1);
	one_epoch(0, "x");
	CHECK_STR(ask(ROWS), "'k'=0;");
	CHECK_STR(ask(MARK), "u-1 t 0 x 0;");
	/* Empty epochs count too. */
	CHECK(commit(1, "y", false) == 0);
	CHECK_STR(ask(MARK), "u-1 t 1 y 0;");
	add("k", 2);
	CHECK(send() == 0);
	leave();
	CHECK_STR(ask(ROWS), "'k'=0;");

	CHECK(open_table(&exact) == 0);
	CHECK(recover(1, false) == 0);
	CHECK_INT(sink->held, -1);
	one_epoch(2, "z");
	leave();

	/* The log knows epoch 1: epoch 2 is held. */
	CHECK(open_table(&exact) == 0);
	CHECK(recover(1, false) == 0);
	CHECK_INT(sink->held, 2);
	CHECK_STR(sink->held_id, "z");
	/* It was written once more. */
	CHECK_STR(ask(MARK), "u-1 t 2 z 1;");
	CHECK(commit(2, "z", false) == 0);
	one_epoch(3, "zz");
	finish();
	CHECK_STR(ask(ROWS), "'k'=0;'k'=2;'k'=3;");

	CHECK(open_table(&exact) == 0);
	CHECK_REFUSED(recover(1, false), SPT_ECHECKPOINT,
	    "db: is at epoch 3, further ahead than the checkpoint (1)");
	leave();
	CHECK(open_table(&exact) == 0);
	CHECK_REFUSED(recover(4, false), SPT_ECHECKPOINT,
	    "db: is at epoch 3, but 4 was committed to it");
	leave();
	/* Another query in the same table. */
	exact.uuid = "u-2";
	CHECK(open_table(&exact) == 0);
	CHECK(recover(-1, true) == 0);
	one_epoch(0, "x");
	finish();
	exact.uuid = "u-1";
	CHECK_STR(ask("SELECT count(*) FROM spate_epochs"), "2;");
	unlink("db");
	CHECK(open_table(&exact) == 0);
	CHECK_REFUSED(recover(3, false), SPT_ECHECKPOINT, "db: is gone");
	leave();
	CHECK_STR(names("db"), "");
	forget();
}

static void
journal(void)
{
	two_columns();
	tell("PRAGMA journal_mode = WAL");
	tell("CREATE TABLE t (k, n)");
	CHECK(open_table(&exact) == 0);
	CHECK_REFUSED(
	    recover(-1, true), SPT_EUSAGE, "db: its journal mode is wal");
	leave();
	CHECK(open_table(&plain) == 0);
	add("a", 1);
	CHECK(send() == 0 && commit(0, "", false) == 0);
	finish();
	CHECK_STR(ask(ROWS), "'a'=1;");
	forget();
}

/* A reader in the middle of reading makes the commit wait, not fail. */
static void
readers(void)
{
	struct spt_database d = { .name = "db" };
	sqlite3_stmt *st;
	int n = 0;

	two_columns();
	CHECK(open_table(&plain) == 0);
	for (int i = 0; i < 3; i++)
		add("a", i);
	CHECK(send() == 0 && commit(0, "", false) == 0);
	CHECK(spt__database_open(&d, io, "db", false, 0, &e) == 0);
	CHECK(spt__database_prepare(&d, ROWS, &st, &e) == 0);
	CHECK(d.lib.step(st) == SQLITE_ROW);
	for (int i = 0; i < 20000; i++) {
		add("b", i);
		if (i % 1000 == 0)
			CHECK(send() == 0);
	}
	CHECK(send() == 0);
	while (d.lib.step(st) == SQLITE_ROW)
		n++;
	CHECK_INT(n, 2);
	d.lib.finalize(st);
	spt__database_close(&d);
	CHECK(commit(1, "", false) == 0);
	finish();
	CHECK_STR(ask("SELECT count(*) FROM t"), "20003;");
	forget();
}

int
main(void)
{
	harness_start(false);
	inserts();
	types();
	upserts();
	replaces();
	refused();
	comes_back();
	journal();
	readers();
	harness_end();
	return DONE;
}
