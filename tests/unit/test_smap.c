/*
 * The stage of smap: names, types and marks of what comes out, exact integers,
 * bad records.
 */
#include "map_harness.h"
#include "unit.h"

static char shown[65536];

/* One epoch of a bounded stream through a program. */
static const char *
map(const char *columns, const char *program, const char *rows)
{
	struct spt_map_conf conf = { .program = program };
	struct mapping m;
	int rc = mapping_open(&m, columns, true, &conf);

	snprintf(shown, sizeof shown, "%s",
	    rc < 0 ? mapping_text(&m, rc) : mapping_epoch(&m, rows));
	mapping_close(&m);
	return shown;
}

/* The same with -s (schema) or --same (NULL), on a stream without end. */
static const char *
map_as(const char *columns, const char *schema, const char *program,
    const char *rows)
{
	struct spt_map_conf conf = {
		.program = program, .schema = schema, .same = schema == NULL
	};
	struct mapping m;
	int rc = mapping_open(&m, columns, false, &conf);

	snprintf(shown, sizeof shown, "%s",
	    rc < 0 ? mapping_text(&m, rc) : mapping_epoch(&m, rows));
	mapping_close(&m);
	return shown;
}

static void
test_types(void)
{
	CHECK_STR(map("a int", ".", "1\n2\n"), "[a int] {\"a\":1} {\"a\":2}");
	CHECK_STR(map("a int", "{b: (.a / 2)}", "1\n4\n"),
	    "[b float] {\"b\":0.5} {\"b\":2.0}");
	/* Its name is kept, but it was computed. */
	CHECK_STR(
	    map("a int", "{a: (.a + 1)}", "1\n"), "[a float] {\"a\":2.0}");
	CHECK_STR(map("a int", "{b: .a}", "1\n"), "[b float] {\"b\":1.0}");
	CHECK_STR(map("line string", ".line | split(\" \")[]", "a b\n\nc\n"),
	    "[value string] {\"value\":\"a\"} {\"value\":\"b\"} "
	    "{\"value\":\"c\"}");
	CHECK_STR(map("a int", ".a > 1", "1\n2\n"),
	    "[value bool] {\"value\":false} {\"value\":true}");
	CHECK_STR(map("a int", "[.a, 2.5, {b: null}]", "1\n"),
	    "[value string] {\"value\":\"[1,2.5,{\\\"b\\\":null}]\"}");
	CHECK_STR(map("a int", "{n: null, o: {a: .a}}", "1\n"),
	    "[n string, o string] {\"n\":null,\"o\":\"{\\\"a\\\":1}\"}");
	/* What does not agree is text. */
	CHECK_STR(map("a int", "if .a == 1 then \"x\" else .a end", "1\n2\n"),
	    "[value string] {\"value\":\"x\"} {\"value\":\"2\"}");
	CHECK_STR(map("a int", "if .a == 1 then true else .a end", "1\n2\n"),
	    "[value string] {\"value\":\"true\"} {\"value\":\"2\"}");
	CHECK_STR(map("a float", ".", "1.5\nnan\n-0.0\n~\n"),
	    "[a float] {\"a\":1.5} {\"a\":null} {\"a\":-0.0} {\"a\":null}");
	CHECK_STR(map("a bool, b string", ".", "t|x\n~|~\n"),
	    "[a bool, b string] {\"a\":true,\"b\":\"x\"} "
	    "{\"a\":null,\"b\":null}");
}

static void
test_columns(void)
{
	/* Columns in the order in which they appear, nulls where one is
	 * missing. */
	CHECK_STR(map("path string, bytes int", "{path, kb: (.bytes / 1024)}",
		      "/a|512\n/b|~\n"),
	    "failed: row 2 (epoch 0): null (null) and number (1024) cannot "
	    "be divided (-b skip goes on without such rows)");
	CHECK_STR(map("path string, bytes int", "{path, kb: (.bytes / 1024)}",
		      "/a|512\n"),
	    "[path string, kb float] {\"path\":\"/a\",\"kb\":0.5}");
	CHECK_STR(map("a int", "if .a == 1 then {z: 1} else {b: 2, z: 3} end",
		      "1\n2\n"),
	    "[z float, b float] {\"z\":1.0,\"b\":null} {\"z\":3.0,\"b\":2.0}");
	CHECK_STR(map("a int",
		      "{zz: 1, b: 2, a: 3, y: 4, x: 5, w: 6, v: 7, "
		      "u: 8, t: 9, s: 10}",
		      "1\n"),
	    "[zz float, b float, a float, y float, x float, w float, v float, "
	    "u float, t float, s float] {\"zz\":1.0,\"b\":2.0,\"a\":3.0,"
	    "\"y\":4.0,\"x\":5.0,\"w\":6.0,\"v\":7.0,\"u\":8.0,\"t\":9.0,"
	    "\"s\":10.0}");
	CHECK_STR(map("a int, b int", "select(.a > 1)", "1|2\n3|4\n"),
	    "[a int, b int] {\"a\":3,\"b\":4}");
	CHECK_STR(map("a int, b int", "select(.a > 9)", "1|2\n3|4\n"),
	    "[a int, b int]");
	CHECK_STR(map("a int, b int", "{}", "1|2\n"),
	    "[a int, b int] {\"a\":null,\"b\":null}");
	CHECK_STR(map("a int, b int", "del(.a)", "1|2\n"), "[b int] {\"b\":2}");
	CHECK_STR(
	    map("a string", ".a | fromjson | .x.y[0]", "{\"x\":{\"y\":[5]}}"),
	    "[value float] {\"value\":5.0}");
	CHECK_STR(map("a int", "{\"\": 1}", "1\n"),
	    "failed: row 1 (epoch 0): the result has an empty key, which "
	    "cannot name a column (-b skip goes on without such rows)");
	CHECK_STR(map("a int", "{\"x\\u0000y\": 1}", "1\n"),
	    "failed: row 1 (epoch 0): the key \"x\" has a NUL, which cannot "
	    "be in the name of a column (-b skip goes on without such rows)");
	CHECK_STR(map("a int", "\"x\\u0000y\"", "1\n"),
	    "[value string] {\"value\":\"x\\u0000y\"}");
}

static void
test_times(void)
{
	const char *row = "1431857103123456|7\n";

	CHECK_STR(map("time timestamp*, n int", "{time, n}", row),
	    "[time timestamp*, n int] "
	    "{\"time\":\"2015-05-17T10:05:03.123456Z\",\"n\":7}");
	CHECK_STR(map("time timestamp*, n int", "{t: .time, n}", row),
	    "[t float, n int] {\"t\":1431857103.123456,\"n\":7}");
	CHECK_STR(map("time timestamp*, n int", "{time: (.time + 1)}", row),
	    "[time float] {\"time\":1431857104.123456}");
	/* Marked only if every row has it. */
	CHECK_STR(
	    map("time timestamp*, n int", "if .n == 7 then {time} else {n} end",
		"1431857103123456|7\n0|8\n"),
	    "[time timestamp, n int] "
	    "{\"time\":\"2015-05-17T10:05:03.123456Z\",\"n\":null} "
	    "{\"time\":null,\"n\":8}");
	/* The ends of the calendar, where a double has no microseconds. */
	CHECK_STR(map("time timestamp", "{time}",
		      "253402300799999999\n-62135596800000001\n"),
	    "[time timestamp] {\"time\":\"9999-12-31T23:59:59.999999Z\"} "
	    "{\"time\":\"+0000-12-31T23:59:59.999999Z\"}");
	CHECK_STR(map_as("time timestamp*", "hour timestamp, text timestamp",
		      "{hour: (.time / 3600 | floor * 3600), "
		      "text: \"2015-05-17T10:05:03.5Z\"}",
		      "1431857103123456\n"),
	    "[hour timestamp, text timestamp] "
	    "{\"hour\":\"2015-05-17T10:00:00Z\","
	    "\"text\":\"2015-05-17T10:05:03.500Z\"}");
	CHECK_STR(map_as("time timestamp", "t timestamp", "{t: .time}",
		      "1431857103123457\n-1\n-1431857103123457\n"),
	    "[t timestamp] {\"t\":\"2015-05-17T10:05:03.123457Z\"} "
	    "{\"t\":\"1969-12-31T23:59:59.999999Z\"} "
	    "{\"t\":\"1924-08-17T13:54:56.876543Z\"}");
}

static void
test_marks(void)
{
	const char *in = "time timestamp*, k string+, j int+, n int";
	const char *row = "1000000|a|1|5\n";

	CHECK_STR(map(in, ".", row),
	    "[time timestamp*, k string+, j int+, n int] "
	    "{\"time\":\"1970-01-01T00:00:01Z\",\"k\":\"a\",\"j\":1,"
	    "\"n\":5}");
	/* Keys stay keys together or not at all. */
	CHECK_STR(map(in, "{k, j, m: .n}", row),
	    "[k string+, j int+, m float] {\"k\":\"a\",\"j\":1,\"m\":5.0}");
	CHECK_STR(
	    map(in, "{k, n}", row), "[k string, n int] {\"k\":\"a\",\"n\":5}");
	CHECK_STR(map(in, "{k, j: 3}", row),
	    "[k string, j float] {\"k\":\"a\",\"j\":3.0}");
	CHECK_STR(map_as(in, "time timestamp, n int", "{time, n}", row),
	    "[time timestamp*, n int] "
	    "{\"time\":\"1970-01-01T00:00:01Z\",\"n\":5}");
	CHECK_STR(map_as(in, "time timestamp", "{time: (.time + 1)}", row),
	    "failed: row 1 (epoch 0): column \"time\" is 2, but it carries "
	    "the event time and cannot change: give it another name, or put "
	    "swatermark behind (-b skip goes on without such rows)");
	CHECK_STR(map_as(in, "time timestamp, n int", "{n}", row),
	    "failed: row 1 (epoch 0): column \"time\" is null, but it carries "
	    "the event time and cannot change: give it another name, or put "
	    "swatermark behind (-b skip goes on without such rows)");
	CHECK_STR(map_as(in, NULL, ".k = \"x\"", row),
	    "failed: row 1 (epoch 0): column \"k\" is \"x\", but it is a key "
	    "of these rows and cannot change: give it another name (-b skip "
	    "goes on without such rows)");
}

/* Integers that a double cannot hold. */
static void
test_exact(void)
{
	const char *id = "9007199254740993\n";
	const char *computes =
	    "failed: row 1 (epoch 0): the expression computes with column "
	    "\"id\", which is 9007199254740993, and jq's numbers are not "
	    "exact beyond 2^53: read it as a string (-b skip goes on without "
	    "such rows)";
	static const char *const wrong[] = { ".id + 1", ".id - 1", ".id % 10",
		".id % 2", ".id * 2", ".id / 2", "-.id", ".id + 0",
		"[.id, 1] | add", ".id | tostring", "\"\\(.id)\"",
		".id | tojson", "[.id] | @csv",
		"select(.id == 9007199254740993)",
		"select(.id == 9007199254740992)",
		"select(.id > 9007199254740992)", "(.id % 2)?",
		"try (.id + 1) catch 0", ".id | floor",
		"select((.id | tostring) == \"9007199254740993\")",
		"{(.id | tostring): 1}", "[range(.id; .id + 1)]",
		"select(.id % 2 == 0)", ".id |= . + 1", "[.id + 1]",
		"{a: {b: (.id + 1)}}", "select(.id % 2 == 1) | 5" };
	static const char *const right[][2] = {
		{ ".", "[id int] {\"id\":9007199254740993}" },
		{ "{id}", "[id int] {\"id\":9007199254740993}" },
		{ "{id: .id}", "[id int] {\"id\":9007199254740993}" },
		{ "{x: .id}", "[x int] {\"x\":9007199254740993}" },
		{ ".id * 1", "[value int] {\"value\":9007199254740993}" },
		{ ".id", "[value int] {\"value\":9007199254740993}" },
		{ ". + {y: 1}",
		    "[id int, y float] {\"id\":9007199254740993,\"y\":1.0}" },
		{ "{a: [.id, {b: .id}]}",
		    "[a string] {\"a\":\"[9007199254740993,"
		    "{\\\"b\\\":9007199254740993}]\"}" },
		{ "select(.id > 5)", "[id int] {\"id\":9007199254740993}" },
		{ "select(.id == 7)", "[id int]" },
		{ "select(.id != null) | {id: (.id // 0), "
		  "has: has(\"id\")}",
		    "[id int, has bool] "
		    "{\"id\":9007199254740993,\"has\":true}" },
		{ "to_entries[]", "[key string, value int] "
				  "{\"key\":\"id\",\"value\":"
				  "9007199254740993}" },
		{ "with_entries(.key |= \"x\" + .)",
		    "[xid int] {\"xid\":9007199254740993}" },
		{ "{id, n: 0.5}, {id: 5, n: .id}",
		    "failed: row 1 (epoch 0): column \"n\" is 0.5, not an "
		    "int (-s 'id float, n float' takes it; -b skip goes on "
		    "without such rows)" },
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CHECK_STR(map("id int", wrong[i], id), computes);
	for (size_t i = 0; i + 1 < sizeof right / sizeof *right; i++)
		CHECK_STR(map("id int", right[i][0], id), right[i][1]);
	/* Every int64 there is; -2^63 and 2^63 - 1 have doubles near by. */
	CHECK_STR(map("id int, n int", "{id, n}",
		      "9223372036854775807|1\n-9223372036854775808|2\n"
		      "9007199254740992|3\n-9007199254740993|4\n"
		      "1499816949527975237|5\n"),
	    "[id int, n int] {\"id\":9223372036854775807,\"n\":1} "
	    "{\"id\":-9223372036854775808,\"n\":2} "
	    "{\"id\":9007199254740992,\"n\":3} "
	    "{\"id\":-9007199254740993,\"n\":4} "
	    "{\"id\":1499816949527975237,\"n\":5}");
	/* Up to 2^53 it is as any other number. */
	CHECK_STR(map("id int", "{id, x: (.id % 10)}", "9007199254740991\n"),
	    "[id int, x float] {\"id\":9007199254740991,\"x\":1.0}");
	/* Two with the same double do not mix. */
	CHECK_STR(map("a int, b int", "{a: .b, b: .a}",
		      "9007199254740993|9007199254740992\n"),
	    "[a int, b int] "
	    "{\"a\":9007199254740992,\"b\":9007199254740993}");
	CHECK(strncmp(map("a int, b int", "select(.a == .b)",
			  "9007199254740993|9007199254740992\n"),
		  "failed: ", 8) == 0);
	CHECK_STR(map("a int, b int", "[.a, .b] | max | {m: .}",
		      "9007199254740993|5\n"),
	    "[m int] {\"m\":9007199254740993}");
	/* A column that has become something else does not take it. */
	CHECK_STR(map_as("id int", "x float", "{x: .id}", id),
	    "failed: row 1 (epoch 0): column \"x\" is 9007199254740993, an "
	    "integer that would lose digits as a float (-s 'x int' takes it; "
	    "-b skip goes on without such rows)");
	CHECK_STR(map_as("id int", "x string", "{x: .id}", id),
	    "[x string] {\"x\":\"9007199254740993\"}");
	CHECK_STR(
	    map_as("a int", "x int", "{x: (.a * 4503599627370496)}", "1\n2\n"),
	    "failed: row 2 (epoch 0): column \"x\" is 9007199254740992, "
	    "beyond 2^53, where jq's numbers have lost digits (-s 'x float' "
	    "takes it; -b skip goes on without such rows)");
}

static void
test_given(void)
{
	CHECK_STR(map_as("a int", "x int, y string, z bool, w float",
		      "{w: .a, z: true, y: [1, \"a\"], x: (.a + 1)}", "1\n"),
	    "[x int, y string, z bool, w float] {\"x\":2,"
	    "\"y\":\"[1,\\\"a\\\"]\",\"z\":true,\"w\":1.0}");
	CHECK_STR(map_as("a int", "x int, y string", "{x: .a}", "1\n"),
	    "[x int, y string] {\"x\":1,\"y\":null}");
	/* A single column takes results without a name. */
	CHECK_STR(
	    map_as("a string", "word string", ".a | split(\" \")[]", "a b\n"),
	    "[word string] {\"word\":\"a\"} {\"word\":\"b\"}");
	CHECK_STR(map_as("a int", "x int", "{x: 0.5}", "1\n"),
	    "failed: row 1 (epoch 0): column \"x\" is 0.5, not an int (-s 'x "
	    "float' takes it; -b skip goes on without such rows)");
	CHECK_STR(map_as("a int", "x int, \"y z\" int", "{x: \"no\"}", "1\n"),
	    "failed: row 1 (epoch 0): column \"x\" is \"no\", not an int (-s "
	    "'x string, \"y z\" int' takes it; -b skip goes on without such "
	    "rows)");
	CHECK_STR(map_as("a int", "x int", "{x: 1, y: 2}", "1\n"),
	    "failed: row 1 (epoch 0): the result has a key \"y\", which is "
	    "not among the columns (-b skip goes on without such rows)");
	CHECK_STR(map_as("a int", "x int, y int", "5", "1\n"),
	    "failed: row 1 (epoch 0): the result is 5, not an object with the "
	    "columns as keys (-b skip goes on without such rows)");
	CHECK_STR(map_as("a int", "x timestamp", "{x: \"yesterday\"}", "1\n"),
	    "failed: row 1 (epoch 0): column \"x\" is \"yesterday\", not a "
	    "timestamp (seconds since 1970, or RFC 3339) (-s 'x string' takes "
	    "it; -b skip goes on without such rows)");
	CHECK_STR(map_as("a int", "x timestamp", "{x: infinite}", "1\n"),
	    "failed: row 1 (epoch 0): column \"x\" is 1.7976931348623157e+308, "
	    "not a timestamp "
	    "(seconds since 1970, or RFC 3339) (-s 'x float' takes it; -b "
	    "skip goes on without such rows)");
	CHECK_STR(
	    map_as("a int, b string", NULL, "select(.a > 1)", "1|x\n2|y\n"),
	    "[a int, b string] {\"a\":2,\"b\":\"y\"}");
	CHECK_STR(map_as("a int, b string", NULL, "{b: \"z\"}", "1|x\n"),
	    "[a int, b string] {\"a\":null,\"b\":\"z\"}");
	CHECK_STR(map_as("a int, b string", NULL, ".a", "1|x\n"),
	    "failed: row 1 (epoch 0): the result is 1, not an object with the "
	    "columns as keys (-b skip goes on without such rows)");
	CHECK_STR(map_as("a int, b string", NULL, ".c = 1", "1|x\n"),
	    "failed: row 1 (epoch 0): the result has a key \"c\", which is "
	    "not among the columns (-b skip goes on without such rows)");
}

static void
test_usage(void)
{
	struct spt_map_conf both = {
		.program = ".", .schema = "a int", .same = true
	};
	struct mapping m;
	struct spt_map_conf none = { .program = ".[]" };

	CHECK_STR(map_as("a int", "x flot", ".", "1\n"),
	    "failed: -s: at \"flot\": expected a type: bool, int, float, "
	    "string or timestamp");
	CHECK_STR(map_as("a int", "x int y int", ".", "1\n"),
	    "failed: -s: at \"y int\": expected a comma");
	CHECK_STR(map_as("a int", "x int,", ".", "1\n"),
	    "failed: -s: at the end: expected a name (name type, name type, "
	    "...)");
	CHECK_STR(map_as("a int", "\"x int", ".", "1\n"),
	    "failed: -s: at \"\"x int\": the quote is never closed");
	CHECK_STR(map_as("a int", "x int, x int", ".", "1\n"),
	    "failed: -s: two columns are named \"x\"");
	CHECK_STR(map_as("a int", "x int", ".a +", "1\n"),
	    "failed: expression: syntax error, unexpected $end");
	CHECK(mapping_open(&m, "a int", true, &both) < 0);
	CHECK_STR(
	    m.e.msg, "-s and --same both say what the columns are: use one");
	CHECK_INT(m.e.kind, SPT_EUSAGE);
	mapping_close(&m);
	CHECK(mapping_open(&m, "a int", false, &none) < 0);
	CHECK_INT(m.e.kind, SPT_EUSAGE);
	CHECK(strstr(m.e.msg, "--same") != NULL);
	mapping_close(&m);
}

/* ---- bad records ----------------------------------------------------------
 */

struct bads {
	char text[2048];
	int n;
	int stop_at;
};

static int
keep_bad(void *ctx, const struct spt_map_bad *b, struct spt_err *e)
{
	struct bads *bads = ctx;
	size_t n = strlen(bads->text);

	snprintf(bads->text + n, sizeof bads->text - n, "%s%lld.%lld %.*s %s",
	    n != 0 ? "; " : "", (long long)b->epoch, (long long)b->row,
	    (int)b->n, b->json, b->reason);
	bads->n++;
	if (bads->n == bads->stop_at)
		return spt_fail(e, SPT_ESYSTEM, "disk full");
	return 0;
}

static void
test_bad(void)
{
	struct bads bads = { 0 };
	struct spt_map_conf conf = {
		.program = "{x: (.a | tonumber)}, if .a == \"9\" then "
			   "error(\"late\") else empty end",
		.bad = keep_bad,
		.ctx = &bads,
	};
	struct mapping m;

	CHECK(mapping_open(&m, "a string", true, &conf) == 0);
	/* Row 3 fails behind a result, which does not go out. */
	CHECK_STR(mapping_epoch(&m, "1\nx\n9\n2\n"),
	    "[x float] {\"x\":1.0} {\"x\":2.0}");
	CHECK_INT(m.out.bad, 2);
	CHECK_STR(bads.text,
	    "0.2 {\"a\":\"x\"} Invalid numeric literal at EOF at line 1, "
	    "column 1 (while parsing 'x'); 0.3 {\"a\":\"9\"} late");
	bads.text[0] = '\0';
	CHECK_STR(mapping_epoch(&m, "3\ny\n"), " {\"x\":3.0}");
	CHECK_INT(m.out.bad, 1);
	CHECK_INT(m.map.bad, 3);
	CHECK(strncmp(bads.text, "1.2 {\"a\":\"y\"}", 12) == 0);
	CHECK_STR(mapping_epoch(&m, "4\n"), " {\"x\":4.0}");
	CHECK_INT(m.out.bad, 0);
	bads.stop_at = bads.n + 1;
	CHECK_STR(mapping_epoch(&m, "z\n5\n"), "failed: disk full");
	mapping_close(&m);
	CHECK_INT(m.map.bad, 4);
}

/* A row gives all of its results or none, also when a later one of them does
 * not fit its column. */
static void
test_whole_rows(void)
{
	struct bads bads = { 0 };
	struct spt_map_conf conf = {
		.program = "{x: .a}, {x: .b}",
		.schema = "x int",
		.bad = keep_bad,
		.ctx = &bads,
	};
	struct mapping m;

	CHECK(mapping_open(&m, "a float, b float", false, &conf) == 0);
	CHECK_STR(mapping_epoch(&m, "1|2\n3|0.5\n4|5\n"),
	    "[x int] {\"x\":1} {\"x\":2} {\"x\":4} {\"x\":5}");
	CHECK_STR(bads.text,
	    "0.2 {\"a\":3.0,\"b\":0.5} column \"x\" is 0.5, not an int");
	mapping_close(&m);
	CHECK_STR(map("a int", "range(2000000)", "1\n"),
	    "failed: row 1 (epoch 0): more than 1048576 results from one row "
	    "(-b skip goes on without such rows)");
}

/* ---- learning -------------------------------------------------------------
 */

/* Without kernels the first 1000 results decide, wherever batches and epochs
 * end. */
static void
test_learning(void)
{
	struct spt_map_conf conf = {
		.program = "{n: (if .n == 1000 then 0.5 else .n end)}",
		.by_rows = true,
	};
	struct spt_buf rows;
	struct mapping m;
	struct spt_err e = { 0 };
	const char *p;

	spt_buf_init(&rows, spt_io_system());
	for (int i = 0; i < 1001; i++)
		CHECK(spt_buf_printf(&rows, &e, "%d\n", i) == 0);
	p = spt_buf_str(&rows, &e);
	for (int64_t batch = 0; batch < 1002; batch += 499) {
		CHECK(mapping_open(&m, "n int", true, &conf) == 0);
		m.batch_rows = batch;
		CHECK_STR(mapping_epoch(&m, p),
		    "failed: row 1001 (epoch 0): column \"n\" is 0.5, not an "
		    "int (-s 'n float' takes it; -b skip goes on without such "
		    "rows)");
		mapping_close(&m);
	}
	conf.program = "{n: (if .n == 999 then 0.5 else .n end)}";
	CHECK(mapping_open(&m, "n int", true, &conf) == 0);
	CHECK(strncmp(mapping_epoch(&m, p), "[n float] {\"n\":0.0}", 19) == 0);
	mapping_close(&m);
	spt_buf_fini(&rows);

	conf.program = "{n: (if .n > 1 then .n / 2 else .n end)}";
	CHECK(mapping_open(&m, "n int", true, &conf) == 0);
	CHECK_STR(mapping_epoch(&m, "1\n"), "[n int] {\"n\":1}");
	CHECK_STR(mapping_epoch(&m, "4\n"), " {\"n\":2}");
	CHECK_STR(mapping_epoch(&m, "5\n"),
	    "failed: row 1 (epoch 2): column \"n\" is 2.5, not an int (-s 'n "
	    "float' takes it; -b skip goes on without such rows)");
	mapping_close(&m);
	/* Kernels know what it computes. */
	conf.by_rows = false;
	CHECK(mapping_open(&m, "n int", true, &conf) == 0);
	CHECK_STR(mapping_epoch(&m, "1\n"), "[n float] {\"n\":1.0}");
	CHECK_STR(mapping_epoch(&m, "5\n"), " {\"n\":2.5}");
	mapping_close(&m);
}

static void
test_now(void)
{
	struct spt_map_conf conf = { .program = "{d: (now - .time)}" };
	struct mapping m;

	CHECK(mapping_open(&m, "time timestamp", true, &conf) == 0);
	m.out.time = 5000000;
	CHECK_STR(mapping_epoch(&m, "1000000\n"), "[d float] {\"d\":4.0}");
	m.out.time = 7500000;
	CHECK_STR(mapping_epoch(&m, "1000000\n"), " {\"d\":6.5}");
	mapping_close(&m);
}

/* ---- state ------------------------------------------------------------------
 */

struct entry {
	char key[64], val[256];
	size_t n_key, n_val;
	int puts;
	bool read;
};

static int
put_entry(void *ctx, const void *key, size_t n_key, const void *val,
    size_t n_val, struct spt_err *e)
{
	struct entry *s = ctx;

	if (n_key > sizeof s->key || n_val > sizeof s->val)
		return spt_fail(e, SPT_ESYSTEM, "too large");
	memcpy(s->key, key, n_key);
	memcpy(s->val, val, n_val);
	s->n_key = n_key;
	s->n_val = n_val;
	s->puts++;
	return 0;
}

static int
next_entry(void *ctx, const void **key, size_t *n_key, const void **val,
    size_t *n_val, struct spt_err *e)
{
	struct entry *s = ctx;

	(void)e;
	if (s->read || s->puts == 0)
		return 0;
	s->read = true;
	*key = s->key;
	*n_key = s->n_key;
	*val = s->val;
	*n_val = s->n_val;
	return 1;
}

static int
load(struct mapping *m, struct entry *s)
{
	struct spt_state_in r = { next_entry, s };

	s->read = false;
	return spt_map_stage.load(&m->map, &r, &m->e);
}

static void
test_state(void)
{
	const char *in = "time timestamp*, k string+, n int";
	struct spt_map_conf conf = { .program = "{time, k, m: .n, b: \"x\"}" };
	struct entry s = { 0 };
	struct spt_state_out w = { put_entry, NULL, &s };
	struct mapping m;

	CHECK(mapping_open(&m, in, true, &conf) == 0);
	CHECK(spt_map_stage.save(&m.map, &w, false, &m.e) == 0);
	CHECK_INT(s.puts, 0);
	CHECK_STR(mapping_epoch(&m, "1000000|a|1\n"),
	    "[time timestamp*, k string+, m float, b string] "
	    "{\"time\":\"1970-01-01T00:00:01Z\",\"k\":\"a\",\"m\":1.0,"
	    "\"b\":\"x\"}");
	CHECK(spt_map_stage.save(&m.map, &w, true, &m.e) == 0);
	CHECK_INT(s.puts, 1);
	CHECK(spt_map_stage.save(&m.map, &w, true, &m.e) == 0);
	CHECK_INT(s.puts, 1);
	CHECK(spt_map_stage.save(&m.map, &w, false, &m.e) == 0);
	CHECK_INT(s.puts, 2);
	mapping_close(&m);

	/* The next run knows its columns before any row. */
	CHECK(mapping_open(&m, in, true, &conf) == 0);
	CHECK(load(&m, &s) == 0);
	CHECK_STR(mapping_epoch(&m, ""),
	    "[time timestamp*, k string+, m float, b string]");
	CHECK_STR(mapping_epoch(&m, "2000000|b|2\n"),
	    " {\"time\":\"1970-01-01T00:00:02Z\",\"k\":\"b\",\"m\":2.0,"
	    "\"b\":\"x\"}");
	mapping_close(&m);

	CHECK(mapping_open(&m, "time timestamp*, n int", true, &conf) == 0);
	CHECK(load(&m, &s) < 0);
	CHECK_INT(m.e.kind, SPT_ECHECKPOINT);
	mapping_close(&m);
	for (size_t cut = 1; cut < s.n_val; cut++) {
		struct entry part = s;

		part.n_val = cut;
		CHECK(mapping_open(&m, in, true, &conf) == 0);
		/* Only at the end of a column is a part a whole. */
		if (load(&m, &part) < 0)
			CHECK_INT(m.e.kind, SPT_ECHECKPOINT);
		else
			CHECK_INT(part.val[cut - 1], 0);
		mapping_close(&m);
	}
}

/* ---- no memory ---------------------------------------------------------- */

struct scarce {
	long left; /* allocations that succeed */
	struct spt_io io;
};

static void *
scarce_realloc(const struct spt_io *io, void *p, size_t n)
{
	struct scarce *s = io->ctx;

	if (s->left-- <= 0)
		return NULL;
	return spt_io_system()->realloc(spt_io_system(), p, n);
}

/* Whichever allocation fails, it is an error, and nothing is left behind. */
static void
test_memory(void)
{
	struct scarce s = { .io = *spt_io_system() };
	struct spt_map_conf conf = { .program = ".", .bad = keep_bad };
	struct bads bads = { 0 };
	const char *text = "failed";
	long k = 0;

	conf.ctx = &bads;
	s.io.realloc = scarce_realloc;
	s.io.ctx = &s;
	mapping_io = &s.io;
	for (; k < 2000 && strcmp(text, "failed") == 0; k++) {
		struct mapping m;

		s.left = k;
		text = "failed";
		if (mapping_open(&m, "time timestamp*, s string, n int", true,
			&conf) == 0)
			text = mapping_epoch(
			    &m, "1|a|9007199254740993\n2|~|4\n~|c|~\n");
		if (strcmp(text, "failed") == 0)
			CHECK_INT(m.e.kind, SPT_ESYSTEM);
		mapping_close(&m);
	}
	mapping_io = NULL;
	CHECK_STR(text, "done");
	CHECK(k > 20);
	CHECK_INT(bads.n, 0);
}

int
main(void)
{
	test_memory();
	test_types();
	test_columns();
	test_times();
	test_marks();
	test_exact();
	test_given();
	test_usage();
	test_bad();
	test_whole_rows();
	test_learning();
	test_now();
	test_state();
	return DONE;
}
