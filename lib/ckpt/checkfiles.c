/*
 * checkfiles - spooled input and kept files: every byte against its checksum.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ckpt/checking.h"
#include "ckpt/keep.h"
#include "ckpt/spooldir.h"

/* "name-number": is there a segment with the next number? */
static bool
is_newest(const struct spt_buf *names, const char *file)
{
	const char *dash = strrchr(file, '-');
	char next[2 * SPT_ID_MAX];
	int64_t number = strtoll(dash + 1, NULL, 10);

	snprintf(next, sizeof next, "%.*s-%lld", (int)(dash - file), file,
	    (long long)number + 1);
	for (size_t at = 0; at < names->len;
	     at += strlen((const char *)names->data + at) + 1)
		if (strcmp((const char *)names->data + at, next) == 0)
			return false;
	return true;
}

static bool
is_segment(const char *file)
{
	const char *dash = strrchr(file, '-');

	return dash != NULL && dash != file && dash[1] >= '1' &&
	       dash[1] <= '9' && strlen(file) <= SPT_ID_MAX + 20 &&
	       dash[1 + strspn(dash + 1, "0123456789")] == '\0';
}

static int
check_segment(struct spt_check *k, const struct spt_buf *names,
    const char *file, struct spt_err *e)
{
	const char *dash = strrchr(file, '-');
	char name[SPT_ID_MAX + 20], relative[SPT_ID_MAX + 40];
	struct spt_err why = { 0 };
	struct spt_segment g = { 0 };
	struct spt_buf b;
	const char *s;
	char *path = NULL;
	bool open_end;
	int rc = -1;

	snprintf(name, sizeof name, "%.*s", (int)(dash - file), file);
	snprintf(relative, sizeof relative, "spool/%s", file);
	spt_buf_init(&b, k->io);
	if (spt_ckpt_path(&k->c, &b, relative, e) == 0 &&
	    (s = spt_buf_str(&b, e)) != NULL)
		path = spt_strdup(k->io, s, e);
	spt_buf_fini(&b);
	if (path == NULL)
		return -1;
	rc = spt_segment_open(&g, k->io, path, k->c.uuid, name, &why);
	while (rc == 0 && (rc = spt_segment_next(&g, &why)) > 0)
		rc = 0;
	open_end = !g.rewritten && is_newest(names, file);
	if (rc < 0)
		rc = spt_check_tell_err(k,
		    open_end && g.bytes != 0 ? SPT_HARMLESS : SPT_BROKEN,
		    relative, &why,
		    open_end ? "perhaps nothing: the next run drops what was "
			       "never logged, and says if it needs it"
			     : "bring it back from a copy",
		    e);
	else if (!g.sealed && !open_end)
		rc = spt_check_tell(k, SPT_BROKEN, relative, (int64_t)g.r.at,
		    "the segment has lost its end", "bring it back from a copy",
		    e);
	else if (!g.sealed && g.r.torn && !k->running)
		rc = spt_check_tell(k, SPT_HARMLESS, relative, (int64_t)g.r.at,
		    "the last record is cut off",
		    "nothing: the next run leaves it out", e);
	spt_segment_close(&g);
	return rc;
}

int
spt_check_spool(struct spt_check *k, struct spt_err *e)
{
	struct spt_buf names;
	const char *name;
	int rc;

	spt_buf_init(&names, k->io);
	rc = spt_check_list(k, "spool", &names, e);
	for (size_t at = 0; rc >= 0 && at < names.len; at += strlen(name) + 1) {
		name = (const char *)names.data + at;
		rc = is_segment(name)
			 ? check_segment(k, &names, name, e)
			 : spt_check_temporary(k, "spool", name, e);
	}
	spt_buf_fini(&names);
	return rc < 0 ? -1 : 0;
}

int
spt_check_files(struct spt_check *k, struct spt_err *e)
{
	struct spt_buf names;
	const char *name;
	int rc;

	spt_buf_init(&names, k->io);
	rc = spt_check_list(k, "files", &names, e);
	for (size_t at = 0; rc >= 0 && at < names.len; at += strlen(name) + 1) {
		char file[sizeof "files/" + SPT_DIGEST_SIZE];
		struct spt_err why = { 0 };
		char *kept = NULL;

		name = (const char *)names.data + at;
		rc = spt_check_temporary(k, "files", name, e);
		if (rc != 0 || strlen(name) != SPT_DIGEST_SIZE - 1)
			continue;
		snprintf(file, sizeof file, "files/%s", name);
		if (spt_keep_find(&k->c, name, &kept, &why) < 0)
			rc = spt_check_tell_err(k, SPT_BROKEN, file, &why,
			    "bring it back from a copy", e);
		spt_free(k->io, kept);
	}
	spt_buf_fini(&names);
	return rc < 0 ? -1 : 0;
}
