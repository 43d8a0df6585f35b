/* Aggregates: exact sums, means rounded once, order of floats, nulls, saved
 * states. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "unit.h"
#include "window/agg.h"
#include "window/exactsum.h"
#include "window/floatsum.h"

static struct spt_schema schema;
static struct spt_err err;

/* ---- sums ---------------------------------------------------------------- */

static double
mean(const int64_t *v, uint64_t n)
{
	struct spt_wide s = { 0 };

	for (uint64_t i = 0; i < n; i++)
		spt_wide_add(&s, v[i]);
	return spt_wide_mean(&s, n);
}

static double
float_sum(const double *v, size_t n)
{
	const struct spt_io *io = spt_io_system();
	struct spt_floatsum s = { 0 };
	double sum;

	for (size_t i = 0; i < n; i++)
		CHECK(spt_floatsum_add(&s, io, v[i], &err) == 0);
	CHECK(spt_floatsum_settle(&s, io, &err) == 0);
	sum = spt_floatsum_get(&s);
	spt_floatsum_fini(&s, io);
	return sum;
}

#define N(a) (sizeof(a) / sizeof(a)[0])

static void
wide(void)
{
	struct spt_wide s = { 0 }, t = { 0 };
	const int64_t big[] = { INT64_MAX, INT64_MAX, INT64_MAX },
		      small[] = { INT64_MIN, INT64_MIN },
		      thirds[] = { 1, 0, 0 },
		      odd[] = { (INT64_C(1) << 53) + 1,
			      (INT64_C(1) << 53) + 2 },
		      mixed[] = { INT64_MAX, INT64_MIN, 5 };
	int64_t v;

	spt_wide_add(&s, INT64_MAX);
	CHECK(spt_wide_get(&s, &v) && v == INT64_MAX);
	spt_wide_add(&s, 1);
	CHECK(!spt_wide_get(&s, &v));
	spt_wide_add(&s, -2);
	CHECK(spt_wide_get(&s, &v) && v == INT64_MAX - 1);
	spt_wide_add(&t, INT64_MIN);
	CHECK(spt_wide_get(&t, &v) && v == INT64_MIN);
	spt_wide_add(&t, -1);
	CHECK(!spt_wide_get(&t, &v));
	spt_wide_merge(&t, &s);
	CHECK(spt_wide_get(&t, &v) && v == -3);

	CHECK(mean(big, 3) == 9223372036854775807.0);
	CHECK(mean(small, 2) == -9223372036854775808.0);
	CHECK(mean(thirds, 3) == 1.0 / 3);
	/* 2^53 + 1.5 lies between two doubles: to the nearer, 2^53 + 2. */
	CHECK(mean(odd, 2) == 9007199254740994.0);
	CHECK(mean(mixed, 3) == 4.0 / 3);
}

/* Correct rounding against long arithmetic: |mean * n - sum| is at most half
 * a step of the double. */
static void
wide_random(void)
{
	for (int i = 0; i < 20000; i++) {
		uint64_t n = 1 + (uint64_t)random() % 1000;
		struct spt_wide s = { 0 };
		__int128 exact = 0, lower, upper;
		double m, down, up;

		for (int k = 0; k < 4; k++) {
			int64_t v = (int64_t)((uint64_t)random() << 33 ^
					      (uint64_t)random());

			v >>= random() % 60;
			spt_wide_add(&s, v);
			exact += v;
		}
		m = spt_wide_mean(&s, n);
		down = nextafter(m, -INFINITY);
		up = nextafter(m, INFINITY);
		if (fabs(m) <= 4503599627370496.0)
			continue; /* doubles are no whole numbers there */
		/* 2 * sum against (m + neighbour) * n */
		lower = ((__int128)down + (__int128)m) * n;
		upper = ((__int128)up + (__int128)m) * n;
		CHECK(lower <= 2 * exact && 2 * exact <= upper);
	}
}

static void
floats(void)
{
	const double cancel[] = { 1, 1e100, 1, -1e100 };
	const double tower[] = { 1e300, 1, 1e-300, -1e300, 0x1p-1074, -1e-300,
		-1 };
	const double huge[] = { DBL_MAX, DBL_MAX, -DBL_MAX, 1 },
		     over[] = { DBL_MAX, 1, DBL_MAX };
	const double inf[] = { INFINITY, 1, 2 },
		     none[] = { INFINITY, 1, -INFINITY };
	double tenths[10000], back[10000];
	const struct spt_io *io = spt_io_system();
	struct spt_floatsum a = { 0 }, b = { 0 };

	CHECK(float_sum(cancel, N(cancel)) == 2);
	CHECK(float_sum(tower, N(tower)) == 0x1p-1074);
	CHECK(float_sum(huge, N(huge)) == DBL_MAX);
	CHECK(isinf(float_sum(over, N(over))));
	CHECK(isinf(float_sum(inf, N(inf))));
	CHECK(isnan(float_sum(none, N(none))));
	for (int i = 0; i < 10000; i++) {
		tenths[i] = (random() - RAND_MAX / 2) / 10.0;
		back[9999 - i] = tenths[i];
	}
	CHECK(float_sum(tenths, 10000) == float_sum(back, 10000));
	for (int i = 0; i < 10; i++)
		CHECK(spt_floatsum_add(&a, io, 0.1, &err) == 0);
	/* Ten times the double 0.1 is a little more than 1, and 1 is the
	 * nearest; adding up in double gives 0.9999999999999999. */
	CHECK(a.hi == 1.0 && a.lo != 0 && a.rest.n == 0);
	CHECK(spt_floatsum_mean(&a, 10) == 0.1);
	CHECK(spt_floatsum_add(&b, io, 1e17, &err) == 0);
	CHECK(spt_floatsum_merge(&b, io, &a, &err) == 0);
	CHECK(spt_floatsum_add(&b, io, -1e17, &err) == 0);
	CHECK(b.hi == 1.0);
	for (int i = 0; i < 3; i++)
		CHECK(spt_floatsum_add(&b, io, DBL_MAX, &err) == 0);
	CHECK(spt_floatsum_settle(&b, io, &err) == 0);
	CHECK(isinf(spt_floatsum_get(&b)));
	CHECK(spt_floatsum_mean(&b, 3) == DBL_MAX);
	spt_floatsum_fini(&a, io);
	spt_floatsum_fini(&b, io);
}

/* ---- parsing and types --------------------------------------------------- */

static void
bad(const char *text, const char *want)
{
	struct spt_err e = { 0 };
	struct spt_aggs a;
	char *t = (char *)(uintptr_t)text;
	int rc = spt_aggs_parse(&a, spt_io_system(), &t, 1, &e);

	if (rc == 0)
		rc = spt_aggs_bind(&a, &schema, &e);
	CHECK(rc < 0 && e.kind == SPT_EUSAGE);
	CHECK(strstr(e.msg, want) != NULL);
	if (strstr(e.msg, want) == NULL)
		printf("%s: %s\n", text, e.msg);
	spt_aggs_fini(&a);
}

static void
good(const char *text, const char *name, enum spt_type out)
{
	struct spt_err e = { 0 };
	struct spt_aggs a;
	char *t = (char *)(uintptr_t)text;

	CHECK(spt_aggs_parse(&a, spt_io_system(), &t, 1, &e) == 0);
	CHECK(spt_aggs_bind(&a, &schema, &e) == 0);
	CHECK_STR(a.v[0].name, name);
	CHECK_INT(a.v[0].out, out);
	spt_aggs_fini(&a);
}

static void
words(void)
{
	struct spt_err e = { 0 };
	struct spt_aggs none;

	CHECK(spt_aggs_parse(&none, spt_io_system(), NULL, 0, &e) < 0);
	CHECK(strstr(e.msg, "as in") != NULL);
	spt_aggs_fini(&none);
	good("count", "count", SPT_INT64);
	good("count:s", "count_s", SPT_INT64);
	good("total=sum:i", "total", SPT_INT64);
	good("sum:f", "sum_f", SPT_FLOAT64);
	good("avg:i", "avg_i", SPT_FLOAT64);
	good("min:t", "min_t", SPT_TIMESTAMP);
	good("last:s", "last_s", SPT_UTF8);
	good("x=max:b", "x", SPT_BOOL);
	good("sum:a=b:c", "sum_a=b:c", SPT_INT64);
	good("var:i", "var_i", SPT_FLOAT64);
	good("stddev_pop:f", "stddev_pop_f", SPT_FLOAT64);
	good("p99.9:f", "p99.9_f", SPT_FLOAT64);
	good("p0:i", "p0_i", SPT_FLOAT64);
	good("slow=p100:i", "slow", SPT_FLOAT64);
	good("uniq:s", "uniq_s", SPT_INT64);
	good("top:s", "top_s", SPT_UTF8);
	good("top:t:1k", "top_t", SPT_UTF8);
	good("top:a=b:c:3", "top_a=b:c", SPT_UTF8);
	good("list:b:5", "list_b", SPT_UTF8);
	good("argmin:i:s", "argmin_i_s", SPT_INT64);
	good("argmax:a=b:c:t", "argmax_a=b:c_t", SPT_INT64);
	good("x=argmax:t:f", "x", SPT_TIMESTAMP);
	bad("median:i", "no aggregate \"median\" (there are count");
	bad("p:i", "no aggregate \"p\"");
	bad("stdev:i", "stddev, var_pop, stddev_pop, p50");
	bad("p101:i", "p101: quantiles are p0 to p100");
	bad("p100.1:i", "p0 to p100");
	bad("p9.:i", "p0 to p100");
	bad("p99999:i", "p0 to p100");
	bad("p50.1234567:i", "six decimals");
	bad("p99", "p99:COLUMN");
	bad("p50:t", "p50 needs numbers, but column \"t\" is timestamp");
	bad("p50:s", "p50 needs numbers");
	bad("stddev:b", "stddev needs numbers, but column \"b\" is bool");
	bad("top:s:ten", "\"ten\" is not a number of values");
	bad("top:s:0", "top keeps 1 to 1000 values");
	bad("list:s:10001", "list keeps 1 to 10000 values");
	bad("list:s:-1", "not a number");
	bad("top:s:", "nothing behind the second colon");
	bad("top::5", "no column behind");
	bad("argmax", "argmax:COLUMN:COLUMN");
	bad("argmax:s", "by which column: say argmax:s:COLUMN");
	bad("argmin:s:", "nothing behind the second colon");
	bad("argmin::i", "no column behind");
	bad("argmin:s:nothing", "no column \"nothing\"");
	bad("argmin:nothing:s", "no column \"nothing\"");
	bad("", "no aggregate");
	bad("sum", "sum:COLUMN");
	bad("x=sum", "sum:COLUMN");
	bad("sum:", "no column behind");
	bad("=sum:i", "no name");
	bad("sum:nothing", "no column \"nothing\"");
	bad("sum:s", "sum needs numbers, but column \"s\" is string");
	bad("avg:t", "avg needs numbers, but column \"t\" is timestamp");
	bad("sum:b", "column \"b\" is bool");
}

/* ---- one group, all aggregates ------------------------------------------- */

static char *const all[] = { "count", "count:i", "sum:i", "avg:i", "min:i",
	"max:i", "first:i", "last:i", "sum:f", "avg:f", "min:f", "max:f",
	"first:f", "last:f", "min:s", "max:s", "first:s", "last:s", "min:b",
	"max:b", "first:t", "last:t", "count:s" };

static struct spt_aggs aggs;
static uint8_t *state;

static void
feed(const struct spt_batch *b)
{
	uint8_t *states[16];
	uint32_t rows[16];

	for (uint32_t i = 0; i < b->rows; i++) {
		states[i] = state;
		rows[i] = i;
	}
	CHECK(spt_aggs_update(&aggs, b, states, rows, (size_t)b->rows, &err) ==
	      0);
	aggs.seq += b->rows;
}

/* The results as a batch of one row in r. */
static void
result(struct spt_builder *r, struct spt_batch *b)
{
	spt_builder_reset(r);
	CHECK(spt_aggs_emit(&aggs, state, r, 0, &err) == 0);
	spt_builder_end_row(r);
	spt_builder_batch(r, b);
}

static void
put(struct spt_builder *b, const int64_t *i, const double *f, const char *s,
    const bool *bit, const int64_t *t)
{
	CHECK((i != NULL ? spt_builder_int(b, 0, *i, &err)
			 : spt_builder_null(b, 0, &err)) == 0);
	CHECK((f != NULL ? spt_builder_float(b, 1, *f, &err)
			 : spt_builder_null(b, 1, &err)) == 0);
	CHECK((s != NULL ? spt_builder_str(b, 2, s, strlen(s), &err)
			 : spt_builder_null(b, 2, &err)) == 0);
	CHECK((bit != NULL ? spt_builder_bool(b, 3, *bit, &err)
			   : spt_builder_null(b, 3, &err)) == 0);
	CHECK((t != NULL ? spt_builder_int(b, 4, *t, &err)
			 : spt_builder_null(b, 4, &err)) == 0);
	CHECK(spt_builder_int(b, 5, 0, &err) == 0);
	spt_builder_end_row(b);
}

static bool
text_is(const struct spt_col *c, const char *want)
{
	size_t n;
	const char *p = spt_col_str(c, 0, &n);

	return n == strlen(want) && (n == 0 || memcmp(p, want, n) == 0);
}

static void
check_values(const struct spt_batch *b)
{
	const struct spt_col *c = b->cols;

	CHECK_INT(c[0].ints[0], 4);
	CHECK_INT(c[1].ints[0], 3);
	CHECK_INT(c[2].ints[0], 6);
	CHECK(c[3].floats[0] == 2.0);
	CHECK_INT(c[4].ints[0], -5);
	CHECK_INT(c[5].ints[0], 7);
	CHECK_INT(c[6].ints[0], 4);
	CHECK_INT(c[7].ints[0], 7);
	CHECK(isnan(c[8].floats[0]) && isnan(c[9].floats[0]));
	CHECK(c[10].floats[0] == 0 && signbit(c[10].floats[0]));
	CHECK(isnan(c[11].floats[0]));
	CHECK(c[12].floats[0] == 0 && !signbit(c[12].floats[0]));
	CHECK(isnan(c[13].floats[0]));
	CHECK(text_is(&c[14], ""));
	CHECK(text_is(&c[15], "\xc3\xa9t\xc3\xa9 is longer than the others"));
	CHECK(text_is(&c[16], "b"));
	CHECK(text_is(&c[17], "ba"));
	CHECK(!spt_bit(c[18].bits, 0) && spt_bit(c[19].bits, 0));
	CHECK_INT(c[20].ints[0], -1);
	CHECK_INT(c[21].ints[0], 9);
	CHECK_INT(c[22].ints[0], 4);
}

static void
values(void)
{
	const struct spt_io *io = spt_io_system();
	const int64_t i1 = 4, i2 = -5, i3 = 7, t1 = -1, t2 = 9;
	const double f1 = 0.0, f2 = -0.0, f3 = NAN;
	const bool yes = true, no = false;
	struct spt_builder in, out;
	struct spt_schema names;
	struct spt_batch b;
	struct spt_buf saved;
	uint8_t *copy;

	CHECK(spt_aggs_parse(&aggs, io, all, (int)N(all), &err) == 0);
	CHECK(spt_aggs_bind(&aggs, &schema, &err) == 0);
	CHECK(spt_aggs_hold(&aggs));
	spt_schema_init(&names, io);
	for (size_t i = 0; i < aggs.n; i++)
		CHECK(spt_schema_add(
			  &names, aggs.v[i].name, aggs.v[i].out, &err) == 0);
	CHECK(spt_builder_init(&in, io, &schema, &err) == 0);
	CHECK(spt_builder_init(&out, io, &names, &err) == 0);
	spt_buf_init(&saved, io);
	state = calloc(1, aggs.stride);

	/* No value at all: counts 0, all others null. */
	result(&out, &b);
	for (size_t i = 0; i < b.n; i++)
		CHECK(spt_col_null(&b.cols[i], 0) ==
		      (aggs.v[i].kind != SPT_AGG_COUNT));
	/* The empty state survives being saved too. */
	CHECK(spt_aggs_save(&aggs, state, &saved, &err) == 0);
	CHECK_INT(spt_aggs_load(&aggs, state, saved.data, saved.len, &err), 1);

	put(&in, NULL, &f1, "b", &no, NULL);
	put(&in, &i1, NULL, "", NULL, &t1);
	spt_builder_batch(&in, &b);
	feed(&b);
	spt_builder_reset(&in);

	/* Half way: to another place and back, then on. */
	saved.len = 0;
	CHECK(spt_aggs_save(&aggs, state, &saved, &err) == 0);
	copy = calloc(1, aggs.stride);
	CHECK_INT(spt_aggs_load(&aggs, copy, saved.data, saved.len, &err), 1);
	for (size_t n = 0; n < saved.len; n++)
		CHECK_INT(spt_aggs_load(&aggs, state, saved.data, n, &err), 0);
	spt_aggs_fini_state(&aggs, state);
	free(state);
	state = copy;

	put(&in, &i2, &f2, "\xc3\xa9t\xc3\xa9 is longer than the others", &yes,
	    &t2);
	put(&in, &i3, &f3, "ba", NULL, NULL);
	spt_builder_batch(&in, &b);
	feed(&b);
	result(&out, &b);
	check_values(&b);

	spt_aggs_fini_state(&aggs, state);
	free(state);
	spt_buf_fini(&saved);
	spt_builder_fini(&in);
	spt_builder_fini(&out);
	spt_schema_fini(&names);
	spt_aggs_fini(&aggs);
}

int
main(void)
{
	spt_schema_init(&schema, spt_io_system());
	CHECK(spt_schema_add(&schema, "i", SPT_INT64, &err) == 0);
	CHECK(spt_schema_add(&schema, "f", SPT_FLOAT64, &err) == 0);
	CHECK(spt_schema_add(&schema, "s", SPT_UTF8, &err) == 0);
	CHECK(spt_schema_add(&schema, "b", SPT_BOOL, &err) == 0);
	CHECK(spt_schema_add(&schema, "t", SPT_TIMESTAMP, &err) == 0);
	CHECK(spt_schema_add(&schema, "a=b:c", SPT_INT64, &err) == 0);
	srandom(2);
	wide();
	wide_random();
	floats();
	words();
	values();
	spt_schema_fini(&schema);
	return DONE;
}
