/*
 * A PipelineModel has its stages in stages/<number>_<uid>, the number with as
 * many digits as the count of stages; a stage may be a pipeline itself.  What
 * CrossValidator and TrainValidationSplit found best is in bestModel/.
 */
#include <stdio.h>

#include "score/sparkpipe.h"

#define NESTING 8
#define PREFIX "org.apache.spark.ml."

static const struct spt_spark_kind *const kinds[] = {
	&spt_spark_vector_assembler,
	&spt_spark_standard_scaler,
	&spt_spark_min_max_scaler,
	&spt_spark_string_indexer,
	&spt_spark_index_to_string,
	&spt_spark_one_hot_encoder,
	&spt_spark_bucketizer,
	&spt_spark_imputer,
	&spt_spark_linear_regression,
	&spt_spark_generalized_regression,
	&spt_spark_logistic_regression,
	&spt_spark_tree_classifier,
	&spt_spark_tree_regressor,
	&spt_spark_forest_classifier,
	&spt_spark_forest_regressor,
	&spt_spark_boosted_classifier,
	&spt_spark_boosted_regressor,
	&spt_spark_kmeans,
	&spt_spark_naive_bayes,
};

/* pyspark has names of its own for pipelines that hold pipelines. */
static const char *const pipelines[] = { PREFIX "PipelineModel",
	"pyspark.ml.pipeline.PipelineModel", NULL };
static const char *const tuned[] = { PREFIX "tuning.CrossValidatorModel",
	PREFIX "tuning.TrainValidationSplitModel",
	"pyspark.ml.tuning.CrossValidatorModel",
	"pyspark.ml.tuning.TrainValidationSplitModel", NULL };

static bool
is_one_of(const char *class, const char *const *names)
{
	while (*names != NULL && strcmp(class, *names) != 0)
		names++;
	return *names != NULL;
}

static int load_any(struct spt_spark_pipe *p, const struct spt_jansson *json,
    const char *dir, int depth, struct spt_err *e);

static int
load_stage(struct spt_spark_pipe *p, const struct spt_spark_meta *m,
    const char *dir, struct spt_err *e)
{
	struct spt_spark_loading l = { .io = p->io,
		.arena = p->arena,
		.frame = p->frame,
		.meta = m,
		.dir = dir,
		.before = p->stages,
		.n_before = p->n };
	struct spt_spark_stage s = { 0 };
	const char *class = m->class;
	int rc;

	if (strncmp(class, PREFIX, strlen(PREFIX)) == 0)
		class += strlen(PREFIX);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(class, kinds[i]->class) == 0)
			s.kind = kinds[i];
	if (s.kind == NULL)
		return spt_spark_fail(
		    m, e, "a stage of class %s is not supported", m->class);
	if (p->n == SPT_SPARK_STAGES)
		return spt_spark_fail(m, e, "too many stages");
	s.uid = spt_arena_copy(p->arena, m->uid, strlen(m->uid) + 1, e);
	if (s.uid == NULL || spt_grow(p->io, &p->stages, &p->cap, p->n + 1,
				 sizeof *p->stages, e) < 0)
		return -1;
	l.before = p->stages;
	rc = s.kind->load(&s, &l, e);
	p->stages[p->n++] = s;
	return rc;
}

/* A uid is part of a path. */
static int
check_uid(const struct spt_spark_meta *m, const char *uid, struct spt_err *e)
{
	if (uid[0] != '\0' && strchr(uid, '/') == NULL)
		return 0;
	return spt_spark_fail(m, e, "a stage's uid is \"%s\"", uid);
}

static int
load_stages(struct spt_spark_pipe *p, const struct spt_spark_meta *m,
    const char *dir, int depth, struct spt_err *e)
{
	const char *folder = spt_spark_path(p->arena, dir, "stages", e);
	struct spt_spark_texts uids;
	char count[32];
	int digits;

	if (folder == NULL || spt_spark_texts(m, "stageUids", &uids, e) < 0)
		return -1;
	if (uids.n == 0)
		return spt_spark_fail(m, e, "a pipeline of no stages");
	digits = snprintf(count, sizeof count, "%zu", uids.n);
	for (size_t i = 0; i < uids.n; i++) {
		size_t n = sizeof count + strlen(uids.v[i]) + 2;
		char *name = spt_arena_get(p->arena, n, e);
		const char *path;

		if (name == NULL || check_uid(m, uids.v[i], e) < 0)
			return -1;
		snprintf(name, n, "%0*zu_%s", digits, i, uids.v[i]);
		path = spt_spark_path(p->arena, folder, name, e);
		if (path == NULL || load_any(p, m->json, path, depth, e) < 0)
			return -1;
	}
	return 0;
}

/* "spark.ml PipelineModel (3.5.1)" */
static int
name_kind(
    struct spt_spark_pipe *p, const struct spt_spark_meta *m, struct spt_err *e)
{
	const char *dot = strrchr(m->class, '.');
	const char *class = dot != NULL ? dot + 1 : m->class;
	size_t n = strlen(class) + strlen(m->version) + 16;
	char *kind = spt_arena_get(p->arena, n, e);

	if (kind == NULL)
		return -1;
	snprintf(kind, n, "spark.ml %s (%s)", class, m->version);
	p->kind = kind;
	return 0;
}

static int
load_known(struct spt_spark_pipe *p, const struct spt_spark_meta *m,
    const char *dir, int depth, struct spt_err *e)
{
	if (p->kind == NULL && name_kind(p, m, e) < 0)
		return -1;
	if (depth == 0)
		return spt_spark_fail(m, e, "pipelines within pipelines");
	if (is_one_of(m->class, pipelines))
		return load_stages(p, m, dir, depth - 1, e);
	if (is_one_of(m->class, tuned)) {
		const char *best =
		    spt_spark_path(p->arena, dir, "bestModel", e);

		if (best == NULL)
			return -1;
		return load_any(p, m->json, best, depth - 1, e);
	}
	return load_stage(p, m, dir, e);
}

static int
load_any(struct spt_spark_pipe *p, const struct spt_jansson *json,
    const char *dir, int depth, struct spt_err *e)
{
	struct spt_spark_meta m;
	int rc;

	if (spt_spark_meta_open(&m, p->io, json, p->arena, dir, e) < 0)
		return -1;
	rc = load_known(p, &m, dir, depth, e);
	spt_spark_meta_close(&m);
	return rc;
}

int
spt_spark_pipe_load(struct spt_spark_pipe *p, const struct spt_jansson *json,
    const char *dir, struct spt_err *e)
{
	return load_any(p, json, dir, NESTING, e);
}

void
spt_spark_pipe_free(struct spt_spark_pipe *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->stages[i].kind->free != NULL)
			p->stages[i].kind->free(&p->stages[i]);
	if (p->io != NULL)
		spt_free(p->io, p->stages);
	p->stages = NULL;
	p->n = 0;
}
