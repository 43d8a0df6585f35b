/*
 * watch - what the system tells of files that change (inotify).  It is a
 * hint that makes things fast: whoever uses it looks for himself once in a
 * while, for there are file systems that tell nothing.
 */
#ifndef SPT_WATCH_H
#define SPT_WATCH_H

#include "base/buf.h"

enum spt_watch_what {
	SPT_WATCH_FILE,  /* its content, its name */
	SPT_WATCH_NAMES, /* of a directory */
	SPT_WATCH_ALL,   /* of a directory: names, and content of its files */
};

struct spt_change {
	int tag;          /* as added */
	const char *name; /* in the directory; NULL: the thing itself */
	bool lost;        /* there was more to tell than could be kept */
};

struct spt_watched {
	int wd, tag;
	bool file;
};

struct spt_watch {
	const struct spt_io *io;
	int fd; /* -1: there is no inotify */
	struct spt_watched *v;
	size_t n, cap;
	uint8_t *events; /* read but not told yet: [at, end) */
	size_t at, end;
	size_t told; /* how many of v have been told of the event at `at` */
};

/* Without inotify the watch is one that tells nothing. */
SPT_MUST int spt_watch_open(
    struct spt_watch *w, const struct spt_io *io, struct spt_err *e);
void spt_watch_close(struct spt_watch *w);
/* Again with the same path and tag is fine.  1: it is watched; 0: it cannot
 * be; -1. */
SPT_MUST int spt_watch_add(struct spt_watch *w, const char *path,
    enum spt_watch_what what, int tag, struct spt_err *e);
/* Ends the watches on files with this tag. */
void spt_watch_drop_files(struct spt_watch *w, int tag);
/* Does not wait.  1: *c (name on loan until the next call); 0: nothing now;
 * -1. */
SPT_MUST int spt_watch_next(
    struct spt_watch *w, struct spt_change *c, struct spt_err *e);

#endif
