/* What the learners learn: the golden cases of MLlib's streaming algorithms,
 * least squares, and what is usual for the detector. */
#include <math.h>
#include <stdlib.h>

#include "base/io.h"
#include "score/learner.h"
#include "score/sparkrandom.h"
#include "unit.h"

#define NEAR(got, want)                                                \
	do {                                                           \
		double near_g = (got), near_w = (want);                \
		unit_checked++;                                        \
		if (!(fabs(near_g - near_w) <=                         \
			1e-12 * fmax(1, fabs(near_w)))) {              \
			unit_failed++;                                 \
			printf("%s:%d: %s is %.17g, expected %.17g\n", \
			    __FILE__, __LINE__, #got, near_g, near_w); \
		}                                                      \
	} while (0)

static struct spt_err e;

static struct spt_learn_conf
conf_of(const char *kind)
{
	struct spt_learn_conf c;

	spt_learn_conf_default(&c);
	c.kind = kind;
	return c;
}

static void
make(struct spt_learner *l, const struct spt_learn_conf *c, size_t d)
{
	spt_err_clear(&e);
	CHECK(spt_learner_init(l, spt_io_system(), c, d, &e) == 0);
}

static void
train(struct spt_learner *l, const double *x, const double *y, size_t rows)
{
	CHECK(l->kind->train(l, x, y, rows, &e) == 0);
	CHECK(l->kind->valid(l));
}

/* Two centers, their weights. */
static void
holds(const struct spt_learner *l, double a, double b, double wa, double wb)
{
	NEAR(l->parts[0].v[0], a);
	NEAR(l->parts[0].v[1], b);
	NEAR(l->parts[1].v[0], wa);
	NEAR(l->parts[1].v[1], wb);
}

static void
golden_kmeans(void)
{
	static const double centers[] = { 0, 10 }, close[] = { 0, 2 };
	static const double one_two[] = { 1, 2 }, nine[] = { 9 }, one[] = { 1 };
	struct spt_learn_conf c = conf_of("kmeans");
	struct spt_learner l;

	c.init = SPT_INIT_GIVEN;
	c.initial = centers;
	c.n_initial = 2;
	c.weight = 1;
	c.decay = 0.5;
	make(&l, &c, 1);
	train(&l, one_two, NULL, 2);
	holds(&l, 1.2, 10, 2.5, 0.5);
	train(&l, nine, NULL, 1);
	holds(&l, 1.2, 9.2, 1.25, 1.25);
	train(&l, NULL, NULL, 0);
	holds(&l, 1.2, 9.2, 0.625, 0.625);
	spt_learner_fini(&l);

	c.points = true;
	make(&l, &c, 1);
	train(&l, one_two, NULL, 2);
	holds(&l, 4.0 / 3, 10, 2.25, 0.25);
	train(&l, nine, NULL, 1);
	holds(&l, 4.0 / 3, 82.0 / 9, 1.125, 1.125);
	train(&l, NULL, NULL, 0);
	holds(&l, 4.0 / 3, 82.0 / 9, 1.125, 1.125);
	spt_learner_fini(&l);

	/* A tie goes to the first, the other one is dying. */
	c.points = false;
	c.decay = 1;
	c.weight = 0;
	c.initial = close;
	make(&l, &c, 1);
	train(&l, one, NULL, 1);
	CHECK(l.parts[0].v[0] == 1.00000000000001);
	CHECK(l.parts[0].v[1] == 0.99999999999999);
	NEAR(l.parts[1].v[0], 0.5);
	NEAR(l.parts[1].v[1], 0.5);
	spt_learner_fini(&l);
}

/* Without --init: the first points that differ. */
static void
first_points(void)
{
	static const double x[] = { 1, 1, 1, 1, 5, 5, 1, 2, 9, 9 };
	struct spt_learn_conf c = conf_of("kmeans");
	struct spt_learner l;
	double cluster, distance;

	make(&l, &c, 2);
	l.kind->predict(&l, x, 1, &cluster, &distance);
	CHECK(isnan(cluster));
	train(&l, x, NULL, 2);
	CHECK_INT((int)l.parts[1].n, 1);
	l.kind->predict(&l, x + 4, 1, &cluster, &distance);
	CHECK(cluster == 0);
	NEAR(distance, 32);
	train(&l, x + 4, NULL, 3);
	CHECK_INT((int)l.parts[1].n, 2);
	NEAR(l.parts[0].v[2], 7);
	l.kind->predict(&l, x + 8, 1, &cluster, &distance);
	CHECK(cluster == 1);
	spt_learner_fini(&l);
}

static double
after(const char *kind, int64_t iterations, double reg, const double *x,
    const double *y)
{
	struct spt_learn_conf c = conf_of(kind);
	struct spt_learner l;
	double w;

	c.iterations = iterations;
	c.reg = reg;
	make(&l, &c, 1);
	train(&l, x, y, 2);
	w = l.parts[0].v[0];
	spt_learner_fini(&l);
	return w;
}

static void
golden_sgd(void)
{
	static const double x[] = { 1, 2 }, y[] = { 1, 2 };
	static const double lx[] = { 1, -1 }, ly[] = { 1, 0 };
	struct spt_learn_conf c = conf_of("linear");
	struct spt_learner l;
	double was;

	NEAR(after("linear", 1, 0, x, y), 0.25);
	NEAR(after("linear", 2, 0, x, y), 0.3825825214724776);
	NEAR(after("linear", 50, 0, x, y), 0.9646601487625025);
	NEAR(after("linear", 50, 9, x, y), 0.9646601487625025);
	NEAR(after("logistic", 1, 0, lx, ly), 0.05);
	NEAR(after("logistic", 2, 0, lx, ly), 0.08447163967921117);
	NEAR(after("logistic", 50, 0, lx, ly), 0.5491121616609942);
	NEAR(after("logistic", 2, 0.5, lx, ly), 0.0827038727262448);

	make(&l, &c, 1);
	train(&l, x, y, 2);
	train(&l, x, y, 2);
	NEAR(l.parts[0].v[0], 0.9901412103854201);
	/* An empty epoch changes nothing. */
	was = l.parts[0].v[0];
	train(&l, NULL, NULL, 0);
	CHECK(l.parts[0].v[0] == was);
	spt_learner_fini(&l);

	/* It stops at iteration 9: one less is another result, one more not. */
	for (int64_t n = 8; n <= 10; n++) {
		c.iterations = n;
		make(&l, &c, 1);
		l.parts[0].v[0] = 0.9646601487625025;
		train(&l, x, y, 2);
		CHECK((fabs(l.parts[0].v[0] - 0.9901412103854201) < 1e-12) ==
		      (n >= 9));
		spt_learner_fini(&l);
	}
}

/* sigma(0) is 0.5: not above it, so class 0. */
static void
strict(void)
{
	static const double x[] = { 0, 1e-300 };
	struct spt_learn_conf c = conf_of("logistic");
	struct spt_learner l;
	double class[2], margin[2];

	make(&l, &c, 1);
	l.parts[0].v[0] = 1;
	l.kind->predict(&l, x, 2, class, margin);
	CHECK(class[0] == 0);
	l.parts[0].v[0] = 1e300;
	l.kind->predict(&l, x, 2, class, margin);
	CHECK(class[1] == 1);
	NEAR(margin[1], 1);
	spt_learner_fini(&l);
}

static void
diverges(void)
{
	static const double x[] = { 1e6, 2e6 }, y[] = { 1, 2 };
	struct spt_learn_conf c = conf_of("linear");
	struct spt_learner l;

	make(&l, &c, 1);
	CHECK(l.kind->train(&l, x, y, 2, &e) < 0);
	CHECK(e.kind == SPT_EDATA && strstr(e.msg, "--step-size") != NULL);
	spt_learner_fini(&l);
}

/* Row by row: after all rows the weights are those of ridge regression, which
 * the normal equations give for two features. */
static void
least_squares(double decay)
{
	struct spt_learn_conf c = conf_of("linear");
	double a = 0.25, b = 0, d = 0.25, p = 0, q = 0, det;
	struct spt_spark_random r;
	struct spt_learner l;

	c.per_row = true;
	c.reg = 0.25;
	c.decay = decay;
	make(&l, &c, 2);
	spt_spark_random_seed(&r, 7);
	for (int i = 0; i < 500; i++) {
		double x[2] = { 1, spt_spark_random_gaussian(&r) * 30 + 100 };
		double y = 3 - 2 * x[1] + spt_spark_random_gaussian(&r);

		train(&l, x, &y, 1);
		a = decay * a + x[0] * x[0];
		b = decay * b + x[0] * x[1];
		d = decay * d + x[1] * x[1];
		p = decay * p + x[0] * y;
		q = decay * q + x[1] * y;
	}
	det = a * d - b * b;
	CHECK(fabs(l.parts[0].v[0] - (d * p - b * q) / det) < 1e-7);
	CHECK(fabs(l.parts[0].v[1] - (a * q - b * p) / det) < 1e-9);
	spt_learner_fini(&l);
}

static void
logistic_rows(void)
{
	struct spt_learn_conf c = conf_of("logistic");
	struct spt_spark_random r;
	struct spt_learner l;
	int right = 0;

	c.per_row = true;
	make(&l, &c, 2);
	spt_spark_random_seed(&r, 1);
	for (int i = 0; i < 20000; i++) {
		double x[2] = { spt_spark_random_gaussian(&r) * 1000, 1 };
		double p = 1 / (1 + exp(-(0.002 * x[0] - 1))), class, margin;
		double y = spt_spark_random_double(&r) < p;

		l.kind->predict(&l, x, 1, &class, &margin);
		right += class == y;
		train(&l, x, &y, 1);
	}
	CHECK(fabs(l.parts[0].v[0] - 0.002) < 2e-4);
	CHECK(fabs(l.parts[0].v[1] + 1) < 0.1);
	CHECK(right > 15000);
	spt_learner_fini(&l);
}

/* While nothing changes about 1 of 200 is flagged; what is far off is. */
static void
detector(void)
{
	struct spt_learn_conf c = conf_of("anomaly");
	struct spt_learner l;
	struct spt_spark_random r;
	int flagged = 0, found = 0, silent = 0;

	make(&l, &c, 2);
	spt_spark_random_seed(&r, 3);
	for (int i = 0; i < 20000; i++) {
		double x[2] = { spt_spark_random_gaussian(&r),
			1e6 + spt_spark_random_gaussian(&r) * 100 };
		bool odd = i > 5000 && i % 1000 == 0;
		double score, p;

		if (odd)
			x[1] += 1000;
		l.kind->predict(&l, x, 1, &score, &p);
		train(&l, x, NULL, 1);
		silent += isnan(score);
		CHECK(isnan(score) || (score >= 0 && score < 1));
		if (odd)
			found += score >= c.threshold;
		else
			flagged += score >= c.threshold;
	}
	CHECK_INT(silent, 50);
	CHECK_INT(found, 14);
	CHECK(flagged > 50 && flagged < 150);
	spt_learner_fini(&l);
}

/* A learner with the parts of another one goes on as that does. */
static void
resumes(const char *kind, bool per_row)
{
	struct spt_learn_conf c = conf_of(kind);
	struct spt_learner l, copy;
	struct spt_spark_random r;

	c.per_row = per_row;
	c.decay = 0.99;
	make(&l, &c, 3);
	make(&copy, &c, 3);
	spt_spark_random_seed(&r, 11);
	for (int i = 0; i < 6000; i++) {
		double x[3], y = i % 3 == 0;

		for (int j = 0; j < 3; j++)
			x[j] = spt_spark_random_gaussian(&r);
		if (i % 977 == 0) {
			spt_learner_fini(&copy);
			make(&copy, &c, 3);
			for (size_t k = 0; k < l.n_parts; k++)
				CHECK(spt_learner_set(&copy, l.parts[k].name,
					  l.parts[k].v, l.parts[k].n) == 1);
			CHECK(copy.kind->valid(&copy));
		}
		if (i % 977 > 100)
			continue;
		train(&l, x, &y, 1);
		train(&copy, x, &y, 1);
		for (size_t k = 0; k < l.n_parts; k++)
			CHECK(l.parts[k].n == copy.parts[k].n &&
			      memcmp(l.parts[k].v, copy.parts[k].v,
				  l.parts[k].n * sizeof(double)) == 0);
	}
	CHECK(spt_learner_set(&copy, "nothing", NULL, 0) == 0);
	CHECK(spt_learner_set(&copy, l.parts[0].name, l.parts[0].v, 1) == 0);
	spt_learner_fini(&l);
	spt_learner_fini(&copy);
}

/* The sample has about its size, and is the same for the same seed. */
static void
samples(double fraction)
{
	struct spt_spark_sample a, b;
	int n = 0;

	spt_spark_sample_start(&a, fraction, 43);
	spt_spark_sample_start(&b, fraction, 43);
	for (int i = 0; i < 100000; i++) {
		bool in = spt_spark_sample_next(&a);

		CHECK(in == spt_spark_sample_next(&b));
		n += in;
	}
	CHECK(fabs(n - fraction * 100000) < 800);
}

/* What Spark 3.5 takes of 60 elements in one partition with seed 43, and its
 * XORShiftRandom of seed 1. */
static void
samples_of_spark(void)
{
	static const int most[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13,
		14, 15, 16, 18, 20, 21, 22, 24, 25, 26, 27, 29, 30, 32, 33, 35,
		36, 37, 38, 40, 42, 45, 48, 49, 50, 52, 53, 54, 55, 56, 58,
		59 };
	static const int few[] = { 3, 8, 11, 16, 25, 31, 34, 36, 44, 47, 48 };
	struct spt_spark_sample a, b;
	struct spt_spark_random r;
	size_t n = 0, k = 0;

	spt_spark_sample_start(&a, 0.7, 43);
	spt_spark_sample_start(&b, 0.2, 43);
	for (int i = 0; i < 60; i++) {
		if (spt_spark_sample_next(&a))
			CHECK(n < 45 && most[n++] == i);
		if (spt_spark_sample_next(&b))
			CHECK(k < 11 && few[k++] == i);
	}
	CHECK(n == 45 && k == 11);
	spt_spark_random_seed(&r, 1);
	CHECK(spt_spark_random_double(&r) == 0.6363787615254752);
	CHECK(spt_spark_random_double(&r) == 0.5993846534021868);
	spt_spark_random_seed(&r, 1);
	CHECK(spt_spark_random_gaussian(&r) == 1.6845611254444919);
	NEAR(spt_spark_random_gaussian(&r), 1.2276070094376463);
}

/* 40 made-up rows of two features through MLlib of Spark 3.5 (20 iterations,
 * step 0.5; the logistic one with regularisation 0.1), one partition. */
static void
spark_sgd(const char *kind, double fraction, double w0, double w1)
{
	struct spt_learn_conf c = conf_of(kind);
	bool logistic = strcmp(kind, "logistic") == 0;
	double x[80], y[40];
	struct spt_learner l;

	for (int i = 0; i < 40; i++) {
		double a = i * 7919 % 101 / 101.0, b = i * 104729 % 97 / 97.0;

		x[2 * i] = a;
		x[2 * i + 1] = b;
		y[i] = logistic ? a - b + i % 3 / 10.0 > 0.1
				: 2 * a - b + i % 5 / 10.0;
	}
	c.iterations = 20;
	c.step = 0.5;
	c.fraction = fraction;
	c.reg = logistic ? 0.1 : 0;
	make(&l, &c, 2);
	train(&l, x, y, 40);
	NEAR(l.parts[0].v[0], w0);
	NEAR(l.parts[0].v[1], w1);
	spt_learner_fini(&l);
}

static void
refused(void)
{
	static const double one[] = { 1 };
	struct spt_learn_conf c = conf_of("linear");
	struct spt_learner l;

	c.step = 0;
	CHECK(spt_learner_init(&l, spt_io_system(), &c, 1, &e) < 0);
	CHECK(e.kind == SPT_EUSAGE && strstr(e.msg, "--step-size") != NULL);
	spt_err_clear(&e);
	c = conf_of("forest");
	CHECK(spt_learner_init(&l, spt_io_system(), &c, 1, &e) < 0);
	CHECK(strstr(e.msg, "linear") != NULL);
	spt_err_clear(&e);
	c = conf_of("kmeans");
	c.init = SPT_INIT_GIVEN;
	c.initial = one;
	c.n_initial = 1;
	CHECK(spt_learner_init(&l, spt_io_system(), &c, 1, &e) < 0);
	CHECK(strstr(e.msg, "--init has 1 numbers") != NULL);
	spt_err_clear(&e);
	c = conf_of("kmeans");
	CHECK(spt_learner_init(&l, spt_io_system(), &c, 0, &e) < 0);
	spt_err_clear(&e);
}

int
main(void)
{
	golden_kmeans();
	first_points();
	golden_sgd();
	strict();
	diverges();
	least_squares(1);
	least_squares(0.99);
	logistic_rows();
	detector();
	resumes("linear", false);
	resumes("linear", true);
	resumes("logistic", false);
	resumes("logistic", true);
	resumes("kmeans", false);
	resumes("kmeans", true);
	resumes("anomaly", true);
	samples(0.9);
	samples(0.2);
	samples_of_spark();
	spark_sgd("linear", 0.5, 0.9642244706516588, 0.3129046930454566);
	spark_sgd("linear", 0.3, 1.0371027884217514, 0.28369855569156116);
	spark_sgd("linear", 1, 1.0164893016040695, 0.27935772165652667);
	spark_sgd("logistic", 0.5, 0.2171460702963148, -0.2115704287128898);
	spark_sgd("logistic", 0.3, 0.2789210621912265, -0.18219548758304321);
	spark_sgd("logistic", 1, 0.2558808660677564, -0.19668205067467187);
	refused();
	return DONE;
}
