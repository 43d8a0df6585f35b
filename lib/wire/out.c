/*
 * out - collects what is small and writes what is large.  A body of less than
 * SMALL bytes is copied behind its head, so that a run of small batches is
 * one write; a larger one goes out at once, together with what was collected,
 * without a copy.
 *
 * The first large body widens the pipe that it goes to, so that who writes it
 * can go on with the next while it is read; a pipe of the usual 64 KiB makes
 * the two wait for each other many times a batch.  A stream of small batches
 * leaves the pipe as it is: what all pipes of a user may hold is limited.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>

#include "wire/out.h"

#define SMALL (16u << 10)
#define COLLECT (64u << 10)
#define PIPE (64 << 10)     /* bytes that a pipe holds */
#define PIPE_MOST (1 << 20) /* ... and may hold, as systems are set up */

struct spt_out {
	const struct spt_io *io;
	int fd;
	const char *name;
	const struct spt_schema *schema;
	struct spt_buf head;    /* collected, not yet written */
	struct spt_buf scratch; /* for spt_wire_body */
	struct iovec *v;
	size_t cap;
	uint64_t written;
	bool wide; /* the pipe is as wide as it gets */
};

int
spt_out_open(struct spt_out **out, const struct spt_io *io, int fd,
    const char *name, struct spt_err *e)
{
	struct spt_out *o = spt_alloc_zero(io, sizeof *o, e);

	*out = o;
	if (o == NULL)
		return -1;
	o->io = io;
	o->fd = fd;
	o->name = name;
	spt_buf_init(&o->head, io);
	spt_buf_init(&o->scratch, io);
	return 0;
}

void
spt_out_close(struct spt_out *o)
{
	if (o == NULL)
		return;
	spt_buf_fini(&o->head);
	spt_buf_fini(&o->scratch);
	spt_free(o->io, o->v);
	spt_free(o->io, o);
}

static void
widen(struct spt_out *o)
{
	int have = o->io->fcntl(o->io, o->fd, F_GETPIPE_SZ, 0);
	int n = PIPE_MOST;

	o->wide = true;
	if (have < PIPE || have >= PIPE_MOST)
		return;
	while (n > PIPE && o->io->fcntl(o->io, o->fd, F_SETPIPE_SZ, n) < 0 &&
	       errno == EPERM)
		n /= 2;
}

/* Writes what is collected and n pieces; room for one more is in o->v. */
static int
write_all(struct spt_out *o, size_t n, struct spt_err *e)
{
	struct iovec *v = o->v;

	memmove(v + 1, v, n * sizeof *v);
	v[0].iov_base = o->head.data;
	v[0].iov_len = o->head.len;
	for (size_t i = 0; i <= n; i++)
		o->written += v[i].iov_len;
	o->head.len = 0;
	return spt_io_writev(o->io, o->fd, v, (int)n + 1, o->name, e);
}

/* A message has been put behind the first `before` bytes, or, rc -1, a part
 * of one: takes that back.  Writes if there is enough. */
static int
collected(struct spt_out *o, size_t before, int rc, struct spt_err *e)
{
	if (rc < 0) {
		o->head.len = before;
		return spt_err_where(e, "%s", o->name);
	}
	return o->head.len >= COLLECT ? spt_out_flush(o, e) : 0;
}

int
spt_out_schema(struct spt_out *o, const struct spt_schema *s, struct spt_err *e)
{
	size_t before = o->head.len;

	o->schema = s;
	return collected(o, before, spt_wire_put_schema(&o->head, s, e), e);
}

int
spt_out_batch(struct spt_out *o, const struct spt_batch *b, struct spt_err *e)
{
	size_t before = o->head.len, n, sum = 0;
	int64_t body;

	if (b->rows == 0)
		return 0;
	if (spt_wire_put_batch_head(&o->head, o->schema, b, &body, e) < 0 ||
	    spt_wire_body(o->io, b, &o->v, &o->cap, &n, &o->scratch, e) < 0 ||
	    spt_grow(o->io, &o->v, &o->cap, n + 1, sizeof *o->v, e) < 0 ||
	    (body < SMALL && spt_buf_reserve(&o->head, (size_t)body, e) < 0))
		return collected(o, before, -1, e);
	for (size_t i = 0; i < n; i++)
		sum += o->v[i].iov_len;
	assert(sum == (size_t)body);
	if (body > PIPE && !o->wide)
		widen(o);
	if (body >= SMALL)
		return write_all(o, n, e);
	for (size_t i = 0; i < n; i++) {
		memcpy(o->head.data + o->head.len, o->v[i].iov_base,
		    o->v[i].iov_len);
		o->head.len += o->v[i].iov_len;
	}
	return collected(o, before, 0, e);
}

int
spt_out_pass(struct spt_out *o, struct spt_in *in, struct spt_err *e)
{
	struct spt_io_move rest = { .to = o->fd, .to_name = o->name };
	int rc;

	if (!o->wide)
		widen(o);
	if (spt_grow(o->io, &o->v, &o->cap, 2, sizeof *o->v, e) < 0)
		return -1;
	spt__in_rest(in, o->v, &rest);
	if (write_all(o, 1, e) < 0)
		return -1;
	rc = spt_io_move(o->io, &rest, e);
	o->written += rest.moved;
	spt__in_passed(in, rest.moved);
	if (rc == 0 && rest.moved < rest.n)
		rc = spt_in_cut(in, e);
	return rc;
}

int
spt_out_control(
    struct spt_out *o, const struct spt_control *c, struct spt_err *e)
{
	size_t before = o->head.len;

	return collected(
	    o, before, spt_wire_put_control(&o->head, o->schema, c, e), e);
}

int
spt_out_flush(struct spt_out *o, struct spt_err *e)
{
	size_t n = o->head.len;

	if (n == 0)
		return 0;
	o->head.len = 0;
	o->written += n;
	return spt_io_write(o->io, o->fd, o->head.data, n, o->name, e);
}

int
spt_out_end(struct spt_out *o, struct spt_err *e)
{
	if (spt_wire_put_eos(&o->head, e) < 0)
		return spt_err_where(e, "%s", o->name);
	return spt_out_flush(o, e);
}

uint64_t
spt_out_bytes(const struct spt_out *o)
{
	return o->written + o->head.len;
}
