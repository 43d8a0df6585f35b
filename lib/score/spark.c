/*
 * The model is a pipe of stages over one frame.  Every stage that can run is
 * run, in order, as Spark would: one whose result nobody needs may still
 * refuse or drop a row.  The exception is Spark's too: a StringIndexer whose
 * column is not there (that of the label, most often) does nothing.
 */
#include <stdio.h>

#include "score/spark.h"
#include "score/sparkpipe.h"

struct spark {
	const struct spt_io *io;
	struct spt_arena arena;
	struct spt_frame frame;
	struct spt_spark_pipe pipe;
	struct spt_spark_stage *scorer; /* the last predictor */
	struct spt_spark_stage *words;  /* IndexToString of its result */
	const char **columns;           /* of -c */
	size_t n_columns;
};

static bool
looks(const struct spt_io *io, const char *path, const char *head, size_t n)
{
	char meta[4096];
	struct stat st;
	int len;

	(void)n;
	if (head != NULL)
		return false;
	len = snprintf(meta, sizeof meta, "%s/metadata", path);
	return len > 0 && (size_t)len < sizeof meta &&
	       io->stat(io, meta, &st) == 0 && S_ISDIR(st.st_mode);
}

static void
spark_free(void *self)
{
	struct spark *m = self;
	const struct spt_io *io;

	if (m == NULL)
		return;
	io = m->io;
	spt_spark_pipe_free(&m->pipe);
	spt_frame_fini(&m->frame);
	spt_arena_fini(&m->arena);
	spt_free(io, m);
}

/* ---- loading ----------------------------------------------------------- */

static int
find_scorer(struct spark *m, const char *path, struct spt_err *e)
{
	struct spt_spark_pipe *p = &m->pipe;

	for (size_t i = 0; i < p->n; i++)
		if (p->stages[i].predictor)
			m->scorer = &p->stages[i];
	if (m->scorer == NULL)
		return spt_fail(e, SPT_EDATA,
		    "%s: no stage of it predicts (%zu stages, the last is "
		    "%s)",
		    path, p->n, p->stages[p->n - 1].kind->name);
	for (size_t i = 0; i < p->n; i++) {
		struct spt_spark_stage *s = &p->stages[i];

		if (s->kind == &spt_spark_index_to_string &&
		    s->in[0] == m->scorer->prediction)
			m->words = s;
	}
	return 0;
}

/* Marks the columns without which the scorer has nothing to score. */
static void
mark_needed(struct spark *m)
{
	struct spt_frame *f = &m->frame;

	for (size_t k = 0; k < m->scorer->n_in; k++)
		f->cols[m->scorer->in[k]].needed = true;
	for (size_t i = m->pipe.n; i-- > 0;) {
		const struct spt_spark_stage *s = &m->pipe.stages[i];

		for (size_t k = 0; k < s->n_out; k++) {
			if (!f->cols[s->out[k]].needed)
				continue;
			/* These go column by column, the others whole. */
			if (s->n_in == s->n_out && !s->predictor)
				f->cols[s->in[k]].needed = true;
			for (size_t j = 0;
			     j < s->n_in &&
			     (s->n_in != s->n_out || s->predictor);
			     j++)
				f->cols[s->in[j]].needed = true;
		}
	}
}

static int
copy_columns(
    struct spark *m, const struct spt_model_conf *conf, struct spt_err *e)
{
	m->columns = spt_arena_get(
	    &m->arena, (conf->n_columns + 1) * sizeof *m->columns, e);
	if (m->columns == NULL)
		return -1;
	for (size_t i = 0; i < conf->n_columns; i++) {
		const char *name = conf->columns[i];

		m->columns[i] =
		    spt_arena_copy(&m->arena, name, strlen(name) + 1, e);
		if (m->columns[i] == NULL)
			return -1;
	}
	m->n_columns = conf->n_columns;
	return 0;
}

static int
describe(struct spark *m, struct spt_model_info *info, struct spt_err *e)
{
	const struct spt_frame *f = &m->frame;
	const char **names =
	    spt_arena_get(&m->arena, (f->n + 1) * sizeof *names, e);

	if (names == NULL)
		return -1;
	memset(info, 0, sizeof *info);
	info->kind = m->pipe.kind;
	info->task = m->scorer->task;
	info->classes = m->scorer->classes;
	for (size_t i = 0; i < f->n; i++)
		if (f->cols[i].external && f->cols[i].needed)
			names[info->n_features++] = f->cols[i].name;
	info->features = names;
	if (m->words != NULL) {
		info->labels = m->words->labels->v;
		info->n_labels = m->words->labels->n;
	}
	return 0;
}

static int
spark_load(void **self, const struct spt_io *io,
    const struct spt_model_conf *conf, struct spt_model_info *info,
    struct spt_err *e)
{
	struct spark *m = spt_alloc_zero(io, sizeof *m, e);
	struct spt_jansson json;
	int rc;

	if (m == NULL)
		return -1;
	m->io = io;
	spt_arena_init(&m->arena, io);
	spt_frame_init(&m->frame, io, &m->arena);
	m->pipe.io = io;
	m->pipe.arena = &m->arena;
	m->pipe.frame = &m->frame;
	rc = spt__jansson_load(&json, e);
	if (rc == 0) {
		rc = spt_spark_pipe_load(&m->pipe, &json, conf->path, e);
		spt__jansson_unload(&json);
	}
	if (rc == 0)
		rc = find_scorer(m, conf->path, e);
	if (rc == 0)
		mark_needed(m);
	if (rc == 0)
		rc = copy_columns(m, conf, e);
	if (rc == 0)
		rc = describe(m, info, e);
	if (rc < 0) {
		spark_free(m);
		return -1;
	}
	*self = m;
	return 0;
}

/* ---- binding and scoring ----------------------------------------------- */

/* The columns that a stage reads are there, or it can do without. */
static int
check_inputs(const struct spt_spark_stage *s, const struct spt_frame *f,
    struct spt_err *e)
{
	for (size_t i = 0; i < s->n_in && !s->optional; i++)
		if (!f->cols[s->in[i]].there)
			return spt_fail(e, SPT_EUSAGE,
			    "no column \"%s\", which the model's %s takes",
			    f->cols[s->in[i]].name, s->kind->name);
	return 0;
}

/* A vector that is made row by row and read by a stage behind. */
static int
give_room(
    const struct spt_spark_stage *s, struct spt_frame *f, struct spt_err *e)
{
	for (size_t i = 0; i < s->n_out; i++) {
		struct spt_frame_col *c = &f->cols[s->out[i]];

		if (s->predictor && c->read && c->room == SPT_FRAME_NONE &&
		    spt_frame_room(f, c->width * sizeof(double), &c->room, e) <
			0)
			return -1;
	}
	return 0;
}

static int
spark_bind(void *self, const struct spt_schema *in, struct spt_err *e)
{
	struct spark *m = self;
	struct spt_model_conf conf = { .columns = m->columns,
		.n_columns = m->n_columns };

	if (spt_frame_bind(&m->frame, in, &conf, e) < 0)
		return -1;
	for (size_t i = 0; i < m->pipe.n; i++) {
		struct spt_spark_stage *s = &m->pipe.stages[i];

		if (check_inputs(s, &m->frame, e) < 0 ||
		    give_room(s, &m->frame, e) < 0 ||
		    (s->kind->bind != NULL &&
			s->kind->bind(s, &m->frame, e) < 0))
			return -1;
	}
	return 0;
}

static int
spark_predict(void *self, const struct spt_batch *b, struct spt_scores *out,
    struct spt_err *e)
{
	struct spark *m = self;

	if (spt_frame_load(&m->frame, b, e) < 0)
		return -1;
	for (size_t i = 0; i < m->pipe.n; i++) {
		struct spt_spark_stage *s = &m->pipe.stages[i];

		if (s->kind->run(s, &m->frame, e) < 0)
			return -1;
	}
	memset(out, 0, sizeof *out);
	out->prediction = m->frame.cols[m->scorer->prediction].x[0];
	out->probability = m->scorer->probability;
	out->raw = m->scorer->raw;
	out->label = m->words != NULL ? m->words->label : NULL;
	spt_frame_scores(&m->frame, out);
	return 0;
}

const struct spt_model_format spt_spark_format = {
	.name = "spark.ml",
	.looks = looks,
	.load = spark_load,
	.bind = spark_bind,
	.predict = spark_predict,
	.free = spark_free,
};
