/*
 * sink - where the bytes of an output go.
 *
 * A sink takes bytes in order and is told when all of them are there.  One
 * that commits epoch by epoch, or that takes rows instead of bytes, adds an
 * operation of its own; what is here is all that a plain run needs.
 */
#ifndef SPT_SINK_H
#define SPT_SINK_H

#include "base/io.h"

struct spt_sink;

struct spt_sink_ops {
	int (*write)(
	    struct spt_sink *, const void *p, size_t n, struct spt_err *e);
	/* All has been written: what the system still has to say about it. */
	int (*end)(struct spt_sink *, struct spt_err *e);
	/* Frees, also after a failure. */
	void (*close)(struct spt_sink *);
};

struct spt_sink {
	const struct spt_sink_ops *ops;
	const char *name; /* for messages */
	int fd;           /* what the bytes go to */
	bool regular;     /* a file: nobody reads it who could leave */
	bool fresh;       /* nothing was there before */
};

/* A descriptor of the caller, who also closes it.  name is kept by pointer. */
SPT_MUST int spt_sink_descriptor(struct spt_sink **sink,
    const struct spt_io *io, int fd, const char *name, struct spt_err *e);

/* A file, emptied or (append) continued; in an unfinished last line of what
 * was there the line is ended first.  path is kept by pointer. */
SPT_MUST int spt_sink_file(struct spt_sink **sink, const struct spt_io *io,
    const char *path, bool append, struct spt_err *e);
/* Does the file begin with these bytes?  1 yes, 0 no, -1.  For sinks of
 * spt_sink_file with append that are not fresh. */
SPT_MUST int spt_sink_begins(
    struct spt_sink *sink, const void *p, size_t n, struct spt_err *e);

#endif
