/*
 * scorer_model - which saved model scores, and when it gives way to another.
 *
 * Under a checkpoint a model is copied to files/ before it scores a row, and
 * the name of the copy is part of the state: an epoch that is run again is
 * scored by the same model, whatever became of the file.  A new model is looked
 * for at the barrier of an epoch with rows, is in the state that this barrier
 * saves, and scores from the next epoch on.
 */
#include <stdlib.h>
#include <string.h>

#include "score/modelfiles.h"
#include "score/scorer_run.h"

static int
load(struct spt_scorer *s, const char *path, struct spt_model *m,
    struct spt_err *e)
{
	struct spt_model_conf conf = { .path = path,
		.columns = (const char *const *)s->columns.v,
		.n_columns = s->columns.n };

	if (spt_model_open(m, s->io, &conf, e) < 0)
		return -1;
	if (m->format->bind(m->self, s->in, e) == 0)
		return 0;
	spt_model_close(m);
	return -1;
}

/* What tells that the file is another one. */
static void
look(const struct spt_scorer *s, struct stat *st)
{
	if (s->io->stat(s->io, s->conf.model, st) < 0)
		memset(st, 0, sizeof *st);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* m is the model from now on; name and kept (or NULL) say where its copy is. */
static void
take(struct spt_scorer *s, const struct spt_model *m, char *name, char *kept)
{
	spt_model_close(&s->model);
	spt_free(s->io, s->label);
	spt_free(s->io, s->kept);
	s->model = *m;
	s->info = m->info;
	s->id = s->model.id;
	s->label = name;
	s->kept = kept;
}

int
spt_scorer_use_model(struct spt_scorer *s, const char *name, struct spt_err *e)
{
	char *kept = NULL, *copy = NULL;
	struct spt_model m;
	int rc = 0;

	look(s, &s->seen);
	if (name != NULL) {
		copy = spt_strdup(s->io, name, e);
		rc = copy == NULL
			 ? -1
			 : spt_modelfiles_find(&s->ckpt, name, &kept, e);
		/* That the file is newer shows at the first barrier. */
		memset(&s->seen, 0, sizeof s->seen);
	} else if (s->under) {
		rc = spt_modelfiles_keep(
		    &s->ckpt, s->conf.model, &copy, &kept, e);
	}
	if (rc == 0)
		rc = load(s, kept != NULL ? kept : s->conf.model, &m, e);
	if (rc < 0) {
		spt_free(s->io, copy);
		spt_free(s->io, kept);
		return -1;
	}
	take(s, &m, copy, kept);
	return s->declared ? 0 : spt_scorer_declare(s, e);
}

int
spt_scorer_open_model(struct spt_scorer *s, struct spt_err *e)
{
	const struct spt_meta *m = &s->in->meta;
	const char *dir = spt_meta_get(m, SPT_KEY_CHECKPOINT);
	const char *restore = spt_meta_get(m, SPT_KEY_RESTORE);

	if (dir != NULL) {
		if (spt_ckpt_open(&s->ckpt, s->io, dir,
			spt_meta_get(m, SPT_KEY_QUERY), e) < 0)
			return -1;
		s->under = true;
		/* The state may name a model: load or begin come next. */
		if (restore != NULL && strcmp(restore, "-1") != 0)
			return 0;
	}
	return spt_scorer_use_model(s, NULL, e);
}

/* A stream has one schema: so a model that takes over says the same things. */
static int
check_alike(const struct spt_model_info *old, const struct spt_model_info *new,
    struct spt_err *e)
{
	if (old->task == new->task && old->classes == new->classes &&
	    (old->labels == NULL) == (new->labels == NULL))
		return 0;
	return spt_fail(e, SPT_EDATA,
	    "the new model (%s) gives other columns than the old one (%s)",
	    new->kind, old->kind);
}

/* What lags look back to goes from the old model to the new one. */
static void
hand_over(struct spt_model *from, struct spt_model *to)
{
	const double *v;
	size_t n;

	if (from->format->memory == NULL || to->format->recall == NULL)
		return;
	v = from->format->memory(from->self, &n);
	if (n != 0)
		(void)to->format->recall(to->self, v, n);
}

static int
try_reload(struct spt_scorer *s, struct spt_err *e)
{
	char *kept = NULL, *name = NULL;
	struct spt_model m = { 0 };
	int rc = 0;

	if (s->under)
		rc = spt_modelfiles_keep(
		    &s->ckpt, s->conf.model, &name, &kept, e);
	if (rc == 0)
		rc = load(s, kept != NULL ? kept : s->conf.model, &m, e);
	if (rc == 0 && check_alike(&s->info, &m.info, e) < 0) {
		spt_model_close(&m);
		rc = -1;
	}
	if (rc < 0) {
		spt_free(s->io, name);
		spt_free(s->io, kept);
		return -1;
	}
	hand_over(&s->model, &m);
	take(s, &m, name, kept);
	return 0;
}

int
spt_scorer_reload(struct spt_scorer *s, struct spt_err *e)
{
	struct spt_err why = { 0 };
	const char *line;
	struct stat now;

	look(s, &now);
	if (same_file(&now, &s->seen))
		return 0;
	s->seen = now;
	if (try_reload(s, &why) == 0)
		return 0;
	/* A model that cannot be used does not stop a stream that has one. */
	s->text.len = 0;
	if (spt_buf_printf(&s->text, e,
		"%s (the model that was there before goes on)", why.msg) < 0)
		return -1;
	line = spt_buf_str(&s->text, e);
	if (line == NULL)
		return -1;
	spt_emit_say(s->out, line);
	return 0;
}
