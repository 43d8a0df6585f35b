/*
 * Streams written and read back: every type, every number of rows that the
 * bitmaps care about, control batches, and any chunking of reads and writes.
 */
#include <unistd.h>

#include "batch/builder.h"
#include "unit.h"
#include "wire/validate.h"
#include "wiretext.h"

static const char *const words[] = { "", "a", "two words",
	"K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x98\x80", "line\nbreak", "\"q\"" };

#define CHECKED(call) CHECK((call) == 0)

static void
make_schema(struct spt_schema *s)
{
	struct spt_err e = { 0 };

	spt_schema_init(s, spt_io_system());
	CHECKED(spt_schema_add(s, "flag", SPT_BOOL, &e));
	CHECKED(spt_schema_add(s, "n", SPT_INT64, &e));
	CHECKED(spt_schema_add(s, "x", SPT_FLOAT64, &e));
	CHECKED(spt_schema_add(s, "te\"xt", SPT_UTF8, &e));
	CHECKED(spt_schema_add(s, "ts", SPT_TIMESTAMP, &e));
	CHECKED(spt_meta_set(&s->meta, SPT_KEY_PROFILE, "1", &e));
	CHECKED(spt_meta_set(&s->meta, SPT_KEY_PLAN, "[]", &e));
	CHECKED(spt_meta_set(
	    &s->fields[4].meta, SPT_KEY_EVENT_TIME, "600000000", &e));
}

static int
put_value(struct spt_builder *b, size_t k, int64_t i, struct spt_err *e)
{
	const char *w = words[(size_t)i % (sizeof words / sizeof *words)];

	switch (k) {
	case 0:
		return spt_builder_bool(b, k, i % 3 == 0, e);
	case 1:
		return spt_builder_int(b, k, i * INT64_C(-987654321987), e);
	case 2:
		return spt_builder_float(b, k, (double)i / -3.0, e);
	case 3:
		return spt_builder_str(b, k, w, strlen(w), e);
	default:
		/* From before 1970 on. */
		return spt_builder_int(b, k, (i - 5) * 86399999999, e);
	}
}

/* nulls: every how many values one is null; 0 none, 1 all. */
static void
fill(struct spt_builder *b, int64_t rows, int nulls)
{
	struct spt_err e = { 0 };

	for (int64_t i = 0; i < rows; i++) {
		for (size_t k = 0; k < b->n; k++) {
			if (nulls != 0 && (i + (int64_t)k) % nulls == 0)
				CHECKED(spt_builder_null(b, k, &e));
			else
				CHECKED(put_value(b, k, i, &e));
		}
		spt_builder_end_row(b);
	}
}

static void
put_controls(struct spt_out *out, struct spt_buf *text)
{
	struct spt_err e = { 0 };
	struct spt_control c;

	spt_control_init(&c, spt_io_system(), SPT_ITEM_BEGIN);
	c.time = 1431857103000000;
	CHECKED(spt_out_control(out, &c, &e));
	wire_put_control(text, &c);
	c.kind = SPT_ITEM_BARRIER;
	c.watermark = -5;
	CHECKED(spt_meta_set(&c.extra, SPT_KEY_ID, "0123abcd", &e));
	CHECKED(spt_meta_set(&c.extra, "other:key", "", &e));
	CHECKED(spt_out_control(out, &c, &e));
	wire_put_control(text, &c);
	c.kind = SPT_ITEM_END;
	c.reason = SPT_STOPPED;
	CHECKED(spt_out_control(out, &c, &e));
	wire_put_control(text, &c);
	c.kind = SPT_ITEM_OTHER;
	CHECKED(spt_out_control(out, &c, &e));
	wire_put_control(text, &c);
	spt_control_fini(&c);
}

/* A stream of two batches and some controls, and what must come back. */
static void
write_stream(
    struct wire_memory *m, int64_t rows, int nulls, struct spt_buf *text)
{
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_builder b;
	struct spt_batch v;
	struct spt_out *out;

	make_schema(&s);
	CHECKED(spt_builder_init(&b, spt_io_system(), &s, &e));
	fill(&b, rows, nulls);
	spt_builder_batch(&b, &v);
	CHECKED(spt_out_open(&out, &m->io, 1, "output", &e));
	CHECKED(spt_out_schema(out, &s, &e));
	wire_put_schema(text, &s);
	CHECKED(spt_out_batch(out, &v, &e));
	wire_put_rows(text, &v);
	put_controls(out, text);
	CHECKED(spt_out_batch(out, &v, &e));
	wire_put_rows(text, &v);
	CHECKED(spt_out_end(out, &e));
	CHECK_INT(spt_out_bytes(out), m->data.len);
	spt_out_close(out);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
}

static void
check_reads(const struct wire_memory *m, struct spt_buf *want, size_t step)
{
	struct wire_source from = { m->data.data, m->data.len, 0, step, NULL,
		0 };
	struct spt_err e = { 0 };
	struct spt_buf got;

	spt_buf_init(&got, spt_io_system());
	CHECK_INT(wire_text(&got, spt_io_system(), &from, &e), 0);
	CHECK_STR(e.msg, "");
	CHECK_STR(spt_buf_str(&got, &e), spt_buf_str(want, &e));
	spt_buf_fini(&got);
}

static void
round_trip(int64_t rows, int nulls, size_t write_step, size_t read_step)
{
	struct wire_memory m;
	struct spt_buf text;

	wire_memory_init(&m);
	m.step = write_step;
	spt_buf_init(&text, spt_io_system());
	write_stream(&m, rows, nulls, &text);
	CHECK_INT(m.data.len % 8, 0);
	check_reads(&m, &text, read_step);
	spt_buf_fini(&text);
	spt_buf_fini(&m.data);
}

static void
test_round_trips(void)
{
	static const int64_t rows[] = { 0, 1, 7, 8, 9, 63, 64, 65, 16384 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int nulls = 0; nulls <= 3; nulls++)
			round_trip(rows[i], nulls, 0, 0);
}

static void
test_chunks(void)
{
	for (size_t step = 1; step <= 70; step++)
		round_trip(9, 3, step, step);
	round_trip(16384, 5, 65536, 4096);
	round_trip(16384, 5, 100003, 65536);
	round_trip(16384, 5, 0, 1);
}

/* A slice (offsets that begin above 0, bits beyond the rows) is written
 * rebased and clean. */
static void
test_slice(void)
{
	static const int32_t offsets[] = { 3, 4, 4, 6 };
	static const uint8_t dirty[] = { 0xfd };
	const struct spt_col cols[] = {
		{ .type = SPT_UTF8,
		    .null_count = 1,
		    .validity = dirty,
		    .offsets = offsets,
		    .bytes = "xyzabcdef" },
		{ .type = SPT_BOOL, .bits = dirty },
	};
	struct spt_batch v = { .rows = 3, .n = 2, .cols = cols };
	struct spt_err e = { 0 };
	struct spt_buf text, scratch;
	struct iovec *pieces = NULL;
	size_t cap = 0, n, sum = 0;
	struct spt_schema s;
	struct wire_memory m;
	struct spt_out *out;
	uint8_t *last;

	spt_schema_init(&s, spt_io_system());
	spt_buf_init(&text, spt_io_system());
	spt_buf_init(&scratch, spt_io_system());
	wire_memory_init(&m);
	CHECKED(spt_schema_add(&s, "s", SPT_UTF8, &e));
	CHECKED(spt_schema_add(&s, "b", SPT_BOOL, &e));
	CHECKED(spt_out_open(&out, &m.io, 1, "output", &e));
	CHECKED(spt_out_schema(out, &s, &e));
	CHECKED(spt_out_batch(out, &v, &e));
	CHECKED(spt_out_end(out, &e));
	wire_put_schema(&text, &s);
	CHECKED(spt_buf_puts(
	    &text, "row \"a\" true\nrow null false\nrow \"bc\" true\n", &e));
	check_reads(&m, &text, 0);
	CHECKED(spt_wire_body(
	    spt_io_system(), &v, &pieces, &cap, &n, &scratch, &e));
	for (size_t i = 0; i < n; i++)
		sum += pieces[i].iov_len;
	CHECK_INT(sum, 256); /* validity, offsets, text, bits: 64 each */
	last = pieces[0].iov_base;
	CHECK_INT(last[0], 0x05);
	spt_out_close(out);
	spt_free(spt_io_system(), pieces);
	spt_buf_fini(&scratch);
	spt_buf_fini(&m.data);
	spt_buf_fini(&text);
	spt_schema_fini(&s);
}

/* Ranges are there for times, and equal what counting gives. */
static void
test_ranges(void)
{
	struct spt_bytes_in bytes = { .read = wire_source_read };
	struct wire_source from = { 0 };
	const struct spt_item *item;
	struct spt_err e = { 0 };
	struct wire_memory m;
	struct spt_buf text;
	struct spt_in *in;
	int batches = 0;

	wire_memory_init(&m);
	spt_buf_init(&text, spt_io_system());
	write_stream(&m, 100, 4, &text);
	from.p = m.data.data;
	from.n = m.data.len;
	bytes.ctx = &from;
	CHECKED(spt_in_open_bytes(&in, spt_io_system(), bytes, "input", &e));
	while (spt_in_get(in, &item, &e) == 1) {
		struct spt_batch counted = item->batch;
		struct spt_range got, want;

		if (item->kind != SPT_ITEM_BATCH)
			continue;
		CHECK(item->batch.ranges != NULL);
		counted.ranges = NULL;
		got = spt_batch_range(&item->batch, 4);
		want = spt_batch_range(&counted, 4);
		CHECK(got.any && want.any);
		CHECK_INT(got.min, want.min);
		CHECK_INT(got.max, want.max);
		batches++;
	}
	CHECK_INT(batches, 2);
	CHECK(spt_in_ended(in));
	CHECK(spt_in_controlled(in));
	CHECK_INT(spt_in_bytes(in), m.data.len);
	spt_in_close(in);
	spt_buf_fini(&text);
	spt_buf_fini(&m.data);
}

/* A descriptor: the same, and the reader leaves it open. */
static void
test_descriptor(void)
{
	const struct spt_item *item;
	const struct spt_schema *s;
	struct spt_err e = { 0 };
	struct wire_memory m;
	struct spt_buf want, got;
	struct spt_in *in;
	int fd[2];

	wire_memory_init(&m);
	spt_buf_init(&want, spt_io_system());
	spt_buf_init(&got, spt_io_system());
	write_stream(&m, 5, 2, &want);
	CHECK(pipe(fd) == 0);
	CHECKED(spt_io_write(
	    spt_io_system(), fd[1], m.data.data, m.data.len, "pipe", &e));
	CHECK(close(fd[1]) == 0);
	CHECKED(spt_in_open(&in, spt_io_system(), fd[0], "input", &e));
	CHECK_INT(spt_in_fd(in), fd[0]);
	CHECK_INT(spt_in_schema(in, &s, &e), 0);
	CHECK_INT(spt_in_fill(in, &e), 1);
	CHECK_INT(spt_in_schema(in, &s, &e), 1);
	wire_put_schema(&got, s);
	while (spt_in_next(in, &item, &e) == 1)
		wire_put_item(&got, item);
	CHECK(spt_in_ended(in));
	CHECK_INT(spt_in_fill(in, &e), 0);
	CHECK_STR(spt_buf_str(&got, &e), spt_buf_str(&want, &e));
	spt_in_close(in);
	CHECK(close(fd[0]) == 0);
	spt_buf_fini(&got);
	spt_buf_fini(&want);
	spt_buf_fini(&m.data);
}

/* Many small batches make few writes; a large one is not collected. */
static void
test_collecting(void)
{
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_builder b;
	struct spt_batch v;
	struct wire_memory m;
	struct spt_out *out;

	make_schema(&s);
	wire_memory_init(&m);
	CHECKED(spt_builder_init(&b, spt_io_system(), &s, &e));
	fill(&b, 1, 0);
	spt_builder_batch(&b, &v);
	CHECKED(spt_out_open(&out, &m.io, 1, "output", &e));
	CHECKED(spt_out_schema(out, &s, &e));
	for (int i = 0; i < 1000; i++)
		CHECKED(spt_out_batch(out, &v, &e));
	CHECK(m.calls > 0 && m.calls <= 16);
	fill(&b, 16383, 0);
	spt_builder_batch(&b, &v);
	CHECKED(spt_out_batch(out, &v, &e));
	CHECK_INT(m.data.len, spt_out_bytes(out));
	spt_out_close(out);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
	spt_buf_fini(&m.data);
}

/* One offset that is wrong, wherever it is. */
static void
test_offsets(void)
{
	enum { MOST = 40 };
	int32_t v[MOST + 1];

	for (int n = 0; n <= MOST; n++) {
		for (int i = 0; i <= n; i++)
			v[i] = 7 + 3 * (i / 2);
		CHECK(spt__offsets_valid(v, n, (size_t)v[n]));
		CHECK(!spt__offsets_valid(v, n, (size_t)v[n] - 1));
		for (int i = 0; i <= n; i++) {
			int32_t right = v[i];

			v[i] = -1;
			CHECK(!spt__offsets_valid(v, n, 1000));
			v[i] = INT32_MIN;
			CHECK(!spt__offsets_valid(v, n, 1000));
			v[i] = INT32_MAX;
			CHECK(!spt__offsets_valid(v, n, 1000));
			v[i] = right - 4;
			CHECK(i == 0 || !spt__offsets_valid(v, n, 1000));
			v[i] = right;
		}
	}
}

int
main(void)
{
	test_round_trips();
	test_chunks();
	test_slice();
	test_offsets();
	test_ranges();
	test_descriptor();
	test_collecting();
	return DONE;
}
