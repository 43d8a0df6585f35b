/*
 * badrec - what becomes of bad records: stop, skip, or keep them as NDJSON.
 * Private to lib/ingest.
 */
#ifndef SPT_BADREC_H
#define SPT_BADREC_H

#include "base/buf.h"
#include "decode/decode.h"
#include "sink/sink.h"

struct spt_badrec {
	const struct spt_io *io;
	enum { SPT_BAD_STOP, SPT_BAD_SKIP, SPT_BAD_KEEP } what;
	struct spt_sink *sink; /* to keep them in */
	struct spt_buf lines;
	bool frozen; /* the checkpoint has fixed the types of columns */
};

/* how: NULL, "stop", "skip", or a file, which is created. */
SPT_MUST int spt_badrec_open(struct spt_badrec *b, const struct spt_io *io,
    const char *how, struct spt_err *e);
/* The same under a checkpoint: the file is brought back to the point. */
SPT_MUST int spt_badrec_open_exact(struct spt_badrec *b,
    const struct spt_io *io, const char *how, const struct spt_sink_conf *conf,
    const struct spt_sink_point *at, struct spt_err *e);
/* What was kept is lasting.  1: position has been appended; 0: there is no
 * file; -1. */
SPT_MUST int spt_badrec_commit(struct spt_badrec *b, int64_t epoch,
    struct spt_buf *position, struct spt_err *e);
/* For spt_decode_conf.bad; 0 goes on, -1 stops. */
SPT_MUST int spt_badrec_put(
    struct spt_badrec *b, const struct spt_bad_record *r, struct spt_err *e);
SPT_MUST int spt_badrec_flush(struct spt_badrec *b, struct spt_err *e);
/* Flushes and closes, checked. */
SPT_MUST int spt_badrec_finish(struct spt_badrec *b, struct spt_err *e);
void spt_badrec_fini(struct spt_badrec *b);

#endif
