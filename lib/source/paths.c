#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "source/paths.h"

void
spt_paths_fini(struct spt_paths *l)
{
	if (l->io == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		spt_free(l->io, l->v[i].name);
	spt_free(l->io, l->v);
	l->v = NULL;
	l->n = l->cap = 0;
}

static int
add(struct spt_paths *l, const char *name, const struct stat *st,
    struct spt_err *e)
{
	struct spt_path *p;
	char *copy = spt_strdup(l->io, name, e);

	if (copy == NULL ||
	    spt_grow(l->io, &l->v, &l->cap, l->n + 1, sizeof *l->v, e) < 0) {
		spt_free(l->io, copy);
		return -1;
	}
	p = &l->v[l->n++];
	p->name = copy;
	p->mtime =
	    (spt_time)st->st_mtim.tv_sec * 1000000 + st->st_mtim.tv_nsec / 1000;
	p->size = S_ISREG(st->st_mode) ? (int64_t)st->st_size : -1;
	return 0;
}

static int
older(const void *a_, const void *b_)
{
	const struct spt_path *a = a_, *b = b_;

	if (a->mtime != b->mtime)
		return a->mtime < b->mtime ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int
add_directory(struct spt_paths *l, const char *dir, struct spt_err *e)
{
	size_t first = l->n, n = strlen(dir);
	const char *slash = n != 0 && dir[n - 1] == '/' ? "" : "/";
	struct dirent *d;
	struct spt_buf path;
	DIR *dp = opendir(dir);
	int rc = 0;

	if (dp == NULL)
		return spt_fail_errno(e, errno, "%s: cannot read", dir);
	spt_buf_init(&path, l->io);
	while (rc == 0 && (errno = 0, d = readdir(dp)) != NULL) {
		struct stat st;
		const char *name;

		if (d->d_name[0] == '.')
			continue;
		path.len = 0;
		rc = spt_buf_printf(&path, e, "%s%s%s", dir, slash, d->d_name);
		name = rc == 0 ? spt_buf_str(&path, e) : NULL;
		if (name == NULL)
			rc = -1;
		/* A file that went away between the two calls is no error. */
		else if (l->io->stat(l->io, name, &st) == 0 &&
			 S_ISREG(st.st_mode))
			rc = add(l, name, &st, e);
	}
	if (rc == 0 && errno != 0)
		rc = spt_fail_errno(e, errno, "%s: cannot read", dir);
	closedir(dp);
	spt_buf_fini(&path);
	if (rc == 0 && l->n > first)
		qsort(l->v + first, l->n - first, sizeof *l->v, older);
	return rc;
}

static int
add_argument(struct spt_paths *l, const char *arg, struct spt_err *e)
{
	struct stat st;

	if (strcmp(arg, "-") == 0) {
		for (size_t i = 0; i < l->n; i++)
			if (strcmp(l->v[i].name, "-") == 0)
				return spt_fail(e, SPT_EUSAGE,
				    "standard input can be read once only");
		if (l->io->fstat(l->io, 0, &st) < 0)
			return spt_fail_errno(e, errno, "standard input");
		return add(l, arg, &st, e);
	}
	if (l->io->stat(l->io, arg, &st) < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", arg);
	if (S_ISDIR(st.st_mode))
		return add_directory(l, arg, e);
	return add(l, arg, &st, e);
}

int
spt_paths_find(struct spt_paths *l, const struct spt_io *io, char *const args[],
    int n, struct spt_err *e)
{
	int rc = 0;

	memset(l, 0, sizeof *l);
	l->io = io;
	if (n == 0)
		rc = add_argument(l, "-", e);
	for (int i = 0; i < n && rc == 0; i++)
		rc = add_argument(l, args[i], e);
	if (rc < 0) {
		spt_paths_fini(l);
		return -1;
	}
	for (size_t i = 0; i < l->n && l->bytes >= 0; i++)
		l->bytes = l->v[i].size < 0 ? -1 : l->bytes + l->v[i].size;
	return 0;
}
