/*
 * progress - the figures of the last epochs, from progress.ndjson and the file
 * before it.  They are for people: a line that cannot be read is passed over,
 * and without the file there are simply no figures.
 */
#ifndef SPT_PROGRESS_H
#define SPT_PROGRESS_H

#include "ckpt/ckptdir.h"
#include "ckpt/heads.h"

#define SPT_PROGRESS_RECENT 10 /* epochs that rates are taken over */
#define SPT_PROGRESS_STAGES 64 /* whose figures are kept apart */

/* The figures of one stage: of the newest epoch, and added up. */
struct spt_figures {
	char id[SPT_ID_MAX + 1];
	int64_t rows_in, rows_out;
	int64_t late, bad, null_time; /* of all lines there are */
};

struct spt_progress {
	bool any;
	int64_t epoch;
	spt_time time, committed, watermark; /* SPT_TIME_MIN: none */
	/* The last lines: rows that the first stage took, and when. */
	int64_t rows[SPT_PROGRESS_RECENT];
	spt_time at[SPT_PROGRESS_RECENT];
	int64_t lines;
	struct spt_figures v[SPT_PROGRESS_STAGES]; /* from sread on */
	size_t n;
};

/* Only whole lines: somebody may be writing the next one. */
SPT_MUST int spt_progress_read(
    struct spt_progress *p, const struct spt_ckpt *c, struct spt_err *e);
/* Rows a second over the last lines; -1: cannot be said. */
double spt_progress_rate(const struct spt_progress *p);
/* The late, bad and timeless rows of all stages; the rest of *sum is 0. */
void spt_progress_left_out(
    const struct spt_progress *p, struct spt_figures *sum);
/* NULL: no line says anything of that stage. */
const struct spt_figures *spt_progress_of(
    const struct spt_progress *p, const char *id);

#endif
