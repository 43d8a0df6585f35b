/*
 * tail - the files that SOURCE arguments name, as time goes: which of them has
 * something to read now.
 *
 * A file is followed by name, as tail -F does: when the name is another
 * file's, the old one is read to its end before the new one is begun; when the
 * file was truncated, it is begun again.  In a directory new files are found,
 * and every file may grow, and keeps its place when it is renamed.
 */
#ifndef SPT_TAIL_H
#define SPT_TAIL_H

#include "source/seen.h"

struct spt_tail_conf {
	char *const *args;
	int n_args;
	bool follow; /* else each file is read once, to its present end */
	bool final;  /* not following: nothing will ever be added */
	/* One line for the user; NULL: dropped. */
	void (*say)(void *ctx, const char *line);
	void *ctx;
};

struct spt_tail;

/* conf and seen are on loan until close; seen may know files already. */
SPT_MUST int spt_tail_open(struct spt_tail **l, const struct spt_io *io,
    const struct spt_tail_conf *conf, struct spt_seen *seen, struct spt_err *e);
void spt_tail_close(struct spt_tail *l);

/* 1: *t may have something: read it until it has nothing, put back what was
 * not used (track.h), and say done; *last: then it ends for good, with the
 * bytes that are left.  0: nothing now; when not following: nothing any more.
 * -1. */
SPT_MUST int spt_tail_next(
    struct spt_tail *l, struct spt_track **t, bool *last, struct spt_err *e);
/* Instead of done: the track will be the next one again. */
SPT_MUST int spt_tail_back(
    struct spt_tail *l, struct spt_track *t, struct spt_err *e);
/* The i-th of those that will come next, or NULL. */
struct spt_track *spt_tail_peek(const struct spt_tail *l, size_t i);
SPT_MUST int spt_tail_done(
    struct spt_tail *l, struct spt_track *t, bool got, struct spt_err *e);

/* After 0: ask again when fd (-1: none) can be read, or so many milliseconds
 * have passed. */
int spt_tail_fd(const struct spt_tail *l);
int spt_tail_wait(const struct spt_tail *l);

#endif
