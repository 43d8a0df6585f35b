/*
 * dirrecover - a directory sink comes back after a crash.
 *
 * Nothing that can be seen is ever removed: the part of the epoch that was
 * published and not logged is kept, whatever is further ahead is refused.
 */
#include <errno.h>
#include <fcntl.h>

#include "ckpt/durable.h"
#include "sink/dirsink.h"

/* Is what the directory holds of this checkpoint, and not too far ahead? */
static int
check(struct spt__parts *d, const struct spt_sink_point *at,
    const struct spt_partmark *m, struct spt_err *e)
{
	const char *name = d->sink.name;
	bool marked = d->marked;

	if (marked && strcmp(m->uuid, d->conf->uuid) != 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: belongs to another checkpoint (uuid %s): name "
		    "another directory",
		    name, m->uuid);
	if (!marked && at->position == NULL && d->there.last >= 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: holds parts already (%s), and under a checkpoint "
		    "they are numbered by epoch: name an empty directory",
		    name, d->there.newest);
	if (d->there.last > at->epoch + 1 ||
	    (marked && m->epoch > at->epoch + 1))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is at epoch %lld, further ahead than the checkpoint "
		    "(%lld): commits.log has lost what followed (bring "
		    "it back from a copy), or another one has written here",
		    name,
		    (long long)(d->there.last > at->epoch + 1 ? d->there.last
							      : m->epoch),
		    (long long)at->epoch);
	if (d->there.last > at->epoch && (!marked || m->epoch != d->there.last))
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: %s is not of this checkpoint", name, d->there.newest);
	return 0;
}

/* The part of the next epoch was published: makes that last. */
static int
hold(struct spt__parts *d, const struct spt_partmark *m, struct spt_err *e)
{
	const char *path = spt__parts_path(d, &d->path, d->there.newest, e);

	if (path == NULL || spt_durable_sync_file(d->io, path, e) < 0 ||
	    spt__sink_sync(d->io, d->lock, d->dir, e) < 0)
		return -1;
	d->sink.held = m->epoch;
	strcpy(d->sink.held_id, m->id);
	return 0;
}

/* The part that was open at the last commit. */
static int
reopen(struct spt__parts *d, const struct spt_place *p,
    const struct spt_sink_point *at, const struct spt_partmark *m,
    struct spt_err *e)
{
	struct spt_sink *s = &d->sink;
	const char *path;

	d->first = p->base;
	d->committed = p->length;
	path = spt__parts_hidden(d, e);
	if (path == NULL)
		return -1;
	s->fd = spt__sink_open(d->io, path, O_RDWR | O_NOFOLLOW, 0);
	if (s->fd < 0 && errno == ENOENT) {
		/* The run ended in order, and published it. */
		if (m->epoch == at->epoch && m->first == p->base) {
			spt__parts_reset(d);
			return 0;
		}
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is gone; %lld bytes of it were committed", path,
		    (long long)p->length);
	}
	if (s->fd < 0)
		return spt_fail_errno(e, errno, "%s: cannot open", path);
	if (spt__sink_cut(d->io, s->fd, p->length, p->crc, path, e) < 0)
		return -1;
	s->size = p->length;
	d->crc = p->crc;
	d->any = true;
	s->fresh = false;
	return 0;
}

int
spt__parts_recover(
    struct spt_sink *sink, const struct spt_sink_point *at, struct spt_err *e)
{
	struct spt__parts *d = (struct spt__parts *)sink;
	struct spt_partmark m = { .epoch = -1, .first = -1 };
	struct spt_place p = { .base = -1 };
	char keep_name[SPT_PART_NAME] = "";
	int marked;

	if (at->position == NULL && at->epoch >= 0)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: the checkpoint has committed epoch %lld, but no "
		    "position of this directory",
		    sink->name, (long long)at->epoch);
	if (at->position != NULL &&
	    spt__place_get(&p, at->position, sink->name, e) < 0)
		return -1;
	if (spt__parts_open(d, at->epoch < 0, e) < 0)
		return -1;
	if (at->epoch >= 0 && d->is.st_ino != p.inode)
		return spt_fail(e, SPT_ECHECKPOINT,
		    "%s: is another directory than the one that was committed "
		    "to (bring that one back, a copy of it is another one, or "
		    "begin anew with another checkpoint)",
		    sink->name);
	if (p.base >= 0)
		spt__part_hidden(keep_name, p.base, d->conf->ending);
	marked = spt__partmark_get(&m, d->io, d->dir, e);
	if (marked < 0 || spt__partlist_read(&d->there, d->io, d->dir, e) < 0)
		return -1;
	d->marked = marked == 1;
	if (check(d, at, &m, e) < 0 ||
	    spt__partlist_clean(d->io, d->dir, keep_name, e) < 0)
		return -1;
	if (d->there.last > at->epoch)
		return hold(d, &m, e);
	return p.base >= 0 ? reopen(d, &p, at, &m, e) : 0;
}
