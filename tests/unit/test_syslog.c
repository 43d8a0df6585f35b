/*
 * test_syslog - the format syslog: time|host|app|pid|message|facility|
 * severity|msgid|data.
 */
#include "cells.h"
#include "unit.h"

static struct cells_run r;

/* A line of the old form behind its time and host. */
static const char *
tagged(const char *text)
{
	static char line[1000];

	snprintf(line, sizeof line, "Mar 27 13:06:56 h %s", text);
	snprintf(line, sizeof line, "%s", cells_line(&r, line));
	if (strncmp(line, "Mar 27 13:06:56|h|", 18) != 0 ||
	    strcmp(line + strlen(line) - 8, "|~|~|~|~") != 0)
		return line;
	line[strlen(line) - 8] = '\0';
	return line + 18;
}

static void
test_tags(void)
{
	CHECK_STR(tagged("sshd[1291]: Server listening on :: port 22."),
	    "sshd|1291|Server listening on :: port 22.");
	CHECK_STR(tagged("sudo:   ubuntu : TTY=pts/0"),
	    "sudo|~|  ubuntu : TTY=pts/0");
	CHECK_STR(tagged("kernel: [   12.345678] eth0: up"),
	    "kernel|~|[   12.345678] eth0: up");
	CHECK_STR(tagged("kernel:[12.3] eth0: up"), "kernel|~|[12.3] eth0: up");
	CHECK_STR(
	    tagged("su(pam_unix)[12]: session"), "su(pam_unix)|12|session");
	CHECK_STR(
	    tagged("postfix/smtpd[7]: connect"), "postfix/smtpd|7|connect");
	CHECK_STR(tagged("(systemd)[7]: x"), "(systemd)|7|x");
	CHECK_STR(tagged("Foo::Bar[1]: x"), "Foo::Bar|1|x");
	CHECK_STR(tagged("a[1]:x"), "a|1|x");
	CHECK_STR(tagged("a[main/x]: y"), "a|main/x|y");
	CHECK_STR(tagged("a[]: y"), "a|~|y");
	CHECK_STR(
	    tagged("com.apple.xpc[1] (sub): x"), "com.apple.xpc|1|(sub): x");
	CHECK_STR(tagged("a:"), "a|~|~");
	CHECK_STR(tagged("a: "), "a|~|~");
	CHECK_STR(tagged("a[1]:"), "a|1|~");
	/* No tag. */
	CHECK_STR(tagged("Use the BFG!"), "~|~|Use the BFG!");
	CHECK_STR(tagged("-- MARK --"), "~|~|-- MARK --");
	CHECK_STR(tagged("last message repeated 2 times"),
	    "~|~|last message repeated 2 times");
	CHECK_STR(tagged("a[b] c"), "~|~|a[b] c");
	CHECK_STR(tagged("[12.3] c"), "~|~|[12.3] c");
	CHECK_STR(tagged(": %ASA-6-1: x"), "~|~|: %ASA-6-1: x");
	CHECK_STR(tagged("a[1 b]: c"), "~|~|a[1 b]: c");
	CHECK_STR(tagged("http://example.org/ is down"),
	    "~|~|http://example.org/ is down");
	CHECK_STR(tagged("-"), "~|~|-");
	CHECK_STR(tagged(""), "~|~|~");
}

static void
test_old(void)
{
	CHECK_STR(cells_line(
		      &r, "<34>Oct 11 22:14:15 mymachine su: 'su root' failed"),
	    "Oct 11 22:14:15|mymachine|su|~|'su root' failed|auth|crit|~|~");
	CHECK_STR(cells_line(&r, "<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!"),
	    "Feb  5 17:32:18|10.0.0.99|~|~|Use the BFG!|user|notice|~|~");
	CHECK_STR(cells_line(&r, "<0>Feb 5 17:32:18 h a: b"),
	    "Feb 5 17:32:18|h|a|~|b|kern|emerg|~|~");
	CHECK_STR(cells_line(&r, "<191>Feb 15 17:32:18.25 h a: b"),
	    "Feb 15 17:32:18.25|h|a|~|b|local7|debug|~|~");
	/* What newer daemons write. */
	CHECK_STR(cells_line(&r,
		      "2026-11-22T10:00:00.123456+01:00 h cron[9]: (root) CMD"),
	    "2026-11-22T10:00:00.123456+01:00|h|cron|9|(root) CMD|~|~|~|~");
	CHECK_STR(cells_line(&r, "<86>2026-11-22 10:00:00,5 h a: b"),
	    "2026-11-22 10:00:00,5|h|a|~|b|authpriv|info|~|~");
	CHECK_STR(cells_line(&r, "2026-11-22T10:00:00Z h"),
	    "2026-11-22T10:00:00Z|h|~|~|~|~|~|~|~");
	/* No host. */
	CHECK_STR(cells_line(&r, "<30>Nov 22 10:00:00 app[1]: x"),
	    "Nov 22 10:00:00|~|app|1|x|daemon|info|~|~");
	CHECK_STR(cells_line(&r, "Nov 22 10:00:00 app: x"),
	    "Nov 22 10:00:00|~|app|~|x|~|~|~|~");
	CHECK_STR(
	    cells_line(&r, "Nov 22 10:00:00 last message repeated 3 times"),
	    "Nov 22 10:00:00|~|~|~|last message repeated 3 times|~|~|~|~");
	CHECK_STR(cells_line(&r, "Nov 22 10:00:00 2001:db8::1 app: x"),
	    "Nov 22 10:00:00|2001:db8::1|app|~|x|~|~|~|~");
	CHECK_STR(cells_line(&r, "Nov 22 10:00:00 - app: x"),
	    "Nov 22 10:00:00|~|app|~|x|~|~|~|~");
}

static void
test_old_bad(void)
{
	const char *time =
	    "bad: expected a time such as \"Nov 22 10:00:00\" or "
	    "\"2026-11-22T10:00:00Z\" at column ";
	char want[200];

	snprintf(want, sizeof want, "%s1", time);
	CHECK_STR(cells_line(&r, ""), want);
	CHECK_STR(cells_line(&r, "foo bar"), want);
	CHECK_STR(cells_line(&r, "Nov"), want);
	CHECK_STR(cells_line(&r, "Nov 22 10:00"), want);
	CHECK_STR(cells_line(&r, "Now 22 10:00:00 h a: b"), want);
	CHECK_STR(cells_line(&r, "ovD 22 10:00:00 h a: b"), want);
	CHECK_STR(cells_line(&r, "Nov 22 10:00:00x h a: b"), want);
	CHECK_STR(cells_line(&r, "2026-11-22 h a: b"), want);
	CHECK_STR(cells_line(&r, "2026-11-22T10:00:00?"), want);
	CHECK_STR(cells_line(&r, "[ 12.3] eth0"), want);
	snprintf(want, sizeof want, "%s5", time);
	CHECK_STR(cells_line(&r, "<13>hello"), want);
	CHECK_STR(cells_line(&r, "<13>1 hello"), want);
	CHECK_STR(cells_line(&r, "Nov 22 10:00:00 "),
	    "bad: expected a host at column 17");
	CHECK_STR(cells_line(&r, "<192>Nov 22 10:00:00 h a: b"),
	    "bad: expected a priority from <0> to <191> at column 1");
	CHECK(strstr(cells_line(&r, "<>Nov 22 10:00:00 h a: b"), "priority"));
	CHECK(strstr(cells_line(&r, "<1Nov 22 10:00:00 h a: b"), "priority"));
	CHECK(strstr(cells_line(&r, "<0013>Nov 22 10:00:00 h a"), "priority"));
	CHECK(strstr(cells_line(&r, "<"), "priority"));
}

static void
test_new(void)
{
	CHECK_STR(cells_line(&r,
		      "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su "
		      "- ID47 - \xef\xbb\xbf'su root' failed on /dev/pts/8"),
	    "2003-10-11T22:14:15.003Z|mymachine.example.com|su|~|"
	    "'su root' failed on /dev/pts/8|auth|crit|ID47|~");
	CHECK_STR(
	    cells_line(&r, "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 "
			   "myproc 8710 - - %% It's time."),
	    "2003-08-24T05:14:15.000003-07:00|192.0.2.1|myproc|8710|"
	    "%% It's time.|local4|notice|~|~");
	CHECK_STR(cells_line(&r,
		      "<165>1 2003-10-11T22:14:15.003Z h evntslog - ID47 "
		      "[exampleSDID@32473 iut=\"3\" eventSource=\"App\"][p@1 "
		      "class=\"high\"] An entry"),
	    "2003-10-11T22:14:15.003Z|h|evntslog|~|An entry|local4|notice|ID47|"
	    "{\"exampleSDID@32473\":{\"iut\":\"3\",\"eventSource\":\"App\"},"
	    "\"p@1\":{\"class\":\"high\"}}");
	CHECK_STR(
	    cells_line(&r, "<34>1 - - - - - -"), "~|~|~|~|~|auth|crit|~|~");
	CHECK_STR(cells_line(&r, "<34>12 - h a p m [x]"),
	    "~|h|a|p|~|auth|crit|m|{\"x\":{}}");
	CHECK_STR(cells_line(&r, "<34>1 - h a p m -  two blanks "),
	    "~|h|a|p| two blanks |auth|crit|m|~");
}

/* The data column of structured data, or what is wrong with it. */
static const char *
data(const char *text)
{
	static char line[CELLS_TEXT];
	const char *out;

	snprintf(line, sizeof line, "<34>1 - h a - - %s", text);
	out = cells_line(&r, line);
	return strncmp(out, "~|h|a|~|~|auth|crit|~|", 22) == 0 ? out + 22 : out;
}

static void
test_data(void)
{
	static char text[CELLS_TEXT];
	size_t n;

	CHECK_STR(data("[a k=\"\\\"q\\\" \\\\ \\] \\n\"]"),
	    "{\"a\":{\"k\":\"\\\"q\\\" \\\\ ] \\\\n\"}}");
	CHECK_STR(data("[a k=\"\"]"), "{\"a\":{\"k\":\"\"}}");
	CHECK_STR(data("[a  k=\"v\" ]"), "{\"a\":{\"k\":\"v\"}}");
	CHECK_STR(
	    data("[a k=\"[]\xc3\xa4\"]"), "{\"a\":{\"k\":\"[]\xc3\xa4\"}}");
	CHECK_STR(data("[o ip=\"192.0.2.1\" x=\"1\" ip=\"192.0.2.129\" "
		       "ip=\"::1\"]"),
	    "{\"o\":{\"ip\":[\"192.0.2.1\",\"192.0.2.129\",\"::1\"],"
	    "\"x\":\"1\"}}");
	CHECK_STR(data("[a][b]"), "{\"a\":{},\"b\":{}}");

	CHECK_STR(data("[a][a]"), "bad: expected another SD-ID in the "
				  "structured data at column 20");
	CHECK_STR(data("x"), "bad: expected \"[\" or \"-\" in the structured "
			     "data at column 17");
	CHECK_STR(data(""), "bad: expected \"[\" or \"-\" in the structured "
			    "data at column 17");
	CHECK_STR(data("[]"), "bad: expected an SD-ID in the structured data "
			      "at column 18");
	CHECK_STR(data("[a"),
	    "bad: expected a blank or \"]\" in the structured "
	    "data at column 19");
	CHECK_STR(data("[a k]"), "bad: expected =\"VALUE\" in the structured "
				 "data at column 21");
	CHECK_STR(data("[a k=v]"), "bad: expected =\"VALUE\" in the structured "
				   "data at column 21");
	CHECK_STR(data("[a k=\"v]"), "bad: expected a closing quote in the "
				     "structured data at column 22");
	CHECK_STR(data("[a k=\"v\\\"]"), "bad: expected a closing quote in the "
					 "structured data at column 22");
	CHECK_STR(data("[a k=\"v\\"), "bad: expected a closing quote in the "
				      "structured data at column 22");
	CHECK_STR(data("[a =\"v\"]"),
	    "bad: expected NAME=\"VALUE\" or \"]\" in "
	    "the structured data at column 20");
	CHECK_STR(
	    data("[a]x"), "bad: expected a blank and the message at column 20");

	n = (size_t)sprintf(text, "[a");
	for (int i = 0; i < 257; i++)
		n += (size_t)sprintf(text + n, " k%d=\"v\"", i);
	sprintf(text + n, "]");
	CHECK(strstr(data(text), "at most 256 values") != NULL);
	n = 0;
	for (int i = 0; i < 129; i++)
		n += (size_t)sprintf(text + n, "[a%d]", i);
	CHECK(strstr(data(text), "at most 128 elements") != NULL);
	text[n - 6] = '\0';
	CHECK(strstr(data(text), "\"a127\":{}}") != NULL);
}

int
main(void)
{
	CHECK_INT(cells_open(&r, &spt_format_syslog, NULL), 0);
	CHECK_INT((long long)r.n, 9);
	test_tags();
	test_old();
	test_old_bad();
	test_new();
	test_data();
	cells_close(&r);
	return DONE;
}
