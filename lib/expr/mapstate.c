/*
 * mapstate - the value of the entry "columns" is, for each column in order,
 *
 *	1	type: 'b' 'i' 'f' 's' 't'
 *	1	'+' if it has the metadata of the input column of its name, '-'
 *	n	the name
 *	1	NUL
 */
#include <string.h>

#include "expr/mapguess.h"
#include "expr/mapstate.h"

static const char key[] = "columns";
static const char letters[] = "?bifst"; /* by enum spt_type */

int
spt_mapstate_save(
    const struct spt_mapspec *s, struct spt_state_out *w, struct spt_err *e)
{
	struct spt_buf b;
	int rc = 0;

	spt_buf_init(&b, s->io);
	for (size_t k = 0; rc == 0 && k < s->schema.n; k++) {
		const struct spt_field *f = &s->schema.fields[k];
		char head[2] = { letters[f->type],
			s->cols[k].kept ? '+' : '-' };

		rc = spt_buf_put(&b, head, sizeof head, e);
		if (rc == 0)
			rc = spt_buf_put(&b, f->name, strlen(f->name) + 1, e);
	}
	if (rc == 0)
		rc = w->put(w->ctx, key, strlen(key), b.data, b.len, e);
	spt_buf_fini(&b);
	return rc;
}

static int
damaged(struct spt_err *e)
{
	return spt_fail(e, SPT_ECHECKPOINT,
	    "the saved columns are not what this program writes");
}

/* Reads the columns; keep[k]: column k had metadata. */
static int
scan(struct spt_mapspec *s, const char *p, size_t n, bool *keep,
    struct spt_err *e)
{
	while (n != 0) {
		const char *end = memchr(p, '\0', n), *type;

		if (end == NULL || end - p < 3 || (p[1] != '+' && p[1] != '-'))
			return damaged(e);
		type = strchr(letters + 1, p[0]);
		if (type == NULL)
			return damaged(e);
		keep[s->schema.n] = p[1] == '+';
		if (spt_mapspec_add(
			s, p + 2, (enum spt_type)(type - letters), e) < 0) {
			if (e->kind == SPT_EDATA)
				e->kind = SPT_ECHECKPOINT;
			return -1;
		}
		n -= (size_t)(end + 1 - p);
		p = end + 1;
	}
	return 0;
}

static int
check(const struct spt_mapspec *s, const bool *keep, struct spt_err *e)
{
	for (size_t k = 0; k < s->schema.n; k++)
		if (keep[k] && !s->cols[k].kept)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "column \"%s\" of the input is gone or has another "
			    "type than when the checkpoint was made",
			    s->schema.fields[k].name);
	return 0;
}

int
spt_mapstate_load(struct spt_mapspec *s, const struct spt_schema *in,
    struct spt_state_in *r, struct spt_err *e)
{
	const void *k, *v;
	size_t n_k, n_v;
	bool *keep;
	int rc, found = 0;

	while ((rc = r->next(r->ctx, &k, &n_k, &v, &n_v, e)) == 1) {
		if (found || n_k != strlen(key) || memcmp(k, key, n_k) != 0)
			return damaged(e);
		/* A column takes at least four bytes. */
		keep = spt_alloc(s->io, n_v / 4 + 1, e);
		if (keep == NULL)
			return -1;
		rc = scan(s, v, n_v, keep, e);
		if (rc == 0)
			rc = spt_mapspec_bind(s, in, keep, e);
		if (rc == 0)
			rc = check(s, keep, e);
		spt_free(s->io, keep);
		if (rc < 0)
			return -1;
		s->bare = spt_schema_find(&s->schema, SPT_BARE_COLUMN);
		found = 1;
	}
	return rc < 0 ? -1 : found;
}
