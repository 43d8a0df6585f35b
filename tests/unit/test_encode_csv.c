/* CSV and TSV: what a reader needs quotes for has them, and null and the
 * empty string stay apart. */
#include "batch/builder.h"
#include "encode/encoder.h"
#include "unit.h"

static const struct spt_io *io;
static struct spt_err e;
static struct spt_schema s;
static struct spt_builder rows;
static struct spt_buf out;

static void
column(const char *name, enum spt_type type)
{
	CHECK(spt_schema_add(&s, name, type, &e) == 0);
}

static void
start(void)
{
	spt_schema_init(&s, io);
	spt_buf_init(&out, io);
}

static void
put_str(size_t col, const char *p)
{
	CHECK((p != NULL ? spt_builder_str(&rows, col, p, strlen(p), &e)
			 : spt_builder_null(&rows, col, &e)) == 0);
}

/* The text of header and rows in out; frees the rest. */
static const char *
encode(const char *format, const struct spt_tz *tz)
{
	struct spt_encoder_conf conf = { .tz = tz, .mode = SPT_ROWS_APPEND };
	struct spt_encoder *enc;
	struct spt_batch b;
	const char *text;

	spt_builder_batch(&rows, &b);
	CHECK(spt_encoder_open(&enc, io, format, &s, &conf, &e) == 0);
	CHECK(enc->ops->header(enc, &out, &e) == 0);
	/* In two pieces, as a caller with a limit does. */
	CHECK(enc->ops->rows(enc, &b, 0, b.rows / 2, &out, &e) == 0);
	CHECK(enc->ops->rows(
		  enc, &b, b.rows / 2, b.rows - b.rows / 2, &out, &e) == 0);
	enc->ops->close(enc);
	text = spt_buf_str(&out, &e);
	CHECK(text != NULL);
	spt_builder_fini(&rows);
	spt_schema_fini(&s);
	return text;
}

static void
every_type(void)
{
	start();
	column("b", SPT_BOOL);
	column("i", SPT_INT64);
	column("f", SPT_FLOAT64);
	column("s", SPT_UTF8);
	column("t", SPT_TIMESTAMP);
	CHECK(spt_builder_init(&rows, io, &s, &e) == 0);
	CHECK(spt_builder_bool(&rows, 0, true, &e) == 0);
	CHECK(spt_builder_int(&rows, 1, INT64_MIN, &e) == 0);
	CHECK(spt_builder_float(&rows, 2, 1.0, &e) == 0);
	put_str(3, "plain");
	CHECK(spt_builder_int(&rows, 4, INT64_C(1431857103000000), &e) == 0);
	spt_builder_end_row(&rows);
	for (size_t k = 0; k < 5; k++)
		CHECK(spt_builder_null(&rows, k, &e) == 0);
	spt_builder_end_row(&rows);
	CHECK(spt_builder_bool(&rows, 0, false, &e) == 0);
	CHECK(spt_builder_int(&rows, 1, -7, &e) == 0);
	CHECK(spt_builder_float(&rows, 2, 0.1, &e) == 0);
	put_str(3, "");
	CHECK(spt_builder_int(&rows, 4, INT64_C(1431857103250000), &e) == 0);
	spt_builder_end_row(&rows);
	CHECK_STR(encode("csv", NULL),
	    "b,i,f,s,t\n"
	    "true,-9223372036854775808,1.0,plain,2015-05-17T10:05:03Z\n"
	    ",,,,\n"
	    "false,-7,0.1,\"\",2015-05-17T10:05:03.250Z\n");
	spt_buf_fini(&out);
}

static void
quotes(void)
{
	static const char *const text[] = { "a,b", "say \"x\"", "two\nlines",
		"cr\rhere", " front", "back ", "\tfront", "in ner",
		"se;mi'colon\\", "\"", "", "caf\xc3\xa9", NULL };

	start();
	column("a b", SPT_UTF8);
	column("c,d", SPT_UTF8);
	CHECK(spt_builder_init(&rows, io, &s, &e) == 0);
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		put_str(0, text[i]);
		put_str(1, "x");
		spt_builder_end_row(&rows);
	}
	CHECK_STR(encode("csv", NULL), "a b,\"c,d\"\n"
				       "\"a,b\",x\n"
				       "\"say \"\"x\"\"\",x\n"
				       "\"two\nlines\",x\n"
				       "\"cr\rhere\",x\n"
				       "\" front\",x\n"
				       "\"back \",x\n"
				       "\"\tfront\",x\n"
				       "in ner,x\n"
				       "se;mi'colon\\,x\n"
				       "\"\"\"\",x\n"
				       "\"\",x\n"
				       "caf\xc3\xa9,x\n"
				       ",x\n");
	spt_buf_fini(&out);
}

static void
tabs(void)
{
	start();
	column("a", SPT_UTF8);
	column("b", SPT_INT64);
	CHECK(spt_builder_init(&rows, io, &s, &e) == 0);
	put_str(0, "x\ty");
	CHECK(spt_builder_int(&rows, 1, 1, &e) == 0);
	spt_builder_end_row(&rows);
	put_str(0, "x,y");
	CHECK(spt_builder_null(&rows, 1, &e) == 0);
	spt_builder_end_row(&rows);
	CHECK_STR(encode("tsv", NULL), "a\tb\n\"x\ty\"\t1\nx,y\t\n");
	spt_buf_fini(&out);
}

static void
one_column(void)
{
	start();
	column("\xef\xbb\xbfname", SPT_UTF8);
	CHECK(spt_builder_init(&rows, io, &s, &e) == 0);
	put_str(0, NULL);
	spt_builder_end_row(&rows);
	put_str(0, "");
	spt_builder_end_row(&rows);
	put_str(0, "x");
	spt_builder_end_row(&rows);
	CHECK_STR(encode("csv", NULL), "\"\xef\xbb\xbfname\"\n"
				       "\n"
				       "\"\"\n"
				       "x\n");
	spt_buf_fini(&out);
}

static void
zone(void)
{
	struct spt_tz *tz;

	start();
	column("t", SPT_TIMESTAMP);
	CHECK(spt_builder_init(&rows, io, &s, &e) == 0);
	CHECK(spt_builder_int(&rows, 0, INT64_C(1431857103000000), &e) == 0);
	spt_builder_end_row(&rows);
	CHECK(spt_tz_open(&tz, io, "+02:00", &e) == 0);
	CHECK_STR(encode("csv", tz), "t\n2015-05-17T12:05:03+02:00\n");
	spt_tz_free(tz);
	spt_buf_fini(&out);
}

/* Two columns of times, which come again, stop coming and change. */
static void
same_times(void)
{
	static const int64_t a[] = { 0, 0, 1, 1, 0, 0, -1, 0 };

	start();
	column("a", SPT_TIMESTAMP);
	column("b", SPT_TIMESTAMP);
	CHECK(spt_builder_init(&rows, io, &s, &e) == 0);
	for (int i = 0; i < 8; i++) {
		CHECK((i == 5 ? spt_builder_null(&rows, 0, &e)
			      : spt_builder_int(
				    &rows, 0, a[i] * 1000000, &e)) == 0);
		CHECK(spt_builder_int(&rows, 1, i / 4 * 250000, &e) == 0);
		spt_builder_end_row(&rows);
	}
	CHECK_STR(encode("csv", NULL),
	    "a,b\n"
	    "1970-01-01T00:00:00Z,1970-01-01T00:00:00Z\n"
	    "1970-01-01T00:00:00Z,1970-01-01T00:00:00Z\n"
	    "1970-01-01T00:00:01Z,1970-01-01T00:00:00Z\n"
	    "1970-01-01T00:00:01Z,1970-01-01T00:00:00Z\n"
	    "1970-01-01T00:00:00Z,1970-01-01T00:00:00.250Z\n"
	    ",1970-01-01T00:00:00.250Z\n"
	    "1969-12-31T23:59:59Z,1970-01-01T00:00:00.250Z\n"
	    "1970-01-01T00:00:00Z,1970-01-01T00:00:00.250Z\n");
	spt_buf_fini(&out);
}

/* A string of quotes doubles; the bound that the encoder reserves holds. */
static void
long_string(void)
{
	char quotes_only[5001], *want = quotes_only;
	size_t n = sizeof quotes_only - 1;

	memset(want, '"', n);
	want[n] = '\0';
	start();
	column("q", SPT_UTF8);
	CHECK(spt_builder_init(&rows, io, &s, &e) == 0);
	put_str(0, quotes_only);
	spt_builder_end_row(&rows);
	CHECK_INT(strlen(encode("csv", NULL)), 2 + 2 * n + 2 + 1);
	spt_buf_fini(&out);
}

static void
no_such_format(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_APPEND };
	struct spt_encoder *enc;

	start();
	CHECK(spt_encoder_open(&enc, io, "xml", &s, &conf, &e) == -1);
	CHECK_INT(e.kind, SPT_EUSAGE);
	spt_schema_fini(&s);
}

int
main(void)
{
	io = spt_io_system();
	every_type();
	quotes();
	tabs();
	one_column();
	zone();
	same_times();
	long_string();
	no_such_format();
	return DONE;
}
