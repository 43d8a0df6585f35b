/*
 * Lines that are decoded many at a time make the rows, the bad records and the
 * counts that they make when they come three bytes at a time, so that each is
 * decoded by itself.
 */
#include "decode_run.h"
#include "unit.h"

static unsigned
draw(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

#define PICK(list, seed) (list)[draw((seed), sizeof(list) / sizeof *(list))]

/* ---- JSON -------------------------------------------------------------- */

static void
put_value(struct spt_buf *out, unsigned member, unsigned odd, unsigned *seed)
{
	static const char *const strange[] = { "null", "true", "nul", "\"\"",
		"\"q\\\"q\"", "\"\\u00e9\\ud83d\\ude00\"", "\"\\ud83d\"",
		"\"\\x\"", "\"a\tb\"", "\"never closed", "\"\xc3\xa9\"",
		"\"\xff\"", "1e3", "1.0", "01", "-", "-0", "5.", ".5", "0.10",
		"1.5e-3", "99999999999999999999", "123456789012345678",
		"0.1234567890123456789012345", "\" 7 \"", "\"7\"", "[]",
		"{\"t\":[1,{\"i\":\"}\"}]}", "{\"t\":}", "[1,]",
		"\"2024-02-30T00:00:00Z\"", "\"2024-02-01\"", "" };
	struct spt_err e = { 0 };
	unsigned v = draw(seed, 30000);

	if (odd != 0 && draw(seed, odd) == 0) {
		run_must(spt_buf_puts(out, PICK(strange, seed), &e));
		return;
	}
	switch (member) {
	case 0:
		run_must(spt_buf_printf(out, &e,
		    "\"2024-%02u-%02uT%02u:%02u:%02u%sZ\"", 1 + v % 12,
		    1 + v % 28, v % 24, v % 60, v / 7 % 60,
		    v % 2 == 0 ? "" : ".250"));
		break;
	case 1:
		run_must(spt_buf_printf(out, &e, "%d", (int)v - 300));
		break;
	case 2:
		run_must(spt_buf_printf(out, &e, "%u.%u", v % 700, v));
		break;
	case 3:
		run_must(spt_buf_puts(out, v % 2 != 0 ? "true" : "false", &e));
		break;
	default:
		run_must(spt_buf_printf(out, &e, "\"%.*s\"", (int)(v % 70),
		    "text, "
		    "and more text than goes into one register or two, "
		    "so that it is copied in pieces"));
	}
}

/* Members in their order, or some of them in another, some twice. */
static void
put_object(struct spt_buf *out, unsigned odd, unsigned *seed)
{
	static const char *const keys[] = { "\"t\":", "\"i\":", "\"f\":",
		"\"b\":", "\"s\":", "\"nobody wants this one\":" };
	static const char *const other[] = { "\"i\" : ", "\"\\u0069\":",
		"\"\":", "\"s\":\t",
		("\"a key that is longer than a step can hold "
		 "...........\":") };
	const unsigned n = sizeof keys / sizeof *keys;
	struct spt_err e = { 0 };
	bool moved = odd != 0 && draw(seed, odd) == 0;
	unsigned count = moved ? draw(seed, 2 * n) : n;

	run_must(spt_buf_putc(out, '{', &e));
	for (unsigned k = 0; k < count; k++) {
		unsigned m = moved ? draw(seed, n) : k;
		bool renamed = moved && draw(seed, 4) == 0;

		run_must(spt_buf_puts(out, k != 0 ? "," : "", &e));
		run_must(spt_buf_puts(
		    out, renamed ? PICK(other, seed) : keys[m], &e));
		put_value(out, m, odd, seed);
	}
	run_must(spt_buf_putc(out, '}', &e));
}

/* ---- access logs ------------------------------------------------------- */

/* One in `odd` is one of the list, the others are its first. */
#define USUAL(list) \
	(odd != 0 && draw(seed, odd) == 0 ? PICK(list, seed) : (list)[0])

static void
put_access(struct spt_buf *out, unsigned odd, unsigned *seed)
{
	static const char *const hosts[] = { "192.0.2.7", "::1", "a.example",
		"example.org:443 192.0.2.7", "-", "", "h\\x", "a\"b", "[x]" };
	static const char *const clients[] = { " - - ", " - ann ", " id ann ",
		" - ann lee ", " - \"ann lee\" ", "  - - ", " - ", " - a[b ",
		" - [b] ", " -\t- ", " - \xc3\xa9 ", " - \xff " };
	static const char *const times[] = { "[17/May/2015:10:05:03 +0000]",
		"[18/May/2015:23:59:59 +0000]", "[18/May/2015:23:59:59 -0330]",
		"[18/May/2015:23:59:60 +0000]", "[31/Feb/2015:00:00:00 +0000]",
		"[17/May/2015:10:05:03 [0000]", "[17/May/2015:10:05:03]", "[]",
		"[17/May[2015:10:05:03 +0000]", "17/May/2015:10:05:03 +0000" };
	static const char *const requests[] = { " \"GET /a.png HTTP/1.1\" ",
		" \"POST /a?b=c HTTP/2\" ", " \"GET /a b HTTP/1.0\" ",
		" \"GET /\" ", " \"-\" ", " \"\" ", " \"get /a HTTP/1.1\" ",
		" \"GET - HTTP/1.1\" ", " \"GET  HTTP/1.1\" ", " \"GET /",
		" \"GET /a\\\"b HTTP/1.1\" ", " \"GET /a\"b HTTP/1.1\" ",
		" \"ABCDEFGH /a HTTP/1.1\" ", " \"GE[ /a HTTP/1.1\" ",
		" \"GET /a HTTP/1.x\" ", " \"GET /a HTTP/x\" ",
		" \"GET /a HTTP/10\" ", " \"GET /a RTSP/1.0\" ", " GET ",
		" \"\x01\" ", "  \"GET /a HTTP/1.1\"  ", " \"GET /HTTP/1.1\" ",
		" \"M-SEARCH * HTTP/1.1\" " };
	static const char *const answers[] = { "200 512", "404 -", "- -", "200",
		"200 5x", "200\t512", "200 512 ", "\"200\" 512", "200 51\"2",
		"200  512", "" };
	static const char *const tails[] = { " \"-\" \"curl/8.5.0\"",
		(" \"http://a.example/b\" \"Mozilla/5.0 (X11; Linux x86_64; "
		 "rv:128.0) Gecko/20100101 Firefox/128.0 and so on\""),
		" \"-\" \"-\"", " - -", "", " \"-\"", " \"\" \"\"",
		" \"a\"b\" \"c\"", " \"a\\\"b\" \"c\"", " \"a\" \"never closed",
		" \"a\" \"b\" 0.25", " \"a\"  \"b\"", " \"a\tb\" \"c\"",
		" \"a\" \"\xc3\xa9\"", " \"a\" \"\xc3\"", " x" };
	struct spt_err e = { 0 };

	run_must(spt_buf_printf(
	    out, &e, "%s%s%s", USUAL(hosts), USUAL(clients), USUAL(times)));
	run_must(spt_buf_printf(
	    out, &e, "%s%s%s", USUAL(requests), USUAL(answers), USUAL(tails)));
}

/* ---- texts ------------------------------------------------------------- */

struct kind {
	const char *format, *schema, *columns;
	void (*put)(struct spt_buf *out, unsigned odd, unsigned *seed);
};

static const struct kind kinds[] = {
	{ "ndjson", "t timestamp, i int, f float, b bool, s string", NULL,
	    put_object },
	{ "ndjson", "t string, i float, f int, b string, s string", "s,i,t,f",
	    put_object },
	{ "ndjson", "i int, x string .s, all string .", NULL, put_object },
	{ "combined", NULL, NULL, put_access },
	{ "combined", "time string, bytes float", "bytes,time,agent,path",
	    put_access },
	{ "clf", NULL, NULL, put_access },
};

/* n lines, of which the first few are as usual. */
static void
make(const struct kind *k, struct spt_buf *out, unsigned n, unsigned odd,
    unsigned seed)
{
	static const char *const ends[] = { "\n", "\n", "\r\n", "\n\n", " \n" };
	const char *end = seed % 3 == 0 ? "\r\n" : "\n";
	struct spt_err e = { 0 };

	for (unsigned i = 0; i < n; i++) {
		bool strange = odd != 0 && draw(&seed, odd) == 0;

		k->put(out, i < 10 ? 0 : odd, &seed);
		run_must(
		    spt_buf_puts(out, strange ? PICK(ends, &seed) : end, &e));
	}
}

static void
decode(const struct kind *k, const struct spt_buf *text, size_t step,
    int64_t max_rows, int64_t max_record, struct run *run)
{
	static struct run_file file;
	struct spt_err e = { 0 };

	file = (struct run_file){ "f", (const char *)text->data, text->len, 0 };
	run_init(run, k->format, &file, 1);
	run->conf.columns = k->columns;
	run->conf.schema = k->schema;
	run->conf.max_record = max_record;
	run->step = step;
	run->max_rows = max_rows;
	CHECK_INT(run_all(run, &e), 0);
	CHECK_STR(e.msg, "");
}

/* alone: bytes that come at once so that lines are decoded by themselves. */
static void
same(const struct kind *k, const struct spt_buf *text, size_t step,
    int64_t max_rows, int64_t max_record, size_t alone_step)
{
	struct run many, alone;

	decode(k, text, step, max_rows, max_record, &many);
	decode(k, text, alone_step, 0, max_record, &alone);
	CHECK(many.rows.len == alone.rows.len &&
	      memcmp(many.rows.data, alone.rows.data, alone.rows.len) == 0);
	CHECK(many.bad.len == alone.bad.len &&
	      (alone.bad.len == 0 ||
		  memcmp(many.bad.data, alone.bad.data, alone.bad.len) == 0));
	CHECK_INT(many.count.rows, alone.count.rows);
	CHECK_INT(many.count.bad, alone.count.bad);
	CHECK_INT(many.count.unmatched, alone.count.unmatched);
	CHECK_INT(many.count.repaired, alone.count.repaired);
	run_fini(&many);
	run_fini(&alone);
}

static void
test_kind(const struct kind *k)
{
	static const unsigned odd[] = { 0, 3, 20, 300 };
	struct spt_buf text;

	spt_buf_init(&text, spt_io_system());
	for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++) {
		for (unsigned seed = 1; seed < 4; seed++) {
			text.len = 0;
			make(k, &text, 300, odd[i], seed);
			same(k, &text, 0, 0, 0, 3);
			same(k, &text, 0, 1 + 37 * seed, 0, 3);
			same(k, &text, 1000, 0, 130, 3);
			same(k, &text, 40000, 100, 0, 3);
		}
	}
	spt_buf_fini(&text);
}

/* An object of n members. */
static void
put_wide(struct spt_buf *out, int n)
{
	struct spt_err e = { 0 };

	for (int i = 0; i < n; i++)
		run_must(spt_buf_printf(
		    out, &e, "%c\"c%d\":%d", i == 0 ? '{' : ',', i, 3 * i));
	run_must(spt_buf_puts(out, "}\n", &e));
}

/* Lines about as long as what is mapped at once; columns so many that few
 * lines, or none, make a run. */
static void
test_large(void)
{
	static const struct kind any = { "ndjson", NULL, NULL, NULL };
	struct spt_err e = { 0 };
	struct spt_buf text;

	spt_buf_init(&text, spt_io_system());
	for (unsigned n = 32730; n < 32780; n += 3) {
		run_must(spt_buf_puts(&text, "{\"a\":1,\"b\":\"", &e));
		for (unsigned i = 0; i < n; i++)
			run_must(spt_buf_putc(&text, 'x', &e));
		run_must(spt_buf_puts(&text, "\"}\n{\"a\":2}\n", &e));
	}
	same(&any, &text, 100000, 0, 0, 5000);
	for (int n = 1000; n < 10000; n += 4000) {
		text.len = 0;
		put_wide(&text, n);
		for (int i = 0; i < 300; i++)
			put_wide(&text, 1 + i % 40);
		same(&any, &text, 0, 0, 0, 100);
	}
	spt_buf_fini(&text);
}

/* Bad lines whose texts between values are all known, but from elsewhere in an
 * object: its start behind a value, and the other way round. */
static void
test_moved_steps(void)
{
	static const struct kind any = { "ndjson", NULL, NULL, NULL };
	static const char *const lines[] = { "{\"a\":1}\n", "{\"b\":2}\n",
		"{\"a\":3{\"b\":4}\n", "{\"b\":5{\"a\":6}\n" };
	static const char *const later[] = {
		("{\"a key that is longer than a step can hold "
		 "...........\":1,\"b\":2}\n"),
		"{\"b\":3,\"b\":4}\n", ",\"b\":5}\n", ",\"b\":6,\"b\":7}\n"
	};
	struct spt_err e = { 0 };
	struct spt_buf text;

	spt_buf_init(&text, spt_io_system());
	for (unsigned i = 0; i < 400; i++)
		run_must(spt_buf_puts(
		    &text, lines[i < 60 ? i / 20 % 2 : i / 9 % 4], &e));
	same(&any, &text, 0, 0, 0, 3);
	text.len = 0;
	for (unsigned i = 0; i < 400; i++)
		run_must(spt_buf_puts(
		    &text, later[i < 60 ? i / 20 % 2 : i / 9 % 4], &e));
	same(&any, &text, 0, 0, 0, 3);
	spt_buf_fini(&text);
}

int
main(void)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		test_kind(&kinds[i]);
	test_large();
	test_moved_steps();
	return DONE;
}
