/*
 * Models that Spark saved (tests/data/make_spark.py) score as Spark does:
 * numbers to 1e-12, classes and labels the same, and each row that Spark
 * refuses or drops is refused or dropped here.
 */
#include <math.h>
#include <stdlib.h>

#include "score/spark.h"
#include "spark_rows.h"
#include "unit.h"

static const char *const versions[] = { "3.5", "4.1" };

static const char *const models[] = { "linear", "linear_keep", "linear_skip",
	"logit", "logit_plain", "logit_thresholds", "multi", "buckets",
	"buckets_skip", "imputer_place", "indexers", "indexer_error",
	"tree_class", "tree_regress", "forest_class", "forest_thresholds",
	"forest_regress", "boost_class", "boost_regress", "cross", "split",
	"kmeans", "v_linear", "v_cosine", "v_gamma", "v_poisson", "v_probit",
	"v_cloglog", "v_tweedie", "v_gaussian", "v_bayes_multinomial",
	"v_bayes_complement", "v_bayes_bernoulli", "v_bayes_gaussian", "sparse",
	"chain" };

static struct spark_rows rows;

struct run {
	const char *name; /* "3.5/linear" */
	struct spark_rows want;
	void *self;
	struct spt_model_info info;
	struct spt_scores got;
	struct spt_schema schema;
	struct spt_builder b;
};

static bool
close_to(double got, double want)
{
	if (isnan(want) || isinf(want))
		return isnan(want) ? isnan(got) : got == want;
	/* What is computed as 1 - p has an absolute error. */
	return fabs(got - want) <= 1e-12 * fabs(want) + 3e-16;
}

static void
check_number(
    const struct run *t, size_t row, const char *what, double got, double want)
{
	unit_checked++;
	if (close_to(got, want))
		return;
	unit_failed++;
	printf("%s: row %zu: %s is %.17g, Spark says %.17g\n", t->name, row,
	    what, got, want);
}

static void
check_vector(const struct run *t, size_t row, const char *what,
    const double *got, const json_t *want)
{
	const struct spark_rows *w = &t->want;

	if (want == NULL) {
		CHECK(got == NULL);
		return;
	}
	CHECK(got != NULL && w->json.array_size(want) == t->info.classes);
	for (size_t c = 0; got != NULL && c < t->info.classes; c++)
		check_number(t, row, what, got[row * t->info.classes + c],
		    spark_number(w, w->json.array_get(want, c)));
}

static enum spt_score_fate
wanted_fate(const struct run *t, const json_t *o)
{
	const struct spt_jansson *j = &t->want.json;
	const char *s = j->string_value(j->object_get(o, "fate"));

	if (strcmp(s, "bad") == 0)
		return SPT_SCORE_BAD;
	if (strcmp(s, "skip") == 0)
		return SPT_SCORE_SKIP;
	o = j->object_get(o, "prediction");
	return o != NULL && json_is_null(o) ? SPT_SCORE_NULL : SPT_SCORED;
}

static void
check_row(const struct run *t, size_t row)
{
	const struct spt_jansson *j = &t->want.json;
	const json_t *o = t->want.v[row];
	const enum spt_score_fate want = wanted_fate(t, o);
	const enum spt_score_fate got =
	    t->got.fate == NULL ? SPT_SCORED : t->got.fate[row];
	const json_t *guess = j->object_get(o, "guess");

	unit_checked++;
	if (got != want) {
		unit_failed++;
		printf("%s: row %zu: fate %d, Spark's %d\n", t->name, row, got,
		    want);
		return;
	}
	if (want != SPT_SCORED)
		return;
	if (j->object_get(o, "prediction") != NULL)
		check_number(t, row, "prediction", t->got.prediction[row],
		    spark_number(&t->want, j->object_get(o, "prediction")));
	check_vector(t, row, "probability", t->got.probability,
	    j->object_get(o, "probability"));
	check_vector(t, row, "raw", t->got.raw, j->object_get(o, "raw"));
	/* The labels of IndexToString, or another name of the prediction. */
	if (t->got.label != NULL) {
		CHECK(json_is_string(guess));
		CHECK_STR(
		    t->info.labels[t->got.label[row]], j->string_value(guess));
	} else if (guess != NULL) {
		check_number(t, row, "guess", t->got.prediction[row],
		    spark_number(&t->want, guess));
	}
}

static void
check_bad(const struct run *t)
{
	for (size_t i = 0; i < t->got.n_bad; i++) {
		const struct spt_score_bad *b = &t->got.bad[i];

		CHECK(t->got.fate[b->row] == SPT_SCORE_BAD);
		CHECK(b->reason != NULL && b->reason[0] != '\0');
		CHECK(i == 0 || b->row > b[-1].row);
		if (b->column != NULL)
			CHECK(spt_schema_find(&t->schema, b->column) >= 0 ||
			      strcmp(b->column, "features") == 0);
	}
}

static void
run_model(const char *version, const char *model, bool apart)
{
	static const char *const features[] = { "f0", "f1", "f2", "f3", "a" };
	char name[100], file[120];
	struct run t = { .name = name };
	struct spt_model_conf conf = { .columns = features,
		.n_columns = apart ? 4 : 0 };
	struct spt_err e = { 0 };
	struct spt_batch batch;

	/* It has an offset, too. */
	if (apart && strcmp(model, "v_poisson") == 0)
		conf.n_columns = 5;
	snprintf(name, sizeof name, "%s/%s", version, model);
	snprintf(file, sizeof file, "%s.ndjson", name);
	spark_rows_read(&t.want, file);
	CHECK_INT(t.want.n, rows.n);
	conf.path = spark_path(name);
	CHECK(spt_spark_format.looks(spt_io_system(), conf.path, NULL, 0));
	spark_rows_batch(&rows, &t.want, apart, &t.schema, &t.b);
	spt_builder_batch(&t.b, &batch);
	if (spt_spark_format.load(
		&t.self, spt_io_system(), &conf, &t.info, &e) < 0 ||
	    spt_spark_format.bind(t.self, &t.schema, &e) < 0 ||
	    spt_spark_format.predict(t.self, &batch, &t.got, &e) < 0) {
		unit_failed++;
		printf("%s: %s\n", name, e.msg);
	} else {
		CHECK(strstr(t.info.kind, version) != NULL);
		for (size_t i = 0; i < rows.n; i++)
			check_row(&t, i);
		check_bad(&t);
	}
	spt_spark_format.free(t.self);
	spt_builder_fini(&t.b);
	spt_schema_fini(&t.schema);
	spark_rows_free(&t.want);
}

int
main(int argc, char *argv[])
{
	spark_rows_read(&rows, "rows.ndjson");
	for (size_t v = 0; v < sizeof versions / sizeof *versions; v++)
		for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
			if (argc > 1 && strcmp(argv[1], models[i]) != 0)
				continue;
			run_model(versions[v], models[i], false);
			if (strncmp(models[i], "v_", 2) == 0)
				run_model(versions[v], models[i], true);
		}
	spark_rows_free(&rows);
	return DONE;
}
