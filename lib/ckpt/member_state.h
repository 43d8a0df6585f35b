/*
 * member_state - a member, seen from inside.  Private to lib/ckpt.
 */
#ifndef SPT_MEMBER_STATE_H
#define SPT_MEMBER_STATE_H

#include "ckpt/commitlog.h"
#include "ckpt/member.h"
#include "ckpt/statedir.h"

struct spt_member {
	const struct spt_io *io;
	struct spt_ckpt ckpt;
	struct spt_stage_run run;
	struct spt_lockfile lock; /* of the folder */
	char *id;
	bool has_state, changed, failed;
	struct spt_statedir dir;
	struct spt_head head;
	char what[SPT_HEAD_SIZE]; /* the head as text */
	/* The snapshot to which deltas may be added, and those behind it. */
	bool has_base;
	struct spt_head base;
	int64_t base_epoch;
	int delta_fd; /* -1: none yet */
	char *delta_path;
	int64_t deltas;
	int64_t saves;      /* of this process */
	struct spt_pen pen; /* of the delta file */
	struct spt_follow *follow;
	/* What the file `stage` is to say once there is a state of it. */
	char *args, *schema;
	bool note_due;
	void (*warn)(void *ctx, const char *line);
	void *ctx;
	bool warned;
};

/* What was loaded is what the next delta follows.  Only once. */
SPT_MUST int spt_member_resume(struct spt_member *m,
    const struct spt_state_parts *parts, struct spt_err *e);
/* Writes the file `stage` if that is due. */
SPT_MUST int spt_member_note(struct spt_member *m, struct spt_err *e);

#endif
