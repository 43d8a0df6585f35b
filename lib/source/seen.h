/*
 * seen - the files that have been read, so that each is read once: found again
 * by device and inode, or, when one comes back compressed, by content.
 */
#ifndef SPT_SEEN_H
#define SPT_SEEN_H

#include "source/track.h"

/* Of files that are gone so many, the newest, are remembered: one of them may
 * come back compressed. */
#define SPT_SEEN_GONE 10000

struct spt_seen {
	const struct spt_io *io;
	struct spt_track **v; /* by id, growing */
	size_t n, cap;
	int64_t next_id;
	uint32_t *slots; /* 0, or 1 + index into v; by device and inode */
	size_t n_slots;  /* a power of two */
};

void spt_seen_init(struct spt_seen *s, const struct spt_io *io);
void spt_seen_fini(struct spt_seen *s); /* closes and frees the tracks */

/* NULL: no such file has been seen.  What is gone is not found. */
struct spt_track *spt_seen_find(
    const struct spt_seen *s, uint64_t dev, uint64_t ino);
struct spt_track *spt_seen_id(const struct spt_seen *s, int64_t id);
/* The newest one that was seen at path and is not over, or NULL. */
struct spt_track *spt_seen_path(const struct spt_seen *s, const char *path);

/* A file that is new.  One of the same inode is gone from now on.  The track
 * stays the set's.  NULL: *e. */
SPT_MUST struct spt_track *spt_seen_add(struct spt_seen *s, const char *path,
    uint64_t dev, uint64_t ino, struct spt_err *e);

/* A track of the file of this position, of which nothing has been read.  NULL:
 * *e. */
SPT_MUST struct spt_track *spt_seen_begin(
    struct spt_seen *s, const struct spt_position *as, struct spt_err *e);
/* Device numbers are not for ever: a file that is where it was, with the inode
 * that it had, is the same on another device. */
void spt_seen_refresh(struct spt_seen *s);
/* The track is that of another inode now. */
void spt_seen_move(
    struct spt_seen *s, struct spt_track *t, uint64_t dev, uint64_t ino);

/* The compressed (with plain: or copied) file `path`, which has not been seen:
 * has it been read before it was that?  1: *twin is the track, and all that was
 * read of it is in the file; 0: none; 2: it may be, but the file is not whole
 * yet; -1. */
SPT_MUST int spt_seen_twin(const struct spt_seen *s, const char *path,
    bool plain, struct spt_track **twin, struct spt_err *e);

/* Drops what is gone, but for the newest SPT_SEEN_GONE.  Nobody else may hold
 * tracks of the set. */
void spt_seen_prune(struct spt_seen *s);

/* ---- as text: lines of position.h -----------------------------------------
 */

/* Tracks of which nothing was read are left out.  all: else only those that
 * changed since the last put; either way none has changed afterwards. */
SPT_MUST int spt_seen_put(
    struct spt_seen *s, struct spt_buf *out, bool all, struct spt_err *e);
/* Takes the lines of files at *text, and moves behind them: they replace what
 * is known of the same ids. */
SPT_MUST int spt_seen_get(
    struct spt_seen *s, const char **text, struct spt_err *e);

#endif
