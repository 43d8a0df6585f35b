/*
 * Programs see their value and the time, and nothing else.
 */
#include <stdlib.h>

#include "expr/jq.h"
#include "unit.h"

static char text[4096];

/* All results of a program on a value, or its error. */
static const char *
results(struct spt_jq *jq, const char *value)
{
	struct spt_err e = { 0 };
	size_t n = 0;
	jv v;
	int rc;

	text[0] = '\0';
	spt_jq_start(jq, jv_parse(value));
	while ((rc = spt_jq_next(jq, &v, &e)) == 1) {
		v = jv_dump_string(v, 0);
		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
		    n != 0 ? " " : "", jv_string_value(v));
		jv_free(v);
	}
	if (rc < 0)
		snprintf(text + n, sizeof text - n, "%serror: %s",
		    n != 0 ? " " : "", e.msg);
	return text;
}

static const char *
eval(const char *program, const char *value)
{
	struct spt_jq jq;
	struct spt_err e = { 0 };

	if (spt_jq_init(&jq, spt_io_system(), program, NULL, &e) < 0) {
		snprintf(text, sizeof text, "kind %d: %s", e.kind, e.msg);
		return text;
	}
	spt_jq_time(&jq, 1500000);
	results(&jq, value);
	spt_jq_fini(&jq);
	return text;
}

static void
test_results(void)
{
	CHECK_STR(eval(".", "1"), "1");
	CHECK_STR(eval("empty", "1"), "");
	CHECK_STR(eval(".[]", "[1,\"a\",null]"), "1 \"a\" null");
	CHECK_STR(
	    eval(".a | split(\" \")[]", "{\"a\":\"x y\"}"), "\"x\" \"y\"");
	CHECK_STR(eval("def f: . * 2; f | f", "3"), "12");
	CHECK_STR(eval(". # a comment", "3"), "3");
	CHECK_STR(eval("# a comment\n. + 1, # another\n5", "3"), "4 5");
	CHECK_STR(eval("{b: 1, a: 2, value: .}", "3"),
	    "{\"b\":1,\"a\":2,\"value\":3}");
}

static void
test_errors(void)
{
	CHECK_STR(eval("error(\"x\")", "1"), "error: x");
	CHECK_STR(eval("1, error(\"x\"), 2", "1"), "1 error: x");
	CHECK_STR(eval("error({a: 1})", "1"), "error: {\"a\":1}");
	CHECK_STR(eval(". + 1", "\"x\""),
	    "error: string (\"x\") and number (1) cannot be added");
	CHECK_STR(eval("try error(\"x\") catch .", "1"), "\"x\"");
	/* It must not end the results in silence. */
	CHECK_STR(eval("1, error(null), 2", "1"), "1 error: null");
	CHECK_STR(eval("null | error", "1"), "error: null");
	CHECK_STR(eval("[\"a\"] | implode", "1"),
	    "error: string (\"a\") can't be imploded, unicode codepoint needs "
	    "to be numeric");
	CHECK_STR(eval("error(\"a\\u001bb\")", "1"), "error: a\\x1bb");
}

static void
test_compile_errors(void)
{
	CHECK_STR(eval("foo", "1"), "kind 2: expression: foo/0 is not defined");
	CHECK_STR(eval(".\n| foo(1)", "1"),
	    "kind 2: expression: line 2: foo/1 is not defined");
	CHECK_STR(eval("$x", "1"), "kind 2: expression: $x is not defined");
	CHECK_STR(eval(".a |", "1"),
	    "kind 2: expression: syntax error, unexpected $end");
	CHECK_STR(eval(")", "1"),
	    "kind 2: expression: syntax error, unexpected INVALID_CHARACTER");
	CHECK_STR(eval("", "1"),
	    "kind 2: the expression is empty (. passes every row on)");
	CHECK_STR(eval(" # nothing\n ", "1"),
	    "kind 2: the expression is empty (. passes every row on)");
}

static void
test_sandbox(void)
{
	static const char *const away[] = { "env", "input", "inputs", "debug",
		"stderr", "halt", "halt_error", "halt_error(3)", "modulemeta",
		"input_filename", "input_line_number", "get_search_list",
		"get_jq_origin", "get_prog_origin" };
	char want[256];

	setenv("SPATE_TEST_SECRET", "s3cret", 1);
	for (size_t i = 0; i < sizeof away / sizeof *away; i++) {
		snprintf(want, sizeof want,
		    "kind 2: expression: %.*s is not available: a program "
		    "sees its row and now, nothing else",
		    (int)strcspn(away[i], "("), away[i]);
		CHECK_STR(eval(away[i], "1"), want);
	}
	CHECK_STR(eval("localtime", "1"),
	    "kind 2: expression: localtime is not available: times are UTC "
	    "(gmtime, strftime)");
	CHECK_STR(eval("strflocaltime(\"%H\")", "1"),
	    "kind 2: expression: strflocaltime is not available: times are "
	    "UTC (gmtime, strftime)");
	CHECK_STR(eval("$ENV", "1"), "{}");
	CHECK_STR(eval("$ ENV | length", "1"), "0");
	CHECK_STR(eval("\"\\($ENV.SPATE_TEST_SECRET)\"", "1"), "\"null\"");
	CHECK_STR(eval("import \"a\" as a; 1", "1"),
	    "kind 2: expression: import is not available: a program cannot "
	    "load other files");
	CHECK_STR(eval("#\ninclude \"a\"; 1", "1"),
	    "kind 2: expression: include is not available: a program cannot "
	    "load other files");
	CHECK_STR(eval("$__prog_args", "1"),
	    "kind 2: expression: $__prog_args is not defined");
	/* Names that only begin so, and fields, are nobody's business. */
	CHECK_STR(eval(".env, .input, .import", "{\"env\":1}"), "1 null null");
	CHECK_STR(eval("def important: 7; important", "1"), "7");
	CHECK_STR(eval("def env: 7; env", "1"), "7");
}

static void
test_time(void)
{
	struct spt_jq jq;
	struct spt_err e = { 0 };

	CHECK_STR(
	    eval("now, (now | todate)", "1"), "1.5 \"1970-01-01T00:00:01Z\"");
	CHECK(spt_jq_init(&jq, spt_io_system(), "now", NULL, &e) == 0);
	CHECK_STR(results(&jq, "1"), "0");
	spt_jq_time(&jq, INT64_C(1431857103000000));
	CHECK_STR(results(&jq, "1"), "1431857103");
	spt_jq_fini(&jq);
	spt_jq_fini(&jq);
}

/* A program that is left in the middle of its results starts afresh. */
static void
test_left(void)
{
	struct spt_jq jq;
	struct spt_err e = { 0 };
	jv v;

	CHECK(spt_jq_init(
		  &jq, spt_io_system(), ".[], error(\"x\")", NULL, &e) == 0);
	spt_jq_start(&jq, jv_parse("[1,[2],3]"));
	CHECK(spt_jq_next(&jq, &v, &e) == 1);
	CHECK(jv_number_value(v) == 1);
	CHECK_STR(results(&jq, "[7]"), "7 error: x");
	CHECK_STR(results(&jq, "[8]"), "8 error: x");
	spt_jq_start(&jq, jv_parse("[[1],[2]]"));
	spt_jq_fini(&jq);
}

int
main(void)
{
	unsetenv("HOME");
	test_results();
	test_errors();
	test_compile_errors();
	test_sandbox();
	test_time();
	test_left();
	return DONE;
}
