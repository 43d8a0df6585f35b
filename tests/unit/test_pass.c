/*
 * Batches that go from one pipe to the next without being looked at: what is
 * told of them, what comes out, and what happens when the way is cut.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "batch/builder.h"
#include "unit.h"
#include "wiretext.h"

#define ROWS 9000
#define PIPE (1 << 20)

/* An io table whose splice moves at most `step` bytes, fails with `code`
 * `times` times first, and counts. */
struct odd {
	struct spt_io io;
	size_t step;
	int code, times, calls;
};

static ssize_t
odd_splice(const struct spt_io *io, int from, int to, size_t n)
{
	struct odd *o = io->ctx;

	o->calls++;
	if (o->times > 0) {
		o->times--;
		errno = o->code;
		return -1;
	}
	if (o->step != 0 && n > o->step)
		n = o->step;
	return splice(from, NULL, to, NULL, n, SPLICE_F_NONBLOCK);
}

static void
odd_init(struct odd *o)
{
	memset(o, 0, sizeof *o);
	o->io = *spt_io_system();
	o->io.splice = odd_splice;
	o->io.ctx = o;
}

/* A stream of one batch of n rows, t and s, each 7th s null, in m. */
static void
write_stream(struct wire_memory *m, int n)
{
	struct spt_err e = { 0 };
	struct spt_schema s;
	struct spt_builder b;
	struct spt_batch v;
	struct spt_out *out;

	wire_memory_init(m);
	spt_schema_init(&s, spt_io_system());
	CHECK(spt_schema_add(&s, "t", SPT_TIMESTAMP, &e) == 0);
	CHECK(spt_schema_add(&s, "s", SPT_UTF8, &e) == 0);
	CHECK(spt_builder_init(&b, spt_io_system(), &s, &e) == 0);
	for (int i = 0; i < n; i++) {
		CHECK(spt_builder_int(&b, 0, 1000 + i, &e) == 0);
		if (i % 7 == 0)
			CHECK(spt_builder_null(&b, 1, &e) == 0);
		else
			CHECK(spt_builder_str(&b, 1, "a text", 6, &e) == 0);
		spt_builder_end_row(&b);
	}
	spt_builder_batch(&b, &v);
	CHECK(spt_out_open(&out, &m->io, 1, "output", &e) == 0);
	CHECK(spt_out_schema(out, &s, &e) == 0);
	CHECK(spt_out_batch(out, &v, &e) == 0);
	CHECK(spt_out_end(out, &e) == 0);
	spt_out_close(out);
	spt_builder_fini(&b);
	spt_schema_fini(&s);
}

static void
wide_pipe(int p[2])
{
	CHECK(pipe(p) == 0);
	CHECK(fcntl(p[1], F_SETPIPE_SZ, PIPE) >= PIPE);
}

static void
put(int fd, const void *p, size_t n)
{
	CHECK(write(fd, p, n) == (ssize_t)n);
}

/* Reads on until a batch is announced (1), or all is over (0). */
static int
announced(struct spt_in *in, struct spt_batch *b, struct spt_err *e)
{
	const struct spt_item *item;
	int rc;

	while ((rc = spt_in_next(in, &item, e)) >= 0 && !spt_in_ended(in)) {
		if (rc > 0)
			continue;
		rc = spt_in_peek(in, b, e);
		if (rc != 0)
			return rc;
		rc = spt_in_fill(in, e);
		if (rc <= 0)
			return rc;
	}
	return rc;
}

/* The stream of m through two pipes, the batch unseen; what came out has to be
 * what went in.  The schema is passed on as bytes. */
static void
through(struct odd *o, const struct wire_memory *m)
{
	struct spt_err e = { 0 };
	const struct spt_schema *s;
	struct spt_out *out;
	struct spt_batch b;
	struct spt_in *in;
	struct spt_buf got;
	int from[2], to[2];
	size_t n;

	wide_pipe(from);
	wide_pipe(to);
	put(from[1], m->data.data, m->data.len);
	close(from[1]);
	CHECK(spt_in_open(&in, &o->io, from[0], "input", &e) == 0);
	CHECK(spt_out_open(&out, &o->io, to[1], "output", &e) == 0);
	CHECK(spt_in_get_schema(in, &s, &e) == 1);
	CHECK(spt_out_schema(out, s, &e) == 0);
	CHECK(announced(in, &b, &e) == 1);
	CHECK(b.rows == ROWS && b.n == 2 && b.ranges[0].any);
	CHECK(b.ranges[0].min == 1000 && b.ranges[0].max == 999 + ROWS);
	CHECK(b.cols[0].null_count == 0 && b.cols[0].ints == NULL);
	CHECK(b.cols[1].null_count == (ROWS + 6) / 7);
	CHECK(0 == spt_out_pass(out, in, &e));
	CHECK(announced(in, &b, &e) == 0);
	CHECK(spt_in_ended(in));
	CHECK(spt_in_bytes(in) == m->data.len);
	CHECK(0 == spt_out_end(out, &e));
	CHECK(spt_out_bytes(out) == m->data.len);
	close(to[1]);
	spt_buf_init(&got, spt_io_system());
	while (spt_buf_reserve(&got, 65536, &e) == 0 &&
	       spt_io_read(spt_io_system(), to[0], got.data + got.len, 65536,
		   &n, "pipe", &e) > 0)
		got.len += n;
	CHECK(got.len == m->data.len &&
	      memcmp(got.data, m->data.data, got.len) == 0);
	spt_buf_fini(&got);
	spt_out_close(out);
	spt_in_close(in);
	close(from[0]);
	close(to[0]);
}

static void
ways(void)
{
	struct wire_memory m;
	struct odd o;

	write_stream(&m, ROWS);
	odd_init(&o);
	through(&o, &m);
	CHECK(o.calls > 0);
	odd_init(&o);
	o.step = 1000;
	through(&o, &m);
	CHECK(o.calls > 10);
	for (int k = 0; k < 2; k++) {
		odd_init(&o);
		o.code = k == 0 ? EINTR : EAGAIN;
		o.times = 3;
		through(&o, &m);
		CHECK(o.calls > 3);
	}
	/* What cannot be spliced is copied. */
	odd_init(&o);
	o.code = EINVAL;
	o.times = 1;
	through(&o, &m);
	CHECK(o.calls == 1);
	spt_buf_fini(&m.data);
}

/* The input ends in the middle of the batch, or cannot be read. */
static void
cut(int code)
{
	struct spt_err e = { 0 };
	const struct spt_schema *s;
	struct wire_memory m;
	struct spt_out *out;
	struct spt_batch b;
	struct spt_in *in;
	int from[2], to[2];
	struct odd o;

	write_stream(&m, ROWS);
	odd_init(&o);
	o.code = code;
	o.times = code != 0;
	wide_pipe(from);
	wide_pipe(to);
	put(from[1], m.data.data, m.data.len - 5000);
	close(from[1]);
	CHECK(spt_in_open(&in, &o.io, from[0], "input", &e) == 0);
	CHECK(spt_out_open(&out, &o.io, to[1], "output", &e) == 0);
	CHECK(spt_in_get_schema(in, &s, &e) == 1);
	CHECK(announced(in, &b, &e) == 1);
	CHECK(spt_out_pass(out, in, &e) == -1);
	if (code == EIO || code == ENOSPC) {
		CHECK(e.kind == SPT_ESYSTEM);
		CHECK(strstr(e.msg, code == EIO
					? "input: cannot move to output: "
					: "output: cannot write: ") == e.msg);
	} else {
		char where[64];

		CHECK(e.kind == SPT_EUPSTREAM);
		snprintf(where, sizeof where, "end mark (byte %zu)",
		    m.data.len - 5000);
		CHECK(strstr(e.msg, where) != NULL);
	}
	spt_out_close(out);
	spt_in_close(in);
	close(from[0]);
	close(to[0]);
	close(to[1]);
	spt_buf_fini(&m.data);
}

/* Nothing comes in any more, and who read the output has left: nobody waits
 * for the one because of the other. */
static void
left(void)
{
	struct spt_err e = { 0 };
	int from[2], to[2];
	struct spt_io_move m = {
		.from_name = "input", .to_name = "output", .n = 100
	};

	CHECK(pipe(from) == 0 && pipe(to) == 0);
	m.from = from[0];
	m.to = to[1];
	close(to[0]);
	signal(SIGPIPE, SIG_IGN);
	alarm(60);
	CHECK(spt_io_move(spt_io_system(), &m, &e) == -1);
	CHECK(e.code == EPIPE && m.moved == 0);
	CHECK(strstr(e.msg, "output: cannot write: ") == e.msg);
	alarm(0);
	signal(SIGPIPE, SIG_DFL);
	close(from[0]);
	close(from[1]);
	close(to[1]);
}

/* What has come as a whole is not on its way. */
static void
small(void)
{
	struct spt_err e = { 0 };
	struct wire_memory m;
	struct spt_batch b;
	struct spt_in *in;
	int from[2];

	write_stream(&m, 1000);
	CHECK(pipe(from) == 0);
	put(from[1], m.data.data, m.data.len);
	close(from[1]);
	CHECK(spt_in_open(&in, spt_io_system(), from[0], "input", &e) == 0);
	CHECK(announced(in, &b, &e) == 0);
	CHECK(spt_in_ended(in));
	spt_in_close(in);
	close(from[0]);
	spt_buf_fini(&m.data);
}

/* A pipe becomes wide when it has to take a large batch, not before; one that
 * is wider than usual already, no less so. */
static void
widths(void)
{
	static const struct {
		int rows, before, after;
	} t[] = { { 1000, 0, 65536 }, { ROWS, 0, PIPE }, { ROWS, PIPE, PIPE } };

	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct spt_err e = { 0 };
		const struct spt_item *item;
		const struct spt_schema *s;
		struct wire_memory m;
		struct spt_out *out;
		struct spt_in *in;
		struct wire_source from;
		int to[2];

		write_stream(&m, t[i].rows);
		CHECK(pipe(to) == 0);
		if (t[i].before != 0)
			CHECK(fcntl(to[1], F_SETPIPE_SZ, t[i].before) >= 0);
		from =
		    (struct wire_source){ .p = m.data.data, .n = m.data.len };
		CHECK(spt_in_open_bytes(&in, spt_io_system(),
			  (struct spt_bytes_in){ wire_source_read, &from },
			  "in", &e) == 0);
		CHECK(
		    spt_out_open(&out, spt_io_system(), to[1], "out", &e) == 0);
		CHECK(spt_in_get_schema(in, &s, &e) == 1);
		CHECK(spt_out_schema(out, s, &e) == 0);
		CHECK(spt_in_get(in, &item, &e) == 1);
		CHECK(0 == spt_out_batch(out, &item->batch, &e));
		CHECK(fcntl(to[0], F_GETPIPE_SZ) == t[i].after);
		spt_out_close(out);
		spt_in_close(in);
		close(to[0]);
		close(to[1]);
		spt_buf_fini(&m.data);
	}
}

int
main(void)
{
	ways();
	cut(0);
	cut(EINVAL);
	cut(EIO);
	cut(ENOSPC);
	left();
	small();
	widths();
	return DONE;
}
