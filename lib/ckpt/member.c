/*
 * member - how a stage joins a run.
 *
 * Order matters.  First the run: until `lock` is held and `run` was compared,
 * nothing is written, so that an old, replayed or hostile stream changes
 * nothing.  Then the folder's own lock.  Then arguments, then what must be
 * there, and only then is anything removed.
 */
#include <assert.h>
#include <errno.h>

#include "ckpt/durable.h"
#include "ckpt/member_state.h"
#include "ckpt/recordlog.h"

/* ---- the folder ---------------------------------------------------------- */

static int
make_folder(struct spt_member *m, struct spt_err *e)
{
	struct spt_buf path;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, m->io);
	if (spt_buf_printf(&path, e, "%s/stages/%s", m->ckpt.path, m->id) ==
		0 &&
	    (s = spt_buf_str(&path, e)) != NULL &&
	    spt_durable_mkdir(m->io, s, 0700, NULL, e) == 0)
		rc = spt_statedir_init(&m->dir, m->io, s, e);
	spt_buf_fini(&path);
	return rc;
}

static int
lock_folder(struct spt_member *m, struct spt_err *e)
{
	struct spt_buf path;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, m->io);
	if (spt_buf_printf(&path, e, "%s/lock", m->dir.path) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc = spt_lockfile_try(&m->lock, m->io, s,
		    SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, e);
	spt_buf_fini(&path);
	if (rc == 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: in use: another stage of this pipe has the id %s "
		    "(--id gives this one a name of its own)",
		    m->dir.path, m->id);
	return rc < 0 ? -1 : 0;
}

/* Renames the folder to stages/<id>~<k> and begins a new one. */
static int
move_aside(struct spt_member *m, struct spt_err *e)
{
	struct spt_lockfile old = m->lock;
	struct spt_buf path, above;
	const char *s = NULL, *folder;
	struct stat st;
	int rc = -1;

	spt_buf_init(&path, m->io);
	spt_buf_init(&above, m->io);
	for (int k = 1; k < 100000; k++) {
		path.len = 0;
		if (spt_buf_printf(&path, e, "%s~%d", m->dir.path, k) < 0 ||
		    (s = spt_buf_str(&path, e)) == NULL)
			goto done;
		if (m->io->lstat(m->io, s, &st) < 0)
			break;
	}
	memset(&m->lock, 0, sizeof m->lock);
	if (m->io->rename(m->io, m->dir.path, s) < 0)
		spt_fail_errno(
		    e, errno, "%s: cannot rename to %s", m->dir.path, s);
	else if (spt_ckpt_path(&m->ckpt, &above, "stages", e) == 0 &&
		 (folder = spt_buf_str(&above, e)) != NULL &&
		 spt_durable_sync_folder(m->io, folder, e) == 0) {
		spt_statedir_fini(&m->dir);
		if (make_folder(m, e) == 0)
			rc = lock_folder(m, e);
	}
	spt_lockfile_drop(&old);
done:
	spt_buf_fini(&path);
	spt_buf_fini(&above);
	return rc;
}

/* ---- what was there before ----------------------------------------------- */

/* 1 the stage is among the heads (or has nothing to look for), 0 it is not. */
static int
find_head(
    struct spt_member *m, const struct spt_member_conf *conf, struct spt_err *e)
{
	char what[SPT_HEAD_SIZE];
	int rc;

	if (conf->restore < 0 || conf->new_state)
		return 1;
	rc = spt_heads_get(conf->heads, m->id, what, e);
	if (rc <= 0)
		return rc;
	return spt_head_parse(&m->head, what, e) < 0 ? -1 : 1;
}

/* A stage that was not in the pipe lacks what the others have seen: under
 * another id, open windows would be gone without a word.  One that may be new
 * starts empty, but not if it once was there and has state of that time:
 * neither old nor no state would be right.  What an epoch left that was never
 * committed does not count. */
static int
check_absent(
    struct spt_member *m, const struct spt_member_conf *conf, struct spt_err *e)
{
	const int64_t restore = conf->restore;
	int rc = spt_statedir_has(&m->dir, restore, e);

	if (rc < 0)
		return -1;
	if (rc == 0 && conf->may_be_new)
		return 0;
	if (rc == 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "stage %s was not in the pipe in epoch %lld: if it is an "
		    "old one, --id names it as before; if it is new, "
		    "--new-state lets it start empty",
		    m->id, (long long)restore);
	return spt_fail(e, SPT_ECHECKPOINT,
	    "stage %s has state in %s, but not of epoch %lld: it was not in "
	    "the pipe then, or had another id (--id names it as before, "
	    "--new-state lets it start empty)",
	    m->id, m->dir.path, (long long)restore);
}

static const char advice[] =
    "bring it back from a copy, or start this stage empty with --new-state";
static const char changed_advice[] =
    "go on with the former ones, or start empty: this stage with --new-state, "
    "the whole query with another checkpoint";

/* Puts what to do behind a refusal. */
static int
advise(struct spt_err *e, const char *what)
{
	struct spt_err why = *e;

	if (why.kind == SPT_ECHECKPOINT) {
		spt_err_clear(e);
		spt_fail(e, why.kind, "%s: %s", why.msg, what);
	}
	return -1;
}

/* Are the files there that the head names?  Before anything is removed. */
static int
need_files(struct spt_member *m, struct spt_err *e)
{
	struct spt_state_place at = { m->io, m->dir.path, m->ckpt.uuid, m->id };
	struct spt_head base = m->head;
	struct spt_buf path;
	struct stat st;
	const char *s;
	int rc = 0;

	if (m->head.file[0] == 'd') {
		rc = spt_state_base(&at, m->head.file, &base, e);
		if (rc < 0 && e->code == ENOENT) {
			spt_err_clear(e);
			rc = 0;
			base = m->head;
		}
	}
	if (rc < 0)
		return advise(e, advice);
	spt_buf_init(&path, m->io);
	rc = spt_buf_printf(&path, e, "%s/%s", m->dir.path, base.file);
	s = rc == 0 ? spt_buf_str(&path, e) : NULL;
	if (s == NULL)
		rc = -1;
	else if (m->io->lstat(m->io, s, &st) < 0)
		rc = errno == ENOENT
			 ? spt_fail(
			       e, SPT_ECHECKPOINT, "%s: missing: %s", s, advice)
			 : spt_fail_errno(e, errno, "%s: cannot look at", s);
	spt_buf_fini(&path);
	return rc;
}

static int
judge(struct spt_member *m, const struct spt_member_conf *conf,
    const char *args, const char *schema, struct spt_err *e)
{
	int rc;

	m->changed =
	    strcmp(args, conf->args) != 0 || strcmp(schema, conf->schema) != 0;
	if (!m->changed || m->head.file[0] == '\0')
		return 0;
	rc =
	    conf->accept != NULL ? conf->accept(conf->ctx, args, schema, e) : 0;
	if (rc > 0)
		return 0;
	if (rc == 0)
		spt_fail(e, SPT_ECHECKPOINT,
		    "stage %s has other arguments or another input than its "
		    "state was made with",
		    m->id);
	return advise(e, changed_advice);
}

/* Compares with the file `stage` and writes it anew if it differs. */
static int
compare_note(struct spt_member *m, const struct spt_member_conf *conf,
    bool *write, struct spt_err *e)
{
	char *args = NULL, *schema = NULL;
	int rc = spt_stagenote_read(
	    m->io, m->dir.path, m->ckpt.uuid, m->id, &args, &schema, e);

	*write = true;
	if (rc < 0 && m->head.file[0] == '\0' && e->kind == SPT_ECHECKPOINT) {
		/* It said what state was made with, and there is none. */
		spt_err_clear(e);
		return 0;
	}
	if (rc < 0)
		return advise(e, advice);
	if (rc == 0 && m->head.file[0] != '\0')
		rc = spt_fail(e, SPT_ECHECKPOINT, "%s/stage: missing: %s",
		    m->dir.path, advice);
	if (rc > 0) {
		rc = judge(m, conf, args, schema, e);
		*write = m->changed;
	}
	spt_free(m->io, args);
	spt_free(m->io, schema);
	return rc;
}

static int
has_note(struct spt_member *m, struct spt_err *e)
{
	struct spt_buf path;
	struct stat st;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, m->io);
	if (spt_buf_printf(&path, e, "%s/stage", m->dir.path) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc = m->io->lstat(m->io, s, &st) == 0;
	spt_buf_fini(&path);
	return rc;
}

/* Nothing is committed before every stage has joined.  A run that has, beyond
 * what its header says, is over: this is its stream once more, and what it
 * would have removed is the state of epochs that are done. */
static int
check_begin(struct spt_member *m, int64_t restore, struct spt_err *e)
{
	struct spt_log log;
	int64_t newest;
	int rc;

	rc = spt_log_open(&log, &m->ckpt, "commits.log", SPT_REC_COMMIT, false,
	    NULL, NULL, e);
	newest = spt_log_newest(&log);
	spt_log_close(&log);
	if (rc < 0)
		return -1;
	if (newest <= restore)
		return 0;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: epoch %lld is committed already, and the stream begins behind "
	    "epoch %lld: it is a copy of a stream that was (start the whole "
	    "pipeline again)",
	    m->ckpt.path, (long long)newest, (long long)restore);
}

/* ---- join, leave --------------------------------------------------------- */

static int
open_state(
    struct spt_member *m, const struct spt_member_conf *conf, struct spt_err *e)
{
	int rc, known = find_head(m, conf, e);
	bool write;

	if (known < 0 || check_begin(m, conf->restore, e) < 0 ||
	    make_folder(m, e) < 0 || lock_folder(m, e) < 0 ||
	    (known == 0 && check_absent(m, conf, e) < 0))
		return -1;
	if (conf->new_state) {
		rc = has_note(m, e);
		if (rc < 0 || (rc > 0 && move_aside(m, e) < 0))
			return -1;
	}
	if (compare_note(m, conf, &write, e) < 0 ||
	    (m->head.file[0] != '\0' && need_files(m, e) < 0) ||
	    spt_statedir_prune(&m->dir, &m->head, e) < 0)
		return -1;
	spt_head_print(&m->head, m->what);
	if (!write)
		return 0;
	m->args = spt_strdup(m->io, conf->args, e);
	m->schema = m->args != NULL ? spt_strdup(m->io, conf->schema, e) : NULL;
	if (m->schema == NULL)
		return -1;
	/* A state that is there is of the former ones until the next save;
	 * load may still refuse to go on with it. */
	m->note_due = true;
	return m->head.file[0] == '\0' ? spt_member_note(m, e) : 0;
}

int
spt_member_join(struct spt_member **out, const struct spt_io *io,
    const struct spt_member_conf *conf, struct spt_err *e)
{
	struct spt_member *m;

	if (spt_id_check(conf->id, e) < 0)
		return -1;
	m = spt_alloc_zero(io, sizeof *m, e);
	if (m == NULL)
		return -1;
	m->io = io;
	m->delta_fd = -1;
	m->has_state = conf->has_state;
	m->warn = conf->warn;
	m->ctx = conf->ctx;
	strcpy(m->what, "-");
	spt_pen_init(&m->pen, io);
	m->id = spt_strdup(io, conf->id, e);
	if (m->id == NULL ||
	    spt_ckpt_open(&m->ckpt, io, conf->dir, conf->query, e) < 0 ||
	    spt_stage_enter(&m->run, &m->ckpt, conf->run, e) < 0 ||
	    (m->has_state && open_state(m, conf, e) < 0)) {
		spt_member_leave(m);
		return -1;
	}
	*out = m;
	return 0;
}

bool
spt_member_has_head(const struct spt_member *m)
{
	return m->head.file[0] != '\0';
}

int
spt_member_load(struct spt_member *m,
    int (*load)(void *self, struct spt_state_in *in, struct spt_err *e),
    void *self, struct spt_err *e)
{
	struct spt_state_place at = { m->io, m->dir.path, m->ckpt.uuid, m->id };
	struct spt_state_parts parts;

	assert(m->head.file[0] != '\0');
	if (spt_state_load(&at, &m->head, load, self, &parts, e) < 0)
		return advise(e, m->changed ? changed_advice : advice);
	/* A state of other arguments is not gone on with, but saved anew. */
	if (m->changed || m->has_base)
		return 0;
	return spt_member_resume(m, &parts, e);
}

const char *
spt_member_head(const struct spt_member *m)
{
	return m->what;
}

const struct spt_ckpt *
spt_member_ckpt(const struct spt_member *m)
{
	return &m->ckpt;
}

void
spt_member_leave(struct spt_member *m)
{
	const struct spt_io *io;

	if (m == NULL)
		return;
	io = m->io;
	if (m->delta_fd >= 0)
		io->close(io, m->delta_fd);
	spt_free(io, m->delta_path);
	spt_pen_fini(&m->pen);
	spt_follow_close(m->follow);
	spt_statedir_fini(&m->dir);
	spt_lockfile_drop(&m->lock);
	spt_stage_leave(&m->run);
	spt_ckpt_fini(&m->ckpt);
	spt_free(io, m->args);
	spt_free(io, m->schema);
	spt_free(io, m->id);
	spt_free(io, m);
}
