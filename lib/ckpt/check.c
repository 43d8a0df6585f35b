/*
 * check - walks through the directory, part by part, and tells what it finds.
 *
 * It uses the same readers as a run does, so that what it calls good is what a
 * run accepts.  Which damage matters depends on what the newest commit needs:
 * the logs are read first, then each stage's files against the heads.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "ckpt/checking.h"
#include "ckpt/run.h"
#include "ckpt/sealed.h"

int
spt_check_tell(struct spt_check *k, enum spt_verdict verdict, const char *file,
    int64_t byte, const char *what, const char *advice, struct spt_err *e)
{
	struct spt_finding f = { verdict, file, byte, what, advice };

	return k->each(k->ctx, &f, e) < 0 ? -1 : 0;
}

/* Takes "(advice)" off the end of a message; NULL: it has none. */
static const char *
take_advice(char *message)
{
	size_t n = strlen(message);
	char *at = NULL;

	for (char *p = message; (p = strstr(p, " (")) != NULL; p++)
		at = p;
	if (at == NULL || message[n - 1] != ')')
		return NULL;
	message[n - 1] = *at = '\0';
	return at + 2;
}

/* "DIR/FILE: what", or "FILE: what": another file may be to blame than the one
 * that was looked at, a snapshot for its delta.  what. */
static char *
take_file(const struct spt_check *k, char *message, const char **file)
{
	size_t dir = k->c.path != NULL ? strlen(k->c.path) : 0, n;
	char *end;

	if (dir != 0 && strncmp(message, k->c.path, dir) == 0 &&
	    message[dir] == '/' &&
	    (end = strstr(message + dir, ": ")) != NULL) {
		*file = message + dir + 1;
		*end = '\0';
		return end + 2;
	}
	n = strlen(*file);
	return strncmp(message, *file, n) == 0 &&
		       strncmp(message + n, ": ", 2) == 0
		   ? message + n + 2
		   : message;
}

int
spt_check_tell_err(struct spt_check *k, enum spt_verdict verdict,
    const char *file, const struct spt_err *why, const char *advice,
    struct spt_err *e)
{
	struct spt_err said = *why;
	const char *own = take_advice(said.msg);
	char *what = take_file(k, said.msg, &file), *stop;
	int64_t byte = -1;

	if (why->kind == SPT_ESYSTEM && why->code == 0) {
		*e = *why;
		return -1;
	}
	if (strncmp(what, "byte ", 5) == 0) {
		byte = strtoll(what + 5, &stop, 10);
		what = strncmp(stop, ": ", 2) == 0 ? stop + 2 : stop;
	}
	if (advice == NULL)
		advice = own != NULL ? own : "bring it back from a copy";
	return spt_check_tell(k, verdict, file, byte, what, advice, e);
}

/* ---- names --------------------------------------------------------------- */

struct listing {
	struct spt_buf *names;
	struct spt_err *e;
};

static int
collect(void *ctx, const char *name)
{
	struct listing *l = ctx;

	return spt_buf_put(l->names, name, strlen(name) + 1, l->e) < 0;
}

static int
by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Sorts the names of a buffer. */
static int
sort(struct spt_buf *names, struct spt_err *e)
{
	struct spt_buf out;
	const char **v = NULL;
	size_t n = 0, cap = 0;
	int rc = 0;

	spt_buf_init(&out, names->io);
	for (size_t at = 0; rc == 0 && at < names->len;
	     at += strlen(v[n - 1]) + 1) {
		rc = spt_grow(names->io, &v, &cap, n + 1, sizeof *v, e);
		if (rc < 0)
			break;
		v[n++] = (const char *)names->data + at;
	}
	if (rc == 0 && n != 0)
		qsort(v, n, sizeof *v, by_name);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = spt_buf_put(&out, v[i], strlen(v[i]) + 1, e);
	spt_free(names->io, v);
	if (rc == 0) {
		spt_buf_fini(names);
		*names = out;
	} else {
		spt_buf_fini(&out);
	}
	return rc;
}

int
spt_check_list(struct spt_check *k, const char *folder, struct spt_buf *names,
    struct spt_err *e)
{
	struct listing l = { names, e };
	struct spt_buf path;
	const char *s;
	int rc = -1;

	names->len = 0;
	spt_buf_init(&path, k->io);
	if (spt_ckpt_path(&k->c, &path, folder, e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL) {
		rc = k->io->list(k->io, s, collect, &l);
		if (rc > 0)
			rc = -1;
		else if (rc < 0 && errno == ENOENT)
			rc = 0;
		else if (rc < 0)
			spt_fail_errno(e, errno, "%s: cannot list", s);
	}
	spt_buf_fini(&path);
	return rc == 0 ? sort(names, e) : -1;
}

int
spt_check_temporary(struct spt_check *k, const char *folder, const char *name,
    struct spt_err *e)
{
	size_t n = strlen(name);
	struct spt_buf file;
	const char *s;
	int rc = -1;

	if (name[0] != '.' || n < 5 || strcmp(name + n - 4, ".tmp") != 0)
		return 0;
	if (k->running)
		return 1; /* it may be in the making */
	spt_buf_init(&file, k->io);
	if (spt_buf_printf(&file, e, "%s%s%s", folder,
		folder[0] != '\0' ? "/" : "", name) == 0 &&
	    (s = spt_buf_str(&file, e)) != NULL &&
	    spt_check_tell(k, SPT_REPAIRABLE, s, -1,
		"left by an attempt that crashed",
		"nothing: the next attempt removes it", e) == 0)
		rc = 1;
	spt_buf_fini(&file);
	return rc;
}

/* ---- the directory itself ------------------------------------------------ */

static bool
known(const char *name)
{
	static const char *const names[] = { "lock", "lock.source", "lock.sink",
		"run", "query", "epochs.log", "commits.log", "stages", "spool",
		"files", "sinks", NULL };

	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "progress.ndjson", 15) == 0;
}

static int
check_top(struct spt_check *k, struct spt_err *e)
{
	struct spt_buf names;
	const char *name;
	int rc;

	spt_buf_init(&names, k->io);
	rc = spt_check_list(k, ".", &names, e);
	for (size_t at = 0; rc >= 0 && at < names.len; at += strlen(name) + 1) {
		name = (const char *)names.data + at;
		if (known(name))
			continue;
		rc = spt_check_temporary(k, "", name, e);
		if (rc == 0)
			rc = spt_check_tell(k, SPT_HARMLESS, name, -1,
			    "not part of a checkpoint",
			    "nothing, or move it elsewhere", e);
	}
	spt_buf_fini(&names);
	return rc < 0 ? -1 : 0;
}

static int
check_run(struct spt_check *k, struct spt_err *e)
{
	struct spt_err why = { 0 };
	char text[SPT_RUN_SIZE];
	int64_t number;
	int rc = spt_run_read(&k->c, &number, text, &why);

	if (rc > 0)
		return 0;
	if (rc == 0)
		return spt_check_tell(k, SPT_HARMLESS, "run", -1, "missing",
		    "nothing: the next run writes it", e);
	return spt_check_tell_err(k, SPT_BROKEN, "run", &why,
	    "remove it: it only holds the number of the newest run", e);
}

/* Until something was committed a restart goes by it, then never again. */
static int
check_sinks(struct spt_check *k, struct spt_err *e)
{
	const bool needed = k->committed < 0;
	struct spt_err why = { 0 };
	struct spt_buf path, text;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, k->io);
	spt_buf_init(&text, k->io);
	if (spt_ckpt_path(&k->c, &path, "sinks", e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc =
		    spt_sealed_read(k->io, s, &text, &why) >= 0
			? 0
			: spt_check_tell_err(k,
			      needed ? SPT_BROKEN : SPT_HARMLESS, "sinks", &why,
			      needed ? NULL
				     : "nothing: it is only read until "
				       "something is committed",
			      e);
	spt_buf_fini(&path);
	spt_buf_fini(&text);
	return rc;
}

/* Somebody works here: what looks unfinished may be in the making. */
static int
look_who_runs(struct spt_check *k, struct spt_err *e)
{
	static const char *const locks[] = { "lock", "lock.source" };
	struct spt_buf path, who;
	const char *s;
	int rc = 0;

	spt_buf_init(&path, k->io);
	spt_buf_init(&who, k->io);
	for (int i = 0; rc >= 0 && i < 2; i++) {
		path.len = 0;
		rc = -1;
		if (spt_ckpt_path(&k->c, &path, locks[i], e) == 0 &&
		    (s = spt_buf_str(&path, e)) != NULL)
			rc = spt_lockfile_holders(k->io, s, &who, e);
		k->running = k->running || rc > 0;
	}
	spt_buf_fini(&path);
	spt_buf_fini(&who);
	return rc < 0 ? -1 : 0;
}

static bool
exists(const struct spt_io *io, const char *path, const char *name)
{
	struct spt_err ignored = { 0 };
	struct spt_buf b;
	struct stat st;
	const char *s;
	bool there = false;

	spt_buf_init(&b, io);
	if (spt_buf_printf(&b, &ignored, "%s/%s", path, name) == 0 &&
	    (s = spt_buf_str(&b, &ignored)) != NULL)
		there = io->lstat(io, s, &st) == 0;
	spt_buf_fini(&b);
	return there;
}

/* The directory cannot be opened as a checkpoint. */
static int
tell_refused(struct spt_check *k, const char *path, const struct spt_err *why,
    struct spt_err *e)
{
	const size_t n = strlen(path);
	bool query = exists(k->io, path, "query");
	struct spt_err own = *why;

	if (why->kind != SPT_ECHECKPOINT ||
	    (!query && !exists(k->io, path, "epochs.log"))) {
		*e = *why;
		return -1;
	}
	if (!query)
		return spt_check_tell(k, SPT_BROKEN, "query", -1, "missing",
		    "bring it back from a copy; without it nothing says whose "
		    "the other files are",
		    e);
	if (strncmp(why->msg, path, n) != 0 ||
	    strncmp(why->msg + n, ": ", 2) != 0)
		return spt_check_tell_err(k, SPT_BROKEN, "query", why, NULL, e);
	/* About the directory itself: its owner, its mode. */
	strcpy(own.msg, why->msg + n + 2);
	return spt_check_tell_err(k, SPT_BROKEN, ".", &own, NULL, e);
}

static int
check(const struct spt_io *io, const char *path, bool locked,
    int (*each)(void *ctx, const struct spt_finding *f, struct spt_err *e),
    void *ctx, struct spt_err *e)
{
	struct spt_check k = { .io = io, .each = each, .ctx = ctx };
	struct spt_err why = { 0 };
	int rc = -1;

	k.committed = -1;
	if (spt_ckpt_open(&k.c, io, path, NULL, &why) < 0)
		rc = tell_refused(&k, path, &why, e);
	else if ((locked || look_who_runs(&k, e) == 0) &&
		 check_top(&k, e) == 0 && check_run(&k, e) == 0 &&
		 spt_check_logs(&k, e) == 0 && check_sinks(&k, e) == 0 &&
		 spt_check_stages(&k, e) == 0 && spt_check_spool(&k, e) == 0)
		rc = spt_check_files(&k, e);
	spt_ckpt_fini(&k.c);
	spt_free(io, k.heads);
	spt_free(io, k.heads_before);
	return rc;
}

int
spt_ckpt_check(const struct spt_io *io, const char *path,
    int (*each)(void *ctx, const struct spt_finding *f, struct spt_err *e),
    void *ctx, struct spt_err *e)
{
	return check(io, path, false, each, ctx, e);
}

int
spt_ckpt_check_locked(const struct spt_io *io, const char *path,
    int (*each)(void *ctx, const struct spt_finding *f, struct spt_err *e),
    void *ctx, struct spt_err *e)
{
	return check(io, path, true, each, ctx, e);
}
