/*
 * test_regex - the format regex.
 */
#include "cells.h"
#include "unit.h"

static struct cells_run r;

static int
start(const char *pattern, bool skips)
{
	struct spt_decode_conf conf = { .pattern = pattern,
		.pattern_skips = skips };

	return cells_open(&r, &spt_format_regex, &conf);
}

/* One line through one pattern. */
static const char *
match(const char *pattern, const char *line)
{
	static char text[4096];

	if (start(pattern, false) < 0)
		snprintf(text, sizeof text, "kind %d: %s", (int)r.err.kind,
		    r.err.msg);
	else
		snprintf(text, sizeof text, "%s", cells_line(&r, line));
	/* After a failed open there is nothing to close. */
	if (r.err.kind != SPT_EUSAGE)
		cells_close(&r);
	return text;
}

static void
test_columns(void)
{
	CHECK_INT(start("(?<zeta>a)(b)(?<alpha>(?<mid>c))", false), 0);
	CHECK_INT((long long)r.n, 3);
	CHECK_STR(spt_format_regex.column(r.self, 0), "zeta");
	CHECK_STR(spt_format_regex.column(r.self, 1), "alpha");
	CHECK_STR(spt_format_regex.column(r.self, 2), "mid");
	CHECK_STR(cells_line(&r, "xxabcxx"), "a|c|c");
	cells_close(&r);
	CHECK_STR(match("(?P<a>\\d+) (?'b'\\w+)", "1 x"), "1|x");
}

static void
test_values(void)
{
	CHECK_STR(match("(?<a>x)?(?<b>y*)(?<c>z)", "z"), "~||z");
	CHECK_STR(match("^(?<all>.*)$", ""), "");
	CHECK_STR(match("^(?<c>.)(?<rest>.*)", "\xc3\xa4\xe2\x82\xac"),
	    "\xc3\xa4|\xe2\x82\xac");
	CHECK_STR(match("^(?<d>\\d+)(?<rest>.*)", "12\xd9\xa3"), "12|\xd9\xa3");
	CHECK_STR(match("(?i)(?<a>\xc3\x84)", "\xc3\xa4"), "\xc3\xa4");
	/* Groups of one name are one column. */
	CHECK_STR(match("(?J)(?<n>\\d+)ms|(?<n>\\d+)us(?<u>x)?", "7us"), "7|~");
	CHECK_STR(match("(?J)(?<n>\\d+)ms|(?<n>\\d+)us(?<u>x)?", "8ms"), "8|~");
	CHECK_STR(match("(?|a(?<n>.)|b(?<n>.))", "b1"), "1");
	CHECK_STR(match("(?<a>a)", "b"), "bad: does not match the pattern");
}

static void
test_skips(void)
{
	CHECK_INT(start("(?<a>\\d+)", true), 0);
	CHECK_STR(cells_line(&r, "x1"), "1");
	CHECK_STR(cells_line(&r, "x"), "not a row");
	CHECK_STR(cells_line(&r, ""), "not a row");
	CHECK_STR(cells_line(&r, "22"), "22");
	cells_close(&r);
}

static void
test_usage(void)
{
	CHECK_STR(match("(?<a>x", "x"),
	    "kind 2: pattern: missing closing parenthesis at offset 6, behind "
	    "\"(?<a>x\"");
	CHECK_STR(match("(?<a>[z-a])", "x"),
	    "kind 2: pattern: range out of order in character class at offset "
	    "8, behind \"(?<a>[z-\"");
	CHECK_STR(match("\\d+ (\\w+)", "x"),
	    "kind 2: the pattern has no named group, and these become the "
	    "columns: '^(?<time>\\S+ \\S+) (?<action>\\w+)'");
	CHECK(strstr(match("", "x"), "no named group") != NULL);
	CHECK_STR(match(NULL, "x"),
	    "kind 2: the format regex needs a pattern (-p or -P)");
	CHECK(strncmp(match("(?<a>\xff)", "x"), "kind 2: pattern: UTF-8 error",
		  28) == 0);
	/* Could cut a character in half. */
	CHECK(strncmp(match("(?<a>\\C)", "x"), "kind 2: ", 8) == 0);
}

/* Nested repeats try 2^n ways; the line is bad, and soon. */
static void
test_hostile(void)
{
	const char *limit =
	    "bad: match limit exceeded: the pattern can match this line in too "
	    "many ways";

	CHECK_STR(match("^(?<a>(a+)+)$",
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
	    limit);
	CHECK_STR(match("(*NO_JIT)^(?<a>(a+)+)$",
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
	    limit);
	CHECK_INT(start("^(?<a>(a+)+)$", true), 0);
	CHECK_STR(cells_line(&r,
		      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"),
	    limit);
	CHECK_STR(cells_line(&r, "aa"), "aa");
	cells_close(&r);
}

/* A group that repeats needs stack for each turn: beyond the JIT's, the
 * interpreter takes over, and gives the same answer or says the limit. */
static void
test_deep(void)
{
	size_t n = 30000;
	char *line = malloc(n + 1);
	const char *got;

	if (line == NULL)
		abort();
	memset(line, 'a', n);
	line[n] = '\0';
	CHECK_INT(start("^(?<a>(?:a|(b)|(c))*)$", false), 0);
	got = cells_line(&r, line);
	CHECK_STR(got, line);
	cells_close(&r);
	free(line);
}

/* The k-th allocation fails: an error, and nothing is left behind. */
static int allowed;

static void *
fail_realloc(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	return allowed-- > 0 ? spt_io_system()->realloc(io, p, n) : NULL;
}

static void
test_memory(void)
{
	struct spt_io io = *spt_io_system();
	struct spt_decode_conf conf = { .pattern = "(?<a>x)(?<b>y)" };
	void *self;
	int k;

	io.realloc = fail_realloc;
	for (k = 0; k < 20; k++) {
		struct spt_err e = { .kind = SPT_OK };

		allowed = k;
		if (spt_format_regex.open(&self, &io, &conf, &e) == 0)
			break;
		CHECK_INT(e.kind, SPT_ESYSTEM);
	}
	CHECK(k > 0 && k < 20);
	if (k < 20)
		spt_format_regex.close(self);
}

int
main(void)
{
	test_columns();
	test_values();
	test_skips();
	test_usage();
	test_hostile();
	test_deep();
	test_memory();
	return DONE;
}
