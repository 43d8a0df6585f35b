/*
 * port - where a stage's rows go: the stream to the next stage, a file, or a
 * table on a terminal.  The loop and sread write to a port and do not know
 * which it is.
 */
#ifndef SPT_PORT_H
#define SPT_PORT_H

#include "wire/in.h"

struct spt_port;

struct spt_port_ops {
	/* Once, first; s is on loan until close. */
	int (*schema)(
	    struct spt_port *, const struct spt_schema *s, struct spt_err *e);
	/* b has at least one row and is on loan for the call. */
	int (*batch)(
	    struct spt_port *, const struct spt_batch *b, struct spt_err *e);
	/* The batch that spt_in_peek has shown, as it is.  NULL: all batches
	 * must be seen. */
	int (*pass)(struct spt_port *, struct spt_in *in, struct spt_err *e);
	/* begin, barrier, end, other */
	int (*control)(
	    struct spt_port *, const struct spt_control *c, struct spt_err *e);
	/* The caller is about to wait: what can be seen, let it be seen. */
	int (*flush)(struct spt_port *, struct spt_err *e);
	/* The input ended well: write the end mark, flush, and check what can
	 * only be checked at the end.  Not called after a failure. */
	int (*end)(struct spt_port *, struct spt_err *e);
	/* Frees; on failure paths too. */
	void (*close)(struct spt_port *);
};

struct spt_port {
	const struct spt_port_ops *ops;
	int fd; /* to watch for a reader that left, or -1 */
	/* Set by the port: it will drop all further rows, so that reading on
	 * is for nothing and the loop may end well at once. */
	bool enough;
};

/* The port that writes an Arrow stream to fd.  close leaves fd open. */
SPT_MUST int spt_port_stream(struct spt_port **port, const struct spt_io *io,
    int fd, const char *name, struct spt_err *e);

#endif
