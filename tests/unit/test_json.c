#include <math.h>

#include "base/json.h"
#include "unit.h"

static struct spt_err err;

static const char *
quote(struct spt_buf *b, const char *p, size_t n)
{
	b->len = 0;
	CHECK_INT(spt_json_put_string(b, p, n, &err), 0);
	return spt_buf_str(b, &err);
}

static const char *
number(struct spt_buf *b, double v)
{
	b->len = 0;
	CHECK_INT(spt_json_put_float(b, v, &err), 0);
	return spt_buf_str(b, &err);
}

static void
test_strings(struct spt_buf *b)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "\"\"" },
		{ "plain", "\"plain\"" },
		{ "a/b", "\"a/b\"" },
		{ "say \"hi\"", "\"say \\\"hi\\\"\"" },
		{ "c:\\dir\\", "\"c:\\\\dir\\\\\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
		{ "caff\xc3\xa8 \xf0\x9f\x98\x80!",
		    "\"caff\xc3\xa8 \xf0\x9f\x98\x80!\"" },
		{ "\xff", "\"\xef\xbf\xbd\"" },
		{ "a\xe2\x82\"b", "\"a\xef\xbf\xbd\\\"b\"" },
		{ "\xc3\n\xa8", "\"\xef\xbf\xbd\\n\xef\xbf\xbd\"" },
		{ "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(
		    quote(b, cases[i].in, strlen(cases[i].in)), cases[i].out);
	CHECK_STR(quote(b, "a\0b", 3), "\"a\\u0000b\"");
	CHECK_STR(quote(b, NULL, 0), "\"\"");
}

/* Every byte of ASCII at every place of words of eight: it is escaped or not,
 * and its neighbours stay what they are. */
static void
test_every_byte(struct spt_buf *b)
{
	for (int c = 0; c < 0x80; c++) {
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		for (size_t at = 0; at < 20; at++) {
			char text[20], *got;

			memset(text, '!', sizeof text);
			text[at] = (char)c;
			got = (char *)(uintptr_t)quote(b, text, sizeof text);
			CHECK_INT(b->len == 22, plain);
			CHECK(strspn(got + 1, "!") >= at);
			CHECK(got[1 + at] == (plain ? c : '\\'));
			got[b->len - 1] = '\0';
			CHECK(strlen(strrchr(got, '!')) == 1 || at == 19);
			CHECK(at == 19 ||
			      strspn(got + b->len - 20 + at, "!") == 19 - at);
		}
	}
}

static void
test_numbers(struct spt_buf *b)
{
	CHECK_STR(number(b, 1), "1.0");
	CHECK_STR(number(b, 0.1), "0.1");
	CHECK_STR(number(b, -1e300), "-1e+300");
	CHECK_STR(number(b, NAN), "null");
	CHECK_STR(number(b, INFINITY), "null");
	CHECK_STR(number(b, -INFINITY), "null");
}

int
main(void)
{
	struct spt_buf b;

	spt_buf_init(&b, spt_io_system());
	test_strings(&b);
	test_every_byte(&b);
	test_numbers(&b);
	spt_buf_fini(&b);
	return DONE;
}
