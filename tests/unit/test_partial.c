/* Partial states: two steps give what one gives, for every aggregate and
 * type; metadata and states from outside are checked; memory that runs out is
 * an error at every place; base64. */
#include "agg_run.h"
#include "base/base64.h"

/* Those whose states do not depend on any order, then the others: their
 * values do not either, with arrival numbers. */
#define ALL                                                              \
	"count count:s sum:i sum:f avg:i avg:f min:i max:i min:f max:f " \
	"min:s max:s min:b max:t var:i stddev:f var_pop:f stddev_pop:i " \
	"p50:i p99.9:f p10:f uniq:i uniq:f uniq:s uniq:b uniq:t top:s "  \
	"top:i:3 top:f:2 top:b top:t first:i last:i first:s last:s "     \
	"first:f last:b list:s list:i:5 list:f list:t:3 argmin:s:i "     \
	"argmax:i:s argmin:f:t argmax:b:f argmax:s:b"

static const struct spt_io *io;
static struct spt_aggs aggs;
static struct spt_builder rows;

/* Null now and then. */
#define MAYBE(put, col) \
	CHECK((below(7) == 0 ? spt_builder_null(&rows, col, &err) : (put)) == 0)

static void
put_rows(size_t n)
{
	static const double odd[] = { 0, -0.0, NAN, INFINITY, 1e300, 1e-300,
		-1e300, 0.1 };

	spt_builder_reset(&rows);
	for (size_t k = 0; k < n; k++) {
		double f = below(4) != 0 ? (double)below(2000) / 8 - 100
					 : odd[below(8)];
		char text[32];
		int len = snprintf(text, sizeof text, "%.*s%d", (int)below(9),
		    "\xc3\xa9\"\\\n</x", (int)below(9));

		MAYBE(spt_builder_int(&rows, 0, (int64_t)below(50) - 20, &err),
		    0);
		MAYBE(spt_builder_float(&rows, 1, f, &err), 1);
		if (text[0] != '\xc3' || text[1] == '\xa9')
			MAYBE(
			    spt_builder_str(&rows, 2, text, (size_t)len, &err),
			    2);
		else
			CHECK(spt_builder_str(&rows, 2, "", 0, &err) == 0);
		MAYBE(spt_builder_bool(&rows, 3, below(2) == 0, &err), 3);
		MAYBE(spt_builder_int(&rows, 4, (int64_t)below(90), &err), 4);
		spt_builder_end_row(&rows);
	}
}

/* ---- two steps --------------------------------------------------------- */

struct stream {
	struct spt_schema schema;
	struct spt_builder builder;
	struct spt_batch batch;
};

/* n states of a as rows of a stream. */
static void
stream_of(struct stream *s, const struct spt_aggs *a, uint8_t *const *states,
    size_t n)
{
	spt_schema_init(&s->schema, io);
	CHECK(spt_schema_add(&s->schema, "key", SPT_INT64, &err) == 0);
	CHECK(spt_aggs_partial_schema(a, &s->schema, &err) == 0);
	CHECK(spt_builder_init(&s->builder, io, &s->schema, &err) == 0);
	for (size_t i = 0; i < n; i++) {
		CHECK(spt_builder_int(&s->builder, 0, (int64_t)i, &err) == 0);
		CHECK(spt_aggs_partial_emit(
			  a, states[i], &s->builder, 1, &err) == 0);
		spt_builder_end_row(&s->builder);
	}
	spt_builder_batch(&s->builder, &s->batch);
}

static void
stream_fini(struct stream *s)
{
	spt_builder_fini(&s->builder);
	spt_schema_fini(&s->schema);
}

static void
two_steps(void)
{
	for (int round = 0; round < 60; round++) {
		struct spt_aggs reduce;
		uint8_t *whole, *merged, *again, *part[4];
		struct spt_batch b;
		struct stream s;

		put_rows(below(round < 5 ? 3 : 600));
		spt_builder_batch(&rows, &b);
		bind(&aggs, ALL);
		whole = state_new(&aggs);
		for (uint32_t i = 0; i < b.rows; i++)
			feed_row(&aggs, &b, i, whole);
		for (int k = 0; k < 4; k++)
			part[k] = state_of_pieces(&aggs, &b);
		CHECK_STR(show(&aggs, part[0]), show(&aggs, whole));
		for (int k = 0; k < 4; k++)
			state_free(&aggs, part[k]);
		for (int k = 0; k < 4; k++)
			part[k] = state_new(&aggs);
		for (uint32_t i = 0; i < b.rows; i++)
			feed_row(&aggs, &b, i, part[below(4)]);
		stream_of(&s, &aggs, part, 4);

		spt_aggs_init(&reduce, io);
		CHECK(spt_aggs_bind_partial(&reduce, &s.schema, &err) == 0);
		CHECK_INT(reduce.n, aggs.n);
		merged = state_new(&reduce);
		for (uint32_t k = 4; k-- > 0;)
			CHECK(spt_aggs_merge_rows(&reduce, &s.batch, &merged,
				  &k, 1, &err) == 0);
		CHECK_STR(show(&reduce, merged), show(&aggs, whole));
		again = state_reload(&reduce, merged);
		CHECK(same_states(&reduce, merged, again));
		CHECK_STR(show(&reduce, again), show(&aggs, whole));
		for (int k = 0; k < 4; k++)
			state_free(&aggs, part[k]);
		state_free(&aggs, whole);
		state_free(&reduce, merged);
		state_free(&reduce, again);
		stream_fini(&s);
		spt_aggs_fini(&aggs);
		spt_aggs_fini(&reduce);
	}
}

/* ---- metadata ---------------------------------------------------------- */

/* Asking a stream of some states for others. */
static void
asked(const char *have, const char *want, const char *error)
{
	struct spt_err e = { 0 };
	struct spt_aggs reduce, direct;
	uint8_t *state, *merged, *plain;
	struct spt_batch b;
	struct stream s;
	uint32_t first = 0;

	put_rows(100);
	spt_builder_batch(&rows, &b);
	bind(&aggs, have);
	state = state_new(&aggs);
	for (uint32_t i = 0; i < b.rows; i++)
		feed_row(&aggs, &b, i, state);
	stream_of(&s, &aggs, &state, 1);
	CHECK(parse_words(&reduce, want, &err) == 0);
	if (error != NULL) {
		CHECK(spt_aggs_bind_partial(&reduce, &s.schema, &e) < 0);
		CHECK(e.kind == SPT_EUSAGE && strstr(e.msg, error) != NULL);
	} else {
		bind(&direct, want);
		plain = state_new(&direct);
		for (uint32_t i = 0; i < b.rows; i++)
			feed_row(&direct, &b, i, plain);
		CHECK(spt_aggs_bind_partial(&reduce, &s.schema, &err) == 0);
		merged = state_new(&reduce);
		CHECK(spt_aggs_merge_rows(
			  &reduce, &s.batch, &merged, &first, 1, &err) == 0);
		CHECK_STR(show(&reduce, merged), show(&direct, plain));
		for (size_t i = 0; i < reduce.n; i++)
			CHECK_STR(reduce.v[i].name, direct.v[i].name);
		state_free(&reduce, merged);
		state_free(&direct, plain);
		spt_aggs_fini(&direct);
	}
	state_free(&aggs, state);
	stream_fini(&s);
	spt_aggs_fini(&aggs);
	spt_aggs_fini(&reduce);
}

static void
bad_metadata(const char *what, enum spt_type type)
{
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_aggs a;

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "x", type, &err) == 0);
	CHECK(
	    spt_meta_set(&s.fields[0].meta, SPT_KEY_PARTIAL, what, &err) == 0);
	spt_aggs_init(&a, io);
	CHECK(spt_aggs_bind_partial(&a, &s, &e) < 0 && e.kind == SPT_EDATA);
	spt_aggs_fini(&a);
	spt_schema_fini(&s);
}

static void
metadata(void)
{
	static const char *const bad[] = { "", "int", "int ", " sum:i",
		"- sum:i", "int count", "whole sum:i", "string sum:s",
		"int,int sum:i", "int p50:i", "int/0 p50:i", "int/0.5 p50:i",
		"int/x p50:i", "int/0.01 sum:i", "int argmax:i:f",
		"int,- argmax:i:f", "int, argmax:i:f", "int,float argmax:i",
		"timestamp/0.01 p50:t", "int/0.01 p101:i", "int top:i:0",
		"int list:i:99999", "int median:i", "int/0,1 p50:i" };
	struct spt_err e = { 0 };
	struct stream s;

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		bad_metadata(bad[i], SPT_UTF8);
	bad_metadata("int sum:i", SPT_INT64);

	asked(
	    "p99:i sum:f var:i count", "count p50:i avg:f stddev_pop:i", NULL);
	asked("x=sum:f p50:f", "total=sum:f p1:f p99:f", NULL);
	asked("sum:i", "sum:f",
	    "no column has the state of sum_f (there are: "
	    "int sum:i)");
	asked("sum:i", "max:i", "no column has the state of max_i");
	asked("top:s:5", "top:s", "string top:s:5");
	asked("min:i", "max:i", "int min:i");
	asked("count", "count:i", "- count");
	asked("argmax:s:i", "argmax:s:f", "string,int argmax:s:i");

	/* Names as they were given; no states at all. */
	spt_aggs_init(&aggs, io);
	CHECK(spt_aggs_bind_partial(&aggs, &columns, &e) < 0 &&
	      e.kind == SPT_EUSAGE && strstr(e.msg, "--partial") != NULL);
	spt_aggs_fini(&aggs);
	CHECK(parse_words(&aggs, "a=sum:i b=p50:f c=argmin:s:t", &err) == 0);
	CHECK(spt_aggs_set_accuracy(&aggs, "0.02", &err) == 0);
	CHECK(spt_aggs_bind(&aggs, &columns, &err) == 0);
	stream_of(&s, &aggs, NULL, 0);
	CHECK_STR(spt_meta_get(&s.schema.fields[1].meta, SPT_KEY_PARTIAL),
	    "int sum:i");
	CHECK_STR(spt_meta_get(&s.schema.fields[2].meta, SPT_KEY_PARTIAL),
	    "float/0.02 p50:f");
	CHECK_STR(spt_meta_get(&s.schema.fields[3].meta, SPT_KEY_PARTIAL),
	    "string,timestamp argmin:s:t");
	spt_aggs_fini(&aggs);
	spt_aggs_init(&aggs, io);
	CHECK(spt_aggs_bind_partial(&aggs, &s.schema, &err) == 0);
	CHECK_STR(aggs.v[0].name, "a");
	CHECK_STR(aggs.v[1].name, "b");
	CHECK(aggs.v[1].accuracy == 0.02);
	CHECK_STR(aggs.v[2].name, "c");
	CHECK_INT(aggs.v[2].out, SPT_UTF8);
	stream_fini(&s);
	spt_aggs_fini(&aggs);
	bind(&aggs, "x=sum:i x=sum:f");
	spt_schema_init(&s.schema, io);
	CHECK(spt_aggs_partial_schema(&aggs, &s.schema, &e) < 0);
	spt_schema_fini(&s.schema);
	spt_aggs_fini(&aggs);
}

/* ---- malformed states -------------------------------------------------- */

/* A state that was taken has a result, or one that does not fit. */
static void
emit_one(const struct spt_aggs *a, const uint8_t *state)
{
	struct spt_err e = { 0 };
	struct spt_builder b;
	struct spt_schema s;

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "x", a->v[0].out, &err) == 0);
	CHECK(spt_builder_init(&b, io, &s, &err) == 0);
	if (spt_aggs_emit(a, state, &b, 0, &e) < 0)
		CHECK(e.kind == SPT_EDATA && strstr(e.msg, "fit") != NULL);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
}

/* 1 taken, 0 refused, as it must be. */
static int
offer(struct spt_aggs *a, const char *text, size_t n)
{
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_builder b;
	struct spt_batch batch;
	uint8_t *state = state_new(a);
	uint32_t first = 0;
	int rc;

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "x", SPT_UTF8, &err) == 0);
	CHECK(spt_builder_init(&b, io, &s, &err) == 0);
	CHECK((text != NULL ? spt_builder_str(&b, 0, text, n, &err)
			    : spt_builder_null(&b, 0, &err)) == 0);
	spt_builder_end_row(&b);
	spt_builder_batch(&b, &batch);
	a->seq = 41;
	rc = spt_aggs_merge_rows(a, &batch, &state, &first, 1, &e);
	if (rc < 0) {
		CHECK_INT(e.kind, SPT_EDATA);
		CHECK(strncmp(e.msg, "column \"x\": row 42: the state of",
			  32) == 0);
	} else {
		emit_one(a, state);
	}
	state_free(a, state);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
	return rc == 0;
}

/* What is left of a state, or a state with a byte changed, is refused or is a
 * state; never more. */
static void
mangle(struct spt_aggs *one, const char *good, size_t n)
{
	struct spt_buf raw, text;
	size_t step;

	spt_buf_init(&raw, io);
	spt_buf_init(&text, io);
	CHECK(offer(one, good, n) == 1);
	CHECK(spt_base64_get(&raw, good, n, &err) == 1);
	step = 1 + raw.len / 150;
	for (size_t k = 0; k < raw.len; k += step) {
		text.len = 0;
		CHECK(spt_base64_put(&text, raw.data, k, &err) == 0);
		CHECK(offer(one, (const char *)text.data, text.len) == 0);
	}
	for (size_t k = 0; k < raw.len; k += k < 40 ? 1 : step) {
		uint8_t was = raw.data[k];

		raw.data[k] ^= (uint8_t)(1u << below(8));
		text.len = 0;
		CHECK(spt_base64_put(&text, raw.data, raw.len, &err) == 0);
		if (offer(one, (const char *)text.data, text.len) == 1)
			CHECK(k >= 4);
		raw.data[k] = was;
	}
	text.len = 0;
	CHECK(spt_buf_putc(&raw, 0, &err) == 0);
	CHECK(spt_base64_put(&text, raw.data, raw.len, &err) == 0);
	CHECK(offer(one, (const char *)text.data, text.len) == 0);
	CHECK(offer(one, NULL, 0) == 0);
	CHECK(offer(one, "", 0) == 0);
	CHECK(offer(one, "AQ=", 3) == 0);
	CHECK(offer(one, "%%%%", 4) == 0);
	spt_buf_fini(&raw);
	spt_buf_fini(&text);
}

static void
malformed(void)
{
	struct spt_batch b;
	struct stream s;
	uint8_t *state;

	put_rows(80);
	spt_builder_batch(&rows, &b);
	bind(&aggs, ALL);
	state = state_new(&aggs);
	for (uint32_t i = 0; i < b.rows; i++)
		feed_row(&aggs, &b, i, state);
	stream_of(&s, &aggs, &state, 1);
	for (size_t i = 0; i < aggs.n; i++) {
		const struct spt_field *f = &s.schema.fields[i + 1];
		struct spt_schema alone;
		struct spt_aggs one;
		const char *text;
		size_t n;

		spt_schema_init(&alone, io);
		CHECK(spt_schema_add(&alone, "x", SPT_UTF8, &err) == 0);
		CHECK(spt_meta_set(&alone.fields[0].meta, SPT_KEY_PARTIAL,
			  spt_meta_get(&f->meta, SPT_KEY_PARTIAL), &err) == 0);
		spt_aggs_init(&one, io);
		CHECK(spt_aggs_bind_partial(&one, &alone, &err) == 0);
		text = spt_col_str(&s.batch.cols[i + 1], 0, &n);
		mangle(&one, text, n);
		spt_aggs_fini(&one);
		spt_schema_fini(&alone);
	}
	state_free(&aggs, state);
	stream_fini(&s);
	spt_aggs_fini(&aggs);
}

/* ---- memory ------------------------------------------------------------ */

static int64_t left;

static void *
scarce(const struct spt_io *self, void *p, size_t n)
{
	(void)self;
	return left-- > 0 ? realloc(p, n) : NULL;
}

/* Rows, merges, results and both ways of saving: 0, or -1 where *e says that
 * memory ran out. */
static int
work(struct spt_aggs *a, const struct spt_batch *b, uint8_t **v,
    struct spt_builder *results, struct spt_builder *partial,
    struct spt_buf *saved, struct spt_err *e)
{
	for (uint32_t i = 0; i < b->rows; i++)
		if (spt_aggs_update(a, b, &v[i % 2], &i, 1, e) < 0)
			return -1;
	if (spt_aggs_merge(a, v[0], v[1], e) < 0 ||
	    spt_aggs_emit(a, v[0], results, 0, e) < 0 ||
	    spt_aggs_partial_emit(a, v[0], partial, 1, e) < 0 ||
	    spt_aggs_save(a, v[0], saved, e) < 0)
		return -1;
	return spt_aggs_load(a, v[1], saved->data, saved->len, e) == 1 ? 0 : -1;
}

/* The k-th allocation fails, for every k; nothing leaks. */
static void
memory(void)
{
	struct spt_io poor = *spt_io_system();
	struct spt_schema names, states;
	struct spt_batch b;
	int failed = 0, rc = -1;

	poor.realloc = scarce;
	put_rows(300);
	spt_builder_batch(&rows, &b);
	bind(&aggs, ALL);
	aggs.io = &poor;
	spt_schema_init(&names, io);
	spt_schema_init(&states, io);
	for (size_t i = 0; i < aggs.n; i++)
		CHECK(spt_schema_add(
			  &names, aggs.v[i].name, aggs.v[i].out, &err) == 0);
	CHECK(spt_schema_add(&states, "key", SPT_INT64, &err) == 0);
	CHECK(spt_aggs_partial_schema(&aggs, &states, &err) == 0);
	for (int64_t k = 0; rc < 0; k += 1 + k / 40) {
		struct spt_builder results, partial;
		struct spt_err e = { 0 };
		struct spt_buf saved;
		uint8_t *v[2] = { state_new(&aggs), state_new(&aggs) };

		left = INT64_MAX;
		CHECK(spt_builder_init(&results, &poor, &names, &err) == 0);
		CHECK(spt_builder_init(&partial, &poor, &states, &err) == 0);
		spt_buf_init(&saved, &poor);
		left = k;
		rc = work(&aggs, &b, v, &results, &partial, &saved, &e);
		CHECK(rc == 0 || e.kind == SPT_ESYSTEM);
		failed += rc < 0;
		state_free(&aggs, v[0]);
		state_free(&aggs, v[1]);
		spt_builder_fini(&results);
		spt_builder_fini(&partial);
		spt_buf_fini(&saved);
	}
	CHECK(failed > 100);
	left = INT64_MAX;
	aggs.io = io;
	spt_schema_fini(&names);
	spt_schema_fini(&states);
	spt_aggs_fini(&aggs);
}

/* ---- base64 ------------------------------------------------------------ */

static void
base64(void)
{
	/* RFC 4648, section 10 */
	static const char *const known[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xfb\xff", "+/8=" } };
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zh==", "Zm9=",
		"Zg==Zg==", "=Zg=", "Z===", "====", "Zm 9", "Zm9v\n", "Zm-_",
		"Zm9vYg==\n" };
	struct spt_buf b;

	spt_buf_init(&b, io);
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		const char *plain = known[i][0], *text = known[i][1];

		b.len = 0;
		CHECK(spt_base64_put(&b, (const uint8_t *)plain, strlen(plain),
			  &err) == 0);
		CHECK_STR(spt_buf_str(&b, &err), text);
		b.len = 0;
		CHECK(spt_base64_get(&b, text, strlen(text), &err) == 1);
		CHECK_STR(spt_buf_str(&b, &err), plain);
	}
	b.len = 0;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		CHECK(spt_base64_get(&b, bad[i], strlen(bad[i]), &err) == 0);
		CHECK_INT(b.len, 0);
	}
	spt_buf_fini(&b);
}

int
main(void)
{
	srandom(19);
	io = spt_io_system();
	columns_init();
	CHECK(spt_builder_init(&rows, io, &columns, &err) == 0);
	base64();
	two_steps();
	metadata();
	malformed();
	memory();
	spt_builder_fini(&rows);
	spt_schema_fini(&columns);
	return DONE;
}
