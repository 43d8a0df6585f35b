/*
 * spoolseal - ends what a crashed run left open.
 *
 * The newest segment may end in records that were never synced.  Up to `need`
 * they were, for the epoch that read them was logged after the sync; behind it
 * whatever is whole is worth keeping, for nobody can send it again, but it may
 * exist in memory only.  So it is copied into a new file, with an end record.
 * From then on that segment has one length, and what is behind need is the
 * next epoch's input in this run and in every later one.  The first record
 * tells such a file: it was synced as a whole, so damage in it is damage.
 */
#include "ckpt/spoolseal.h"
#include "ckpt/durable.h"

static int
put(struct spt_newfile *f, struct spt_buf *out, uint32_t *mark, uint32_t type,
    const void *p, size_t n, struct spt_err *e)
{
	out->len = 0;
	if (spt_rec_put(out, f->size, mark, type, -1, p, n, e) < 0)
		return -1;
	return spt_newfile_put(f, out->data, out->len, e);
}

static int
put_head(struct spt_spool *s, struct spt_newfile *f, uint32_t *mark,
    struct spt_err *e)
{
	struct spt_buf more;
	const char *text;
	int rc = -1;

	s->out.len = 0;
	spt_buf_init(&more, s->io);
	if (spt_buf_printf(&more, e, "%s" SPT_SPOOL_SEALED, s->name) == 0 &&
	    (text = spt_buf_str(&more, e)) != NULL &&
	    spt_filehead_put(&s->out, mark, "spool", s->c->uuid, text, e) == 0)
		rc = spt_newfile_put(f, s->out.data, s->out.len, e);
	spt_buf_fini(&more);
	return rc;
}

static int
put_end(struct spt_spool *s, struct spt_newfile *f, uint32_t *mark,
    uint64_t bytes, struct spt_err *e)
{
	struct spt_buf end;
	int rc;

	spt_buf_init(&end, s->io);
	rc = spt_field_put_int(&end, (int64_t)bytes, e);
	if (rc == 0)
		rc = put(f, &s->out, mark, SPT_REC_END, end.data, end.len, e);
	spt_buf_fini(&end);
	return rc;
}

/* Copies whole records.  *bytes: of input, what there was. */
static int
copy(struct spt_spool *s, struct spt_segment *g, struct spt_newfile *f,
    uint64_t need, uint64_t *bytes, struct spt_err *e)
{
	struct spt_err why = { 0 };
	uint32_t mark;
	int rc;

	if (put_head(s, f, &mark, e) < 0)
		return -1;
	*bytes = 0;
	while ((rc = spt_segment_next(g, &why)) != 0) {
		if (rc < 0 && why.kind == SPT_ECHECKPOINT && *bytes >= need)
			break; /* never synced, or it would be needed */
		if (rc < 0) {
			*e = why;
			return -1;
		}
		if (put(f, &s->out, &mark, SPT_REC_SPOOL, g->rec.data, g->rec.n,
			e) < 0)
			return -1;
		*bytes = g->bytes;
	}
	return put_end(s, f, &mark, *bytes, e);
}

static int
rewrite(struct spt_spool *s, struct spt_segment *g, int64_t number,
    uint64_t need, struct spt_err *e)
{
	struct spt_newfile f;
	uint64_t bytes;
	char *path = spt_spool_path(s, number, e);
	int rc;

	if (path == NULL)
		return -1;
	rc = spt_newfile_open(
	    &f, s->io, s->folder, path + strlen(s->folder) + 1, 0600, e);
	if (rc == 0) {
		rc = copy(s, g, &f, need, &bytes, e);
		if (rc == 0 && bytes < need)
			rc = spt_fail(e, SPT_ECHECKPOINT,
			    "%s: holds %llu bytes of input, a logged epoch has "
			    "read %llu (bring it back from a copy)",
			    path, (unsigned long long)bytes,
			    (unsigned long long)need);
		if (rc == 0)
			rc = spt_newfile_commit(&f, NULL, e);
		else
			spt_newfile_abandon(&f);
	}
	spt_free(s->io, path);
	return rc;
}

int
spt_spool_seal(struct spt_spool *s, struct spt_spool_at need, struct spt_err *e)
{
	struct spt_segment g = { 0 };
	int64_t newest = s->segment[s->n - 1];
	char *path = spt_spool_path(s, newest, e);
	int rc;

	if (path == NULL)
		return -1;
	rc = spt_segment_open(&g, s->io, path, s->c->uuid, s->name, e);
	if (rc == 0 && (g.rewritten || need.segment > newest))
		/* It is complete, or reading it will tell.  Its name may not be
		 * durable yet. */
		rc = spt_durable_sync_folder(s->io, s->folder, e);
	else if (rc == 0)
		rc = rewrite(
		    s, &g, newest, need.segment == newest ? need.byte : 0, e);
	spt_segment_close(&g);
	return rc;
}
