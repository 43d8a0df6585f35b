/*
 * Streams that are cut, damaged, or none at all.
 */
#include "batch/builder.h"
#include "unit.h"
#include "wiretext.h"

#define MESSAGES 8

static size_t ends[MESSAGES]; /* of the messages of the stream */
static size_t nends;

static void
message(struct wire_memory *m, struct spt_out *out)
{
	struct spt_err e = { 0 };

	CHECK(spt_out_flush(out, &e) == 0);
	ends[nends++] = m->data.len;
}

/* Small, but with every type, a null, a control batch. */
static void
write_stream(struct wire_memory *m)
{
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_control c;
	struct spt_builder b;
	struct spt_batch v;
	struct spt_out *out;

	spt_schema_init(&s, spt_io_system());
	CHECK(spt_schema_add(&s, "b", SPT_BOOL, &e) == 0);
	CHECK(spt_schema_add(&s, "s", SPT_UTF8, &e) == 0);
	CHECK(spt_schema_add(&s, "t", SPT_TIMESTAMP, &e) == 0);
	CHECK(spt_meta_set(&s.meta, SPT_KEY_PROFILE, "1", &e) == 0);
	CHECK(spt_builder_init(&b, spt_io_system(), &s, &e) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(spt_builder_bool(&b, 0, i == 1, &e) == 0);
		if (i == 1)
			CHECK(spt_builder_null(&b, 1, &e) == 0);
		else
			CHECK(spt_builder_str(&b, 1, "\xc3\xa4z", 3, &e) == 0);
		CHECK(spt_builder_int(&b, 2, 1000 - i, &e) == 0);
		spt_builder_end_row(&b);
	}
	spt_builder_batch(&b, &v);
	spt_control_init(&c, spt_io_system(), SPT_ITEM_BARRIER);
	CHECK(spt_out_open(&out, &m->io, 1, "output", &e) == 0);
	CHECK(spt_out_schema(out, &s, &e) == 0);
	message(m, out);
	CHECK(spt_out_batch(out, &v, &e) == 0);
	message(m, out);
	CHECK(spt_out_control(out, &c, &e) == 0);
	message(m, out);
	CHECK(spt_out_end(out, &e) == 0);
	message(m, out);
	spt_control_fini(&c);
	spt_out_close(out);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
}

/* What n bytes say, read a message at a time. */
static int
text_of(const uint8_t *p, size_t n, struct spt_buf *text, struct spt_err *e)
{
	struct wire_source from = { p, n, 0, 0, ends, nends };

	text->len = 0;
	spt_err_clear(e);
	return wire_text(text, spt_io_system(), &from, e);
}

/* Cut anywhere, it fails, with whole items before. */
static void
test_cuts(const struct wire_memory *m, struct spt_buf *whole)
{
	struct spt_buf text;
	struct spt_err e;

	spt_buf_init(&text, spt_io_system());
	for (size_t n = 0; n < m->data.len; n++) {
		char want[64];

		CHECK_INT(text_of(m->data.data, n, &text, &e), -1);
		CHECK_INT(e.kind, SPT_EUPSTREAM);
		CHECK(text.len == 0 ||
		      memcmp(text.data, whole->data, text.len) == 0);
		CHECK(text.len == 0 || text.data[text.len - 1] == '\n');
		snprintf(want, sizeof want,
		    "input: ended without its end mark (byte %zu)", n);
		CHECK_STR(e.msg,
		    n != 0 ? want
			   : "input: no stream: the stage above ended before "
			     "it wrote one");
	}
	spt_buf_fini(&text);
}

/* One flipped bit: an error or a stream, never more; what it says before an
 * error is of no interest, that it ends is. */
static void
test_flips(const struct wire_memory *m)
{
	size_t n = m->data.len;
	int accepted = 0, refused = 0;
	uint8_t *p = malloc(n);
	struct spt_buf text;
	struct spt_err e;

	CHECK(p != NULL);
	if (p == NULL)
		return;
	memcpy(p, m->data.data, n);
	spt_buf_init(&text, spt_io_system());
	for (size_t i = 0; i < 8 * n; i++) {
		p[i / 8] ^= (uint8_t)(1u << (i % 8));
		if (text_of(p, n, &text, &e) == 0) {
			accepted++;
		} else {
			CHECK(e.kind == SPT_EDATA || e.kind == SPT_EUPSTREAM);
			CHECK(e.msg[0] != '\0');
			refused++;
		}
		p[i / 8] ^= (uint8_t)(1u << (i % 8));
	}
	CHECK(accepted != 0 && refused != 0);
	spt_buf_fini(&text);
	free(p);
}

/* Two damaged bytes at a time reach what one cannot. */
static void
test_scribbles(const struct wire_memory *m)
{
	size_t n = m->data.len;
	uint8_t *p = malloc(n);
	uint32_t seed = 1;
	struct spt_buf text;
	struct spt_err e;

	CHECK(p != NULL);
	if (p == NULL)
		return;
	spt_buf_init(&text, spt_io_system());
	for (int i = 0; i < 20000; i++) {
		memcpy(p, m->data.data, n);
		for (int k = 0; k < 2; k++) {
			seed = seed * 1664525 + 1013904223;
			p[(seed >> 8) % n] =
			    (uint8_t)(seed >> 3 & 1
					  ? seed >> 24
					  : (seed >> 4 & 1 ? 0xff : 0));
		}
		if (text_of(p, n, &text, &e) < 0)
			CHECK(e.kind == SPT_EDATA || e.kind == SPT_EUPSTREAM);
	}
	spt_buf_fini(&text);
	free(p);
}

static void
test_no_stream(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *want;
	} cases[] = {
		{ "ts,user,bytes\n2024-01-01,a,1\n", 29,
		    "input: not a stream (starts with \"ts,user,bytes\"...): "
		    "put sread in front" },
		{ "{\"a\":1,\"bbbbbbbbbbbbbbbb\":2}\n", 29,
		    "input: not a stream (starts with "
		    "\"{\"a\":1,\"bbbbbbbb\"...): put sread in front" },
		{ "x\n", 2,
		    "input: not a stream (starts with \"x\"...): put sread "
		    "in front" },
		{ "\x1f\x8b\x08\x00", 4,
		    "input: not a stream (starts with the bytes 1f 8b 08 "
		    "00): put sread in front" },
		{ "ARROW1\0\0\xff\xff\xff\xff\0\0\0\0", 16,
		    "input: an Arrow file, not a stream (write it in the "
		    "streaming format)" },
		{ "\xb0\x00\x00\x00\x10\x00\x00\x00\0\0\0\0\0\0\0\0", 16,
		    "input: not a stream, or one in the form before Arrow "
		    "0.15, without continuation markers" },
		{ "\xff\xff\xff\xff\0\0\0\0", 8,
		    "input: the end mark stands before any schema" },
		{ "\xff\xff\xff\xff\xf8\xff\xff\x7f", 8,
		    "input: metadata of 2147483640 bytes (a multiple of 8, "
		    "at most 16777216)" },
		{ "\xff\xff\xff\xff\x08\0\0\0\0\0\0\0\0\0\0\0", 16,
		    "input: damaged metadata: an offset points outside" },
	};
	struct spt_buf text;
	struct spt_err e;

	spt_buf_init(&text, spt_io_system());
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wire_source slow = { (const uint8_t *)cases[i].bytes,
			cases[i].n, 0, 1, NULL, 0 };

		CHECK_INT(text_of((const uint8_t *)cases[i].bytes, cases[i].n,
			      &text, &e),
		    -1);
		CHECK_INT(e.kind, SPT_EDATA);
		CHECK_STR(e.msg, cases[i].want);
		spt_err_clear(&e);
		CHECK_INT(wire_text(&text, spt_io_system(), &slow, &e), -1);
		CHECK_STR(e.msg, cases[i].want);
	}
	spt_buf_fini(&text);
}

static void
test_after_the_mark(const struct wire_memory *m)
{
	struct wire_source from = { .n = m->data.len + 8 };
	struct spt_buf text;
	struct spt_err e = { 0 };
	uint8_t *p = calloc(1, from.n);

	CHECK(p != NULL);
	if (p == NULL)
		return;
	memcpy(p, m->data.data, m->data.len);
	from.p = p;
	spt_buf_init(&text, spt_io_system());
	CHECK_INT(wire_text(&text, spt_io_system(), &from, &e), -1);
	CHECK_INT(e.kind, SPT_EDATA);
	CHECK(strstr(e.msg, "bytes after the end mark") != NULL);
	spt_buf_fini(&text);
	free(p);
}

/* ---- memory ----------------------------------------------------------------
 */

static int left; /* allocations until one fails */

static void *
failing_realloc(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	return --left < 0 ? NULL : realloc(p, n);
}

/* The k-th allocation fails: an error, and nothing is lost. */
static void
test_no_memory(const struct wire_memory *m)
{
	struct spt_io io = *spt_io_system();
	struct spt_buf text;
	int rc = -1, k = 0;

	io.realloc = failing_realloc;
	spt_buf_init(&text, spt_io_system());
	for (; rc < 0 && k < 1000; k++) {
		struct wire_source from = { m->data.data, m->data.len, 0, 0,
			NULL, 0 };
		struct spt_err e = { 0 };

		left = k;
		rc = wire_text(&text, &io, &from, &e);
		if (rc < 0)
			CHECK_INT(e.kind, SPT_ESYSTEM);
	}
	CHECK(k > 10 && k < 1000);
	spt_buf_fini(&text);
}

/* The same for the writer. */
static int
write_little(struct wire_memory *m, const struct spt_schema *s,
    const struct spt_batch *v, struct spt_err *e)
{
	struct spt_control c;
	struct spt_out *out;
	int rc = -1;

	spt_control_init(&c, &m->io, SPT_ITEM_BARRIER);
	if (spt_out_open(&out, &m->io, 1, "output", e) == 0 &&
	    spt_out_schema(out, s, e) == 0 && spt_out_batch(out, v, e) == 0 &&
	    spt_meta_set(&c.extra, "k", "v", e) == 0 &&
	    spt_out_control(out, &c, e) == 0)
		rc = spt_out_end(out, e);
	spt_out_close(out);
	spt_control_fini(&c);
	return rc;
}

static void
test_writer_no_memory(void)
{
	static const int32_t offsets[] = { 2, 4 };
	const struct spt_col cols[] = {
		{ .type = SPT_UTF8, .offsets = offsets, .bytes = "abcd" },
	};
	struct spt_batch v = { .rows = 1, .n = 1, .cols = cols };
	struct spt_err e = { 0 };
	struct spt_schema s;
	int rc = -1, k = 0;

	spt_schema_init(&s, spt_io_system());
	CHECK(spt_schema_add(&s, "s", SPT_UTF8, &e) == 0);
	for (; rc < 0 && k < 1000; k++) {
		struct wire_memory m;

		wire_memory_init(&m);
		m.io.realloc = failing_realloc;
		left = k;
		spt_err_clear(&e);
		rc = write_little(&m, &s, &v, &e);
		if (rc < 0)
			CHECK_INT(e.kind, SPT_ESYSTEM);
		else
			CHECK(m.data.len > 0);
		spt_buf_fini(&m.data);
	}
	CHECK(k > 5 && k < 1000);
	spt_schema_fini(&s);
}

static void *
small_realloc(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	CHECK(n <= 1u << 20);
	return realloc(p, n);
}

/* A length of a gigabyte with nothing behind it costs nothing. */
static void
test_claims(void)
{
	static const uint8_t head[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1 };
	struct spt_io io = *spt_io_system();
	uint8_t stream[100] = { 0 };
	struct wire_source from = { stream, sizeof stream, 0, 0, NULL, 0 };
	struct spt_err e = { 0 };
	struct spt_buf text;

	io.realloc = small_realloc;
	memcpy(stream, head, sizeof head);
	spt_buf_init(&text, spt_io_system());
	CHECK_INT(wire_text(&text, &io, &from, &e), -1);
	CHECK_INT(e.kind, SPT_EUPSTREAM);
	spt_buf_fini(&text);
}

int
main(void)
{
	struct wire_memory m;
	struct spt_buf whole;
	struct spt_err e;

	wire_memory_init(&m);
	write_stream(&m);
	spt_buf_init(&whole, spt_io_system());
	CHECK_INT(text_of(m.data.data, m.data.len, &whole, &e), 0);
	test_cuts(&m, &whole);
	test_flips(&m);
	test_scribbles(&m);
	test_no_stream();
	test_after_the_mark(&m);
	test_no_memory(&m);
	test_writer_no_memory();
	test_claims();
	spt_buf_fini(&whole);
	spt_buf_fini(&m.data);
	return DONE;
}
