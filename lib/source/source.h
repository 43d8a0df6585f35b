/*
 * source - the bytes of one file, with their positions; gzip, known by its
 * content, is undone on the way.
 */
#ifndef SPT_SOURCE_H
#define SPT_SOURCE_H

#include "base/io.h"

struct spt_source;

/* "-" is standard input.  name (the path, or "standard input") is used in
 * messages and copied. */
SPT_MUST int spt_source_open(struct spt_source **s, const struct spt_io *io,
    const char *path, struct spt_err *e);
void spt_source_close(struct spt_source *s);

/* At most one read of the file.  1: *got bytes, possibly 0 (more may come);
 * 0: the end; -1. */
SPT_MUST int spt_source_read(
    struct spt_source *s, void *p, size_t n, size_t *got, struct spt_err *e);
/* Can read be called without sleeping, by what is inside already? */
bool spt_source_ready(const struct spt_source *s);

/* grows: the end of the file, and of a gzip member that is cut there, is an
 * end only for now.  Either call makes read look for more behind it. */
void spt_source_grows(struct spt_source *s, bool grows);
/* Not in the middle of a gzip member. */
bool spt_source_whole(const struct spt_source *s);
/* Its content is gzip, as far as has been read. */
bool spt_source_gzip(const struct spt_source *s);
SPT_MUST int spt_source_stat(
    const struct spt_source *s, struct stat *st, struct spt_err *e);
/* The next read is from byte `at`: plain regular files only. */
SPT_MUST int spt_source_seek(
    struct spt_source *s, uint64_t at, struct spt_err *e);

int spt_source_fd(const struct spt_source *s);
const char *spt_source_name(const struct spt_source *s);
/* A regular file: reading it never waits. */
bool spt_source_regular(const struct spt_source *s);
/* Bytes read from the file itself (compressed ones), for progress. */
uint64_t spt_source_raw(const struct spt_source *s);

#endif
