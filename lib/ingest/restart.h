/*
 * restart - ingest under a checkpoint: what has been read is logged epoch by
 * epoch, and a run begins where the committed epochs end.  Private to
 * lib/ingest.
 */
#ifndef SPT_RESTART_H
#define SPT_RESTART_H

#include "ckpt/recover.h"
#include "ckpt/run.h"
#include "ingest/inputlog.h"
#include "sink/sink.h"
#include "wire/item.h"

struct spt_ingest;

/* Where what an epoch read begins in the spool. */
struct spt_begin {
	int64_t epoch, run;
	struct spt_spool_at at;
};

struct spt_restart {
	struct spt_ckpt ckpt;
	struct spt_source_run run;
	struct spt_waiting waiting;
	struct spt_recovery rec;
	struct spt_follow *commits;
	bool pipe;     /* the source cannot be read again */
	bool attached; /* a swrite has */
	/* The epoch that is re-run. */
	bool replaying;
	char id[SPT_ID_SIZE];
	/* The newest record with all positions, and what was logged since. */
	int64_t base;
	size_t full_bytes, change_bytes;
	char *format; /* of earlier runs, or NULL */
	char *bad;    /* where the committed epochs end in that file, or NULL */
	/* Spooled input: `run` and where it begins in the open epoch; offset:
	 * of the pipe, that is where `from` is. */
	struct spt_spool *spool;
	int64_t spool_run;
	struct spt_spool_at from, to;
	uint64_t offset;
	bool gaps; /* of files: a record was too long to be kept */
	struct spt_begin *begins; /* of epochs that may not be committed */
	size_t n_begins, cap_begins;
	int64_t oldest_run; /* whose segments may be there */
	struct spt_buf data;
	struct spt_sink_conf bad_conf;
};

/* Takes the checkpoint over, and reads its logs. */
SPT_MUST int spt_restart_open(struct spt_ingest *g, struct spt_err *e);
/* Gives the positions behind the last committed epoch to g->live. */
SPT_MUST int spt_restart_positions(struct spt_ingest *g, struct spt_err *e);
/* The schema is known: the query begins, if it is new; and what else can be
 * done only now. */
SPT_MUST int spt_restart_begin(struct spt_ingest *g, struct spt_err *e);
/* The file of bad records, as the committed epochs left it. */
SPT_MUST int spt_restart_open_bad(struct spt_ingest *g, struct spt_err *e);
/* Re-runs what is to be re-run, then reads what is new. */
SPT_MUST int spt_restart_run(struct spt_ingest *g, struct spt_err *e);
void spt_restart_close(struct spt_ingest *g);

/* Fails: what cannot be read under a checkpoint. */
int spt_restart_no_arrow(struct spt_err *e);

/* Text of the epoch's data, kept in r->data, from behind the header *l on.
 * NULL: *e.  l is to be ended. */
SPT_MUST const char *spt_restart_epoch(struct spt_ingest *g, int64_t epoch,
    struct spt_epoch *ep, struct spt_inputlog *l, struct spt_err *e);

/* ---- epochend.c ---------------------------------------------------------- */

/* The barrier of the open epoch is about to leave: logs the epoch.  For
 * cutter.h. */
SPT_MUST int spt_restart_barrier(
    void *g, struct spt_control *b, struct spt_err *e);
/* Waits until the last epoch is committed. */
SPT_MUST int spt_restart_wait(struct spt_ingest *g, struct spt_err *e);

/* ---- spooled.c ----------------------------------------------------------- */

/* A spool for what this run reads. */
SPT_MUST int spt_restart_open_spool(struct spt_ingest *g, struct spt_err *e);
/* Notes where the epoch that has just ended began in the spool, and that the
 * next one begins here. */
SPT_MUST int spt_restart_spooled(
    struct spt_ingest *g, int64_t epoch, struct spt_err *e);
/* That epoch is committed: what only earlier ones need goes.  What is needed to
 * run it again stays. */
SPT_MUST int spt_restart_unspool(
    struct spt_ingest *g, int64_t committed, struct spt_err *e);

/* ---- rerun.c ------------------------------------------------------------- */

/* Runs the epochs again that were logged and not committed.  1: one of them
 * was the final one; 0; -1. */
SPT_MUST int spt_replay(struct spt_ingest *g, struct spt_err *e);

/* ---- pipeinput.c --------------------------------------------------------- */

/* What older runs have spooled and no epoch has read.  1, 0: asked to stop,
 * -1. */
SPT_MUST int spt_pipe_run_older(struct spt_ingest *g, struct spt_err *e);
/* The pipe.  0 or -1. */
SPT_MUST int spt_pipe_run(struct spt_ingest *g, struct spt_err *e);
/* 1: the pipe has something; 0: it is at its end; -1. */
SPT_MUST int spt_pipe_peek(struct spt_ingest *g, struct spt_err *e);
/* The name of a run's spool. */
void spt_pipe_spool_name(char name[32], int64_t run);

#endif
