/*
 * spooldir - the segments of one spooled input, as files.  Private to
 * lib/ckpt.
 */
#ifndef SPT_SPOOLDIR_H
#define SPT_SPOOLDIR_H

#include <zlib.h>

#include "ckpt/record.h"
#include "ckpt/spool.h"

struct spt_spool {
	const struct spt_ckpt *c;
	const struct spt_io *io;
	char *folder, *name;
	int64_t *segment; /* numbers of those that are sealed, ascending */
	size_t n, cap;
	struct spt_spool_at at; /* behind the last byte put */
	int fd;                 /* of segment at.segment; -1: not begun */
	char *path;
	uint64_t large;   /* a file that is longer is ended at a sync */
	uint64_t size;    /* of that file */
	uint32_t mark;    /* ... and of its last record */
	uint64_t written; /* bytes of input that are in records */
	bool dirty, failed;
	bool zip_ready;
	z_stream zip;
	struct spt_buf raw, packed, out;
};

/* "folder/name-number", the caller's. */
SPT_MUST char *spt_spool_path(
    const struct spt_spool *s, int64_t number, struct spt_err *e);
/* Fills segment, ascending; removes the temporary files of killed runs. */
SPT_MUST int spt_spool_list(struct spt_spool *s, struct spt_err *e);

/* Behind the name in the first record of a segment that was rewritten. */
#define SPT_SPOOL_SEALED " sealed"

/* A segment, record by record. */
struct spt_segment {
	const struct spt_io *io;
	char *path; /* the caller's */
	int fd;
	struct spt_reader r;
	struct spt_rec rec;
	uint64_t bytes; /* inflated, up to and with rec */
	bool sealed;    /* its end was read */
	bool rewritten; /* written as a whole by spt_spool_seal */
	bool zip_ready;
	z_stream zip;
	struct spt_buf plain;
};

/* path becomes the segment's (also after -1). */
SPT_MUST int spt_segment_open(struct spt_segment *g, const struct spt_io *io,
    char *path, const char *uuid, const char *name, struct spt_err *e);
/* 1: rec is good, and its bytes are in plain.  0: no more: sealed, or the file
 * ends.  -1. */
SPT_MUST int spt_segment_next(struct spt_segment *g, struct spt_err *e);
void spt_segment_close(struct spt_segment *g);

/* For z_stream. */
voidpf spt_zip_alloc(voidpf io, uInt n, uInt size);
void spt_zip_free(voidpf io, voidpf p);

#endif
