/*
 * checkstages - the state of each stage, read as a restart would read it.
 */
#include <errno.h>
#include <stdio.h>

#include "ckpt/checking.h"
#include "ckpt/statedir.h"

struct folder {
	struct spt_check *k;
	const char *id;
	struct spt_buf path, name; /* absolute, relative */
	struct spt_head head;      /* of the newest commit */
	bool broken;               /* so much was told already */
	int64_t base, base_before; /* epochs of snapshots; -1: none */
};

static const char back[] =
    "bring it back from a copy, or start that stage empty with --new-state";

/* "stages/<id>/<file>" on loan. */
static const char *
name_of(struct folder *f, const char *file, struct spt_err *e)
{
	f->name.len = 0;
	if (spt_buf_printf(&f->name, e, "stages/%s%s%s", f->id,
		file[0] != '\0' ? "/" : "", file) < 0)
		return NULL;
	return spt_buf_str(&f->name, e);
}

/* The state that heads say, read to its end.  *base: epoch of its snapshot. */
static int
check_head(struct folder *f, const char *heads, struct spt_head *head,
    int64_t *base, enum spt_verdict verdict, const char *advice,
    struct spt_err *e)
{
	struct spt_state_place at = { f->k->io, (const char *)f->path.data,
		f->k->c.uuid, f->id };
	char what[SPT_HEAD_SIZE];
	struct spt_err why = { 0 };
	const char *name;
	int rc;

	*base = -1;
	memset(head, 0, sizeof *head);
	rc = spt_heads_get(heads, f->id, what, &why);
	if (rc == 0)
		return 0;
	if (rc > 0)
		rc = spt_head_parse(head, what, &why);
	if (rc == 0 && head->file[0] != '\0') {
		*base = spt_state_epoch(head->file);
		rc = spt_state_load(&at, head, NULL, NULL, NULL, &why);
	}
	if (rc == 0 || f->broken)
		return 0;
	f->broken = verdict == SPT_BROKEN;
	name = name_of(f, head->file, e);
	if (name == NULL)
		return -1;
	return spt_check_tell_err(f->k, verdict, name, &why, advice, e);
}

static int
check_note(struct folder *f, struct spt_err *e)
{
	struct spt_err why = { 0 };
	char *args = NULL, *schema = NULL;
	const char *name;
	int rc = spt_stagenote_read(f->k->io, (const char *)f->path.data,
	    f->k->c.uuid, f->id, &args, &schema, &why);

	spt_free(f->k->io, args);
	spt_free(f->k->io, schema);
	if (rc > 0 || (rc == 0 && f->head.file[0] == '\0'))
		return 0;
	name = name_of(f, "stage", e);
	if (name == NULL)
		return -1;
	if (rc == 0)
		return spt_check_tell(
		    f->k, SPT_BROKEN, name, -1, "missing", back, e);
	return spt_check_tell_err(f->k,
	    f->head.file[0] != '\0' ? SPT_BROKEN : SPT_HARMLESS, name, &why,
	    back, e);
}

/* A state file: is it needed? */
static int
check_need(struct folder *f, const char *file, int64_t epoch, struct spt_err *e)
{
	int64_t oldest = f->base_before >= 0 ? f->base_before : f->base;
	const char *name;

	if (f->k->running || f->k->logs_broken)
		return 0;
	if (epoch >= oldest && epoch <= f->base)
		return 0;
	name = name_of(f, file, e);
	if (name == NULL)
		return -1;
	/* A snapshot that no head has named yet is written behind a barrier. */
	if (epoch > f->base && epoch <= f->k->committed)
		return spt_check_tell(f->k, SPT_SPARE, name, -1,
		    "no head names it", "nothing: the next run removes it", e);
	if (epoch > f->base)
		return spt_check_tell(f->k, SPT_HARMLESS, name, -1,
		    "newer than the newest commit",
		    "nothing: the next run removes it", e);
	return spt_check_tell(f->k, SPT_SPARE, name, -1,
	    "no restart needs it any more", "nothing: the next run removes it",
	    e);
}

static int
check_names(struct folder *f, struct spt_err *e)
{
	struct spt_buf names;
	const char *name, *s;
	char *folder = NULL;
	int rc = 0;

	spt_buf_init(&names, f->k->io);
	s = name_of(f, "", e);
	if (s == NULL || (folder = spt_strdup(f->k->io, s, e)) == NULL ||
	    spt_check_list(f->k, folder, &names, e) < 0)
		rc = -1;
	for (size_t at = 0; rc >= 0 && at < names.len; at += strlen(name) + 1) {
		int64_t epoch;

		name = (const char *)names.data + at;
		epoch = spt_state_epoch(name);
		rc = epoch >= 0 ? check_need(f, name, epoch, e)
				: spt_check_temporary(f->k, folder, name, e);
	}
	spt_free(f->k->io, folder);
	spt_buf_fini(&names);
	return rc < 0 ? -1 : 0;
}

static int
check_stage(struct spt_check *k, const char *id, struct spt_err *e)
{
	struct folder f = { .k = k, .id = id };
	struct spt_head before;
	int rc = -1;

	spt_buf_init(&f.path, k->io);
	spt_buf_init(&f.name, k->io);
	if (spt_buf_printf(&f.path, e, "%s/stages/%s", k->c.path, id) == 0 &&
	    spt_buf_str(&f.path, e) != NULL &&
	    check_head(&f, k->heads, &f.head, &f.base, SPT_BROKEN, back, e) ==
		0 &&
	    check_head(&f, k->heads_before, &before, &f.base_before,
		SPT_HARMLESS,
		"nothing: it is only needed if the newest commit is lost",
		e) == 0 &&
	    check_note(&f, e) == 0)
		rc = check_names(&f, e);
	spt_buf_fini(&f.path);
	spt_buf_fini(&f.name);
	return rc;
}

/* Stages that the newest commit names but that have no folder. */
static int
check_missing(
    struct spt_check *k, const struct spt_buf *names, struct spt_err *e)
{
	const char *p = k->heads != NULL ? k->heads : "";
	char id[SPT_ID_MAX + 1], file[SPT_ID_MAX + 20];

	while (*p != '\0') {
		size_t n = strcspn(p, "="), rest = strcspn(p, " "), at = 0;
		bool none =
		    strncmp(p + n, "=- ", 3) == 0 || strcmp(p + n, "=-") == 0;

		if (n > SPT_ID_MAX)
			break;
		memcpy(id, p, n);
		id[n] = '\0';
		while (at < names->len &&
		       strcmp((const char *)names->data + at, id) != 0)
			at += strlen((const char *)names->data + at) + 1;
		snprintf(file, sizeof file, "stages/%s", id);
		if (at >= names->len && !none &&
		    spt_check_tell(
			k, SPT_BROKEN, file, -1, "missing", back, e) < 0)
			return -1;
		p += rest;
		p += *p == ' ';
	}
	return 0;
}

int
spt_check_stages(struct spt_check *k, struct spt_err *e)
{
	struct spt_buf names;
	struct spt_err ignored;
	const char *name;
	int rc;

	spt_buf_init(&names, k->io);
	rc = spt_check_list(k, "stages", &names, e);
	if (rc == 0)
		rc = check_missing(k, &names, e);
	for (size_t at = 0; rc == 0 && at < names.len; at += strlen(name) + 1) {
		name = (const char *)names.data + at;
		spt_err_clear(&ignored);
		/* Others, such as "id~1", were moved aside. */
		if (spt_id_check(name, &ignored) == 0)
			rc = check_stage(k, name, e);
	}
	spt_buf_fini(&names);
	return rc;
}
