/* The stage of sscore without a pipe: what goes out, what is figured, what its
 * state brings back, and that a k-th allocation that fails is an error. */
#include <math.h>

#include "score/scorer.h"
#include "stage_harness.h"
#include "unit.h"

static struct spt_scorer_conf
conf_of(const char *kind, const char *columns, const char *label)
{
	struct spt_scorer_conf c = {
		.columns = columns, .label = label, .max_memory = 1 << 20
	};

	spt_learn_conf_default(&c.learn);
	c.learn.kind = kind;
	return c;
}

static int
add(struct harness *h, const struct spt_scorer_conf *c)
{
	struct spt_scorer *s;

	if (spt_scorer_new(&s, h->io, c, &h->e) < 0)
		return -1;
	return harness_add(h, &spt_scorer_stage, s);
}

/* An epoch from its begin, which the harness leaves out. */
static const char *
epoch(struct harness *h, const char *rows)
{
	struct link *l = &h->links[0];

	l->out.epoch = h->epoch;
	CHECK(l->stage->begin(l->self, &l->out, &h->e) == 0);
	return harness_epoch(h, rows);
}

static double
measure(const struct harness *h, const char *name)
{
	const struct spt_emit *o = &h->links[h->n - 1].out;

	for (int i = 0; i < o->n_measures; i++)
		if (strcmp(o->measures[i].name, name) == 0)
			return o->measures[i].value;
	return NAN;
}

/* Rows are scored by the model of the epoch before. */
static void
tests_then_trains(int64_t batch_rows)
{
	struct spt_scorer_conf c = conf_of("linear", "x", "y");
	struct harness h;

	CHECK(harness_init(&h, "y int, x float") == 0);
	CHECK(add(&h, &c) == 0);
	h.batch_rows = batch_rows;
	CHECK_STR(epoch(&h, "1,1 2,2"), "1,1.0,0.0 2,2.0,0.0");
	CHECK(fabs(measure(&h, "rmse") - sqrt(2.5)) < 1e-15);
	CHECK(fabs(measure(&h, "mae") - 1.5) < 1e-15);
	CHECK_INT(harness_figure(&h, 0, "labelled"), 2);
	CHECK_STR(epoch(&h, "null,1 1,1 2,2"),
	    "null,1.0,0.9646601487625025 1,1.0,0.9646601487625025 "
	    "2,2.0,1.929320297525005");
	CHECK_STR(epoch(&h, ""), "");
	CHECK_STR(epoch(&h, "null,1"), "null,1.0,0.9901412103854201");
	CHECK_INT(harness_figure(&h, 0, "labelled"), 0);
	harness_fini(&h);
}

static void
trains_first(void)
{
	struct spt_scorer_conf c = conf_of("linear", NULL, "y");
	struct harness h;

	c.train_first = true;
	c.lags = "1";
	c.bad = SPT_BAD_SKIP;
	CHECK(harness_init(&h, "y float, s string") == 0);
	CHECK(add(&h, &c) == 0);
	/* The first row has nothing to look back to; an infinite label is a
	 * bad row; a row without a label looks back all the same. */
	CHECK_STR(epoch(&h, "1,a inf,b 1,c null,d"),
	    "1.0,a,null 1.0,c,0.7270738208940432 null,d,0.7270738208940432");
	CHECK_INT(harness_figure(&h, 0, "bad"), 1);
	/* Across epochs too; and one row learns towards its own label. */
	CHECK(strncmp(epoch(&h, "1,e"), "1.0,e,0.9", 9) == 0);
	harness_fini(&h);
}

/* A state that is loaded goes on as the stage that saved it, also over epochs
 * without rows, which save nothing. */
static void
resumes(const char *kind, bool per_row, const char *lags)
{
	struct spt_scorer_conf c = conf_of(kind, "x", "y");
	struct harness h, again;
	struct kept kept = { 0 };
	char rows[4000], want[16000];
	size_t n = 0;

	c.learn.per_row = per_row;
	c.learn.decay = 0.5;
	c.lags = lags;
	if (strcmp(kind, "kmeans") == 0)
		c.label = NULL;
	for (int i = 0; i < 60; i++)
		n += (size_t)snprintf(rows + n, sizeof rows - n, "%d,%d ",
		    i % 3 == 0, i * 7919 % 101);
	CHECK(harness_init(&h, "y bool, x float") == 0);
	CHECK(harness_init(&again, "y bool, x float") == 0);
	for (char *p = rows; *p != '\0'; p++)
		if (p[1] == ',' && (p == rows || p[-1] == ' '))
			*p = *p == '1' ? 't' : 'f';
	CHECK(add(&h, &c) == 0 && add(&again, &c) == 0);
	epoch(&h, rows);
	CHECK(harness_save(&h, 0, &kept, false) == 0);
	CHECK(harness_load(&again, 0, &kept) == 0);
	epoch(&h, "");
	epoch(&h, "");
	again.epoch = h.epoch;
	for (int i = 0; i < 2; i++) {
		snprintf(want, sizeof want, "%s", epoch(&h, rows));
		CHECK(strcmp(epoch(&again, rows), want) == 0);
		CHECK(strstr(want, "failed") == NULL);
	}
	kept_fini(&kept);
	harness_fini(&h);
	harness_fini(&again);
}

/* State of something else, or damaged. */
static void
refuses(void)
{
	struct spt_scorer_conf c = conf_of("linear", "x", "y");
	struct harness h, other;
	struct kept kept = { 0 };

	CHECK(harness_init(&h, "y float, x float") == 0);
	CHECK(add(&h, &c) == 0);
	epoch(&h, "1,1");
	CHECK(harness_save(&h, 0, &kept, false) == 0);
	harness_fini(&h);
	c.intercept = true;
	CHECK(harness_init(&other, "y float, x float") == 0);
	CHECK(add(&other, &c) == 0);
	CHECK(harness_load(&other, 0, &kept) < 0);
	CHECK(other.e.kind == SPT_ECHECKPOINT);
	harness_fini(&other);

	c.intercept = false;
	for (size_t i = 0; i < kept.n; i++) {
		size_t was = kept.v[i].n_val;

		kept.v[i].n_val = was - 1;
		CHECK(harness_init(&other, "y float, x float") == 0);
		CHECK(add(&other, &c) == 0);
		CHECK(harness_load(&other, 0, &kept) < 0);
		CHECK(other.e.kind == SPT_ECHECKPOINT);
		harness_fini(&other);
		kept.v[i].n_val = was;
	}
	kept_fini(&kept);
}

/* Bad rows as rows of the side output. */
static void
keeps_bad(void)
{
	struct spt_scorer_conf c = conf_of("kmeans", "x,b", NULL);
	struct harness h;

	c.bad = SPT_BAD_KEEP;
	CHECK(harness_init(&h, "x float, b bool, t timestamp") == 0);
	h.keep_side = true;
	CHECK(add(&h, &c) == 0);
	CHECK_STR(epoch(&h, "1,true,5 null,null,5 nan,true,5 2,true,5"),
	    "1.0,true,5,null 2.0,true,5,null");
	CHECK_STR(harness_side(&h, 0), "0,2,x,null,{\"x\":null,\"b\":null,"
				       "\"t\":\"1970-01-01T00:00:05Z\"} "
				       "0,3,x,NaN,{\"x\":null,\"b\":true,"
				       "\"t\":\"1970-01-01T00:00:05Z\"}");
	CHECK_INT(harness_figure(&h, 0, "bad"), 2);
	harness_fini(&h);
}

/* ---- allocations that fail ----------------------------------------------- */

static int left; /* allocations that still succeed; -1: all */

static void *
some_realloc(const struct spt_io *io, void *p, size_t n)
{
	(void)io;
	if (left == 0)
		return NULL;
	left -= left > 0;
	return realloc(p, n);
}

static void
survives(const char *kind, const char *label)
{
	struct spt_scorer_conf c = conf_of(kind, "x", label);
	struct spt_io io = *spt_io_system();
	struct spt_scorer *s;
	int k = 0, rc = -1;

	io.realloc = some_realloc;
	c.learn.per_row = true;
	c.lags = label != NULL ? "1,3" : NULL;
	while (rc < 0 && k < 1000) {
		struct harness h;

		CHECK(harness_init(&h, "y int, x float") == 0);
		left = k++;
		rc = spt_scorer_new(&s, &io, &c, &h.e);
		if (rc == 0)
			rc = harness_add(&h, &spt_scorer_stage, s);
		if (rc == 0)
			rc = harness_rows(&h, "1,1 0,2 1,3 0,4 1,5");
		if (rc == 0)
			rc = harness_barrier(&h, true);
		CHECK(rc == 0 || h.e.kind == SPT_ESYSTEM);
		left = -1;
		harness_fini(&h);
	}
	CHECK(rc == 0 && k > 10);
}

int
main(void)
{
	left = -1;
	tests_then_trains(0);
	tests_then_trains(1);
	trains_first();
	resumes("linear", true, "1,5");
	resumes("logistic", false, NULL);
	resumes("logistic", true, "2");
	resumes("kmeans", false, NULL);
	resumes("kmeans", true, NULL);
	refuses();
	keeps_bad();
	survives("linear", "y");
	survives("logistic", "y");
	survives("kmeans", NULL);
	survives("anomaly", NULL);
	return DONE;
}
