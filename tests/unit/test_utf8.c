#include "base/utf8.h"
#include "unit.h"

static struct spt_err err;

/* The text after repair; the number of replacements goes to *n. */
static const char *
repair(struct spt_buf *b, const char *p, size_t len, int64_t *n)
{
	b->len = 0;
	*n = spt_utf8_repair(b, (const uint8_t *)p, len, &err);
	return spt_buf_str(b, &err);
}

#define R "\xef\xbf\xbd"

static const struct {
	const char *in, *out;
	int replaced;
} cases[] = {
	{ "", "", 0 },
	{ "plain ascii, longer than eight bytes", NULL, 0 },
	{ "\x7f", NULL, 0 },
	{ "\xc2\x80 \xdf\xbf", NULL, 0 },
	{ "\xe0\xa0\x80 \xef\xbf\xbf", NULL, 0 },
	{ "\xed\x9f\xbf \xee\x80\x80", NULL, 0 },
	{ "\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", NULL, 0 },
	{ "01234567\xc3\xa8", NULL, 0 },
	{ "0123456\xc3\xa8", NULL, 0 },
	/* Lone continuation bytes, bytes that never occur. */
	{ "\x80", R, 1 },
	{ "a\xbf\xbfz", "a" R R "z", 2 },
	{ "\xc0\xaf", R R, 2 },
	{ "\xc1\xbf", R R, 2 },
	{ "\xfe\xff", R R, 2 },
	{ "\xf5\x80\x80\x80", R R R R, 4 },
	/* Overlong. */
	{ "\xe0\x9f\xbf", R R R, 3 },
	{ "\xf0\x8f\xbf\xbf", R R R R, 4 },
	/* Surrogates, beyond U+10FFFF. */
	{ "\xed\xa0\x80", R R R, 3 },
	{ "\xed\xbf\xbf", R R R, 3 },
	{ "\xf4\x90\x80\x80", R R R R, 4 },
	/* Cut off: a maximal prefix is one replacement. */
	{ "\xc3", R, 1 },
	{ "\xe2\x82", R, 1 },
	{ "\xf0\x9f\x98", R, 1 },
	{ "\xf0\x9f\x98z", R "z", 1 },
	{ "\xe2\x82\xe2\x82\xac", R "\xe2\x82\xac", 1 },
	/* The example of the standard, table 3-11. */
	{ "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", R R R R "A", 4 },
	/* Table 3-8. */
	{ "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", R R R R R R R R "A", 8 },
};

static void
test_table(struct spt_buf *b)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *in = cases[i].in, *out = cases[i].out;
		size_t n = strlen(in);
		int64_t replaced;

		CHECK_INT(spt_utf8_valid((const uint8_t *)in, n),
		    cases[i].replaced == 0);
		CHECK_STR(repair(b, in, n, &replaced), out == NULL ? in : out);
		CHECK_INT(replaced, cases[i].replaced);
		CHECK(spt_utf8_valid(b->data, b->len));
	}
}

/* Every code point, by the definition, at every distance from a border of
 * eight bytes. */
static void
test_all(void)
{
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		uint8_t p[16];
		size_t at = c % 9, n = 0;
		uint32_t back = 0;

		memset(p, 'x', sizeof p);
		if (c < 0x80) {
			p[at + n++] = (uint8_t)c;
		} else if (c < 0x800) {
			p[at + n++] = (uint8_t)(0xc0 | c >> 6);
			p[at + n++] = (uint8_t)(0x80 | (c & 0x3f));
		} else if (c < 0x10000) {
			p[at + n++] = (uint8_t)(0xe0 | c >> 12);
			p[at + n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
			p[at + n++] = (uint8_t)(0x80 | (c & 0x3f));
		} else {
			p[at + n++] = (uint8_t)(0xf0 | c >> 18);
			p[at + n++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
			p[at + n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
			p[at + n++] = (uint8_t)(0x80 | (c & 0x3f));
		}
		if (spt_utf8_valid(p, sizeof p) != (c < 0xd800 || c > 0xdfff))
			CHECK(!"validity of a code point");
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		if (spt_utf8_next(p + at, sizeof p - at, &back) != n ||
		    back != c)
			CHECK(!"decoding of a code point");
	}
	CHECK(!spt_utf8_valid((const uint8_t *)"\xc3\xa8", 1));
	CHECK(spt_utf8_valid(NULL, 0));
}

/* The first byte beyond ASCII, wherever it is. */
static void
test_ascii(void)
{
	uint8_t text[200];

	for (size_t n = 0; n <= sizeof text; n++) {
		memset(text, 'a', sizeof text);
		CHECK_INT(spt_utf8_ascii(text, n), n);
		for (size_t at = 0; at < n; at++) {
			text[at] = 0x80;
			CHECK_INT(spt_utf8_ascii(text, n), at);
			text[at] = 0x7f;
		}
	}
}

static size_t
width(const char *s)
{
	return spt_utf8_width((const uint8_t *)s, strlen(s));
}

static void
test_width(void)
{
	CHECK_INT(width(""), 0);
	CHECK_INT(width("abc"), 3);
	CHECK_INT(width("caff\xc3\xa8"), 5);
	CHECK_INT(width("e\xcc\x80"), 1);                /* combining */
	CHECK_INT(width("\xe6\x97\xa5\xe6\x9c\xac"), 4); /* two ideographs */
	CHECK_INT(width("\xf0\x9f\x98\x80"), 2);         /* an emoji */
	CHECK_INT(width("\xe2\x80\x8b"), 0);             /* zero width space */
	CHECK_INT(width("\xe1\x84\x80\xe1\x85\xa1"), 2); /* Hangul jamo */
	CHECK_INT(width("\xef\xbc\xa1"), 2);             /* full width A */
	CHECK_INT(width("\xd0\x96\xce\xa9"), 2);
	CHECK_INT(width("\xf0\xa0\x80\x80"), 2); /* plane 2 */
	CHECK_INT(width("\xf3\xa0\x84\x80"), 0); /* selector */
}

int
main(void)
{
	struct spt_buf b;

	spt_buf_init(&b, spt_io_system());
	test_table(&b);
	test_all();
	test_ascii();
	test_width();
	spt_buf_fini(&b);
	return DONE;
}
