#include <jv.h>

#include "decode_run.h"
#include "decode/json_scan.h"
#include "unit.h"

/* What comes out of the text under the schema: schema, rows, bad records. */
static void
check(
    const char *text, const char *schema, const char *columns, const char *want)
{
	struct run_file file = { "f", text, strlen(text), 0 };
	struct spt_err e = { 0 };
	struct run run;

	run_init(&run, "ndjson", &file, 1);
	run.conf.schema = schema;
	run.conf.columns = columns;
	if (run_all(&run, &e) < 0) {
		CHECK_STR(e.msg, want);
	} else {
		CHECK(
		    spt_buf_put(&run.rows, run.bad.data, run.bad.len, &e) == 0);
		CHECK_STR(spt_buf_str(&run.rows, &e), want);
	}
	run_fini(&run);
}

static void
test_columns(void)
{
	check("{\"a\":1,\"b\":\"x\"}\n\n  \n{\"b\":null,\"c\":true,\"a\":2}",
	    NULL, NULL, "a int, b string, c bool\n1|x|~\n2|~|true\n");
	check(
	    "{\"b\":1}\n{\"a\":2}\n", NULL, "a,b", "a int, b int\n~|1\n2|~\n");
	check("{\"b\":1}\n", NULL, "b,x", "-c: no column \"x\" (columns: b)");
	check("", NULL, NULL,
	    "no columns: the input is empty (-s 'name type, ...' says what to "
	    "expect)");
	check("no\n", NULL, NULL,
	    "no columns: the start of the input has no record of this format, "
	    "or none that is short enough (-f, --max-record; -s 'name type, "
	    "...' says what to expect)");
	check("", "a int, b string .x", NULL, "a int, b string .x\n");
	/* A column of -s that has not turned up comes last. */
	check("{\"b\":1,\"c\":2}\n", "z int, c string", NULL,
	    "b int, c string, z int\n1|2|~\n");
	/* The last of equal keys counts. */
	check("{\"a\":1,\"a\":2}\n{\"a\":3,\"a\":null}\n", NULL, NULL,
	    "a int\n2\n~\n");
	/* Keys that cannot be names. */
	check("{\"\":1,\"a\\u0000\":2,\"b\":3}\n", NULL, NULL, "b int\n3\n");
	/* A bad line makes no columns. */
	check("{\"x\":1,}\n{\"a\":1}\n", NULL, NULL,
	    "a int\n1\nf:1@0 -: not JSON: expected a key at byte 8 (-) "
	    "[{\"x\":1,}]\n");
	check("{}\n{\"a\":{}}\n", NULL, NULL, "a string\n~\n{}\n");
}

static void
test_values(void)
{
	check("{\"a\":\"\\u0041\\n\\\"\\\\\\/\\b\\f\\r\\t\"}\n", NULL, NULL,
	    "a string\nA\n\"\\/\b\f\r\t\n");
	check("{\"\\u0061\":\"\\u00e9\\u20ac\\ud83d\\ude00\"}\n", NULL, NULL,
	    "a string\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n");
	check("{\"a\":\"x\\ud83dy\\ude00\\ud83d\\ud83d\\ude00\"}\n", NULL, NULL,
	    "a "
	    "string\nx\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80\n");
	check("{\"a\":9007199254740993}\n{\"a\":-9223372036854775808}\n", NULL,
	    NULL, "a int\n9007199254740993\n-9223372036854775808\n");
	check(
	    "{\"a\":1}\n{\"a\":1.0}\n{\"a\":1e3}\n{\"a\":1.5}\n{\"a\":\"7\"}\n"
	    "{\"a\":true}\n",
	    "a int", NULL,
	    "a int\n1\n1\n1000\n7\n"
	    "f:4@28 a: not an int: 1.5 (-s 'a float') [{\"a\":1.5}]\n"
	    "f:6@48 a: not an int: true (-s 'a string') [{\"a\":true}]\n");
	check("{\"a\":1}\n{\"a\":1.50}\n{\"a\":true}\n{\"a\": [1, {} ]}\n"
	      "{\"a\":null}\n{\"a\":\"\"}\n",
	    "a string", NULL, "a string\n1\n1.50\ntrue\n[1, {} ]\n~\n\n");
	check("{\"a\":1}\n{\"a\":\"NaN\"}\n", "a float", NULL,
	    "a float\n1.0\nNaN\n");
	check("{\"t\":1431857103}\n{\"t\":\"2015-05-17\"}\n", "t timestamp",
	    NULL,
	    "t timestamp\n2015-05-17T00:00:00Z\n"
	    "f:1@0 t: a number is no timestamp: 1431857103 "
	    "(-s 't timestamp(s)') [{\"t\":1431857103}]\n");
	check("{\"t\":1431857103123}\n", "t timestamp", NULL,
	    "t timestamp\nf:1@0 t: a number is no timestamp: 1431857103123 "
	    "(-s 't timestamp(ms)') [{\"t\":1431857103123}]\n");
	check("{\"t\":1431857103.5}\n{\"t\":\"1431857103\"}\n{\"t\":true}\n",
	    "t timestamp(s)", NULL,
	    "t timestamp(s)\n2015-05-17T10:05:03.500Z\n2015-05-17T10:05:03Z\n"
	    "f:3@38 t: not a timestamp: true (-s 't string') [{\"t\":true}]\n");
	check("{\"it's\":\"x\"}\n", "\"it's\" int", NULL,
	    "it's int\nf:1@0 it's: not an int: \"x\" (-s 'it'\\''s string') "
	    "[{\"it's\":\"x\"}]\n");
}

static void
test_paths(void)
{
	check("{\"actor\":{\"login\":\"ann\",\"id\":1},\"n\":5}\n"
	      "{\"actor\":\"x\",\"n\":6}\n{\"n\":7}\n",
	    "user string .actor.login", NULL,
	    "actor string, n int, user string .actor.login\n"
	    "{\"login\":\"ann\",\"id\":1}|5|ann\nx|6|~\n~|7|~\n");
	check("{\"a\":[{\"id\":1},{\"id\":2}]}\n{\"a\":[]}\n", "x int .a[1].id",
	    "x", "x int .a[1].id\n2\n~\n");
	/* The key of the same name is nobody's. */
	check("{\"user\":\"no\",\"a\":{\"user\":\"yes\"},\"user\":\"no\"}\n",
	    "user string .a.user", "user", "user string .a.user\nyes\n");
	check("{\"login\":\"ann\"}\n", "u string .login", NULL,
	    "login string, u string .login\nann|ann\n");
	/* What an object held that came before the last one is forgotten. */
	check("{\"a\":{\"b\":1,\"c\":{\"d\":1}},\"a\":{\"c\":2}}\n"
	      "{\"a\":{\"b\":1},\"a\":5}\n",
	    "b int .a.b, d int .a.c.d, c string .a.c", "b,c,d",
	    "b int .a.b, c string .a.c, d int .a.c.d\n~|2|~\n~|~|~\n");
	check("{\"a\":1}\n", "all string ., b int .a, c int .a", "all,b,c",
	    "all string ., b int .a, c int .a\n{\"a\":1}|1|1\n");
	check("{\"a.b\":{\"\":{\"x y\":3}}}\n", "v int .\"a.b\".\"\".\"x y\"",
	    "v", "v int .\"a.b\".\"\".\"x y\"\n3\n");
}

/* Members come and go, change places and blanks, and return. */
static void
test_order(void)
{
	static const char *const lines[] = {
		"{\"a\":1,\"b\":\"x\",\"c\":1.5,\"d\":true}",
		"{\"a\":1,\"b\":\"x\",\"c\":1.5,\"d\":true}",
		"{\"a\":1,\"c\":1.5,\"d\":true}",
		"{\"d\":true}",
		"{\"d\":true,\"c\":1.5,\"b\":\"x\",\"a\":1}",
		"{\"a\":1,\"z\":{\"a\":9,\"b\":[\"}\"]},\"c\":1.5}",
		"{ \"a\" : 1 , \"b\" : \"x\" }",
		"{\"a\": 1,\"b\":  \"x\",\"c\":\t1.5 }",
		"{\"b\":\"y\",\"a\":0,\"b\":\"x\",\"a\":1}",
		"{\"\\u0061\":1,\"b\":\"\\u0078\"}",
		"{}",
		("{\"a_name_that_is_longer_than_what_a_step_can_hold_____\":1,"
		 "\"a\":1}"),
	};
	static const char *const rows[] = { "1|x|1.5|true", "1|x|1.5|true",
		"1|~|1.5|true", "~|~|~|true", "1|x|1.5|true", "1|~|1.5|~",
		"1|x|~|~", "1|x|1.5|~", "1|x|~|~", "1|x|~|~", "~|~|~|~",
		"1|~|~|~" };
	enum { N = sizeof lines / sizeof *lines };
	char text[4096], want[1024];
	unsigned r = 1;

	for (int round = 0; round < 300; round++) {
		size_t n = 0, m;

		m = (size_t)sprintf(want, "a int, b string, c float, d bool\n");
		for (int k = 0; k < 12; k++) {
			size_t i;

			r = r * 1103515245u + 12345u;
			i = round == 0 ? (size_t)k : (r >> 16) % N;
			n += (size_t)sprintf(text + n, "%s\n", lines[i]);
			m += (size_t)sprintf(want + m, "%s\n", rows[i]);
		}
		check(
		    text, "a int, b string, c float, d bool", "a,b,c,d", want);
	}
}

/* What stood at the start of an object is wrong in its middle, and what stood
 * in the middle at its start. */
static void
test_places(void)
{
	static const char start[] = "{\"a\":1,\"b\":2}\n{\"b\":3,\"a\":4}\n";
	static const char rows[] = "a int, b int\n1|2\n4|3\n";
	static const struct {
		const char *line, *why;
	} wrong[] = {
		{ "{\"a\":1{\"b\":2}", "expected ',' or '}' at byte 7" },
		{ "{\"b\":1{\"a\":2}", "expected ',' or '}' at byte 7" },
		{ "{\"b\":1{\"b\":2}", "expected ',' or '}' at byte 7" },
		{ "{,\"a\":1}", "expected a key at byte 2" },
		{ ",\"a\":1}", "expected an object at byte 1" },
		{ "{\"a\":1,,\"b\":2}", "expected a key at byte 8" },
		{ "{\"a\":1,\"b\":,\"b\":2}", "expected a value at byte 12" },
		{ "{\"a\":1,{\"b\":2}}", "expected a key at byte 8" },
	};

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char text[256], want[512];

		snprintf(
		    text, sizeof text, "%s%s\n%s", start, wrong[i].line, start);
		snprintf(want, sizeof want,
		    "%s1|2\n4|3\nf:3@28 -: not JSON: %s (-) [%s]\n", rows,
		    wrong[i].why, wrong[i].line);
		check(text, NULL, NULL, want);
	}
}

/* More different members than are remembered. */
static void
test_many(void)
{
	enum { LINES = 1500 };
	char *text = malloc(LINES * 80), *want = malloc(LINES * 12);
	size_t n = 0, m;

	CHECK(text != NULL && want != NULL);
	if (text == NULL || want == NULL)
		return;
	m = (size_t)sprintf(want, "a int\n");
	for (int i = 0; i < LINES; i++) {
		n += (size_t)sprintf(text + n,
		    "{\"k%d\":1,\"l%d\":2,\"m%d\":[],\"n%d\":{},\"a\":%d}\n", i,
		    i, i % 7, i, i);
		m += (size_t)sprintf(want + m, "%d\n", i);
	}
	check(text, "a int", "a", want);
	free(text);
	free(want);
}

static void
bad(const char *line, const char *why)
{
	char text[1024], want[1500];

	snprintf(text, sizeof text, "%s\n{\"k\":0}\n", line);
	snprintf(want, sizeof want,
	    "k int\n0\nf:1@0 -: not JSON: %s (-) [%s]\n", why, line);
	check(text, NULL, "k", want);
}

static void
test_bad(void)
{
	bad("[1]", "expected an object at byte 1");
	bad("\"x\"", "expected an object at byte 1");
	bad("{", "expected a key at byte 2");
	bad("{\"k\"}", "expected ':' at byte 5");
	bad("{\"k\":}", "expected a value at byte 6");
	bad("{\"k\":1", "expected ',' or '}' at byte 7");
	bad("{\"k\":1,}", "expected a key at byte 8");
	bad("{\"k\":1}}", "text behind the object at byte 8");
	bad("{\"k\":1} {}", "text behind the object at byte 9");
	bad("{'k':1}", "expected a key at byte 2");
	bad("{k:1}", "expected a key at byte 2");
	bad("{\"k\":[1,]}", "expected a value at byte 9");
	bad("{\"k\":[1 2]}", "expected ',' or ']' at byte 9");
	bad("{\"k\":tru}", "expected a value at byte 6");
	bad("{\"k\":NaN}", "expected a value at byte 6");
	bad("{\"k\":nan}", "expected a value at byte 6");
	bad("{\"k\":+1}", "expected a value at byte 6");
	bad("{\"k\":.5}", "expected a value at byte 6");
	bad("{\"k\":01}", "expected ',' or '}' at byte 7");
	bad("{\"k\":1.}", "expected a digit at byte 8");
	bad("{\"k\":1e}", "expected a digit at byte 8");
	bad("{\"k\":-}", "expected a digit at byte 7");
	bad("{\"k\":0x10}", "expected ',' or '}' at byte 7");
	bad("{\"k\":\"\\x41\"}", "no such escape in a string at byte 7");
	bad("{\"k\":\"\\u12g4\"}", "expected 4 hex digits at byte 11");
	bad("{\"k\":\"a\tb\"}", "a control character in a string at byte 8");
	bad("{\"k\":\"abc", "a string is never closed at byte 10");
	bad("{\"k\":\"abc\\", "no such escape in a string at byte 10");
	bad("{\"k\":1,\"x\":{\"y\":[{]}}", "expected a key at byte 19");
}

/* Lines with a NUL, and bytes that are no UTF-8. */
static void
test_bytes(void)
{
	static const char text[] = "{\"a\":\"x\\u0000y\"}\n{\"a\":\"\0\"}\n"
				   "{\"a\":\"\xff\xc3(\"}\n\0\n";
	static const char want[] =
	    "a string\nx\0y\n\xef\xbf\xbd\xef\xbf\xbd(\n";
	struct run_file file = { "f", text, sizeof text - 1, 0 };
	struct spt_err e = { 0 };
	struct run run;

	run_init(&run, "ndjson", &file, 1);
	CHECK(run_all(&run, &e) == 0);
	CHECK(run.rows.len == sizeof want - 1 &&
	      memcmp(run.rows.data, want, sizeof want - 1) == 0);
	CHECK_INT(run.count.rows, 2);
	CHECK_INT(run.count.bad, 2);
	CHECK_INT(run.count.repaired, 2);
	run_fini(&run);
}

static void
test_depth(void)
{
	char text[2 * SPT_JSON_DEPTH + 64];

	for (int more = 0; more < 2; more++) {
		int n = SPT_JSON_DEPTH - 1 + more;
		size_t at = (size_t)sprintf(text, "{\"k\":0,\"x\":");

		memset(text + at, '[', (size_t)n);
		memset(text + at + n, ']', (size_t)n);
		strcpy(text + at + 2 * n, "}\n");
		/* Wanted or passed over makes no difference. */
		for (int path = 0; path < 2; path++) {
			struct run_file file = { "f", text, strlen(text), 0 };
			struct spt_err e = { 0 };
			struct run run;

			run_init(&run, "ndjson", &file, 1);
			run.conf.schema = path ? "y int .x[0][0][1]" : "k int";
			CHECK(run_all(&run, &e) == 0);
			CHECK_INT(run.count.rows, !more);
			CHECK_INT(run.count.bad, more);
			run_fini(&run);
		}
	}
}

/* ---- libjq: what we take, it takes ------------------------------------- */

static const char *const seeds[] = {
	"{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"e\\u00e9\\n\"}}",
	"{\"n\":[-0.5e+10,0,1E3,12.25,-1],\"s\":\"\\u20ac\\\"\\t\"}",
	"{ \"x\" : [ { } , [ ] , \"\" ] }",
};

static int
line_good(const char *p, size_t n)
{
	struct spt__json j = { .start = p, .p = p, .end = p + n };

	spt__json_blanks(&j);
	if (spt__json_peek(&j) != '{' || !spt__json_skip(&j, 1))
		return 0;
	spt__json_blanks(&j);
	return j.p == j.end;
}

static void
test_jq(void)
{
	static const char bytes[] = "{}[]\",:\\ue0159.-+tfn \t/x";
	int accepted = 0, refused = 0;
	unsigned r = 1;

	for (int i = 0; i < 60000; i++) {
		char text[128];
		size_t n = strlen(seeds[i % 3]);
		jv v;

		memcpy(text, seeds[i % 3], n);
		for (int k = 0; k < 1 + i % 2; k++) {
			r = r * 1103515245u + 12345u;
			text[(r >> 16) % n] =
			    bytes[(r >> 8) % (sizeof bytes - 1)];
		}
		/* (libjq loses memory over some texts that it refuses.) */
		if (!line_good(text, n)) {
			refused++;
			continue;
		}
		accepted++;
		v = jv_parse_sized(text, (int)n);
		CHECK(jv_is_valid(v));
		jv_free(v);
	}
	CHECK(accepted > 1000 && refused > 1000);
}

int
main(void)
{
	test_columns();
	test_values();
	test_paths();
	test_order();
	test_places();
	test_many();
	test_bad();
	test_bytes();
	test_depth();
	test_jq();
	return DONE;
}
