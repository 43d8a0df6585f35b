#include "decode_run.h"
#include "unit.h"

struct want {
	const char *schema, *columns;
	const char *out; /* schema, rows, bad records; or the message */
	bool no_header, stop;
	char delimiter;
	int64_t max_record;
	int year;
};

/* Runs the files whole and in pieces of many sizes: always the same. */
static void
check_files(
    const char *format, const struct run_file *files, size_t n, struct want w)
{
	for (unsigned seed = 0; seed < 24; seed++) {
		struct spt_err e = { 0 };
		struct run run;

		run_init(&run, format, files, n);
		run.seed = seed;
		run.max_rows = seed % 3 == 2 ? 1 + seed % 4 : 0;
		run.conf.schema = w.schema;
		run.conf.columns = w.columns;
		run.conf.no_header = w.no_header;
		run.conf.delimiter = w.delimiter;
		run.conf.max_record = w.max_record;
		run.conf.year = w.year;
		if (w.stop)
			run.conf.bad = NULL;
		if (run_all(&run, &e) < 0) {
			CHECK_STR(e.msg, w.out);
		} else {
			CHECK(spt_buf_put(&run.rows, run.bad.data, run.bad.len,
				  &e) == 0);
			CHECK_STR(spt_buf_str(&run.rows, &e), w.out);
		}
		run_fini(&run);
	}
}

static void
check(const char *format, const char *text, struct want w)
{
	struct run_file file = { "f", text, strlen(text), 0 };

	check_files(format, &file, 1, w);
}

#define CSV(text, ...) check("csv", text, (struct want){ __VA_ARGS__ })

static void
test_csv(void)
{
	CSV("a,b,c\n1,x,2015-05-17\n2,,\n",
	    .out = "a int, b string, c timestamp\n"
		   "1|x|2015-05-17T00:00:00Z\n2|~|~\n");
	CSV("\xef\xbb\xbf"
	    "a, \"b\" ,c\r\n1,2,3\r\n",
	    .out = "f: line 1: bad header: a quote inside of a field without "
		   "quotes");
	CSV("\xef\xbb\xbf\"a\", b ,\" c\"\r\n1,2,3\r\n\r\n4,5,6",
	    .out = "a int, b int, c int\n1|2|3\n4|5|6\n");
	CSV("a,,a b,\n1,2,3,4\n",
	    .out = "a int, c2 int, \"a b\" int, c4 int\n1|2|3|4\n");
	CSV("a,b,a\n1,2,3\n",
	    .out = "f: line 1: two columns are named \"a\" (rename one, or "
		   "--no-header takes c1, c2, ...)");
	CSV("a,b,a\n1,2,3\n", .no_header = true,
	    .out = "c1 string, c2 string, c3 string\na|b|a\n1|2|3\n");
	CSV("1,2\n3,4\n", .no_header = true, .schema = "c2 string",
	    .out = "c1 int, c2 string\n1|2\n3|4\n");
	CSV("a,b\n", .out = "a string, b string\n");
	CSV("a,b", .out = "a string, b string\n");
	CSV("", .out = "no columns: the input is empty (-s 'name type, ...' "
		       "says what to expect)");
	CSV("", .schema = "x int", .out = "x int\n");
	CSV("\n\r\na,b\n\n1,2\n\n", .out = "a int, b int\n1|2\n");
	/* One column: an empty line is a null, "" is a text. */
	CSV("a\n1\n\n2\n", .out = "a int\n1\n~\n2\n");
	CSV("a\nx\n\n\"\"\n\r\n", .out = "a string\nx\n~\n\n~\n");
	CSV("\n1\n\n2\n", .no_header = true, .out = "c1 int\n~\n1\n~\n2\n");
	CSV("a,b\n\"\",\n", .out = "a string, b string\n|~\n");
	CSV("a,b\n\"x\"\"y\",\"1\n2\"\nz,3\n",
	    .out = "a string, b string\nx\"y|1\n2\nz|3\n");
	CSV("a,b\n 1 , x \n\" 2\",y\n", .out = "a int, b string\n1| x \n2|y\n");
	CSV("a;b\n1;2,5\n", .delimiter = ';',
	    .out = "a int, b string\n1|2,5\n");
	check("tsv", "a\tb\n1\t\"x\ty\"\n",
	    (struct want){ .out = "a int, b string\n1|x\ty\n" });
	CSV("a,b\n1,2\n", .columns = "b,a", .out = "b int, a int\n2|1\n");
	CSV("a,b\n1,2\n", .columns = "b,x",
	    .out = "-c: no column \"x\" (columns: a, b)");
	CSV("a,b\n1,2\n", .schema = "x int",
	    .out = "-s: no column \"x\" (columns: a, b)");
	CSV("a,b\n1,2\n", .schema = "x itn",
	    .out = "-s: at \"itn\": no such type (bool int float string "
		   "timestamp, timestamp(s|ms|us|ns|clf|syslog|STRPTIME))");
	CSV("a,b\n1,2\n", .schema = "a int .x",
	    .out = "-s: column \"a\" has a path, which only ndjson has a use "
		   "for");
	CSV("a,b\n1,2\n", .delimiter = '"',
	    .out = "this cannot be a delimiter");
}

static void
test_bad(void)
{
	CSV("a,b\n1,2\n1,2,3\n4\nx\"y,1\n\"p\"q,2\n3,4\n", .schema = "a string",
	    .out = "a string, b int\n1|2\n3|4\n"
		   "f:3@8 -: 3 fields, expected 2 (-) [1,2,3]\n"
		   "f:4@14 -: 1 field, expected 2 (-) [4]\n"
		   "f:5@16 a: a quote inside of a field without quotes (-) "
		   "[x\"y,1]\n"
		   "f:6@22 a: text after a closing quote (-) [\"p\"q,2]\n");
	CSV("a,b\n1,2\n3,\"x\n4,5\n",
	    .out = "a int, b int\n1|2\n"
		   "f:3@8 b: a quote is never closed (-) [3,\"x\n4,5\n]\n");
	CSV("a,b\n1,\"x\ny\"z\n3,4\n",
	    .out = "a int, b int\n3|4\n"
		   "f:2@4 b: text after a closing quote, in line 2 of the "
		   "record (-) [1,\"x\ny\"z]\n");
	CSV("a,b\n1,2\n1.5,2\n12x,2\n,\n", .schema = "a int",
	    .out = "a int, b int\n1|2\n~|~\n"
		   "f:3@8 a: not an int: \"1.5\" (-s 'a float') [1.5,2]\n"
		   "f:4@14 a: not an int: \"12x\" (-s 'a string') [12x,2]\n");
	CSV("a,b\n1,2\n12x,2\n", .schema = "a int", .stop = true,
	    .out = "f: line 3: column \"a\": not an int: \"12x\"");
	CSV("a,b\n1,2\n1,2,3\n", .stop = true,
	    .out = "f: line 3: 3 fields, expected 2");
	/* Nobody looks into a column that is not kept. */
	CSV("a,b\n1,2\n12x,3\n", .schema = "a int", .columns = "b",
	    .out = "b int\n2\n3\n");
	CSV("t\n2015-05-17\n1431857103\n", .schema = "t timestamp",
	    .out = "t timestamp\n2015-05-17T00:00:00Z\n"
		   "f:3@13 t: a number is no timestamp: \"1431857103\" "
		   "(-s 't timestamp(s)') [1431857103]\n");
	CSV("a b,c\nyes,1\nmaybe,2\n", .schema = "\"a b\" bool",
	    .out = "\"a b\" bool, c int\ntrue|1\n"
		   "f:3@12 a b: not a bool: \"maybe\" (-s '\"a b\" string') "
		   "[maybe,2]\n");
	CSV("t\n17/May/2015:10:05:03 +0200\n",
	    .schema = "t timestamp(%d/%b/%Y:%T %z)",
	    .out = "t timestamp(%d/%b/%Y:%T %z)\n2015-05-17T08:05:03Z\n");
	/* A row that is bad in its last column leaves nothing behind. */
	CSV("a,b,c,d\nx,,true,1\ny,2,,z\n,3,false,4\n", .schema = "d int",
	    .out = "a string, b int, c bool, d int\nx|~|true|1\n"
		   "~|3|false|4\n"
		   "f:3@18 d: not an int: \"z\" (-s 'd string') [y,2,,z]\n");
}

static void
test_long(void)
{
	CSV("a,b\n1,2\n123456789,1234\n3,4\n", .max_record = 8,
	    .out = "a int, b int\n1|2\n3|4\n"
		   "f:3@8 -: longer than 8 bytes (-) [123456789]\n");
	CSV("a,b\n\"12\n34\n56\",1\n3,4\n", .max_record = 8,
	    .out = "a int, b int\n3|4\n"
		   "f:2@4 -: longer than 8 bytes (-) [\"12\n34\n56]\n");
	CSV("a,b\n1,2\n3,\"4\n5,6\n7,8\n9,0\n", .max_record = 8,
	    .out = "a int, b int\n1|2\n"
		   "f:3@8 -: a quote is never closed (-) [3,\"4\n5,6\n]\n");
	check("lines", "123\n12345678\n12345\n\nx",
	    (struct want){ .max_record = 5,
		.out = "line string\n123\n12345\n\nx\n"
		       "f:2@4 -: longer than 5 bytes (-) [123456]\n" });
	check("lines", "1234567",
	    (struct want){ .max_record = 5,
		.out = "line string\n"
		       "f:1@0 -: longer than 5 bytes (-) [123456]\n" });
	CSV("aaaaaaaaaaaaa,b\n1,2\n", .max_record = 8,
	    .out = "f: line 1: bad header: longer than 8 bytes");
}

#define FILES(n, ...) check_files("csv", f, n, (struct want){ __VA_ARGS__ })
#define TEXT(s) s, sizeof s - 1, 0

static void
test_files(void)
{
	struct run_file f[3] = {
		{ "one", TEXT("a,b,c\n1,x,2.5\n") },
		{ "two", TEXT("\xef\xbb\xbf"
			      "c,a,b\n3.5,2,y\n,,\n1\n") },
		{ "three", TEXT("b,c,a\nz,1,q\n\"p\"\"q\",1,\"1\"") },
	};

	FILES(3, .schema = "a int",
	    .out = "a int, b string, c float\n1|x|2.5\n2|y|3.5\n~|~|~\n"
		   "1|p\"q|1.0\n"
		   "two:4@20 -: 1 field, expected 3 (-) [1]\n"
		   "three:2@6 a: not an int: \"q\" (-s 'a string') [z,1,q]\n");
	FILES(3, .schema = "a int", .columns = "c",
	    .out = "c float\n2.5\n3.5\n~\n1.0\n1.0\n"
		   "two:4@20 -: 1 field, expected 3 (-) [1]\n");
	f[1] = (struct run_file){ "two", TEXT("\n\na,b,d\n1,2,3\n") };
	FILES(2, .out = "two: line 3: the header has no column \"c\", which "
			"the files before have");
	f[1] = (struct run_file){ "two", TEXT("a,b,c,d\n1,2,3,4\n") };
	FILES(2, .out = "two: line 1: the header has a column \"d\", which the "
			"files before do not have");
	/* Empty files are no trouble, wherever they are. */
	f[1] = f[0];
	f[0] = (struct run_file){ "none", TEXT("") };
	f[2] = (struct run_file){ "bom", TEXT("\xef\xbb\xbf") };
	FILES(3, .out = "a int, b string, c float\n1|x|2.5\n");
	f[0] = (struct run_file){ "one", TEXT("1,2\n") };
	f[1] = (struct run_file){ "two", TEXT("1,2,3\n\n4,5\n") };
	FILES(2, .no_header = true,
	    .out = "c1 int, c2 int\n1|2\n4|5\n"
		   "two:1@0 -: 3 fields, expected 2 (-) [1,2,3]\n");
	f[0] = (struct run_file){ "one", TEXT("{\"a\":1}\n{\"b\":2}") };
	f[1] = (struct run_file){ "two", TEXT("{\"b\":3}\n{\"c\":1}\n") };
	check_files("ndjson", f, 2,
	    (struct want){
		.out = "a int, b int, c int\n1|~|~\n~|2|~\n~|3|~\n~|~|1\n" });
}

static void
test_lines(void)
{
	static const char bytes[] = "a\xff"
				    "b\nc\0d\n\xe2\x82\n";
	struct run_file f = { "f", bytes, sizeof bytes - 1, 0 };
	struct spt_err e = { 0 };
	struct run run;

	check("lines", "a\n\nb\r\nc",
	    (struct want){ .out = "line string\na\n\nb\nc\n" });
	check("lines", "1\n 2\n",
	    (struct want){ .schema = "line int", .out = "line int\n1\n2\n" });
	check("lines", "", (struct want){ .out = "line string\n" });
	check("lines", "x\n",
	    (struct want){ .no_header = true,
		.out = "--no-header is for csv and tsv, the format is lines" });
	check("lines", "x\n",
	    (struct want){ .schema = "x int",
		.out = "-s: no column \"x\" (columns: line)" });
	run_init(&run, "lines", &f, 1);
	CHECK(run_all(&run, &e) == 0);
	CHECK(run.rows.len == 12 + 6 + 4 + 4 && memcmp(run.rows.data + 12,
						    "a\xef\xbf\xbd"
						    "b\nc\0d\n\xef\xbf\xbd\n",
						    14) == 0);
	CHECK_INT(run.count.repaired, 2);
	CHECK_INT(run.count.rows, 3);
	run_fini(&run);
	check("xml", "",
	    (struct want){
		.out =
		    "no format \"xml\" (there are csv tsv ndjson clf combined "
		    "logfmt syslog lines regex, arrow)" });
}

static void
test_year(void)
{
	const spt_time day = SPT_DAY;
	/* 2024-01-02 00:00:00 */
	const spt_time january = INT64_C(1704153600) * 1000000;
	struct run_file f = { "f", TEXT("t\nDec 31 23:59:59\nJan  1 00:00:00\n"
					"Jan  2 12:00:00\nJan  3 12:00:00\n"
					"2020-05-17T10:00:00Z\n") };

	f.mtime = january;
	check_files("csv", &f, 1,
	    (struct want){ .schema = "t timestamp(syslog)",
		.out =
		    "t timestamp(syslog)\n2023-12-31T23:59:59Z\n"
		    "2024-01-01T00:00:00Z\n2024-01-02T12:00:00Z\n"
		    "2023-01-03T12:00:00Z\n2020-05-17T10:00:00Z\n"
		    "say: f: times have no year, taking 2024 (--year Y)\n" });
	check_files("csv", &f, 1,
	    (struct want){ .year = 1999,
		.schema = "t timestamp(syslog)",
		.out = "t timestamp(syslog)\n1999-12-31T23:59:59Z\n"
		       "1999-01-01T00:00:00Z\n1999-01-02T12:00:00Z\n"
		       "1999-01-03T12:00:00Z\n2020-05-17T10:00:00Z\n" });
	/* The last 29 February was a year ago. */
	f = (struct run_file){ "f", TEXT("t\nFeb 29 00:00:00\n") };
	f.mtime = january + 370 * day;
	check_files("csv", &f, 1,
	    (struct want){ .schema = "t timestamp(syslog)",
		.out =
		    "t timestamp(syslog)\n2024-02-29T00:00:00Z\n"
		    "say: f: times have no year, taking 2025 (--year Y)\n" });
	/* A file from before all years that we know is no reason to fail. */
	f.mtime = INT64_MIN;
	check_files("csv", &f, 1,
	    (struct want){ .schema = "t timestamp(syslog)",
		.out = "t timestamp(syslog)\n"
		       "f:2@2 t: not a timestamp: \"Feb 29 00:00:00\" "
		       "(-s 't string') [Feb 29 00:00:00]\n" });
}

/* The rows behind the thousandth do not count for the types. */
static void
test_learn(void)
{
	struct spt_buf text;
	struct spt_err e = { 0 };
	struct run_file f = { "f", NULL, 0, 0 };
	struct run run;

	spt_buf_init(&text, spt_io_system());
	CHECK(spt_buf_puts(&text, "n\n", &e) == 0);
	for (int i = 1; i <= 20000; i++)
		CHECK(spt_buf_printf(
			  &text, &e, "%s%d\n", i == 1001 ? "x" : "", i) == 0);
	f.p = (const char *)text.data;
	f.n = text.len;
	run_init(&run, "csv", &f, 1);
	CHECK(run_all(&run, &e) == 0);
	CHECK_INT(run.count.rows, 19999);
	CHECK_INT(run.count.bad, 1);
	CHECK(memcmp(run.rows.data, "n int\n1\n", 8) == 0);
	CHECK(strstr(spt_buf_str(&run.bad, &e),
		  "f:1002@3895 n: not an int: \"x1001\"") != NULL);
	run_fini(&run);
	spt_buf_fini(&text);
}

static void
test_guess(void)
{
#define GUESS(path, text) \
	spt_decode_guess(path, (const uint8_t *)(text), strlen(text))
	static const char clf[] =
	    "::1 - bob [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5\n";
	static const char combined[] =
	    "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /\"x\" HTTP/1.1\" "
	    "200 - \"-\" \"Moz\n";

	CHECK_STR(spt_decode_guess(NULL, NULL, 0), "lines");
	CHECK_STR(GUESS("a/b.csv", ""), "csv");
	CHECK_STR(GUESS("b.CSV.gz", "{"), "csv");
	CHECK_STR(GUESS("b.tab", ""), "tsv");
	CHECK_STR(GUESS("b.jsonl.gz", ""), "ndjson");
	CHECK_STR(GUESS("b.json", ""), "ndjson");
	CHECK_STR(GUESS("b.arrows", ""), "arrow");
	CHECK_STR(GUESS("b.csv", "\xff\xff\xff\xff"), "arrow");
	CHECK_STR(GUESS("access.log", ""), "combined");
	CHECK_STR(GUESS("access.log.2.gz", clf), "clf");
	CHECK_STR(GUESS("x_access_log-20260131", combined), "combined");
	CHECK_STR(GUESS("access_log", "a,b\n"), "lines");
	CHECK_STR(GUESS("auth.log.1", ""), "syslog");
	CHECK_STR(GUESS("syslog", "May 17 10:05:03 h p[1]: m\n"), "syslog");
	CHECK_STR(GUESS("-", "May  7 10:05:03 h p[1]: m\n"), "syslog");
	CHECK_STR(
	    GUESS(NULL, "<34>1 2003-10-11T22:14:15Z h p - - m"), "syslog");
	CHECK_STR(GUESS(NULL, "2026-05-17T10:05:03.123456+02:00 h p[1]: m"),
	    "syslog");
	CHECK_STR(GUESS(NULL, "2026-05-17T10:05:03Z,1,2"), "csv");
	CHECK_STR(GUESS("x.log", "a, b\n"), "lines");
	CHECK_STR(GUESS("x.log", "{\"a\":1}"), "ndjson");
	CHECK_STR(GUESS(NULL, "\xef\xbb\xbf\n  {\"a\":1}"), "ndjson");
	CHECK_STR(GUESS(NULL, "level=info msg=\"a \\\" b\" t=1"), "logfmt");
	CHECK_STR(GUESS(NULL, "level=info"), "lines");
	CHECK_STR(GUESS(NULL, clf), "clf");
	CHECK_STR(GUESS(NULL, combined), "combined");
	CHECK_STR(GUESS(NULL, "a\tb,c\n"), "tsv");
	CHECK_STR(GUESS(NULL, "a,b\n"), "csv");
	CHECK_STR(GUESS(NULL, "hello\na,b\n"), "lines");
	CHECK_STR(GUESS("a.csv/b", "hello"), "lines");
}

/* ---- memory ------------------------------------------------------------ */

static void *
stingy_realloc(const struct spt_io *io, void *p, size_t n)
{
	int *left = io->ctx;

	return (*left)-- == 0 ? NULL : realloc(p, n);
}

/* Whichever allocation fails, the run fails with it, and leaves nothing. */
static void
check_memory(const char *format, const char *text, const char *schema)
{
	struct run_file file = { "f", text, strlen(text), 0 };
	bool failed = true;

	for (int k = 0; failed && k < 500; k++) {
		struct spt_io io = *spt_io_system();
		struct spt_err e = { 0 };
		struct run run;
		int left = k;

		io.realloc = stingy_realloc;
		io.ctx = &left;
		run_init(&run, format, &file, 1);
		run.conf.schema = schema;
		run.io = &io;
		failed = run_all(&run, &e) < 0;
		CHECK(!failed || e.kind == SPT_ESYSTEM);
		CHECK(failed || k > 10);
		run_fini(&run);
	}
	CHECK(!failed);
}

static void
test_memory(void)
{
	check_memory("csv", "a,\"b\",\xff\n1,x,\xfe\n\"1\"\"\",y,z\n1\n",
	    "a int, b string");
	check_memory("ndjson",
	    "{\"a\":{\"b\":\"\\n\"},\"\\u0061\":1}\n{\"c\":\"\xff\"}\n[]\n"
	    "{\"t\":5}\n",
	    "x string .a.b, y int .a[1], t timestamp(%Y)");
	check_memory("lines", "a\xff\nb\n", NULL);
}

int
main(void)
{
	test_csv();
	test_bad();
	test_long();
	test_files();
	test_lines();
	test_year();
	test_learn();
	test_guess();
	test_memory();
	return DONE;
}
