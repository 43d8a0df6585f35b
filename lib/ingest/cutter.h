/*
 * cutter - epochs: where they begin, when they close.  Private to lib/ingest.
 *
 * An epoch begins with its first row (its processing time is that moment's)
 * and is closed by a limit, by the clock, or at the end; the last one is final
 * and may be empty.
 */
#ifndef SPT_CUTTER_H
#define SPT_CUTTER_H

#include "ingest/ingest.h"
#include "stage/emit.h"

struct spt_cutter {
	const struct spt_ingest_conf *conf;
	const struct spt_io *io;
	struct spt_emit *emit;
	const char *id;
	/* Called when a barrier is about to leave; or NULL. */
	int (*barrier)(void *ctx, struct spt_control *b, struct spt_err *e);
	void *ctx;
	bool held;     /* only its owner closes epochs */
	spt_time time; /* of epochs that begin; SPT_TIME_MIN: the clock's */
	bool open;
	int64_t next; /* number of the next epoch */
	/* Since the last barrier; bytes and files are the caller's to add. */
	int64_t rows, bytes, files;
	int64_t due, tick_due;        /* monotonic nanoseconds */
	struct spt_decode_count said; /* counts at the last barrier */
};

void spt_cutter_init(struct spt_cutter *c, const struct spt_ingest_conf *conf,
    const struct spt_io *io, struct spt_emit *emit, const char *id);
/* Rows have come: the epoch is open now. */
SPT_MUST int spt_cutter_rows(
    struct spt_cutter *c, int64_t rows, struct spt_err *e);
/* Rows that fit into the open epoch; INT64_MAX: no limit. */
int64_t spt_cutter_room(const struct spt_cutter *c);
/* A limit has been reached. */
bool spt_cutter_full(const struct spt_cutter *c);
/* Closes the epoch (an empty one, if none is open) with its barrier. */
SPT_MUST int spt_cutter_close(struct spt_cutter *c, bool final,
    const struct spt_decode_count *count, struct spt_err *e);
/* Milliseconds until the clock may close an epoch; -1: never. */
int spt_cutter_wait(const struct spt_cutter *c);
/* Closes an epoch if the clock says so. */
SPT_MUST int spt_cutter_clock(struct spt_cutter *c,
    const struct spt_decode_count *count, struct spt_err *e);

#endif
