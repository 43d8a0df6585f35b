#include <stdlib.h>

#include "decode/csv.h"
#include "decode/records.h"
#include "unit.h"

/* Fields as text: <one>, nulls as ~. */
static const char *
show(const struct spt_csv *c, struct spt_buf *out)
{
	struct spt_err e = { 0 };

	out->len = 0;
	for (size_t i = 0; i < c->n && i < c->cap; i++) {
		const struct spt_cell *v = &c->v[i];

		if (v->kind == SPT_CELL_NULL)
			CHECK(spt_buf_putc(out, '~', &e) == 0);
		else
			CHECK(spt_buf_printf(
				  out, &e, "<%.*s>", (int)v->n, v->p) == 0);
	}
	return spt_buf_str(out, &e);
}

static void
split(const char *text, const char *want)
{
	const struct spt_io *io = spt_io_system();
	struct spt_err e = { 0 }, why = { 0 };
	struct spt_arena arena;
	struct spt_csv c;
	struct spt_buf out;
	size_t n = strlen(text);

	spt_buf_init(&out, io);
	spt_arena_init(&arena, io);
	CHECK(spt_csv_init(&c, io, ',', 4, &e) == 0);
	switch (spt_csv_split_quoted(&c, text, n, &arena, &why, &e)) {
	case 1:
		CHECK_STR(show(&c, &out), want);
		break;
	case 0:
		CHECK_STR(why.msg, want);
		/* And goes on as if nothing had been. */
		CHECK(spt_csv_split_quoted(&c, "a,\"\"", 4, &arena, &why, &e) ==
		      1);
		CHECK_STR(show(&c, &out), "<a><>");
		break;
	default:
		CHECK(false);
	}
	if (strchr(text, '"') == NULL) {
		spt_csv_split_plain(&c, text, n);
		CHECK_STR(show(&c, &out), want);
	}
	spt_csv_fini(&c);
	spt_arena_fini(&arena);
	spt_buf_fini(&out);
}

static void
test_split(void)
{
	split("", "~");
	split("a", "<a>");
	split("a,b,c", "<a><b><c>");
	split(",", "~~");
	split(",,x,", "~~<x>~");
	split(" a , b ", "< a >< b >");
	split("a\rb,c", "<a\rb><c>");
	split("\"\"", "<>");
	split("\"\",", "<>~");
	split("\"a,b\",\"c\nd\",\"e\"\"f\"", "<a,b><c\nd><e\"f>");
	split("\"\"\"\"", "<\">");
	split("\" a \"", "< a >");
	split("1,2,3,4,5,6", "<1><2><3><4>");
	split("\"1\",2,3,4,5,6", "<1><2><3><4>");
	split("a\"b", "a quote inside of a field without quotes");
	split("a, \"b\"", "a quote inside of a field without quotes");
	split("\"a\" ,b", "text after a closing quote");
	split("\"a\"b", "text after a closing quote");
	split("\"a\n\nb\"c", "text after a closing quote, in line 3 of the "
			     "record");
	split("a,\"b", "a quote is never closed");
	split("\"", "a quote is never closed");
	split("\"a\"\"", "a quote is never closed");
}

/* The records of the text, each in brackets with line and offset, when it is
 * fed in pieces of `step` bytes. */
static void
records(const char *text, size_t step, char delimiter, int64_t max,
    const char *want)
{
	const struct spt_io *io = spt_io_system();
	size_t n = strlen(text), have = 0, at = 0, used;
	struct spt_records s;
	struct spt_record r;
	struct spt_err e = { 0 };
	struct spt_buf out;

	spt_buf_init(&out, io);
	spt_records_init(&s, io, delimiter, max);
	for (;;) {
		bool last = have == n;
		int rc = spt_records_next(
		    &s, text + at, have - at, last, &used, &r, &e);

		at += used;
		CHECK(rc >= 0 && at <= have);
		if (rc == 1)
			CHECK(
			    spt_buf_printf(&out, &e, "%lld@%llu%s[%.*s]",
				(long long)r.line, (unsigned long long)r.offset,
				r.too_long ? "!" : "", (int)r.n, r.p) == 0);
		else if (last)
			break;
		else
			have = n - have < step ? n : have + step;
	}
	CHECK_INT((long long)at, (long long)n);
	CHECK_STR(spt_buf_str(&out, &e), want);
	spt_records_fini(&s);
	spt_buf_fini(&out);
}

static void
test_records(void)
{
	for (size_t step = 1; step < 12; step++) {
		records("", step, 0, 100, "");
		records("\xef\xbb\xbf", step, 0, 100, "");
		records("\xef\xbb", step, 0, 100, "1@0[\xef\xbb]");
		records(
		    "a\nbc\r\n\nd", step, 0, 100, "1@0[a]2@2[bc]3@6[]4@7[d]");
		records("\xef\xbb\xbf"
			"a\n\xef\xbb\xbf\n",
		    step, 0, 100, "1@3[a]2@5[\xef\xbb\xbf]");
		records(
		    "a\rb\n\r\nc\r", step, ',', 100, "1@0[a\rb]2@4[]3@6[c]");
		records("\"a\nb\",\"\"\"\n\",c\r\nd\n", step, ',', 100,
		    "1@0[\"a\nb\",\"\"\"\n\",c]4@15[d]");
		/* A broken record ends with its line. */
		records("a\"b\nc\n\"d\"e\"\n\"f\" \"\n", step, ',', 100,
		    "1@0[a\"b]2@4[c]3@6[\"d\"e\"]4@12[\"f\" \"]");
		records("\"a\nb\nc", step, ',', 100, "1@0[\"a\nb\nc]");
		/* Too long: by its first max + 1 bytes. */
		records(
		    "abc\nabcd\nx\n", step, 0, 3, "1@0[abc]2@4![abcd]3@9[x]");
		records("abcdefghijkl\nabcdefghijkl", step, 0, 3,
		    "1@0![abcd]2@13![abcd]");
		records("\"ab\ncd\",e\n\"1\n2\"\n", step, ',', 5,
		    "1@0![\"ab\ncd]3@10[\"1\n2\"]");
		records(
		    "a;\"\n\";b\nc\n", step, ';', 100, "1@0[a;\"\n\";b]3@8[c]");
	}
}

int
main(void)
{
	test_split();
	test_records();
	return DONE;
}
