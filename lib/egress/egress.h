/*
 * egress - the end of a pipeline as a port: rows to bytes to a sink.  What
 * swrite is, and what a stage shows when its stdout is a terminal.
 */
#ifndef SPT_EGRESS_H
#define SPT_EGRESS_H

#include "base/tz.h"
#include "stage/port.h"

struct spt_egress_conf {
	const char *format; /* csv tsv ndjson table arrow; NULL: by the name
			       of the file, else csv, or table on a terminal */
	const char *path;   /* NULL or "-": fd */
	int fd;             /* used when there is no path: normally 1 */
	bool append;        /* -a */
	int64_t limit;      /* -n rows; -1: all */
	const char *sort;   /* "[-]col,..." or NULL */
	const struct spt_tz *tz; /* times are printed in it; NULL: UTC, Z */
	bool barriers;           /* a line an epoch, for tests */
	bool terminal;           /* fd is a terminal */
	bool color;              /* terminal, and NO_COLOR is not set */
	int width, height;       /* of the terminal; 0: unknown */
};

/* conf is on loan until close (strings included). */
SPT_MUST int spt_egress_open(struct spt_port **port, const struct spt_io *io,
    const struct spt_egress_conf *conf, struct spt_err *e);

#endif
