/*
 * membertail - the state files of the runs before, made fit to go on with.
 *
 * The head that was loaded names a snapshot and, mostly, a place in the delta
 * file behind it.  What lies behind that place is of epochs that were never
 * committed: it is cut off, and the cut is synced, before anything is
 * appended, so that no later restart meets it.
 *
 * Logs are copied before they are believed (recordlog.c), because bytes in the
 * page cache need not be on the disk.  Here they are: the head was committed,
 * and nobody sends a head before the sync that it stands for has succeeded.
 * If a later sync of that process failed, pages behind the head may be lost,
 * which are the ones that are cut off, and the page that the head ends in is
 * written again by whoever appends to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ckpt/durable.h"
#include "ckpt/member_state.h"

/* Leaves the file and its descriptor at the end of what the head stands for. */
static int
cut(const struct spt_member *m, struct spt_err *e)
{
	off_t end = (off_t)m->head.length;
	struct stat st;

	if (m->io->fstat(m->io, m->delta_fd, &st) < 0)
		return spt_fail_errno(
		    e, errno, "%s: cannot look at", m->delta_path);
	if (st.st_size != end && m->io->ftruncate(m->io, m->delta_fd, end) < 0)
		return spt_fail_errno(
		    e, errno, "%s: cannot truncate", m->delta_path);
	if (st.st_size != end && m->io->fsync(m->io, m->delta_fd) < 0)
		return spt_fail_errno(
		    e, errno, "%s: cannot sync", m->delta_path);
	if (m->io->lseek(m->io, m->delta_fd, end, SEEK_SET) < 0)
		return spt_fail_errno(
		    e, errno, "%s: cannot seek", m->delta_path);
	return 0;
}

static int
open_deltas(struct spt_member *m, struct spt_err *e)
{
	struct spt_buf b;
	const char *s;
	int rc = -1;

	spt_buf_init(&b, m->io);
	if (spt_buf_printf(&b, e, "%s/%s", m->dir.path, m->head.file) == 0 &&
	    (s = spt_buf_str(&b, e)) != NULL)
		m->delta_path = spt_strdup(m->io, s, e);
	spt_buf_fini(&b);
	if (m->delta_path == NULL)
		return -1;
	m->delta_fd = spt_durable_open(m->io, m->delta_path, O_RDWR, 0, e);
	if (m->delta_fd >= 0)
		rc = cut(m, e);
	m->pen.fd = m->delta_fd;
	m->pen.name = m->delta_path;
	m->pen.at = m->head.length;
	m->pen.mark = m->head.mark;
	return rc;
}

int
spt_member_resume(struct spt_member *m, const struct spt_state_parts *parts,
    struct spt_err *e)
{
	m->failed = true;
	m->base = parts->base;
	m->base_epoch = spt_state_epoch(m->head.file);
	m->deltas = parts->deltas;
	if (m->head.file[0] == 'd' && open_deltas(m, e) < 0)
		return -1;
	m->has_base = true;
	m->failed = false;
	return 0;
}
