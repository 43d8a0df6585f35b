/*
 * ingest_run - one run of ingest, seen from inside.  Private to lib/ingest.
 */
#ifndef SPT_INGEST_RUN_H
#define SPT_INGEST_RUN_H

#include "ingest/badrec.h"
#include "ingest/cutter.h"
#include "ingest/ingest.h"
#include "ingest/live.h"
#include "ingest/restart.h"
#include "source/paths.h"
#include "source/source.h"

#define SPT_INGEST_READ 262144 /* bytes that a read has room for at least */

struct spt_ingest {
	const struct spt_ingest_conf *conf;
	const struct spt_io *io;
	struct spt_paths paths;
	const char *format;
	bool bounded;
	char id[128];
	struct spt_decoder *decoder; /* NULL: arrow */
	struct spt_decode_conf decode;
	struct spt_badrec bad;
	struct spt_emit emit;
	struct spt_cutter cutter;
	/* The file being read: its source, and bytes of it from `at` on that
	 * no row has been made of. */
	struct spt_source *source;
	struct spt_buf text;
	size_t at;
	bool eof;
	uint64_t done_bytes;         /* of the files before it */
	struct spt_live *live;       /* NULL: paths are read, each once */
	struct spt_restart *restart; /* NULL: there is no checkpoint */
	bool frozen;                 /* the schema is that of an earlier run */
	bool over;                   /* the final epoch is behind us */
	int64_t rows;
	int64_t started, said_progress; /* monotonic nanoseconds */
	bool warned_one_epoch;
	struct spt_parallel *parallel; /* NULL: one thread, so far */
};

/* More bytes of the source into text; eof at its end.  Sleeps if it must, with
 * everything written out before.  1, 0: asked to stop, -1. */
SPT_MUST int spt_ingest_fill(struct spt_ingest *g, struct spt_err *e);
/* Sleeps until the source can be read, keeping epochs and signals going.
 * 1, 0: asked to stop, -1. */
SPT_MUST int spt_ingest_wait(struct spt_ingest *g, struct spt_err *e);
bool spt_ingest_stopped(const struct spt_ingest *g);
/* Opens the k-th path as the source. */
SPT_MUST int spt_ingest_open(struct spt_ingest *g, size_t k, struct spt_err *e);
void spt_ingest_close_source(struct spt_ingest *g);
/* Progress and warnings that depend on time; cheap. */
void spt_ingest_meter(struct spt_ingest *g);
int64_t spt_ingest_rows_left(const struct spt_ingest *g);

/* ---- learn.c: the format and the schema -----------------------------------
 */

/* Settles format and, but for arrow, decoder; the first file may be open
 * afterwards with its first bytes in text. */
SPT_MUST int spt_ingest_learn(struct spt_ingest *g, struct spt_err *e);
/* Has text a whole row (behind a header)? */
bool spt_ingest_has_row(const struct spt_ingest *g);

/* ---- parallel.c: text by several threads ------------------------------------
 */

/* Like spt_ingest_fill, but as long as it can, and the conf wants it, rows of
 * what was read are made by several threads and go out, in order, so that text
 * has less than a record afterwards, or what is to be decoded as ever. */
SPT_MUST int spt_parallel_fill(struct spt_ingest *g, struct spt_err *e);
void spt_parallel_close(struct spt_ingest *g);

/* ---- marks.c: lines that close epochs ---------------------------------------
 */

/* The first line of p that is the mark: its offset, and *after behind its
 * end; -1: there is none.  A line without an end counts if last. */
ssize_t spt_mark_find(
    const uint8_t *p, size_t n, bool last, const char *mark, size_t *after);
/* p without its marks. */
SPT_MUST int spt_mark_strip(struct spt_buf *out, const uint8_t *p, size_t n,
    bool last, const char *mark, struct spt_err *e);

/* ---- the two ways to read a file --------------------------------------- */

SPT_MUST int spt_ingest_text(struct spt_ingest *g, struct spt_err *e);
/* Rows of the k-th path.  1 it is done, 0 enough of everything, -1. */
SPT_MUST int spt_ingest_file(struct spt_ingest *g, size_t k, struct spt_err *e);
/* Rows of all that is in text.  0, or -1. */
SPT_MUST int spt_ingest_decode(struct spt_ingest *g, struct spt_err *e);
SPT_MUST int spt_ingest_arrow(struct spt_ingest *g, struct spt_err *e);

#endif
