/*
 * Record batches that other programs could write: what is odd but right is
 * read, what is wrong is refused with the reason.
 */
#include "unit.h"
#include "wire/frame_put.h"
#include "wiretext.h"

/* One record batch message with one column, every number as one likes. */
struct odd {
	enum spt_type type;
	int64_t rows;
	int64_t node[2];
	int64_t buffers[8];
	size_t nbuffers;
	const char *body;
	size_t nbody;
	int64_t claimed; /* body length in the message; 0: nbody, padded */
	size_t nodes;    /* 0: 1 */
	bool compressed;
	int header_type; /* 0: record batch */
	const char *key, *value;
};

static void
put_batch(struct spt_buf *out, const struct odd *o)
{
	struct spt__slot batch[] = {
		{ .id = 0, .size = 8, .value = o->rows },
		{ .id = 1, .size = 4 },
		{ .id = 2, .size = 4 },
		{ .id = 3, .size = 4 },
	};
	size_t pad = (0 - o->nbody) & 7, at;
	struct spt_err e = { 0 };
	struct spt_meta pairs;
	struct spt__frame f;

	spt_meta_init(&pairs, spt_io_system());
	if (o->key != NULL)
		wire_check(spt_meta_set(&pairs, o->key, o->value, &e));
	wire_check(spt__frame_begin(&f, out,
	    o->header_type != 0 ? o->header_type : SPT__ARROW_BATCH,
	    o->claimed != 0 ? o->claimed : (int64_t)(o->nbody + pad), &pairs,
	    &e));
	wire_check(spt__fbput_table(
	    &f.fb, f.header, batch, o->compressed ? 4 : 3, &e));
	if (o->compressed)
		wire_check(spt__fbput_table(&f.fb, batch[3].at, NULL, 0, &e));
	wire_check(spt__fbput_vector(
	    &f.fb, batch[1].at, o->nodes != 0 ? o->nodes : 1, 16, &at, &e));
	spt__fbput_i64(&f.fb, at, o->node[0]);
	spt__fbput_i64(&f.fb, at + 8, o->node[1]);
	wire_check(
	    spt__fbput_vector(&f.fb, batch[2].at, o->nbuffers, 16, &at, &e));
	for (size_t i = 0; i < 2 * o->nbuffers; i++)
		spt__fbput_i64(&f.fb, at + 8 * i, o->buffers[i]);
	if (pairs.n != 0)
		wire_check(spt__frame_pairs(&f.fb, f.metadata, &pairs, &e));
	wire_check(spt__frame_end(&f, &e));
	wire_check(spt_buf_put(out, o->body, o->nbody, &e));
	wire_check(spt_buf_put(out, "\0\0\0\0\0\0\0", pad, &e));
	spt_meta_fini(&pairs);
}

/* The rows of the message, or why not. */
static const char *
read_odd(const struct odd *o, struct spt_buf *text, struct spt_err *e)
{
	struct wire_source from = { 0 };
	struct spt_schema s;
	struct spt_buf stream, head;
	const char *str;
	int rc;

	spt_err_clear(e);
	text->len = 0;
	spt_schema_init(&s, spt_io_system());
	spt_buf_init(&stream, spt_io_system());
	spt_buf_init(&head, spt_io_system());
	wire_check(spt_schema_add(&s, "c", o->type, e));
	wire_put_schema(&head, &s);
	wire_check(spt_wire_put_schema(&stream, &s, e));
	put_batch(&stream, o);
	wire_check(spt_wire_put_eos(&stream, e));
	from.p = stream.data;
	from.n = stream.len;
	rc = wire_text(text, spt_io_system(), &from, e);
	spt_buf_drop(text, head.len);
	spt_buf_fini(&head);
	spt_buf_fini(&stream);
	spt_schema_fini(&s);
	str = spt_buf_str(text, e);
	return rc == 0 ? str : e->msg;
}

#define INTS(a, b) a "\0\0\0\0\0\0\0" b "\0\0\0\0\0\0\0"

static const struct {
	const char *what, *want;
	struct odd o;
} good[] = {
	{ "null count -1, no bitmap", "row 1\nrow 2\n",
	    { .type = SPT_INT64,
		.rows = 2,
		.node = { 2, -1 },
		.buffers = { 0, 0, 0, 16 },
		.nbuffers = 2,
		.body = INTS("\1", "\2"),
		.nbody = 16 } },
	{ "null count -1, a bitmap", "row null\nrow 2\n",
	    { .type = SPT_INT64,
		.rows = 2,
		.node = { 2, -1 },
		.buffers = { 0, 1, 8, 16 },
		.nbuffers = 2,
		.body = "\2\0\0\0\0\0\0\0" INTS("\1", "\2"),
		.nbody = 24 } },
	{ "no nulls, a bitmap with dirt behind", "row 1\nrow 2\n",
	    { .type = SPT_INT64,
		.rows = 2,
		.node = { 2, 0 },
		.buffers = { 0, 8, 8, 16 },
		.nbuffers = 2,
		.body = "\xf3\0\0\0\0\0\0\0" INTS("\1", "\2"),
		.nbody = 24 } },
	{ "offsets that begin above 0", "row \"b\"\n",
	    { .type = SPT_UTF8,
		.rows = 1,
		.node = { 1, 0 },
		.buffers = { 0, 0, 0, 8, 8, 3 },
		.nbuffers = 3,
		.body = "\1\0\0\0\2\0\0\0abc",
		.nbody = 11 } },
	{ "a null that is not UTF-8", "row null\nrow \"b\"\n",
	    { .type = SPT_UTF8,
		.rows = 2,
		.node = { 2, 1 },
		.buffers = { 0, 1, 8, 12, 24, 3 },
		.nbuffers = 3,
		.body = "\2\0\0\0\0\0\0\0"
			"\0\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0\xff\xfe"
			"b",
		.nbody = 27 } },
	{ "no rows, one offset", "",
	    { .type = SPT_UTF8,
		.node = { 0, 0 },
		.buffers = { 0, 0, 0, 4, 8, 0 },
		.nbuffers = 3,
		.body = "\0\0\0\0\0\0\0\0",
		.nbody = 8 } },
	{ "no rows, a key of somebody", "control k=\"v\"\n",
	    { .type = SPT_INT64,
		.nbuffers = 2,
		.key = "k",
		.value = "v",
		.body = "" } },
	{ "no rows, a key that is not text", "",
	    { .type = SPT_INT64,
		.nbuffers = 2,
		.key = "k",
		.value = "\xff",
		.body = "" } },
	{ "no rows, an unknown kind", "control spate:kind=\"pause\"\n",
	    { .type = SPT_INT64,
		.nbuffers = 2,
		.key = "spate:kind",
		.value = "pause",
		.body = "" } },
	{ "a range that is not understood", "row 1us\n",
	    { .type = SPT_TIMESTAMP,
		.rows = 1,
		.node = { 1, 0 },
		.buffers = { 0, 0, 0, 8 },
		.nbuffers = 2,
		.body = "\1\0\0\0"
			"\0\0\0\0",
		.nbody = 8,
		.key = "spate:range",
		.value = "0:1" } },
};

#define TWO_INTS \
	.type = SPT_INT64, .rows = 2, .body = INTS("\1", "\2"), .nbody = 16
#define TEXT .type = SPT_UTF8, .nbuffers = 3

static const struct {
	const char *want; /* behind "input: message at byte N: " */
	struct odd o;
} bad[] = {
	{ "column \"c\": 2 nulls are announced, the bitmap has 0",
	    { TWO_INTS, .node = { 2, 2 }, .buffers = { 0, 0, 0, 16 },
		.nbuffers = 2 } },
	{ "column \"c\": 0 nulls are announced, the bitmap has 1",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 1, 0, 16 },
		.nbuffers = 2 } },
	{ "column \"c\": 3 values and 0 nulls in a batch of 2 rows",
	    { TWO_INTS, .node = { 3, 0 }, .buffers = { 0, 0, 0, 16 },
		.nbuffers = 2 } },
	{ "column \"c\": 2 values and 3 nulls in a batch of 2 rows",
	    { TWO_INTS, .node = { 2, 3 }, .buffers = { 0, 0, 0, 16 },
		.nbuffers = 2 } },
	{ "column \"c\": 2 values and -2 nulls in a batch of 2 rows",
	    { TWO_INTS, .node = { 2, -2 }, .buffers = { 0, 0, 0, 16 },
		.nbuffers = 2 } },
	{ "column \"c\": too few buffers",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0 },
		.nbuffers = 1 } },
	{ "too many buffers", { TWO_INTS, .node = { 2, 0 },
				  .buffers = { 0, 0, 0, 16 }, .nbuffers = 3 } },
	{ "column \"c\": a buffer of 15 bytes where 16 are needed",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, 0, 15 },
		.nbuffers = 2 } },
	{ "column \"c\": a buffer of 24 bytes at 0 in a body of 16",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, 0, 24 },
		.nbuffers = 2 } },
	{ "column \"c\": a buffer of 16 bytes at 8 in a body of 16",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, 8, 16 },
		.nbuffers = 2 } },
	{ "column \"c\": a buffer of 16 bytes at 9223372036854775800 in a "
	  "body of 16",
	    { TWO_INTS, .node = { 2, 0 },
		.buffers = { 0, 0, INT64_MAX - 7, 16 }, .nbuffers = 2 } },
	{ "column \"c\": a buffer of 16 bytes at -8 in a body of 16",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, -8, 16 },
		.nbuffers = 2 } },
	{ "column \"c\": a buffer of -16 bytes at 0 in a body of 16",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, 0, -16 },
		.nbuffers = 2 } },
	{ "column \"c\": a buffer at 4: not aligned, or not behind the one "
	  "before",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, 4, 8 },
		.nbuffers = 2 } },
	{ "column \"c\": a buffer at 0: not aligned, or not behind the one "
	  "before",
	    { TWO_INTS, .node = { 2, -1 }, .buffers = { 0, 1, 0, 16 },
		.nbuffers = 2 } },
	{ "a batch of -1 rows",
	    { .type = SPT_INT64, .rows = -1, .nbuffers = 2, .body = "" } },
	{ "a batch of 2147483648 rows", { .type = SPT_INT64,
					    .rows = INT64_C(1) << 31,
					    .nbuffers = 2,
					    .body = "" } },
	{ "a batch of 2 columns where the schema has 1",
	    { .type = SPT_INT64, .nodes = 2, .nbuffers = 4, .body = "" } },
	{ "compressed data (write it without compression)",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, 0, 16 },
		.nbuffers = 2, .compressed = true } },
	{ "a body of -8 bytes (a multiple of 8, at most 1073741824)",
	    { TWO_INTS, .nbuffers = 2, .claimed = -8 } },
	{ "a body of 12 bytes (a multiple of 8, at most 1073741824)",
	    { TWO_INTS, .nbuffers = 2, .claimed = 12 } },
	{ "a body of 1073741832 bytes (a multiple of 8, at most 1073741824)",
	    { TWO_INTS, .nbuffers = 2, .claimed = (1 << 30) + 8 } },
	{ "column \"c\": offsets of text that are not in order",
	    { TEXT, .rows = 2, .node = { 2, 0 },
		.buffers = { 0, 0, 0, 12, 16, 2 },
		.body = "\0\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0xy", .nbody = 18 } },
	{ "column \"c\": offsets of text that are not in order",
	    { TEXT, .rows = 1, .node = { 1, 0 },
		.buffers = { 0, 0, 0, 8, 8, 2 }, .body = "\0\0\0\0\3\0\0\0xy",
		.nbody = 10 } },
	{ "column \"c\": offsets of text that are not in order",
	    { TEXT, .rows = 1, .node = { 1, 0 },
		.buffers = { 0, 0, 0, 8, 8, 2 },
		.body = "\xff\xff\xff\xff\1\0\0\0xy", .nbody = 10 } },
	{ "column \"c\": row 0 of the batch is not UTF-8",
	    { TEXT, .rows = 1, .node = { 1, 0 },
		.buffers = { 0, 0, 0, 8, 8, 2 },
		.body = "\0\0\0\0\1\0\0\0\xc3\xa4", .nbody = 10 } },
	{ "column \"c\": row 0 of the batch is not UTF-8",
	    { TEXT, .rows = 2, .node = { 2, 0 },
		.buffers = { 0, 0, 0, 12, 16, 2 },
		.body = "\0\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0\xc3\xa4",
		.nbody = 18 } },
	{ "column \"c\": row 1 of the batch is not UTF-8",
	    { TEXT, .rows = 2, .node = { 2, 0 },
		.buffers = { 0, 0, 0, 12, 16, 3 },
		.body = "\0\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0ab\xff",
		.nbody = 19 } },
	{ "a control batch with rows",
	    { TWO_INTS, .node = { 2, 0 }, .buffers = { 0, 0, 0, 16 },
		.nbuffers = 2, .key = "spate:kind", .value = "end" } },
	{ "the control batch has no spate:reason", { .type = SPT_INT64,
						       .nbuffers = 2,
						       .key = "spate:kind",
						       .value = "end",
						       .body = "" } },
	{ "dictionary encoding is not supported (cast it above)",
	    { TWO_INTS, .nbuffers = 2, .header_type = 2 } },
	{ "a message of type 1 where a record batch must be",
	    { TWO_INTS, .nbuffers = 2, .header_type = 1 } },
	{ "a message of type 4 where a record batch must be",
	    { TWO_INTS, .nbuffers = 2, .header_type = 4 } },
};

static void
test_good(void)
{
	struct spt_buf text;
	struct spt_err e;

	spt_buf_init(&text, spt_io_system());
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		const char *got = read_odd(&good[i].o, &text, &e);

		CHECK_STR(got, good[i].want);
		if (strcmp(got, good[i].want) != 0)
			printf("\tin: %s\n", good[i].what);
	}
	spt_buf_fini(&text);
}

static void
test_bad(void)
{
	struct spt_buf text;
	struct spt_err e;

	spt_buf_init(&text, spt_io_system());
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *got = read_odd(&bad[i].o, &text, &e);
		const char *place = "input: message at byte ";

		CHECK_INT(e.kind, SPT_EDATA);
		CHECK(strncmp(got, place, strlen(place)) == 0);
		got = strstr(got, ": ");
		got = got != NULL ? strstr(got + 2, ": ") : NULL;
		CHECK_STR(got != NULL ? got + 2 : "", bad[i].want);
	}
	spt_buf_fini(&text);
}

/* The metadata version is V5, nothing else. */
static void
test_version(void)
{
	for (int v = -1; v <= 6; v++) {
		struct spt__slot message[] = {
			{ .id = 0, .size = 2, .value = v },
			{ .id = 1, .size = 1, .value = SPT__ARROW_SCHEMA },
			{ .id = 2, .size = 4 },
		};
		struct wire_source from = { 0 };
		struct spt_err e = { 0 };
		struct spt__fbput w;
		struct spt_buf b, text;
		uint32_t size;
		char want[128];

		spt_buf_init(&b, spt_io_system());
		spt_buf_init(&text, spt_io_system());
		wire_check(spt_wire_put_eos(&b, &e));
		wire_check(spt__fbput_begin(&w, &b, &e));
		wire_check(spt__fbput_table(&w, 0, message, 3, &e));
		wire_check(spt__fbput_table(&w, message[2].at, NULL, 0, &e));
		wire_check(spt__fbput_end(&w, &e));
		size = (uint32_t)b.len - 8;
		memcpy(b.data + 4, &size, 4);
		from.p = b.data;
		from.n = b.len;
		CHECK_INT(wire_text(&text, spt_io_system(), &from, &e), -1);
		snprintf(want, sizeof want,
		    "input: metadata version %d of the Arrow format (only V5 "
		    "is understood)",
		    v + 1);
		CHECK_STR(
		    e.msg, v == 4 ? "input: 0 columns (1 to 10000)" : want);
		spt_buf_fini(&b);
		spt_buf_fini(&text);
	}
}

/* A failure stays. */
static void
test_sticky(void)
{
	static const uint8_t csv[] = "date,user\n1,2\n3,4\n";
	struct wire_source from = { csv, sizeof csv - 1, 0, 0, NULL, 0 };
	struct spt_bytes_in bytes = { wire_source_read, &from };
	const struct spt_item *item;
	struct spt_err e = { 0 };
	struct spt_in *in;

	CHECK(spt_in_open_bytes(&in, spt_io_system(), bytes, "x", &e) == 0);
	for (int i = 0; i < 3; i++) {
		spt_err_clear(&e);
		CHECK_INT(spt_in_get(in, &item, &e), -1);
		CHECK_STR(e.msg,
		    "x: not a stream (starts with \"date,user\"...): put "
		    "sread in front");
	}
	spt_in_close(in);
}

int
main(void)
{
	test_good();
	test_bad();
	test_version();
	test_sticky();
	return DONE;
}
