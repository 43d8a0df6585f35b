/*
 * port_stream - the port that is a pipe to the next stage: an Arrow stream.
 */
#include "stage/port.h"
#include "wire/out.h"

struct stream_port {
	struct spt_port port;
	const struct spt_io *io;
	struct spt_out *out;
};

static int
schema(struct spt_port *p, const struct spt_schema *s, struct spt_err *e)
{
	return spt_out_schema(((struct stream_port *)p)->out, s, e);
}

static int
batch(struct spt_port *p, const struct spt_batch *b, struct spt_err *e)
{
	return spt_out_batch(((struct stream_port *)p)->out, b, e);
}

static int
pass(struct spt_port *p, struct spt_in *in, struct spt_err *e)
{
	return spt_out_pass(((struct stream_port *)p)->out, in, e);
}

static int
control(struct spt_port *p, const struct spt_control *c, struct spt_err *e)
{
	return spt_out_control(((struct stream_port *)p)->out, c, e);
}

static int
flush(struct spt_port *p, struct spt_err *e)
{
	return spt_out_flush(((struct stream_port *)p)->out, e);
}

static int
end(struct spt_port *p, struct spt_err *e)
{
	return spt_out_end(((struct stream_port *)p)->out, e);
}

static void
close_(struct spt_port *p)
{
	struct stream_port *s = (struct stream_port *)p;

	spt_out_close(s->out);
	spt_free(s->io, s);
}

static const struct spt_port_ops ops = {
	.schema = schema,
	.batch = batch,
	.pass = pass,
	.control = control,
	.flush = flush,
	.end = end,
	.close = close_,
};

int
spt_port_stream(struct spt_port **port, const struct spt_io *io, int fd,
    const char *name, struct spt_err *e)
{
	struct stream_port *s = spt_alloc_zero(io, sizeof *s, e);

	if (s == NULL)
		return -1;
	s->port.ops = &ops;
	s->port.fd = fd;
	s->io = io;
	if (spt_out_open(&s->out, io, fd, name, e) < 0) {
		spt_free(io, s);
		return -1;
	}
	*port = &s->port;
	return 0;
}
