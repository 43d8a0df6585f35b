/* NDJSON: one object a row, whatever is in it. */
#include <math.h>

#include "batch/builder.h"
#include "encode/encoder.h"
#include "unit.h"

static const struct spt_io *io;
static struct spt_err e;

static void
encode(
    const struct spt_schema *s, struct spt_builder *rows, const char *expected)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_APPEND };
	struct spt_encoder *enc;
	struct spt_batch b;
	struct spt_buf out;

	spt_buf_init(&out, io);
	spt_builder_batch(rows, &b);
	CHECK(spt_encoder_open(&enc, io, "ndjson", s, &conf, &e) == 0);
	CHECK(enc->ops->header == NULL);
	CHECK(enc->ops->rows(enc, &b, 0, b.rows, &out, &e) == 0);
	enc->ops->close(enc);
	CHECK_STR(spt_buf_str(&out, &e), expected);
	spt_buf_fini(&out);
}

static void
every_type(void)
{
	struct spt_schema s;
	struct spt_builder r;

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "ok", SPT_BOOL, &e) == 0);
	CHECK(spt_schema_add(&s, "a \"b\"", SPT_INT64, &e) == 0);
	CHECK(spt_schema_add(&s, "f", SPT_FLOAT64, &e) == 0);
	CHECK(spt_schema_add(&s, "caf\xc3\xa9", SPT_UTF8, &e) == 0);
	CHECK(spt_schema_add(&s, "t", SPT_TIMESTAMP, &e) == 0);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
	CHECK(spt_builder_bool(&r, 0, false, &e) == 0);
	CHECK(spt_builder_int(&r, 1, INT64_MAX, &e) == 0);
	CHECK(spt_builder_float(&r, 2, 1.0, &e) == 0);
	CHECK(spt_builder_str(&r, 3, "[1,\"x\"]\n\x1b", 9, &e) == 0);
	CHECK(spt_builder_int(&r, 4, 0, &e) == 0);
	spt_builder_end_row(&r);
	for (size_t k = 0; k < 5; k++)
		CHECK(spt_builder_null(&r, k, &e) == 0);
	spt_builder_end_row(&r);
	encode(&s, &r,
	    "{\"ok\":false,\"a \\\"b\\\"\":9223372036854775807,\"f\":1.0,"
	    "\"caf\xc3\xa9\":\"[1,\\\"x\\\"]\\n\\u001b\","
	    "\"t\":\"1970-01-01T00:00:00Z\"}\n"
	    "{\"ok\":null,\"a \\\"b\\\"\":null,\"f\":null,"
	    "\"caf\xc3\xa9\":null,\"t\":null}\n");
	spt_builder_fini(&r);
	spt_schema_fini(&s);
}

static void
not_finite(void)
{
	struct spt_schema s;
	struct spt_builder r;

	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "f", SPT_FLOAT64, &e) == 0);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
	CHECK(spt_builder_float(&r, 0, NAN, &e) == 0);
	spt_builder_end_row(&r);
	CHECK(spt_builder_float(&r, 0, -INFINITY, &e) == 0);
	spt_builder_end_row(&r);
	CHECK(spt_builder_float(&r, 0, 1e300, &e) == 0);
	spt_builder_end_row(&r);
	encode(&s, &r, "{\"f\":null}\n{\"f\":null}\n{\"f\":1e+300}\n");
	spt_builder_fini(&r);
	spt_schema_fini(&s);
}

static void
no_columns(void)
{
	struct spt_schema s;
	struct spt_builder r;

	spt_schema_init(&s, io);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
	spt_builder_end_row(&r);
	spt_builder_end_row(&r);
	encode(&s, &r, "{}\n{}\n");
	spt_builder_fini(&r);
	spt_schema_fini(&s);
}

int
main(void)
{
	io = spt_io_system();
	every_type();
	not_finite();
	no_columns();
	return DONE;
}
