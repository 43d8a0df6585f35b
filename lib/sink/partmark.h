/*
 * partmark - names of the parts of a directory, and the file ".spate" in it
 * that says which epoch the newest part was published for.  Not installed.
 */
#ifndef SPT_PARTMARK_H
#define SPT_PARTMARK_H

#include "sink/sink.h"
#include "sink/sinkfile.h"

#define SPT_PART_NAME 300

/* "part-0000000003-0000000005.csv" */
void spt__part_name(
    char name[SPT_PART_NAME], int64_t first, int64_t last, const char *ending);
/* ".part-0000000003.csv" */
void spt__part_hidden(
    char name[SPT_PART_NAME], int64_t first, const char *ending);

struct spt_partlist {
	int64_t last;               /* the greatest of all parts; -1: none */
	char newest[SPT_PART_NAME]; /* its part */
};

SPT_MUST int spt__partlist_read(struct spt_partlist *l, const struct spt_io *io,
    const char *dir, struct spt_err *e);
/* Removes hidden parts, but for keep (or NULL). */
SPT_MUST int spt__partlist_clean(const struct spt_io *io, const char *dir,
    const char *keep, struct spt_err *e);

struct spt_partmark {
	char uuid[SPT_SINK_ID];
	int64_t epoch; /* the last one of the part; -1: no part yet */
	char id[SPT_SINK_ID];
	int64_t first;
};

/* 1: there is one; 0: none; -1: SPT_ECHECKPOINT if it is damaged. */
SPT_MUST int spt__partmark_get(struct spt_partmark *m, const struct spt_io *io,
    const char *dir, struct spt_err *e);
/* Durably. */
SPT_MUST int spt__partmark_put(const struct spt_partmark *m,
    const struct spt_io *io, const char *dir, struct spt_err *e);

#endif
