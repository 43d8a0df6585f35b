/*
 * statefile - the content of snapshot-<epoch> and delta-<epoch>: entries, and
 * how the two make one state.  Private to lib/ckpt.
 *
 * An entry is an operation (1 put, 2 remove), two lengths of 4 bytes, the key
 * and the value; a record of type SPT_REC_STATE holds as many as fit, and
 * SPT_REC_END closes what one save wrote, with the number of its entries.
 */
#ifndef SPT_STATEFILE_H
#define SPT_STATEFILE_H

#include "ckpt/ckptdir.h"
#include "ckpt/heads.h"
#include "ckpt/record.h"
#include "ckpt/state.h"

/* ---- writing --------------------------------------------------------------
 */

struct spt_pen {
	const struct spt_io *io;
	int fd;
	const char *name; /* for messages */
	uint64_t at;      /* length of the file so far */
	uint32_t mark;
	int64_t epoch, count;
	bool delta; /* else removes are left out */
	struct spt_buf entries, out;
};

void spt_pen_init(struct spt_pen *p, const struct spt_io *io);
void spt_pen_fini(struct spt_pen *p);
/* Writes go to fd, whose next byte is number `at`.  first: this is the first
 * record of the file, with kind and more as spt_filehead_put has them. */
SPT_MUST int spt_pen_head(struct spt_pen *p, const char *kind, const char *uuid,
    const char *more, struct spt_err *e);
/* One save: asks save for the entries and closes them. */
SPT_MUST int spt_pen_save(struct spt_pen *p, int64_t epoch, bool delta,
    int (*save)(
	void *self, struct spt_state_out *out, bool delta, struct spt_err *e),
    void *self, struct spt_err *e);

/* ---- reading --------------------------------------------------------------
 */

struct spt_state_place {
	const struct spt_io *io;
	const char *folder; /* of the stage */
	const char *uuid, *id;
};

/* The snapshot that a delta file follows, from its first record. */
SPT_MUST int spt_state_base(const struct spt_state_place *at, const char *delta,
    struct spt_head *base, struct spt_err *e);

/* Of what a state consists. */
struct spt_state_parts {
	struct spt_head base; /* the snapshot */
	int64_t deltas;       /* how many follow it */
};

/* Feeds exactly the state of head to load (NULL: only verifies it).  parts
 * may be NULL. */
SPT_MUST int spt_state_load(const struct spt_state_place *at,
    const struct spt_head *head,
    int (*load)(void *self, struct spt_state_in *in, struct spt_err *e),
    void *self, struct spt_state_parts *parts, struct spt_err *e);

/* Appends what `more` of a state file's first record is: the stage's id, and
 * behind a blank the head that a delta follows (NULL: a snapshot). */
SPT_MUST int spt_state_more(struct spt_buf *out, const char *id,
    const struct spt_head *base, struct spt_err *e);

#endif
