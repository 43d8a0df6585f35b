/*
 * member - a stage as part of a checkpointed run: its locks, its folder
 * stages/<id>, its state.
 */
#ifndef SPT_MEMBER_H
#define SPT_MEMBER_H

#include "ckpt/heads.h"
#include "ckpt/run.h"
#include "ckpt/state.h"

struct spt_member_conf {
	/* From the stream's schema: spate:checkpoint, spate:query, spate:run,
	 * spate:restore, spate:heads (NULL: none). */
	const char *dir, *query, *run;
	int64_t restore; /* -1: from the start */
	const char *heads;
	const char *id;   /* checked here */
	bool has_state;   /* it has save and load; else only locks are taken */
	bool may_be_new;  /* it may start empty where it was not before */
	bool new_state;   /* --new-state: start empty, move the old aside */
	const char *args; /* what the stage was told, any text */
	const char *schema; /* of its state, any text; "" if it has none */
	/* The arguments or the schema are not those of the run before:  1 the
	 * old state may go on with the new ones; 0 it may not; -1 it may not,
	 * and *e (SPT_ECHECKPOINT) says why.  NULL: it may not. */
	int (*accept)(void *ctx, const char *old_args, const char *old_schema,
	    struct spt_err *e);
	/* One line for the user: old files that cannot be removed (said once).
	 * NULL: nothing said. */
	void (*warn)(void *ctx, const char *line);
	void *ctx;
};

struct spt_member;

/* Opens and verifies the directory, enters the run, locks stages/<id>,
 * compares its `stage` file, removes what is newer than restore.  Then the
 * stage may be loaded.  A stage with state that is not among the heads is
 * refused; one that may be new starts empty, unless it has state of an epoch
 * up to restore. */
SPT_MUST int spt_member_join(struct spt_member **m, const struct spt_io *io,
    const struct spt_member_conf *conf, struct spt_err *e);
/* Is there something to load?  false: the stage starts empty. */
bool spt_member_has_head(const struct spt_member *m);
/* Feeds exactly the head's state to load(self, in, e), which must read to the
 * end; what it leaves unread is verified all the same.  Only if has_head.  May
 * be called again before the first save.  What uncommitted epochs wrote behind
 * the head is cut off. */
SPT_MUST int spt_member_load(struct spt_member *m,
    int (*load)(void *self, struct spt_state_in *in, struct spt_err *e),
    void *self, struct spt_err *e);
/* Barrier of `epoch`: asks save(self, out, delta, e) for the state, makes it
 * durable, and moves the head.  A delta is what changed since the last save or,
 * if there was none, since load; it may be answered with more than that, but
 * removes must be complete.  delta is false for the first save of a stage that
 * began empty, or with other arguments.  Not to be called for an epoch without
 * rows whose state did not change: the head stays then.  After -1 the member
 * refuses. */
SPT_MUST int spt_member_save(struct spt_member *m, int64_t epoch,
    int (*save)(
	void *self, struct spt_state_out *out, bool delta, struct spt_err *e),
    void *self, struct spt_err *e);
/* What may wait until the barrier of `epoch` was forwarded, if settles: a new
 * snapshot of the state as save left it, which the heads of later epochs name,
 * and the removal of files that no restore needs.  After -1 the member
 * refuses; what cannot be removed is only told to conf.warn. */
bool spt_member_settles(const struct spt_member *m);
SPT_MUST int spt_member_settle(struct spt_member *m, int64_t epoch,
    int (*save)(
	void *self, struct spt_state_out *out, bool delta, struct spt_err *e),
    void *self, struct spt_err *e);
/* For spt_heads_set: "-" or the newest state.  On loan until the next save. */
const char *spt_member_head(const struct spt_member *m);
/* The open directory, for keep.h. */
const struct spt_ckpt *spt_member_ckpt(const struct spt_member *m);
/* Frees and unlocks.  NULL is fine. */
void spt_member_leave(struct spt_member *m);

#endif
