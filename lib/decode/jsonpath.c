/*
 * jsonpath - the part of jq's paths that names one place: no slices, no
 * iteration, no negative index.  A path that can give one value at most keeps
 * a row a row.
 */
#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "decode/jsonpath.h"
#include "decode/schema_lex.h"

#define ENDS_KEY " \t\r\n,.[]\""

void
spt_jsonpath_fini(struct spt_jsonpath *path)
{
	if (path->io == NULL)
		return;
	for (size_t i = 0; i < path->n; i++)
		spt_free(path->io, path->v[i].key);
	spt_free(path->io, path->v);
	memset(path, 0, sizeof *path);
}

static struct spt_jsonstep *
add_step(struct spt_jsonpath *path, const char *at, struct spt_err *e)
{
	if (path->n >= SPT_JSONPATH_STEPS) {
		spt__lex_fail(at, e, "the path is too deep");
		return NULL;
	}
	if (spt_grow(path->io, &path->v, &path->cap, path->n + 1,
		sizeof *path->v, e) < 0)
		return NULL;
	memset(&path->v[path->n], 0, sizeof *path->v);
	return &path->v[path->n++];
}

/* .key or ."key"; *p is behind the dot. */
static int
scan_key(struct spt_jsonpath *path, const char **p, struct spt_err *e)
{
	struct spt_jsonstep *step = add_step(path, *p, e);
	size_t n = strcspn(*p, ENDS_KEY);

	if (step == NULL)
		return -1;
	if (**p == '"')
		return spt__lex_quoted(p, path->io, &step->key, e);
	if (n == 0)
		return spt__lex_fail(*p, e, "expected a key (.a.b, .a[0])");
	step->key = spt_strndup(path->io, *p, n, e);
	*p += n;
	return step->key == NULL ? -1 : 0;
}

/* [0]; *p is behind the bracket. */
static int
scan_index(struct spt_jsonpath *path, const char **p, struct spt_err *e)
{
	struct spt_jsonstep *step = add_step(path, *p, e);
	size_t n = strspn(*p, "0123456789");

	if (step == NULL)
		return -1;
	if (n == 0 || (*p)[n] != ']' || spt_int_parse(*p, n, &step->index) == 0)
		return spt__lex_fail(*p, e, "expected an index such as [0]");
	*p += n + 1;
	return 0;
}

int
spt_jsonpath_scan(struct spt_jsonpath *path, const struct spt_io *io,
    const char **p, struct spt_err *e)
{
	const char *s = *p;

	/* A dot alone is the document. */
	memset(path, 0, sizeof *path);
	path->io = io;
	if (s[0] == '.' && (s[1] == '\0' || strchr(" \t\r\n,", s[1]) != NULL)) {
		*p = s + 1;
		return 0;
	}
	while (*s == '.' || *s == '[') {
		int rc = *s++ == '.' ? scan_key(path, &s, e)
				     : scan_index(path, &s, e);

		if (rc < 0) {
			spt_jsonpath_fini(path);
			return -1;
		}
	}
	*p = s;
	return 0;
}

int
spt_jsonpath_put(
    struct spt_buf *out, const struct spt_jsonpath *path, struct spt_err *e)
{
	if (path->n == 0)
		return spt_buf_putc(out, '.', e);
	for (size_t i = 0; i < path->n; i++) {
		const char *key = path->v[i].key;
		int rc;

		if (key == NULL) {
			rc = spt_buf_printf(
			    out, e, "[%" PRId64 "]", path->v[i].index);
		} else if (spt_buf_putc(out, '.', e) < 0) {
			return -1;
		} else if (key[0] != '\0' && strpbrk(key, ENDS_KEY) == NULL &&
			   strpbrk(key, "\\\x7f") == NULL) {
			rc = spt_buf_puts(out, key, e);
		} else {
			rc = spt__lex_put_quoted(out, key, e);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}
