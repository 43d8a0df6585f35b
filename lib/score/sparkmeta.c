/*
 * metadata/ is a text file of Spark: one object on one line, in the first part
 * that is not empty.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "score/sparkmeta.h"

#define META_MAX ((size_t)64 << 20) /* bytes of a metadata file */
#define LIST_MAX 100000             /* names in a folder */

int
spt_spark_fail(
    const struct spt_spark_meta *m, struct spt_err *e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	spt_fail_v(e, SPT_EDATA, fmt, ap);
	va_end(ap);
	return spt_err_where(e, "%s", m->file);
}

const char *
spt_spark_path(
    struct spt_arena *arena, const char *a, const char *b, struct spt_err *e)
{
	size_t n = strlen(a), k = strlen(b) + 1;
	char *p = spt_arena_get(arena, n + 1 + k, e);

	if (p == NULL)
		return NULL;
	memcpy(p, a, n);
	p[n] = '/';
	memcpy(p + n + 1, b, k);
	return p;
}

struct listing {
	struct spt_arena *arena;
	const char *begin, *end;
	struct spt_spark_texts *v;
	size_t cap;
	const char **names; /* on the heap until all are there */
	struct spt_err *e;
};

static int
take_name(void *ctx, const char *name)
{
	struct listing *l = ctx;
	size_t n = strlen(name), b = strlen(l->begin), k = strlen(l->end);

	if (name[0] == '.' || name[0] == '_' || n < b + k ||
	    memcmp(name, l->begin, b) != 0 ||
	    memcmp(name + n - k, l->end, k) != 0)
		return 0;
	if (l->v->n == LIST_MAX)
		return spt_fail(
		    l->e, SPT_EDATA, "more than %d files", LIST_MAX);
	if (spt_grow(l->arena->io, &l->names, &l->cap, l->v->n + 1,
		sizeof *l->names, l->e) < 0)
		return -1;
	l->names[l->v->n] = spt_arena_copy(l->arena, name, n + 1, l->e);
	return l->names[l->v->n++] == NULL ? -1 : 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
spt_spark_list(const struct spt_io *io, struct spt_arena *arena,
    const char *dir, const char *begin, const char *end,
    struct spt_spark_texts *v, struct spt_err *e)
{
	struct listing l = {
		.arena = arena, .begin = begin, .end = end, .v = v, .e = e
	};
	int rc;

	*v = (struct spt_spark_texts){ 0 };
	rc = io->list(io, dir, take_name, &l);
	if (rc < 0 && e->kind == SPT_OK && errno != ENOENT)
		spt_fail_errno(e, errno, "cannot list");
	if (e->kind != SPT_OK) {
		rc = spt_err_where(e, "%s", dir);
		goto done;
	}
	rc = 0;
	if (v->n == 0)
		goto done;
	qsort(l.names, v->n, sizeof *l.names, by_text);
	v->v = spt_arena_copy(arena, l.names, v->n * sizeof *l.names, e);
	if (v->v == NULL)
		rc = -1;
done:
	spt_free(io, l.names);
	return rc;
}

static int
read_text(const struct spt_io *io, const char *file, struct spt_buf *text,
    struct spt_err *e)
{
	int fd = io->open(io, file, O_RDONLY | O_CLOEXEC, 0);
	int rc = -1;

	if (fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", file);
	do {
		size_t got;

		if (text->len > META_MAX) {
			rc = spt_fail(e, SPT_EDATA, "%s: larger than %zu bytes",
			    file, META_MAX);
			break;
		}
		if (spt_buf_reserve(text, 8192, e) < 0)
			break;
		rc = spt_io_read(
		    io, fd, text->data + text->len, 8192, &got, file, e);
		if (rc > 0)
			text->len += got;
	} while (rc > 0);
	io->close(io, fd);
	return rc;
}

/* The first line of the text that is not empty. */
static void
first_line(const struct spt_buf *text, const char **line, size_t *n)
{
	const char *p = (const char *)text->data;
	const char *end = p + text->len;

	while (p < end && (*p == '\n' || *p == '\r' || *p == ' '))
		p++;
	*line = p;
	while (p < end && *p != '\n')
		p++;
	*n = (size_t)(p - *line);
}

/* The metadata's line, from whichever part has it. */
static int
read_metadata(struct spt_spark_meta *m, const char *dir, struct spt_buf *text,
    struct spt_err *e)
{
	const char *folder = spt_spark_path(m->arena, dir, "metadata", e);
	struct spt_spark_texts parts;

	if (folder == NULL ||
	    spt_spark_list(m->io, m->arena, folder, "part-", "", &parts, e) < 0)
		return -1;
	m->file = folder;
	for (size_t i = 0; i < parts.n; i++) {
		const char *line;
		size_t n;

		m->file = spt_spark_path(m->arena, folder, parts.v[i], e);
		if (m->file == NULL)
			return -1;
		text->len = 0;
		if (read_text(m->io, m->file, text, e) < 0)
			return -1;
		if (text->len == 0)
			continue;
		first_line(text, &line, &n);
		if (n == 0)
			continue;
		m->root = spt__jansson_parse(m->json, line, n, m->file, e);
		return m->root == NULL ? -1 : 0;
	}
	return spt_spark_fail(m, e, "no metadata (a part file with JSON)");
}

static int
need_text(const struct spt_spark_meta *m, const char *name, const char **v,
    struct spt_err *e)
{
	json_t *j = m->json->object_get(m->root, name);
	const char *s = json_is_string(j) ? m->json->string_value(j) : NULL;

	if (s == NULL || strlen(s) != m->json->string_length(j))
		return spt_spark_fail(m, e, "no \"%s\" (a text)", name);
	*v = s;
	return 0;
}

int
spt_spark_meta_open(struct spt_spark_meta *m, const struct spt_io *io,
    const struct spt_jansson *json, struct spt_arena *arena, const char *dir,
    struct spt_err *e)
{
	struct spt_buf text;
	int rc;

	memset(m, 0, sizeof *m);
	m->io = io;
	m->json = json;
	m->arena = arena;
	m->file = dir;
	spt_buf_init(&text, io);
	rc = read_metadata(m, dir, &text, e);
	spt_buf_fini(&text);
	if (rc == 0 && !json_is_object(m->root))
		rc = spt_spark_fail(m, e, "not a JSON object");
	if (rc == 0)
		rc = need_text(m, "class", &m->class, e);
	if (rc == 0)
		rc = need_text(m, "uid", &m->uid, e);
	if (rc == 0)
		rc = need_text(m, "sparkVersion", &m->version, e);
	if (rc < 0)
		spt_spark_meta_close(m);
	return rc;
}

void
spt_spark_meta_close(struct spt_spark_meta *m)
{
	if (m->root != NULL)
		spt__jansson_free(m->json, m->root);
	m->root = NULL;
}
