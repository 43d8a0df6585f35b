/*
 * membersave - a barrier's state on disk: a snapshot, or a delta behind one.
 *
 * The first save of a stage is a snapshot; after a restart it goes on with the
 * deltas of the run before (membertail.c), unless its arguments changed.  A
 * delta is one write and one sync, proportional to what the epoch touched.  A
 * new snapshot is due when reading the deltas would cost more than reading the
 * snapshot, or when there are MANY; small deltas may outweigh a small snapshot
 * for a while, because a new file costs more than an append.  It is written
 * when the barrier has left with the delta, before the next row is read: so
 * nobody behind waits for it, and the state neither is copied nor changes.  The
 * heads of the epochs that follow name it; that of its own epoch names the
 * delta.  Short runs may never have an epoch that follows: so the first delta
 * of a process makes none due, and if one is due at the start, the first save
 * is the snapshot.
 *
 * Nothing is forwarded before the file is synced, and, if it is new, its
 * folder.  A file that a failed or killed save left behind is never named by
 * a head; the next join removes it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "ckpt/durable.h"
#include "ckpt/member_state.h"

#define MANY 1000
#define SMALL (64u << 10)

static bool
due(const struct spt_member *m)
{
	if (m->deltas >= MANY)
		return true;
	return m->delta_fd >= 0 && m->pen.at > SMALL &&
	       m->pen.at > m->base.length;
}

/* The stage's side of a save. */
struct saver {
	int (*save)(void *self, struct spt_state_out *out, bool delta,
	    struct spt_err *e);
	void *self;
};

static int
more_text(const struct spt_member *m, const struct spt_head *base,
    struct spt_buf *out, const char **text, struct spt_err *e)
{
	if (spt_state_more(out, m->id, base, e) < 0)
		return -1;
	*text = spt_buf_str(out, e);
	return *text != NULL ? 0 : -1;
}

static void
end_deltas(struct spt_member *m)
{
	/* Every delta was synced when it was written. */
	if (m->delta_fd >= 0)
		m->io->close(m->io, m->delta_fd);
	m->delta_fd = -1;
	spt_free(m->io, m->delta_path);
	m->delta_path = NULL;
	m->deltas = 0;
}

static int
snapshot(struct spt_member *m, int64_t epoch, const struct saver *by,
    struct spt_err *e)
{
	struct spt_newfile f;
	struct spt_buf b;
	struct spt_pen pen;
	const char *more;
	char name[40];
	int rc = -1;

	snprintf(name, sizeof name, "snapshot-%lld", (long long)epoch);
	if (spt_newfile_open(&f, m->io, m->dir.path, name, 0600, e) < 0)
		return -1;
	spt_buf_init(&b, m->io);
	spt_pen_init(&pen, m->io);
	pen.fd = f.fd;
	pen.name = f.path;
	if (more_text(m, NULL, &b, &more, e) == 0 &&
	    spt_pen_head(&pen, "snapshot", m->ckpt.uuid, more, e) == 0 &&
	    spt_pen_save(&pen, epoch, false, by->save, by->self, e) == 0)
		rc = spt_newfile_commit(&f, NULL, e);
	else
		spt_newfile_abandon(&f);
	if (rc == 0 && (rc = spt_statedir_note(&m->dir, epoch, e)) == 0) {
		end_deltas(m);
		strcpy(m->base.file, name);
		m->base.length = pen.at;
		m->base.mark = pen.mark;
		m->base_epoch = epoch;
		m->has_base = true;
		m->head = m->base;
	}
	spt_pen_fini(&pen);
	spt_buf_fini(&b);
	return rc;
}

/* The delta file of the snapshot that is the head now. */
static int
begin_deltas(struct spt_member *m, struct spt_err *e)
{
	struct spt_buf b;
	const char *s;
	int rc = -1;

	spt_buf_init(&b, m->io);
	if (spt_buf_printf(&b, e, "%s/delta-%lld", m->dir.path,
		(long long)m->base_epoch) < 0 ||
	    (s = spt_buf_str(&b, e)) == NULL ||
	    (m->delta_path = spt_strdup(m->io, s, e)) == NULL ||
	    spt_durable_remove(m->io, m->delta_path, e) < 0)
		goto done;
	m->delta_fd = spt_durable_open(
	    m->io, m->delta_path, O_RDWR | O_CREAT | O_EXCL, 0600, e);
	if (m->delta_fd < 0)
		goto done;
	m->pen.fd = m->delta_fd;
	m->pen.name = m->delta_path;
	b.len = 0;
	if (more_text(m, &m->base, &b, &s, e) == 0)
		rc = spt_pen_head(&m->pen, "delta", m->ckpt.uuid, s, e);
done:
	spt_buf_fini(&b);
	return rc;
}

static int
delta(struct spt_member *m, int64_t epoch, const struct saver *by,
    struct spt_err *e)
{
	bool fresh = m->delta_fd < 0;

	if (fresh && begin_deltas(m, e) < 0)
		return -1;
	if (spt_pen_save(&m->pen, epoch, true, by->save, by->self, e) < 0)
		return -1;
	if (m->io->fdatasync(m->io, m->delta_fd) < 0)
		return spt_fail_errno(
		    e, errno, "%s: cannot sync", m->delta_path);
	if (fresh && spt_durable_sync_folder(m->io, m->dir.path, e) < 0)
		return -1;
	m->deltas++;
	snprintf(m->head.file, sizeof m->head.file, "delta-%lld",
	    (long long)m->base_epoch);
	m->head.length = m->pen.at;
	m->head.mark = m->pen.mark;
	return 0;
}

/* Removes what no restore needs any more. */
static int
clean(struct spt_member *m, struct spt_err *e)
{
	if (m->dir.n < 2)
		return 0;
	if (m->follow == NULL && spt_follow_open(&m->follow, &m->ckpt, e) < 0)
		return -1;
	if (spt_follow_poll(m->follow, e) < 0)
		return -1;
	return spt_statedir_clean(&m->dir, spt_follow_epoch(m->follow), e);
}

static int
refuse(const struct spt_member *m, struct spt_err *e)
{
	return spt_fail(e, SPT_ESYSTEM,
	    "%s: an earlier save failed, nothing more is written", m->dir.path);
}

int
spt_member_note(struct spt_member *m, struct spt_err *e)
{
	if (!m->note_due)
		return 0;
	m->note_due = false;
	return spt_stagenote_write(
	    m->io, m->dir.path, m->ckpt.uuid, m->id, m->args, m->schema, e);
}

int
spt_member_save(struct spt_member *m, int64_t epoch,
    int (*save)(
	void *self, struct spt_state_out *out, bool delta, struct spt_err *e),
    void *self, struct spt_err *e)
{
	const struct saver by = { save, self };
	bool whole = !m->has_base || (m->saves == 0 && due(m));
	int rc;

	if (m->failed)
		return refuse(m, e);
	m->failed = true;
	if (spt_member_note(m, e) < 0)
		return -1;
	rc = whole ? snapshot(m, epoch, &by, e) : delta(m, epoch, &by, e);
	if (rc < 0)
		return -1;
	m->saves++;
	spt_head_print(&m->head, m->what);
	m->failed = false;
	return 0;
}

/* That old files stay hurts nobody now, and may be over the next time. */
static void
tidy(struct spt_member *m)
{
	struct spt_err why = { 0 };

	if (clean(m, &why) == 0 || m->warned || m->warn == NULL)
		return;
	m->warned = true;
	m->warn(m->ctx, why.msg);
}

bool
spt_member_settles(const struct spt_member *m)
{
	return (m->saves > 1 && due(m)) || m->dir.n > 1;
}

int
spt_member_settle(struct spt_member *m, int64_t epoch,
    int (*save)(
	void *self, struct spt_state_out *out, bool delta, struct spt_err *e),
    void *self, struct spt_err *e)
{
	const struct saver by = { save, self };

	if (m->failed)
		return refuse(m, e);
	if (m->saves > 1 && due(m)) {
		m->failed = true;
		if (snapshot(m, epoch, &by, e) < 0)
			return -1;
		spt_head_print(&m->head, m->what);
		m->failed = false;
	}
	tidy(m);
	return 0;
}
