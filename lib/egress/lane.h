/*
 * lane - the way of rows into one sink: its encoder, its buffer, its units.
 */
#ifndef SPT_LANE_H
#define SPT_LANE_H

#include "egress/target.h"
#include "encode/encoder.h"
#include "sink/sink.h"

struct spt_lane {
	const struct spt_io *io;
	const struct spt_egress_conf *conf;
	struct spt_target target;
	const struct spt_schema *schema;
	struct spt_encoder_conf ec;
	struct spt_sink_conf sc;
	struct spt_sink *sink;
	struct spt_encoder *enc; /* text; NULL between units */
	bool arrow;
	struct spt_buf text; /* encoded, not yet written */
	struct spt_buf scratch;
	struct iovec *v;
	size_t cap;
	bool open;      /* a unit has been begun */
	bool skip;      /* the sink has this epoch already */
	bool begin_due; /* begin is to be written when rows come */
	bool any_begin;
	struct spt_control begin;
	bool final; /* the last barrier was */
	int64_t epoch;
	char id[SPT_SINK_ID];    /* of the last commit */
	struct spt_buf position; /* after the last commit */
};

/* Refuses what can be refused without touching the sink.  s is on loan until
 * close, conf too. */
SPT_MUST int spt_lane_init(struct spt_lane *l, const struct spt_io *io,
    const struct spt_egress_conf *conf, const char *name, struct spt_err *e);
SPT_MUST int spt_lane_check(struct spt_lane *l, const struct spt_schema *s,
    enum spt_rows_mode mode, struct spt_err *e);
/* Opens the sink.  uuid: under a checkpoint; then spt_lane_recover must
 * follow. */
SPT_MUST int spt_lane_open(
    struct spt_lane *l, const char *uuid, struct spt_err *e);
SPT_MUST int spt_lane_recover(
    struct spt_lane *l, const struct spt_sink_point *at, struct spt_err *e);
/* Fills position with what is to be logged before the first byte. */
SPT_MUST int spt_lane_record(struct spt_lane *l, struct spt_err *e);
/* The header, where one is due, or the check of the one that is there. */
SPT_MUST int spt_lane_start(struct spt_lane *l, struct spt_err *e);

SPT_MUST int spt_lane_begin(
    struct spt_lane *l, const struct spt_control *c, struct spt_err *e);
SPT_MUST int spt_lane_rows(
    struct spt_lane *l, const struct spt_batch *b, struct spt_err *e);
/* All rows of the epoch are there; how many were written is for --barriers. */
SPT_MUST int spt_lane_barrier(struct spt_lane *l, const struct spt_control *c,
    int64_t rows, struct spt_err *e);
/* After barrier: the epoch is one unit of the sink, or part of one.  id ""
 * without a checkpoint. */
SPT_MUST int spt_lane_commit(
    struct spt_lane *l, const char *id, struct spt_err *e);
/* What a stream carries else: end, and controls of others. */
SPT_MUST int spt_lane_control(
    struct spt_lane *l, const struct spt_control *c, struct spt_err *e);
/* What somebody who follows the output may see is written. */
SPT_MUST int spt_lane_flush(struct spt_lane *l, struct spt_err *e);
SPT_MUST int spt_lane_end(struct spt_lane *l, struct spt_err *e);
/* A zeroed struct is fine. */
void spt_lane_fini(struct spt_lane *l);

#endif
