/*
 * ownformat - a model that spate learned, as one of the formats of sscore.
 */
#include <string.h>

#include "score/modelfile.h"
#include "score/own.h"

#define SIZE_MAX_OWN (512u << 20)

static const char head_text[] = "{\"format\":\"spate model\",";

static bool
looks(const struct spt_io *io, const char *path, const char *head, size_t n)
{
	(void)io;
	(void)path;
	return head != NULL && n >= sizeof head_text - 1 &&
	       memcmp(head, head_text, sizeof head_text - 1) == 0;
}

/* -c: other names for the model's columns, in its order. */
static int
rename_columns(
    struct spt_own *o, const struct spt_model_conf *conf, struct spt_err *e)
{
	struct spt_list *l = &o->features.columns;

	if (conf->n_columns == 0)
		return 0;
	if (conf->n_columns != l->n)
		return spt_fail(e, SPT_EUSAGE,
		    "-c names %zu columns, and the model has %zu features",
		    conf->n_columns, l->n);
	for (size_t i = 0; i < l->n; i++) {
		char *name = spt_strdup(o->io, conf->columns[i], e);

		if (name == NULL)
			return -1;
		spt_free(o->io, l->v[i]);
		l->v[i] = name;
	}
	return 0;
}

static int
parse(struct spt_own *o, const struct spt_io *io, const char *path,
    const struct spt_buf *b, struct spt_err *e)
{
	if (spt_own_parse(o, io, (const char *)b->data, b->len, e) == 0)
		return 0;
	return e->kind == SPT_EDATA ? spt_err_where(e, "%s", path) : -1;
}

static int
load(void **self, const struct spt_io *io, const struct spt_model_conf *conf,
    struct spt_model_info *info, struct spt_err *e)
{
	struct spt_own *o = spt_alloc_zero(io, sizeof *o, e);
	struct spt_buf b;
	int rc = -1;

	if (o == NULL)
		return -1;
	spt_buf_init(&b, io);
	if (spt_modelfile_read(io, conf->path, SIZE_MAX_OWN, &b, e) == 0)
		rc = parse(o, io, conf->path, &b, e);
	spt_buf_fini(&b);
	if (rc == 0)
		rc = rename_columns(o, conf, e);
	if (rc < 0) {
		spt_own_fini(o);
		spt_free(io, o);
		return -1;
	}
	spt_own_info(o, info);
	*self = o;
	return 0;
}

static int
bind(void *self, const struct spt_schema *in, struct spt_err *e)
{
	struct spt_own *o = self;

	return spt_learnrows_bind(&o->features, in, false, e);
}

static int
predict(void *self, const struct spt_batch *b, struct spt_scores *out,
    struct spt_err *e)
{
	return spt_own_score(self, b, false, out, e);
}

static void
free_(void *self)
{
	struct spt_own *o = self;
	const struct spt_io *io;

	if (o == NULL)
		return;
	io = o->io;
	spt_own_fini(o);
	spt_free(io, o);
}

static const double *
memory(void *self, size_t *n)
{
	struct spt_own *o = self;

	return spt_learnrows_memory(&o->features, n);
}

static int
recall(void *self, const double *v, size_t n)
{
	struct spt_own *o = self;

	return spt_learnrows_recall(&o->features, v, n);
}

const struct spt_model_format spt_own_format = {
	.name = "spate",
	.looks = looks,
	.load = load,
	.bind = bind,
	.predict = predict,
	.free = free_,
	.memory = memory,
	.recall = recall,
};
