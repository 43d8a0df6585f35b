/*
 * dirsink - what the two files of the directory sink share.  Not installed.
 */
#ifndef SPT_DIRSINK_H
#define SPT_DIRSINK_H

#include "sink/partmark.h"

struct spt__parts {
	struct spt_sink sink;
	const struct spt_io *io;
	const struct spt_sink_conf *conf;
	char *dir;      /* without a slash at the end */
	int lock;       /* the directory */
	struct stat is; /* the directory */
	struct spt_partlist there;
	int64_t first;     /* epoch that the open part begins with; -1 */
	int64_t shift;     /* number of a part less epoch */
	bool marked;       /* the directory is claimed by .spate */
	bool any;          /* a part was begun in this run */
	bool synced;       /* the name of the open part is */
	int64_t committed; /* bytes of the open part */
	uint32_t crc;      /* of their tail */
	struct spt_buf path, other;
};

/* The path of a name in the directory; on loan until the buffer changes. */
const char *spt__parts_path(struct spt__parts *d, struct spt_buf *b,
    const char *name, struct spt_err *e);
/* The path of the open part, in d->path. */
const char *spt__parts_hidden(struct spt__parts *d, struct spt_err *e);
/* No part is open. */
void spt__parts_reset(struct spt__parts *d);
/* Opens and locks the directory. */
SPT_MUST int spt__parts_open(
    struct spt__parts *d, bool make, struct spt_err *e);
/* The recover of the sink. */
SPT_MUST int spt__parts_recover(
    struct spt_sink *sink, const struct spt_sink_point *at, struct spt_err *e);

#endif
