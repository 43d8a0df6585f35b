/*
 * paths - what the SOURCE arguments name: files, "-", and directories, whose
 * files are taken by modification time, then name.
 */
#ifndef SPT_PATHS_H
#define SPT_PATHS_H

#include "base/io.h"

struct spt_path {
	char *name;     /* as opened; "-": standard input */
	spt_time mtime; /* 0 for standard input */
	int64_t size;   /* -1: not a regular file */
};

struct spt_paths {
	const struct spt_io *io;
	struct spt_path *v;
	size_t n, cap;
	int64_t bytes; /* of all regular files; -1 if one is not regular */
};

/* No argument is "-".  In a directory hidden files, and what is not a regular
 * file, are passed over; a directory without files gives none.  Refuses "-"
 * given twice (SPT_EUSAGE) and what is not there (SPT_ESYSTEM). */
SPT_MUST int spt_paths_find(struct spt_paths *l, const struct spt_io *io,
    char *const args[], int n, struct spt_err *e);
void spt_paths_fini(struct spt_paths *l);

#endif
