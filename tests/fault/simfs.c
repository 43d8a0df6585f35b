/*
 * simfs - inodes in an array; a path is walked name by name.
 *
 * A file has what processes see (now) and what the disk has (disk), and the
 * writes between the two in order; a folder the same with names.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/hash.h"
#include "tests/fault/simfs.h"

struct bytes {
	uint8_t *p;
	size_t n;
};

struct change { /* of a file: a write, or (data NULL) a new length */
	size_t at, n;
	uint8_t *data;
};

struct name {
	char text[200];
	int node;
};

struct names {
	struct name *v;
	size_t n;
};

struct move { /* of a folder: gone disappears, come appears; either may be "" */
	struct name gone, come;
};

struct node {
	bool folder;
	mode_t mode;
	struct bytes now, disk;
	struct change *change;
	size_t n_change;
	struct names names, disk_names;
	struct move *move;
	size_t n_move;
};

struct file {     /* an open one */
	int node; /* -1: free */
	off_t at;
	int flags;
	int lock; /* LOCK_UN, LOCK_SH, LOCK_EX */
};

#define FILES 64
#define FIRST_FD 1000

struct simfs {
	struct spt_io io;
	struct simfs_plan plan;
	struct node *node;
	int n_node;
	struct file file[FILES];
	uint64_t random;
	int64_t clock;
	char path[PATH_MAX];
};

static void *
need(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void *
copy_of(const void *p, size_t n)
{
	void *to = need(malloc(n + 1));

	if (n != 0)
		memcpy(to, p, n);
	return to;
}

static uint64_t
roll(uint64_t *s)
{
	*s += UINT64_C(0x9e3779b97f4a7c15);
	return spt_hash_int(0, *s);
}

/* ---- plain data ---------------------------------------------------------- */

static void
resize(struct bytes *b, size_t n)
{
	b->p = need(realloc(b->p, n + 1));
	if (n > b->n)
		memset(b->p + b->n, 0, n - b->n);
	b->n = n;
}

static void
apply(struct bytes *b, const struct change *c)
{
	if (c->data == NULL) {
		resize(b, c->n);
		return;
	}
	if (c->at + c->n > b->n)
		resize(b, c->at + c->n);
	if (c->n != 0)
		memcpy(b->p + c->at, c->data, c->n);
}

static void
set_bytes(struct bytes *to, const struct bytes *from)
{
	resize(to, from->n);
	if (from->n != 0)
		memcpy(to->p, from->p, from->n);
}

static struct name *
find(const struct names *l, const char *text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].text, text) == 0)
			return &l->v[i];
	return NULL;
}

static void
take_out(struct names *l, const char *text)
{
	struct name *x = find(l, text);

	if (x != NULL)
		*x = l->v[--l->n];
}

static void
put_in(struct names *l, const struct name *x)
{
	take_out(l, x->text);
	l->v = need(realloc(l->v, (l->n + 1) * sizeof *l->v));
	l->v[l->n++] = *x;
}

static void
apply_move(struct names *l, const struct move *m)
{
	if (m->gone.text[0] != '\0')
		take_out(l, m->gone.text);
	if (m->come.text[0] != '\0')
		put_in(l, &m->come);
}

static void
set_names(struct names *to, const struct names *from)
{
	to->n = from->n;
	free(to->v);
	to->v = copy_of(from->v, from->n * sizeof *from->v);
}

static void
forget_changes(struct node *f)
{
	for (size_t i = 0; i < f->n_change; i++)
		free(f->change[i].data);
	f->n_change = f->n_move = 0;
}

static int
new_node(struct simfs *fs, bool folder, mode_t mode)
{
	fs->node = need(
	    realloc(fs->node, (size_t)(fs->n_node + 1) * sizeof *fs->node));
	memset(&fs->node[fs->n_node], 0, sizeof *fs->node);
	fs->node[fs->n_node].folder = folder;
	fs->node[fs->n_node].mode = mode;
	return fs->n_node++;
}

/* The folder and the last name of a path.  -1 with errno. */
static int
walk(struct simfs *fs, const char *path, char last[200])
{
	int at = 0;

	last[0] = '\0';
	while (*path == '/')
		path++;
	while (*path != '\0') {
		size_t n = strcspn(path, "/");
		struct name *x;

		assert(n < 200);
		if (last[0] != '\0') {
			x = find(&fs->node[at].names, last);
			if (x == NULL || !fs->node[x->node].folder) {
				errno = x == NULL ? ENOENT : ENOTDIR;
				return -1;
			}
			at = x->node;
		}
		memcpy(last, path, n);
		last[n] = '\0';
		if (strcmp(last, ".") == 0)
			last[0] = '\0';
		path += n;
		while (*path == '/')
			path++;
	}
	return at;
}

/* The node of a path, or -1 with errno. */
static int
look_up(struct simfs *fs, const char *path)
{
	char last[200];
	int at = walk(fs, path, last);
	struct name *x;

	if (at < 0 || last[0] == '\0')
		return at;
	x = find(&fs->node[at].names, last);
	if (x == NULL) {
		errno = ENOENT;
		return -1;
	}
	return x->node;
}

static void
change_names(
    struct simfs *fs, int at, const char *gone, const char *come, int node)
{
	struct node *d = &fs->node[at];
	struct move m;

	memset(&m, 0, sizeof m);
	strcpy(m.gone.text, gone);
	strcpy(m.come.text, come);
	m.come.node = node;
	d->move = need(realloc(d->move, (d->n_move + 1) * sizeof m));
	d->move[d->n_move++] = m;
	apply_move(&d->names, &m);
}

static void
change_bytes(struct node *f, size_t at, const void *p, size_t n)
{
	struct change c = { at, n, p != NULL ? copy_of(p, n) : NULL };

	f->change =
	    need(realloc(f->change, (f->n_change + 1) * sizeof *f->change));
	f->change[f->n_change++] = c;
	apply(&f->now, &c);
}

/* ---- what the plan says -------------------------------------------------- */

/* A call begins.  0 it goes on; -1 it fails with errno. */
static int
call(struct simfs *fs)
{
	struct simfs_plan *p = &fs->plan;

	p->calls++;
	if (p->dead) {
		errno = EIO;
		return -1;
	}
	if (p->fail != 0 &&
	    (p->calls == p->fail || (p->forever && p->calls > p->fail))) {
		p->fired = true;
		errno = p->code;
		return -1;
	}
	return 0;
}

/* An operation that changes something.  0: do it; 1: do it half, then die; 2:
 * do it, then die; -1: it fails. */
static int
operate(struct simfs *fs)
{
	struct simfs_plan *p = &fs->plan;

	if (call(fs) < 0)
		return -1;
	p->ops++;
	if (p->crash == 0 || p->ops != p->crash)
		return 0;
	p->dead = p->fired = true;
	errno = EIO;
	return p->part == 0 ? -1 : p->part;
}

/* Nobody is left to see what a call returned. */
static int
result(struct simfs *fs, int rc)
{
	if (!fs->plan.dead)
		return rc;
	errno = EIO;
	return -1;
}

#define FS(io) ((struct simfs *)(io)->ctx)

static struct file *
get_file(struct simfs *fs, int fd)
{
	assert(fd >= FIRST_FD && fd < FIRST_FD + FILES);
	assert(fs->file[fd - FIRST_FD].node >= 0);
	return &fs->file[fd - FIRST_FD];
}

/* ---- the table ----------------------------------------------------------- */

static int
sim_open(const struct spt_io *io, const char *path, int flags, unsigned mode)
{
	struct simfs *fs = FS(io);
	char last[200];
	int at = walk(fs, path, last), node, k;
	struct name *x;

	if (at < 0)
		return call(fs) < 0 ? -1 : (errno = ENOENT, -1);
	x = last[0] != '\0' ? find(&fs->node[at].names, last) : NULL;
	if (x == NULL && last[0] != '\0' && (flags & O_CREAT) != 0) {
		k = operate(fs);
		if (k < 0)
			return -1;
		node = new_node(fs, false, S_IFREG | mode);
		change_names(fs, at, "", last, node);
		if (k > 0)
			return result(fs, -1);
	} else {
		if (call(fs) < 0)
			return -1;
		node = x != NULL ? x->node : last[0] == '\0' ? at : -1;
		if (node < 0) {
			errno = ENOENT;
			return -1;
		}
		if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) {
			errno = EEXIST;
			return -1;
		}
		if ((flags & O_DIRECTORY) != 0 && !fs->node[node].folder) {
			errno = ENOTDIR;
			return -1;
		}
	}
	for (k = 0; k < FILES && fs->file[k].node >= 0; k++)
		;
	assert(k < FILES);
	fs->file[k] = (struct file){ node, 0, flags, LOCK_UN };
	if ((flags & O_TRUNC) != 0)
		change_bytes(&fs->node[node], 0, NULL, 0);
	return FIRST_FD + k;
}

static int
sim_close(const struct spt_io *io, int fd)
{
	struct simfs *fs = FS(io);

	get_file(fs, fd)->node = -1;
	return call(fs);
}

static ssize_t
sim_read(const struct spt_io *io, int fd, void *p, size_t n)
{
	struct simfs *fs = FS(io);
	struct file *f = get_file(fs, fd);
	struct node *x = &fs->node[f->node];

	if (call(fs) < 0)
		return -1;
	if (x->folder) {
		errno = EISDIR;
		return -1;
	}
	if ((size_t)f->at >= x->now.n)
		return 0;
	if (n > x->now.n - (size_t)f->at)
		n = x->now.n - (size_t)f->at;
	if (n > 1 && fs->plan.calls == fs->plan.shorten) {
		fs->plan.fired = true;
		n = 1;
	}
	memcpy(p, x->now.p + f->at, n);
	f->at += (off_t)n;
	return (ssize_t)n;
}

static ssize_t
sim_writev(const struct spt_io *io, int fd, const struct iovec *v, int n)
{
	struct simfs *fs = FS(io);
	struct file *f = get_file(fs, fd);
	struct node *x = &fs->node[f->node];
	struct bytes all = { 0 };
	int how = operate(fs);

	if (how < 0)
		return -1;
	for (int i = 0; i < n; i++) {
		size_t at = all.n;

		resize(&all, at + v[i].iov_len);
		if (v[i].iov_len != 0)
			memcpy(all.p + at, v[i].iov_base, v[i].iov_len);
	}
	if (how == 1)
		all.n /= 2;
	if (all.n > 1 && fs->plan.calls == fs->plan.shorten) {
		fs->plan.fired = true;
		all.n = 1;
	}
	if ((f->flags & O_APPEND) != 0)
		f->at = (off_t)x->now.n;
	if (all.n != 0)
		change_bytes(x, (size_t)f->at, all.p, all.n);
	f->at += (off_t)all.n;
	free(all.p);
	return result(fs, (int)all.n);
}

static off_t
sim_lseek(const struct spt_io *io, int fd, off_t at, int whence)
{
	struct simfs *fs = FS(io);
	struct file *f = get_file(fs, fd);

	if (call(fs) < 0)
		return -1;
	f->at = whence == SEEK_SET   ? at
		: whence == SEEK_CUR ? f->at + at
				     : (off_t)fs->node[f->node].now.n + at;
	return f->at;
}

static void
describe(const struct simfs *fs, int node, struct stat *st)
{
	const struct node *x = &fs->node[node];

	memset(st, 0, sizeof *st);
	st->st_dev = 77;
	st->st_ino = (ino_t)node + 1;
	st->st_mode = x->mode;
	st->st_size = (off_t)x->now.n;
	st->st_uid = 1000;
	st->st_nlink = 1;
}

static int
sim_fstat(const struct spt_io *io, int fd, struct stat *st)
{
	struct simfs *fs = FS(io);

	if (call(fs) < 0)
		return -1;
	describe(fs, get_file(fs, fd)->node, st);
	return 0;
}

static int
sim_stat(const struct spt_io *io, const char *path, struct stat *st)
{
	struct simfs *fs = FS(io);
	int node;

	if (call(fs) < 0 || (node = look_up(fs, path)) < 0)
		return -1;
	describe(fs, node, st);
	return 0;
}

static int
sim_poll(const struct spt_io *io, struct pollfd *p, nfds_t n, int timeout_ms)
{
	struct simfs *fs = FS(io);

	(void)p;
	(void)n;
	if (fs->plan.no_wait)
		abort();
	fs->clock += timeout_ms > 0 ? (int64_t)timeout_ms * 1000 : 1;
	return call(fs);
}

static int
sync_node(struct simfs *fs, int fd)
{
	struct node *x = &fs->node[get_file(fs, fd)->node];
	int how = operate(fs);

	if (how < 0 && !fs->plan.dead) {
		/* What could not be written is forgotten. */
		forget_changes(x);
		return -1;
	}
	if (how < 0)
		return -1;
	for (size_t i = 0; i < x->n_change; i++)
		if (how != 1 || i < x->n_change / 2)
			apply(&x->disk, &x->change[i]);
	for (size_t i = 0; i < x->n_move; i++)
		if (how != 1 || i < x->n_move / 2)
			apply_move(&x->disk_names, &x->move[i]);
	if (how != 1)
		forget_changes(x);
	return result(fs, 0);
}

static int
sim_fsync(const struct spt_io *io, int fd)
{
	return sync_node(FS(io), fd);
}

static int
sim_ftruncate(const struct spt_io *io, int fd, off_t n)
{
	struct simfs *fs = FS(io);
	int how = operate(fs);

	if (how < 0)
		return -1;
	change_bytes(&fs->node[get_file(fs, fd)->node], 0, NULL, (size_t)n);
	return result(fs, 0);
}

static int
sim_rename(const struct spt_io *io, const char *from, const char *to)
{
	struct simfs *fs = FS(io);
	char a[200], b[200];
	int x = walk(fs, from, a), y = walk(fs, to, b), how;
	struct name *n;

	/* Only inside a folder: more is not needed, and is not atomic. */
	assert(x == y && x >= 0);
	how = operate(fs);
	if (how < 0)
		return -1;
	n = find(&fs->node[x].names, a);
	if (n == NULL) {
		errno = ENOENT;
		return -1;
	}
	change_names(fs, x, a, b, n->node);
	return result(fs, 0);
}

static int
sim_unlink(const struct spt_io *io, const char *path)
{
	struct simfs *fs = FS(io);
	char last[200];
	int at = walk(fs, path, last), how;

	if (at < 0 || find(&fs->node[at].names, last) == NULL) {
		if (call(fs) < 0)
			return -1;
		errno = ENOENT;
		return -1;
	}
	how = operate(fs);
	if (how < 0)
		return -1;
	change_names(fs, at, last, "", -1);
	return result(fs, 0);
}

static int
sim_mkdir(const struct spt_io *io, const char *path, unsigned mode)
{
	struct simfs *fs = FS(io);
	char last[200];
	int at = walk(fs, path, last), how;

	if (at < 0)
		return call(fs) < 0 ? -1 : (errno = ENOENT, -1);
	if (last[0] == '\0' || find(&fs->node[at].names, last) != NULL) {
		if (call(fs) < 0)
			return -1;
		errno = EEXIST;
		return -1;
	}
	how = operate(fs);
	if (how < 0)
		return -1;
	change_names(fs, at, "", last, new_node(fs, true, S_IFDIR | mode));
	return result(fs, 0);
}

static int
sim_rmdir(const struct spt_io *io, const char *path)
{
	return sim_unlink(io, path);
}

static int
sim_flock(const struct spt_io *io, int fd, int operation)
{
	struct simfs *fs = FS(io);
	struct file *f = get_file(fs, fd);
	int want = operation & ~LOCK_NB;

	if (call(fs) < 0)
		return -1;
	for (int k = 0; k < FILES; k++) {
		const struct file *o = &fs->file[k];

		if (o == f || o->node != f->node || o->lock == LOCK_UN)
			continue;
		if (want == LOCK_EX ||
		    (want == LOCK_SH && o->lock == LOCK_EX)) {
			assert((operation & LOCK_NB) != 0);
			errno = EWOULDBLOCK;
			return -1;
		}
	}
	f->lock = want;
	return 0;
}

static int
sim_list(const struct spt_io *io, const char *path,
    int (*each)(void *ctx, const char *name), void *ctx)
{
	struct simfs *fs = FS(io);
	struct names copy = { 0 };
	int node, rc = 0;

	if (call(fs) < 0 || (node = look_up(fs, path)) < 0)
		return -1;
	if (!fs->node[node].folder) {
		errno = ENOTDIR;
		return -1;
	}
	set_names(&copy, &fs->node[node].names);
	for (size_t i = 0; i < copy.n && rc == 0; i++)
		rc = each(ctx, copy.v[i].text);
	free(copy.v);
	return rc;
}

static int
sim_realpath(const struct spt_io *io, const char *path, char *resolved)
{
	struct simfs *fs = FS(io);

	if (call(fs) < 0 || look_up(fs, path) < 0)
		return -1;
	strcpy(resolved, path);
	return 0;
}

static uid_t
sim_geteuid(const struct spt_io *io)
{
	(void)io;
	return 1000;
}

static int
sim_random(const struct spt_io *io, void *p, size_t n)
{
	struct simfs *fs = FS(io);
	uint8_t *to = p;

	if (call(fs) < 0)
		return -1;
	while (n-- > 0)
		*to++ = (uint8_t)roll(&fs->random);
	return 0;
}

static spt_time
sim_now(const struct spt_io *io)
{
	return INT64_C(1700000000000000) + FS(io)->clock;
}

static int64_t
sim_mono(const struct spt_io *io)
{
	return FS(io)->clock * 1000;
}

static void *
sim_realloc(const struct spt_io *io, void *p, size_t n)
{
	struct simfs_plan *plan = &FS(io)->plan;

	plan->allocs++;
	if (plan->starve != 0 && plan->allocs >= plan->starve) {
		plan->fired = true;
		return NULL;
	}
	if (p == NULL)
		plan->held++;
	return need(realloc(p, n));
}

/* There are no pipes here. */
static ssize_t
sim_splice(const struct spt_io *io, int from, int to, size_t n)
{
	(void)io;
	(void)from;
	(void)to;
	(void)n;
	errno = EINVAL;
	return -1;
}

static int
sim_fcntl(const struct spt_io *io, int fd, int command, int arg)
{
	(void)io;
	(void)fd;
	(void)command;
	(void)arg;
	errno = EBADF;
	return -1;
}

static void
sim_free(const struct spt_io *io, void *p)
{
	FS(io)->plan.held--;
	free(p);
}

/* ---- life ---------------------------------------------------------------- */

static void
fill_table(struct simfs *fs)
{
	fs->io = (struct spt_io){
		.open = sim_open,
		.close = sim_close,
		.read = sim_read,
		.writev = sim_writev,
		.lseek = sim_lseek,
		.fstat = sim_fstat,
		.stat = sim_stat,
		.lstat = sim_stat,
		.poll = sim_poll,
		.splice = sim_splice,
		.fcntl = sim_fcntl,
		.fsync = sim_fsync,
		.fdatasync = sim_fsync,
		.ftruncate = sim_ftruncate,
		.rename = sim_rename,
		.unlink = sim_unlink,
		.mkdir = sim_mkdir,
		.rmdir = sim_rmdir,
		.flock = sim_flock,
		.list = sim_list,
		.realpath = sim_realpath,
		.geteuid = sim_geteuid,
		.random = sim_random,
		.now = sim_now,
		.mono = sim_mono,
		.realloc = sim_realloc,
		.free = sim_free,
		.ctx = fs,
	};
}

struct simfs *
simfs_new(uint64_t seed)
{
	struct simfs *fs = need(calloc(1, sizeof *fs));

	fill_table(fs);
	fs->random = seed;
	for (int k = 0; k < FILES; k++)
		fs->file[k].node = -1;
	new_node(fs, true, S_IFDIR | 0755);
	return fs;
}

struct simfs *
simfs_clone(const struct simfs *fs)
{
	struct simfs *to = copy_of(fs, sizeof *fs);

	fill_table(to);
	memset(&to->plan, 0, sizeof to->plan);
	to->node = copy_of(fs->node, (size_t)fs->n_node * sizeof *fs->node);
	for (int i = 0; i < fs->n_node; i++) {
		const struct node *a = &fs->node[i];
		struct node *b = &to->node[i];

		b->now.p = copy_of(a->now.p, a->now.n);
		b->disk.p = copy_of(a->disk.p, a->disk.n);
		b->names.v =
		    copy_of(a->names.v, a->names.n * sizeof *a->names.v);
		b->disk_names.v = copy_of(
		    a->disk_names.v, a->disk_names.n * sizeof *a->names.v);
		b->move = copy_of(a->move, a->n_move * sizeof *a->move);
		b->change = copy_of(a->change, a->n_change * sizeof *a->change);
		for (size_t k = 0; k < a->n_change; k++)
			if (a->change[k].data != NULL)
				b->change[k].data =
				    copy_of(a->change[k].data, a->change[k].n);
	}
	return to;
}

void
simfs_free(struct simfs *fs)
{
	for (int i = 0; i < fs->n_node; i++) {
		struct node *x = &fs->node[i];

		forget_changes(x);
		free(x->now.p);
		free(x->disk.p);
		free(x->names.v);
		free(x->disk_names.v);
		free(x->change);
		free(x->move);
	}
	free(fs->node);
	free(fs);
}

const struct spt_io *
simfs_io(struct simfs *fs)
{
	return &fs->io;
}

struct simfs_plan *
simfs_plan(struct simfs *fs)
{
	return &fs->plan;
}

/* ---- the crash ----------------------------------------------------------- */

static void
lose_bytes(struct node *x, enum simfs_loss loss, uint64_t *seed)
{
	size_t whole = x->now.n;

	for (size_t i = 0; i < x->n_change; i++) {
		struct change c = x->change[i];
		bool last = i + 1 == x->n_change;

		if (loss == SIMFS_DROP || loss == SIMFS_STRETCH ||
		    (loss == SIMFS_RANDOM && roll(seed) % 2 == 0))
			continue;
		if (loss == SIMFS_TORN && last && c.data != NULL)
			c.n = roll(seed) % (c.n + 1);
		apply(&x->disk, &c);
	}
	/* The length may be there before the bytes are. */
	if ((loss == SIMFS_STRETCH ||
		(loss == SIMFS_RANDOM && roll(seed) % 2 == 0)) &&
	    x->disk.n < whole)
		resize(&x->disk, whole);
}

static void
lose_names(struct node *x, enum simfs_loss loss, uint64_t *seed)
{
	for (size_t i = 0; i < x->n_move; i++)
		if (loss == SIMFS_KEEP || loss == SIMFS_STRETCH ||
		    (loss == SIMFS_TORN && i + 1 < x->n_move) ||
		    (loss == SIMFS_RANDOM && roll(seed) % 2 == 0))
			apply_move(&x->disk_names, &x->move[i]);
}

void
simfs_restart(struct simfs *fs, enum simfs_loss loss, uint64_t seed)
{
	for (int k = 0; k < FILES; k++)
		fs->file[k].node = -1;
	fs->plan = (struct simfs_plan){ .held = fs->plan.held };
	if (loss == SIMFS_KILLED)
		return;
	for (int i = 0; i < fs->n_node; i++) {
		struct node *x = &fs->node[i];

		lose_bytes(x, loss, &seed);
		lose_names(x, loss, &seed);
		forget_changes(x);
		set_bytes(&x->now, &x->disk);
		set_names(&x->names, &x->disk_names);
	}
}

int
simfs_open_files(const struct simfs *fs)
{
	int n = 0;

	for (int k = 0; k < FILES; k++)
		n += fs->file[k].node >= 0;
	return n;
}

/* ---- for tests that look and damage -------------------------------------- */

/* Counts k down to the file that is meant. */
static bool
search(struct simfs *fs, int at, size_t length, size_t *k)
{
	const struct names *l = &fs->node[at].names;

	for (size_t i = 0; i < l->n; i++) {
		size_t n = (size_t)snprintf(fs->path + length,
		    sizeof fs->path - length, "/%s", l->v[i].text);

		if (fs->node[l->v[i].node].folder) {
			if (search(fs, l->v[i].node, length + n, k))
				return true;
		} else if ((*k)-- == 0) {
			return true;
		}
	}
	return false;
}

const char *
simfs_file(struct simfs *fs, size_t k)
{
	fs->path[0] = '\0';
	return search(fs, 0, 0, &k) ? fs->path : NULL;
}

const uint8_t *
simfs_get(struct simfs *fs, const char *path, size_t *n)
{
	int node = look_up(fs, path);

	if (node < 0)
		return NULL;
	*n = fs->node[node].now.n;
	return fs->node[node].now.p != NULL ? fs->node[node].now.p
					    : (const uint8_t *)"";
}

void
simfs_set(struct simfs *fs, const char *path, const void *p, size_t n)
{
	char last[200];
	int at = walk(fs, path, last), node = look_up(fs, path);
	struct change length = { 0, n, NULL }, bytes = { 0, n, NULL };
	struct node *x;

	assert(at >= 0);
	if (node < 0) {
		struct move m;

		node = new_node(fs, false, S_IFREG | 0600);
		memset(&m, 0, sizeof m);
		strcpy(m.come.text, last);
		m.come.node = node;
		apply_move(&fs->node[at].names, &m);
		apply_move(&fs->node[at].disk_names, &m);
	}
	x = &fs->node[node];
	forget_changes(x);
	bytes.data = copy_of(p, n);
	apply(&x->now, &length);
	apply(&x->now, &bytes);
	set_bytes(&x->disk, &x->now);
	free(bytes.data);
}

void
simfs_remove(struct simfs *fs, const char *path)
{
	char last[200];
	int at = walk(fs, path, last);

	if (at < 0)
		return;
	take_out(&fs->node[at].names, last);
	take_out(&fs->node[at].disk_names, last);
}

bool
simfs_exists(struct simfs *fs, const char *path)
{
	return look_up(fs, path) >= 0;
}
