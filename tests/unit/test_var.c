/* Exact sums of doubles, variance and deviation: against exact arithmetic,
 * where everything cancels, at the ends of the range, in any order. */
#include <float.h>

#include "agg_run.h"
#include "window/fixed.h"

#define N(a) (sizeof(a) / sizeof(a)[0])

static struct spt_aggs aggs;
static struct spt_builder rows;

static void
put(const int64_t *i, const double *f)
{
	CHECK((i != NULL ? spt_builder_int(&rows, 0, *i, &err)
			 : spt_builder_null(&rows, 0, &err)) == 0);
	CHECK((f != NULL ? spt_builder_float(&rows, 1, *f, &err)
			 : spt_builder_null(&rows, 1, &err)) == 0);
	for (size_t c = 2; c < 5; c++)
		CHECK(spt_builder_null(&rows, c, &err) == 0);
	spt_builder_end_row(&rows);
}

/* The results of texts over the rows, in order and in pieces. */
static const char *
results(const char *texts)
{
	struct spt_batch b;
	uint8_t *whole, *pieces;
	static char text[512];

	bind(&aggs, texts);
	spt_builder_batch(&rows, &b);
	whole = state_new(&aggs);
	for (uint32_t i = 0; i < b.rows; i++)
		feed_row(&aggs, &b, i, whole);
	snprintf(text, sizeof text, "%s", show(&aggs, whole));
	for (int k = 0; k < 5; k++) {
		pieces = state_of_pieces(&aggs, &b);
		CHECK_STR(show(&aggs, pieces), text);
		CHECK(same_states(&aggs, pieces, whole));
		state_free(&aggs, pieces);
	}
	state_free(&aggs, whole);
	spt_aggs_fini(&aggs);
	spt_builder_reset(&rows);
	return text;
}

static const char *
of_floats(const double *v, size_t n, const char *texts)
{
	for (size_t i = 0; i < n; i++)
		put(NULL, &v[i]);
	return results(texts);
}

static const char *
of_ints(const int64_t *v, size_t n, const char *texts)
{
	for (size_t i = 0; i < n; i++)
		put(&v[i], NULL);
	return results(texts);
}

#define ALL_F "var:f stddev:f var_pop:f stddev_pop:f"
#define ALL_I "var:i stddev:i var_pop:i stddev_pop:i"

static void
known(void)
{
	const double small[] = { 2, 4, 4, 4, 5, 5, 7, 9 },
		     far[] = { 1e15 + 4, 1e15 + 7, 1e15 + 13, 1e15 + 16 },
		     one[] = { 3 }, inf[] = { 1, INFINITY, 2 },
		     nan[] = { NAN, 1 }, lone[] = { NAN },
		     wide[] = { 1e300, -1e300 }, tiny[] = { 3e-200, 5e-200 },
		     huge[] = { DBL_MAX, -DBL_MAX };
	const int64_t ints[] = { 1, 2, 3, 4 },
		      ends[] = { INT64_MIN, INT64_MAX },
		      same[] = { INT64_MIN, INT64_MIN, INT64_MIN };

	CHECK_STR(of_floats(NULL, 0, ALL_F), "null null null null");
	put(NULL, NULL);
	CHECK_STR(results(ALL_F), "null null null null");
	CHECK_STR(of_floats(one, 1, ALL_F), "null null 0 0");
	CHECK_STR(of_floats(small, N(small), "var_pop:f stddev_pop:f"), "4 2");
	CHECK_STR(of_floats(far, N(far), ALL_F),
	    "30 5.4772255750516612 22.5 4.7434164902525691");
	CHECK_STR(of_floats(inf, N(inf), ALL_F), "nan nan nan nan");
	CHECK_STR(of_floats(nan, N(nan), ALL_F), "nan nan nan nan");
	CHECK_STR(of_floats(lone, N(lone), ALL_F), "null null nan nan");
	/* The variance is out of range, its root is not. */
	CHECK_STR(of_floats(wide, N(wide), "var_pop:f stddev_pop:f"),
	    "inf 1.0000000000000001e+300");
	CHECK_STR(of_floats(tiny, N(tiny), "var_pop:f stddev_pop:f"),
	    "0 9.9999999999999998e-201");
	CHECK_STR(of_floats(huge, N(huge), "stddev_pop:f sum:f avg:f"),
	    "1.7976931348623157e+308 0 0");
	CHECK_STR(of_ints(ints, N(ints), ALL_I),
	    "1.6666666666666667 1.2909944487358056 1.25 1.1180339887498949");
	/* (2^64 - 1)^2 / 4 */
	CHECK_STR(of_ints(ends, N(ends), "var_pop:i stddev_pop:i sum:i"),
	    "8.5070591730234616e+37 9.2233720368547758e+18 -1");
	CHECK_STR(of_ints(same, N(same), "var:i stddev_pop:i"), "0 0");
}

/* Against the definition in whole numbers; floats that are whole agree. */
static void
exact(void)
{
	for (int round = 0; round < 200; round++) {
		uint64_t n = 2 + below(50);
		int64_t scale = INT64_C(1) << below(30);
		__int128 sum = 0, squares = 0;
		const char *text;
		double v;

		for (uint64_t k = 0; k < n; k++) {
			int64_t x = (int64_t)below((uint64_t)scale) -
				    scale / 2 + 1000000000;
			double f = (double)x;

			put(&x, &f);
			sum += x;
			squares += (__int128)x * x;
		}
		v = (double)((__int128)n * squares - sum * sum) /
		    (double)(n * (n - 1));
		text = results("var:i var:f stddev:f");
		CHECK(strtod(text, NULL) == v);
		CHECK(strtod(strchr(text, ' '), NULL) == v);
		CHECK(strtod(strrchr(text, ' '), NULL) == sqrt(v));
	}
}

/* Any doubles at all: no order shows, and the sum is that of a plain sum in
 * ascending exponents done exactly (here: by cancelling it term by term). */
static void
any_doubles(void)
{
	for (int round = 0; round < 200; round++) {
		size_t n = 1 + below(60);
		struct spt_fixed f = { 0 };
		const struct spt_io *io = spt_io_system();
		double v[60], first;

		for (size_t k = 0; k < n; k++) {
			do {
				uint64_t bits =
				    below(UINT64_C(1) << 62) << 2 | below(4);

				memcpy(&v[k], &bits, 8);
			} while (!isfinite(v[k]));
			if (round % 2 == 0)
				v[k] = ldexp(unit() - 0.5, (int)below(200));
			CHECK(spt_fixed_add(&f, io, v[k], &err) == 0);
		}
		first = spt_fixed_get(&f);
		for (size_t k = 0; k < n; k++)
			put(NULL, &v[k]);
		CHECK(strtod(results("sum:f avg:f var:f stddev_pop:f"), NULL) ==
		      first);
		for (size_t k = 0; k < n; k++)
			CHECK(spt_fixed_add(&f, io, -v[k], &err) == 0);
		CHECK(spt_fixed_get(&f) == 0);
		spt_fixed_trim(&f);
		CHECK(f.n == 0);
		spt_fixed_fini(&f, io);
	}
}

/* Half way between two doubles: to even; a hair more or less decides. */
static void
rounding(void)
{
	const double even[] = { 1, 0x1p-53 }, odd[] = { 1 + 0x1p-52, 0x1p-53 },
		     more[] = { 1, 0x1p-53, 0x1p-1074 },
		     less[] = { 1 + 0x1p-52, 0x1p-53, -0x1p-1074 },
		     steps[] = { 0x1p-1074, 0x1p-1022, -0x1p-1074 };

	CHECK(strtod(of_floats(even, 2, "sum:f"), NULL) == 1);
	CHECK(strtod(of_floats(odd, 2, "sum:f"), NULL) == 1 + 0x1p-51);
	CHECK(strtod(of_floats(more, 3, "sum:f"), NULL) == 1 + 0x1p-52);
	CHECK(strtod(of_floats(less, 3, "sum:f"), NULL) == 1 + 0x1p-52);
	CHECK(strtod(of_floats(steps, 3, "sum:f"), NULL) == 0x1p-1022);
}

int
main(void)
{
	srandom(7);
	columns_init();
	CHECK(spt_builder_init(&rows, columns.io, &columns, &err) == 0);
	known();
	exact();
	any_doubles();
	rounding();
	spt_builder_fini(&rows);
	spt_schema_fini(&columns);
	return DONE;
}
