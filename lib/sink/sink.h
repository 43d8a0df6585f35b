/*
 * sink - where an output goes, and how it becomes lasting epoch by epoch.
 *
 * A sink takes encoded bytes, or rows (a database).  Life without a
 * checkpoint: open, bytes or rows, commit at each barrier (where there is
 * one: a sink of plain bytes has none), end, close.  Under a checkpoint:
 *
 *	open, recover, record (first run), { bytes or rows, commit }, end, close
 *
 * and nothing that was there before is touched until record's answer has been
 * logged and the first byte comes.  A commit is one unit: after a crash at any
 * moment recover finds all of it or none.  Sinks whose store can tell that it
 * already has the epoch after the last logged one (a crash came between the
 * two) say so: the caller then drops the rows of that epoch and commits.
 *
 * A unit is what must be whole for a reader: the part of a directory, a file
 * that is replaced.  It has its own header and end mark.
 */
#ifndef SPT_SINK_H
#define SPT_SINK_H

#include "batch/batch.h"

struct spt_buf;
struct spt_sink;

#define SPT_SINK_ID 64 /* room for the id of an epoch, or a uuid, and NUL */

/* What the store must be brought back to. */
struct spt_sink_point {
	int64_t epoch; /* the last one that was committed; -1: none */
	/* What commit said at that epoch, or record before any; NULL: nothing
	 * was recorded. */
	const char *position;
};

struct spt_sink_epoch {
	int64_t epoch;
	const char *id; /* spate:id of its barrier; "" without a checkpoint */
	bool whole;     /* the unit is complete: let it be seen */
};

struct spt_sink_ops {
	/* Bytes in order; NULL: takes rows. */
	int (*write)(
	    struct spt_sink *, const void *p, size_t n, struct spt_err *e);
	/* All rows of b; NULL: takes bytes. */
	int (*rows)(
	    struct spt_sink *, const struct spt_batch *b, struct spt_err *e);
	/* Only for a sink opened with a uuid, once, first: brings the store
	 * back to the point and sets fresh, size and held.  SPT_ECHECKPOINT:
	 * the store is not the one of this checkpoint, lacks something that
	 * was committed, or is further ahead than the next epoch. */
	int (*recover)(struct spt_sink *, const struct spt_sink_point *at,
	    struct spt_err *e);
	/* Appends the position before the first byte, for the caller to log
	 * durably when nothing has been committed yet. */
	int (*record)(
	    struct spt_sink *, struct spt_buf *position, struct spt_err *e);
	/* All since the last commit is one unit with the number and the id,
	 * lasting if there is a checkpoint; appends the position, one line of
	 * text.  For an epoch that is held it only does the latter.  After a
	 * failure the sink can only be closed.  NULL: plain bytes. */
	int (*commit)(struct spt_sink *, const struct spt_sink_epoch *ep,
	    struct spt_buf *position, struct spt_err *e);
	/* Does the store begin with these bytes?  1 yes, 0 no, -1.  For a
	 * file that is continued; NULL for others. */
	int (*begins)(
	    struct spt_sink *, const void *p, size_t n, struct spt_err *e);
	/* All has been written: what the system still has to say about it.
	 * Not after a failure. */
	int (*end)(struct spt_sink *, struct spt_err *e);
	/* Frees, also after a failure; what was not committed is taken back
	 * where it can be. */
	void (*close)(struct spt_sink *);
};

struct spt_sink {
	const struct spt_sink_ops *ops;
	const char *name; /* for messages */
	int fd;           /* what plain bytes go to, or -1 */
	bool regular;     /* a file: nobody reads it who could leave */
	bool fresh;       /* the unit has no bytes yet */
	bool due;         /* an output is wanted even if no row comes */
	bool units;       /* commit ends units: see above */
	bool exact;       /* commit and recover work: exactly once */
	int64_t size;     /* bytes of the unit so far */
	int64_t epoch;    /* the one being written: set by the caller */
	int64_t held;     /* an epoch that the store has already, or -1 ... */
	char held_id[SPT_SINK_ID]; /* ... and its id */
};

struct spt_sink_conf {
	const char *uuid;   /* of the query that has the checkpoint, or NULL */
	bool append;        /* a file is continued, not emptied */
	bool upsert;        /* rows replace those with the same key columns */
	bool replace;       /* the rows of an epoch replace all others */
	const char *ending; /* of the names of parts: "csv.gz" */
	const struct spt_schema *schema; /* for sinks of rows */
};

/* In all of these names and conf are kept by pointer until close. */

/* A descriptor of the caller, who also closes it. */
SPT_MUST int spt_sink_descriptor(struct spt_sink **sink,
    const struct spt_io *io, int fd, const char *name, struct spt_err *e);

/* A file, emptied or (append) continued; in an unfinished last line of what
 * was there the line is ended first.  A regular file is locked (flock):
 * SPT_ESYSTEM if another program has it. */
SPT_MUST int spt_sink_file(struct spt_sink **sink, const struct spt_io *io,
    const char *path, bool append, struct spt_err *e);
/* The same under a checkpoint: positions hold device, inode, the length that
 * was there (base) and the committed length.  What is not a regular file is
 * written as it comes (exact is false). */
SPT_MUST int spt_sink_file_exact(struct spt_sink **sink,
    const struct spt_io *io, const char *path, const struct spt_sink_conf *conf,
    struct spt_err *e);
/* A regular file that each commit with a whole unit replaces by rename. */
SPT_MUST int spt_sink_replaced(struct spt_sink **sink, const struct spt_io *io,
    const char *path, const struct spt_sink_conf *conf, struct spt_err *e);
/* A directory, made if it is missing, that gets a file for each whole unit:
 * part-<first epoch>-<last epoch>.<ending>, written under a dot name. */
SPT_MUST int spt_sink_parts(struct spt_sink **sink, const struct spt_io *io,
    const char *dir, const struct spt_sink_conf *conf, struct spt_err *e);
/* A table of an SQLite database, both made if missing; one transaction an
 * epoch, with the row of the epoch in table spate_epochs. */
SPT_MUST int spt_sink_sqlite(struct spt_sink **sink, const struct spt_io *io,
    const char *file, const char *table, const struct spt_sink_conf *conf,
    struct spt_err *e);
/* Compresses for inner, which it owns from then on (also when it fails); a
 * commit ends a member of the file. */
SPT_MUST int spt_sink_gzip(struct spt_sink **sink, const struct spt_io *io,
    struct spt_sink *inner, struct spt_err *e);

#endif
