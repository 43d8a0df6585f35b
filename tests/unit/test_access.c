/*
 * test_access - the formats clf and combined.
 */
#include "cells.h"
#include "unit.h"

#define TIME "17/May/2015:10:05:03 +0000"

static struct cells_run r;

static void
test_plain(void)
{
	CHECK_STR(
	    cells_line(&r,
		"83.149.9.216 - bob [" TIME "] \"GET /a.png HTTP/1.1\" "
		"200 203023 \"http://example.org/\" \"Mozilla/5.0 (X11)\""),
	    "83.149.9.216|~|bob|" TIME "|GET|/a.png|HTTP/1.1|200|203023|"
	    "http://example.org/|Mozilla/5.0 (X11)");
	CHECK_STR(cells_line(&r, "2001:db8::1 ident - [" TIME
				 "] \"HEAD / HTTP/2.0\" 304 - "
				 "\"-\" \"-\""),
	    "2001:db8::1|ident|~|" TIME "|HEAD|/|HTTP/2.0|304|~|~|~");
	/* Several blanks and tabs between fields. */
	CHECK_STR(cells_line(&r,
		      "h  -  u\t[" TIME "]  \"GET / HTTP/1.0\"  200\t5  \"r\"  "
		      "\"a\""),
	    "h|~|u|" TIME "|GET|/|HTTP/1.0|200|5|r|a");
}

/* The request of a line, as method|path|protocol. */
static const char *
request(const char *text)
{
	static char line[1000];
	const char *out, *from, *to;

	snprintf(line, sizeof line, "h - - [%s] \"%s\" 400 0 \"r\" \"a\"", TIME,
	    text);
	out = cells_line(&r, line);
	from = strstr(out, TIME "|");
	to = strstr(out, "|400|0|r|a");
	if (from == NULL || to == NULL)
		return out;
	from += strlen(TIME "|");
	snprintf(line, sizeof line, "%.*s", (int)(to - from), from);
	return line;
}

static void
test_requests(void)
{
	CHECK_STR(request("GET / HTTP/1.1"), "GET|/|HTTP/1.1");
	CHECK_STR(request("M-SEARCH * HTTP/1.1"), "M-SEARCH|*|HTTP/1.1");
	CHECK_STR(request("OPTIONS rtsp://h/ RTSP/1.0"),
	    "OPTIONS|rtsp://h/|RTSP/1.0");
	CHECK_STR(request("GET /a b c HTTP/1.1"), "GET|/a b c|HTTP/1.1");
	/* Not METHOD PATH PROTOCOL: all of it is the path. */
	CHECK_STR(request(""), "~||~");
	CHECK_STR(request("-"), "~|~|~");
	CHECK_STR(request("GET /"), "~|GET /|~");
	CHECK_STR(request("GET  HTTP/1.1"), "~|GET  HTTP/1.1|~");
	CHECK_STR(request("HTTP/1.1"), "~|HTTP/1.1|~");
	CHECK_STR(request("three plain words"), "~|three plain words|~");
	CHECK_STR(request(" GET / HTTP/1.1"), "~| GET / HTTP/1.1|~");
	CHECK_STR(request("\\x16\\x03\\x01"), "~|\\x16\\x03\\x01|~");
	CHECK_STR(
	    request("\\x16\\x03 a HTTP/1.1"), "~|\\x16\\x03 a HTTP/1.1|~");
	/* Escapes stay; an escaped quote does not close. */
	CHECK_STR(
	    request("GET /\\\"x\\\" HTTP/1.1"), "GET|/\\\"x\\\"|HTTP/1.1");
	CHECK_STR(
	    request("GET /x\\\\ HTTP/1.1\\\\"), "GET|/x\\\\|HTTP/1.1\\\\");
	CHECK_STR(request("GET /a\"b HTTP/1.1"), "GET|/a\"b|HTTP/1.1");
	CHECK_STR(request("GET /\xc3\xa4 HTTP/1.1"), "GET|/\xc3\xa4|HTTP/1.1");
}

/* What comes of the text in front of the time, as host|ident|user. */
static const char *
client(const char *text)
{
	static char line[1000];
	char *time;

	snprintf(line, sizeof line, "%s[%s] \"-\" 200 1", text, TIME);
	snprintf(line, sizeof line, "%s", cells_line(&r, line));
	time = strstr(line, "|" TIME);
	if (time != NULL)
		*time = '\0';
	return line;
}

static void
test_clients(void)
{
	const char *bad =
	    "bad: expected HOST IDENT USER [TIME] \"REQUEST\" STATUS BYTES at "
	    "column 1";

	CHECK_STR(client("h - john doe "), "h|~|john doe");
	CHECK_STR(client("h - a [b] \\\"c\\\" "), "h|~|a [b] \\\"c\\\"");
	/* A user who writes a log line into his name. */
	CHECK_STR(client("h - x [01/Jan/2000:00:00:00 +0000] \\\"GET / "
			 "HTTP/1.1\\\" 200 1 "),
	    "h|~|x [01/Jan/2000:00:00:00 +0000] \\\"GET / HTTP/1.1\\\" 200 1");
	CHECK_STR(client("h - \"\" "), "h|~|");
	CHECK_STR(client("h - \"a b\" "), "h|~|a b");
	CHECK_STR(client("h -  "), "h|~|~");
	CHECK_STR(client("[2001:db8::1] - - "), "[2001:db8::1]|~|~");
	CHECK_STR(client("unix: - - "), "unix:|~|~");
	/* vhost_combined */
	CHECK_STR(client("example.org:443 192.0.2.1 - - "), "192.0.2.1|~|~");
	CHECK_STR(client("example.org:443 192.0.2.1 - john doe "),
	    "192.0.2.1|~|john doe");
	CHECK_STR(client("[::1]:80 ::1 - - "), "::1|~|~");
	/* Not a virtual host. */
	CHECK_STR(client("2001:db8::1 - john doe "), "2001:db8::1|~|john doe");
	CHECK_STR(
	    client("192.0.2.1:5000 - john doe "), "192.0.2.1:5000|~|john doe");
	CHECK_STR(client("192.0.2.1:5000 - - "), "192.0.2.1:5000|~|~");
	CHECK_STR(client("a:b x y z "), "a:b|x|y z");
	CHECK_STR(client("h - "), bad);
	CHECK_STR(client("h "), bad);
	CHECK_STR(client(" "), bad);
	CHECK_STR(client(""), bad);
}

#define HEAD "h - - [" TIME "] \"-\" "
#define HEAD_OUT "h|~|~|" TIME "|~|~|~|"

static void
test_tails(void)
{
	/* Cut off. */
	CHECK_STR(cells_line(&r, HEAD "200 1 \"-\" \"Mozilla/5.0 (comp"),
	    HEAD_OUT "200|1|~|Mozilla/5.0 (comp");
	CHECK_STR(cells_line(&r, HEAD "200 1 \"http://exa"),
	    HEAD_OUT "200|1|http://exa|~");
	CHECK_STR(cells_line(&r, HEAD "200 1 \"-\" \""), HEAD_OUT "200|1|~|");
	CHECK_STR(
	    cells_line(&r, HEAD "200 1 \"-\" \"x\\"), HEAD_OUT "200|1|~|x\\");
	CHECK_STR(cells_line(&r, HEAD "200 1 \"-\" \"x\\\""),
	    HEAD_OUT "200|1|~|x\\\"");
	/* Ends early. */
	CHECK_STR(cells_line(&r, HEAD "200 1 \"r\" "), HEAD_OUT "200|1|r|~");
	CHECK_STR(cells_line(&r, HEAD "200 1"), HEAD_OUT "200|1|~|~");
	CHECK_STR(cells_line(&r, HEAD "200"), HEAD_OUT "200|~|~|~");
	/* Goes on. */
	CHECK_STR(cells_line(&r, HEAD "200 1 \"r\" \"a\" \"192.0.2.1\" 0.005"),
	    HEAD_OUT "200|1|r|a");
	CHECK_STR(cells_line(&r, HEAD "200 1 - - 12"), HEAD_OUT "200|1|~|~");
	CHECK_STR(cells_line(&r, HEAD "200 1 \"\" \"\""), HEAD_OUT "200|1||");
	CHECK_STR(cells_line(&r, HEAD "- - \"a\\\\\" \"say \\\"x\\\" \""),
	    HEAD_OUT "~|~|a\\\\|say \\\"x\\\" ");
}

static void
test_bad(void)
{
	const char *bad =
	    "bad: expected HOST IDENT USER [TIME] \"REQUEST\" STATUS BYTES at "
	    "column 1";

	CHECK_STR(cells_line(&r, ""), bad);
	CHECK_STR(cells_line(&r, "foo bar"), bad);
	CHECK_STR(cells_line(&r, "\"] \""), bad);
	CHECK_STR(cells_line(&r, "[] \"\""), bad);
	CHECK_STR(cells_line(&r, "a,b,\"c\""), bad);
	CHECK_STR(
	    cells_line(&r, "h - - " TIME " \"GET / HTTP/1.1\" 200 1"), bad);
	CHECK_STR(cells_line(&r, "h - - [" TIME "] GET / HTTP/1.1 200 1"), bad);
	CHECK_STR(cells_line(&r, "\xc3\xa4 - - [" TIME "] \"GET / HT"),
	    "bad: the request that starts at column 36 has no closing quote");
	CHECK_STR(cells_line(&r, HEAD), "bad: expected a status at column 40");
	CHECK_STR(cells_line(&r, HEAD "\"x\""),
	    "bad: expected a status at column 40");
	CHECK_STR(cells_line(&r, HEAD "200 \"r\" \"a\""),
	    "bad: expected a number of bytes at column 44");
	CHECK_STR(cells_line(&r, HEAD "200 5 0.25"),
	    "bad: expected a quoted referer at column 46");
	CHECK_STR(cells_line(&r, HEAD "200 5 \"r\" 0.25"),
	    "bad: expected a quoted agent at column 50");
}

static void
test_clf(void)
{
	struct cells_run *c = &r;

	CHECK_INT(cells_open(c, &spt_format_clf, NULL), 0);
	CHECK_INT((long long)c->n, 9);
	CHECK_STR(cells_line(c, HEAD "200 5"), HEAD_OUT "200|5");
	CHECK_STR(cells_line(c, HEAD "200 5 \"r\" \"a\""), HEAD_OUT "200|5");
	CHECK_STR(cells_line(c, HEAD "200 5 0.25"), HEAD_OUT "200|5");
	cells_close(c);
}

/* Work must grow with the line, not with its square. */
static void
test_long(void)
{
	size_t n = 1 << 20;
	char *line = malloc(n);

	if (line == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		line[i] = "] \""[i % 3];
	CHECK(strncmp(cells_line_n(&r, line, n), "bad: ", 5) == 0);
	memset(line, '\\', n);
	CHECK(strncmp(cells_line_n(&r, line, n), "bad: ", 5) == 0);
	for (size_t i = 0; i < n; i++)
		line[i] = "[] \""[i % 4];
	memcpy(line, "h - - [t] \"", 11);
	CHECK(strncmp(cells_line_n(&r, line, n), "bad: ", 5) == 0);
	free(line);
}

int
main(void)
{
	CHECK_INT(cells_open(&r, &spt_format_combined, NULL), 0);
	CHECK_INT((long long)r.n, 11);
	test_plain();
	test_requests();
	test_clients();
	test_tails();
	test_bad();
	test_long();
	cells_close(&r);
	test_clf();
	return DONE;
}
