/*
 * lanes - all outputs of one swrite, and the log of their commits.
 */
#ifndef SPT_LANES_H
#define SPT_LANES_H

#include "egress/lane.h"

struct spt_lanes {
	const struct spt_io *io;
	const struct spt_egress_conf *conf;
	struct spt_lane *v;
	size_t n;
	int fd;                   /* to watch for a reader that left, or -1 */
	bool streams;             /* one of them is an Arrow stream */
	bool exact;               /* there is a checkpoint */
	int64_t epoch;            /* the last one that was committed to it */
	bool joins;               /* its first one may be any */
	struct spt_schema schema; /* what is written */
	struct spt_buf positions;
};

/* As spt_egress_open; what was made before a failure is for fini. */
SPT_MUST int spt_lanes_init(struct spt_lanes *g, const struct spt_io *io,
    const struct spt_egress_conf *conf, struct spt_err *e);
void spt_lanes_fini(struct spt_lanes *g);
/* Opens all sinks, and brings them back to what the log says.  s is on loan
 * for the call. */
SPT_MUST int spt_lanes_open(struct spt_lanes *g, const struct spt_schema *s,
    enum spt_rows_mode mode, struct spt_err *e);

SPT_MUST int spt_lanes_begin(
    struct spt_lanes *g, const struct spt_control *c, struct spt_err *e);
SPT_MUST int spt_lanes_rows(
    struct spt_lanes *g, const struct spt_batch *b, struct spt_err *e);
/* The epoch is complete: all lanes commit, in order, then the log.  rows were
 * written. */
SPT_MUST int spt_lanes_barrier(struct spt_lanes *g, const struct spt_control *c,
    int64_t rows, struct spt_err *e);
SPT_MUST int spt_lanes_control(
    struct spt_lanes *g, const struct spt_control *c, struct spt_err *e);
SPT_MUST int spt_lanes_flush(struct spt_lanes *g, struct spt_err *e);
SPT_MUST int spt_lanes_end(struct spt_lanes *g, struct spt_err *e);

#endif
