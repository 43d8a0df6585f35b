/* Quantiles: the promised error over many distributions, at every accuracy;
 * the same sketch whatever the order and the merges; ends, zeros, signs,
 * infinities, bounds. */
#include "agg_run.h"

static struct spt_ddscale scale;
static const struct spt_io *io;

static int
rising(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A value of distribution number d. */
static double
draw(int d)
{
	double u = unit(), v = unit();
	double normal = sqrt(-2 * log(u)) * cos(6.283185307179586 * v);

	switch (d) {
	case 0:
		return u;
	case 1:
		return normal;
	case 2:
		return exp(2 * normal);
	case 3:
		return pow(u, -1 / 1.1); /* Pareto: a heavy tail */
	case 4:
		return -log(u) * 1000;
	case 5:
		return floor(u * 20) - 10;
	case 6:
		return u < 0.9 ? 5 + normal : 5e6 + 1e5 * normal;
	case 7:
		return u < 0.5 ? -exp(normal) : 0;
	case 8:
		return ldexp(1 + u, (int)(v * 50) - 25);
	default:
		return floor(u * 1e6) * 1e-3;
	}
}

static void
add(struct spt_ddsketch *s, double v)
{
	CHECK(spt_ddsketch_add(s, &scale, io, v, &err) == 0);
}

static bool
same(const struct spt_ddsketch *a, const struct spt_ddsketch *b)
{
	struct spt_buf p, q;
	bool equal;

	spt_buf_init(&p, io);
	spt_buf_init(&q, io);
	CHECK(spt_ddsketch_save(a, &p, &err) == 0);
	CHECK(spt_ddsketch_save(b, &q, &err) == 0);
	equal = p.len == q.len && memcmp(p.data, q.data, p.len) == 0;
	spt_buf_fini(&p);
	spt_buf_fini(&q);
	return equal;
}

static void
check_round_trip(const struct spt_ddsketch *s)
{
	struct spt_ddsketch copy = { 0 };
	const uint8_t *p;
	struct spt_buf b;

	spt_buf_init(&b, io);
	CHECK(spt_ddsketch_save(s, &b, &err) == 0);
	p = b.data;
	CHECK(spt_ddsketch_load(&copy, &scale, io, &p, b.data + b.len, &err) ==
	      0);
	CHECK(p == b.data + b.len && same(s, &copy));
	spt_ddsketch_fini(&copy, io);
	for (size_t n = 0; n < b.len; n += 1 + n / 16) {
		p = b.data;
		CHECK(spt_ddsketch_load(
			  &copy, &scale, io, &p, b.data + n, &err) < 0);
		CHECK(err.kind == SPT_OK);
		spt_ddsketch_fini(&copy, io);
	}
	spt_buf_fini(&b);
}

/* Every value is told within the accuracy, and the values rise. */
static void
check_errors(const struct spt_ddsketch *s, double *v, size_t n, double accuracy)
{
	double before = -INFINITY;

	qsort(v, n, sizeof *v, rising);
	for (size_t i = 0; i < n; i++) {
		double got = spt_ddsketch_get(s, &scale, i);

		CHECK(fabs(got - v[i]) <= accuracy * fabs(v[i]) * (1 + 1e-7));
		CHECK(got >= before);
		before = got;
	}
	CHECK(spt_ddsketch_get(s, &scale, 0) == v[0]);
	CHECK(spt_ddsketch_get(s, &scale, n - 1) == v[n - 1]);
}

static void
distributions(void)
{
	static const double accuracies[] = { 0.01, 0.0001, 0.2, 0.003 };
	static double v[400];

	for (int round = 0; round < 400; round++) {
		double accuracy = accuracies[round % 4];
		struct spt_ddsketch whole = { 0 }, part[3] = { 0 };
		size_t n = 1 + below(400);

		spt_ddscale_set(&scale, accuracy);
		for (size_t i = 0; i < n; i++) {
			v[i] = draw(round % 10);
			add(&whole, v[i]);
		}
		for (size_t i = n; i-- > 0;)
			add(&part[below(3)], v[i]);
		for (int k = 1; k < 3; k++)
			CHECK(spt_ddsketch_merge(
				  &part[0], &scale, io, &part[k], &err) == 0);
		CHECK(same(&whole, &part[0]));
		CHECK_INT(spt_ddsketch_count(&whole), n);
		check_errors(&whole, v, n, accuracy);
		check_round_trip(&whole);
		spt_ddsketch_fini(&whole, io);
		for (int k = 0; k < 3; k++)
			spt_ddsketch_fini(&part[k], io);
	}
}

/* More range than the buckets have: bounded, and only the smallest are told
 * wrongly, by no more than 1.6e-18 of the greatest. */
static void
bounds(void)
{
	static double v[4000];

	for (int round = 0; round < 20; round++) {
		struct spt_ddsketch whole = { 0 }, part[2] = { 0 };
		const size_t n = sizeof v / sizeof v[0];
		double greatest = 0;

		spt_ddscale_set(&scale, round % 2 == 0 ? 0.01 : 0.1);
		for (size_t i = 0; i < n; i++) {
			v[i] = ldexp(1 + unit(), (int)below(2000) - 1000);
			if (below(2) == 0)
				v[i] = -v[i];
			if (fabs(v[i]) > greatest)
				greatest = fabs(v[i]);
			add(&whole, v[i]);
			add(&part[below(2)], v[i]);
		}
		CHECK(spt_ddsketch_bytes(&whole) <= 2 * 2048 * 8);
		CHECK(spt_ddsketch_merge(
			  &part[0], &scale, io, &part[1], &err) == 0);
		CHECK(same(&whole, &part[0]));
		qsort(v, n, sizeof *v, rising);
		for (size_t i = 0; i < n; i++) {
			double got = spt_ddsketch_get(&whole, &scale, i);
			double a = round % 2 == 0 ? 0.01 : 0.1;

			CHECK(fabs(got - v[i]) <=
			      a * fabs(v[i]) * (1 + 1e-7) + 1.7e-18 * greatest);
		}
		check_round_trip(&whole);
		spt_ddsketch_fini(&whole, io);
		spt_ddsketch_fini(&part[0], io);
		spt_ddsketch_fini(&part[1], io);
	}
}

/* Bucket edges are where rounding could go wrong: powers of gamma and their
 * neighbours, over the whole range of double. */
static void
edges(void)
{
	for (int i = -30000; i < 30000; i += 7) {
		double x = exp(i * 0.02), v[3];
		struct spt_ddsketch s = { 0 };

		spt_ddscale_set(&scale, 0.01);
		v[0] = nextafter(x, 0);
		v[1] = x;
		v[2] = nextafter(x, INFINITY);
		for (int k = 0; k < 3; k++)
			add(&s, v[k]);
		check_errors(&s, v, 3, 0.01);
		spt_ddsketch_fini(&s, io);
	}
}

/* ---- as aggregates ----------------------------------------------------- */

static struct spt_aggs aggs;
static struct spt_builder rows;

static void
put(int64_t i, double f)
{
	CHECK(spt_builder_int(&rows, 0, i, &err) == 0);
	CHECK((isnan(f) && i < 0 ? spt_builder_null(&rows, 1, &err)
				 : spt_builder_float(&rows, 1, f, &err)) == 0);
	for (size_t c = 2; c < 5; c++)
		CHECK(spt_builder_null(&rows, c, &err) == 0);
	spt_builder_end_row(&rows);
}

static void
check_results(const char *texts, const char *want)
{
	struct spt_batch b;
	uint8_t *state;

	bind(&aggs, texts);
	spt_builder_batch(&rows, &b);
	for (int k = 0; k < 5; k++) {
		state = state_of_pieces(&aggs, &b);
		CHECK_STR(show(&aggs, state), want);
		state_free(&aggs, state);
	}
	spt_aggs_fini(&aggs);
	spt_builder_reset(&rows);
}

static void
ranks(void)
{
	struct spt_err e = { 0 };

	check_results("p50:i", "null");
	put(-1, NAN);
	check_results("p50:f p0:f", "null null");
	put(7, -0.0);
	check_results("p50:i p0:f p100:f", "7 0 0");
	for (int k = 0; k < 101; k++)
		put(k - 50, k);
	/* Number floor(0.29 * 100) and so on, exactly; told within 1 %. */
	check_results("p0:i p50:i p100:i p49.9999:i", "-50 0 50 "
						      "-0.9900000000000001");
	put(1, INFINITY);
	put(2, -INFINITY);
	put(3, NAN);
	put(4, 5);
	check_results(
	    "p0:f p33.3334:f p66.7:f p99.9:f p100:f", "-inf 5 inf inf nan");
	/* One sketch serves them all. */
	bind(&aggs, "p50:f p99:f p99.9:f p50:i");
	CHECK_INT(aggs.stride, 2 * sizeof(struct spt_ddsketch));
	spt_aggs_fini(&aggs);

	CHECK(parse_words(&aggs, "p50:i", &err) == 0);
	CHECK(spt_aggs_set_accuracy(&aggs, "0.2", &err) == 0);
	CHECK(aggs.accuracy == 0.2);
	CHECK(spt_aggs_set_accuracy(&aggs, "0.3", &e) < 0 &&
	      e.kind == SPT_EUSAGE);
	spt_err_clear(&e);
	CHECK(spt_aggs_set_accuracy(&aggs, "nan", &e) < 0);
	spt_err_clear(&e);
	CHECK(spt_aggs_set_accuracy(&aggs, "1%", &e) < 0);
	CHECK(spt_aggs_bind(&aggs, &columns, &err) == 0);
	CHECK_INT(aggs.v[0].scale.buckets, 2048);
	spt_aggs_fini(&aggs);
}

int
main(void)
{
	srandom(11);
	io = spt_io_system();
	columns_init();
	CHECK(spt_builder_init(&rows, io, &columns, &err) == 0);
	distributions();
	bounds();
	edges();
	ranks();
	spt_builder_fini(&rows);
	spt_schema_fini(&columns);
	return DONE;
}
