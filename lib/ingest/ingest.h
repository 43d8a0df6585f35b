/*
 * ingest - sources and a decoder made into the epochs of a stream: what sread
 * is.
 */
#ifndef SPT_INGEST_H
#define SPT_INGEST_H

#include "decode/decode.h"
#include "stage/loop.h"

struct spt_ingest_progress {
	uint64_t bytes; /* of the files, read so far */
	int64_t total;  /* of the files; -1: not known */
	int64_t rows;
	int64_t elapsed; /* nanoseconds */
	const char *file;
};

struct spt_ingest_conf {
	char *const *sources; /* as paths.h says */
	int n_sources;
	/* format NULL: guessed.  bad, say and ctx are ingest's own. */
	struct spt_decode_conf decode;
	const char *bad;        /* NULL or "stop", "skip", or a file */
	const char *checkpoint; /* directory, or NULL; then these count: */
	bool final;             /* the input is over at its end */
	bool no_wait;           /* for stages of an older run */
	bool spool;             /* files may vanish: keep what was read */
	bool follow;            /* files grow, appear and are rotated */
	int64_t rows;           /* stop after so many; -1: all */
	int jobs;               /* threads that parse; 0: as 1 */
	size_t piece;           /* bytes of text for one; 0: the usual */
	int64_t every;          /* microseconds; 0: no clock cuts epochs */
	int64_t tick;           /* with every: an empty epoch so often */
	int64_t epoch_rows;     /* 0: no such cut, here and below */
	int64_t epoch_size;     /* bytes of input */
	int64_t epoch_files;
	const char *epoch_mark; /* a line that is no row but closes an epoch */
	const char *id;         /* of the stage, or NULL */
	const char *args;       /* JSON object for the plan, or NULL */
	struct spt_signals *signals;
	bool watched; /* somebody looks: say what was guessed */
	bool verbose;
	void (*say)(void *ctx, const char *line);
	/* About twice a second, only if not NULL. */
	void (*progress)(void *ctx, const struct spt_ingest_progress *p);
	void *ctx;
};

/* Reads everything into port, and closes it.  0 or -1. */
SPT_MUST int spt_ingest_run(const struct spt_ingest_conf *conf,
    const struct spt_io *io, struct spt_port *port, struct spt_err *e);

/* The text for -s that says what would be read. */
SPT_MUST int spt_ingest_print_schema(const struct spt_ingest_conf *conf,
    const struct spt_io *io, struct spt_buf *out, struct spt_err *e);

#endif
