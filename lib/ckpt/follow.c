/*
 * follow - reads commits.log while swrite writes it.
 *
 * When nothing was appended a poll costs one lstat: same file, same length.
 * A trimmed log is another file under the same name and is read from its
 * start; the descriptor of the old one is kept until then, so that its inode
 * number cannot come back.  A record that looks cut off is one that is being
 * written: it is read at the next poll.
 */
#include <errno.h>
#include <fcntl.h>

#include "ckpt/commitlog.h"
#include "ckpt/durable.h"
#include "ckpt/logentry.h"

struct spt_follow {
	const struct spt_ckpt *c;
	const struct spt_io *io;
	char *path;
	int fd;
	dev_t dev;
	ino_t ino;
	off_t seen; /* length of the file at the last poll */
	bool started;
	struct spt_reader r;
	int64_t epoch;
};

int
spt_follow_open(
    struct spt_follow **out, const struct spt_ckpt *c, struct spt_err *e)
{
	struct spt_follow *f = spt_alloc_zero(c->io, sizeof *f, e);
	struct spt_buf path;
	const char *s;

	if (f == NULL)
		return -1;
	f->c = c;
	f->io = c->io;
	f->fd = -1;
	f->epoch = -1;
	spt_buf_init(&path, f->io);
	if (spt_ckpt_path(c, &path, "commits.log", e) == 0 &&
	    (s = spt_buf_str(&path, e)) != NULL)
		f->path = spt_strdup(f->io, s, e);
	spt_buf_fini(&path);
	if (f->path == NULL) {
		spt_follow_close(f);
		return -1;
	}
	*out = f;
	return 0;
}

static void
leave(struct spt_follow *f)
{
	if (f->fd < 0)
		return;
	spt_reader_fini(&f->r);
	f->io->close(f->io, f->fd);
	f->fd = -1;
	f->started = false;
}

static int
reopen(struct spt_follow *f, struct spt_err *e)
{
	struct stat st;

	leave(f);
	f->fd = spt_durable_open(f->io, f->path, O_RDONLY, 0, e);
	if (f->fd < 0)
		return -1;
	spt_reader_init(&f->r, f->io, f->fd, f->path, 0, 0);
	if (f->io->fstat(f->io, f->fd, &st) < 0) {
		spt_fail_errno(e, errno, "%s: cannot look at", f->path);
		leave(f);
		return -1;
	}
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	return 0;
}

/* Reads what is new.  1 something, 0 nothing, -1. */
static int
read_on(struct spt_follow *f, struct spt_err *e)
{
	struct spt_commit commit;
	struct spt_rec rec;
	int rc = 0, news = 0;

	if (!f->started)
		rc =
		    spt_filehead_get(&f->r, "commits.log", f->c->uuid, NULL, e);
	f->started = rc == 0;
	while (rc == 0 && (rc = spt_reader_next(&f->r, &rec, e)) > 0) {
		rc = spt_commit_get(&rec, f->path, &commit, e);
		if (rc < 0 || commit.epoch <= f->epoch)
			continue;
		f->epoch = commit.epoch;
		news = 1;
	}
	return rc < 0 ? -1 : news;
}

int
spt_follow_poll(struct spt_follow *f, struct spt_err *e)
{
	struct stat st;
	int rc;

	if (f->io->lstat(f->io, f->path, &st) < 0)
		return spt_fail_errno(e, errno, "%s: cannot look at", f->path);
	if (f->fd < 0 || st.st_dev != f->dev || st.st_ino != f->ino) {
		if (reopen(f, e) < 0)
			return -1;
	} else if (st.st_size == f->seen) {
		return 0;
	}
	f->seen = st.st_size;
	rc = read_on(f, e);
	/* Whoever tries again begins anew: nothing is passed over. */
	if (rc < 0)
		leave(f);
	return rc;
}

int64_t
spt_follow_epoch(const struct spt_follow *f)
{
	return f->epoch;
}

void
spt_follow_close(struct spt_follow *f)
{
	if (f == NULL)
		return;
	leave(f);
	spt_free(f->io, f->path);
	spt_free(f->io, f);
}
