/*
 * ckptdir - the directory of a checkpoint: who may use it, and what its query
 * is.
 *
 * How the programs use this room, in order:
 *
 * sread:   spt_ckpt_make, spt_source_enter (run.h), spt_query_write if the
 *          query is new, spt_recover (recover.h): what is committed, what was
 *          logged and must be re-run.  Header: spt_ckpt path and uuid, run
 *          text, committed epoch, heads.  Before a barrier: spt_spool_sync,
 *          spt_epochlog_append, and before the first one
 *          spt_source_await_sink.  Now and then spt_follow_poll, then
 *          spt_epochlog_trim and spt_spool_drop.  At the end: wait until
 *          spt_follow says that the last epoch is committed.
 * a stage: spt_member_join (member.h), spt_member_load, at each barrier
 *          spt_member_save, then forward spt_member_head, then
 *          spt_member_settle.
 * swrite:  spt_sink_enter (run.h), spt_commitlog_open; for each epoch commit
 *          its sinks, then spt_commitlog_append.
 */
#ifndef SPT_CKPTDIR_H
#define SPT_CKPTDIR_H

#include "base/buf.h"

#define SPT_CKPT_FORMAT 1 /* of the whole directory; in the query */
#define SPT_UUID_SIZE 37  /* of text, with the NUL */

struct spt_ckpt {
	const struct spt_io *io;
	char *path;               /* absolute, no link in it, no '/' behind */
	bool known;               /* it has a query; then these are set: */
	char uuid[SPT_UUID_SIZE]; /* names the query for ever */
	char *schema; /* the frozen input schema, text of sread -s */
	spt_time created;
};

/* For sread alone: makes the directory (0700) if it is missing, verifies it as
 * spt_ckpt_open does, and reads the query if there is one (known).  Refused
 * too: a folder without a query that holds something that is not ours, or
 * that lost its query but has epochs. */
SPT_MUST int spt_ckpt_make(struct spt_ckpt *c, const struct spt_io *io,
    const char *path, struct spt_err *e);

/* For everybody else: opens, never creates.  SPT_ECHECKPOINT unless path is a
 * directory, no symbolic link, of the effective user, of mode 0700, with a
 * query whose uuid is `uuid` (NULL: any). */
SPT_MUST int spt_ckpt_open(struct spt_ckpt *c, const struct spt_io *io,
    const char *path, const char *uuid, struct spt_err *e);

/* Fine on a zeroed struct and after a failed make or open. */
void spt_ckpt_fini(struct spt_ckpt *c);

/* Makes what a new checkpoint has (empty logs, folders), then, last, the
 * query with a new uuid; all durable.  The caller holds the locks of
 * spt_source_enter.  c becomes known.  schema is UTF-8. */
SPT_MUST int spt_query_write(
    struct spt_ckpt *c, const char *schema, struct spt_err *e);

/* Freezes another schema, as long as no epoch has been logged. */
SPT_MUST int spt_query_change(
    struct spt_ckpt *c, const char *schema, struct spt_err *e);

/* Appends the path of a name inside: "DIR/name". */
SPT_MUST int spt_ckpt_path(const struct spt_ckpt *c, struct spt_buf *out,
    const char *name, struct spt_err *e);

#endif
