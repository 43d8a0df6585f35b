/*
 * Kernels against libjq: programs that people write and programs that a
 * generator makes, over rows that are ugly, must give the same rows, the same
 * bad records with the same words, and the types that were promised.
 *
 * SPT_EXPRDIFF=N makes N programs instead of some; SPT_EXPRSEED=S
 * begins elsewhere.
 */
#include "map_harness.h"
#include "unit.h"

#define COLUMNS "i int, j int, f float, s string, u string, b bool, t timestamp"

static const char rows[] =
    "1|2|0.5|/a/b?x=1|GET|t|1431857103123456\n"
    "500|-3|-2.25||post|f|0\n"
    "~|~|~|~|~|~|~\n"
    "0|7|nan|12|x|t|-1\n"
    "404|1024|1e300|/index.html|GET|~|1431857103000000\n"
    "-5|0|-0.0| 7 |null|f|~\n"
    "9007199254740993|1|inf|7.25e2|\xc3\xa9t\xc3\xa9 A|t|5\n"
    "3|-9007199254740993|1e-7|-0|aGb|~|253402300799999999\n"
    "2|9007199254740991|123456.789|007|\xf0\x9f\x98\x80x|t|1500000000000000\n"
    "12|3|~|true|/a/b/c|f|1500000000000001\n"
    "200|~|2.5|abc|abcabc|t|1500000000500000\n"
    "~|5|1e15|,,|a,b|f|10\n"
    "100|100|0.0001|a,|,b|~|20\n";

/* libjq 1.6 itself loses memory in ltrimstr and where startswith fails. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libjq";
}

struct outcome {
	char *text, *bad;
	char schema[4096];
	bool fast;
	int kind;
};

static struct spt_buf bads;

static int
note_bad(void *ctx, const struct spt_map_bad *b, struct spt_err *e)
{
	(void)ctx;
	return spt_buf_printf(&bads, e, "%lld.%lld %.*s %s\n",
	    (long long)b->epoch, (long long)b->row, (int)b->n, b->json,
	    b->reason);
}

static char *
keep(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	return copy;
}

static void
append(struct spt_buf *to, const char *text)
{
	struct spt_err never = { 0 };

	CHECK(spt_buf_puts(to, text, &never) == 0);
}

/* Two epochs; batches of so many rows. */
static void
run(struct outcome *o, struct spt_map_conf *conf, int64_t batch_rows)
{
	struct spt_err never = { 0 };
	struct spt_buf spec, text;
	struct mapping m;
	int rc = mapping_open(&m, COLUMNS, true, conf);

	memset(o, 0, sizeof *o);
	spt_buf_init(&spec, spt_io_system());
	spt_buf_init(&text, spt_io_system());
	bads.len = 0;
	m.batch_rows = batch_rows;
	m.out.time = 1600000000000000;
	if (rc == 0) {
		append(&text, mapping_epoch(&m, rows));
		append(&text, mapping_epoch(&m, rows));
		o->fast = m.map.fast_on;
		if (spt_mapspec_print(
			&m.map.spec, -1, SPT_BOOL, &spec, &never) == 0)
			snprintf(o->schema, sizeof o->schema, "%s",
			    spt_buf_str(&spec, &never));
	} else {
		append(&text, mapping_text(&m, rc));
	}
	o->kind = (int)m.e.kind;
	o->text = keep(spt_buf_str(&text, &never));
	o->bad = keep(spt_buf_str(&bads, &never));
	spt_buf_fini(&text);
	spt_buf_fini(&spec);
	mapping_close(&m);
}

static void
drop(struct outcome *o)
{
	free(o->text);
	free(o->bad);
}

static const char *
behind_schema(const char *text)
{
	const char *p = strchr(text, ']');

	return *text == '[' && p != NULL ? p + 1 : text;
}

/* 1: it was compiled, and comes out as libjq says. */
static int
compare(const char *program, int64_t batch_rows)
{
	struct spt_map_conf conf = { .program = program, .bad = note_bad };
	struct outcome fast, slow;
	int same = 0;

	run(&fast, &conf, batch_rows);
	if (!fast.fast) {
		drop(&fast);
		return 0;
	}
	conf.by_rows = true;
	conf.schema = fast.schema;
	run(&slow, &conf, 0);
	same =
	    strcmp(behind_schema(fast.text), behind_schema(slow.text)) == 0 &&
	    strcmp(fast.bad, slow.bad) == 0 && fast.kind == slow.kind;
	if (!same)
		printf("program: %s\nkernels: %s\n%s\nlibjq: %s\n%s\n", program,
		    fast.text, fast.bad, slow.text, slow.bad);
	CHECK(same);
	drop(&fast);
	drop(&slow);
	return 1;
}

/* ---- programs that people write ------------------------------------------ */

/* All are compiled.  With !: the types are not those that results show. */
static const char *const common[] = {
	".",
	".s",
	"select(.i >= 500)",
	"select(.i >= 400 and .i < 500)",
	"select(.b)",
	"select(.b | not)",
	"select(.s == \"abc\" or .u == \"GET\")",
	"select(.s != null) | {s, i}",
	"select(.s > .u)",
	"select(.s <= \"b\")",
	"select(.i == .j)",
	"select(.i != 404) | {i, x: .j, s}",
	"select(.u | IN(\"GET\", \"post\"))",
	"select(.s | type == \"string\")",
	"select(.s != null and (.s | startswith(\"/a\")))",
	"select((.s // \"\") | endswith(\"l\"))",
	"select((.s // \"\") | contains(\"a\"))",
	"select((.u // \"-\") | test(\"ab\"))",
	"{s, kb: (.j / 1024)}",
	"{s, n: ((.i // 0) * 2 + 1)}",
	"!{s: (.s // \"-\"), u}",
	"{i, class: (if .i >= 500 then \"error\" elif .i >= 400 then \"bad\" "
	"else \"ok\" end)}",
	"{a: (.i / 100 | floor)}",
	"{a: (.f | round), b: (.f | ceil), c: (.f | sqrt)}",
	"{m: (.u // \"\" | ascii_downcase), n: (.s | length)}",
	"{p: (.s // \"\" | split(\"?\")[0]), q: (.s // \"\" | "
	"split(\"/\")[1])}",
	"{hour: ((.t // 0) / 3600 | floor * 3600)}",
	". + {kb: 1}",
	". + {s: .u, z: .i}",
	".i += 1",
	".x = .i",
	"!.s |= (. // \"none\")",
	".u //= \"none\"",
	"del(.s)",
	"del(.s, .u, .nothing)",
	"{i, text: \"\\(.i) of \\(.s): \\(.b)\"}",
	".i as $i | {d: ($i - .j), $i}",
	"{t, f, b}",
	"{ago: (now - .t)}",
	"{n: (.s | tonumber)}",
	"{n: (.i | tostring)}",
	"{\"a b\": .i, \"c\": (.j % 7)}",
	"if .i == null then empty else {i} end",
	"if .i < 0 then error(\"neg\") else . end",
	"select(has(\"i\")) | .i",
	"{l: (.u // \"\" | ltrimstr(\"a\") | rtrimstr(\"c\"))}",
	"{up: (.u | ascii_upcase)}",
	"{v: -.i}",
	"{v: (.i // .j // 0)}",
	"{big: (.i * 1), null: null, yes: true}",
	"# a comment\n.i | . + 1",
	".[\"i\"]",
	"(.nothing + .i) * 2",
};

static void
test_common(void)
{
	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		const char *program = common[i] + (common[i][0] == '!');
		int done = compare(program, (int64_t)(i % 3) * 4);

		if (done != 1)
			printf("not compiled: %s\n", program);
		CHECK_INT(done, 1);
	}
}

/* The types are those that libjq's results show, where no value is null for
 * all rows and none is by chance that of its column. */
static void
test_types(void)
{
	for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
		struct spt_map_conf conf = { .program = common[i],
			.bad = note_bad };
		struct outcome fast, slow;

		if (common[i][0] == '!')
			continue;
		run(&fast, &conf, 0);
		conf.by_rows = true;
		run(&slow, &conf, 0);
		if (strcmp(fast.schema, slow.schema) != 0)
			printf("program: %s\n", common[i]);
		CHECK_STR(fast.schema, slow.schema);
		drop(&fast);
		drop(&slow);
	}
}

/* What is left to libjq. */
static void
test_foreign(void)
{
	static const char *const foreign[] = { ".[]", "[.i]", ".i, .j",
		"def f: .; f", "reduce .i as $x (0; . + $x)", "try .i catch 0",
		".i?.j", "{(.s): 1}", "{a: {b: 1}}", ".s | test(\"a.c\")",
		".s | split(\"/\")", ".s[0:2]", ". * {a: 1}", ".i + .s",
		"if .b then 1 else \"x\" end", "if .b then {i} else {j} end",
		"keys", "to_entries", "{}", ".i | @text", "..", "limit(1; .i)",
		".s | ascii", "select(.i > 1, .j > 1)", "1 % 2", "{i} | .i.x",
		"\"\\ud83d\\ude00\"", "any", ".t | todate", "tojson" };

	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		CHECK_INT(compare(foreign[i], 0), 0);
}

/* ---- generated programs -------------------------------------------------- */

static uint64_t state = 1;

static unsigned
pick(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 33) % n;
}

static char program[16384];
static size_t used;

static void
say(const char *text)
{
	size_t n = strlen(text);

	if (used + n + 1 < sizeof program) {
		memcpy(program + used, text, n + 1);
		used += n;
	}
}

static void say_text(int depth);
static void say_bool(int depth);

#define ANY(list) say(list[pick(sizeof(list) / sizeof *(list))])

static void
say_number(int depth)
{
	static const char *const leaves[] = { ".i", ".j", ".f", ".t", "0", "1",
		"2.5", "1000", "1e3", ".i", ".j", "now", ".nothing" };
	static const char *const signs[] = { " + ", " - ", " * ", " / ", " % ",
		" + " };
	static const char *const functions[] = { "floor", "ceil", "round",
		"sqrt", "fabs", "log", "exp2", "length", "tostring | tonumber",
		"trunc", "cbrt" };

	switch (depth <= 0 ? 0 : pick(9)) {
	case 0:
	case 1:
		ANY(leaves);
		break;
	case 2:
	case 3:
		say("(");
		say_number(depth - 1);
		ANY(signs);
		say_number(depth - 1);
		say(")");
		break;
	case 4:
		say("(");
		say_number(depth - 1);
		say(" | ");
		ANY(functions);
		say(")");
		break;
	case 5:
		say("(");
		say_number(depth - 1);
		say(" // ");
		say_number(depth - 1);
		say(")");
		break;
	case 6:
		say("(if ");
		say_bool(depth - 1);
		say(" then ");
		say_number(depth - 1);
		say(" else ");
		say_number(depth - 1);
		say(" end)");
		break;
	case 7:
		say("(");
		say_text(depth - 1);
		say(pick(2) ? " | length)" : " | tonumber)");
		break;
	default:
		say("(");
		say_number(depth - 1);
		say(" as $v | $v + ");
		say_number(depth - 1);
		say(pick(2) ? ")" : " - $v)");
	}
}

static void
say_text(int depth)
{
	static const char *const leaves[] = { ".s", ".u", "\"abc\"", "\"\"",
		".s", ".u", "\"\\u00e9\"", "(.s // \"-\")" };
	static const char *const functions[] = { "ascii_downcase",
		"ascii_upcase", "ltrimstr(\"/a\")", "rtrimstr(\"c\")",
		"tostring", "split(\"/\")[1]", "split(\",\")[0]",
		"split(\"ab\")[2]", ". + \"x\"", "type" };

	switch (depth <= 0 ? 0 : pick(8)) {
	case 0:
	case 1:
		ANY(leaves);
		break;
	case 2:
		say("(");
		say_text(depth - 1);
		say(" + ");
		say_text(depth - 1);
		say(")");
		break;
	case 3:
		say("\"<\\(");
		pick(2) ? say_number(depth - 1) : say_text(depth - 1);
		say(")>\"");
		break;
	case 4:
		say("(");
		say_text(depth - 1);
		say(" // ");
		say_text(depth - 1);
		say(")");
		break;
	case 5:
		say("(if ");
		say_bool(depth - 1);
		say(" then ");
		say_text(depth - 1);
		say(" else ");
		pick(5) ? say_text(depth - 1) : say("null");
		say(" end)");
		break;
	default:
		say("(");
		pick(4) ? say_text(depth - 1) : say_bool(depth - 1);
		say(" | ");
		ANY(functions);
		say(")");
	}
}

static void
say_bool(int depth)
{
	static const char *const leaves[] = { ".b", "true", "false", ".i > 100",
		".s == null", ".u == \"GET\"", ".f < 1", ".b" };
	static const char *const signs[] = { " == ", " != ", " < ",
		" <= ", " > ", " >= " };
	/* startswith and endswith of libjq 1.6 lose memory when they fail. */
	static const char *const tests[] = {
		" // \"\" | tostring | startswith(\"/a\"))",
		" // \"\" | tostring | endswith(\"b\"))", " | contains(\"a\"))",
		" | test(\"b\"))", " | IN(\"abc\", .u, null))", " | not)"
	};

	switch (depth <= 0 ? 0 : pick(9)) {
	case 0:
	case 1:
		say("(");
		ANY(leaves);
		say(")");
		break;
	case 2:
	case 3:
		say("(");
		say_number(depth - 1);
		ANY(signs);
		pick(6) ? say_number(depth - 1) : say_text(depth - 1);
		say(")");
		break;
	case 4:
		say("(");
		say_text(depth - 1);
		ANY(signs);
		say_text(depth - 1);
		say(")");
		break;
	case 5:
	case 6:
		say("(");
		say_bool(depth - 1);
		say(pick(2) ? " and " : " or ");
		pick(4) ? say_bool(depth - 1) : say_number(depth - 1);
		say(")");
		break;
	case 7:
		say("(");
		say_bool(depth - 1);
		say(pick(2) ? " | not)" : " // .b)");
		break;
	default:
		say("(");
		say_text(depth - 1);
		ANY(tests);
	}
}

static void
say_any(int depth)
{
	switch (pick(3)) {
	case 0:
		say_number(depth);
		break;
	case 1:
		say_text(depth);
		break;
	default:
		say_bool(depth);
	}
}

static void
say_program(void)
{
	static const char *const ends[] = { "", " | del(.a)",
		" | .c = (.a | type)", " | . + {z: 1}", " | select(.a != null)",
		" | .a", " | .a //= 1", " | {x: .a, a}" };
	int depth = 1 + (int)pick(4);

	used = 0;
	switch (pick(8)) {
	case 0:
		say("if ");
		say_bool(depth);
		say(pick(2) ? " then empty else . end | "
			    : " then error(\"no\") else . end | ");
		break;
	case 1:
		say(".i |= ");
		say_number(depth);
		say(" | ");
		break;
	case 2:
		say_any(depth);
		say(" as $x | ");
		break;
	case 3:
		say("{s, u, b, i, f, t, j: ");
		say_any(1);
		say("} | ");
		break;
	default:
		if (pick(2)) {
			say("select(");
			say_bool(depth);
			say(") | ");
		}
	}
	if (pick(4) == 0) {
		say_any(depth);
		return;
	}
	say("{a: ");
	say("(");
	say_any(depth);
	say("), i, b: (");
	say_any(depth);
	say(")}");
	ANY(ends);
}

static void
test_generated(void)
{
	const char *count = getenv("SPT_EXPRDIFF");
	const char *seed = getenv("SPT_EXPRSEED");
	long n = count != NULL ? atol(count) : 150, compiled = 0;

	state =
	    0x9e3779b97f4a7c15u + (seed != NULL ? strtoull(seed, 0, 10) : 0);
	for (long k = 0; k < n; k++) {
		say_program();
		compiled += compare(program, pick(3) * 3);
	}
	/* Most of what it makes has kernels. */
	CHECK(compiled >= n / 3);
	if (count != NULL)
		printf("%ld of %ld compiled\n", compiled, n);
}

/* ---- -s ------------------------------------------------------------------ */

static void
test_asked(void)
{
	static const char *const asked[][2] = {
		{ "{x: .i}", "x int" },
		{ "{x: .i}", "x string" },
		{ "{x: .i}", "x timestamp" },
		{ "{x: .f}", "x int" },
		{ "{x: .f}", "x string" },
		{ "{x: .f}", "x timestamp" },
		{ "{x: .b}", "x string" },
		{ "{x: .b}", "x bool, y int" },
		{ "{x: .b}", "x int" },
		{ "{x: .t}", "x timestamp" },
		{ "{x: .t}", "x string" },
		{ "{t}", "t timestamp" },
		{ "{t}", "t float" },
		{ "{x: .s}", "x timestamp" },
		{ "{x: .s}", "x string, s string" },
		{ "{x: .s}", "x int" },
		{ "{x: \"2015-05-17T10:05:03.5Z\"}", "x timestamp" },
		{ "{x: (.t + 0.5)}", "x timestamp" },
		{ "{x: (.i / 4)}", "x int" },
		{ "{x: (.i * 4)}", "x int" },
		{ "{x: null, y: 1}", "y int, x bool" },
		{ "{x: 1, z: 2}", "x int" },
		{ ".i", "x int, y int" },
		{ ".i", "value int" },
		{ ".i | tostring", "name string" },
		{ "{x: (.i // 0)}", "x int" },
		{ "{x: (.i > 1)}", "x string" },
	};

	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct spt_map_conf conf = { .program = asked[i][0],
			.schema = asked[i][1],
			.bad = note_bad };
		struct outcome fast, slow;

		run(&fast, &conf, (int64_t)(i % 2) * 5);
		conf.by_rows = true;
		run(&slow, &conf, 0);
		if (strcmp(fast.text, slow.text) != 0 ||
		    strcmp(fast.bad, slow.bad) != 0)
			printf("-s '%s' '%s'\n", asked[i][1], asked[i][0]);
		CHECK_STR(fast.text, slow.text);
		CHECK_STR(fast.bad, slow.bad);
		drop(&fast);
		drop(&slow);
	}
}

/* ---- large batches ------------------------------------------------------- */

static char *
map_many(const char *text, const char *p, int64_t batch_rows, bool by_rows)
{
	struct spt_map_conf conf = { .program = text, .by_rows = by_rows };
	struct mapping m;
	char *out;

	CHECK(mapping_open(&m, "n int, s string, b bool", true, &conf) == 0);
	m.batch_rows = batch_rows;
	out = keep(mapping_epoch(&m, p));
	mapping_close(&m);
	return out;
}

/* The answer does not depend on how rows are cut into batches. */
static void
test_batches(void)
{
	static const char *const programs[] = { ".", "{b, s, x: (.n + 1), n}",
		"select(.n % 3 == 1) | {b, x: .n, s}",
		"select(.b) | {s: \"\\(.s)!\", b}", "{x: .n}",
		"if .n > 20000 then .n else null end" };
	struct spt_err never = { 0 };
	struct spt_buf text;
	const char *p;

	spt_buf_init(&text, spt_io_system());
	for (int i = 0; i < 40001; i++)
		CHECK(spt_buf_printf(&text, &never, "%d|%s|%s\n", i,
			  i % 7 == 0 ? "~"
			  : i % 2    ? "abc"
				     : "",
			  i % 5 == 0 ? "~"
			  : i % 3    ? "t"
				     : "f") == 0);
	p = spt_buf_str(&text, &never);
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		char *whole = map_many(programs[i], p, 0, false);
		char *cut = map_many(programs[i], p, 1013, false);

		CHECK(strcmp(whole, cut) == 0);
		free(cut);
		if (i % 2 == 0) {
			cut = map_many(programs[i], p, 0, true);
			CHECK(strcmp(whole, cut) == 0);
			free(cut);
		}
		free(whole);
	}
	spt_buf_fini(&text);
}

int
main(void)
{
	spt_buf_init(&bads, spt_io_system());
	test_common();
	test_types();
	test_foreign();
	test_asked();
	test_generated();
	test_batches();
	spt_buf_fini(&bads);
	return DONE;
}
