/*
 * egress - the end of a pipeline as a port: rows to bytes to sinks.  What
 * swrite is, and what a stage shows when its stdout is a terminal.
 */
#ifndef SPT_EGRESS_H
#define SPT_EGRESS_H

#include "base/tz.h"
#include "stage/port.h"

/* From where the sinks go on. */
struct spt_restore {
	const char *uuid; /* of the query, on loan until the port is closed */
	int64_t epoch;    /* the last one that was committed; -1: none */
	/* What record or commit was given last, on loan for the call; NULL:
	 * nothing. */
	const char *positions;
	bool joins; /* any epoch may be the first one after none */
};

/* The log of commits, of whoever opens the port.  Positions are text, to be
 * kept as it is. */
struct spt_commits {
	/* Called with the schema, before any sink is touched.  1: there is a
	 * checkpoint, and *r is filled; 0: there is none; -1. */
	int (*open)(void *ctx, const struct spt_schema *s,
	    struct spt_restore *r, struct spt_err *e);
	/* To be logged durably before it returns: from here on the sinks may
	 * be written to.  Only called before the first commit. */
	int (*record)(void *ctx, const char *positions, struct spt_err *e);
	/* All sinks hold the epoch of this barrier: to be logged durably. */
	int (*commit)(void *ctx, const struct spt_control *barrier,
	    const char *positions, struct spt_err *e);
	void *ctx;
};

struct spt_egress_conf {
	const char *format; /* csv tsv ndjson table arrow; NULL: by the name
			       of the file, else csv, or table on a terminal */
	/* FILE, DIR/, sqlite:FILE?table=NAME, "-" (fd); none: fd. */
	const char *const *sinks;
	size_t n_sinks;
	int fd;                  /* standard output: normally 1 */
	bool append;             /* -a */
	bool gzip;               /* -z */
	int64_t roll;            /* --roll: bytes of a part; 0: one an epoch */
	int64_t limit;           /* -n rows; -1: all */
	const char *sort;        /* "[-]col,..." or NULL */
	const struct spt_tz *tz; /* times are printed in it; NULL: UTC, Z */
	bool barriers;           /* a line an epoch, for tests */
	bool terminal;           /* fd is a terminal */
	bool color;              /* terminal, and NO_COLOR is not set */
	int width, height;       /* of the terminal; 0: unknown */
	const struct spt_commits *commits; /* NULL: never a checkpoint */
	/* One line for the user (no newline); NULL: dropped. */
	void (*say)(void *ctx, const char *line);
	void *say_ctx;
};

/* conf is on loan until close (strings included). */
SPT_MUST int spt_egress_open(struct spt_port **port, const struct spt_io *io,
    const struct spt_egress_conf *conf, struct spt_err *e);

#endif
