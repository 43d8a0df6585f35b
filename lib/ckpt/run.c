/*
 * run - the order in which locks are taken and `run` is read and written.
 *
 * Why a stage locks first and reads then: had it read first, a newer run could
 * begin between its look and its lock.  Why sread drops `lock` after it wrote
 * `run`: the stages of its own run must get it.  No second sread can use the
 * gap, for lock.source is held.
 *
 * Nobody sleeps in flock: tries are repeated, so that one can say who is
 * waited for, and stop.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ckpt/durable.h"
#include "ckpt/record.h"
#include "ckpt/run.h"

#define NONCE 16
#define PAUSE_MS 20
#define STAGE_WAIT_MS 10000

static int
try_lock(struct spt_lockfile *l, const struct spt_ckpt *c, const char *name,
    int flags, struct spt_err *e)
{
	struct spt_buf path;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, c->io);
	if (spt_ckpt_path(c, &path, name, e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc = spt_lockfile_try(l, c->io, s, flags, e);
	spt_buf_fini(&path);
	return rc;
}

/* Who holds the lock called name, as text on loan from out; never fails to
 * have some text unless memory ends (NULL). */
static const char *
holders(const struct spt_ckpt *c, const char *name, struct spt_buf *out,
    struct spt_err *e)
{
	struct spt_buf path;
	const char *s, *text = NULL;
	int n;

	spt_buf_init(&path, c->io);
	if (spt_ckpt_path(c, &path, name, e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL) {
		n = spt_lockfile_holders(c->io, s, out, e);
		if (n > 0 ||
		    (n == 0 && spt_buf_puts(out, "another process", e) == 0))
			text = spt_buf_str(out, e);
	}
	spt_buf_fini(&path);
	return text;
}

static int
nap(const struct spt_io *io, const struct spt_waiting *w, struct spt_err *e)
{
	if (w != NULL && w->pause != NULL)
		return w->pause(w->ctx, PAUSE_MS, e);
	io->poll(io, NULL, 0, PAUSE_MS);
	return 0;
}

static bool
stopped(const struct spt_waiting *w)
{
	return w != NULL && w->stop != NULL && w->stop(w->ctx);
}

/* ---- the file `run` ------------------------------------------------------ */

int
spt_run_read(const struct spt_ckpt *c, int64_t *number, char text[SPT_RUN_SIZE],
    struct spt_err *e)
{
	struct spt_reader r;
	struct spt_rec rec;
	struct spt_buf path;
	const char *s;
	int fd = -1, rc = -1;

	spt_buf_init(&path, c->io);
	if (spt_ckpt_path(c, &path, "run", e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL) {
		fd = spt_durable_open(c->io, s, O_RDONLY, 0, e);
		if (fd < 0 && e->code == ENOENT) {
			spt_err_clear(e);
			rc = 0;
		}
	}
	if (fd >= 0) {
		struct spt_fields f;
		size_t n;
		const uint8_t *nonce;

		spt_reader_init(&r, c->io, fd, s, 0, 0);
		rc = spt_filehead_get(&r, "run", NULL, NULL, e);
		if (rc == 0 && (rc = spt_reader_next(&r, &rec, e)) == 0)
			rc = spt_fail(
			    e, SPT_ECHECKPOINT, "%s: damaged: cut off", s);
		if (rc > 0) {
			f = (struct spt_fields){ rec.data, rec.n, false };
			*number = spt_field_int(&f);
			nonce = spt_field_bytes(&f, &n);
			if (rec.type != SPT_REC_RUN || f.bad || n != NONCE ||
			    *number < 1)
				rc = spt_fail(e, SPT_ECHECKPOINT,
				    "%s: damaged: not a run", s);
		}
		if (rc > 0) {
			int at = snprintf(
			    text, SPT_RUN_SIZE, "%lld:", (long long)*number);

			for (size_t i = 0; i < NONCE; i++)
				at += snprintf(text + at,
				    SPT_RUN_SIZE - (size_t)at, "%02x",
				    nonce[i]);
		}
		spt_reader_fini(&r);
		c->io->close(c->io, fd);
	}
	spt_buf_fini(&path);
	return rc;
}

static int
write_run(const struct spt_ckpt *c, int64_t number, struct spt_err *e)
{
	struct spt_buf file, payload;
	uint8_t nonce[NONCE];
	uint32_t mark;
	int rc = -1;

	if (c->io->random(c->io, nonce, sizeof nonce) < 0)
		return spt_fail_errno(e, errno, "no random numbers");
	spt_buf_init(&file, c->io);
	spt_buf_init(&payload, c->io);
	if (spt_field_put_int(&payload, number, e) == 0 &&
	    spt_field_put(&payload, nonce, sizeof nonce, e) == 0 &&
	    spt_filehead_put(&file, &mark, "run", "", "", e) == 0 &&
	    spt_rec_put(&file, file.len, &mark, SPT_REC_RUN, -1, payload.data,
		payload.len, e) == 0)
		rc = spt_durable_write(
		    c->io, c->path, "run", 0600, file.data, file.len, e);
	spt_buf_fini(&file);
	spt_buf_fini(&payload);
	return rc;
}

/* ---- sread --------------------------------------------------------------- */

static int
take_source(struct spt_source_run *r, struct spt_err *e)
{
	struct spt_buf who;
	const char *text;
	int rc = try_lock(&r->source, r->c, "lock.source",
	    SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, e);

	if (rc != 0)
		return rc;
	spt_buf_init(&who, r->c->io);
	text = holders(r->c, "lock.source", &who, e);
	if (text != NULL)
		spt_fail(e, SPT_ECHECKPOINT,
		    "%s: in use: %s reads for this checkpoint", r->c->path,
		    text);
	spt_buf_fini(&who);
	return -1;
}

/* Says once, and again when others hold it, who is waited for. */
static int
tell(const struct spt_ckpt *c, const struct spt_waiting *w,
    struct spt_buf *told, struct spt_err *e)
{
	struct spt_buf who;
	const char *text;
	int rc = -1;

	spt_buf_init(&who, c->io);
	text = holders(c, "lock", &who, e);
	if (text != NULL && w != NULL && w->no_wait) {
		spt_fail(e, SPT_ECHECKPOINT,
		    "%s: in use by an older run: %s has not ended", c->path,
		    text);
	} else if (text != NULL && w != NULL && w->say != NULL &&
		   (who.len != told->len ||
		       memcmp(who.data, told->data, who.len) != 0)) {
		struct spt_buf line;
		const char *s = NULL;

		told->len = 0;
		spt_buf_init(&line, c->io);
		if (spt_buf_put(told, who.data, who.len, e) == 0 &&
		    spt_buf_printf(&line, e,
			"waiting for an older run to end: %s", text) == 0 &&
		    (s = spt_buf_str(&line, e)) != NULL)
			w->say(w->ctx, s);
		spt_buf_fini(&line);
		rc = s != NULL ? 0 : -1;
	} else if (text != NULL) {
		rc = 0;
	}
	spt_buf_fini(&who);
	return rc;
}

/* Takes `lock` exclusively; waits for whoever holds it. */
static int
take_over(struct spt_lockfile *l, const struct spt_ckpt *c,
    const struct spt_waiting *w, struct spt_err *e)
{
	struct spt_buf told;
	int rc;

	spt_buf_init(&told, c->io);
	while ((rc = try_lock(l, c, "lock",
		    SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, e)) == 0) {
		if (stopped(w))
			rc = spt_fail(e, SPT_ECHECKPOINT,
			    "%s: stopped while waiting for an older run",
			    c->path);
		else
			rc = tell(c, w, &told, e);
		if (rc == 0)
			rc = nap(c->io, w, e);
		if (rc < 0)
			break;
	}
	spt_buf_fini(&told);
	return rc;
}

int
spt_source_enter(struct spt_source_run *r, const struct spt_ckpt *c,
    const struct spt_waiting *w, struct spt_err *e)
{
	struct spt_lockfile all = { 0 };
	int64_t old = 0;
	int rc;

	memset(r, 0, sizeof *r);
	r->c = c;
	if (take_source(r, e) < 0)
		return -1;
	rc = take_over(&all, c, w, e);
	if (rc > 0) {
		rc = spt_run_read(c, &old, r->text, e);
		if (rc >= 0 && old < INT64_MAX)
			rc = write_run(c, old + 1, e);
		/* Read back: what the stages will compare with. */
		if (rc == 0)
			rc = spt_run_read(c, &r->number, r->text, e);
	}
	spt_lockfile_drop(&all);
	if (rc <= 0) {
		spt_source_leave(r);
		return rc < 0 ? -1
			      : spt_fail(e, SPT_ECHECKPOINT,
				    "%s/run: disappeared", c->path);
	}
	return 0;
}

int
spt_source_has_sink(const struct spt_source_run *r, struct spt_err *e)
{
	struct spt_buf path, text;
	const char *s;
	int rc = -1;

	spt_buf_init(&path, r->c->io);
	spt_buf_init(&text, r->c->io);
	if (spt_ckpt_path(r->c, &path, "lock.sink", e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		rc = spt_durable_read(r->c->io, s, 4096, &text, e);
	if (rc > 0)
		rc = text.len == strlen(r->text) &&
		     memcmp(text.data, r->text, text.len) == 0;
	spt_buf_fini(&path);
	spt_buf_fini(&text);
	return rc;
}

int
spt_source_await_sink(const struct spt_source_run *r, int timeout_ms,
    const struct spt_waiting *w, struct spt_err *e)
{
	const struct spt_io *io = r->c->io;
	int64_t start = io->mono(io);
	int rc;

	while ((rc = spt_source_has_sink(r, e)) == 0) {
		if (stopped(w))
			return spt_fail(e, SPT_ECHECKPOINT,
			    "%s: stopped while waiting for swrite", r->c->path);
		if ((io->mono(io) - start) / 1000000 >= timeout_ms)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "%s: no swrite has attached to this run within %d "
			    "s: end the pipe with swrite, and keep programs "
			    "out of it that drop the stream's metadata",
			    r->c->path, (timeout_ms + 999) / 1000);
		if (nap(io, w, e) < 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}

void
spt_source_leave(struct spt_source_run *r)
{
	spt_lockfile_drop(&r->source);
}

/* ---- stages -------------------------------------------------------------- */

static int
share(struct spt_lockfile *l, const struct spt_ckpt *c, struct spt_err *e)
{
	const struct spt_io *io = c->io;
	int64_t start = io->mono(io);
	int rc;

	while ((rc = try_lock(l, c, "lock", 0, e)) == 0) {
		if ((io->mono(io) - start) / 1000000 >= STAGE_WAIT_MS)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "%s: a newer run is about to begin", c->path);
		if (nap(io, NULL, e) < 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}

int
spt_stage_enter(struct spt_stage_run *r, const struct spt_ckpt *c,
    const char *text, struct spt_err *e)
{
	char now[SPT_RUN_SIZE];
	int64_t number;
	int rc;

	memset(r, 0, sizeof *r);
	r->c = c;
	if (share(&r->run, c, e) < 0)
		return -1;
	rc = spt_run_read(c, &number, now, e);
	if (rc > 0 && strcmp(now, text) == 0)
		return 0;
	spt_stage_leave(r);
	if (rc < 0)
		return -1;
	return spt_fail(e, SPT_ECHECKPOINT,
	    "%s: the stream is of run %.20s, the newest is run %.20s: %s",
	    c->path, text, rc > 0 ? now : "none",
	    "this pipe is out of date, or replayed");
}

/* Says in lock.sink that this run has a sink. */
static int
attach(struct spt_stage_run *r, const char *text, struct spt_err *e)
{
	const struct spt_io *io = r->c->io;
	const struct spt_lockfile *l = &r->sink;
	char old[SPT_RUN_SIZE + 1];
	size_t got = 0;

	if (spt_io_read(io, l->fd, old, SPT_RUN_SIZE, &got, l->path, e) < 0)
		return -1;
	old[got] = '\0';
	if (strcmp(old, text) == 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: this run had a swrite already (do not tee a stream "
		    "under a checkpoint; one swrite takes several sinks)",
		    r->c->path);
	/* Not synced: a power loss ends the run that it is about. */
	if (io->ftruncate(io, l->fd, 0) < 0 ||
	    io->lseek(io, l->fd, 0, SEEK_SET) < 0)
		return spt_fail_errno(e, errno, "%s: cannot write", l->path);
	return spt_io_write(io, l->fd, text, strlen(text), l->path, e);
}

int
spt_sink_enter(struct spt_stage_run *r, const struct spt_ckpt *c,
    const char *text, struct spt_err *e)
{
	int rc;

	if (spt_stage_enter(r, c, text, e) < 0)
		return -1;
	rc = try_lock(
	    &r->sink, c, "lock.sink", SPT_LOCK_EXCLUSIVE | SPT_LOCK_CREATE, e);
	if (rc > 0 && attach(r, text, e) == 0)
		return 0;
	if (rc == 0) {
		struct spt_buf who;
		const char *s;

		spt_buf_init(&who, c->io);
		s = holders(c, "lock.sink", &who, e);
		if (s != NULL)
			spt_fail(e, SPT_ECHECKPOINT,
			    "%s: this run has a sink already, %s (do not tee a "
			    "stream under a checkpoint; one swrite takes "
			    "several sinks)",
			    c->path, s);
		spt_buf_fini(&who);
	}
	spt_stage_leave(r);
	return -1;
}

void
spt_stage_leave(struct spt_stage_run *r)
{
	spt_lockfile_drop(&r->sink);
	spt_lockfile_drop(&r->run);
}
