/*
 * test_logfmt - the format logfmt.
 */
#include "cells.h"
#include "unit.h"

static struct cells_run r;

static void
test_words(void)
{
	CHECK_STR(cells_line(&r, "level=info ms=12.5 msg=\"two words\" cached"),
	    "level=info|ms=12.5|msg=two words|cached=(true)");
	CHECK_STR(cells_line(&r, "  a=1\t b=2  "), "a=1|b=2");
	CHECK_STR(cells_line(&r, "a= b=\"\" c=x"), "a=~|b=|c=x");
	CHECK_STR(cells_line(&r, "a=b=c url=/?q=1&r=\"x\""),
	    "a=b=c|url=/?q=1&r=\"x\"");
	CHECK_STR(cells_line(&r, "a=\"1\"b=2"), "a=1|b=2");
	CHECK_STR(cells_line(&r, "\xc3\xa4=\xc3\xb6"), "\xc3\xa4=\xc3\xb6");
	CHECK_STR(cells_line(&r, "some text a=1 =x =="),
	    "some=(true)|text=(true)|a=1|=x=(true)|===(true)");
	/* The last value counts. */
	CHECK_STR(cells_line(&r, "a=1 a=2"), "a=2");
	CHECK_STR(cells_line(&r, "a=1 a"), "a=(true)");
	CHECK_STR(cells_line(&r, "a=1 a="), "a=~");
	strcpy(r.unwanted, "b");
	CHECK_STR(cells_line(&r, "a=1 b=\"\\n\" c=2"), "a=1|c=2");
	r.unwanted[0] = '\0';
}

static void
test_escapes(void)
{
	CHECK_STR(cells_line(&r, "a=\"\\\"x\\\" \\\\ \\/ \\n\\t\\r\\b\\f\""),
	    "a=\"x\" \\ / \n\t\r\b\f");
	CHECK_STR(cells_line(&r, "a=\"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\""),
	    "a=A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	CHECK_STR(cells_line(&r, "a=\"\\x41 \\u12 \\u12G4 \\q\""),
	    "a=\\x41 \\u12 \\u12G4 \\q");
	/* Half a surrogate pair. */
	CHECK_STR(cells_line(&r, "a=\"\\ud83d\""), "a=\xef\xbf\xbd");
	CHECK_STR(cells_line(&r, "a=\"\\ude00x\""), "a=\xef\xbf\xbdx");
	CHECK_STR(cells_line(&r, "a=\"\\ud83d\\u0041\""), "a=\xef\xbf\xbd"
							  "A");
	/* Not quoted: nothing is an escape. */
	CHECK_STR(cells_line(&r, "a=\\n\\\""), "a=\\n\\\"");
	cells_line(&r, "a=\"\\u0000\" b=1");
	CHECK_INT((long long)r.v[0].n, 1);
	CHECK_STR(cells_line(&r, "a=\"\\\\\" b=1"), "a=\\|b=1");
}

static void
test_bad(void)
{
	CHECK_STR(cells_line(&r, ""), "not a row");
	CHECK_STR(cells_line(&r, " \t "), "not a row");
	CHECK_STR(cells_line(&r, "just some text"),
	    "bad: expected KEY=VALUE, found no \"=\" behind a key");
	CHECK_STR(cells_line(&r, "=1 =2"),
	    "bad: expected KEY=VALUE, found no \"=\" behind a key");
	/* No column is learnt from these. */
	CHECK_INT((long long)r.n, 0);
	CHECK_STR(cells_line(&r, "a=1 msg=\"torn li"),
	    "bad: the value of msg that starts at column 9 has no closing "
	    "quote");
	CHECK_STR(cells_line(&r, "a=\""),
	    "bad: the value of a that starts at column 3 has no closing quote");
	CHECK(strncmp(cells_line(&r, "a=\"\\"), "bad: ", 5) == 0);
	CHECK(strncmp(cells_line(&r, "a=\"x\\\""), "bad: ", 5) == 0);
}

/* What the decoder refuses goes up as it came. */
static void
test_refused(void)
{
	static char line[CELLS_MAX * 8 + 100];
	size_t n = 0;

	for (int i = 0; i <= CELLS_MAX; i++)
		n += (size_t)sprintf(line + n, "k%d=1 ", i);
	CHECK_STR(cells_line(&r, line), "bad: too many columns");
}

int
main(void)
{
	CHECK_INT(cells_open(&r, &spt_format_logfmt, NULL), 0);
	test_words();
	test_escapes();
	test_bad();
	test_refused();
	cells_close(&r);
	return DONE;
}
