#include <stdlib.h>

#include "decode/schema_text.h"
#include "unit.h"

/* The text read and printed; or the message. */
static void
check(const char *text, const char *want)
{
	const struct spt_io *io = spt_io_system();
	struct spt_schema_text s;
	struct spt_err e = { 0 };
	struct spt_buf out;

	spt_buf_init(&out, io);
	if (spt_schema_text_parse(&s, io, text, &e) < 0) {
		CHECK_INT(e.kind, SPT_EUSAGE);
		CHECK_INT((long long)s.n, 0);
		CHECK_STR(e.msg, want);
		return;
	}
	for (size_t i = 0; i < s.n; i++)
		CHECK(spt_schema_text_put(&out, s.v[i].name, &s.v[i].type,
			  &s.v[i].path, &e) == 0);
	CHECK_STR(spt_buf_str(&out, &e), want);
	spt_schema_text_fini(&s);
	spt_buf_fini(&out);
}

/* Printing is a fixed point: what it says is read the same. */
static void
same(const char *text)
{
	check(text, text);
}

static void
test_good(void)
{
	same("a bool, b int, c float, d string, e timestamp");
	same("a timestamp(s), b timestamp(ms), c timestamp(us), "
	     "d timestamp(ns), e timestamp(clf), f timestamp(syslog)");
	same("t timestamp(%d/%b/%Y:%H:%M:%S %z)");
	same("t timestamp(%Y (%j), week)");
	same("t timestamp(\"%Y)\"), u timestamp(\" %Y\")");
	same("\"two words\" int, \"a,b\" int, \"say \\\"hi\\\"\" int");
	same("\"line\\nbreak\" int, \"tab\\tin\\x01\" int, \"back\\\\slash\" "
	     "int");
	same("int int, string string, timestamp timestamp(s)");
	same("user string .actor.login, first int .items[0].id, all string .");
	same("k int .\"odd key\".\"\".x, m int .a[10][2]");
	same("\".a\" int, \"f(x)\" float, sum-a.b float, 名前 string");
	check("  a\tint ,\n b   string   .x . ", "at \". \": expected a comma");
	check(
	    "  a\tint ,\n b   timestamp( s )  .x ", "a int, b timestamp(s) .x");
	check("\"a\"int", "a int");
	check("a timestamp(\"s\")",
	    "at \"\"s\")\": no such form of time (s ms us ns clf syslog, or a "
	    "format such as %Y-%m-%d)");
}

static void
test_bad(void)
{
#define TYPES                                                                \
	"(bool int float string timestamp, timestamp(s|ms|us|ns|clf|syslog|" \
	"STRPTIME))"
	check("a flot", "at \"flot\": no such type " TYPES);
	check("a flot, b int", "at \"flot\": no such type " TYPES);
	check("a int, b", "at the end: expected a type " TYPES);
	check("a, b int", "at \", b int\": expected a type " TYPES);
	check("a Int", "at \"Int\": no such type " TYPES);
	check("a int(s)", "at \"(s)\": expected a comma");
	check("", "at the end: expected a name (name type, name type, ...)");
	check("a int,",
	    "at the end: expected a name (name type, name type, ...)");
	check("\"\" int", "at \"\"\" int\": expected a name (name type, name "
			  "type, ...)");
	check("a int b int", "at \"b int\": expected a comma");
	check("a int, a string", "at \"a string\": the name is there already");
	check("\"a int", "at \"\"a int\": the quote is never closed");
	check("\"a\\q\" int", "at \"\\q\" int\": no such escape (\\\" \\\\ \\n "
			      "\\r \\t \\xHH)");
	check("\"a\\x00\" int", "at \"\\x00\" int\": no such escape (\\\" \\\\ "
				"\\n \\r \\t \\xHH)");
	check("a\xff int", "at \"a\xff int\": the name is not UTF-8");
	check("t timestamp(x)", "at \"x)\": no such form of time (s ms us ns "
				"clf syslog, or a format such as %Y-%m-%d)");
	check("t timestamp(%Y-%Q)", "at \"%Q\": no such conversion of time");
	check("t timestamp(%Y", "at \"%Y\": the '(' is never closed");
	check("t timestamp(\"%Y\" x)", "at \"x)\": expected ')'");
	check("u string .a.", "at the end: expected a key (.a.b, .a[0])");
	check("u string .a[x]", "at \"x]\": expected an index such as [0]");
	check("u string .a[-1]", "at \"-1]\": expected an index such as [0]");
	check("u string .a[1", "at \"1\": expected an index such as [0]");
	check("u string .a[99999999999999999999]",
	    "at \"99999999999999999999]\": expected an index such as [0]");
	check("a int, this is a long text that goes on and on and on",
	    "at \"is\": no such type " TYPES);
	check("a int 012345678901234567890123456789012345",
	    "at \"01234567890123456789012345678901...\": expected a comma");
}

int
main(void)
{
	test_good();
	test_bad();
	return DONE;
}
