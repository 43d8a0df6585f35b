/*
 * summary - what spate status shows: the newest of each log, who holds the
 * locks, how much there is.  Read while a run works; nothing is verified
 * beyond what reading needs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ckpt/check.h"
#include "ckpt/logentry.h"
#include "ckpt/run.h"

struct listing {
	struct spt_summary *s;
	const char *folder;
	uint64_t *bytes; /* adds them up ... */
	bool stages;     /* ... or notes the names */
	struct spt_err *e;
};

static int
look(void *ctx, const char *name)
{
	struct listing *l = ctx;
	struct spt_summary *s = l->s;
	struct spt_summary_stage *g;
	struct spt_err ignored = { 0 };
	struct spt_buf path;
	struct stat st;
	const char *p;

	if (l->stages) {
		if (spt_id_check(name, &ignored) < 0)
			return 0;
		if (spt_grow(s->io, &s->v, &s->cap, s->n + 1, sizeof *s->v,
			l->e) < 0)
			return 1;
		g = &s->v[s->n];
		memset(g, 0, sizeof *g);
		g->id = spt_strdup(s->io, name, l->e);
		s->n += g->id != NULL;
		return g->id == NULL;
	}
	spt_buf_init(&path, s->io);
	p = spt_buf_printf(&path, l->e, "%s/%s", l->folder, name) == 0
		? spt_buf_str(&path, l->e)
		: NULL;
	/* A file may go at any moment. */
	if (p != NULL && s->io->lstat(s->io, p, &st) == 0 &&
	    S_ISREG(st.st_mode))
		*l->bytes += (uint64_t)st.st_size;
	spt_buf_fini(&path);
	return p == NULL;
}

static int
list(struct spt_summary *s, const char *name, bool stages, uint64_t *bytes,
    struct spt_err *e)
{
	struct listing l = { s, NULL, bytes, stages, e };
	struct spt_buf path;
	int rc = -1;

	spt_buf_init(&path, s->io);
	if (spt_ckpt_path(&s->ckpt, &path, name, e) == 0 &&
	    (l.folder = spt_buf_str(&path, e)) != NULL) {
		rc = s->io->list(s->io, l.folder, look, &l);
		if (rc < 0 && errno == ENOENT)
			rc = 0;
		else if (rc < 0)
			spt_fail_errno(e, errno, "%s: cannot list", l.folder);
	}
	spt_buf_fini(&path);
	return rc != 0 ? -1 : 0;
}

static int
find_holders(
    struct spt_summary *s, const char *name, char **text, struct spt_err *e)
{
	struct spt_buf path, who;
	const char *p, *w;
	int rc = -1;

	spt_buf_init(&path, s->io);
	spt_buf_init(&who, s->io);
	if (spt_ckpt_path(&s->ckpt, &path, name, e) == 0 &&
	    (p = spt_buf_str(&path, e)) != NULL &&
	    spt_lockfile_holders(s->io, p, &who, e) >= 0 &&
	    (w = spt_buf_str(&who, e)) != NULL) {
		*text = spt_strdup(s->io, w, e);
		rc = *text != NULL ? 0 : -1;
	}
	spt_buf_fini(&path);
	spt_buf_fini(&who);
	return rc;
}

static int
by_id(const void *a, const void *b)
{
	const struct spt_summary_stage *x = a, *y = b;

	return strcmp(x->id, y->id);
}

static int
look_at_stages(struct spt_summary *s, struct spt_err *e)
{
	char name[SPT_ID_MAX + 40];

	if (list(s, "stages", true, NULL, e) < 0)
		return -1;
	if (s->n != 0)
		qsort(s->v, s->n, sizeof *s->v, by_id);
	for (size_t i = 0; i < s->n; i++) {
		struct spt_summary_stage *g = &s->v[i];

		snprintf(name, sizeof name, "stages/%s", g->id);
		if (list(s, name, false, &g->bytes, e) < 0)
			return -1;
		snprintf(name, sizeof name, "stages/%s/lock", g->id);
		if (find_holders(s, name, &g->holders, e) < 0 ||
		    spt_heads_get(s->committed.heads, g->id, g->what, e) < 0)
			return -1;
	}
	return 0;
}

int
spt_summary_get(struct spt_summary *s, const struct spt_io *io,
    const char *path, struct spt_err *e)
{
	char text[SPT_RUN_SIZE];
	int rc = -1;

	memset(s, 0, sizeof *s);
	s->io = io;
	if (spt_ckpt_open(&s->ckpt, io, path, NULL, e) == 0 &&
	    spt_run_read(&s->ckpt, &s->run, text, e) >= 0 &&
	    spt_log_peek(&s->ckpt, &s->log, &s->logged, &s->committed, e) ==
		0 &&
	    find_holders(s, "lock.source", &s->source, e) == 0 &&
	    find_holders(s, "lock", &s->stages, e) == 0 &&
	    find_holders(s, "lock.sink", &s->sink, e) == 0 &&
	    look_at_stages(s, e) == 0 &&
	    list(s, "spool", false, &s->spool_bytes, e) == 0)
		rc = list(s, "files", false, &s->files_bytes, e);
	if (rc < 0)
		spt_summary_fini(s);
	return rc;
}

void
spt_summary_fini(struct spt_summary *s)
{
	if (s->io == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		spt_free(s->io, s->v[i].id);
		spt_free(s->io, s->v[i].holders);
	}
	spt_free(s->io, s->v);
	spt_free(s->io, s->source);
	spt_free(s->io, s->stages);
	spt_free(s->io, s->sink);
	spt_log_peek_end(s->log);
	spt_ckpt_fini(&s->ckpt);
	memset(s, 0, sizeof *s);
}
