/*
 * Control batches and ranges as text.
 */
#include "unit.h"
#include "wire/item.h"

/* "key=value;key=value" as pairs. */
static void
parse(struct spt_meta *m, const char *text)
{
	struct spt_err e = { 0 };
	char copy[512], *next = copy;

	snprintf(copy, sizeof copy, "%s", text);
	spt_meta_init(m, spt_io_system());
	while (next != NULL && *next != '\0') {
		char *pair = strsep(&next, ";");
		char *key = strsep(&pair, "=");

		CHECK(spt_meta_set(m, key, pair, &e) == 0);
	}
}

static void
print(const struct spt_meta *m, char *out, size_t n)
{
	size_t at = 0;

	out[0] = '\0';
	for (size_t i = 0; i < m->n; i++)
		at += (size_t)snprintf(out + at, n - at, "%s%s=%s",
		    i != 0 ? ";" : "", m->v[i].key, m->v[i].value);
}

static void
test_round_trips(void)
{
	static const char *const cases[] = {
		"spate:kind=begin;spate:epoch=0;spate:time=-12",
		"spate:kind=begin;spate:epoch=9223372036854775807;"
		"spate:time=1431857103000000;spate:id=ff;x=;y=\xc3\xa4",
		"spate:kind=barrier;spate:epoch=3;spate:time=0;"
		"spate:watermark=min",
		"spate:kind=barrier;spate:epoch=3;spate:time=0;"
		"spate:watermark=max;spate:final=1;spate:heads={}",
		"spate:kind=barrier;spate:epoch=3;spate:time=0;"
		"spate:watermark=-1;spate:reason=kept",
		"spate:kind=end;spate:reason=finished",
		"spate:kind=end;spate:reason=stopped;spate:epoch=kept",
		"spate:kind=pause;spate:epoch=whatever",
		"spate:epoch=1",
		"somebody=else",
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct spt_meta pairs, again;
		struct spt_control c, copy;
		struct spt_err e = { 0 };
		char text[512];

		parse(&pairs, cases[i]);
		spt_meta_init(&again, spt_io_system());
		CHECK_INT(spt_control_get(&c, spt_io_system(), &pairs, &e), 1);
		CHECK(spt_control_copy(&copy, &c, &e) == 0);
		CHECK(spt_control_put(&copy, &again, &e) == 0);
		print(&again, text, sizeof text);
		CHECK_STR(text, cases[i]);
		CHECK_STR(e.msg, "");
		spt_control_fini(&c);
		spt_control_fini(&copy);
		spt_meta_fini(&pairs);
		spt_meta_fini(&again);
	}
}

static void
test_fields(void)
{
	struct spt_err e = { 0 };
	struct spt_control c;
	struct spt_meta pairs;

	parse(&pairs, "spate:time=7;a=b;spate:watermark=-9;spate:kind=barrier;"
		      "spate:final=1;spate:epoch=4");
	CHECK_INT(spt_control_get(&c, spt_io_system(), &pairs, &e), 1);
	CHECK_INT(c.kind, SPT_ITEM_BARRIER);
	CHECK_INT(c.epoch, 4);
	CHECK_INT(c.time, 7);
	CHECK_INT(c.watermark, -9);
	CHECK(c.final);
	CHECK_INT(c.extra.n, 1);
	spt_control_fini(&c);
	spt_meta_clear(&pairs);
	CHECK_INT(spt_control_get(&c, spt_io_system(), &pairs, &e), 0);
	spt_control_fini(&c);
	spt_meta_fini(&pairs);
}

static void
test_malformed(void)
{
	static const char *const cases[] = {
		"spate:kind=begin",
		"spate:kind=begin;spate:epoch=0",
		"spate:kind=begin;spate:time=0",
		"spate:kind=begin;spate:epoch=-1;spate:time=0",
		"spate:kind=begin;spate:epoch=1 ;spate:time=0",
		"spate:kind=begin;spate:epoch=+1;spate:time=0",
		"spate:kind=begin;spate:epoch=;spate:time=0",
		"spate:kind=begin;spate:epoch=0x1;spate:time=0",
		"spate:kind=begin;spate:epoch=9223372036854775808;"
		"spate:time=0",
		"spate:kind=begin;spate:epoch=0;spate:time=now",
		"spate:kind=barrier;spate:epoch=0;spate:time=0",
		"spate:kind=barrier;spate:epoch=0;spate:time=0;"
		"spate:watermark=none",
		"spate:kind=barrier;spate:epoch=0;spate:time=0;"
		"spate:watermark=max;spate:final=0",
		"spate:kind=end",
		"spate:kind=end;spate:reason=tired",
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct spt_err e = { 0 };
		struct spt_control c;
		struct spt_meta pairs;

		parse(&pairs, cases[i]);
		CHECK_INT(spt_control_get(&c, spt_io_system(), &pairs, &e), -1);
		CHECK_INT(e.kind, SPT_EDATA);
		spt_control_fini(&c);
		spt_meta_fini(&pairs);
	}
}

/* ---- ranges ----------------------------------------------------------------
 */

static void
make_schema(struct spt_schema *s)
{
	struct spt_err e = { 0 };

	spt_schema_init(s, spt_io_system());
	CHECK(spt_schema_add(s, "a", SPT_TIMESTAMP, &e) == 0);
	CHECK(spt_schema_add(s, "b", SPT_INT64, &e) == 0);
	CHECK(spt_schema_add(s, "c", SPT_TIMESTAMP, &e) == 0);
}

static void
test_range_text(void)
{
	static const int64_t values[] = { 5, -7, 100 };
	static const uint8_t none = 0, first = 1;
	struct spt_col cols[] = {
		{ .type = SPT_TIMESTAMP,
		    .null_count = 3,
		    .validity = &none,
		    .ints = values },
		{ .type = SPT_INT64, .ints = values },
		{ .type = SPT_TIMESTAMP, .ints = values },
	};
	struct spt_batch b = { .rows = 3, .n = 3, .cols = cols };
	struct spt_range r[3];
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_buf text;

	make_schema(&s);
	spt_buf_init(&text, spt_io_system());
	CHECK(spt_range_put(&text, &s, &b, &e) == 0);
	CHECK_STR(spt_buf_str(&text, &e), "2:-7:100");
	cols[0].validity = &first;
	text.len = 0;
	CHECK(spt_range_put(&text, &s, &b, &e) == 0);
	CHECK_STR(spt_buf_str(&text, &e), "0:5:5,2:-7:100");
	CHECK_INT(spt_range_get(r, &s, spt_buf_str(&text, &e)), 1);
	CHECK(r[0].any && r[0].min == 5 && r[0].max == 5);
	CHECK(!r[1].any);
	CHECK(r[2].any && r[2].min == -7 && r[2].max == 100);
	CHECK_INT(spt_range_get(r, &s, ""), 1);
	CHECK(!r[0].any && !r[2].any);
	spt_buf_fini(&text);
	spt_schema_fini(&s);
}

static void
test_range_malformed(void)
{
	static const char *const cases[] = { "0", "0:", "0:1", "0:1:", ":1:2",
		"1:1:2", "3:1:2", "-1:1:2", "0:2:1", "2:1:2,0:1:2",
		"0:1:2,0:1:2", "0:1:2x", "0:1:2;2:1:2",
		"0:1:99999999999999999999", "0 :1:2" };
	struct spt_range r[3];
	struct spt_schema s;

	make_schema(&s);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_INT(spt_range_get(r, &s, cases[i]), 0);
	spt_schema_fini(&s);
}

int
main(void)
{
	test_round_trips();
	test_fields();
	test_malformed();
	test_range_text();
	test_range_malformed();
	return DONE;
}
