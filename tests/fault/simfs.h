/*
 * simfs - a file system in memory, behind the io table, that knows what has
 * been synced: it can crash at any operation, forget what a power loss may
 * forget, fail calls, and run out of memory.
 *
 * What a power loss may do to it: of a file, everything since its last good
 * fsync (or fdatasync) may be lost, in any part, the last write torn, its
 * length kept with zeros in it; of a folder, any of the changes to its names
 * since its last fsync may be lost, but a rename is whole.  A sync that failed
 * forgets: what it did not write never becomes durable by a later one.
 */
#ifndef SIMFS_H
#define SIMFS_H

#include "base/io.h"

struct simfs;

enum simfs_loss {
	SIMFS_KILLED,  /* processes died, the system did not: all is kept */
	SIMFS_DROP,    /* power loss: whatever was not synced is gone */
	SIMFS_KEEP,    /* power loss, but everything had reached the disk */
	SIMFS_RANDOM,  /* each unsynced write and name by itself */
	SIMFS_TORN,    /* all but the last write of each file, which is torn */
	SIMFS_STRETCH, /* lengths are kept, unsynced bytes are zeros */
	SIMFS_LOSSES,
};

/* Read and set by the test at any time. */
struct simfs_plan {
	long ops;     /* operations that changed something, so far */
	long calls;   /* calls of any kind but memory, so far */
	long allocs;  /* requests for memory, so far */
	long held;    /* pieces of memory that were not given back */
	long crash;   /* at this operation everything dies; 0: never */
	int part;     /* ... before it (0), in the middle (1), after it (2) */
	long fail;    /* this call fails ... */
	bool forever; /* ... and all that follow */
	int code;     /* ... with this errno */
	long starve;  /* this request for memory fails, and all that follow */
	long shorten; /* this call writes or reads one byte only */
	bool dead;    /* it has crashed: every call fails with EIO */
	bool fired;   /* something of the above happened */
	bool no_wait; /* a poll without descriptors fails: nobody may sleep */
};

struct simfs *simfs_new(uint64_t seed);
/* Everything, open files and locks too, but not the plan: all of it is 0. */
struct simfs *simfs_clone(const struct simfs *fs);
void simfs_free(struct simfs *fs);

const struct spt_io *simfs_io(struct simfs *fs);
struct simfs_plan *simfs_plan(struct simfs *fs);

/* The machine is up again: what survived, no open file, no lock, no plan. */
void simfs_restart(struct simfs *fs, enum simfs_loss loss, uint64_t seed);

/* Number of open descriptors. */
int simfs_open_files(const struct simfs *fs);

/* The k-th regular file's path below root, or NULL; on loan until the next
 * call. */
const char *simfs_file(struct simfs *fs, size_t k);
/* Its bytes; NULL: no such file. */
const uint8_t *simfs_get(struct simfs *fs, const char *path, size_t *n);
/* Replaces them, durably; makes the file if its folder is there. */
void simfs_set(struct simfs *fs, const char *path, const void *p, size_t n);
void simfs_remove(struct simfs *fs, const char *path);
bool simfs_exists(struct simfs *fs, const char *path);

#endif
