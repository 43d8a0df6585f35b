/*
 * track - a file that is read over time: it grows, is given another name, is
 * compressed, is closed and opened again, and stays the same track.
 *
 * Whoever decodes reads bytes and says which of them have been used; what was
 * read but not used is kept, or read again.
 */
#ifndef SPT_TRACK_H
#define SPT_TRACK_H

#include "source/position.h"
#include "source/source.h"

struct spt_track {
	const struct spt_io *io;
	struct spt_position pos;
	/* pos.done, and behind it bytes that are used up although the record
	 * that they start has not ended. */
	struct spt_prefix ahead;
	struct spt_source *source; /* NULL: not open */
	uint64_t read_at;          /* offset of the source's next byte */
	struct spt_buf rest;       /* the bytes before it that are not used */
	/* Of the file; kept for an hour while it grows, because it only gives
	 * times a year, and what is read is logged with it. */
	spt_time mtime;
	uint64_t turn; /* read gives a plain file up to here, and then 0 */
	bool cut;      /* the file was truncated: rest is all there is */
	bool deferred; /* it has waited for others to be read */
	/* Of a file that is new, once somebody has looked: its first bytes, as
	 * they come out; and whether it is compressed. */
	struct spt_prefix start;
	bool packed;
	bool unsure;  /* it is new, unless it turns out to be compressed */
	bool changed; /* pos is not as it was logged last */
	/* For who looks after many of them (tail.h). */
	int64_t size, looked_mtime; /* as last seen; nanoseconds */
	int64_t used_at;            /* when it last gave something, monotonic */
	bool queued, held;
	bool ending; /* what it has now is all */
};

/* path is copied; nothing is opened. */
SPT_MUST int spt_track_new(struct spt_track **t, const struct spt_io *io,
    const char *path, struct spt_err *e);
void spt_track_free(struct spt_track *t); /* NULL is fine */

/* It has another path now (copied). */
SPT_MUST int spt_track_rename(
    struct spt_track *t, const char *path, struct spt_err *e);

/* Opens pos.path, to read on from pos.done (compressed files are read up to
 * there).  grows: see source.h.  1: done, or open already; 0: there is no such
 * file, or it is another one: other inode, other content, or shorter; -1. */
SPT_MUST int spt_track_open(struct spt_track *t, bool grows, struct spt_err *e);
/* Forgets bytes that were read and not used. */
void spt_track_close(struct spt_track *t);
/* The same for a source that is open already and at its start: a pipe. */
void spt_track_take(struct spt_track *t, struct spt_source *s);

/* 1: *got bytes, possibly 0 (more may come); 0: the end, for now if it grows;
 * -1. */
SPT_MUST int spt_track_read(
    struct spt_track *t, void *p, size_t n, size_t *got, struct spt_err *e);
/* Looks at its first bytes, if need be: is it compressed?  1, 0 or -1. */
SPT_MUST int spt_track_gzip(struct spt_track *t, struct spt_err *e);
/* The n bytes that follow those used before are used; border: the offset
 * where the record that comes next starts. */
void spt_track_used(
    struct spt_track *t, const void *p, size_t n, uint64_t border);
/* The n bytes at p have been read and not been used; read does not give them
 * again: rest has them, unless they must be read once more. */
SPT_MUST int spt_track_back(
    struct spt_track *t, const void *p, size_t n, struct spt_err *e);
/* Is the open file still the one that was read: not shorter, same head?  1, 0
 * or -1.  If so, read will give what it has now. */
SPT_MUST int spt_track_check(struct spt_track *t, struct spt_err *e);

#endif
