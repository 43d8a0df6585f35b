/*
 * modelport - a reader sees the model of one barrier or of the next one, never
 * a part of one.
 *
 * A crash between the file and the state of the stage leaves a file that is an
 * epoch ahead.  That epoch's input is logged by then, so it is learned again
 * from the same rows and gives the same file.
 */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "ckpt/durable.h"
#include "score/modelport.h"

struct modelport {
	struct spt_port port;
	const struct spt_io *io;
	char *folder;
	const char *name; /* in the path of the caller */
	struct spt_buf text;
	bool due;
};

static int
schema(struct spt_port *port, const struct spt_schema *s, struct spt_err *e)
{
	(void)port;
	(void)s;
	(void)e;
	return 0;
}

static int
batch(struct spt_port *port, const struct spt_batch *b, struct spt_err *e)
{
	struct modelport *p = (struct modelport *)port;
	const char *text;
	size_t n;

	text = spt_col_str(&b->cols[0], b->rows - 1, &n);
	p->text.len = 0;
	p->due = true;
	return spt_buf_put(&p->text, text, n, e);
}

static int
control(struct spt_port *port, const struct spt_control *c, struct spt_err *e)
{
	struct modelport *p = (struct modelport *)port;

	if (c->kind != SPT_ITEM_BARRIER || !p->due)
		return 0;
	p->due = false;
	return spt_durable_write(
	    p->io, p->folder, p->name, 0644, p->text.data, p->text.len, e);
}

static int
nothing(struct spt_port *port, struct spt_err *e)
{
	(void)port;
	(void)e;
	return 0;
}

static void
close_(struct spt_port *port)
{
	struct modelport *p = (struct modelport *)port;

	spt_buf_fini(&p->text);
	spt_free(p->io, p->folder);
	spt_free(p->io, p);
}

static const struct spt_port_ops ops = {
	.schema = schema,
	.batch = batch,
	.control = control,
	.flush = nothing,
	.end = nothing,
	.close = close_,
};

static int
check(const struct spt_io *io, const char *path, const char *name,
    const char *folder, struct spt_err *e)
{
	struct stat st;

	if (name[0] == '\0')
		return spt_fail(
		    e, SPT_EUSAGE, "--save %s: is no name of a file", path);
	if (io->stat(io, folder, &st) < 0)
		return spt_fail_errno(e, errno, "--save %s", path);
	if (!S_ISDIR(st.st_mode))
		return spt_fail(e, SPT_EUSAGE, "--save %s: %s is no directory",
		    path, folder);
	if (io->lstat(io, path, &st) == 0 && !S_ISREG(st.st_mode))
		return spt_fail(e, SPT_EUSAGE,
		    "--save %s: is no regular file, and each barrier replaces "
		    "it",
		    path);
	return 0;
}

int
spt_modelport_open(struct spt_port **port, const struct spt_io *io,
    const char *path, struct spt_err *e)
{
	const char *slash = strrchr(path, '/');
	struct modelport *p = spt_alloc_zero(io, sizeof *p, e);

	if (p == NULL)
		return -1;
	p->port.ops = &ops;
	p->port.fd = -1;
	p->io = io;
	p->name = slash != NULL ? slash + 1 : path;
	spt_buf_init(&p->text, io);
	if (slash == NULL)
		p->folder = spt_strdup(io, ".", e);
	else
		p->folder = spt_strndup(
		    io, path, slash == path ? 1 : (size_t)(slash - path), e);
	if (p->folder == NULL || check(io, path, p->name, p->folder, e) < 0) {
		close_(&p->port);
		return -1;
	}
	*port = &p->port;
	return 0;
}
