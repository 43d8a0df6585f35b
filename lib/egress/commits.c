/*
 * commits - an epoch is done when its line is in commits.log, which swrite
 * appends after all its sinks hold the epoch.
 *
 * The sinks are bound before their first byte: their positions (path, device,
 * inode, length) are durable in the file `sinks` by then, so that a restart
 * before the first commit takes back what a crash left.  Progress is for
 * people: it is neither synced nor needed, and a failure to write it is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "ckpt/commitlog.h"
#include "ckpt/run.h"
#include "ckpt/sealed.h"
#include "egress/commits.h"

#define PROGRESS_BYTES (10 << 20) /* then it is rotated */

struct spt_commits_ckpt {
	const struct spt_io *io;
	struct spt_ckpt ckpt;
	struct spt_stage_run run;
	struct spt_commitlog *log; /* NULL: no checkpoint */
	struct spt_buf positions;
};

/* ---- where to go on ------------------------------------------------------ */

/* The file `sinks`.  1: positions hold it, 0: there is none. */
static int
read_sinks(struct spt_commits_ckpt *k, struct spt_err *e)
{
	struct spt_buf path;
	const char *name;
	int rc = -1;

	spt_buf_init(&path, k->io);
	if (spt_ckpt_path(&k->ckpt, &path, "sinks", e) == 0 &&
	    (name = spt_buf_str(&path, e)) != NULL)
		rc = spt_sealed_read(k->io, name, &k->positions, e);
	spt_buf_fini(&path);
	return rc;
}

/* The positions of epoch E, or of before the first. */
static int
get_positions(struct spt_commits_ckpt *k, int64_t epoch, struct spt_restore *r,
    struct spt_err *e)
{
	struct spt_commit c;
	int rc;

	k->positions.len = 0;
	if (epoch < 0) {
		rc = read_sinks(k, e);
	} else {
		rc = spt_commitlog_get(k->log, epoch, &c, e);
		if (rc == 0)
			return spt_fail(e, SPT_ECHECKPOINT,
			    "%s/commits.log: has no epoch %lld, from which "
			    "this run goes on",
			    k->ckpt.path, (long long)epoch);
		if (rc > 0 && spt_buf_put(&k->positions, c.data, c.n, e) < 0)
			rc = -1;
	}
	if (rc < 0)
		return -1;
	r->positions = rc > 0 ? spt_buf_str(&k->positions, e) : NULL;
	return rc > 0 && r->positions == NULL ? -1 : 0;
}

static int
open_commits(void *ctx, const struct spt_schema *s, struct spt_restore *r,
    struct spt_err *e)
{
	struct spt_commits_ckpt *k = ctx;
	const char *dir = spt_meta_get(&s->meta, SPT_KEY_CHECKPOINT);
	const char *uuid = spt_meta_get(&s->meta, SPT_KEY_QUERY);
	const char *run = spt_meta_get(&s->meta, SPT_KEY_RUN);
	const char *restore = spt_meta_get(&s->meta, SPT_KEY_RESTORE);

	if (dir == NULL)
		return 0;
	if (uuid == NULL || run == NULL || restore == NULL)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "the stream names a checkpoint but no run of it");
	if (spt_ckpt_open(&k->ckpt, k->io, dir, uuid, e) < 0 ||
	    spt_sink_enter(&k->run, &k->ckpt, run, e) < 0 ||
	    spt_commitlog_open(&k->log, &k->ckpt, false, e) < 0)
		return -1;
	r->uuid = k->ckpt.uuid;
	r->epoch = strtoll(restore, NULL, 10);
	if (spt_commitlog_newest(k->log) != r->epoch)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s/commits.log: ends with epoch %lld, but the stream "
		    "goes on from %lld",
		    dir, (long long)spt_commitlog_newest(k->log),
		    (long long)r->epoch);
	return get_positions(k, r->epoch, r, e) < 0 ? -1 : 1;
}

/* ---- what is logged ------------------------------------------------------ */

static int
record(void *ctx, const char *positions, struct spt_err *e)
{
	struct spt_commits_ckpt *k = ctx;

	return spt_sealed_write(k->io, k->ckpt.path, "sinks", positions, e);
}

/* One line an epoch; whatever goes wrong, the epoch is committed. */
static void
tell_progress(struct spt_commits_ckpt *k, const struct spt_control *b)
{
	const char *p = spt_meta_get(&b->extra, SPT_KEY_PROGRESS);
	struct spt_err ignored = { 0 };
	struct spt_buf line, path, old;
	const char *name, *aside;
	struct stat st;
	int fd;

	spt_buf_init(&line, k->io);
	spt_buf_init(&path, k->io);
	spt_buf_init(&old, k->io);
	if (spt_ckpt_path(&k->ckpt, &path, "progress.ndjson", &ignored) < 0 ||
	    spt_ckpt_path(&k->ckpt, &old, "progress.ndjson.1", &ignored) < 0 ||
	    (name = spt_buf_str(&path, &ignored)) == NULL ||
	    (aside = spt_buf_str(&old, &ignored)) == NULL ||
	    spt_buf_printf(&line, &ignored,
		"{\"epoch\":%lld,\"time\":%lld,\"committed\":%lld,"
		"\"final\":%s,\"watermark\":",
		(long long)b->epoch, (long long)b->time,
		(long long)k->io->now(k->io),
		b->final ? "true" : "false") < 0 ||
	    (b->watermark == SPT_TIME_MIN || b->watermark == SPT_TIME_MAX
		    ? spt_buf_puts(&line, "null", &ignored)
		    : spt_buf_printf(&line, &ignored, "%lld",
			  (long long)b->watermark)) < 0 ||
	    spt_buf_printf(
		&line, &ignored, ",\"stages\":%s}\n", p != NULL ? p : "[]") < 0)
		goto done;
	fd = k->io->open(k->io, name,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		goto done;
	if (spt_io_write(k->io, fd, line.data, line.len, name, &ignored) == 0 &&
	    k->io->fstat(k->io, fd, &st) == 0 && st.st_size > PROGRESS_BYTES)
		k->io->rename(k->io, name, aside);
	k->io->close(k->io, fd);
done:
	spt_buf_fini(&line);
	spt_buf_fini(&path);
	spt_buf_fini(&old);
}

static int
commit(void *ctx, const struct spt_control *b, const char *positions,
    struct spt_err *e)
{
	struct spt_commits_ckpt *k = ctx;
	const char *id = spt_meta_get(&b->extra, SPT_KEY_ID);
	const char *heads = spt_meta_get(&b->extra, SPT_KEY_HEADS);
	struct spt_commit c = {
		.epoch = b->epoch,
		.time = k->io->now(k->io),
		.final = b->final,
		.heads = heads != NULL ? heads : "",
		.data = positions,
		.n = strlen(positions),
	};

	if (id == NULL || strlen(id) >= sizeof c.id)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "epoch %lld: its barrier has no spate:id",
		    (long long)b->epoch);
	strcpy(c.id, id);
	if (spt_commitlog_append(k->log, &c, e) < 0)
		return -1;
	tell_progress(k, b);
	return 0;
}

/* ---- made and freed ------------------------------------------------------ */

int
spt_commits_open(
    struct spt_commits *c, const struct spt_io *io, struct spt_err *e)
{
	struct spt_commits_ckpt *k = spt_alloc_zero(io, sizeof *k, e);

	if (k == NULL)
		return -1;
	k->io = io;
	spt_buf_init(&k->positions, io);
	*c = (struct spt_commits){ .open = open_commits,
		.record = record,
		.commit = commit,
		.ctx = k };
	return 0;
}

void
spt_commits_close(struct spt_commits *c)
{
	struct spt_commits_ckpt *k = c->ctx;

	if (k == NULL)
		return;
	if (k->log != NULL)
		spt_commitlog_close(k->log);
	spt_stage_leave(&k->run);
	spt_ckpt_fini(&k->ckpt);
	spt_buf_fini(&k->positions);
	spt_free(k->io, k);
	c->ctx = NULL;
}
