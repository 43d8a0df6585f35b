#include <string.h>

#include "source/locate.h"

const char *
spt_locate_directory(const char *path, struct spt_buf *buf, struct spt_err *e)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash != NULL ? (size_t)(slash - path) : 0;

	buf->len = 0;
	if (spt_buf_put(buf, slash == NULL ? "." : path, n != 0 ? n : 1, e) < 0)
		return NULL;
	return spt_buf_str(buf, e);
}

struct search {
	struct spt_seen *seen;
	struct spt_track *t;
	const char *was;   /* its path */
	size_t n_dir;      /* bytes of it before the name */
	struct spt_buf at; /* the path that is tried */
	bool content;      /* by content; else by inode */
	struct spt_err *e;
};

/* Can it be this one?  1, with *moved if its inode is another; 0; -1. */
static int
compare(struct search *s, const char *name, const char *path, bool *moved,
    struct stat *st)
{
	const struct spt_position *p = &s->t->pos;
	const char *base = s->was + s->n_dir;
	struct spt_track *twin;
	int rc;

	*moved = false;
	if (s->t->io->stat(s->t->io, path, st) < 0 || !S_ISREG(st->st_mode))
		return 0;
	if (!p->gone && (uint64_t)st->st_dev == p->dev &&
	    (uint64_t)st->st_ino == p->ino)
		return !s->content && strcmp(path, s->was) != 0;
	if (!s->content || strncmp(name, base, strlen(base)) != 0 ||
	    p->done.at == 0)
		return 0;
	rc = spt_seen_twin(s->seen, path, true, &twin, s->e);
	*moved = true;
	return rc < 0 ? -1 : rc == 1 && twin == s->t;
}

/* For io->list: 0 goes on, 1 it is found, -2 with *e. */
static int
try_name(void *ctx, const char *name)
{
	struct search *s = ctx;
	struct stat st;
	const char *path;
	bool moved;
	int rc;

	s->at.len = 0;
	if (spt_buf_put(&s->at, s->was, s->n_dir, s->e) < 0 ||
	    spt_buf_puts(&s->at, name, s->e) < 0 ||
	    (path = spt_buf_str(&s->at, s->e)) == NULL)
		return -2;
	rc = compare(s, name, path, &moved, &st);
	if (rc > 0 && spt_track_rename(s->t, path, s->e) < 0)
		rc = -1;
	if (rc > 0 && moved)
		spt_seen_move(
		    s->seen, s->t, (uint64_t)st.st_dev, (uint64_t)st.st_ino);
	if (rc > 0)
		rc = spt_track_open(s->t, true, s->e);
	return rc < 0 ? -2 : rc;
}

int
spt_locate(struct spt_seen *s, struct spt_track *t, struct spt_err *e)
{
	struct search search = { .seen = s, .t = t, .e = e };
	char *was = spt_strdup(t->io, t->pos.path, e);
	struct spt_buf dir;
	const char *path, *slash;
	int rc = -1;

	if (was == NULL)
		return -1;
	slash = strrchr(was, '/');
	search.was = was;
	search.n_dir = slash != NULL ? (size_t)(slash - was) + 1 : 0;
	spt_buf_init(&search.at, t->io);
	spt_buf_init(&dir, t->io);
	path = spt_locate_directory(was, &dir, e);
	/* A file that is just being compressed is there twice: the one that it
	 * was comes first, or what it still is would be new. */
	for (int pass = 0; path != NULL && pass < 2 && rc <= 0; pass++) {
		search.content = pass == 1;
		rc = t->io->list(t->io, path, try_name, &search);
		if (rc == -2)
			break;
		/* No such directory any more. */
		if (rc == -1)
			rc = 0;
	}
	if (rc == 0 && spt_track_rename(t, was, e) < 0)
		rc = -1;
	spt_free(t->io, was);
	spt_buf_fini(&search.at);
	spt_buf_fini(&dir);
	return rc < 0 ? -1 : rc;
}
