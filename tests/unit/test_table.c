/* Tables as people see them; escape sequences are written out in the
 * expectations as <...>. */
#include "batch/builder.h"
#include "encode/encoder.h"
#include "unit.h"

static const struct spt_io *io;
static struct spt_err e;
static struct spt_schema s;
static struct spt_builder r;
static struct spt_buf out, shown;
static struct spt_encoder *enc;

/* name, n, x: string (the key), int, float */
static void
start(const struct spt_encoder_conf *conf)
{
	spt_schema_init(&s, io);
	CHECK(spt_schema_add(&s, "name", SPT_UTF8, &e) == 0);
	CHECK(spt_schema_add(&s, "n", SPT_INT64, &e) == 0);
	CHECK(spt_schema_add(&s, "x", SPT_FLOAT64, &e) == 0);
	CHECK(spt_meta_set(&s.fields[0].meta, SPT_KEY_GROUP, "1", &e) == 0);
	CHECK(spt_builder_init(&r, io, &s, &e) == 0);
	spt_buf_init(&out, io);
	spt_buf_init(&shown, io);
	CHECK(spt_encoder_open(&enc, io, "table", &s, conf, &e) == 0);
}

static void
row(const char *name, int64_t n, double x)
{
	struct spt_batch b;

	CHECK((name != NULL ? spt_builder_str(&r, 0, name, strlen(name), &e)
			    : spt_builder_null(&r, 0, &e)) == 0);
	CHECK(spt_builder_int(&r, 1, n, &e) == 0);
	CHECK((x < 0 ? spt_builder_null(&r, 2, &e)
		     : spt_builder_float(&r, 2, x, &e)) == 0);
	spt_builder_end_row(&r);
	spt_builder_batch(&r, &b);
	CHECK(enc->ops->rows(enc, &b, 0, 1, &out, &e) == 0);
	spt_builder_reset(&r);
}

static void
epoch(void)
{
	CHECK(enc->ops->epoch(enc, &out, &e) == 0);
}

/* What came out since the last call, with ESC as '<' and the final letter of
 * the sequence followed by '>'. */
static const char *
seen(void)
{
	bool inside = false;

	shown.len = 0;
	for (size_t i = 0; i < out.len; i++) {
		char c = (char)out.data[i];

		if (c == '\x1b') {
			CHECK(i + 1 < out.len && out.data[i + 1] == '[');
			i++;
			inside = true;
			CHECK(spt_buf_putc(&shown, '<', &e) == 0);
			continue;
		}
		CHECK(spt_buf_putc(&shown, c == '\r' ? '^' : c, &e) == 0);
		if (inside && c >= '@') {
			CHECK(spt_buf_putc(&shown, '>', &e) == 0);
			inside = false;
		}
	}
	out.len = 0;
	return spt_buf_str(&shown, &e);
}

static const char *
ended(void)
{
	CHECK(enc->ops->end(enc, &out, &e) == 0);
	return seen();
}

static void
stop(void)
{
	enc->ops->close(enc);
	spt_builder_fini(&r);
	spt_schema_fini(&s);
	spt_buf_fini(&out);
	spt_buf_fini(&shown);
}

static void
plain(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_APPEND };

	start(&conf);
	row("one", 1, 1.0);
	row(NULL, 1000, -1);
	row("\xe6\x97\xa5\xe6\x9c\xac", -5, 0.25);
	row("", 7, 2.5);
	epoch();
	row("three", 3, 3.0);
	CHECK_STR(ended(), "name     n     x\n"
			   "----  ----  ----\n"
			   "one      1   1.0\n"
			   "-     1000     -\n"
			   "\xe6\x97\xa5\xe6\x9c\xac    -5  0.25\n"
			   "         7   2.5\n"
			   "\n"
			   "name      n     x\n"
			   "-----  ----  ----\n"
			   "three     3   3.0\n");
	stop();
}

static void
no_rows(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_APPEND };

	start(&conf);
	epoch();
	CHECK_STR(seen(), "");
	CHECK_STR(ended(), "name  n  x\n----  -  -\n");
	stop();
	conf.divided = true;
	start(&conf);
	epoch();
	CHECK_STR(seen(), "name  n  x\n----  -  -\n");
	CHECK_STR(ended(), "");
	stop();
}

/* Later blocks keep the widths, so their header is not repeated. */
static void
blocks(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_APPEND };
	const char *text;
	int lines = 0;

	start(&conf);
	for (int i = 0; i < 2500; i++)
		row("abc", 1000 + i, 0.5);
	text = ended();
	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	CHECK_INT(lines, 2502);
	stop();
}

static void
a_table_an_epoch(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_UPDATE };

	start(&conf);
	row("a", 1, -1);
	epoch();
	epoch();
	row("a", 2, -1);
	epoch();
	CHECK_STR(ended(), "name  n  x\n"
			   "----  -  -\n"
			   "a     1  -\n"
			   "\n"
			   "name  n  x\n"
			   "----  -  -\n"
			   "a     2  -\n");
	stop();
}

/* Nothing in the data reaches the terminal as a command. */
static void
controls(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_APPEND,
		.terminal = true };

	start(&conf);
	row("a\x1b[2Jb\n\t\r", 1, -1);
	row("\xc2\x9b\xe2\x80\xae\x7f", 1, -1);
	CHECK(enc->ops->flush(enc, &out, &e) == 0);
	CHECK_STR(seen(), "name              n  x\n"
			  "----------------  -  -\n"
			  "a\\x1b[2Jb\\n\\t\\r   1  -\n"
			  "\\u009b\\u202e\\x7f  1  -\n");
	CHECK_STR(ended(), "");
	stop();
}

static void
colors(void)
{
	struct spt_encoder_conf conf = {
		.mode = SPT_ROWS_APPEND, .terminal = true, .color = true
	};

	start(&conf);
	row(NULL, 10, 1.5);
	CHECK_STR(ended(), "<1;4m>name<0m>  <1;4m> n<0m>  <1;4m>  x<0m>\n"
			   "<2m>-   <0m>  10  1.5\n");
	stop();
}

/* On a narrow terminal strings are cut, then columns left out. */
static void
narrow(void)
{
	struct spt_encoder_conf conf = {
		.mode = SPT_ROWS_APPEND, .terminal = true, .width = 20
	};

	start(&conf);
	row("a very long name indeed", 123, 1.5);
	CHECK_STR(ended(), "name          n    x\n"
			   "----------  ---  ---\n"
			   "a very lo\xe2\x80\xa6  123  1.5\n");
	stop();
	conf.width = 17;
	start(&conf);
	row("\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5", 123,
	    1.5);
	CHECK_STR(ended(), "name         n  \xe2\x80\xa6\n"
			   "---------  ---  \xe2\x80\xa6\n"
			   "\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac"
			   "\xe2\x80\xa6  123  \xe2\x80\xa6\n");
	stop();
	conf.width = 4;
	start(&conf);
	row("abc", 123, 1.5);
	CHECK_STR(ended(), "\xe2\x80\xa6  \xe2\x80\xa6\n"
			   "-  \xe2\x80\xa6\n"
			   "\xe2\x80\xa6  \xe2\x80\xa6\n");
	stop();
}

/* Update mode on a terminal: each key has one row, the newest is last. */
static void
view(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_UPDATE,
		.terminal = true,
		.bounded = true,
		.width = 40,
		.height = 7 };

	start(&conf);
	row("a", 1, -1);
	row("b", 1, -1);
	CHECK_STR(seen(), "");
	epoch();
	CHECK_STR(seen(), "name  n  x<K>\n"
			  "----  -  -<K>\n"
			  "a     1  -<K>\n"
			  "b     1  -<K>\n"
			  "<J>");
	epoch();
	CHECK_STR(seen(), "");
	row("a", 20, 0.5);
	epoch();
	CHECK_STR(seen(), "^<4A>"
			  "name   n    x<K>\n"
			  "----  --  ---<K>\n"
			  "b      1    -<K>\n"
			  "a     20  0.5<K>\n"
			  "<J>");
	row("c", 1, -1);
	row("d", 1, -1);
	row("d", 2, -1);
	row(NULL, 3, -1);
	epoch();
	CHECK_STR(seen(), "^<4A>"
			  "name   n    x<K>\n"
			  "----  --  ---<K>\n"
			  "c      1    -<K>\n"
			  "d      2    -<K>\n"
			  "-      3    -<K>\n"
			  "(2 more)<K>\n"
			  "<J>");
	/* In the end all of it, in the order of change. */
	CHECK_STR(ended(), "^<6A>"
			   "name   n    x<K>\n"
			   "----  --  ---<K>\n"
			   "b      1    -<K>\n"
			   "a     20  0.5<K>\n"
			   "c      1    -<K>\n"
			   "d      2    -<K>\n"
			   "-      3    -<K>\n"
			   "<J>");
	stop();
}

static void
complete_view(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_COMPLETE,
		.terminal = true,
		.width = 40,
		.height = 5 };

	start(&conf);
	row("a", 1, -1);
	row("b", 1, -1);
	row("c", 1, -1);
	epoch();
	CHECK_STR(seen(), "name  n  x<K>\n"
			  "----  -  -<K>\n"
			  "a     1  -<K>\n"
			  "(2 more)<K>\n"
			  "<J>");
	row("z", 1, -1);
	epoch();
	CHECK_STR(seen(), "^<4A>"
			  "name  n  x<K>\n"
			  "----  -  -<K>\n"
			  "z     1  -<K>\n"
			  "<J>");
	CHECK_STR(ended(), "");
	stop();
}

/* Far more keys than are kept, and each of them twice. */
static void
many_keys(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_UPDATE,
		.terminal = true,
		.width = 40,
		.height = 6 };
	char name[16];

	start(&conf);
	for (int i = 0; i < 50000; i++) {
		snprintf(name, sizeof name, "k%d", i);
		row(name, i, -1);
		row(name, -i, -1);
	}
	epoch();
	CHECK_STR(seen(), "name         n  x<K>\n"
			  "------  ------  -<K>\n"
			  "k49998  -49998  -<K>\n"
			  "k49999  -49999  -<K>\n"
			  "(49998 more)<K>\n"
			  "<J>");
	stop();
}

/* Without key columns there is one row. */
static void
one_row(void)
{
	struct spt_encoder_conf conf = { .mode = SPT_ROWS_UPDATE,
		.terminal = true,
		.width = 40,
		.height = 6 };

	start(&conf);
	enc->ops->close(enc);
	spt_meta_remove(&s.fields[0].meta, SPT_KEY_GROUP);
	CHECK(spt_encoder_open(&enc, io, "table", &s, &conf, &e) == 0);
	row("a", 1, -1);
	row("b", 2, -1);
	epoch();
	CHECK_STR(seen(), "name  n  x<K>\n"
			  "----  -  -<K>\n"
			  "b     2  -<K>\n"
			  "<J>");
	stop();
}

int
main(void)
{
	io = spt_io_system();
	plain();
	no_rows();
	blocks();
	a_table_an_epoch();
	controls();
	colors();
	narrow();
	view();
	complete_view();
	many_keys();
	one_row();
	return DONE;
}
